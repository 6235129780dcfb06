import * as torch from '@track/engine';
import { nn } from '@track/engine';

export function freshBlocks(make: () => nn.Module, count: number): nn.ModuleList {
  return new nn.ModuleList(Array.from({ length: count }, () => make()));
}

export function clonedBlocks(block: nn.Module, count: number): nn.ModuleList {
  return new nn.ModuleList(Array.from({ length: count }, () => torch.deepcopy(block)));
}

/* In PyTorch:

def fresh_blocks(make, count):
    return nn.ModuleList(make() for _ in range(count))

def cloned_blocks(block, count):
    return nn.ModuleList(copy.deepcopy(block) for _ in range(count))
*/
