/**
 * 02.2 · ConditionalMLP: logits that depend on a condition
 *
 * Goal: a classifier of two layers that is told something more than its input, and uses it at the right place.
 *
 * Implement the class `ConditionalMLP`:
 * - two linear layers with bias: `hidden` reads `x`, and `head` gives the logits;
 * - `forward` computes the hidden features of `x` with a ReLU, then appends the condition `c` to them unchanged
 *   (features first, condition last), and returns what `head` makes of both.
 *   The result is logits: nothing follows the head.
 *
 *     x       float32 [N, dimX]
 *     c       float32 [N, dimC]        may be negative
 *     result  float32 [N, numClasses]  e.g. [5, 3] for five samples and three classes
 *
 * Why it matters: a class label, a time step, a camera's position or a user's language are conditions. Where they enter
 * decides what a model can express: appended after the hidden layer, as here, a condition shifts the logits by an amount
 * that does not depend on `x`. A condition that never arrives is a common bug, and a silent one: the loss still falls,
 * because the model learns the average over all conditions.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** Hidden features of `x`, then the condition, then logits. The layers are `hidden` and `head`. */
export class ConditionalMLP extends nn.Module {
  hidden: nn.Linear;
  head: nn.Linear;

  constructor(dimX: number, dimC: number, dimHidden: number, numClasses: number) {
    super();
    throw todo();
  }

  /** `x` of shape [N, dimX] and `c` of shape [N, dimC] give logits of shape [N, numClasses]. */
  forward(x: Tensor, c: Tensor): Tensor {
    throw todo();
  }
}
