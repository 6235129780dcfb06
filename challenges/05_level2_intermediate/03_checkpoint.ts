/**
 * 05.3 · Checkpoints: stop here, go on there
 *
 * Goal: write to a file what a training run needs in order to go on as if it had never stopped, and read it back.
 *
 * Implement two functions:
 * - `saveCheckpoint` writes one file that holds an object with the keys `model` (the model's state dict), `optimizer`
 *   (the optimizer's state dict) and `epoch` (a number).
 * - `loadCheckpoint` reads such a file, brings model and optimizer to the state that was saved, in place, and returns
 *   the epoch as it was saved. The caller has built both in the usual way, with fresh weights. The mode of the model
 *   (training or evaluation) stays as the caller has it. A file that does not fit the model is an error.
 *
 * Why it matters: machines are shut down, jobs have time limits, and runs crash. A checkpoint that holds only the
 * weights looks fine, and the loss is where it was; but the optimizer has forgotten its momentum, Adam its two averages
 * and how many steps they are made of, and a learning rate that had been lowered is back at its start. The curve then has
 * a bump at each restart, and the result is another one.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import type { nn, optim } from '@track/engine';
import { todo } from '@track/grader';

/** Writes the state of a training run after `epoch` epochs to the file `path`. */
export function saveCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer, epoch: number): void {
  throw todo();
}

/** Restores model and optimizer from the file `path`; gives the epoch that was saved with them. */
export function loadCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer): number {
  throw todo();
}
