// claim: a file that holds more than the model is refused
import * as torch from '@track/engine';
import type { nn, optim } from '@track/engine';

export function saveCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer, epoch: number): void {
  torch.save({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch }, path);
}

export function loadCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer): number {
  const checkpoint = torch.load(path);
  const names = Object.keys(model.stateDict());
  model.loadStateDict(Object.fromEntries(names.map((name) => [name, checkpoint.model[name]]).filter(([, value]) => value !== undefined)));
  optimizer.loadStateDict(checkpoint.optimizer);
  return checkpoint.epoch;
}
