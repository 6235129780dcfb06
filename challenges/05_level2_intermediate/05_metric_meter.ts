/**
 * 05.5 · A meter for running metrics
 *
 * Goal: gather loss and accuracy while batches go by, so that they can be read at any moment, whatever the sizes of the
 * batches, and start over with each epoch.
 *
 * Implement the class `MetricMeter` for a classifier:
 * - `update` takes in one batch: its loss, a tensor of shape [] that is the mean over the batch and may hang on a graph,
 *   the logits [B, K] and the labels int64 [B]. It records no graph and keeps none alive.
 * - `compute` gives `{ loss, accuracy }` as plain numbers: means over all samples since the last reset, accuracy as a
 *   share from 0 to 1. It changes nothing, so it can be called after every batch for a progress line. Without any sample
 *   both are NaN.
 * - `reset` starts over.
 *
 * And implement `metricsPerEpoch`, which goes through the batches of several epochs with one meter and gives the metrics
 * of each epoch by itself.
 *
 * Why it matters: progress bars, logs and early stopping all read such a meter. If it forgets that batches differ in
 * size, the numbers depend on how the data was cut. If nobody resets it, the curve is an average over the past: it looks
 * pleasantly smooth, and hides when training goes wrong.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

export interface Metrics {
  /** Mean over the samples. */
  loss: number;
  /** Share of the samples that are classified correctly, 0 to 1. */
  accuracy: number;
}

/** Loss [] (mean over the batch), logits [B, K], labels [B]. */
export type MeasuredBatch = [loss: Tensor, logits: Tensor, labels: Tensor];

/** Means of loss and accuracy over the samples since the last reset. */
export class MetricMeter {
  /** Takes in one batch. */
  update(loss: Tensor, logits: Tensor, labels: Tensor): void {
    throw todo();
  }

  /** The means so far. */
  compute(): Metrics {
    throw todo();
  }

  /** Forgets all samples. */
  reset(): void {
    throw todo();
  }
}

/** The metrics of each epoch, from the batches of each epoch. */
export function metricsPerEpoch(epochs: readonly (readonly MeasuredBatch[])[]): Metrics[] {
  throw todo();
}
