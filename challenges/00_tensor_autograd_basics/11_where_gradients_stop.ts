/**
 * 00.11 · Where gradients stop
 *
 * Goal: know which steps keep the graph and which cut it, and find out which parameters a loss does not reach.
 *
 * A gradient flows only along recorded operations on tensors. It stops at `item()` and `tolist()`, at a new
 * `torch.tensor(…)`, at comparisons and counts, at `detach()`. Nothing fails there: the loss is a number like any
 * other, the program runs to its end, and some parameter never changes.
 *
 * Why it matters: "it trains, but no better than chance" is often a cut graph, and the other way round, a list of losses kept
 * for a plot that holds every graph since the first batch is how memory runs out after an hour. A gradient that is
 * not stopped but NaN is the third case: one NaN in one entry, and after the next step every weight is NaN.
 *
 * Read first: 00/09 on detach and leaves.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** The mean of a list of losses (each of shape [], at least one), as a tensor of shape [] through which gradients flow to all of them. */
export function meanLoss(losses: readonly Tensor[]): Tensor {
  throw todo();
}

/** The values of the losses, for a plot: a list of plain numbers, which holds no graph. The losses stay as they are. */
export function history(losses: readonly Tensor[]): number[] {
  throw todo();
}

/**
 * How many scores lie above a threshold, softened so that it can be trained: each score s counts as
 * sigmoid((s - threshold) / temperature), which is near 1 far above the threshold and near 0 far below.
 * `scores` has any shape; the result has shape [] and the dtype of `scores`.
 */
export function softCount(scores: Tensor, threshold: number, temperature: number): Tensor {
  throw todo();
}

/**
 * Elementwise √x where x > 0, and exactly 0 elsewhere (zero and negative numbers). Shape and dtype of `x`. The
 * gradient is 1 / (2√x) where x > 0 and exactly 0 elsewhere: no NaN and no infinity, whatever `x` holds.
 */
export function safeSqrt(x: Tensor): Tensor {
  throw todo();
}

/**
 * The names of the parameters that require grad and to which no gradient flows from `loss`, in the order of
 * `parameters`. At least one of the parameters requires grad. A gradient that happens to be 0 has still arrived. If
 * the loss itself belongs to no graph, no parameter is reached. The `.grad` of every parameter stays as it was, and
 * `loss.backward()` must still work afterwards.
 */
export function unreachedParameters(loss: Tensor, parameters: Readonly<Record<string, Tensor>>): string[] {
  throw todo();
}
