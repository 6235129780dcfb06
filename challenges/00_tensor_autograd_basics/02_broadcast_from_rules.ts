/**
 * 00.2 · Broadcasting from its rules
 *
 * Goal: know the rules by which tensors of different shapes combine, well enough to compute the resulting shape
 * without a tensor, and to bring an operand into a shape that broadcasts the way you mean.
 *
 * The rules: write the two shapes below each other, flush right. Missing sizes on the left count as 1. Along each
 * dimension the sizes must be equal, or one of them must be 1; that one is repeated as often as the other one says.
 *
 * Why it matters: a bias, a mask, a per-channel mean: nearly every line of a model broadcasts something. Sizes that do
 * not fit are an error at once. Sizes that fit by accident are worse: a bias of 8 channels added to images 8 pixels
 * wide runs, trains, and adds to columns instead of channels. Subtracting predictions of shape [N, 1] from targets of
 * shape [N] gives an [N, N] matrix and a loss that means nothing.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/**
 * The shape that tensors of the shapes `a` and `b` broadcast to, computed from the sizes alone, without a tensor.
 * A shape may be empty (a tensor of zero dimensions), and a size may be 0 (a tensor without entries).
 * Throws an Error whose message names both sizes where they do not fit.
 */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  throw todo();
}

/**
 * All products of an entry of `a` [M] and an entry of `b` [N]: a tensor of shape [M, N] with `a[i] * b[j]` at (i, j).
 * Without a loop over the entries.
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  throw todo();
}

/**
 * Adds one number per channel to a batch of images: `x` is [N, C, H, W], `bias` is [C], the result is [N, C, H, W] with
 * `bias[c]` added to every pixel of channel c. Without a loop over the channels.
 */
export function addBias(x: Tensor, bias: Tensor): Tensor {
  throw todo();
}
