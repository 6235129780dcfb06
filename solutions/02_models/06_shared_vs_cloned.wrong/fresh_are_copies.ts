// claim: fresh blocks start with values that differ from each other
import * as torch from '@track/engine';
import { nn } from '@track/engine';

export function freshBlocks(make: () => nn.Module, count: number): nn.ModuleList {
  const block = make();
  return new nn.ModuleList(Array.from({ length: count }, () => torch.deepcopy(block)));
}

export function clonedBlocks(block: nn.Module, count: number): nn.ModuleList {
  return new nn.ModuleList(Array.from({ length: count }, () => torch.deepcopy(block)));
}
