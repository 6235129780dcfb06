import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function numberedGrid(rows: number, columns: number): Tensor {
  return torch.arange(rows).mul(10).unsqueeze(1).add(torch.arange(columns)).float();
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

/* In PyTorch:

def numbered_grid(rows, columns):
    return (torch.arange(rows) * 10).unsqueeze(1).add(torch.arange(columns)).float()

def row_view(x, i):
    return x[i]

def even_columns_copy(x):
    return x[:, ::2].clone()

def greater_than(x, threshold):
    return x[x > threshold]

def clear_right_edge(x, width):
    x[:, -width:] = 0
*/
