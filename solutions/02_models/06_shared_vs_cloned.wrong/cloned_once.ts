// claim: every block has parameters of its own: count times as many as one block
import * as torch from '@track/engine';
import { nn } from '@track/engine';

export function freshBlocks(make: () => nn.Module, count: number): nn.ModuleList {
  return new nn.ModuleList(Array.from({ length: count }, () => make()));
}

export function clonedBlocks(block: nn.Module, count: number): nn.ModuleList {
  return new nn.ModuleList(new Array<nn.Module>(count).fill(torch.deepcopy(block)));
}
