import { castElements, denseAs } from '../cpu/copy.ts';
import { binary, unary, workDType, zip } from '../cpu/pointwise.ts';
import { kernels } from '../cpu/kernels.ts';
import { TorchError } from '../errors.ts';
import { dtypeInfo, isFloat, type DType } from '../tensor/dtype.ts';
import { wrapDim } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { nodeName, noSlope, notImplemented, unaryOp } from './elementwise.ts';
import { functions } from './install.ts';
import { composite, kernel, type KernelOperator, type Table } from './operator.ts';

/** Activations that are methods and functions of `torch` as well. */
export interface ActivationOps {
  /** `max(input, 0)`. */
  relu(): Tensor;
  /** `1 / (1 + exp(-input))`. */
  sigmoid(): Tensor;
  tanh(): Tensor;
  /** `exp(input)` divided by its sum along `dim`. `dtype` is taken on before computing. */
  softmax(dim: number | { dim: number; dtype?: DType | null }, options?: { dtype?: DType | null }): Tensor;
  /** The logarithm of `softmax`, without overflow. */
  logSoftmax(dim: number | { dim: number; dtype?: DType | null }, options?: { dtype?: DType | null }): Tensor;
  /** `input` where positive, `weight * input` elsewhere; one weight, or one for each channel (dimension 1). */
  prelu(weight: Tensor | { weight: Tensor }): Tensor;
  /** 0 where `|input| <= lambd`. */
  hardshrink(lambd?: number | { lambd?: number }): Tensor;
}
/** Those of them that also have an in-place form. */
export const activationInPlace = ['relu', 'sigmoid', 'tanh'] as const;

/** A fused kernel for the gradient of an activation: `slope` is its derivative for the second operand (input or result). */
function backwardOp(name: string, kernelName: string, slope: ((g: Tensor, v: Tensor) => Tensor) | null): KernelOperator<never> {
  return kernel({
    schema: `${name}(Tensor grad_output, Tensor input)`,
    meta: ([g]) => ({ shape: (g as Tensor).shape, dtype: (g as Tensor).dtype }),
    cpu([out], [g, v]) { zip(kernelName, out, [g as Tensor, v as Tensor]); },
    saves: { x: slope ? [0, 1] : [1] },
    grad: (gg, { x: [g, v], need }) => [need[0] ? slopes[name as keyof SlopeOps](gg, v) : null, need[1] ? (slope ? gg.mul(slope(g, v)) : noSlope(gg)) : null],
  });
}
interface SlopeOps { thresholdBackward(y: Tensor): Tensor; sigmoidBackward(y: Tensor): Tensor; tanhBackward(y: Tensor): Tensor; siluBackward(x: Tensor): Tensor; geluBackward(x: Tensor): Tensor; geluTanhBackward(x: Tensor): Tensor }
const TANH_SCALE = Math.sqrt(2 / Math.PI), TANH_CUBE = 0.044715;
const slopes = functions<SlopeOps>({
  thresholdBackward: backwardOp('thresholdBackward', 'relu_backward', null),
  sigmoidBackward: backwardOp('sigmoidBackward', 'sigmoid_backward', (g, y) => g.mul(y.mul(-2).add(1))),
  tanhBackward: backwardOp('tanhBackward', 'tanh_backward', (g, y) => g.mul(y).mul(-2)),
  siluBackward: backwardOp('siluBackward', 'silu_backward', (g, x) => {
    const s = x.sigmoid();
    return g.mul(s).mul(s.neg().add(1)).mul(x.mul(s.mul(-2).add(1)).add(2));
  }),
  // (x Φ(x))″ = φ(x) (2 - x²)
  geluBackward: backwardOp('geluBackward', 'gelu_erf_backward', (g, x) => { const square = x.mul(x); return g.mul(square.mul(-0.5).exp()).mul(square.neg().add(2)).mul(1 / Math.sqrt(2 * Math.PI)); }),
  // (x (1 + tanh u) / 2)″ = (1 - t²) (u′ + x u″ / 2 - x t u′²)
  geluTanhBackward: backwardOp('geluTanhBackward', 'gelu_tanh_backward', (g, x) => {
    const square = x.mul(x), t = x.mul(square.mul(TANH_CUBE).add(1)).mul(TANH_SCALE).tanh(), u1 = square.mul(3 * TANH_CUBE).add(1).mul(TANH_SCALE);
    return g.mul(t.mul(t).neg().add(1)).mul(u1.add(square.mul(3 * TANH_CUBE * TANH_SCALE)).sub(x.mul(t).mul(u1).mul(u1)));
  }),
});

/** Sizes before, along and after `dim`. */
function around(x: Tensor, dim: number): [outer: number, n: number, inner: number] {
  const d = wrapDim(dim, x.ndim), product = (s: readonly number[]): number => s.reduce((a, b) => a * b, 1);
  return [product(x.shape.slice(0, d)), x.shape[d] ?? 1, product(x.shape.slice(d + 1))];
}
/** Runs a kernel `name_<type>(…inputs, out, outer, n, inner)` along `dim`. */
function along(name: string, out: Tensor, inputs: readonly Tensor[], dim: number): void {
  if (out.count === 0) return;
  const work = workDType(out.dtype), sources = inputs.map((x) => denseAs(x, work)), to = out.dtype === work ? out : Tensor.allocate(out.shape, work, out.device);
  kernels[`${name}_${dtypeInfo(work).kernel}`](...sources.map((s) => s.ptr), to.ptr, ...around(out, dim));
  if (to !== out) castElements(work, to.ptr, out.dtype, out.ptr, out.count);
}
/** Softmax and its logarithm. */
function softmaxOp(name: 'softmax' | 'logSoftmax', kernelName: string): KernelOperator<never> {
  return kernel<{ dim: number }>({
    schema: `${name}(Tensor input, int dim)`,
    node: nodeName(name),
    meta([x], { dim }) {
      const t = x as Tensor;
      wrapDim(dim, t.ndim);
      if (!isFloat(t.dtype)) throw notImplemented(`${kernelName}_lastdim_kernel_impl`, t.dtype);
      return { shape: t.shape, dtype: t.dtype };
    },
    cpu([out], [x], { dim }) { along(kernelName, out, [x as Tensor], dim); },
    saves: { y: [0] },
    grad: (g, { y: [y], attrs: { dim } }) => [softmaxSlopes[`${name}Backward`](g, y, dim)],
  });
}
interface SoftmaxOps { softmax(dim: number): Tensor; logSoftmax(dim: number): Tensor }
interface SoftmaxSlopeOps { softmaxBackward(y: Tensor, dim: number): Tensor; logSoftmaxBackward(y: Tensor, dim: number): Tensor }
const softmaxes = functions<SoftmaxOps>({ softmax: softmaxOp('softmax', 'softmax'), logSoftmax: softmaxOp('logSoftmax', 'log_softmax') });
const softmaxBackwardOp = (name: keyof SoftmaxSlopeOps, kernelName: string, toResult: (gg: Tensor, g: Tensor, y: Tensor, dim: number) => Tensor): KernelOperator<never> => kernel<{ dim: number }>({
  schema: `${name}(Tensor grad_output, Tensor output, int dim)`,
  meta: ([g]) => ({ shape: (g as Tensor).shape, dtype: (g as Tensor).dtype }),
  cpu([out], [g, y], { dim }) { along(kernelName, out, [g as Tensor, y as Tensor], dim); },
  saves: { x: [0, 1] },
  grad(gg, { x: [g, y], attrs: { dim }, need }) {
    const toGrad = name === 'softmaxBackward' ? y.mul(gg.sub(gg.mul(y).sum(dim, true))) : gg.sub(gg.mul(y.exp()).sum(dim, true));
    return [need[0] ? toGrad : null, need[1] ? toResult(gg, g, y, dim) : null];
  },
});
const softmaxSlopes = functions<SoftmaxSlopeOps>({
  // y (g - Σ g y)
  softmaxBackward: softmaxBackwardOp('softmaxBackward', 'softmax_backward', (gg, g, y, dim) => gg.mul(g.sub(g.mul(y).sum(dim, true))).sub(g.mul(gg.mul(y).sum(dim, true)))),
  // g - exp(y) Σ g
  logSoftmaxBackward: softmaxBackwardOp('logSoftmaxBackward', 'log_softmax_backward', (gg, g, y, dim) => gg.mul(y.exp()).mul(g.sum(dim, true)).neg()),
});
const softmaxMethod = (name: 'softmax' | 'logSoftmax'): ReturnType<typeof composite> => composite({
  schema: `${name}(Tensor input, int dim, *, ScalarType? dtype=None)`,
  compose: (x: Tensor, dim: number, dtype: DType | null) => softmaxes[name](dtype && dtype !== x.dtype ? x.to(dtype) : x, dim),
});

const floatOnly = (name: string) => (x: Tensor): void => { if (!isFloat(x.dtype)) throw notImplemented(name, x.dtype); };

export const activations: Table<ActivationOps> = {
  relu: kernel({
    schema: 'relu(Tensor input)',
    elementwise: true,
    meta([x]) { const t = x as Tensor; if (t.dtype === 'bool') throw new TorchError('Boolean inputs not supported for relu', { operator: 'relu' }); return { shape: t.shape, dtype: t.dtype }; },
    cpu([out], [x]) { if (isFloat(out.dtype)) unary('relu', out, x as Tensor, out.dtype); else binary('maximum', out, x as Tensor, 0, out.dtype); },
    saves: { y: [0] },
    grad: (g, { y: [y] }) => [slopes.thresholdBackward(g, y)],
  }),
  sigmoid: unaryOp('sigmoid', { saves: { y: [0] }, grad: (g, { y: [y] }) => [slopes.sigmoidBackward(g, y)] }),
  tanh: unaryOp('tanh', { saves: { y: [0] }, grad: (g, { y: [y] }) => [slopes.tanhBackward(g, y)] }),
  softmax: softmaxMethod('softmax'),
  logSoftmax: softmaxMethod('logSoftmax'),
  prelu: composite({
    schema: 'prelu(Tensor input, Tensor weight)',
    node: 'PreluKernelBackward0',
    compose(x: Tensor, weight: Tensor) {
      if (weight.ndim > 1) throw new TorchError(`prelu: Expected \`weight\` to be a scalar or 1D tensor, but got: ndim = ${weight.ndim}`, { operator: 'prelu', shapes: [x.shape, weight.shape] });
      if (weight.count !== 1) {
        if (x.ndim === 0) throw new TorchError('Not allow zero-dim input tensor.', { operator: 'prelu', shapes: [x.shape] });
        const channels = x.ndim > 1 ? x.shape[1] : 1;
        if (channels !== weight.count) throw new TorchError(`Mismatch of parameter numbers and input channel size. Found parameter numbers = ${weight.count} and channel size = ${channels}.`, { operator: 'prelu', shapes: [x.shape, weight.shape] });
      }
      const shape = x.shape.map((_, d) => (d === (x.ndim > 1 ? 1 : 0) ? weight.count : 1));
      return x.where(x.gt(0), x.mul(weight.reshape(shape)));
    },
  }),
  hardshrink: composite({ schema: 'hardshrink(Tensor input, Scalar lambd=0.5)', node: 'HardshrinkBackward0', compose: (x: Tensor, lambd: number) => x.maskedFill(x.ge(-lambd).logicalAnd(x.le(lambd)), 0) }),
};

/** The activations that only `nn.functional` has. */
export interface SmoothOps {
  /** `x Φ(x)`; `approximate: 'tanh'` for the older approximation. */
  gelu(options?: { approximate?: 'none' | 'tanh' }): Tensor;
  /** `log(sigmoid(input))` without overflow. */
  logsigmoid(): Tensor;
}
export interface CoreOps extends SmoothOps { silu(): Tensor; softplus(): Tensor; hardtanh(minVal: number, maxVal: number): Tensor }
/** Those with a kernel of their own. */
export const core: Table<CoreOps> = {
  gelu: kernel<{ approximate: string }>({
    schema: "gelu(Tensor input, *, str approximate='none')",
    elementwise: true,
    meta([x], { approximate }) {
      const t = x as Tensor;
      if (approximate !== 'none' && approximate !== 'tanh') throw new TorchError('approximate argument must be either none or tanh.', { operator: 'gelu' });
      floatOnly('GeluKernelImpl')(t);
      return { shape: t.shape, dtype: t.dtype };
    },
    cpu([out], [x], { approximate }) { unary(approximate === 'tanh' ? 'gelu_tanh' : 'gelu_erf', out, x as Tensor, out.dtype); },
    saves: { x: [0] },
    grad: (g, { x: [x], attrs }) => [attrs.approximate === 'tanh' ? slopes.geluTanhBackward(g, x) : slopes.geluBackward(g, x)],
  }),
  silu: unaryOp('silu', { float: false, check: floatOnly('silu_cpu'), saves: { x: [0] }, grad: (g, { x: [x] }) => [slopes.siluBackward(g, x)] }),
  // Not clamp: here the gradient is 0 on the borders.
  hardtanh: kernel<{ minVal: number; maxVal: number }>({
    schema: 'hardtanh(Tensor input, float min_val, float max_val)',
    elementwise: true,
    meta([x], { minVal, maxVal }) {
      const t = x as Tensor;
      if (minVal > maxVal) throw new TorchError('min_val cannot be greater than max_val', { operator: 'hardtanh' });
      return { shape: t.shape, dtype: t.dtype };
    },
    cpu([out], [x], { minVal, maxVal }) {
      if (isFloat(out.dtype)) unary('clamp', out, x as Tensor, out.dtype, false, minVal, maxVal);
      else { binary('maximum', out, x as Tensor, minVal, out.dtype); binary('minimum', out, out, maxVal, out.dtype); }
    },
    saves: { x: [0] },
    grad: (g, { x: [x], attrs: { minVal, maxVal } }) => [g.maskedFill(x.le(minVal).logicalOr(x.ge(maxVal)), 0)],
  }),
  softplus: unaryOp('softplus', { float: false, check: floatOnly('softplus_cpu'), saves: { x: [0] }, grad: (g, { x: [x] }) => [g.mul(x.sigmoid())] }),
  logsigmoid: unaryOp('logsigmoid', { kernel: 'log_sigmoid', node: 'LogSigmoidBackward0', float: false, check: floatOnly('log_sigmoid_cpu'), saves: { x: [0] }, grad: (g, { x: [x] }) => [g.mul(x.neg().sigmoid())] }),
};
