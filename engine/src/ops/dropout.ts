import { TorchError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { composite, type Table } from './operator.ts';

export interface DropoutOptions { p?: number; training?: boolean; inplace?: boolean }
type Dropout = (p?: number | DropoutOptions, training?: boolean | DropoutOptions, inplace?: boolean) => Tensor;

/** Random zeros in training; the identity where `training` is false. */
export interface DropoutOps {
  /** Zeroes each element with probability `p` and scales the rest by 1 / (1 − p). */
  dropout: Dropout;
  /** Zeroes whole channels of input[N, C, L] or [C, L]. */
  dropout1d: Dropout;
  /** Zeroes whole channels of input[N, C, H, W]. */
  dropout2d: Dropout;
  /** Zeroes whole channels of input[N, C, D, H, W] or [C, D, H, W]. */
  dropout3d: Dropout;
  /** Dropout that keeps mean and variance of activations behind SELU (Klambauer et al. 2017). */
  alphaDropout: Dropout;
  /** `alphaDropout` of whole channels. */
  featureAlphaDropout: Dropout;
}

/** The mask is drawn with the shape `[N, C, 1, …]` for whole channels. */
function drop(x: Tensor, p: number, training: boolean, inplace: boolean, channels: boolean, alpha: boolean): Tensor {
  if (!(p >= 0 && p <= 1)) throw new TorchError(`dropout probability has to be between 0 and 1, but got ${p}`, { operator: 'dropout' });
  if (p === 0 || !training || x.count === 0) return x;
  const result = (out: Tensor): Tensor => (inplace ? x.copy_(out) : out);
  if (p === 1) return result(x.mul(0));
  if (channels && x.ndim < 2) throw new TorchError('Feature dropout requires at least 2 dimensions in the input', { operator: 'dropout', shapes: [x.shape] });
  const mask = x.newEmpty(channels ? x.shape.map((n, i) => (i < 2 ? n : 1)) : [...x.shape]).bernoulli_(1 - p);
  if (!alpha) { const noise = mask.div_(1 - p); return inplace ? x.mul_(noise) : x.mul(noise); }
  // SELU's value at minus infinity is -alpha', here the value of a dropped element; a and b restore mean 0 and variance 1.
  const low = 1.7580993408473766, a = 1 / Math.sqrt((low * low * p + 1) * (1 - p));
  const shift = mask.sub(1).mul(low * a).add(low * a * p);
  return result(x.mul(mask.mul(a)).add(shift));
}

const schema = (name: string, training = true): string => `${name}(Tensor input, float p=0.5, bool training=${training ? 'True' : 'False'}, bool inplace=False)`;
const elementwise = (name: string, training: boolean, channels: boolean, alpha: boolean) => composite({
  schema: schema(name, training),
  compose: (x: Tensor, p: number, active: boolean, inplace: boolean) => drop(x, p, active, inplace, channels, alpha),
});

/** Dropout of whole channels, for inputs with a batch or (rank `unbatched`) without one. */
const channelwise = (name: string, batched: number, unbatched: number | null) => composite({
  schema: schema(name),
  compose(x: Tensor, p: number, training: boolean, inplace: boolean) {
    if (x.ndim !== batched && x.ndim !== unbatched && batched === 3) throw new TorchError(`dropout1d: Expected 2D or 3D input, but received a ${x.ndim}D input. Note that dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs).`, { operator: name, shapes: [x.shape] });
    if (x.ndim !== unbatched || inplace) return drop(x, p, training, inplace, true, false);
    return drop(x.unsqueeze(0), p, training, false, true, false).squeeze(0);
  },
});

export const dropouts: Table<DropoutOps> = {
  dropout: elementwise('dropout', true, false, false),
  dropout1d: channelwise('dropout1d', 3, 2),
  dropout2d: channelwise('dropout2d', 4, null),
  dropout3d: channelwise('dropout3d', 5, 4),
  alphaDropout: elementwise('alpha_dropout', false, false, true),
  featureAlphaDropout: elementwise('feature_alpha_dropout', false, true, true),
};
