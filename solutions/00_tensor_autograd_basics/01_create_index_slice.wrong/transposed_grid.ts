// claim: entry (i, j) of the grid is 10 * i + j
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function numberedGrid(rows: number, columns: number): Tensor {
  return torch.arange(columns).mul(10).add(torch.arange(rows).unsqueeze(1)).float();
}

export function rowView(x: Tensor, i: number): Tensor {
  return x.at(i);
}

export function evenColumnsCopy(x: Tensor): Tensor {
  return x.at(':', '::2').clone();
}

export function greaterThan(x: Tensor, threshold: number): Tensor {
  return x.at(x.gt(threshold));
}

export function clearRightEdge(x: Tensor, width: number): void {
  x.setAt([':', `${-width}:`], 0);
}

