import { copyInto, denseAs } from '../cpu/copy.ts';
import { kernels } from '../cpu/kernels.ts';
import { tapsOf } from '../cpu/taps.ts';
import { isGradEnabled, noGrad } from '../autograd/modes.ts';
import { TorchError } from '../errors.ts';
import { dtypeInfo, finfo, isFloat, scalarTypeName, type DType } from '../tensor/dtype.ts';
import { numelOf, sameShape, showShape, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { functions } from './install.ts';
import { composite, kernel, type Input, type Table } from './operator.ts';
import { separable } from './separable.ts';

export interface BatchNormOptions { weight?: Tensor | null; bias?: Tensor | null; training?: boolean; momentum?: number; eps?: number }
export interface AffineOptions { weight?: Tensor | null; bias?: Tensor | null; eps?: number }
export interface InstanceNormOptions { runningMean?: Tensor | null; runningVar?: Tensor | null; weight?: Tensor | null; bias?: Tensor | null; useInputStats?: boolean; momentum?: number; eps?: number }

/** Normalisation: functions of `nn.functional`. */
export interface NormalizeOps {
  /**
   * (x − mean) / √(var + eps) · weight + bias for each channel of input[N, C, …]. In training the statistics are the
   * batch's (biased variance), and the running ones move towards them by `momentum` (with the unbiased variance).
   */
  batchNorm(runningMean: Tensor | null, runningVar: Tensor | null, weight?: Tensor | null | BatchNormOptions, bias?: Tensor | null | BatchNormOptions, training?: boolean | BatchNormOptions, momentum?: number | BatchNormOptions, eps?: number): Tensor;
  /** `batchNorm` for each sample by itself; `useInputStats: false` normalises with the running statistics. */
  instanceNorm(runningMean?: Tensor | null | InstanceNormOptions, runningVar?: Tensor | null | InstanceNormOptions, weight?: Tensor | null | InstanceNormOptions, bias?: Tensor | null | InstanceNormOptions, useInputStats?: boolean | InstanceNormOptions, momentum?: number | InstanceNormOptions, eps?: number): Tensor;
  /** Divides by (k + alpha · mean of x² over `size` neighbouring channels)^beta. */
  localResponseNorm(size: number, alpha?: number | { alpha?: number; beta?: number; k?: number }, beta?: number | { beta?: number; k?: number }, k?: number): Tensor;
  /** Divides by the p-norm along `dim`, or by `eps` where that is larger. */
  normalize(p?: number | { p?: number; dim?: number | readonly number[]; eps?: number }, dim?: number | readonly number[] | { dim?: number | readonly number[]; eps?: number }, eps?: number): Tensor;
}
/** Normalisation within a sample: functions of `torch` and of `nn.functional`. */
export interface SampleNormOps {
  /** (x − mean) / √(var + eps) · weight + bias over the last dimensions, whose sizes are `normalizedShape`. */
  layerNorm(normalizedShape: number | readonly number[], weight?: Tensor | null | AffineOptions, bias?: Tensor | null | AffineOptions, eps?: number): Tensor;
  /** x / √(mean(x²) + eps) · weight over the last dimensions; eps is the dtype's epsilon unless given. */
  rmsNorm(normalizedShape: number | readonly number[], weight?: Tensor | null | { weight?: Tensor | null; eps?: number | null }, eps?: number | null): Tensor;
  /** Normalises each of `numGroups` groups of neighbouring channels of input[N, C, …]. */
  groupNorm(numGroups: number, weight?: Tensor | null | AffineOptions, bias?: Tensor | null | AffineOptions, eps?: number): Tensor;
}

const work = (d: DType): DType => (d === 'float64' ? 'float64' : 'float32');
/** The address of an optional tensor; kernels take 0 for none. */
const at = (x: Tensor | null): number => (x === null ? 0 : x.ptr);
/** The kernel of a working type, and an output that it can write: the tensor itself or a stand-in copied back by `done`. */
function running(name: string, out: Tensor): { run: (...args: number[]) => number; type: DType; out: Tensor; done(): void } {
  const type = work(out.dtype), to = out.dtype === type ? out : Tensor.allocate(out.shape, type, out.device);
  return { run: kernels[`${name}_${dtypeInfo(type).kernel}`], type, out: to, done() { if (to !== out) copyInto(out, to); } };
}
/** Tensors converted to a working type stay referenced until the kernel has run. */
const held = (inputs: readonly Input[], type: DType): (Tensor | null)[] => inputs.map((x) => (x === null ? null : denseAs(x as Tensor, type)));

interface Rows { readonly rows: number; readonly width: number; readonly eps: number }
interface Channels { readonly training: boolean; readonly eps: number }
interface Primitives {
  rowNorm(weight: Tensor | null, bias: Tensor | null, rows: Rows): [Tensor, Tensor, Tensor];
  rowNormBackward(input: Tensor, mean: Tensor, rstd: Tensor, weight: Tensor | null, rows: Rows): [Tensor, Tensor, Tensor];
  rmsRows(weight: Tensor | null, rows: Rows): [Tensor, Tensor];
  rmsRowsBackward(input: Tensor, rstd: Tensor, weight: Tensor | null, rows: Rows): [Tensor, Tensor];
  channelNorm(weight: Tensor | null, bias: Tensor | null, mean: Tensor | null, variance: Tensor | null, channels: Channels): [Tensor, Tensor, Tensor, Tensor];
  channelNormBackward(input: Tensor, mean: Tensor, invstd: Tensor, weight: Tensor | null, channels: Channels): [Tensor, Tensor, Tensor];
}
const firstOrder = 'it is used only where no graph of the backward pass is made';
const planes = (s: Shape): [n: number, c: number, hw: number] => [s[0], s[1], numelOf(s.slice(2))];

// Each backward pass is one kernel. Where a graph of it is wanted, the same formula runs in operators, from the input on.
const primitives: Table<Primitives> = {
  rowNorm: kernel<Rows>({
    schema: 'rowNorm(Tensor input, Tensor? weight, Tensor? bias, any rows)',
    node: 'NativeLayerNormBackward0',
    prepare: (x: Tensor, w: Tensor | null, b: Tensor | null, rows: Rows) => [[x, w, b], rows],
    meta([x], { rows }) { const t = x as Tensor, stats = { shape: [rows], dtype: work(t.dtype) }; return [{ shape: t.shape, dtype: t.dtype }, stats, stats]; },
    cpu([out, mean, rstd], inputs, { rows, width, eps }) {
      const k = running('layer_norm', out), [x, w, b] = held(inputs, k.type);
      k.run(x!.ptr, at(w), at(b), k.out.ptr, mean.ptr, rstd.ptr, rows, width, eps);
      k.done();
    },
    saves: { x: [0, 1], y: [1, 2] },
    grad(g, { x: [x, w], y: [, mean, rstd], inputs, attrs }) {
      const shape = inputs[0]!.shape;
      if (!isGradEnabled()) { const [gx, gw, gb] = rowNormBackward(g, x, mean, rstd, w, attrs); return [gx, inputs[1] && gw, inputs[2] && gb.reshape([...inputs[2].shape])]; }
      const flat = (t: Tensor): Tensor => t.reshape([attrs.rows, attrs.width]), gy = flat(g), v = flat(x), centred = v.sub(v.mean(1, true)), scale = centred.square().mean(1, true).add(attrs.eps).rsqrt(), hat = centred.mul(scale);
      const gh = w ? gy.mul(w.reshape(-1)) : gy, gx = gh.sub(gh.mean(1, true)).sub(hat.mul(gh.mul(hat).mean(1, true))).mul(scale).reshape([...shape]);
      return [gx, inputs[1] && gy.mul(hat).sum(0).reshape([...inputs[1].shape]), inputs[2] && gy.sum(0).reshape([...inputs[2].shape])];
    },
  }),
  rowNormBackward: kernel<Rows>({
    schema: 'rowNormBackward(Tensor grad, Tensor input, Tensor mean, Tensor rstd, Tensor? weight, any rows)',
    prepare: (g: Tensor, x: Tensor, mean: Tensor, rstd: Tensor, w: Tensor | null, rows: Rows) => [[g, x, mean, rstd, w], rows],
    meta([, x, , , w], { width }) { const t = x as Tensor, p = { shape: w ? (w as Tensor).shape : [width], dtype: work(t.dtype) }; return [{ shape: t.shape, dtype: t.dtype }, p, p]; },
    cpu([gx, gw, gb], inputs, { rows, width }) {
      const k = running('layer_norm_backward', gx), [g, x, mean, rstd, w] = held(inputs, k.type);
      k.run(g!.ptr, x!.ptr, mean!.ptr, rstd!.ptr, at(w), k.out.ptr, gw.ptr, gb.ptr, rows, width);
      k.done();
    },
    grad: firstOrder,
  }),
  rmsRows: kernel<Rows>({
    schema: 'rmsRows(Tensor input, Tensor? weight, any rows)',
    node: 'FusedRmsNormBackward0',
    prepare: (x: Tensor, w: Tensor | null, rows: Rows) => [[x, w], rows],
    meta([x], { rows }) { const t = x as Tensor; return [{ shape: t.shape, dtype: t.dtype }, { shape: [rows], dtype: work(t.dtype) }]; },
    cpu([out, rstd], inputs, { rows, width, eps }) {
      const k = running('rms_norm', out), [x, w] = held(inputs, k.type);
      k.run(x!.ptr, at(w), k.out.ptr, rstd.ptr, rows, width, eps);
      k.done();
    },
    saves: { x: [0, 1], y: [1] },
    grad(g, { x: [x, w], y: [, rstd], inputs, attrs }) {
      if (!isGradEnabled()) { const [gx, gw] = rmsRowsBackward(g, x, rstd, w, attrs); return [gx, inputs[1] && gw]; }
      const flat = (t: Tensor): Tensor => t.reshape([attrs.rows, attrs.width]), gy = flat(g), v = flat(x), scale = v.square().mean(1, true).add(attrs.eps).rsqrt(), hat = v.mul(scale);
      const gh = w ? gy.mul(w.reshape(-1)) : gy;
      return [gh.sub(hat.mul(gh.mul(hat).mean(1, true))).mul(scale).reshape([...inputs[0]!.shape]), inputs[1] && gy.mul(hat).sum(0).reshape([...inputs[1].shape])];
    },
  }),
  rmsRowsBackward: kernel<Rows>({
    schema: 'rmsRowsBackward(Tensor grad, Tensor input, Tensor rstd, Tensor? weight, any rows)',
    prepare: (g: Tensor, x: Tensor, rstd: Tensor, w: Tensor | null, rows: Rows) => [[g, x, rstd, w], rows],
    meta([, x, , w], { width }) { const t = x as Tensor; return [{ shape: t.shape, dtype: t.dtype }, { shape: w ? (w as Tensor).shape : [width], dtype: work(t.dtype) }]; },
    cpu([gx, gw], inputs, { rows, width }) {
      const k = running('rms_norm_backward', gx), [g, x, rstd, w] = held(inputs, k.type);
      k.run(g!.ptr, x!.ptr, rstd!.ptr, at(w), k.out.ptr, gw.ptr, rows, width);
      k.done();
    },
    grad: firstOrder,
  }),
  channelNorm: kernel<Channels>({
    schema: 'channelNorm(Tensor input, Tensor? weight, Tensor? bias, Tensor? mean, Tensor? variance, any channels)',
    node: 'NativeBatchNormBackward0',
    prepare: (x: Tensor, w: Tensor | null, b: Tensor | null, mean: Tensor | null, variance: Tensor | null, channels: Channels) => [[x, w, b, mean, variance], channels],
    meta([x]) { const t = x as Tensor, stats = { shape: [t.shape[1]], dtype: work(t.dtype) }; return [{ shape: t.shape, dtype: t.dtype }, stats, stats, stats]; },
    cpu([out, mean, invstd, variance], inputs, { training, eps }) {
      const k = running('batch_norm_apply', out), [x, w, b, given, givenVar] = held(inputs, k.type), [n, c, hw] = planes(out.shape);
      if (training) kernels[`batch_norm_stats_${dtypeInfo(k.type).kernel}`](x!.ptr, mean.ptr, variance.ptr, n, c, hw, 0, c);
      else { copyInto(mean, given!); copyInto(variance, givenVar!); }
      const v = variance.window() as Float32Array, s = invstd.window() as Float32Array;
      for (let i = 0; i < c; i++) s[i] = 1 / Math.sqrt(v[i] + eps);
      k.run(x!.ptr, mean.ptr, invstd.ptr, at(w), at(b), k.out.ptr, n, c, hw, 0, c);
      k.done();
    },
    saves: { x: [0, 1], y: [1, 2] },
    grad(g, { x: [x, w], y: [, mean, invstd], inputs, attrs }) {
      const wanted = (gw: Tensor, gb: Tensor): (Tensor | null)[] => [inputs[1] && gw, inputs[2] && gb, null, null];
      if (!isGradEnabled()) { const [gx, gw, gb] = channelNormBackward(g, x, mean, invstd, w, attrs); return [gx, ...wanted(gw, gb)]; }
      const dims = x.shape.map((_, i) => i).filter((i) => i !== 1), count = x.count / x.shape[1], wide = (t: Tensor): Tensor => t.reshape([1, -1, ...x.shape.slice(2).map(() => 1)]);
      const centred = x.sub(attrs.training ? x.mean(dims, true) : wide(mean.detach())), scale = attrs.training ? centred.square().mean(dims, true).add(attrs.eps).rsqrt() : wide(invstd.detach()), hat = centred.mul(scale);
      const gw = g.mul(hat).sum(dims), gb = g.sum(dims), factor = w ? wide(w).mul(scale) : scale;
      return [(attrs.training ? g.sub(wide(gb).div(count)).sub(hat.mul(wide(gw).div(count))) : g).mul(factor), ...wanted(gw, gb)];
    },
  }),
  channelNormBackward: kernel<Channels>({
    schema: 'channelNormBackward(Tensor grad, Tensor input, Tensor mean, Tensor invstd, Tensor? weight, any channels)',
    prepare: (g: Tensor, x: Tensor, mean: Tensor, invstd: Tensor, w: Tensor | null, channels: Channels) => [[g, x, mean, invstd, w], channels],
    meta([, x]) { const t = x as Tensor, p = { shape: [t.shape[1]], dtype: work(t.dtype) }; return [{ shape: t.shape, dtype: t.dtype }, p, p]; },
    cpu([gx, gw, gb], inputs, { training }) {
      const k = running('batch_norm_backward', gx), [g, x, mean, invstd, w] = held(inputs, k.type), [n, c, hw] = planes(gx.shape);
      k.run(g!.ptr, x!.ptr, mean!.ptr, invstd!.ptr, at(w), k.out.ptr, gw.ptr, gb.ptr, n, c, hw, training ? 1 : 0, 0, c);
      k.done();
    },
    grad: firstOrder,
  }),
};
const { rowNorm, rowNormBackward, rmsRows, rmsRowsBackward, channelNorm, channelNormBackward } = functions<Primitives>(primitives);

const requireFloat = (x: Tensor, operator: string, kernelName: string): void => { if (!isFloat(x.dtype)) throw new TorchError(`"${kernelName}" not implemented for '${scalarTypeName[x.dtype]}'`, { operator, dtypes: [x.dtype] }); };

/** PyTorch's checks of the normalised shape; how many rows there are of how many elements. */
function rowsOf(operator: string, x: Tensor, shape: readonly number[], weight: Tensor | null, bias: Tensor | null, eps: number): Rows {
  const fail = (condition: boolean, message: string): void => { if (condition) throw new TorchError(message, { operator, shapes: [x.shape, shape] }); };
  fail(shape.length < 1, `Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = ${showShape(shape)}`);
  fail(weight !== null && !sameShape(weight.shape, shape), `Expected weight to be of same shape as normalized_shape, but got weight of shape ${showShape(weight?.shape ?? [])} and normalized_shape = ${showShape(shape)}`);
  fail(bias !== null && !sameShape(bias.shape, shape), `Expected bias to be of same shape as normalized_shape, but got bias of shape ${showShape(bias?.shape ?? [])} and normalized_shape = ${showShape(shape)}`);
  const lead = x.ndim - shape.length;
  fail(lead < 0 || !sameShape(x.shape.slice(lead), shape), `Given normalized_shape=${showShape(shape)}, expected input with shape [*, ${shape.join(', ')}], but got input of size${showShape(x.shape)}`);
  return { rows: numelOf(x.shape.slice(0, lead)), width: numelOf(shape), eps };
}

/** weight and bias of C channels applied to x[N, C, …]. */
function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const wide = (t: Tensor): Tensor => t.reshape([1, -1, ...x.shape.slice(2).map(() => 1)]), scaled = weight ? x.mul(wide(weight)) : x;
  return (bias ? scaled.add(wide(bias)) : scaled).to(x.dtype);
}

export const sampleNorms: Table<SampleNormOps> = {
  layerNorm: composite({
    schema: 'layerNorm(Tensor input, int[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1e-5)',
    compose(x: Tensor, shape: number[], weight: Tensor | null, bias: Tensor | null, eps: number) {
      const rows = rowsOf('layerNorm', x, shape, weight, bias, eps);
      requireFloat(x, 'layerNorm', 'LayerNormKernelImpl');
      return rowNorm(x, weight, bias, rows)[0];
    },
  }),
  rmsNorm: composite({
    schema: 'rmsNorm(Tensor input, int[] normalized_shape, Tensor? weight=None, float? eps=None)',
    compose(x: Tensor, shape: number[], weight: Tensor | null, eps: number | null) {
      const rows = rowsOf('rmsNorm', x, shape, weight, null, 0);
      requireFloat(x, 'rmsNorm', 'rms_norm');
      return rmsRows(x, weight, { ...rows, eps: eps ?? finfo(work(x.dtype)).eps })[0];
    },
  }),
  groupNorm: composite({
    schema: 'groupNorm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-5)',
    compose(x: Tensor, groups: number, weight: Tensor | null, bias: Tensor | null, eps: number) {
      const fail = (condition: boolean, message: string): void => { if (condition) throw new TorchError(message, { operator: 'groupNorm', shapes: [x.shape] }); };
      fail(x.ndim < 2, `Expected at least 2 dimensions for input tensor but received ${x.ndim}`);
      fail(groups <= 0, `Expected num groups to be greater than 0, got ${groups}`);
      const [n, c] = x.shape;
      fail(c % groups !== 0, `Expected number of channels in input to be divisible by num_groups, but got input of shape ${showShape(x.shape)} and num_groups=${groups}`);
      for (const [name, p] of [['weight', weight], ['bias', bias]] as const) fail(p !== null && (p.ndim !== 1 || p.shape[0] !== c), `Expected ${name} to be a vector of size equal to the number of channels in input, but got ${name} of shape ${showShape(p?.shape ?? [])} and input of shape ${showShape(x.shape)}`);
      requireFloat(x, 'groupNorm', 'GroupNormKernelImpl');
      const rows = { rows: n * groups, width: x.count / Math.max(n * groups, 1), eps };
      return affine(rowNorm(x, null, null, rows)[0], weight, bias);
    },
  }),
};

/** PyTorch's check of the sizes of statistics and parameters against the channels. */
function checkChannels(x: Tensor, given: Readonly<Record<string, Tensor | null>>): void {
  for (const [name, t] of Object.entries(given)) if (t && t.count !== x.shape[1]) throw new TorchError(`${name} should contain ${x.shape[1]} elements not ${t.count}`, { operator: 'batchNorm', shapes: [x.shape, t.shape] });
}

function batchNorm(x: Tensor, runningMean: Tensor | null, runningVar: Tensor | null, weight: Tensor | null, bias: Tensor | null, training: boolean, momentum: number, eps: number): Tensor {
  if (x.ndim < 2 && x.count === 0) return x.clone();
  if (x.ndim < 2) throw new TorchError(`Expected at least 2 dimensions for input tensor but received ${x.ndim}`, { operator: 'batchNorm', shapes: [x.shape] });
  checkChannels(x, { running_mean: runningMean, running_var: runningVar, weight, bias });
  if (!training && (!runningMean || !runningVar)) throw new TorchError('Expected running_mean and running_var to be defined when training=False', { operator: 'batchNorm' });
  requireFloat(x, 'batchNorm', 'batch_norm');
  const [out, mean, , variance] = channelNorm(x, weight, bias, training ? null : runningMean, training ? null : runningVar, { training, eps });
  if (training && x.count) noGrad(() => {
    const n = x.count / x.shape[1], m = momentum;
    runningMean?.copy_(runningMean.mul(1 - m).add(mean.detach().mul(m)));
    runningVar?.copy_(runningVar.mul(1 - m).add(variance.detach().mul((m * n) / (n - 1))));
  });
  return out;
}

export const normalizations: Table<NormalizeOps> = {
  batchNorm: composite({
    schema: 'batch_norm(Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight=None, Tensor? bias=None, bool training=False, float momentum=0.1, float eps=1e-5)',
    compose(x: Tensor, mean: Tensor | null, variance: Tensor | null, weight: Tensor | null, bias: Tensor | null, training: boolean, momentum: number, eps: number) {
      if (training && x.shape[0] * numelOf(x.shape.slice(2)) === 1) throw new TorchError(`Expected more than 1 value per channel when training, got input size torch.Size(${showShape(x.shape)})`, { operator: 'batchNorm', shapes: [x.shape] });
      return batchNorm(x, mean, variance, weight, bias, training, momentum, eps);
    },
  }),
  instanceNorm: composite({
    schema: 'instance_norm(Tensor input, Tensor? running_mean=None, Tensor? running_var=None, Tensor? weight=None, Tensor? bias=None, bool use_input_stats=True, float momentum=0.1, float eps=1e-5)',
    compose(x: Tensor, mean: Tensor | null, variance: Tensor | null, weight: Tensor | null, bias: Tensor | null, useInputStats: boolean, momentum: number, eps: number) {
      const fail = (condition: boolean, message: string): void => { if (condition) throw new TorchError(message, { operator: 'instanceNorm', shapes: [x.shape] }); };
      fail(x.ndim < 3, `Expected at least 3 dimensions for input tensor but received ${x.ndim}`);
      fail(!useInputStats && (!mean || !variance), 'Expected running_mean and running_var to be defined when use_input_stats=False');
      fail(useInputStats && numelOf(x.shape.slice(2)) === 1, `Expected more than 1 spatial element when training, got input size torch.Size(${showShape(x.shape)})`);
      checkChannels(x, { running_mean: mean, running_var: variance, weight, bias });
      // Every (sample, channel) pair is a channel of one large sample.
      const [n, c, ...rest] = x.shape, each = (t: Tensor | null): Tensor | null => t && t.repeat(n), stats = noGrad(() => [each(mean), each(variance)]);
      const out = batchNorm(x.reshape([1, n * c, ...rest]), stats[0], stats[1], each(weight), each(bias), useInputStats, momentum, eps).reshape(x.shape as number[]);
      if (useInputStats) noGrad(() => { [mean, variance].forEach((t, i) => t?.copy_(stats[i]!.reshape(n, c).mean(0))); });
      return out;
    },
  }),
  localResponseNorm: composite({
    schema: 'local_response_norm(Tensor input, int size, float alpha=1e-4, float beta=0.75, float k=1)',
    compose(x: Tensor, size: number, alpha: number, beta: number, k: number) {
      if (x.ndim < 3) throw new TorchError(`Expected 3D or higher dimensionality                          input (got ${x.ndim} dimensions)`, { operator: 'localResponseNorm', shapes: [x.shape] });
      if (x.count === 0) return x;
      const c = x.shape[1], before = Math.floor(size / 2), after = Math.floor((size - 1) / 2), whole = !isFloat(x.dtype);
      const taps = tapsOf(c, c, (o) => Array.from({ length: Math.min(o + after, c - 1) - Math.max(o - before, 0) + 1 }, (_, i) => [Math.max(o - before, 0) + i, whole ? 1 : 1 / size] as const));
      const sums = separable(x.mul(x), [taps, ...x.shape.slice(2).map(() => null)]), mean = whole ? sums.div(size, { roundingMode: 'trunc' }) : sums;
      return x.div(mean.mul(alpha).add(k).pow(beta));
    },
  }),
  normalize: composite({
    schema: 'normalize(Tensor input, float p=2, int[] dim=1, float eps=1e-12)',
    compose: (x: Tensor, p: number, dim: number[] | number, eps: number) => x.div(x.norm(p, dim, true).clampMin(eps)),
  }),
};
