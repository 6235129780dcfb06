/**
 * 02.1 · ConcatBlock: two inputs, one layer
 *
 * Goal: write your first module of your own: one that joins two feature vectors and sends them through a linear layer.
 *
 * Implement the class `ConcatBlock`:
 * - the constructor creates the layer `fc`, a linear layer with bias, wide enough for both inputs side by side;
 * - `forward` joins `a` and `b` along the feature dimension, `a` first, and returns what `fc` makes of them.
 *   No activation follows.
 *
 *     a       float32 [N, dimA]
 *     b       float32 [N, dimB]
 *     result  float32 [N, dimOut]      e.g. [4, 5] and [4, 3] give [4, 8] with dimOut = 8
 *
 * Why it matters: wherever a model gets two things at once (an image and its metadata, a text and a question, a noisy
 * sample and a time step), they are joined like this first. The parts of the weight that read `a` and those that read
 * `b` are learned by one layer, and the order of the two is part of the model: weights that were trained with `a` first
 * mean nothing to code that puts `b` first.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** Joins two inputs and maps them to `dimOut` features. The parameters are `fc.weight` and `fc.bias`. */
export class ConcatBlock extends nn.Module {
  fc: nn.Linear;

  constructor(dimA: number, dimB: number, dimOut: number) {
    super();
    throw todo();
  }

  /** `a` of shape [N, dimA] and `b` of shape [N, dimB] give [N, dimOut]. */
  forward(a: Tensor, b: Tensor): Tensor {
    throw todo();
  }
}
