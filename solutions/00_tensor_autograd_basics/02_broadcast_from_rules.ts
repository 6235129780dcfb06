import type { Tensor } from '@track/engine';

export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const ndim = Math.max(a.length, b.length);
  return Array.from({ length: ndim }, (_, dim) => {
    const [m, n] = [a, b].map((shape) => shape[dim - ndim + shape.length] ?? 1);
    if (m !== n && m !== 1 && n !== 1) throw new Error(`size ${m} does not fit size ${n} at dimension ${dim}`);
    return m === 1 ? n : m; // not the larger one: a size of 1 also gives way to 0
  });
}

export function outer(a: Tensor, b: Tensor): Tensor {
  return a.unsqueeze(1).mul(b);
}

export function addBias(x: Tensor, bias: Tensor): Tensor {
  return x.add(bias.reshape(-1, 1, 1));
}

/* In PyTorch:

def broadcast_shape(a, b):
    ndim = max(len(a), len(b))
    shape = []
    for dim in range(ndim):
        m, n = [s[dim - ndim + len(s)] if dim - ndim + len(s) >= 0 else 1 for s in (a, b)]
        if m != n and m != 1 and n != 1:
            raise ValueError(f"size {m} does not fit size {n} at dimension {dim}")
        shape.append(n if m == 1 else m)
    return shape

def outer(a, b):
    return a.unsqueeze(1) * b

def add_bias(x, bias):
    return x + bias.reshape(-1, 1, 1)
*/
