/**
 * 03.3 · Regression and its shapes
 *
 * Goal: fit a line y = slope · x + intercept with an nn.Linear, where the targets come as a plain list of numbers, and
 * keep prediction and target in the same shape.
 *
 * Implement
 * - `regressionLoss`: the mean over the N samples of (prediction of sample i − target of sample i)², a tensor of shape
 *   [] that backward can start from.
 * - `fitLine`: trains a new `nn.Linear(1, 1)` with that loss until slope and intercept are within 0.01 of the line that
 *   the points lie on. The inputs are spread over about −2 to 2. A few hundred steps on all points at once are enough.
 *
 * Shapes: x is float32 [N], y is float32 [N], as measurements usually come. nn.Linear wants features in the last
 * dimension: it takes [N, 1] and gives [N, 1].
 *
 * Why it matters: [N, 1] and [N] are not the same shape, but they broadcast, to [N, N]. PyTorch gives a warning at most,
 * the loss is a number like any other, and it even goes down. Look closely at what you subtract from what. This is one
 * of the most frequent silent mistakes in regression, and in value functions of reinforcement learning.
 *
 * Read first: 00/02 (broadcasting) and 03/01.
 */
import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** The mean squared error of `model` (an nn.Linear(1, 1)) on inputs x [N] and targets y [N]; shape []. */
export function regressionLoss(model: nn.Linear, x: Tensor, y: Tensor): Tensor {
  throw todo();
}

/** An nn.Linear(1, 1) trained on the points (x[i], y[i]), which lie on a line. */
export function fitLine(x: Tensor, y: Tensor): nn.Linear {
  throw todo();
}
