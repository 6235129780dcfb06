/**
 * 05.4 · The best snapshot
 *
 * Goal: keep the weights of the best epoch in memory while training goes on, and bring them back at the end.
 *
 * Implement the class `BestSnapshot`. Lower losses are better.
 * - `update` is called after each validation. If the loss is lower than every loss before, it keeps the model's whole
 *   state (parameters and buffers), notes `bestLoss` and `bestEpoch`, and returns true. Otherwise it changes nothing and
 *   returns false. An equal loss is not better, and neither is NaN, at any time.
 * - `restore` writes the kept state into the model, as often as it is called. Before the first snapshot it throws an
 *   `Error` that says that there is none yet.
 *
 * The snapshot is independent of the model: whatever happens to the model later, the snapshot stays. Only the best one is
 * held, taking it records no graph, and the model keeps its own parameters, so that its optimizer goes on to work.
 *
 * Why it matters: validation loss falls and then rises again, and the weights you want are those of the lowest point, not
 * the last ones. A state dict shares memory with the model: kept as it is, "the best weights" are at every moment the
 * current ones. The program runs, prints the best epoch's score, and delivers the last epoch's weights.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import type { Tensor, nn } from '@track/engine';
import { todo } from '@track/grader';

/** Keeps the state of the epoch with the lowest loss. */
export class BestSnapshot {
  /** The lowest loss so far. */
  bestLoss = Infinity;
  /** The epoch in which it was reached; -1 before the first snapshot. */
  bestEpoch = -1;

  /** Takes a snapshot of `model` if `loss` is the lowest so far; tells whether it did. */
  update(epoch: number, loss: number, model: nn.Module): boolean {
    throw todo();
  }

  /** Writes the best state into `model`. */
  restore(model: nn.Module): void {
    throw todo();
  }
}
