/**
 * 01.5 · Padding and masks
 *
 * Goal: put sequences of different lengths into one tensor, say with a mask which entries are real, and use the mask so
 * that padding never counts.
 *
 * Why it matters: texts, recordings and time series have different lengths, and a tensor has only one. The loader's
 * `collateFn` fills them up to the longest of the batch. From then on every mean, every loss and every attention must
 * leave the filling out: otherwise a sample's result depends on which other samples happen to share its batch, and no
 * error says so.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** Sequences of one dtype, filled up to the same length. */
export interface Padded {
  /** [N, Tmax], in the dtype of the sequences. */
  values: Tensor;
  /** bool [N, Tmax]: true where `values` holds an entry of the sequence, false where it is filled up. */
  mask: Tensor;
}

/**
 * N sequences of shapes [T0], [T1], … as one tensor of shape [N, Tmax], where Tmax is the longest of them. Row n begins
 * with sequence n and is filled up with `paddingValue`. That value may occur in the sequences as well.
 */
export function padSequences(sequences: readonly Tensor[], paddingValue: number = 0): Padded {
  throw todo();
}

/** A sequence [T] and its class. */
export type SequenceSample = [sequence: Tensor, label: number];

/** For `DataLoader`'s `collateFn`: values [N, Tmax], mask bool [N, Tmax] and labels int64 [N]. The filling is 0. */
export function collatePadded(samples: readonly SequenceSample[]): [values: Tensor, mask: Tensor, labels: Tensor] {
  throw todo();
}

/**
 * The mean of each row of `values` [N, T], a floating dtype, over the positions where `mask` [N, T] is true: shape [N].
 * Each row has at least one. What the other positions hold has no influence, not even NaN or infinity.
 */
export function maskedMean(values: Tensor, mask: Tensor): Tensor {
  throw todo();
}
