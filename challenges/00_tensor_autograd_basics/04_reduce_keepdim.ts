/**
 * 00.4 · Reductions and keepdim
 *
 * Goal: sum over the dimensions you mean, say how the variance counts, and keep reduced dimensions where the result has
 * to meet its input again.
 *
 * A reduction removes dimensions. With `keepdim` they stay, with size 1, so that the result broadcasts against the
 * tensor it came from.
 *
 * Why it matters: batch norm, layer norm and softmax are each a reduction over the right dimensions and a broadcast
 * back. On a square matrix, forgetting `keepdim` subtracts the mean of row 0 from column 0, without an error. And the
 * variance exists in two versions: PyTorch's `var` divides by n - 1 unless told otherwise, its norm layers divide by n.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/**
 * The mean of a float tensor over the dimensions `dims` (one or more, all different; negative ones count from the end).
 * Reduced dimensions are gone, or have size 1 with `keepdim`: for `x` [2, 3, 5] and dims [0, 2] the shape is [3] or
 * [1, 3, 1].
 */
export function mean(x: Tensor, dims: readonly number[], keepdim: boolean): Tensor {
  throw todo();
}

/**
 * The variance over `dims`: the squared distances from the mean, summed, and divided by n, or by n - 1 where `unbiased`
 * is true. n is the number of entries that go into one result. Shapes as for `mean`. For n = 1 the unbiased variance is
 * NaN, as in PyTorch. It must be right for values far from zero too.
 */
export function variance(x: Tensor, dims: readonly number[], options: { unbiased: boolean; keepdim: boolean }): Tensor {
  throw todo();
}

/**
 * `x` with mean 0 and variance 1 over `dims`: subtracts the mean and divides by the root of (variance + 1e-5). The
 * variance is the biased one, as in PyTorch's norm layers. The shape stays.
 */
export function standardize(x: Tensor, dims: readonly number[]): Tensor {
  throw todo();
}

/** `x` minus its largest entry along `dim`, so that the largest one becomes 0 (softmax begins like this). The shape stays. */
export function subtractMax(x: Tensor, dim: number): Tensor {
  throw todo();
}
