// claim: rowView gives the row, and writing to it changes the matrix
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function numberedGrid(rows: number, columns: number): Tensor {
  return torch.arange(rows).mul(10).unsqueeze(1).add(torch.arange(columns)).float();
}

export function rowView(x: Tensor, i: number): Tensor {
  return x.at(1);
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
