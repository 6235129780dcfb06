/**
 * 00.1 · Create, index, slice
 *
 * Goal: make tensors from data and from rules, and pick parts of them, knowing which picks share memory with the
 * original and which are copies.
 *
 * Why it matters: a batch is a slice of a dataset, a mask picks the samples that count, a learning-rate table is an
 * arange. A slice in PyTorch is a view: writing to it writes to the original. Programs rely on that, and just as often
 * they are broken by it, when a "copy" of the best weights turns out to be the live weights themselves.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** A float32 tensor of shape [rows, columns] in which entry (i, j) is `10 * i + j`. */
export function numberedGrid(rows: number, columns: number): Tensor {
  throw todo();
}

/** Row `i` of a matrix of shape [R, C], as a view of shape [C]: writing to the result must change `x`. */
export function rowView(x: Tensor, i: number): Tensor {
  throw todo();
}

/** Every second column of a matrix of shape [R, C], beginning with column 0, as a copy: writing to the result must not change `x`. */
export function evenColumnsCopy(x: Tensor): Tensor {
  throw todo();
}

/** All entries of `x` greater than `threshold`, in row-major order, as a tensor of one dimension. */
export function greaterThan(x: Tensor, threshold: number): Tensor {
  throw todo();
}

/** Sets the last `width` columns of a matrix of shape [R, C] to zero, in place, and returns nothing. `width` is at least 1. */
export function clearRightEdge(x: Tensor, width: number): void {
  throw todo();
}
