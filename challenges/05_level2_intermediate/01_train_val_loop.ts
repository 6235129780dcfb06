/**
 * 05.1 · Training with validation
 *
 * Goal: put validation beside training: after each epoch, measure the model on data that it was not trained on, without
 * changing anything by measuring.
 *
 * Implement two functions for a classifier (inputs x float32 [B, ...], labels y int64 [B], logits [B, K]):
 * - `validate` goes through a loader once and gives `{ loss, accuracy }`, plain numbers. Both are means over *samples*:
 *   `lossFn` gives the mean over a batch, the last batch may be smaller, and accuracy is the share (0 to 1) of the
 *   samples whose largest logit is that of their label. While it measures, the model is in evaluation mode and no graph
 *   is recorded. Afterwards the model is in the mode in which it came, and its parameters, their gradients and its
 *   buffers are as before.
 * - `trainForEpochs` does `epochs` times: an epoch of training, then validation. It gives one record an epoch. For the
 *   training it calls `trainOneEpoch`, which you wrote in exercise 03/01.
 *
 * Why it matters: the training loss always falls; only the validation loss says whether the model learns something that
 * holds elsewhere. A validation in training mode measures another model (dropout on, batch statistics of the batch), and
 * worse, it lets batch norm learn from the validation data. Nothing raises an error.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import type { Tensor, nn, optim } from '@track/engine';
import { todo } from '@track/grader';
import { trainOneEpoch } from '../03_training/01_train_one_epoch.ts';

export interface Validation {
  /** Mean over the samples. */
  loss: number;
  /** Share of the samples that are classified correctly, 0 to 1. */
  accuracy: number;
}

export interface EpochRecord {
  trainLoss: number;
  valLoss: number;
  valAccuracy: number;
}

/** Measures `model` on `loader`. The model is on `device` already; the batches may be elsewhere. */
export async function validate(
  model: nn.Module, loader: AsyncIterable<[Tensor, Tensor]>, lossFn: nn.Module, device: string,
): Promise<Validation> {
  throw todo();
}

/** Trains and validates in turn; gives the records of all epochs, in order. */
export async function trainForEpochs(
  model: nn.Module, trainLoader: AsyncIterable<[Tensor, Tensor]>, valLoader: AsyncIterable<[Tensor, Tensor]>,
  lossFn: nn.Module, optimizer: optim.Optimizer, device: string, epochs: number,
): Promise<EpochRecord[]> {
  throw todo();
}
