// claim: clones start with the values of the block, buffers included, and the block is not one of them
import * as torch from '@track/engine';
import { nn } from '@track/engine';

export function freshBlocks(make: () => nn.Module, count: number): nn.ModuleList {
  return new nn.ModuleList(Array.from({ length: count }, () => make()));
}

export function clonedBlocks(block: nn.Module, count: number): nn.ModuleList {
  return new nn.ModuleList(Array.from({ length: count }, (_, k) => (k === 0 ? block : torch.deepcopy(block))));
}
