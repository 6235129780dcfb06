// claim: outer(a, b) has shape [M, N] and the dtype of its inputs
import { nn, type Tensor } from '@track/engine';

export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const ndim = Math.max(a.length, b.length);
  return Array.from({ length: ndim }, (_, dim) => {
    const [m, n] = [a, b].map((shape) => shape[dim - ndim + shape.length] ?? 1);
    if (m !== n && m !== 1 && n !== 1) throw new Error(`size ${m} does not fit size ${n} at dimension ${dim}`);
    return m === 1 ? n : m; // not the larger one: a size of 1 also gives way to 0
  });
}

export function outer(a: Tensor, b: Tensor): Tensor {
  return nn.functional.linear(a.unsqueeze(1), b.unsqueeze(1));
}

export function addBias(x: Tensor, bias: Tensor): Tensor {
  return x.add(bias.reshape(-1, 1, 1));
}
