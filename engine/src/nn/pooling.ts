import type { Sizes } from '../ops/conv.ts';
import type { AdaptiveSizes } from '../ops/pool.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { pairs, py, signature } from './arguments.ts';
import * as F from './functional.ts';
import { Module } from './module.ts';

interface MaxArguments { kernelSize: Sizes; stride: Sizes | null; padding: Sizes; dilation: Sizes; returnIndices: boolean; ceilMode: boolean }
/** Keyword arguments of the max pooling layers. */
export type MaxPoolLayerOptions = Partial<MaxArguments>;
type MaxParameters = [kernelSize: Sizes | MaxPoolLayerOptions, stride?: Sizes | null | MaxPoolLayerOptions, padding?: Sizes | MaxPoolLayerOptions, dilation?: Sizes | MaxPoolLayerOptions, returnIndices?: boolean | MaxPoolLayerOptions, ceilMode?: boolean | MaxPoolLayerOptions];

abstract class MaxPoolNd extends Module {
  declare readonly kernelSize: Sizes;
  declare readonly stride: Sizes;
  declare readonly padding: Sizes;
  declare readonly dilation: Sizes;
  declare readonly returnIndices: boolean;
  declare readonly ceilMode: boolean;
  constructor(rank: number, args: readonly unknown[]) {
    super();
    const a = signature<MaxArguments>(`MaxPool${rank}d(sizes kernel_size, sizes? stride=None, sizes padding=0, sizes dilation=1, bool return_indices=False, bool ceil_mode=False)`)(args);
    Object.assign(this, a, { stride: a.stride ?? a.kernelSize });
  }
  protected get options() { return { kernelSize: this.kernelSize, stride: this.stride, padding: this.padding, dilation: this.dilation, ceilMode: this.ceilMode, returnIndices: this.returnIndices }; }
  override extraRepr(): string { return pairs({ kernel_size: py(this.kernelSize), stride: py(this.stride), padding: py(this.padding), dilation: py(this.dilation), ceil_mode: py(this.ceilMode) }); }
}
/** The largest of each window of input [N, C, L]; with `returnIndices` a pair of the maxima and their places. */
export class MaxPool1d extends MaxPoolNd {
  constructor(...args: MaxParameters) { super(1, args); }
  override forward(input: Tensor): Tensor { return F.maxPool1d(input, this.options); }
}
/** The largest of each window of input [N, C, H, W]. */
export class MaxPool2d extends MaxPoolNd {
  constructor(...args: MaxParameters) { super(2, args); }
  override forward(input: Tensor): Tensor { return F.maxPool2d(input, this.options); }
}
/** The largest of each window of input [N, C, D, H, W]. */
export class MaxPool3d extends MaxPoolNd {
  constructor(...args: MaxParameters) { super(3, args); }
  override forward(input: Tensor): Tensor { return F.maxPool3d(input, this.options); }
}

interface AvgArguments { kernelSize: Sizes; stride: Sizes | null; padding: Sizes; ceilMode: boolean; countIncludePad: boolean; divisorOverride: number | null }
/** Keyword arguments of the average pooling layers; `divisorOverride` only in two and three dimensions. */
export type AvgPoolLayerOptions = Partial<AvgArguments>;
type AvgParameters = [kernelSize: Sizes | AvgPoolLayerOptions, stride?: Sizes | null | AvgPoolLayerOptions, padding?: Sizes | AvgPoolLayerOptions, ceilMode?: boolean | AvgPoolLayerOptions, countIncludePad?: boolean | AvgPoolLayerOptions, divisorOverride?: number | null | AvgPoolLayerOptions];

abstract class AvgPoolNd extends Module {
  declare readonly kernelSize: Sizes;
  declare readonly stride: Sizes;
  declare readonly padding: Sizes;
  declare readonly ceilMode: boolean;
  declare readonly countIncludePad: boolean;
  declare readonly divisorOverride: number | null;
  constructor(rank: number, args: readonly unknown[]) {
    super();
    const size = rank === 1 ? 'int[]' : 'sizes', none = rank === 1 ? '[0]' : '0';
    const a = signature<AvgArguments>(`AvgPool${rank}d(${size} kernel_size, ${size}? stride=None, ${size} padding=${none}, bool ceil_mode=False, bool count_include_pad=True${rank > 1 ? ', int? divisor_override=None' : ''})`)(args);
    Object.assign(this, a, { stride: a.stride ?? a.kernelSize });
  }
  protected get options() { return { kernelSize: this.kernelSize, stride: this.stride, padding: this.padding, ceilMode: this.ceilMode, countIncludePad: this.countIncludePad, ...(this.divisorOverride ? { divisorOverride: this.divisorOverride } : {}) }; }
  override extraRepr(): string { return pairs({ kernel_size: py(this.kernelSize), stride: py(this.stride), padding: py(this.padding) }); }
}
/** The mean of each window of input [N, C, L]. */
export class AvgPool1d extends AvgPoolNd {
  constructor(...args: AvgParameters) { super(1, args); }
  override forward(input: Tensor): Tensor { return F.avgPool1d(input, this.options); }
}
/** The mean of each window of input [N, C, H, W]. */
export class AvgPool2d extends AvgPoolNd {
  constructor(...args: AvgParameters) { super(2, args); }
  override forward(input: Tensor): Tensor { return F.avgPool2d(input, this.options); }
}
/** The mean of each window of input [N, C, D, H, W]. */
export class AvgPool3d extends AvgPoolNd {
  constructor(...args: AvgParameters) { super(3, args); }
  override forward(input: Tensor): Tensor { return F.avgPool3d(input, this.options); }
}

abstract class AdaptivePoolNd extends Module {
  declare readonly outputSize: AdaptiveSizes;
  declare readonly returnIndices: boolean;
  constructor(text: string, args: readonly unknown[]) { super(); Object.assign(this, signature(text)(args)); }
  override extraRepr(): string { return `output_size=${py(this.outputSize)}`; }
}
abstract class AdaptiveAvgPoolNd extends AdaptivePoolNd {
  constructor(rank: number, args: readonly unknown[]) { super(`AdaptiveAvgPool${rank}d(sizes output_size)`, args); }
}
abstract class AdaptiveMaxPoolNd extends AdaptivePoolNd {
  constructor(rank: number, args: readonly unknown[]) { super(`AdaptiveMaxPool${rank}d(sizes output_size, bool return_indices=False)`, args); }
}
type AdaptiveMaxParameters = [outputSize: AdaptiveSizes, returnIndices?: boolean | { returnIndices?: boolean }];
/** Means of as many windows as the output is long. */
export class AdaptiveAvgPool1d extends AdaptiveAvgPoolNd {
  constructor(outputSize: AdaptiveSizes) { super(1, [outputSize]); }
  override forward(input: Tensor): Tensor { return F.adaptiveAvgPool1d(input, this.outputSize); }
}
/** Means of windows that give an output of [N, C, …outputSize]; null keeps a size. */
export class AdaptiveAvgPool2d extends AdaptiveAvgPoolNd {
  constructor(outputSize: AdaptiveSizes) { super(2, [outputSize]); }
  override forward(input: Tensor): Tensor { return F.adaptiveAvgPool2d(input, this.outputSize); }
}
export class AdaptiveAvgPool3d extends AdaptiveAvgPoolNd {
  constructor(outputSize: AdaptiveSizes) { super(3, [outputSize]); }
  override forward(input: Tensor): Tensor { return F.adaptiveAvgPool3d(input, this.outputSize); }
}
/** Maxima of as many windows as the output is long; with `returnIndices` a pair with their places. */
export class AdaptiveMaxPool1d extends AdaptiveMaxPoolNd {
  constructor(...args: AdaptiveMaxParameters) { super(1, args); }
  override forward(input: Tensor): Tensor { return F.adaptiveMaxPool1d(input, this.outputSize, this.returnIndices); }
}
export class AdaptiveMaxPool2d extends AdaptiveMaxPoolNd {
  constructor(...args: AdaptiveMaxParameters) { super(2, args); }
  override forward(input: Tensor): Tensor { return F.adaptiveMaxPool2d(input, this.outputSize, this.returnIndices); }
}
export class AdaptiveMaxPool3d extends AdaptiveMaxPoolNd {
  constructor(...args: AdaptiveMaxParameters) { super(3, args); }
  override forward(input: Tensor): Tensor { return F.adaptiveMaxPool3d(input, this.outputSize, this.returnIndices); }
}

interface LPArguments { normType: number; kernelSize: Sizes; stride: Sizes | null; ceilMode: boolean }
type LPParameters = [normType: number, kernelSize: Sizes, stride?: Sizes | null | Partial<LPArguments>, ceilMode?: boolean | Partial<LPArguments>];
abstract class LPPoolNd extends Module {
  declare readonly normType: number;
  declare readonly kernelSize: Sizes;
  declare readonly stride: Sizes | null;
  declare readonly ceilMode: boolean;
  constructor(rank: number, args: readonly unknown[]) { super(); Object.assign(this, signature<LPArguments>(`LPPool${rank}d(float norm_type, sizes kernel_size, sizes? stride=None, bool ceil_mode=False)`)(args)); }
  override extraRepr(): string { return pairs({ norm_type: py(this.normType), kernel_size: py(this.kernelSize), stride: py(this.stride), ceil_mode: py(this.ceilMode) }); }
}
/** (Σ x^p over each window)^(1/p). */
export class LPPool1d extends LPPoolNd {
  constructor(...args: LPParameters) { super(1, args); }
  override forward(input: Tensor): Tensor { return F.lpPool1d(input, this.normType, this.kernelSize, this.stride, this.ceilMode); }
}
export class LPPool2d extends LPPoolNd {
  constructor(...args: LPParameters) { super(2, args); }
  override forward(input: Tensor): Tensor { return F.lpPool2d(input, this.normType, this.kernelSize, this.stride, this.ceilMode); }
}
export class LPPool3d extends LPPoolNd {
  constructor(...args: LPParameters) { super(3, args); }
  override forward(input: Tensor): Tensor { return F.lpPool3d(input, this.normType, this.kernelSize, this.stride, this.ceilMode); }
}

interface UnpoolArguments { kernelSize: number[]; stride: number[] | null; padding: number[] }
interface UnpoolLayerOptions { stride?: Sizes | null; padding?: Sizes }
type UnpoolParameters = [kernelSize: Sizes, stride?: Sizes | null | UnpoolLayerOptions, padding?: Sizes | UnpoolLayerOptions];
abstract class MaxUnpoolNd extends Module {
  declare readonly kernelSize: readonly number[];
  declare readonly stride: readonly number[];
  declare readonly padding: readonly number[];
  constructor(rank: number, args: readonly unknown[]) {
    super();
    const a = signature<UnpoolArguments>(`MaxUnpool${rank}d(int[${rank}] kernel_size, int[${rank}]? stride=None, int[${rank}] padding=[${new Array<number>(rank).fill(0).join(';')}])`)(args);
    Object.assign(this, a, { stride: a.stride ?? a.kernelSize });
  }
  override extraRepr(): string { return pairs({ kernel_size: py(this.kernelSize), stride: py(this.stride), padding: py(this.padding) }); }
}
/** Puts the maxima that MaxPool1d found back in their places. */
export class MaxUnpool1d extends MaxUnpoolNd {
  constructor(...args: UnpoolParameters) { super(1, args); }
  override forward(input: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor { return F.maxUnpool1d(input, indices, this.kernelSize, this.stride, this.padding, outputSize); }
}
export class MaxUnpool2d extends MaxUnpoolNd {
  constructor(...args: UnpoolParameters) { super(2, args); }
  override forward(input: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor { return F.maxUnpool2d(input, indices, this.kernelSize, this.stride, this.padding, outputSize); }
}
export class MaxUnpool3d extends MaxUnpoolNd {
  constructor(...args: UnpoolParameters) { super(3, args); }
  override forward(input: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor { return F.maxUnpool3d(input, indices, this.kernelSize, this.stride, this.padding, outputSize); }
}
