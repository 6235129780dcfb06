// claim: saveCheckpoint writes a file that holds model, optimizer and epoch
import * as torch from '@track/engine';
import type { nn, optim } from '@track/engine';

const kept = new Map<string, any>();

export function saveCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer, epoch: number): void {
  kept.set(path, structuredClone({ epoch }));
}

export function loadCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer): number {
  const checkpoint = kept.get(path);
  return checkpoint.epoch;
}
