import * as torch from '@track/engine';
import type { nn, optim } from '@track/engine';

export function saveCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer, epoch: number): void {
  torch.save({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch }, path);
}

export function loadCheckpoint(path: string, model: nn.Module, optimizer: optim.Optimizer): number {
  const checkpoint = torch.load(path);
  model.loadStateDict(checkpoint.model);
  optimizer.loadStateDict(checkpoint.optimizer);
  return checkpoint.epoch;
}

/* In PyTorch:

def save_checkpoint(path, model, optimizer, epoch):
    torch.save({'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'epoch': epoch}, path)

def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(path)
    model.load_state_dict(checkpoint['model'])
    optimizer.load_state_dict(checkpoint['optimizer'])
    return checkpoint['epoch']
*/
