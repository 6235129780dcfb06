// vision.transforms: what is done to an image on its way into a model. Random ones draw torchvision's random numbers.
import { inspect } from 'node:util';
import { TorchError } from '../../errors.ts';
import { rand, randint, randperm } from '../../ops/random.ts';
import { empty, tensor } from '../../ops/create.ts';
import type { DType } from '../../tensor/dtype.ts';
import { Tensor } from '../../tensor/tensor.ts';
import * as F from './functional.ts';
import { pair, roundEven, sizeOf, type ImageSize, type Interpolation, type Padding, type PaddingMode } from './functional.ts';

export * as functional from './functional.ts';
export type { ImageSize, Interpolation, Padding, PaddingMode } from './functional.ts';

/**
 * A transform: made once with its options, then called with an image. A subclass defines `forward`.
 *
 * @example
 * const flip = new RandomHorizontalFlip(0.5);
 * flip(image);
 */
export abstract class Transform {
  constructor() {
    // An instance is a function with the class's prototype, so that it can be called.
    const self = ((image: Tensor) => self.forward(image)) as unknown as this;
    Object.setPrototypeOf(self, new.target.prototype as object);
    // A function's own `name` and `length` are read-only: a subclass that sets them would throw.
    delete (self as { name?: unknown }).name;
    delete (self as { length?: unknown }).length;
    return self;
  }
  abstract forward(image: Tensor): Tensor;
  /** The options as the printed form shows them. */
  protected extraRepr(): string { return ''; }
  toString(): string { return `${this.constructor.name}(${this.extraRepr()})`; }
  [inspect.custom](): string { return this.toString(); }
}
export interface Transform { (image: Tensor): Tensor }

/** A function from one form of an image to the next. */
type Step = (image: never) => unknown;
const shown = (v: unknown): string => (typeof v === 'boolean' ? (v ? 'True' : 'False') : Array.isArray(v) ? (v.length === 1 ? `(${String(v[0])},)` : `(${v.join(', ')})`) : String(v));

/**
 * Several transforms, one after the other.
 *
 * @example new Compose([new ToTensor(), new Normalize([0.1307], [0.3081])])
 */
export class Compose extends Transform {
  readonly transforms: readonly Step[];
  constructor(transforms: readonly Step[]) { super(); this.transforms = transforms; }
  forward(image: Tensor): Tensor { return this.transforms.reduce<unknown>((x, t) => t(x as never), image) as Tensor; }
  override toString(): string { return `Compose(\n${this.transforms.map((t) => `    ${t instanceof Transform ? t.toString() : `<function ${(t as { name?: string }).name || '<lambda>'}>`}\n`).join('')})`; }
}

/** An image [H, W] or [H, W, C] of uint8 as float32 [C, H, W] from 0 to 1. */
export class ToTensor extends Transform {
  forward(image: Tensor): Tensor { return F.toTensor(image); }
}

/** `(x - mean) / std`, channel by channel, of a floating image [..., C, H, W]. */
export class Normalize extends Transform {
  readonly mean: readonly number[]; readonly std: readonly number[]; readonly inplace: boolean;
  constructor(mean: readonly number[] | number, std: readonly number[] | number, inplace: boolean | { inplace?: boolean } = false) {
    super();
    this.mean = typeof mean === 'number' ? [mean] : mean;
    this.std = typeof std === 'number' ? [std] : std;
    this.inplace = typeof inplace === 'boolean' ? inplace : (inplace.inplace ?? false);
  }
  forward(image: Tensor): Tensor { return F.normalize(image, this.mean, this.std, this.inplace); }
  protected override extraRepr(): string { return `mean=${shown(this.mean)}, std=${shown(this.std)}`; }
}

/** Another dtype, with values scaled to its range. */
export class ConvertImageDtype extends Transform {
  readonly dtype: DType;
  constructor(dtype: DType) { super(); this.dtype = dtype; }
  forward(image: Tensor): Tensor { return F.convertImageDtype(image, this.dtype); }
}

/** Any function as a transform. */
export class Lambda extends Transform {
  readonly lambd: (image: Tensor) => Tensor;
  constructor(lambd: (image: Tensor) => Tensor) {
    super();
    if (typeof lambd !== 'function') throw new TorchError(`Argument lambd should be callable, got ${typeof lambd}`);
    this.lambd = lambd;
  }
  forward(image: Tensor): Tensor { return this.lambd(image); }
}

interface ResizeOptions { interpolation?: Interpolation; maxSize?: number | null; antialias?: boolean }
/** Another size: [height, width], or one number for the shorter side. */
export class Resize extends Transform {
  readonly size: ImageSize; readonly interpolation: Interpolation; readonly maxSize: number | null; readonly antialias: boolean;
  constructor(size: ImageSize, interpolation: Interpolation | ResizeOptions = 'bilinear', maxSize: number | null = null, antialias = true) {
    super();
    const o = typeof interpolation === 'string' ? { interpolation, maxSize, antialias } : interpolation;
    this.size = size; this.interpolation = o.interpolation ?? 'bilinear'; this.maxSize = o.maxSize ?? null; this.antialias = o.antialias ?? true;
  }
  forward(image: Tensor): Tensor { return F.resize(image, this.size, this.interpolation, this.maxSize, this.antialias); }
  protected override extraRepr(): string { return `size=${shown(this.size)}, interpolation=${this.interpolation}, max_size=${this.maxSize ?? 'None'}, antialias=${shown(this.antialias)}`; }
}

/** The middle part. */
export class CenterCrop extends Transform {
  readonly size: readonly [number, number];
  constructor(size: ImageSize) { super(); this.size = pair(size); }
  forward(image: Tensor): Tensor { return F.centerCrop(image, this.size); }
  protected override extraRepr(): string { return `size=${shown(this.size)}`; }
}

/** Wider borders: one number for all sides, [horizontal, vertical], or [left, top, right, bottom]. */
export class Pad extends Transform {
  readonly padding: Padding; readonly fill: number; readonly paddingMode: PaddingMode;
  constructor(padding: Padding, fill: number | { fill?: number; paddingMode?: PaddingMode } = 0, paddingMode: PaddingMode = 'constant') {
    super();
    const o = typeof fill === 'number' ? { fill, paddingMode } : fill;
    this.padding = padding; this.fill = o.fill ?? 0; this.paddingMode = o.paddingMode ?? 'constant';
  }
  forward(image: Tensor): Tensor { return F.pad(image, this.padding, this.fill, this.paddingMode); }
  protected override extraRepr(): string { return `padding=${shown(this.padding)}, fill=${this.fill}, padding_mode=${this.paddingMode}`; }
}

/** Brightness alone, in 1 channel or in 3 equal ones. */
export class Grayscale extends Transform {
  readonly numOutputChannels: number;
  constructor(numOutputChannels: number | { numOutputChannels?: number } = 1) { super(); this.numOutputChannels = typeof numOutputChannels === 'number' ? numOutputChannels : (numOutputChannels.numOutputChannels ?? 1); }
  forward(image: Tensor): Tensor { return F.rgbToGrayscale(image, this.numOutputChannels); }
  protected override extraRepr(): string { return `num_output_channels=${this.numOutputChannels}`; }
}

// The draws below are torchvision's, call by call, so that one seed gives the same pictures in both.
const uniform = (from: number, to: number): number => empty(1).uniform_(from, to).item() as number;
const below = (n: number): number => randint(0, n, [1]).item() as number;
const chance = (p: number): boolean => (rand(1).item() as number) < p;
const probability = (p: number | { p?: number }, fallback: number): number => (typeof p === 'number' ? p : (p.p ?? fallback));

/** Left and right exchanged with probability `p`. */
export class RandomHorizontalFlip extends Transform {
  readonly p: number;
  constructor(p: number | { p?: number } = 0.5) { super(); this.p = probability(p, 0.5); }
  forward(image: Tensor): Tensor { return chance(this.p) ? F.hflip(image) : image; }
  protected override extraRepr(): string { return `p=${this.p}`; }
}
/** Top and bottom exchanged with probability `p`. */
export class RandomVerticalFlip extends Transform {
  readonly p: number;
  constructor(p: number | { p?: number } = 0.5) { super(); this.p = probability(p, 0.5); }
  forward(image: Tensor): Tensor { return chance(this.p) ? F.vflip(image) : image; }
  protected override extraRepr(): string { return `p=${this.p}`; }
}

interface RandomCropOptions { padding?: Padding | null; padIfNeeded?: boolean; fill?: number; paddingMode?: PaddingMode }
/** A part of the given size from anywhere, after padding. */
export class RandomCrop extends Transform {
  readonly size: readonly [number, number]; readonly padding: Padding | null; readonly padIfNeeded: boolean; readonly fill: number; readonly paddingMode: PaddingMode;
  constructor(size: ImageSize, padding: Padding | null | RandomCropOptions = null, padIfNeeded = false, fill = 0, paddingMode: PaddingMode = 'constant') {
    super();
    const o: RandomCropOptions = typeof padding === 'object' && padding !== null && !Array.isArray(padding) ? (padding as RandomCropOptions) : { padding: padding as Padding | null, padIfNeeded, fill, paddingMode };
    this.size = pair(size); this.padding = o.padding ?? null; this.padIfNeeded = o.padIfNeeded ?? false; this.fill = o.fill ?? 0; this.paddingMode = o.paddingMode ?? 'constant';
  }
  forward(image: Tensor): Tensor {
    const [th, tw] = this.size;
    let whole = this.padding === null ? image : F.pad(image, this.padding, this.fill, this.paddingMode);
    if (this.padIfNeeded && sizeOf(whole)[1] < tw) whole = F.pad(whole, [tw - sizeOf(whole)[1], 0], this.fill, this.paddingMode);
    if (this.padIfNeeded && sizeOf(whole)[0] < th) whole = F.pad(whole, [0, th - sizeOf(whole)[0]], this.fill, this.paddingMode);
    const [h, w] = sizeOf(whole);
    if (h < th || w < tw) throw new TorchError(`Required crop size (${th}, ${tw}) is larger than input image size (${h}, ${w})`, { shapes: [image.shape] });
    if (h === th && w === tw) return whole;
    const top = below(h - th + 1), left = below(w - tw + 1);
    return F.crop(whole, top, left, th, tw);
  }
  protected override extraRepr(): string { return `size=${shown(this.size)}, padding=${this.padding === null ? 'None' : shown(this.padding)}`; }
}

type Range = readonly [number, number];
interface ResizedCropOptions { scale?: Range; ratio?: Range; interpolation?: Interpolation; antialias?: boolean }
/** A part of random area (a share in `scale`) and shape (width over height in `ratio`), resized. */
export class RandomResizedCrop extends Transform {
  readonly size: readonly [number, number]; readonly scale: Range; readonly ratio: Range; readonly interpolation: Interpolation; readonly antialias: boolean;
  constructor(size: ImageSize, scale: Range | ResizedCropOptions = [0.08, 1], ratio: Range = [3 / 4, 4 / 3], interpolation: Interpolation = 'bilinear', antialias = true) {
    super();
    const o: ResizedCropOptions = Array.isArray(scale) ? { scale: scale as Range, ratio, interpolation, antialias } : (scale as ResizedCropOptions);
    this.size = pair(size); this.scale = o.scale ?? [0.08, 1]; this.ratio = o.ratio ?? [3 / 4, 4 / 3]; this.interpolation = o.interpolation ?? 'bilinear'; this.antialias = o.antialias ?? true;
  }
  forward(image: Tensor): Tensor {
    const [top, left, h, w] = this.part(image);
    return F.resizedCrop(image, top, left, h, w, this.size, this.interpolation, this.antialias);
  }
  private part(image: Tensor): [top: number, left: number, height: number, width: number] {
    const [height, width] = sizeOf(image), area = height * width;
    for (let attempt = 0; attempt < 10; attempt++) {
      const target = area * uniform(...this.scale), aspect = randomRatio(this.ratio);
      const w = roundEven(Math.sqrt(target * aspect)), h = roundEven(Math.sqrt(target / aspect));
      if (w > 0 && w <= width && h > 0 && h <= height) { const top = below(height - h + 1); return [top, below(width - w + 1), h, w]; }
    }
    const whole = width / height, w = whole > this.ratio[1] ? roundEven(height * this.ratio[1]) : width, h = whole < this.ratio[0] ? roundEven(width / this.ratio[0]) : height;
    return [Math.floor((height - h) / 2), Math.floor((width - w) / 2), h, w];
  }
  protected override extraRepr(): string { return `size=${shown(this.size)}, scale=${shown(this.scale)}, ratio=${shown(this.ratio.map((r) => Number(r.toFixed(4))))}, interpolation=${this.interpolation}, antialias=${shown(this.antialias)}`; }
}
/** A ratio drawn evenly on the logarithmic scale (whose ends torchvision rounds to float32). */
const randomRatio = ([from, to]: Range): number => Math.fround(Math.exp(uniform(Math.fround(Math.log(from)), Math.fround(Math.log(to)))));

/** Turned by a random angle between -degrees and degrees, or within [from, to]. */
export class RandomRotation extends Transform {
  readonly degrees: Range; readonly interpolation: Interpolation; readonly fill: number;
  constructor(degrees: number | Range, interpolation: Interpolation | { interpolation?: Interpolation; fill?: number } = 'nearest') {
    super();
    if (typeof degrees === 'number' && degrees < 0) throw new TorchError('If degrees is a single number, it must be positive.');
    const o = typeof interpolation === 'string' ? { interpolation } : interpolation;
    this.degrees = typeof degrees === 'number' ? [-degrees, degrees] : degrees; this.interpolation = o.interpolation ?? 'nearest'; this.fill = ('fill' in o ? o.fill : undefined) ?? 0;
  }
  forward(image: Tensor): Tensor { return F.rotate(image, uniform(...this.degrees), this.interpolation, this.fill); }
  protected override extraRepr(): string { return `degrees=${shown(this.degrees)}, interpolation=${this.interpolation}, fill=${this.fill}`; }
}

interface ErasingOptions { p?: number; scale?: Range; ratio?: Range; value?: number | readonly number[] | 'random'; inplace?: boolean }
/** A rectangle of random place and size set to `value` (one for each channel, or `'random'` normal noise) with probability `p`. */
export class RandomErasing extends Transform {
  private readonly o: Required<ErasingOptions>;
  constructor(p: number | ErasingOptions = 0.5, scale: Range = [0.02, 0.33], ratio: Range = [0.3, 3.3], value: number | readonly number[] | 'random' = 0, inplace = false) {
    super();
    const given = typeof p === 'number' ? { p, scale, ratio, value, inplace } : p;
    this.o = { p: 0.5, scale: [0.02, 0.33], ratio: [0.3, 3.3], value: 0, inplace: false, ...given };
    if (this.o.p < 0 || this.o.p > 1) throw new TorchError('Random erasing probability should be between 0 and 1');
    if (this.o.scale[0] < 0 || this.o.scale[1] > 1) throw new TorchError('Scale should be between 0 and 1');
  }
  forward(image: Tensor): Tensor {
    const { p, scale, ratio, value, inplace } = this.o;
    if (!chance(p)) return image;
    const [height, width] = sizeOf(image), channels = image.shape[image.ndim - 3] ?? 1, area = height * width;
    if (Array.isArray(value) && value.length !== 1 && value.length !== channels) throw new TorchError(`If value is a sequence, it should have either a single value or ${channels} (number of input channels)`);
    for (let attempt = 0; attempt < 10; attempt++) {
      const target = area * uniform(...scale), aspect = randomRatio(ratio);
      const h = roundEven(Math.sqrt(target * aspect)), w = roundEven(Math.sqrt(target / aspect));
      if (h >= height || w >= width) continue;
      const v = value === 'random' ? empty(channels, h, w).normal_() : tensor(typeof value === 'number' ? [value] : [...value]).reshape(-1, 1, 1);
      const top = below(height - h + 1);
      return F.erase(image, top, below(width - w + 1), h, w, v, inplace);
    }
    return image;
  }
  protected override extraRepr(): string { return `p=${this.o.p}, scale=${shown(this.o.scale)}, ratio=${shown(this.o.ratio)}, value=${shown(this.o.value)}, inplace=${shown(this.o.inplace)}`; }
}

type Strength = number | Range;
interface JitterOptions { brightness?: Strength; contrast?: Strength; saturation?: Strength; hue?: Strength }
/** Random changes of brightness, contrast, saturation (a number b: a factor from 1-b to 1+b) and hue (from -h to h), in random order. */
export class ColorJitter extends Transform {
  readonly brightness: Range | null; readonly contrast: Range | null; readonly saturation: Range | null; readonly hue: Range | null;
  constructor(brightness: Strength | JitterOptions = 0, contrast: Strength = 0, saturation: Strength = 0, hue: Strength = 0) {
    super();
    const o: JitterOptions = typeof brightness === 'object' && !Array.isArray(brightness) ? (brightness as JitterOptions) : { brightness: brightness as Strength, contrast, saturation, hue };
    const range = (v: Strength | undefined, name: string, centre: number, most: number): Range | null => {
      if (typeof v === 'number' && v < 0) throw new TorchError(`If ${name} is a single number, it must be non negative.`);
      const r: Range = v === undefined ? [centre, centre] : typeof v === 'number' ? [centre ? Math.max(centre - v, 0) : -v, centre + v] : v;
      if (r[0] > r[1] || r[0] < centre - most || r[1] > centre + most) throw new TorchError(`${name} values should be between ${[centre - most, centre + most].join(' and ')}, but got [${r.join(', ')}].`);
      return r[0] === centre && r[1] === centre ? null : r;
    };
    this.brightness = range(o.brightness, 'brightness', 1, Infinity); this.contrast = range(o.contrast, 'contrast', 1, Infinity);
    this.saturation = range(o.saturation, 'saturation', 1, Infinity); this.hue = range(o.hue, 'hue', 0, 0.5);
  }
  forward(image: Tensor): Tensor {
    const order = randperm(4).tolist() as number[], draw = (r: Range | null): number | null => (r === null ? null : uniform(...r));
    const factors = [draw(this.brightness), draw(this.contrast), draw(this.saturation), draw(this.hue)];
    const change = [F.adjustBrightness, F.adjustContrast, F.adjustSaturation, F.adjustHue];
    return order.reduce((x, k) => (factors[k] === null ? x : change[k](x, factors[k])), image);
  }
  protected override extraRepr(): string { return `brightness=${shown(this.brightness ?? 'None')}, contrast=${shown(this.contrast ?? 'None')}, saturation=${shown(this.saturation ?? 'None')}, hue=${shown(this.hue ?? 'None')}`; }
}
