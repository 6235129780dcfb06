// vision.transforms.functional: each transform with its numbers given. Images are tensors [..., C, H, W] or [H, W].
import { TorchError } from '../../errors.ts';
import { affineGrid, gridSample, interpolate, pad as padTensor } from '../../nn/functional.ts';
import { likes, tensor, type LikeOps } from '../../ops/create.ts';
import { functions } from '../../ops/install.ts';
import { isFloat } from '../../tensor/dtype.ts';
import { showShape } from '../../tensor/layout.ts';
import { Tensor } from '../../tensor/tensor.ts';

export { adjustBrightness, adjustContrast, adjustHue, adjustSaturation, convertImageDtype, rgbToGrayscale } from './colour.ts';

const { onesLike } = functions<LikeOps>(likes);

/** One number for a square, or [height, width]. */
export type ImageSize = number | readonly number[];
export type Interpolation = 'nearest' | 'bilinear';
/** One number for all sides, [left and right, top and bottom], or [left, top, right, bottom]. */
export type Padding = number | readonly number[];
export type PaddingMode = 'constant' | 'edge' | 'reflect' | 'symmetric';

/** Python's round: halves go to the even neighbour. */
export const roundEven = (x: number): number => { const f = Math.floor(x), d = x - f; return d > 0.5 || (d === 0.5 && f % 2 !== 0) ? f + 1 : f; };

/** Height and width. Throws for what is no image. */
export function sizeOf(image: Tensor): [height: number, width: number] {
  if (!(image instanceof Tensor) || image.ndim < 2) throw new TorchError(`Tensor is not a torch image.${image instanceof Tensor ? ` It has shape ${showShape(image.shape)}; an image has at least two dimensions.` : ''}`);
  return [image.shape[image.ndim - 2], image.shape[image.ndim - 1]];
}
export const pair = (size: ImageSize): [number, number] => (typeof size === 'number' ? [size, size] : size.length === 1 ? [size[0], size[0]] : [size[0], size[1]]);

/** Computes on a float32 batch [N, C, H, W] and gives the result the image's dtype and leading dimensions again. */
function onBatch(image: Tensor, fn: (batch: Tensor) => Tensor): Tensor {
  const [h, w] = sizeOf(image), lead = image.shape.slice(0, -2), float = isFloat(image.dtype);
  const out = fn((float ? image : image.to('float32')).reshape(-1, image.ndim > 2 ? image.shape[image.ndim - 3] : 1, h, w));
  const shaped = out.reshape([...lead, out.shape[2], out.shape[3]]);
  return float ? shaped : shaped.round().to(image.dtype);
}

/**
 * An image as it comes from a file, [H, W] or [H, W, C], as a tensor [C, H, W]. Values of uint8 are scaled from 0…255 to
 * 0…1 (float32); others stay as they are.
 */
export function toTensor(image: Tensor): Tensor {
  if (!(image instanceof Tensor) || image.ndim < 2 || image.ndim > 3) throw new TorchError(`pic should be 2/3 dimensional. Got ${image instanceof Tensor ? image.ndim : 0} dimensions.`);
  const channelsFirst = (image.ndim === 2 ? image.unsqueeze(0) : image.permute(2, 0, 1)).contiguous();
  return image.dtype === 'uint8' ? channelsFirst.to('float32').div(255) : channelsFirst;
}

/** `(image - mean) / std` for each channel of a floating image [..., C, H, W]. */
export function normalize(image: Tensor, mean: readonly number[] | number, std: readonly number[] | number, inplace = false): Tensor {
  if (!(image instanceof Tensor)) throw new TorchError(`img should be Tensor Image. Got ${typeof image}`);
  if (!isFloat(image.dtype)) throw new TorchError(`Input tensor should be a float tensor. Got torch.${image.dtype}.`, { dtypes: [image.dtype] });
  if (image.ndim < 3) throw new TorchError(`Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = torch.Size(${showShape(image.shape)})`, { shapes: [image.shape] });
  const channels = (v: readonly number[] | number): Tensor => tensor(typeof v === 'number' ? [v] : [...v], { dtype: image.dtype, device: image.device }).reshape(-1, 1, 1);
  const m = channels(mean), s = channels(std);
  if ((s.tolist() as number[][][]).flat(2).includes(0)) throw new TorchError(`std evaluated to zero after conversion to torch.${image.dtype}, leading to division by zero.`);
  return (inplace ? image : image.clone()).sub_(m).div_(s);
}

/**
 * Another size: [height, width], or one number for the shorter side (the other keeps the proportions, up to `maxSize`).
 * Bilinear averages what a smaller image leaves out, unless `antialias` is false.
 */
export function resize(image: Tensor, size: ImageSize, interpolation: Interpolation = 'bilinear', maxSize: number | null = null, antialias = true): Tensor {
  const [h, w] = sizeOf(image);
  if (interpolation !== 'nearest' && interpolation !== 'bilinear') throw new TorchError(`Interpolation mode ${String(interpolation)} is not there; use 'nearest' or 'bilinear'`);
  let to: [number, number];
  if (typeof size === 'number' || size.length === 1) {
    const wanted = typeof size === 'number' ? size : size[0], [short, long] = w <= h ? [w, h] : [h, w];
    let newShort = wanted, newLong = Math.trunc((wanted * long) / short);
    if (maxSize !== null) {
      if (maxSize <= wanted) throw new TorchError(`max_size = ${maxSize} must be strictly greater than the requested size for the smaller edge size = ${wanted}`);
      if (newLong > maxSize) { newShort = Math.trunc((maxSize * newShort) / newLong); newLong = maxSize; }
    }
    to = w <= h ? [newLong, newShort] : [newShort, newLong];
  } else to = [size[0], size[1]];
  if (to[0] === h && to[1] === w) return image;
  return onBatch(image, (batch) => (interpolation === 'nearest' ? interpolate(batch, { size: to, mode: 'nearest' }) : interpolate(batch, { size: to, mode: 'bilinear', alignCorners: false, antialias })));
}

/** The part of `height` × `width` pixels whose upper left corner is (`top`, `left`); outside the image it is 0. */
export function crop(image: Tensor, top: number, left: number, height: number, width: number): Tensor {
  const [h, w] = sizeOf(image), outside = [Math.max(-left, 0), Math.max(-top, 0), Math.max(left + width - w, 0), Math.max(top + height - h, 0)];
  const whole = outside.some((n) => n > 0) ? pad(image, outside) : image;
  return whole.narrow(-2, Math.max(top, 0), height).narrow(-1, Math.max(left, 0), width);
}
/** A part, resized. */
export const resizedCrop = (image: Tensor, top: number, left: number, height: number, width: number, size: ImageSize, interpolation: Interpolation = 'bilinear', antialias = true): Tensor =>
  resize(crop(image, top, left, height, width), pair(size), interpolation, null, antialias);

/** The middle part; a smaller image gets a border of 0. */
export function centerCrop(image: Tensor, outputSize: ImageSize): Tensor {
  const [th, tw] = pair(outputSize);
  let [h, w] = sizeOf(image), whole = image;
  if (tw > w || th > h) {
    const left = tw > w ? Math.floor((tw - w) / 2) : 0, top = th > h ? Math.floor((th - h) / 2) : 0;
    whole = pad(image, [left, top, tw > w ? Math.floor((tw - w + 1) / 2) : 0, th > h ? Math.floor((th - h + 1) / 2) : 0]);
    [h, w] = sizeOf(whole);
  }
  return crop(whole, roundEven((h - th) / 2), roundEven((w - tw) / 2), th, tw);
}

/** Left and right exchanged. */
export const hflip = (image: Tensor): Tensor => { sizeOf(image); return image.flip([-1]); };
/** Top and bottom exchanged. */
export const vflip = (image: Tensor): Tensor => { sizeOf(image); return image.flip([-2]); };

/** Wider borders: filled with `fill`, with the nearest pixel ('edge'), or mirrored without ('reflect') or with ('symmetric') the edge pixel. */
export function pad(image: Tensor, padding: Padding, fill = 0, paddingMode: PaddingMode = 'constant'): Tensor {
  sizeOf(image);
  const p = typeof padding === 'number' ? [padding] : [...padding];
  if (![1, 2, 4].includes(p.length)) throw new TorchError(`Padding must be an int or a 1, 2, or 4 element tuple, not a ${p.length} element tuple`);
  const [left, top, right, bottom] = p.length === 1 ? [p[0], p[0], p[0], p[0]] : p.length === 2 ? [p[0], p[1], p[0], p[1]] : p;
  if (paddingMode === 'symmetric') return mirrored(mirrored(image, -1, left, right), -2, top, bottom);
  const modes = { constant: 'constant', edge: 'replicate', reflect: 'reflect' } as const;
  if (!Object.hasOwn(modes, paddingMode)) throw new TorchError('Padding mode should be either constant, edge, reflect or symmetric');
  if (paddingMode === 'constant') return padTensor(image, [left, right, top, bottom], { value: fill });
  return onBatch(image, (batch) => padTensor(batch, [left, right, top, bottom], { mode: modes[paddingMode] }));
}
function mirrored(image: Tensor, dim: number, before: number, after: number): Tensor {
  if (before < 0 || after < 0) throw new TorchError('Padding must not be negative with padding mode symmetric');
  const n = image.shape[image.ndim + dim];
  const index = Array.from({ length: before + n + after }, (_, i) => { const k = (((i - before) % (2 * n)) + 2 * n) % (2 * n); return k < n ? k : 2 * n - 1 - k; });
  return image.indexSelect(dim, tensor(index, { dtype: 'int64', device: image.device }));
}

/** The rectangle set to `value`, which broadcasts over it. */
export function erase(image: Tensor, top: number, left: number, height: number, width: number, value: Tensor, inplace = false): Tensor {
  const out = inplace ? image : image.clone();
  out.narrow(-2, top, height).narrow(-1, left, width).copy_(value);
  return out;
}

/** Turned by `angle` degrees, counter-clockwise, about the middle. What comes from outside is `fill`, or 0. */
export function rotate(image: Tensor, angle: number, interpolation: Interpolation = 'nearest', fill: number | null = null): Tensor {
  const [h, w] = sizeOf(image), a = (angle * Math.PI) / 180, cos = Math.cos(a), sin = Math.sin(a);
  return onBatch(image, (batch) => {
    // Where each pixel of the result comes from, in coordinates from -1 to 1 along both sides.
    const theta = tensor([[cos, (-sin * h) / w, 0], [(sin * w) / h, cos, 0]], { dtype: batch.dtype, device: batch.device }).unsqueeze(0).expand(batch.shape[0], 2, 3);
    const grid = affineGrid(theta, [...batch.shape], { alignCorners: false }), turned = gridSample(batch, grid, { mode: interpolation, alignCorners: false });
    if (fill === null) return turned;
    const inside = gridSample(onesLike(batch), grid, { mode: interpolation, alignCorners: false });
    return interpolation === 'nearest' ? turned.maskedFill(inside.lt(0.5), fill) : turned.mul(inside).add(inside.rsub(1).mul(fill));
  });
}
