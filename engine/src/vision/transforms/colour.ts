import { TorchError } from '../../errors.ts';
import { cat, stack } from '../../ops/join.ts';
import { dtypeInfo, iinfo, isFloat, type DType } from '../../tensor/dtype.ts';
import { showShape } from '../../tensor/layout.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** The largest value of an image of this dtype. */
const brightest = (dtype: DType): number => (isFloat(dtype) || dtypeInfo(dtype).category === 0 ? 1 : iinfo(dtype).max);

/** Another dtype, with values scaled to its range: 0…1 for floating dtypes, 0…max for integers. */
export function convertImageDtype(image: Tensor, dtype: DType = 'float32'): Tensor {
  const from = image.dtype;
  if (from === dtype) return image;
  if (isFloat(from)) {
    if (isFloat(dtype)) return image.to(dtype);
    if ((from === 'float32' && (dtype === 'int32' || dtype === 'int64')) || (from === 'float64' && dtype === 'int64')) throw new TorchError(`The cast from torch.${from} to torch.${dtype} cannot be performed safely.`, { dtypes: [from, dtype] });
    return image.mul(iinfo(dtype).max + 1 - 1e-3).to(dtype);
  }
  const most = iinfo(from).max;
  if (isFloat(dtype)) return image.to(dtype).div(most);
  const ratio = (most + 1) / (iinfo(dtype).max + 1);
  return ratio > 1 ? image.div(ratio, { roundingMode: 'floor' }).to(dtype) : image.to(dtype).mul(1 / ratio);
}

function colour(image: Tensor): [red: Tensor, green: Tensor, blue: Tensor] {
  const channels = image.ndim > 2 ? image.shape[image.ndim - 3] : 1;
  if (channels !== 3) throw new TorchError(`Input image tensor permitted channel values are [3], but found ${channels} in an image of shape ${showShape(image.shape)}`, { shapes: [image.shape] });
  return image.unbind(-3) as [Tensor, Tensor, Tensor];
}
const isGrey = (image: Tensor): boolean => image.ndim > 2 && image.shape[image.ndim - 3] === 1;
const notNegative = (factor: number, name: string): void => { if (factor < 0) throw new TorchError(`${name} (${factor}) is not non-negative.`); };

/** The brightness 0.2989 R + 0.587 G + 0.114 B (ITU-R 601-2), in 1 channel or in 3 equal ones. */
export function rgbToGrayscale(image: Tensor, numOutputChannels = 1): Tensor {
  if (numOutputChannels !== 1 && numOutputChannels !== 3) throw new TorchError('num_output_channels should be either 1 or 3');
  let grey = image;
  if (!isGrey(image)) {
    const [r, g, b] = colour(image);
    grey = r.mul(0.2989).add(g.mul(0.587)).add(b.mul(0.114)).to(image.dtype).unsqueeze(-3);
  }
  return numOutputChannels === 1 ? grey.clone() : cat([grey, grey, grey], -3);
}

function blend(a: Tensor, b: Tensor, ratio: number): Tensor { return a.mul(ratio).add(b.mul(1 - ratio)).clamp(0, brightest(a.dtype)).to(a.dtype); }
/** Every value times `factor` (0 is black, 1 the image itself). */
export function adjustBrightness(image: Tensor, factor: number): Tensor { notNegative(factor, 'brightness_factor'); return blend(image, image.mul(0), factor); }
/** Away from (or towards) the mean grey. */
export function adjustContrast(image: Tensor, factor: number): Tensor {
  notNegative(factor, 'contrast_factor');
  const grey = isGrey(image) ? image : rgbToGrayscale(image), dtype = isFloat(image.dtype) ? image.dtype : 'float32';
  return blend(image, grey.to(dtype).mean([-3, -2, -1], true), factor);
}
/** Away from (or towards) the grey image. */
export function adjustSaturation(image: Tensor, factor: number): Tensor { notNegative(factor, 'saturation_factor'); return isGrey(image) ? image : blend(image, rgbToGrayscale(image), factor); }

/** Hues moved round the colour circle by `factor` (from -0.5 to 0.5) of it. */
export function adjustHue(image: Tensor, factor: number): Tensor {
  if (!(factor >= -0.5 && factor <= 0.5)) throw new TorchError(`hue_factor (${factor}) is not in [-0.5, 0.5].`);
  if (isGrey(image)) return image;
  const [r, g, b] = colour(convertImageDtype(image, isFloat(image.dtype) ? image.dtype : 'float32'));
  // Red, green, blue to hue, saturation, value (A. R. Smith, 1978) …
  const most = r.maximum(g).maximum(b), least = r.minimum(g).minimum(b), chroma = most.sub(least), flat = chroma.eq(0);
  const saturation = chroma.div(most.maskedFill(flat, 1)), divisor = chroma.maskedFill(flat, 1);
  const [rc, gc, bc] = [r, g, b].map((c) => most.sub(c).div(divisor));
  const hue = bc.sub(gc).mul(most.eq(r)).add(rc.add(2).sub(bc).mul(most.eq(g).logicalAnd(most.ne(r)))).add(gc.add(4).sub(rc).mul(most.ne(g).logicalAnd(most.ne(r)))).div(6).add(1).remainder(1);
  // … and back, turned.
  const sixth = hue.add(factor).remainder(1).mul(6), i = sixth.floor(), f = sixth.sub(i), v = most;
  const p = v.mul(saturation.rsub(1)).clamp(0, 1), q = v.mul(saturation.mul(f).rsub(1)).clamp(0, 1), t = v.mul(saturation.mul(f.rsub(1)).rsub(1)).clamp(0, 1);
  const which = i.remainder(6), pick = (...choices: Tensor[]): Tensor => choices.map((c, k) => c.mul(which.eq(k))).reduce((a, c) => a.add(c));
  const turned = stack([pick(v, q, p, p, t, v), pick(t, v, v, q, p, p), pick(p, p, t, v, v, q)], -3);
  return convertImageDtype(turned, image.dtype);
}
