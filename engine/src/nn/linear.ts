import { empty } from '../ops/create.ts';
import { isOptions } from '../ops/schema.ts';
import { Tensor } from '../tensor/tensor.ts';
import { FACTORY, factory, py, signature, type FactoryOptions } from './arguments.ts';
import { bilinear, linear } from './functional.ts';
import { calculateFans, kaimingUniform_, uniform_ } from './init.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

/** Keyword arguments of the linear layers. */
export interface LinearOptions extends FactoryOptions { bias?: boolean }

/** Passes its input on; takes any arguments. */
export class Identity extends Module {
  constructor(..._args: unknown[]) { super(); }
  override forward(input: Tensor): Tensor { return input; }
}

const linearArguments = signature<Required<LinearOptions> & { inFeatures: number; outFeatures: number }>(`Linear(int in_features, int out_features, bool bias=True, ${FACTORY})`);
/**
 * x · weightᵀ + bias over the last dimension: input [..., inFeatures], output [..., outFeatures]. Parameters start uniform
 * in ±1/√inFeatures.
 *
 * @example new nn.Linear(20, 30)(torch.randn(128, 20)).shape // [128, 30]
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** [outFeatures, inFeatures] */
  weight: Parameter;
  /** [outFeatures], or null */
  bias: Parameter | null = null;
  constructor(inFeatures: number, outFeatures: number, bias?: boolean | LinearOptions, options?: FactoryOptions);
  constructor(...args: unknown[]) {
    super();
    const a = linearArguments(args);
    this.inFeatures = a.inFeatures;
    this.outFeatures = a.outFeatures;
    this.weight = new Parameter(empty([a.outFeatures, a.inFeatures], factory(a)));
    if (a.bias) this.bias = new Parameter(empty([a.outFeatures], factory(a))); else this.registerParameter('bias', null);
    this.resetParameters();
  }
  resetParameters(): void {
    kaimingUniform_(this.weight, Math.sqrt(5));
    if (this.bias) { const bound = this.inFeatures > 0 ? 1 / Math.sqrt(calculateFans(this.weight).fanIn) : 0; uniform_(this.bias, -bound, bound); }
  }
  override forward(input: Tensor | { input: Tensor }): Tensor { return linear((isOptions(input) ? input.input : input) as Tensor, this.weight, this.bias); }
  override extraRepr(): string { return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${py(this.bias !== null)}`; }
}
/** The output projection of MultiheadAttention, under the name that PyTorch prints. */
export class NonDynamicallyQuantizableLinear extends Linear {}

const bilinearArguments = signature<Required<LinearOptions> & { in1Features: number; in2Features: number; outFeatures: number }>(`Bilinear(int in1_features, int in2_features, int out_features, bool bias=True, ${FACTORY})`);
/** x1ᵀ · weight[k] · x2 + bias[k] for each output k. */
export class Bilinear extends Module {
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  /** [outFeatures, in1Features, in2Features] */
  weight: Parameter;
  bias: Parameter | null = null;
  constructor(in1Features: number, in2Features: number, outFeatures: number, bias?: boolean | LinearOptions, options?: FactoryOptions);
  constructor(...args: unknown[]) {
    super();
    const a = bilinearArguments(args);
    this.in1Features = a.in1Features;
    this.in2Features = a.in2Features;
    this.outFeatures = a.outFeatures;
    this.weight = new Parameter(empty([a.outFeatures, a.in1Features, a.in2Features], factory(a)));
    if (a.bias) this.bias = new Parameter(empty([a.outFeatures], factory(a))); else this.registerParameter('bias', null);
    this.resetParameters();
  }
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias) uniform_(this.bias, -bound, bound);
  }
  override forward(input1: Tensor, input2: Tensor): Tensor { return bilinear(input1, input2, this.weight, this.bias); }
  override extraRepr(): string { return `in1_features=${this.in1Features}, in2_features=${this.in2Features}, out_features=${this.outFeatures}, bias=${py(this.bias !== null)}`; }
}
