import type { Sizes } from '../ops/conv.ts';
import type { InterpolateMode } from '../ops/resize.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { pairs, py, real, signature } from './arguments.ts';
import * as F from './functional.ts';
import { Module } from './module.ts';

/** [N, C · r², H, W] to [N, C, H · r, W · r] (Shi et al. 2016). */
export class PixelShuffle extends Module {
  readonly upscaleFactor: number;
  constructor(upscaleFactor: number) { super(); this.upscaleFactor = upscaleFactor; }
  override forward(input: Tensor): Tensor { return F.pixelShuffle(input, this.upscaleFactor); }
  override extraRepr(): string { return `upscale_factor=${this.upscaleFactor}`; }
}
/** [N, C, H · r, W · r] to [N, C · r², H, W]. */
export class PixelUnshuffle extends Module {
  readonly downscaleFactor: number;
  constructor(downscaleFactor: number) { super(); this.downscaleFactor = downscaleFactor; }
  override forward(input: Tensor): Tensor { return F.pixelUnshuffle(input, this.downscaleFactor); }
  override extraRepr(): string { return `downscale_factor=${this.downscaleFactor}`; }
}
/** Deals the channels out over the groups. */
export class ChannelShuffle extends Module {
  readonly groups: number;
  constructor(groups: number) { super(); this.groups = groups; }
  override forward(input: Tensor): Tensor { return F.channelShuffle(input, this.groups); }
  override extraRepr(): string { return `groups=${this.groups}`; }
}

interface UpsampleLayerOptions { size?: Sizes | null; scaleFactor?: Sizes | null; mode?: InterpolateMode; alignCorners?: boolean | null; recomputeScaleFactor?: boolean | null }
const upsampleArguments = signature<Required<UpsampleLayerOptions>>("Upsample(sizes? size=None, float|float[]? scale_factor=None, str mode='nearest', bool? align_corners=None, bool? recompute_scale_factor=None)");
/** Resizes images to `size` or by `scaleFactor`; see `nn.functional.interpolate`. */
export class Upsample extends Module {
  declare readonly size: Sizes | null;
  declare readonly scaleFactor: Sizes | null;
  declare readonly mode: InterpolateMode;
  declare readonly alignCorners: boolean | null;
  declare readonly recomputeScaleFactor: boolean | null;
  constructor(size?: Sizes | null | UpsampleLayerOptions, scaleFactor?: Sizes | null | UpsampleLayerOptions, mode?: InterpolateMode | UpsampleLayerOptions, alignCorners?: boolean | null | UpsampleLayerOptions, recomputeScaleFactor?: boolean | null | UpsampleLayerOptions);
  constructor(...args: unknown[]) { super(); Object.assign(this, upsampleArguments(args)); }
  override forward(input: Tensor): Tensor { return F.interpolate(input, this.size, this.scaleFactor, this.mode, this.alignCorners, this.recomputeScaleFactor); }
  override extraRepr(): string {
    const scale = (s: Sizes): string => (typeof s === 'number' ? real(s) : `(${s.map(real).join(', ')})`);
    return `${this.scaleFactor !== null ? `scale_factor=${scale(this.scaleFactor)}` : `size=${py(this.size)}`}, mode='${this.mode}'`;
  }
}
interface Upsampling2dOptions { size?: Sizes | null; scaleFactor?: Sizes | null }
type Upsampling2dParameters = [size?: Sizes | null | Upsampling2dOptions, scaleFactor?: Sizes | null | Upsampling2dOptions];
const upsampling2dArguments = signature<Required<Upsampling2dOptions>>('Upsampling2d(sizes? size=None, float|float[]? scale_factor=None)');
/** Upsample with mode 'nearest'. */
export class UpsamplingNearest2d extends Upsample { constructor(...args: Upsampling2dParameters) { super({ ...upsampling2dArguments(args), mode: 'nearest' }); } }
/** Upsample with mode 'bilinear' and aligned corners. */
export class UpsamplingBilinear2d extends Upsample { constructor(...args: Upsampling2dParameters) { super({ ...upsampling2dArguments(args), mode: 'bilinear', alignCorners: true }); } }

interface WindowOptions { dilation?: Sizes; padding?: Sizes; stride?: Sizes }
type WindowParameters = [kernelSize: Sizes, dilation?: Sizes | WindowOptions, padding?: Sizes | WindowOptions, stride?: Sizes | WindowOptions];
const WINDOW = 'sizes kernel_size, sizes dilation=1, sizes padding=0, sizes stride=1';
/** The windows of an image as columns: [N, C · KH · KW, windows]. */
export class Unfold extends Module {
  declare readonly kernelSize: Sizes;
  declare readonly dilation: Sizes;
  declare readonly padding: Sizes;
  declare readonly stride: Sizes;
  constructor(...args: WindowParameters) { super(); Object.assign(this, signature(`Unfold(${WINDOW})`)(args)); }
  override forward(input: Tensor): Tensor { return F.unfold(input, this.kernelSize, this.dilation, this.padding, this.stride); }
  override extraRepr(): string { return pairs({ kernel_size: py(this.kernelSize), dilation: py(this.dilation), padding: py(this.padding), stride: py(this.stride) }); }
}
/** Adds columns up into an image of `outputSize`: the adjoint of Unfold. */
export class Fold extends Module {
  declare readonly outputSize: Sizes;
  declare readonly kernelSize: Sizes;
  declare readonly dilation: Sizes;
  declare readonly padding: Sizes;
  declare readonly stride: Sizes;
  constructor(outputSize: Sizes, ...args: WindowParameters) { super(); Object.assign(this, signature(`Fold(sizes output_size, ${WINDOW})`)([outputSize, ...args])); }
  override forward(input: Tensor): Tensor { return F.fold(input, this.outputSize, this.kernelSize, this.dilation, this.padding, this.stride); }
  override extraRepr(): string { return pairs({ output_size: py(this.outputSize), kernel_size: py(this.kernelSize), dilation: py(this.dilation), padding: py(this.padding), stride: py(this.stride) }); }
}
