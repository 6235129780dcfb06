// claim: a resumed run equals the uninterrupted run over five more steps
import * as torch from '@track/engine';
import type { nn, optim } from '@track/engine';

export function saveCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer, epoch: number): void {
  torch.save({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch }, path);
}

export function loadCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer): number {
  const checkpoint = torch.load(path);
  model.loadStateDict(checkpoint.model);
  optimizer.loadStateDict(checkpoint.optimizer);
  model.train();
  return checkpoint.epoch;
}
