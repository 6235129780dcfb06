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
  return x.transpose(1, 2).flatten(2);
}

/* In PyTorch:

def to_channels_last(x):
    return x.permute(0, 2, 3, 1)

def to_channels_first(x):
    return x.permute(0, 3, 1, 2).contiguous()

def to_tokens(x):
    return x.flatten(2).transpose(1, 2)

def split_heads(x, heads):
    n, t, _ = x.shape
    return x.reshape(n, t, heads, -1).transpose(1, 2)

def merge_heads(x):
    return x.transpose(1, 2).flatten(2)
*/
