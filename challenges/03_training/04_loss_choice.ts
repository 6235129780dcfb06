/**
 * 03.4 · Choose the loss
 *
 * Goal: for each of four kinds of task, wire a last layer, a loss and a way to read the answer, so that they fit
 * together and fit the targets as the data gives them.
 *
 * | task | target | output of the head | answer |
 * |---|---|---|---|
 * | 'regression': a number | float32 [N] | [N, 1] | float32 [N] |
 * | 'binary': yes or no | int64 [N], 0 or 1 | [N, 1], one logit | int64 [N], 0 or 1 |
 * | 'multi-class': one of C | int64 [N], 0 to C − 1 | [N, C], C logits | int64 [N] |
 * | 'multi-label': any of C | int64 [N, C], 0 or 1 each | [N, C], C logits | int64 [N, C], 0 or 1 each |
 *
 * Implement `wire`. The head is a single linear layer, with a bias and without an activation. Each loss is the standard
 * one for its task (squared error, or cross entropy in its binary or its many-class form), as the mean over all
 * elements that are judged, a tensor of shape []. An answer of 1 stands for a probability of more than one half.
 *
 * Why it matters: the wrong pair runs and trains, only worse. A softmax before CrossEntropyLoss, which has one inside,
 * leaves a model with 10 classes at a loss of 1.46 when every answer is right. A sigmoid before a logarithm loses all
 * gradient where the model is sure and wrong. And a loss for one class among many makes labels compete that may occur
 * together.
 *
 * Read first: 03/03.
 */
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { todo } from '@track/grader';

export type Task = 'regression' | 'binary' | 'multi-class' | 'multi-label';

/** The parts of a model that depend on the task. */
export interface Wiring {
  /** Features float32 [N, F] to outputs. */
  head: nn.Module;
  /** The loss, shape [], of outputs of the head and targets as the data gives them. */
  loss: (output: Tensor, target: Tensor) => Tensor;
  /** The answers that outputs of the head stand for. */
  predict: (output: Tensor) => Tensor;
}

/** Head, loss and answers for a task; `classes` is C, which regression and binary don't need. */
export function wire(task: Task, features: number, classes: number): Wiring {
  throw todo();
}
