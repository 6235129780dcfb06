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
    this.#state = Object.fromEntries(Object.entries(model.stateDict()).map(([name, t]) => [name, t.clone()]));
    return true;
  }

  restore(model: nn.Module): void {
    if (this.#state === undefined) throw new Error('there is no snapshot yet');
    model.loadStateDict(this.#state);
  }
}

/* In PyTorch:

class BestSnapshot:
    def __init__(self):
        self.best_loss = float('inf')
        self.best_epoch = -1
        self._state = None

    def update(self, epoch, loss, model):
        if not loss < self.best_loss:
            return False
        self.best_loss = loss
        self.best_epoch = epoch
        self._state = {name: t.clone() for name, t in model.state_dict().items()}
        return True

    def restore(self, model):
        if self._state is None:
            raise RuntimeError('there is no snapshot yet')
        model.load_state_dict(self._state)
*/
