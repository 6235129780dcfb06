import { TorchError } from '../errors.ts';
import { empty, ones, tensor, zeros } from '../ops/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { FACTORY, factory, pairs, py, real, signature, type FactoryOptions } from './arguments.ts';
import * as F from './functional.ts';
import { ones_, zeros_ } from './init.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

interface BatchArguments { numFeatures: number; eps: number; momentum: number | null; affine: boolean; trackRunningStats: boolean; bias: boolean; device: string | null; dtype: FactoryOptions['dtype'] & {} | null }
/** Keyword arguments of the layers with running statistics. */
export interface BatchNormLayerOptions extends FactoryOptions { eps?: number; momentum?: number | null; affine?: boolean; trackRunningStats?: boolean; bias?: boolean }
type BatchParameters = [numFeatures: number, eps?: number | BatchNormLayerOptions, momentum?: number | null | BatchNormLayerOptions, affine?: boolean | BatchNormLayerOptions, trackRunningStats?: boolean | BatchNormLayerOptions, options?: BatchNormLayerOptions];
const statsSignature = (name: string, on: boolean) => signature<BatchArguments>(`${name}(int num_features, float eps=1e-5, float? momentum=0.1, bool affine=${on ? 'True' : 'False'}, bool track_running_stats=${on ? 'True' : 'False'}, ${FACTORY}, bool bias=True)`);

/** Scale, shift and running statistics of `numFeatures` channels. */
abstract class RunningNorm extends Module {
  readonly numFeatures: number;
  eps: number;
  /** How far the running statistics move towards the batch's; null averages over all batches. */
  momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  weight: Parameter | null = null;
  bias: Parameter | null = null;
  declare running_mean: Tensor | null;
  declare running_var: Tensor | null;
  declare num_batches_tracked: Tensor | null;
  constructor(a: BatchArguments) {
    super();
    this.numFeatures = a.numFeatures;
    this.eps = a.eps;
    this.momentum = a.momentum;
    this.affine = a.affine;
    this.trackRunningStats = a.trackRunningStats;
    if (a.affine) this.weight = new Parameter(empty([a.numFeatures], factory(a))); else this.registerParameter('weight', null);
    if (a.affine && a.bias) this.bias = new Parameter(empty([a.numFeatures], factory(a))); else this.registerParameter('bias', null);
    const track = a.trackRunningStats;
    this.registerBuffer('running_mean', track ? zeros([a.numFeatures], factory(a)) : null);
    this.registerBuffer('running_var', track ? ones([a.numFeatures], factory(a)) : null);
    this.registerBuffer('num_batches_tracked', track ? tensor(0, { dtype: 'int64', device: a.device }) : null);
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }
  get runningMean(): Tensor | null { return this.running_mean; }
  get runningVar(): Tensor | null { return this.running_var; }
  get numBatchesTracked(): Tensor | null { return this.num_batches_tracked; }
  resetRunningStats(): void {
    if (!this.trackRunningStats) return;
    zeros_(this.running_mean!); ones_(this.running_var!); this.num_batches_tracked!.zero_();
  }
  resetParameters(): void {
    this.resetRunningStats();
    if (this.weight) ones_(this.weight);
    if (this.bias) zeros_(this.bias);
  }
  override extraRepr(): string { return `${this.numFeatures}, ${pairs({ eps: py(this.eps), momentum: this.momentum === null ? 'None' : py(this.momentum), affine: py(this.affine), track_running_stats: py(this.trackRunningStats) })}`; }
}

abstract class BatchNorm extends RunningNorm {
  constructor(name: string, args: readonly unknown[]) { super(statsSignature(name, true)(args)); }
  protected abstract checkInput(x: Tensor): void;
  override forward(input: Tensor): Tensor {
    this.checkInput(input);
    let factor = this.momentum ?? 0;
    if (this.training && this.trackRunningStats && this.num_batches_tracked) {
      this.num_batches_tracked.add_(1);
      if (this.momentum === null) factor = 1 / Number(this.num_batches_tracked.item());
    }
    const training = this.training || (this.running_mean === null && this.running_var === null), used = !this.training || this.trackRunningStats;
    return F.batchNorm(input, used ? this.running_mean : null, used ? this.running_var : null, this.weight, this.bias, training, factor, this.eps);
  }
}
const expectDims = (x: Tensor, dims: readonly number[]): void => { if (!dims.includes(x.ndim)) throw new TorchError(`expected ${dims.map((d) => `${d}D`).join(' or ')} input (got ${x.ndim}D input)`, { shapes: [x.shape] }); };

/** Batch normalisation (Ioffe & Szegedy 2015) of input [N, C] or [N, C, L], a mean and a variance for each channel. */
export class BatchNorm1d extends BatchNorm {
  constructor(...args: BatchParameters) { super('BatchNorm1d', args); }
  protected checkInput(x: Tensor): void { expectDims(x, [2, 3]); }
}
/**
 * Batch normalisation of input [N, C, H, W]. In training each channel is normalised by its own mean and (biased) variance
 * in the batch, and the running statistics move towards them; in evaluation the running ones are used.
 */
export class BatchNorm2d extends BatchNorm {
  constructor(...args: BatchParameters) { super('BatchNorm2d', args); }
  protected checkInput(x: Tensor): void { expectDims(x, [4]); }
}
/** Batch normalisation of input [N, C, D, H, W]. */
export class BatchNorm3d extends BatchNorm {
  constructor(...args: BatchParameters) { super('BatchNorm3d', args); }
  protected checkInput(x: Tensor): void { expectDims(x, [5]); }
}

abstract class InstanceNorm extends RunningNorm {
  private readonly rank: number;
  constructor(rank: number, args: readonly unknown[]) { super(statsSignature(`InstanceNorm${rank}d`, false)(args)); this.rank = rank; }
  override forward(input: Tensor): Tensor {
    expectDims(input, [this.rank + 1, this.rank + 2]);
    const batched = input.ndim === this.rank + 2, x = batched ? input : input.unsqueeze(0);
    if (x.shape[1] !== this.numFeatures && this.affine) throw new TorchError(`expected input's size at dim=${batched ? 1 : 0} to match num_features (${this.numFeatures}), but got: ${x.shape[1]}.`, { shapes: [input.shape] });
    const out = F.instanceNorm(x, this.running_mean, this.running_var, this.weight, this.bias, this.training || !this.trackRunningStats, this.momentum ?? 0, this.eps);
    return batched ? out : out.squeeze(0);
  }
}
/** Normalises each channel of each sample of input [N, C, L] by its own mean and variance. */
export class InstanceNorm1d extends InstanceNorm { constructor(...args: BatchParameters) { super(1, args); } }
/** Normalises each channel of each sample of input [N, C, H, W] by its own mean and variance (Ulyanov et al. 2016). */
export class InstanceNorm2d extends InstanceNorm { constructor(...args: BatchParameters) { super(2, args); } }
/** Normalises each channel of each sample of input [N, C, D, H, W] by its own mean and variance. */
export class InstanceNorm3d extends InstanceNorm { constructor(...args: BatchParameters) { super(3, args); } }

/** Keyword arguments of LayerNorm. */
export interface LayerNormOptions extends FactoryOptions { eps?: number; elementwiseAffine?: boolean; bias?: boolean }
const layerNormArguments = signature<Required<LayerNormOptions> & { normalizedShape: number[] }>(`LayerNorm(int[] normalized_shape, float eps=1e-5, bool elementwise_affine=True, bool bias=True, ${FACTORY})`);
/** Layer normalisation (Ba et al. 2016) over the last dimensions, whose sizes are `normalizedShape`. */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[];
  eps: number;
  readonly elementwiseAffine: boolean;
  weight: Parameter | null = null;
  bias: Parameter | null = null;
  constructor(normalizedShape: number | readonly number[], eps?: number | LayerNormOptions, elementwiseAffine?: boolean | LayerNormOptions, bias?: boolean | LayerNormOptions, options?: FactoryOptions);
  constructor(...args: unknown[]) {
    super();
    const a = layerNormArguments(args);
    this.normalizedShape = a.normalizedShape;
    this.eps = a.eps;
    this.elementwiseAffine = a.elementwiseAffine;
    if (a.elementwiseAffine) this.weight = new Parameter(ones([...a.normalizedShape], factory(a))); else this.registerParameter('weight', null);
    if (a.elementwiseAffine && a.bias) this.bias = new Parameter(zeros([...a.normalizedShape], factory(a))); else this.registerParameter('bias', null);
  }
  resetParameters(): void { if (this.weight) ones_(this.weight); if (this.bias) zeros_(this.bias); }
  override forward(input: Tensor): Tensor { return F.layerNorm(input, this.normalizedShape, this.weight, this.bias, this.eps); }
  override extraRepr(): string { return `${py(this.normalizedShape)}, eps=${py(this.eps)}, elementwise_affine=${py(this.elementwiseAffine)}`; }
}

/** Keyword arguments of RMSNorm. */
export interface RMSNormOptions extends FactoryOptions { eps?: number | null; elementwiseAffine?: boolean }
const rmsNormArguments = signature<Required<RMSNormOptions> & { normalizedShape: number[] }>(`RMSNorm(int[] normalized_shape, float? eps=None, bool elementwise_affine=True, ${FACTORY})`);
/** x / √(mean(x²) + eps) · weight over the last dimensions (Zhang & Sennrich 2019); eps is the dtype's epsilon unless given. */
export class RMSNorm extends Module {
  readonly normalizedShape: readonly number[];
  eps: number | null;
  readonly elementwiseAffine: boolean;
  weight: Parameter | null = null;
  constructor(normalizedShape: number | readonly number[], eps?: number | null | RMSNormOptions, elementwiseAffine?: boolean | RMSNormOptions, options?: FactoryOptions);
  constructor(...args: unknown[]) {
    super();
    const a = rmsNormArguments(args);
    this.normalizedShape = a.normalizedShape;
    this.eps = a.eps;
    this.elementwiseAffine = a.elementwiseAffine;
    if (a.elementwiseAffine) this.weight = new Parameter(ones([...a.normalizedShape], factory(a))); else this.registerParameter('weight', null);
  }
  resetParameters(): void { if (this.weight) ones_(this.weight); }
  override forward(input: Tensor): Tensor { return F.rmsNorm(input, this.normalizedShape, this.weight, this.eps); }
  override extraRepr(): string { return `${py(this.normalizedShape)}, eps=${py(this.eps)}, elementwise_affine=${py(this.elementwiseAffine)}`; }
}

/** Keyword arguments of GroupNorm. */
export interface GroupNormOptions extends FactoryOptions { eps?: number; affine?: boolean; bias?: boolean }
const groupNormArguments = signature<Required<GroupNormOptions> & { numGroups: number; numChannels: number }>(`GroupNorm(int num_groups, int num_channels, float eps=1e-5, bool affine=True, ${FACTORY}, bool bias=True)`);
/** Normalises each of `numGroups` groups of channels of each sample (Wu & He 2018). */
export class GroupNorm extends Module {
  readonly numGroups: number;
  readonly numChannels: number;
  eps: number;
  readonly affine: boolean;
  weight: Parameter | null = null;
  bias: Parameter | null = null;
  constructor(numGroups: number, numChannels: number, eps?: number | GroupNormOptions, affine?: boolean | GroupNormOptions, options?: GroupNormOptions);
  constructor(...args: unknown[]) {
    super();
    const a = groupNormArguments(args);
    if (a.numChannels % a.numGroups) throw new TorchError(`num_channels (${a.numChannels}) must be divisible by num_groups (${a.numGroups})`);
    this.numGroups = a.numGroups;
    this.numChannels = a.numChannels;
    this.eps = a.eps;
    this.affine = a.affine;
    if (a.affine) this.weight = new Parameter(ones([a.numChannels], factory(a))); else this.registerParameter('weight', null);
    if (a.affine && a.bias) this.bias = new Parameter(zeros([a.numChannels], factory(a))); else this.registerParameter('bias', null);
  }
  resetParameters(): void { if (this.weight) ones_(this.weight); if (this.bias) zeros_(this.bias); }
  override forward(input: Tensor): Tensor { return F.groupNorm(input, this.numGroups, this.weight, this.bias, this.eps); }
  override extraRepr(): string { return `${this.numGroups}, ${this.numChannels}, eps=${py(this.eps)}, affine=${py(this.affine)}`; }
}

interface ResponseOptions { alpha?: number; beta?: number; k?: number }
const responseArguments = signature<Required<ResponseOptions> & { size: number }>('LocalResponseNorm(int size, float alpha=1e-4, float beta=0.75, float k=1)');
/** Divides by a power of the mean square over neighbouring channels (Krizhevsky et al. 2012). */
export class LocalResponseNorm extends Module {
  declare readonly size: number;
  declare readonly alpha: number;
  declare readonly beta: number;
  declare readonly k: number;
  constructor(size: number, alpha?: number | ResponseOptions, beta?: number | ResponseOptions, k?: number | ResponseOptions);
  constructor(...args: unknown[]) { super(); Object.assign(this, responseArguments(args)); }
  override forward(input: Tensor): Tensor { return F.localResponseNorm(input, this.size, this.alpha, this.beta, this.k); }
  override extraRepr(): string { return `${this.size}, alpha=${py(this.alpha)}, beta=${py(this.beta)}, k=${real(this.k)}`; }
}
