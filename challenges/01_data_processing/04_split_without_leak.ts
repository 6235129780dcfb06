/**
 * 01.4 · Split without a leak
 *
 * Goal: split a table at random into a training and a test part, and standardize both with what the training part
 * alone tells.
 *
 * Why it matters: the test part stands for data that nobody has seen yet. If its numbers enter the mean and the
 * standard deviation, the score on it is a little too good, and nothing in the program tells you. The same holds for
 * every other step that learns from data: filling gaps, choosing features, building a vocabulary. Splitting by position
 * is no better: many tables are sorted by class, so that the last rows hold a class that training never met.
 *
 * `wine()` of `datasets` in '@track/engine/vision' is such a table: sorted by class, with columns whose scales differ by
 * a factor of a thousand.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** Numbers of the rows of each part, two int64 tensors of one dimension. */
export interface Rows {
  train: Tensor;
  test: Tensor;
}

/** What standardizing needs to know of each of F features, two float32 tensors [F]. */
export interface Scaler {
  mean: Tensor;
  std: Tensor;
}

/** Both parts of a table, with standardized features, and the scaler that was used. */
export interface Prepared {
  trainFeatures: Tensor;
  trainLabels: Tensor;
  testFeatures: Tensor;
  testLabels: Tensor;
  scaler: Scaler;
}

/**
 * Puts each of the rows 0 to `count` - 1 into one of two parts at random, with torch's generator. The test part has
 * `Math.round(count * testFraction)` rows.
 */
export function splitRows(count: number, testFraction: number): Rows {
  throw todo();
}

/**
 * Mean and standard deviation of each column of `features` [N, F]. The variance is the mean of the squared deviations
 * (divided by N, not N - 1). A column that never changes gets std 1.
 */
export function fitScaler(features: Tensor): Scaler {
  throw todo();
}

/** `features` [N, F] minus the mean, divided by the standard deviation, column by column. */
export function standardize(features: Tensor, scaler: Scaler): Tensor {
  throw todo();
}

/** Splits `features` [N, F] and `labels` [N] with `splitRows` and standardizes both parts without a leak. */
export function prepare(features: Tensor, labels: Tensor, testFraction: number): Prepared {
  throw todo();
}
