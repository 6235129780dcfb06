/**
 * 03.5 · Overfit one batch
 *
 * Goal: write the test that experienced people run before any long training. It trains on a single batch and looks at
 * three numbers; together they find most broken models in a second.
 *
 * Implement `sanityCheck` for a classifier with K classes. All losses are cross entropy on the whole batch, all training
 * is STEPS steps of Adam with learning rate LR on that batch, and the model is in training mode throughout.
 *
 * | number | how | what it should be |
 * |---|---|---|
 * | `initialLoss` | a fresh model, before any step | close to ln K: an untrained model should find all classes about equally likely |
 * | `batchLoss` | the same model after STEPS steps | below 0.01: a model that cannot learn even a few samples by heart will learn nothing |
 * | `blindLoss` | another fresh model after STEPS steps on inputs that are all zeros | at least 0.9 ln K: without the inputs, nothing can be learned |
 *
 * - `startsRight`: initialLoss is within 10% of ln K, above or below.
 * - `learnsBatch`: batchLoss is below 0.01.
 * - `usesInput`: blindLoss is at least 0.9 ln K. (The batch holds each class equally often.)
 *
 * Shapes: x is float32 [N, ...], y is int64 [N]; the model gives logits [N, K]. x and y stay as they are.
 *
 * Why it matters: an initial loss far above ln K tells of a bad initialization, one far below of a leak. A batch that
 * cannot be learned tells of a loss, shape or optimizer that is wired wrongly. And a loss that falls on blank inputs
 * tells that the answer reaches the model by another way than through the data. A loss that merely goes down tells
 * nothing at all.
 *
 * Read first: 03/01 and 03/04.
 */
import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';
import { todo } from '@track/grader';

export const STEPS = 100;
export const LR = 0.03;

export interface Sanity {
  initialLoss: number;
  batchLoss: number;
  blindLoss: number;
  startsRight: boolean;
  learnsBatch: boolean;
  usesInput: boolean;
}

/** Judges the models that `makeModel` makes, a fresh one at each call, on one batch x [N, ...], y [N]. */
export function sanityCheck(makeModel: () => nn.Module, x: Tensor, y: Tensor, classes: number): Sanity {
  throw todo();
}
