// vision.utils
import { TorchError } from '../errors.ts';
import { cat, stack } from '../ops/join.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Options of `makeGrid`. */
export interface GridOptions {
  /** Images in a row. Default 8. */
  nrow?: number;
  /** Pixels between images and around them. Default 2. */
  padding?: number;
  /** Brings the values to 0…1: from `valueRange` if given, else from their minimum and maximum. */
  normalize?: boolean;
  valueRange?: readonly [number, number] | null;
  /** Finds minimum and maximum of each image, not of all together. */
  scaleEach?: boolean;
  padValue?: number;
}

/**
 * Many images as one picture, [C, H', W']: from a batch [N, C, H, W] or a list of images [C, H, W]. Grey images get three
 * channels, as in torchvision.
 *
 * @example draw.toPng(utils.makeGrid(batch, { nrow: 4 }), 'batch.png')
 */
export function makeGrid(images: Tensor | readonly Tensor[], options: GridOptions = {}): Tensor {
  const { nrow = 8, padding = 2, normalize = false, valueRange = null, scaleEach = false, padValue = 0 } = options;
  let batch = Array.isArray(images) ? stack(images as Tensor[]) : (images as Tensor);
  if (batch.ndim === 2) batch = batch.unsqueeze(0);
  if (batch.ndim === 3) batch = (batch.shape[0] === 1 ? cat([batch, batch, batch], 0) : batch).unsqueeze(0);
  if (batch.ndim !== 4) throw new TorchError(`makeGrid: expected images [N, C, H, W], got ${batch.ndim} dimensions`, { shapes: [batch.shape] });
  if (batch.shape[1] === 1) batch = cat([batch, batch, batch], 1);
  if (normalize) {
    const scaled = (t: Tensor): Tensor => {
      const [low, high] = valueRange ?? [t.min().item() as number, t.max().item() as number];
      return t.clamp(low, high).sub(low).div(Math.max(high - low, 1e-5));
    };
    batch = scaleEach ? stack(batch.unbind(0).map(scaled)) : scaled(batch);
  }
  const [n, channels, height, width] = batch.shape;
  if (n === 1) return batch.squeeze(0);
  const columns = Math.min(nrow, n), rows = Math.ceil(n / columns), h = height + padding, w = width + padding;
  const grid = batch.newFull([channels, h * rows + padding, w * columns + padding], padValue);
  for (let k = 0; k < n; k++) grid.narrow(1, Math.floor(k / columns) * h + padding, height).narrow(2, (k % columns) * w + padding, width).copy_(batch.select(0, k));
  return grid;
}
