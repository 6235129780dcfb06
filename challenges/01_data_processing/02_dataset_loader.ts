/**
 * 01.2 · Dataset and DataLoader
 *
 * Goal: a Dataset that says how many samples there are and hands out one of them, and a DataLoader that makes shuffled
 * batches of them.
 *
 * Why it matters: this pair is how all training data reaches a model. The Dataset knows one sample at a time and
 * nothing of batches; the loader decides on order and batch size and puts samples together. A loader that skips or
 * repeats samples, or that keeps one order for ever, still yields batches of the right shape and a loss that falls;
 * the damage shows weeks later as a model that is a little worse than it should be. Later chapters train on what you
 * write here.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** One sample: its features, float32 [F], and its class, an int64 tensor without dimensions. */
export type Sample = [features: Tensor, label: Tensor];

/**
 * N samples held in two tensors: `features` [N, F] and `labels` [N]. Write it yourself, without
 * `torch.utils.data.TensorDataset`.
 *
 * The constructor throws an Error if the two have different N, and also if `labels` is not int64: classes that come as
 * floats are nearly always a mistake, and here is the earliest place to notice.
 */
export class TensorDataset implements torch.utils.data.Dataset<Sample> {
  constructor(readonly features: Tensor, readonly labels: Tensor) {
    throw todo();
  }

  /** Number of samples N. */
  get length(): number {
    throw todo();
  }

  /** Sample `index`, from 0 to N - 1. */
  getItem(index: number): Sample {
    throw todo();
  }
}

/**
 * `count` samples to try things on: `features` numbers each from the standard normal distribution, and a label that is
 * 0 or 1 with equal chances. All from torch's generator, so that `torch.manualSeed` repeats them.
 */
export function randomSamples(count: number, features: number): TensorDataset {
  throw todo();
}

/**
 * A loader that visits every sample of `dataset` once per epoch, in a new random order each time, in batches of
 * `batchSize`. If the samples do not divide evenly, the last batch is shorter; no sample is left out. The order comes
 * from torch's generator. A batch of `Sample`s is [features [B, F], labels [B]].
 */
export function createSampleLoader<T>(dataset: torch.utils.data.Dataset<T>, batchSize: number): torch.utils.data.DataLoader<T> {
  throw todo();
}
