import { full } from '../ops/create.ts';
import { TorchError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { FACTORY, factory, pairs, py, real, signature, type FactoryOptions } from './arguments.ts';
import * as F from './functional.ts';
import { constant_ } from './init.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

interface Inplace { inplace?: boolean }
type InplaceParameters = [inplace?: boolean | Inplace];
const inplaceArguments = signature<Required<Inplace>>('Activation(bool inplace=False)');
abstract class InplaceActivation extends Module {
  declare readonly inplace: boolean;
  constructor(...args: InplaceParameters) { super(); Object.assign(this, inplaceArguments(args)); }
  override extraRepr(): string { return this.inplace ? 'inplace=True' : ''; }
}
/** max(x, 0). */
export class ReLU extends InplaceActivation { override forward(input: Tensor): Tensor { return F.relu(input, this.inplace); } }
/** min(max(x, 0), 6). */
export class ReLU6 extends InplaceActivation { override forward(input: Tensor): Tensor { return F.relu6(input, this.inplace); } }
/** ELU with the constants that keep mean 0 and variance 1. */
export class SELU extends InplaceActivation { override forward(input: Tensor): Tensor { return F.selu(input, this.inplace); } }
/** x · sigmoid(x). */
export class SiLU extends InplaceActivation { override forward(input: Tensor): Tensor { return F.silu(input, this.inplace); } }
/** x · tanh(softplus(x)). */
export class Mish extends InplaceActivation { override forward(input: Tensor): Tensor { return F.mish(input, this.inplace); } }
/** x · relu6(x + 3) / 6. */
export class Hardswish extends InplaceActivation {
  override forward(input: Tensor): Tensor { return F.hardswish(input, this.inplace); }
  override extraRepr(): string { return ''; }
}
/** relu6(x + 3) / 6. */
export class Hardsigmoid extends InplaceActivation {
  override forward(input: Tensor): Tensor { return F.hardsigmoid(input, this.inplace); }
  override extraRepr(): string { return ''; }
}
/** 1 / (1 + exp(−x)). */
export class Sigmoid extends Module { override forward(input: Tensor): Tensor { return input.sigmoid(); } }
/** log(sigmoid(x)). */
export class LogSigmoid extends Module { override forward(input: Tensor): Tensor { return F.logsigmoid(input); } }
export class Tanh extends Module { override forward(input: Tensor): Tensor { return input.tanh(); } }
/** x / (1 + |x|). */
export class Softsign extends Module { override forward(input: Tensor): Tensor { return F.softsign(input); } }
/** x − tanh(x). */
export class Tanhshrink extends Module { override forward(input: Tensor): Tensor { return F.tanhshrink(input); } }

/** Extra text where an activation works in place. */
const also = (inplace: boolean): string => (inplace ? ', inplace=True' : '');
/** A number printed as the default was written (a float) where it is the default. */
const shown = (v: number, usual: number): string => (v === usual ? real(v) : py(v));

interface ELUOptions extends Inplace { alpha?: number }
type ELUParameters = [alpha?: number | ELUOptions, inplace?: boolean | ELUOptions];
const alphaArguments = signature<Required<ELUOptions>>('ELU(float alpha=1, bool inplace=False)');
abstract class AlphaActivation extends Module {
  declare readonly alpha: number;
  declare readonly inplace: boolean;
  constructor(...args: ELUParameters) { super(); Object.assign(this, alphaArguments(args)); }
  override extraRepr(): string { return `alpha=${shown(this.alpha, 1)}${also(this.inplace)}`; }
}
/** x where positive, alpha · (exp(x) − 1) elsewhere. */
export class ELU extends AlphaActivation { override forward(input: Tensor): Tensor { return F.elu(input, this.alpha, this.inplace); } }
/** x where positive, alpha · (exp(x / alpha) − 1) elsewhere. */
export class CELU extends AlphaActivation { override forward(input: Tensor): Tensor { return F.celu(input, this.alpha, this.inplace); } }

interface LeakyOptions extends Inplace { negativeSlope?: number }
const leakyArguments = signature<Required<LeakyOptions>>('LeakyReLU(float negative_slope=0.01, bool inplace=False)');
/** x where positive, negativeSlope · x elsewhere. */
export class LeakyReLU extends Module {
  declare readonly negativeSlope: number;
  declare readonly inplace: boolean;
  constructor(negativeSlope?: number | LeakyOptions, inplace?: boolean | LeakyOptions);
  constructor(...args: unknown[]) { super(); Object.assign(this, leakyArguments(args)); }
  override forward(input: Tensor): Tensor { return F.leakyRelu(input, this.negativeSlope, this.inplace); }
  override extraRepr(): string { return `negative_slope=${py(this.negativeSlope)}${also(this.inplace)}`; }
}

interface RReLUOptions extends Inplace { lower?: number; upper?: number }
const rreluArguments = signature<Required<RReLUOptions>>(`RReLU(float lower=0.125, float upper=${1 / 3}, bool inplace=False)`);
/** LeakyReLU with a slope drawn for each element in training, the mean of the range in evaluation. */
export class RReLU extends Module {
  declare readonly lower: number;
  declare readonly upper: number;
  declare readonly inplace: boolean;
  constructor(lower?: number | RReLUOptions, upper?: number | RReLUOptions, inplace?: boolean | RReLUOptions);
  constructor(...args: unknown[]) { super(); Object.assign(this, rreluArguments(args)); }
  override forward(input: Tensor): Tensor { return F.rrelu(input, this.lower, this.upper, this.training, this.inplace); }
  override extraRepr(): string { return `lower=${py(this.lower)}, upper=${py(this.upper)}${also(this.inplace)}`; }
}

interface HardtanhOptions extends Inplace { minVal?: number; maxVal?: number }
const hardtanhArguments = signature<Required<HardtanhOptions>>('Hardtanh(float min_val=-1, float max_val=1, bool inplace=False)');
/** Limits to [minVal, maxVal]. */
export class Hardtanh extends Module {
  declare readonly minVal: number;
  declare readonly maxVal: number;
  declare readonly inplace: boolean;
  constructor(minVal?: number | HardtanhOptions, maxVal?: number | HardtanhOptions, inplace?: boolean | HardtanhOptions);
  constructor(...args: unknown[]) {
    super();
    Object.assign(this, hardtanhArguments(args));
    if (this.maxVal <= this.minVal) throw new TorchError('max_val must be larger than min_val');
  }
  override forward(input: Tensor): Tensor { return F.hardtanh(input, this.minVal, this.maxVal, this.inplace); }
  override extraRepr(): string { return `min_val=${shown(this.minVal, -1)}, max_val=${shown(this.maxVal, 1)}${also(this.inplace)}`; }
}

interface ThresholdOptions extends Inplace { threshold?: number; value?: number }
const thresholdArguments = signature<Required<ThresholdOptions>>('Threshold(float threshold, float value, bool inplace=False)');
/** x where it is above the threshold, `value` elsewhere. */
export class Threshold extends Module {
  declare readonly threshold: number;
  declare readonly value: number;
  declare readonly inplace: boolean;
  constructor(threshold: number, value: number, inplace?: boolean | Inplace);
  constructor(...args: unknown[]) { super(); Object.assign(this, thresholdArguments(args)); }
  override forward(input: Tensor): Tensor { return F.threshold(input, this.threshold, this.value, this.inplace); }
  override extraRepr(): string { return `threshold=${py(this.threshold)}, value=${py(this.value)}${also(this.inplace)}`; }
}

interface SoftplusOptions { beta?: number; threshold?: number }
const softplusArguments = signature<Required<SoftplusOptions>>('Softplus(float beta=1, float threshold=20)');
/** log(1 + exp(beta · x)) / beta; the identity where beta · x is above the threshold. */
export class Softplus extends Module {
  declare readonly beta: number;
  declare readonly threshold: number;
  constructor(beta?: number | SoftplusOptions, threshold?: number | SoftplusOptions);
  constructor(...args: unknown[]) { super(); Object.assign(this, softplusArguments(args)); }
  override forward(input: Tensor): Tensor { return F.softplus(input, this.beta, this.threshold); }
  override extraRepr(): string { return `beta=${shown(this.beta, 1)}, threshold=${shown(this.threshold, 20)}`; }
}

interface LambdOptions { lambd?: number }
const lambdArguments = signature<Required<LambdOptions>>('Shrink(float lambd=0.5)');
abstract class Shrink extends Module {
  declare readonly lambd: number;
  constructor(...args: [lambd?: number | LambdOptions]) { super(); Object.assign(this, lambdArguments(args)); }
  override extraRepr(): string { return py(this.lambd); }
}
/** x moved towards 0 by `lambd`, 0 where it is nearer than that. */
export class Softshrink extends Shrink { override forward(input: Tensor): Tensor { return F.softshrink(input, this.lambd); } }
/** 0 where |x| ≤ lambd, x elsewhere. */
export class Hardshrink extends Shrink { override forward(input: Tensor): Tensor { return F.hardshrink(input, this.lambd); } }

type Approximate = 'none' | 'tanh';
/** x · Φ(x), Φ the normal distribution function; `approximate: 'tanh'` is the approximation by Hendrycks & Gimpel 2016. */
export class GELU extends Module {
  declare readonly approximate: Approximate;
  constructor(approximate?: Approximate | { approximate?: Approximate });
  constructor(...args: unknown[]) { super(); Object.assign(this, signature("GELU(str approximate='none')")(args)); }
  override forward(input: Tensor): Tensor { return F.gelu(input, { approximate: this.approximate }); }
  override extraRepr(): string { return `approximate='${this.approximate}'`; }
}

/** The first half along `dim` times the sigmoid of the second. */
export class GLU extends Module {
  declare readonly dim: number;
  constructor(dim?: number | { dim?: number });
  constructor(...args: unknown[]) { super(); Object.assign(this, signature('GLU(int dim=-1)')(args)); }
  override forward(input: Tensor): Tensor { return F.glu(input, this.dim); }
  override extraRepr(): string { return `dim=${this.dim}`; }
}

interface DimOptions { dim?: number | null }
const dimArguments = signature<Required<DimOptions>>('Softmax(int? dim=None)');
abstract class AlongDim extends Module {
  declare readonly dim: number | null;
  constructor(...args: [dim?: number | null | DimOptions]) { super(); Object.assign(this, dimArguments(args)); }
  override extraRepr(): string { return `dim=${py(this.dim)}`; }
}
/** exp(x) divided by its sum along `dim`. */
export class Softmax extends AlongDim { override forward(input: Tensor): Tensor { return F.softmax(input, this.dim); } }
/** The logarithm of the softmax along `dim`. */
export class LogSoftmax extends AlongDim { override forward(input: Tensor): Tensor { return F.logSoftmax(input, this.dim); } }
/** The softmax of −x along `dim`. */
export class Softmin extends AlongDim { override forward(input: Tensor): Tensor { return F.softmin(input, this.dim); } }
/** The softmax over the channels of input [N, C, H, W] or [C, H, W]. */
export class Softmax2d extends Module {
  override forward(input: Tensor): Tensor {
    if (input.ndim !== 3 && input.ndim !== 4) throw new TorchError(`Softmax2d: expected input to be 3D or 4D, got ${input.ndim}D instead`, { shapes: [input.shape] });
    return F.softmax(input, -3);
  }
}

interface PReLUOptions extends FactoryOptions { numParameters?: number; init?: number }
const preluArguments = signature<Required<PReLUOptions>>(`PReLU(int num_parameters=1, float init=0.25, ${FACTORY})`);
/** x where positive, weight · x elsewhere: one weight for all, or one for each channel. */
export class PReLU extends Module {
  readonly numParameters: number;
  readonly init: number;
  weight: Parameter;
  constructor(numParameters?: number | PReLUOptions, init?: number | PReLUOptions, options?: FactoryOptions);
  constructor(...args: unknown[]) {
    super();
    const a = preluArguments(args);
    this.numParameters = a.numParameters;
    this.init = a.init;
    this.weight = new Parameter(full([a.numParameters], a.init, factory(a)));
  }
  resetParameters(): void { constant_(this.weight, this.init); }
  override forward(input: Tensor): Tensor { return F.prelu(input, this.weight); }
  override extraRepr(): string { return pairs({ num_parameters: py(this.numParameters) }); }
}
