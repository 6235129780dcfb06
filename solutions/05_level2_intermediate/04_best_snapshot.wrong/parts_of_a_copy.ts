// claim: the model keeps its own parameters, so that its optimizer goes on to work
import * as torch from '@track/engine';
import type { nn } from '@track/engine';

export class BestSnapshot {
  bestLoss = Infinity;
  bestEpoch = -1;
  #copy: nn.Module | undefined;

  update(epoch: number, loss: number, model: nn.Module): boolean {
    // NaN is not less than anything, so a diverged epoch is never the best.
    if (!(loss < this.bestLoss)) return false;
    this.bestLoss = loss;
    this.bestEpoch = epoch;
    // The tensors of a state dict share memory with the model.
    this.#copy = torch.deepcopy(model);
    return true;
  }

  restore(model: nn.Module): void {
    if (this.#copy === undefined) throw new Error('there is no snapshot yet');
    Object.assign(model, torch.deepcopy(this.#copy));
  }
}
