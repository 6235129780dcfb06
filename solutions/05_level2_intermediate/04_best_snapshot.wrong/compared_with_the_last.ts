// claim: update returns true exactly when the loss is lower than all before, and notes loss and epoch
import type { Tensor, nn } from '@track/engine';

export class BestSnapshot {
  bestLoss = Infinity;
  bestEpoch = -1;
  #state: Record<string, Tensor> | undefined;
  #last = Infinity;

  update(epoch: number, loss: number, model: nn.Module): boolean {
    const last = this.#last;
    this.#last = loss;
    // NaN is not less than anything, so a diverged epoch is never the best.
    if (!(loss < last)) return false;
    this.bestLoss = loss;
    this.bestEpoch = epoch;
    // The tensors of a state dict share memory with the model.
    this.#state = Object.fromEntries(Object.entries(model.stateDict()).map(([name, t]) => [name, t.clone()]));
    return true;
  }

  restore(model: nn.Module): void {
    if (this.#state === undefined) throw new Error('there is no snapshot yet');
    model.loadStateDict(this.#state);
  }
}
