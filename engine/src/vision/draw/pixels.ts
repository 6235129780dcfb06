import { denseAs } from '../../cpu/copy.ts';
import { TorchError } from '../../errors.ts';
import { isFloat } from '../../tensor/dtype.ts';
import { showShape } from '../../tensor/layout.ts';
import { Tensor } from '../../tensor/tensor.ts';

/** An image ready to be shown: `channels` (1 or 3) bytes for each pixel, row by row. */
export interface Pixels { readonly width: number; readonly height: number; readonly channels: 1 | 3; readonly bytes: Uint8Array }

/** The values that are shown as black and as white. */
export type ValueRange = readonly [number, number];

/**
 * The pixels of an image [H, W], [1, H, W] or [3, H, W]. Unless `range` is given, integers go from 0 to 255, and floats
 * from 0 to 1 or, where they leave that, from their minimum to their maximum. NaN is black.
 */
export function pixelsOf(image: Tensor, range?: ValueRange): Pixels {
  const channels = image instanceof Tensor && image.ndim === 3 ? image.shape[0] : 1;
  if (!(image instanceof Tensor) || image.ndim < 2 || image.ndim > 3 || (channels !== 1 && channels !== 3) || image.count === 0)
    throw new TorchError(`draw: expected an image [H, W], [1, H, W] or [3, H, W], got ${image instanceof Tensor ? `shape ${showShape(image.shape)}` : typeof image}`, image instanceof Tensor ? { shapes: [image.shape] } : {});
  const [height, width] = image.shape.slice(-2), values = denseAs(image, 'float64').window() as Float64Array, n = width * height;
  const [low, high] = range ?? (isFloat(image.dtype) ? floatRange(values) : image.dtype === 'bool' ? [0, 1] : [0, 255]), scale = high > low ? 255 / (high - low) : 0;
  const bytes = new Uint8Array(n * channels);
  for (let i = 0; i < n; i++) for (let c = 0; c < channels; c++) bytes[i * channels + c] = Math.min(Math.max(Math.round((values[c * n + i] - low) * scale), 0), 255);
  return { width, height, channels, bytes };
}

function floatRange(values: Float64Array): ValueRange {
  let low = Infinity, high = -Infinity;
  for (const v of values) if (Number.isFinite(v)) { low = Math.min(low, v); high = Math.max(high, v); }
  return low >= 0 && high <= 1 ? [0, 1] : [low, high];
}
