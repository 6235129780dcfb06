/**
 * 00.3 · Reshape is not permute
 *
 * Goal: reorder dimensions when their order has to change, regroup entries when their order stays, and know which of
 * the two a line of code does.
 *
 * A tensor is a run of numbers in memory, a shape, and one stride per dimension: how far to go in memory for the next
 * index. `permute` exchanges shape and strides and leaves the numbers where they are. `reshape` keeps the order of the
 * numbers, the last index counting fastest, and cuts the run anew.
 *
 * Why it matters: PyTorch keeps images as [N, C, H, W], files and plotting libraries want [N, H, W, C], transformers
 * want rows of tokens. Both operations can produce the shape you need, only one puts each number in its place, and the
 * wrong one raises no error: the model trains on scrambled images, and learns something, only less.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** A batch of images [N, C, H, W] with its channels last: [N, H, W, C]. Shares memory with `x`; no number is copied. */
export function toChannelsLast(x: Tensor): Tensor {
  throw todo();
}

/** The way back: [N, H, W, C] to [N, C, H, W], stored in its own contiguous memory, as `view` and file formats want it. */
export function toChannelsFirst(x: Tensor): Tensor {
  throw todo();
}

/**
 * Each pixel as one token, as a vision transformer reads an image: [N, C, H, W] to [N, H * W, C]. Row `h * W + w` of
 * image n holds the C channels of its pixel (h, w).
 */
export function toTokens(x: Tensor): Tensor {
  throw todo();
}

/**
 * Splits the features of tokens into attention heads: `x` is [N, T, heads * D], the result is [N, heads, T, D]. Head k
 * gets the features from `k * D` to `(k + 1) * D`, of every token.
 */
export function splitHeads(x: Tensor, heads: number): Tensor {
  throw todo();
}

/** Undoes `splitHeads`: [N, heads, T, D] to [N, T, heads * D]. */
export function mergeHeads(x: Tensor): Tensor {
  throw todo();
}
