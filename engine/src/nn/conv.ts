import { TorchError } from '../errors.ts';
import type { Sizes } from '../ops/conv.ts';
import { empty } from '../ops/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { FACTORY, factory, py, signature, type FactoryOptions } from './arguments.ts';
import { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d, pad } from './functional.ts';
import { calculateFans, kaimingUniform_, uniform_ } from './init.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';
/** Keyword arguments of the convolution layers. */
export interface ConvLayerOptions extends FactoryOptions { stride?: Sizes; padding?: Sizes | 'same' | 'valid'; dilation?: Sizes; groups?: number; bias?: boolean; paddingMode?: PaddingMode }
/** Keyword arguments of the transposed convolution layers. */
export interface ConvTransposeLayerOptions extends FactoryOptions { stride?: Sizes; padding?: Sizes; outputPadding?: Sizes; groups?: number; bias?: boolean; dilation?: Sizes; paddingMode?: 'zeros' }

interface Arguments { inChannels: number; outChannels: number; kernelSize: number[]; stride: number[]; padding: Sizes | 'same' | 'valid'; outputPadding: number[]; dilation: number[]; groups: number; bias: boolean; paddingMode: PaddingMode; device: string | null; dtype: FactoryOptions['dtype'] & {} | null }
type Rank = 1 | 2 | 3;
const repeated = (rank: Rank, n: number): string => `[${new Array<number>(rank).fill(n).join(';')}]`;
const convArguments = (rank: Rank) => signature<Arguments>(`Conv${rank}d(int in_channels, int out_channels, int[${rank}] kernel_size, int[${rank}] stride=${repeated(rank, 1)}, str|int[${rank}] padding=${repeated(rank, 0)}, int[${rank}] dilation=${repeated(rank, 1)}, int groups=1, bool bias=True, str padding_mode='zeros', ${FACTORY})`);
const transposeArguments = (rank: Rank) => signature<Arguments>(`ConvTranspose${rank}d(int in_channels, int out_channels, int[${rank}] kernel_size, int[${rank}] stride=${repeated(rank, 1)}, int[${rank}] padding=${repeated(rank, 0)}, int[${rank}] output_padding=${repeated(rank, 0)}, int groups=1, bool bias=True, int[${rank}] dilation=${repeated(rank, 1)}, str padding_mode='zeros', ${FACTORY})`);

/** What the convolution layers share: weight, bias, their initialisation and the printed form. */
abstract class ConvNd extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | 'same' | 'valid';
  readonly dilation: readonly number[];
  readonly outputPadding: readonly number[];
  readonly groups: number;
  readonly paddingMode: PaddingMode;
  weight: Parameter;
  /** [outChannels], or null */
  bias: Parameter | null = null;
  constructor(a: Arguments, transposed: boolean) {
    super();
    if (a.groups <= 0) throw new TorchError('groups must be a positive integer');
    if (a.inChannels % a.groups) throw new TorchError('in_channels must be divisible by groups');
    if (a.outChannels % a.groups) throw new TorchError('out_channels must be divisible by groups');
    if (typeof a.padding === 'string' && a.padding !== 'same' && a.padding !== 'valid') throw new TorchError(`Invalid padding string '${String(a.padding)}', should be one of 'same', 'valid'`);
    if (a.padding === 'same' && a.stride.some((s) => s !== 1)) throw new TorchError("padding='same' is not supported for strided convolutions");
    if (!['zeros', 'reflect', 'replicate', 'circular'].includes(a.paddingMode)) throw new TorchError(`padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='${a.paddingMode}'`);
    if (transposed && a.paddingMode !== 'zeros') throw new TorchError(`Only "zeros" padding mode is supported for ${this.constructor.name}`);
    this.inChannels = a.inChannels;
    this.outChannels = a.outChannels;
    this.kernelSize = a.kernelSize;
    this.stride = a.stride;
    this.padding = a.padding as number[];
    this.dilation = a.dilation;
    this.outputPadding = a.outputPadding ?? a.stride.map(() => 0);
    this.groups = a.groups;
    this.paddingMode = a.paddingMode;
    this.weight = new Parameter(empty(transposed ? [a.inChannels, a.outChannels / a.groups, ...a.kernelSize] : [a.outChannels, a.inChannels / a.groups, ...a.kernelSize], factory(a)));
    if (a.bias) this.bias = new Parameter(empty([a.outChannels], factory(a))); else this.registerParameter('bias', null);
    this.resetParameters();
  }
  resetParameters(): void {
    kaimingUniform_(this.weight, Math.sqrt(5));
    if (!this.bias) return;
    const { fanIn } = calculateFans(this.weight);
    if (fanIn !== 0) uniform_(this.bias, -1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn));
  }
  override extraRepr(): string {
    const other = (v: readonly number[] | string, n: number): boolean => typeof v === 'string' || v.some((x) => x !== n);
    return [
      `${this.inChannels}, ${this.outChannels}, kernel_size=${py(this.kernelSize)}, stride=${py(this.stride)}`,
      other(this.padding, 0) ? `padding=${py(this.padding)}` : '',
      other(this.dilation, 1) ? `dilation=${py(this.dilation)}` : '',
      other(this.outputPadding, 0) ? `output_padding=${py(this.outputPadding)}` : '',
      this.groups !== 1 ? `groups=${this.groups}` : '',
      this.bias === null ? 'bias=False' : '',
      this.paddingMode !== 'zeros' ? `padding_mode=${this.paddingMode}` : '',
    ].filter(Boolean).join(', ');
  }
  /** The input padded by hand where the padding is not zeros, and the padding that is left for the operator. */
  protected padded(x: Tensor): [Tensor, readonly number[] | 'same' | 'valid'] {
    if (this.paddingMode === 'zeros') return [x, this.padding];
    const total = this.dilation.map((d, i) => d * (this.kernelSize[i] - 1));
    const both = this.padding === 'same' ? total.map((t) => [Math.floor(t / 2), t - Math.floor(t / 2)]) : this.padding === 'valid' ? total.map(() => [0, 0]) : this.padding.map((p) => [p, p]);
    return [pad(x, both.reverse().flat(), this.paddingMode), total.map(() => 0)];
  }
}

/** The constructor's arguments in PyTorch's order; the options object may take the place of any tail. */
type ConvParameters = [inChannels: number, outChannels: number, kernelSize: Sizes, stride?: Sizes | ConvLayerOptions, padding?: Sizes | 'same' | 'valid' | ConvLayerOptions, dilation?: Sizes | ConvLayerOptions, groups?: number | ConvLayerOptions, bias?: boolean | ConvLayerOptions, paddingMode?: PaddingMode | ConvLayerOptions, options?: FactoryOptions];
const conv1dArguments = convArguments(1), conv2dArguments = convArguments(2), conv3dArguments = convArguments(3);

/** Convolution of input [N, inChannels, L] (or without N). Parameters start uniform in ±1/√(inChannels / groups · kernelSize). */
export class Conv1d extends ConvNd {
  constructor(...args: ConvParameters) { super(conv1dArguments(args), false); }
  override forward(input: Tensor): Tensor { const [x, padding] = this.padded(input); return conv1d(x, this.weight, this.bias, this.stride, padding, this.dilation, this.groups); }
}
/**
 * Convolution of input [N, inChannels, H, W] (or without N) to [N, outChannels, OH, OW], where
 * OH = ⌊(H + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1.
 *
 * @example new nn.Conv2d(3, 8, 3, { padding: 1 })(torch.randn(2, 3, 32, 32)).shape // [2, 8, 32, 32]
 */
export class Conv2d extends ConvNd {
  constructor(...args: ConvParameters) { super(conv2dArguments(args), false); }
  override forward(input: Tensor): Tensor { const [x, padding] = this.padded(input); return conv2d(x, this.weight, this.bias, this.stride, padding, this.dilation, this.groups); }
}
/** Convolution of input [N, inChannels, D, H, W] (or without N). */
export class Conv3d extends ConvNd {
  constructor(...args: ConvParameters) { super(conv3dArguments(args), false); }
  override forward(input: Tensor): Tensor { const [x, padding] = this.padded(input); return conv3d(x, this.weight, this.bias, this.stride, padding, this.dilation, this.groups); }
}

/** What the transposed layers share: the output padding that a wanted output size needs. */
abstract class ConvTransposeNd extends ConvNd {
  /** The extra rows at the end: `outputPadding`, or what gives `outputSize` (spatial sizes, or all sizes of the output). */
  protected extra(x: Tensor, outputSize: readonly number[] | null): readonly number[] {
    if (outputSize === null) return this.outputPadding;
    const rank = this.stride.length, skip = outputSize.length - rank;
    if (skip !== 0 && skip !== x.ndim - rank) throw new TorchError(`${this.constructor.name}: for ${x.ndim}D input, output_size must have ${rank} or ${x.ndim} elements (got ${outputSize.length})`);
    return outputSize.slice(skip).map((want, i) => {
      const least = (x.shape[x.ndim - rank + i] - 1) * this.stride[i] - 2 * (this.padding as number[])[i] + this.dilation[i] * (this.kernelSize[i] - 1) + 1;
      if (want < least || want > least + this.stride[i] - 1) throw new TorchError(`requested an output size of ${py(outputSize)}, but valid sizes range from ${least} to ${least + this.stride[i] - 1} (for an input of ${py(x.shape.slice(x.ndim - rank))})`);
      return want - least;
    });
  }
}
type TransposeParameters = [inChannels: number, outChannels: number, kernelSize: Sizes, stride?: Sizes | ConvTransposeLayerOptions, padding?: Sizes | ConvTransposeLayerOptions, outputPadding?: Sizes | ConvTransposeLayerOptions, groups?: number | ConvTransposeLayerOptions, bias?: boolean | ConvTransposeLayerOptions, dilation?: Sizes | ConvTransposeLayerOptions, paddingMode?: 'zeros', options?: FactoryOptions];
const transpose1dArguments = transposeArguments(1), transpose2dArguments = transposeArguments(2), transpose3dArguments = transposeArguments(3);

/** Transposed convolution of input [N, inChannels, L]; `outputSize` chooses among the sizes that the stride leaves open. */
export class ConvTranspose1d extends ConvTransposeNd {
  constructor(...args: TransposeParameters) { super(transpose1dArguments(args), true); }
  override forward(x: Tensor, outputSize: readonly number[] | null = null): Tensor { return convTranspose1d(x, this.weight, this.bias, this.stride, this.padding as number[], this.extra(x, outputSize), this.groups, this.dilation); }
}
/** Transposed convolution of input [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = (H − 1)·stride − 2·padding + dilation·(kernelSize − 1) + outputPadding + 1. */
export class ConvTranspose2d extends ConvTransposeNd {
  constructor(...args: TransposeParameters) { super(transpose2dArguments(args), true); }
  override forward(x: Tensor, outputSize: readonly number[] | null = null): Tensor { return convTranspose2d(x, this.weight, this.bias, this.stride, this.padding as number[], this.extra(x, outputSize), this.groups, this.dilation); }
}
/** Transposed convolution of input [N, inChannels, D, H, W]. */
export class ConvTranspose3d extends ConvTransposeNd {
  constructor(...args: TransposeParameters) { super(transpose3dArguments(args), true); }
  override forward(x: Tensor, outputSize: readonly number[] | null = null): Tensor { return convTranspose3d(x, this.weight, this.bias, this.stride, this.padding as number[], this.extra(x, outputSize), this.groups, this.dilation); }
}
