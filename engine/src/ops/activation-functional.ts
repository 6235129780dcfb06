import { denseAs } from '../cpu/copy.ts';
import { TorchError } from '../errors.ts';
import { defaultGenerator } from '../random/generator.ts';
import { uniformDouble } from '../random/uniform.ts';
import { finfo, isFloat, scalarTypeName, type DType } from '../tensor/dtype.ts';
import { wrapDim } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { core, type CoreOps, type SmoothOps } from './activation.ts';
import { functions } from './install.ts';
import { composite, type CompositeOperator, type Table } from './operator.ts';

export interface InPlaceOption { inplace?: boolean }

/** Activations of `nn.functional`. `inplace` changes the input instead of making a result. */
export interface ActivationFunctions extends SmoothOps {
  /** `max(input, 0)`. */
  relu(inplace?: boolean | InPlaceOption): Tensor;
  /** `min(max(input, 0), 6)`. */
  relu6(inplace?: boolean | InPlaceOption): Tensor;
  /** `input` where positive, `negativeSlope * input` elsewhere. */
  leakyRelu(negativeSlope?: number | (InPlaceOption & { negativeSlope?: number }), inplace?: boolean): Tensor;
  /** `input` where positive, `alpha * (exp(input) - 1)` elsewhere. */
  elu(alpha?: number | (InPlaceOption & { alpha?: number }), inplace?: boolean): Tensor;
  /** `elu` with the constants that keep mean 0 and variance 1 (Klambauer et al. 2017). */
  selu(inplace?: boolean | InPlaceOption): Tensor;
  /** `input` where positive, `alpha * (exp(input / alpha) - 1)` elsewhere. */
  celu(alpha?: number | (InPlaceOption & { alpha?: number }), inplace?: boolean): Tensor;
  /** `input * sigmoid(input)`. */
  silu(inplace?: boolean | InPlaceOption): Tensor;
  /** `input * tanh(softplus(input))`. */
  mish(inplace?: boolean | InPlaceOption): Tensor;
  /** Limits to the range from `minVal` to `maxVal`. */
  hardtanh(minVal?: number | (InPlaceOption & { minVal?: number; maxVal?: number }), maxVal?: number | (InPlaceOption & { maxVal?: number }), inplace?: boolean): Tensor;
  /** `input * relu6(input + 3) / 6`. */
  hardswish(inplace?: boolean | InPlaceOption): Tensor;
  /** `relu6(input + 3) / 6`. */
  hardsigmoid(inplace?: boolean | InPlaceOption): Tensor;
  /** `value` where `input <= threshold`. */
  threshold(threshold: number, value: number, inplace?: boolean | InPlaceOption): Tensor;
  /** `leakyRelu` with a slope drawn for each element from [lower, upper) in training, their mean otherwise. */
  rrelu(lower?: number | (InPlaceOption & { lower?: number; upper?: number; training?: boolean }), upper?: number | (InPlaceOption & { upper?: number; training?: boolean }), training?: boolean, inplace?: boolean): Tensor;
  /** `input` moved toward 0 by `lambd`, 0 where it is nearer than that. */
  softshrink(lambd?: number | { lambd?: number }): Tensor;
  /** `input / (1 + |input|)`. */
  softsign(): Tensor;
  /** `log(1 + exp(beta * input)) / beta`, and the input itself where `beta * input > threshold`. */
  softplus(beta?: number | { beta?: number; threshold?: number }, threshold?: number): Tensor;
  /** `input - tanh(input)`. */
  tanhshrink(): Tensor;
  /** The first half along `dim` times the sigmoid of the second. */
  glu(dim?: number | { dim?: number }): Tensor;
  softmax(dim?: number | null | { dim?: number | null; dtype?: DType | null }, options?: { dtype?: DType | null }): Tensor;
  logSoftmax(dim?: number | null | { dim?: number | null; dtype?: DType | null }, options?: { dtype?: DType | null }): Tensor;
  /** Softmax of `(input + Gumbel noise) / tau`: a differentiable draw from the classes; `hard` makes it one-hot in the forward pass (Jang et al. 2017). */
  gumbelSoftmax(tau?: number | { tau?: number; hard?: boolean; dim?: number }, hard?: boolean | { hard?: boolean; dim?: number }, eps?: number, dim?: number): Tensor;
  /** `softmax(-input)`. */
  softmin(dim?: number | null | { dim?: number | null; dtype?: DType | null }, options?: { dtype?: DType | null }): Tensor;
}

const { silu, softplus, hardtanh } = functions<CoreOps>(core);
const SELU_ALPHA = 1.6732632423543772, SELU_SCALE = 1.0507009873554805;

/** A composite with a trailing `inplace` argument. `params` are what stands between input and it. */
const inPlaceable = (name: string, node: string | null, params: string, f: (x: Tensor, ...args: never[]) => Tensor): CompositeOperator => composite({
  schema: `${name}(Tensor input, ${params ? `${params}, ` : ''}bool inplace=False)`,
  ...(node ? { node } : {}),
  compose(x: Tensor, ...args: never[]) {
    const inplace = args.pop() as unknown as boolean;
    return inplace ? x.copy_(f(x.clone(), ...args)) : f(x, ...args);
  },
});
/** `scale * (x or alpha * (exp(x / width) - 1))`; the exponential never sees a positive number, whose overflow would spoil the gradient. */
const exponentialUnit = (x: Tensor, alpha: number, width = 1, scale = 1): Tensor => {
  const low = x.clamp(null, 0), out = x.where(x.gt(0), (width === 1 ? low : low.div(width)).expm1().mul(alpha));
  return scale === 1 ? out : out.mul(scale);
};
/** What PyTorch takes where `dim` is left out. */
const implicitDim = (x: Tensor): number => (x.ndim === 0 || x.ndim === 1 || x.ndim === 3 ? 0 : 1);
const softmaxWith = (name: string, f: (x: Tensor, dim: number, options: { dtype: DType | null }) => Tensor): CompositeOperator => composite({
  schema: `${name}(Tensor input, int? dim=None, *, ScalarType? dtype=None)`,
  compose: (x: Tensor, dim: number | null, dtype: DType | null) => f(x, dim ?? implicitDim(x), { dtype }),
});

export const activationFunctions: Table<ActivationFunctions> = {
  gelu: core.gelu,
  logsigmoid: core.logsigmoid,
  relu: inPlaceable('relu', null, '', (x) => x.relu()),
  relu6: inPlaceable('relu6', 'HardtanhBackward0', '', (x) => hardtanh(x, 0, 6)),
  leakyRelu: inPlaceable('leakyRelu', 'LeakyReluBackward0', 'float negative_slope=0.01', (x, slope: number) => x.where(x.gt(0), x.mul(slope))),
  elu: inPlaceable('elu', 'EluBackward0', 'float alpha=1', exponentialUnit),
  selu: inPlaceable('selu', 'EluBackward0', '', (x) => exponentialUnit(x, SELU_ALPHA, 1, SELU_SCALE)),
  celu: inPlaceable('celu', 'EluBackward0', 'float alpha=1', (x, alpha: number) => exponentialUnit(x, alpha, alpha)),
  silu: inPlaceable('silu', 'SiluBackward0', '', (x) => silu(x)),
  mish: inPlaceable('mish', 'MishBackward0', '', (x) => x.mul(softplus(x).tanh())),
  hardtanh: inPlaceable('hardtanh', 'HardtanhBackward0', 'float min_val=-1, float max_val=1', (x, low: number, high: number) => hardtanh(x, low, high)),
  hardswish: inPlaceable('hardswish', 'HardswishBackward0', '', (x) => x.mul(x.add(3).clamp(0, 6)).div(6)),
  hardsigmoid: inPlaceable('hardsigmoid', 'HardsigmoidBackward0', '', (x) => hardtanh(x.add(3), 0, 6).div(6)),
  threshold: inPlaceable('threshold', 'ThresholdBackward0', 'Scalar threshold, Scalar value', (x, limit: number, value: number) => x.maskedFill(x.le(limit), value)),
  rrelu: inPlaceable('rrelu', 'RreluWithNoiseBackward0', 'float lower=0.125, float upper=0.3333333333333333, bool training=False', (x, lower: number, upper: number, training: boolean) => {
    if (!training) return x.where(x.gt(0), x.mul((lower + upper) / 2));
    const slopes = Tensor.allocate(x.shape, 'float64', x.device), to = slopes.window(), values = denseAs(x, 'float64').window();
    for (let i = 0; i < to.length; i++) to[i] = (values[i] as number) <= 0 ? lower + (upper - lower) * uniformDouble(defaultGenerator) : 1;
    return x.mul(slopes.to(x.dtype));
  }),
  softshrink: composite({
    schema: 'softshrink(Tensor input, float lambd=0.5)',
    node: 'SoftshrinkBackward0',
    compose(x: Tensor, lambd: number) {
      if (lambd < 0) throw new TorchError(`lambda must be in range [0, ${finfo(x.dtype).max.toPrecision(6)}] for input dtype ${scalarTypeName[x.dtype]}, but found ${lambd}`, { operator: 'softshrink' });
      return x.sub(x.clamp(-lambd, lambd).detach()).maskedFill(x.ge(-lambd).logicalAnd(x.le(lambd)), 0);
    },
  }),
  softsign: composite({ schema: 'softsign(Tensor input)', compose: (x: Tensor) => x.div(x.abs().add(1)) }),
  softplus: composite({
    schema: 'softplus(Tensor input, float beta=1, float threshold=20)',
    node: 'SoftplusBackward0',
    compose(x: Tensor, beta: number, threshold: number) { const scaled = beta === 1 ? x : x.mul(beta), soft = softplus(scaled); return x.where(scaled.gt(threshold), beta === 1 ? soft : soft.div(beta)); },
  }),
  tanhshrink: composite({ schema: 'tanhshrink(Tensor input)', compose: (x: Tensor) => x.sub(x.tanh()) }),
  glu: composite({
    schema: 'glu(Tensor input, int dim=-1)',
    node: 'GluBackward0',
    compose(x: Tensor, dim: number) {
      if (x.ndim === 0) throw new TorchError('glu does not support scalars because halving size must be even', { operator: 'glu' });
      if (!isFloat(x.dtype)) throw new TorchError(`"glu_cpu" not implemented for '${scalarTypeName[x.dtype]}'`, { operator: 'glu', dtypes: [x.dtype] });
      const d = wrapDim(dim, x.ndim), n = x.shape[d];
      if (n % 2) throw new TorchError(`Halving dimension must be even, but dimension ${d} is size ${n}`, { operator: 'glu', shapes: [x.shape] });
      return x.narrow(d, 0, n / 2).mul(x.narrow(d, n / 2, n / 2).sigmoid());
    },
  }),
  softmax: softmaxWith('softmax', (x, dim, options) => x.softmax(dim, options)),
  logSoftmax: softmaxWith('logSoftmax', (x, dim, options) => x.logSoftmax(dim, options)),
  gumbelSoftmax: composite({
    schema: 'gumbelSoftmax(Tensor logits, float tau=1, bool hard=False, float eps=1e-10, int dim=-1)',
    compose(logits: Tensor, tau: number, hard: boolean, _eps: number, dim: number) {
      const noise = logits.detach().newEmpty([...logits.shape]).exponential_().log().neg(), soft = logits.add(noise).div(tau).softmax(dim);
      if (!hard) return soft;
      const top = soft.detach().mul(0).scatter(dim, soft.detach().argmax(dim, true), 1);
      return top.sub(soft.detach()).add(soft);
    },
  }),
  softmin: softmaxWith('softmin', (x, dim, options) => x.neg().softmax(dim, options)),
};
