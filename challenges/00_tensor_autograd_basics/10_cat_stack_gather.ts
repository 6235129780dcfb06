/**
 * 00.10 · Join, pick, and add up by index
 *
 * Goal: put tensors together along an old dimension or a new one, pick one entry from each row, and do the reverse of
 * picking, in which entries that go to the same place add up.
 *
 * Picking copies one number to as many places as ask for it. Its backward goes the other way: a number that was picked
 * three times gets the sum of three gradients. Writing instead of adding keeps only the last one.
 *
 * Why it matters: cross entropy picks the log-probability of the right class from each row. An embedding picks rows,
 * and its gradient adds up over all tokens that are the same word. Averages per user and messages in a graph are sums
 * by index. Where an index repeats, overwriting loses data, and nothing reports it.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** K vectors of shape [N] side by side: [N, K], with vector k as column k. */
export function asColumns(vectors: readonly Tensor[]): Tensor {
  throw todo();
}

/** Batches below each other: tensors [N1, D], [N2, D], … become [N1 + N2 + …, D]. Their numbers of rows may differ. */
export function joinBatches(batches: readonly Tensor[]): Tensor {
  throw todo();
}

/**
 * From row n of `logProbs` [N, C] the entry in column `targets[n]`: shape [N]. `targets` is int64 [N]. Other entries of a
 * row do not count, even where they are -Infinity.
 */
export function pickTargets(logProbs: Tensor, targets: Tensor): Tensor {
  throw todo();
}

/** float32 [N, classes]: row n is 1 in column `labels[n]` (int64 [N]) and 0 elsewhere. */
export function oneHot(labels: Tensor, classes: number): Tensor {
  throw todo();
}

/**
 * Sums of the rows of each group: `values` is [N, D], `groups` is int64 [N], the result is [count, D]. Row g is the sum of
 * all rows n with `groups[n]` equal to g; a group without rows has zeros.
 */
export function sumByGroup(values: Tensor, groups: Tensor, count: number): Tensor {
  throw todo();
}

/**
 * The backward of `y = x.gather(1, index)` for an `x` of shape [N, columns]: given `grad` [N, K], the gradient for `y`, and
 * `index`, int64 [N, K], it returns the gradient for `x`, [N, columns], in the dtype of `grad`. Without autograd.
 */
export function gatherBackward(grad: Tensor, index: Tensor, columns: number): Tensor {
  throw todo();
}
