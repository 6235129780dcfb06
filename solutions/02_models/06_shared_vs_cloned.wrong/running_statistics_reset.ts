// claim: clones start with the values of the block, buffers included, and the block is not one of them
import * as torch from '@track/engine';
import { nn } from '@track/engine';

export function freshBlocks(make: () => nn.Module, count: number): nn.ModuleList {
  return new nn.ModuleList(Array.from({ length: count }, () => make()));
}

export function clonedBlocks(block: nn.Module, count: number): nn.ModuleList {
  return new nn.ModuleList(Array.from({ length: count }, () => {
    const copy = torch.deepcopy(block);
    for (const m of copy.modules()) if (m instanceof nn.BatchNorm1d) m.resetRunningStats();
    return copy;
  }));
}
