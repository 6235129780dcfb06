import { gatherPlanes, indexBounds, maxOverRanges, scatterPlanes, type Ranges } from '../cpu/pooling.ts';
import { copyInto, denseAs } from '../cpu/copy.ts';
import { kernels } from '../cpu/kernels.ts';
import { tapsOf, type Taps } from '../cpu/taps.ts';
import { TorchError } from '../errors.ts';
import { isFloat, scalarTypeName } from '../tensor/dtype.ts';
import { numelOf, sameShape, showShape, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { tensor } from './create.ts';
import type { Sizes } from './conv.ts';
import { functions } from './install.ts';
import { composite, kernel, type Table } from './operator.ts';
import { separable } from './separable.ts';

/** Keyword arguments of max pooling. */
export interface MaxPoolOptions { kernelSize?: Sizes; stride?: Sizes | null; padding?: Sizes; dilation?: Sizes; ceilMode?: boolean; returnIndices?: boolean }
/** Keyword arguments of average pooling; `divisorOverride` only in two and three dimensions. */
export interface AvgPoolOptions { kernelSize?: Sizes; stride?: Sizes | null; padding?: Sizes; ceilMode?: boolean; countIncludePad?: boolean; divisorOverride?: number | null }
export interface LPPoolOptions { stride?: Sizes | null; ceilMode?: boolean }
export interface UnpoolOptions { kernelSize?: Sizes; stride?: Sizes | null; padding?: Sizes; outputSize?: readonly number[] | null }
/** Output sizes of adaptive pooling; null keeps the input's. */
export type AdaptiveSizes = number | readonly (number | null)[];

interface MaxPool {
  (kernelSize: Sizes | MaxPoolOptions, stride?: Sizes | null | MaxPoolOptions, padding?: Sizes | MaxPoolOptions, dilation?: Sizes | MaxPoolOptions, ceilMode?: boolean | MaxPoolOptions): Tensor;
  (kernelSize: Sizes, options: MaxPoolOptions & { returnIndices: true }): [Tensor, Tensor];
  (kernelSize: Sizes, stride: Sizes | null, padding: Sizes, dilation: Sizes, ceilMode: boolean, returnIndices: true): [Tensor, Tensor];
}
type MaxPoolWithIndices = (kernelSize: Sizes, stride?: Sizes | null | MaxPoolOptions, padding?: Sizes | MaxPoolOptions, dilation?: Sizes | MaxPoolOptions, ceilMode?: boolean | MaxPoolOptions) => [Tensor, Tensor];
type AvgPool = (kernelSize: Sizes | AvgPoolOptions, stride?: Sizes | null | AvgPoolOptions, padding?: Sizes | AvgPoolOptions, ceilMode?: boolean | AvgPoolOptions, countIncludePad?: boolean | AvgPoolOptions, divisorOverride?: number | null) => Tensor;
interface AdaptiveMax {
  (outputSize: AdaptiveSizes, returnIndices: true | { returnIndices: true }): [Tensor, Tensor];
  (outputSize: AdaptiveSizes, returnIndices?: boolean | { returnIndices?: boolean }): Tensor;
  (options: { outputSize: AdaptiveSizes }): Tensor;
}
type AdaptiveAvg = (outputSize: AdaptiveSizes | { outputSize: AdaptiveSizes }) => Tensor;
type Unpool = (indices: Tensor, kernelSize: Sizes | UnpoolOptions, stride?: Sizes | null | UnpoolOptions, padding?: Sizes | UnpoolOptions, outputSize?: readonly number[] | null) => Tensor;

/** Pooling over windows of the last dimensions; the batch dimension may be left out. */
export interface PoolOps {
  /** The largest of each window of input[N, C, L]; with `returnIndices` also its place in the plane (int64). */
  maxPool1d: MaxPool;
  maxPool2d: MaxPool;
  maxPool3d: MaxPool;
  maxPool1dWithIndices: MaxPoolWithIndices;
  maxPool2dWithIndices: MaxPoolWithIndices;
  maxPool3dWithIndices: MaxPoolWithIndices;
  /** The mean of each window; padding counts as zeros unless `countIncludePad` is false. */
  avgPool1d: AvgPool;
  avgPool2d: AvgPool;
  avgPool3d: AvgPool;
  /** The mean of windows chosen so that the output has the given sizes. */
  adaptiveAvgPool1d: AdaptiveAvg;
  adaptiveAvgPool2d: AdaptiveAvg;
  adaptiveAvgPool3d: AdaptiveAvg;
  adaptiveMaxPool1d: AdaptiveMax;
  adaptiveMaxPool2d: AdaptiveMax;
  adaptiveMaxPool3d: AdaptiveMax;
  /** (Σ x^p over the window)^(1/p). */
  lpPool1d(normType: number, kernelSize: Sizes, stride?: Sizes | null | LPPoolOptions, ceilMode?: boolean): Tensor;
  lpPool2d(normType: number, kernelSize: Sizes, stride?: Sizes | null | LPPoolOptions, ceilMode?: boolean): Tensor;
  lpPool3d(normType: number, kernelSize: Sizes, stride?: Sizes | null | LPPoolOptions, ceilMode?: boolean): Tensor;
  /** Puts the maxima back where they came from, zeros elsewhere: a partial inverse of max pooling. */
  maxUnpool1d: Unpool;
  maxUnpool2d: Unpool;
  maxUnpool3d: Unpool;
}

/** Windows of one kind: sliding (PyTorch's sizes) or adaptive (`window` is null), `count` of them along each dimension. */
interface Pooling { readonly count: readonly number[]; readonly window: { readonly kernel: readonly number[]; readonly stride: readonly number[]; readonly padding: readonly number[]; readonly dilation: readonly number[] } | null }
interface Averaging extends Pooling { readonly includePad: boolean; readonly divisor: number | null }

const planesOf = (x: Shape, rank: number): number => numelOf(x.slice(0, x.length - rank));
const two = (v: readonly number[], one: number): number[] => (v.length === 1 ? [one, v[0]] : [...v]);
const floatWork = (d: Tensor['dtype']): 'float32' | 'float64' => (d === 'float32' || d === 'float16' || d === 'bfloat16' ? 'float32' : 'float64');

/** Runs a plane kernel `name_<type>` in the working type of `x`, writing to `out` of `out`'s dtype. */
function onPlanes(name: string, out: Tensor, x: Tensor, run: (kernel: (...args: number[]) => number, x: number, out: number) => void): void {
  if (out.count === 0) return;
  const work = floatWork(x.dtype), from = denseAs(x, work), to = out.dtype === work ? out : Tensor.allocate(out.shape, work, out.device);
  run(kernels[`${name}_${work === 'float32' ? 'f32' : 'f64'}`], from.ptr, to.ptr);
  if (to !== out) copyInto(out, to);
}
const flat = (w: NonNullable<Pooling['window']>, dilated: boolean): number[] => [...two(w.kernel, 1), ...two(w.stride, 1), ...two(w.padding, 0), ...(dilated ? two(w.dilation, 1) : [])];

function rangesOf(sizes: Shape, p: Pooling): Ranges[] {
  return sizes.map((n, d) => {
    const each = <T>(f: (o: number) => T): T[] => Array.from({ length: p.count[d] }, (_, o) => f(o)), w = p.window;
    if (!w) return { start: each((o) => Math.floor((o * n) / p.count[d])), end: each((o) => Math.ceil(((o + 1) * n) / p.count[d])), step: 1 };
    const begin = (o: number): number => o * w.stride[d] - w.padding[d], step = w.dilation[d];
    return { start: each((o) => { const b = begin(o); return b < 0 ? b + Math.ceil(-b / step) * step : b; }), end: each((o) => Math.min(begin(o) + (w.kernel[d] - 1) * step + 1, n)), step };
  });
}

/** Averages as one matrix for each dimension. */
function averages(sizes: Shape, p: Averaging, scaled: boolean): { taps: Taps[]; counts: number[][] } {
  const counts: number[][] = [];
  const taps = sizes.map((n, d) => {
    const [r] = rangesOf([n], { count: [p.count[d]], window: p.window && { kernel: [p.window.kernel[d]], stride: [p.window.stride[d]], padding: [p.window.padding[d]], dilation: [1] } });
    const counted = r.start.map((s, o) => {
      if (!p.window || !p.includePad) return r.end[o] - s;
      const begin = o * p.window.stride[d] - p.window.padding[d];
      return Math.min(begin + p.window.kernel[d], n + p.window.padding[d]) - begin;
    });
    counts.push(counted);
    return tapsOf(n, r.start.length, (o) => Array.from({ length: Math.max(r.end[o] - r.start[o], 0) }, (_, i) => [r.start[o] + i, scaled ? 1 / counted[o] : 1] as const));
  });
  return { taps, counts };
}

interface Primitives {
  maxPooling(pooling: Pooling): [Tensor, Tensor];
  scatterPlane(indices: Tensor, sizes: Shape, add: boolean): Tensor;
  gatherPlane(indices: Tensor, sizes: Shape): Tensor;
  avgPooling(pooling: Averaging): Tensor;
  avgPoolingInput(sizes: Shape, pooling: Averaging): Tensor;
}
const primitives: Table<Primitives> = {
  maxPooling: kernel<Pooling>({
    schema: 'maxPooling(Tensor input, any pooling)',
    node: 'MaxPoolWithIndicesBackward0',
    prepare: (x: Tensor, p: Pooling) => [[x], p],
    meta([x], { count }) { const t = x as Tensor, shape = [...t.shape.slice(0, t.ndim - count.length), ...count]; return [{ shape, dtype: t.dtype }, { shape, dtype: 'int64' }]; },
    cpu([out, indices], [x], p) {
      const t = x as Tensor, rank = p.count.length, sizes = t.shape.slice(t.ndim - rank);
      if (rank === 3) { maxOverRanges(out, indices, t, rangesOf(sizes, p)); return; }
      onPlanes(p.window ? 'max_pool2d' : 'adaptive_max_pool2d', out, t, (run, from, to) => run(from, to, indices.ptr, planesOf(t.shape, rank), ...two(sizes, 1), ...two(p.count, 1), ...(p.window ? flat(p.window, true) : [])));
    },
    saves: { y: [1] },
    grad: (g, { y: [, indices], inputs: [x], attrs }) => [scatterPlane(g, indices, x!.shape.slice(x!.shape.length - attrs.count.length), true)],
  }),
  scatterPlane: kernel<{ sizes: Shape; add: boolean }>({
    schema: 'scatterPlane(Tensor input, Tensor indices, any sizes, bool add)',
    node: 'MaxUnpoolBackward0',
    meta([x], { sizes }) { const t = x as Tensor; return { shape: [...t.shape.slice(0, t.ndim - sizes.length), ...sizes], dtype: t.dtype }; },
    cpu([out], [x, indices], { sizes, add }) {
      const t = x as Tensor, rank = sizes.length;
      if (!add || rank === 3 || !isFloat(t.dtype)) { scatterPlanes(out, t, indices as Tensor, add, rank); return; }
      onPlanes('max_pool2d_backward', out, t, (run, from, to) => run(from, denseAs(indices as Tensor, 'int64').ptr, to, planesOf(t.shape, rank), numelOf(sizes), numelOf(t.shape.slice(t.ndim - rank))));
    },
    saves: { x: [1] },
    grad: (g, { x: [, indices], inputs: [x], attrs }) => [gatherPlane(g, indices, x!.shape.slice(x!.shape.length - attrs.sizes.length)), null],
  }),
  gatherPlane: kernel<{ sizes: Shape }>({
    schema: 'gatherPlane(Tensor input, Tensor indices, any sizes)',
    node: 'GatherBackward0',
    meta([x], { sizes }) { const t = x as Tensor; return { shape: [...t.shape.slice(0, t.ndim - sizes.length), ...sizes], dtype: t.dtype }; },
    cpu([out], [x, indices], { sizes }) { gatherPlanes(out, x as Tensor, indices as Tensor, sizes.length); },
    saves: { x: [1] },
    grad: (g, { x: [, indices], inputs: [x], attrs }) => [scatterPlane(g, indices, x!.shape.slice(x!.shape.length - attrs.sizes.length), true), null],
  }),
  avgPooling: kernel<Averaging>({
    schema: 'avgPooling(Tensor input, any pooling)',
    node: 'AvgPoolBackward0',
    prepare: (x: Tensor, p: Averaging) => [[x], p],
    meta([x], { count }) { const t = x as Tensor; return { shape: [...t.shape.slice(0, t.ndim - count.length), ...count], dtype: t.dtype }; },
    cpu([out], [x], p) {
      const t = x as Tensor, rank = p.count.length;
      onPlanes(p.window ? 'avg_pool2d' : 'adaptive_avg_pool2d', out, t, (run, from, to) => run(from, to, planesOf(t.shape, rank), ...two(t.shape.slice(t.ndim - rank), 1), ...two(p.count, 1), ...(p.window ? [...flat(p.window, false), p.includePad ? 1 : 0, p.divisor ?? 0] : [])));
    },
    grad: (g, { inputs: [x], attrs }) => [avgPoolingInput(g, x!.shape.slice(x!.shape.length - attrs.count.length), attrs)],
  }),
  avgPoolingInput: kernel<Averaging & { sizes: Shape }>({
    schema: 'avgPoolingInput(Tensor grad, any sizes, any pooling)',
    node: 'AvgPoolBackwardBackward0',
    prepare: (g: Tensor, sizes: Shape, p: Averaging) => [[g], { ...p, sizes }],
    meta([g], { sizes }) { const t = g as Tensor; return { shape: [...t.shape.slice(0, t.ndim - sizes.length), ...sizes], dtype: t.dtype }; },
    cpu([out], [g], p) {
      const t = g as Tensor, rank = p.count.length;
      onPlanes(p.window ? 'avg_pool2d_backward' : 'adaptive_avg_pool2d_backward', out, t, (run, from, to) => run(from, to, planesOf(t.shape, rank), ...two(p.sizes, 1), ...two(p.count, 1), ...(p.window ? [...flat(p.window, false), p.includePad ? 1 : 0, p.divisor ?? 0] : [])));
    },
    grad: (gg, { attrs }) => [avgPooling(gg, attrs)],
  }),
};
const { maxPooling, scatterPlane, avgPooling, avgPoolingInput, gatherPlane } = functions<Primitives>(primitives);

const amounts = ['an int', 'a tuple of two ints', 'a tuple of three ints'];
/** One size for each dimension, with PyTorch's words for a wrong number of them. */
function sizesFor(operator: string, name: string, v: readonly number[], rank: number): number[] {
  if (v.length === 1) return new Array<number>(rank).fill(v[0]);
  if (v.length !== rank) throw new TorchError(`${operator}: ${name} must ${name === 'stride' ? 'either be omitted, ' : 'either be '}a single int, or ${amounts[rank - 1]}`, { operator });
  return [...v];
}
const axes = [['W'], ['H', 'W'], ['T', 'H', 'W']];
const named = (prefix: string, v: readonly number[]): string => v.map((n, i) => `${prefix}${axes[v.length - 1][i]}: ${n}`).join(', ');

interface PoolArguments { readonly operator: string; readonly rank: number; readonly kernel: readonly number[]; readonly stride: readonly number[] | null; readonly padding: readonly number[]; readonly dilation: readonly number[]; readonly ceil: boolean }

/** PyTorch's checks of a sliding window, and how many windows there are. */
function sliding(x: Tensor, a: PoolArguments): Pooling {
  const { operator, rank } = a, kernelSize = sizesFor(operator, 'kernel_size', a.kernel, rank);
  const stride = a.stride === null || a.stride.length === 0 ? kernelSize : sizesFor(operator, 'stride', a.stride, rank), padding = sizesFor(operator, 'padding', a.padding, rank), dilation = sizesFor(operator, 'dilation', a.dilation, rank);
  const fail = (condition: boolean, message: string): void => { if (condition) throw new TorchError(message, { operator, shapes: [x.shape] }); };
  fail(x.dtype === 'bool', `"${operator}" not implemented for '${scalarTypeName[x.dtype]}'`);
  const sizes = x.shape.slice(x.ndim - rank);
  const expected = rank === 1 ? '2D or 3D' : rank === 2 ? '3D or 4D' : '4D or 5D';
  fail((x.ndim !== rank + 1 && x.ndim !== rank + 2) || x.shape.slice(x.ndim - rank - 1).includes(0), `${rank === 1 ? `${operator}: ` : ''}Expected ${expected} (batch mode) tensor with optional 0 dim batch size for input, but got:${showShape(x.shape)}`);
  fail(kernelSize.some((n) => n <= 0), rank === 1 ? `${operator}() kernel_size must be greater than zero, but got ${kernelSize[0]}` : `kernel size should be greater than zero, but got ${named('k', kernelSize)}`);
  fail(stride.some((n) => n <= 0), rank === 1 ? `${operator}() stride must be greater than zero, but got ${stride[0]}` : `stride should be greater than zero, but got ${named('d', stride)}`);
  fail(dilation.some((n) => n <= 0), `dilation should be greater than zero, but got ${named('dilation', dilation)}`);
  const negative = padding.find((p) => p < 0);
  fail(negative !== undefined, `pad must be non-negative, but got pad: ${negative}`);
  const wide = padding.findIndex((p, i) => p > Math.floor(((kernelSize[i] - 1) * dilation[i] + 1) / 2));
  fail(wide >= 0, `pad should be at most half of effective kernel size, but got pad=${padding[wide]}, kernel_size=${kernelSize[wide]} and dilation=${dilation[wide]}`);
  const count = sizes.map((n, i) => {
    const out = Math.floor((n + 2 * padding[i] - dilation[i] * (kernelSize[i] - 1) - 1 + (a.ceil ? stride[i] - 1 : 0)) / stride[i]) + 1;
    return a.ceil && (out - 1) * stride[i] >= n + padding[i] ? out - 1 : out; // the last window must start inside the input or its left padding
  });
  const c = x.shape[x.ndim - rank - 1], spelled = (s: readonly number[]): string => `(${[c, ...s].join('x')})`;
  fail(count.some((n) => n < 1), `Given input size: ${spelled(rank === 1 ? [1, ...sizes] : sizes)}. Calculated output size: ${spelled(rank === 1 ? [1, ...count] : count)}. Output size is too small`);
  return { count, window: { kernel: kernelSize, stride, padding, dilation } };
}

const maxSchema = (name: string): string => `${name}(Tensor input, int[] kernel_size, int[]? stride=None, int[] padding=[0], int[] dilation=[1], bool ceil_mode=False, bool return_indices=False)`;
const maxPool = (rank: number, always: boolean) => composite({
  schema: maxSchema(`max_pool${rank}d`),
  compose(x: Tensor, k: number[], stride: number[] | null, padding: number[], dilation: number[], ceil: boolean, withIndices: boolean) {
    const [values, indices] = maxPooling(x, sliding(x, { operator: `max_pool${rank}d`, rank, kernel: k, stride, padding, dilation, ceil }));
    return always || withIndices ? [values, indices] : values;
  },
});

const avgSchema = (rank: number): string => `avg_pool${rank}d(Tensor input, int[] kernel_size, int[]? stride=None, int[] padding=[0], bool ceil_mode=False, bool count_include_pad=True${rank > 1 ? ', int? divisor_override=None' : ''})`;
const avgPool = (rank: number) => composite({
  schema: avgSchema(rank),
  compose(x: Tensor, k: number[], stride: number[] | null, padding: number[], ceil: boolean, includePad: boolean, divisor: number | null = null) {
    const p: Averaging = { ...sliding(x, { operator: `avg_pool${rank}d`, rank, kernel: k, stride, padding, dilation: [1], ceil }), includePad, divisor };
    if (divisor === 0) throw new TorchError('divisor must be not zero', { operator: `avg_pool${rank}d` });
    return average(x, p);
  },
});

/** Averages by the kernels for planes, or as one matrix for each dimension; whole numbers are divided at the end. */
function average(x: Tensor, p: Averaging): Tensor {
  const rank = p.count.length, sizes = x.shape.slice(x.ndim - rank);
  if (isFloat(x.dtype) && rank < 3) return avgPooling(x, p);
  const byCount = isFloat(x.dtype) && p.divisor === null, { taps, counts } = averages(sizes, p, byCount), sum = separable(x, taps);
  if (byCount) return sum;
  if (p.divisor !== null) return isFloat(x.dtype) ? sum.div(p.divisor) : sum.div(p.divisor, { roundingMode: 'trunc' });
  const total = counts.reduce<Tensor>((t, c, d) => t.mul(tensor(c, { dtype: x.dtype, device: x.device }).reshape(c.length, ...new Array<number>(rank - 1 - d).fill(1))), tensor(1, { dtype: x.dtype, device: x.device }));
  return sum.div(total, { roundingMode: 'trunc' });
}

/** The output sizes of adaptive pooling. */
function adaptive(x: Tensor, operator: string, given: AdaptiveSizes, rank: number): Pooling {
  const fail = (condition: boolean, message: string): void => { if (condition) throw new TorchError(message, { operator, shapes: [x.shape] }); };
  const sizes = x.shape.slice(-rank), list = typeof given === 'number' || given === null ? new Array<number | null>(rank).fill(given) : given;
  fail(rank === 1 && list.length !== 1, `${operator}() argument 'output_size' should contain one int (got ${list.length})`);
  fail(list.length !== rank, `${operator}(): internal error: output_size.size() must be ${rank}`);
  fail(x.ndim !== rank + 1 && x.ndim !== rank + 2, `${operator}(): Expected ${rank + 1}D or ${rank + 2}D tensor, but got ${showShape(x.shape)}`);
  const empty = x.shape.slice(x.ndim - rank - 1).indexOf(0);
  fail(empty >= 0, `${operator}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ${showShape(x.shape)} with dimension ${x.ndim - rank - 1 + empty} being empty`);
  const count = list.map((n, i) => n ?? sizes[i]);
  fail(count.some((n) => n < 0), operator.includes('avg') ? `${operator}: elements of output_size must be greater than or equal to 0 but received {${count.join(', ')}}` : `Trying to create tensor with negative dimension ${count.find((n) => n < 0)}: ${showShape([...x.shape.slice(0, x.ndim - rank), ...count])}`);
  return { count, window: null };
}
const adaptiveAvg = (rank: number) => composite({
  schema: `adaptive_avg_pool${rank}d(Tensor input, sizes output_size)`,
  compose: (x: Tensor, size: AdaptiveSizes) => {
    const p = adaptive(x, `adaptive_avg_pool${rank}d`, size, rank);
    return average(x, { ...p, includePad: false, divisor: null });
  },
});
const adaptiveMax = (rank: number) => composite({
  schema: `adaptive_max_pool${rank}d(Tensor input, sizes output_size, bool return_indices=False)`,
  compose: (x: Tensor, size: AdaptiveSizes, withIndices: boolean) => {
    const [values, indices] = maxPooling(x, adaptive(x, `adaptive_max_pool${rank}d`, size, rank));
    return withIndices ? [values, indices] : values;
  },
});

const lpPool = (rank: number) => composite({
  schema: `lp_pool${rank}d(Tensor input, float norm_type, int[] kernel_size, int[]? stride=None, bool ceil_mode=False)`,
  compose(x: Tensor, norm: number, k: number[], stride: number[] | null, ceil: boolean) {
    const p = sliding(x, { operator: `lp_pool${rank}d`, rank, kernel: k, stride, padding: [0], dilation: [1], ceil });
    const mean = average(x.pow(norm), { ...p, includePad: true, divisor: null });
    return mean.sign().mul(mean.abs().relu()).mul(numelOf(p.window!.kernel)).pow(1 / norm);
  },
});

const unpool = (rank: number) => composite({
  schema: `max_unpool${rank}d(Tensor input, Tensor indices, int[] kernel_size, int[]? stride=None, int[] padding=[0], int[]? output_size=None)`,
  compose(x: Tensor, indices: Tensor, k: number[], strides: number[] | null, paddings: number[], outputSize: number[] | null) {
    const operator = `max_unpool${rank}d`, fail = (condition: boolean, message: string): void => { if (condition) throw new TorchError(message, { operator, shapes: [x.shape, indices.shape] }); };
    fail(indices.dtype !== 'int64', `elements in indices should be type int64 but got: ${scalarTypeName[indices.dtype]}`);
    fail(x.ndim !== rank + 1 && x.ndim !== rank + 2, `Input to ${operator} should be a ${rank + 1}d or ${rank + 2}d Tensor`);
    fail(!sameShape(x.shape, indices.shape), `Expected shape of indices to be same as that of the input tensor (${showShape(x.shape)}) but got indices tensor with shape: ${showShape(indices.shape)}`);
    const kernelSize = sizesFor(operator, 'kernel_size', k, rank), stride = strides === null || !strides.length ? kernelSize : sizesFor(operator, 'stride', strides, rank), padding = sizesFor(operator, 'padding', paddings, rank);
    const usual = stride.map((s, i) => (x.shape[x.ndim - rank + i] - 1) * s + kernelSize[i] - 2 * padding[i]);
    const sizes = outputSize === null ? usual : outputSize.length === rank + 2 ? outputSize.slice(2) : outputSize.length === rank + 1 && x.ndim === rank + 1 ? outputSize.slice(1) : outputSize;
    fail(sizes.length !== rank, `output_size should be a sequence containing ${rank} or ${rank + 2} elements, but it has a length of '${outputSize?.length}'`);
    if (outputSize) sizes.forEach((n, d) => fail(n <= usual[d] - stride[d] || n >= usual[d] + stride[d], `invalid output_size "(${outputSize.join(', ')})" (dim ${d} must be between ${usual[d] - stride[d]} and ${usual[d] + stride[d]})`));
    if (indices.count) {
      const [least, most] = indexBounds(indices), n = numelOf(sizes);
      fail(least < 0 || most >= n, `Found an invalid max index: ${least < 0 ? least : most} (output volumes are of size ${sizes.join('x')})`);
    }
    return scatterPlane(x, indices, sizes, false);
  },
});

export const pools: Table<PoolOps> = {
  maxPool1d: maxPool(1, false), maxPool2d: maxPool(2, false), maxPool3d: maxPool(3, false),
  maxPool1dWithIndices: maxPool(1, true), maxPool2dWithIndices: maxPool(2, true), maxPool3dWithIndices: maxPool(3, true),
  avgPool1d: avgPool(1), avgPool2d: avgPool(2), avgPool3d: avgPool(3),
  adaptiveAvgPool1d: adaptiveAvg(1), adaptiveAvgPool2d: adaptiveAvg(2), adaptiveAvgPool3d: adaptiveAvg(3),
  adaptiveMaxPool1d: adaptiveMax(1), adaptiveMaxPool2d: adaptiveMax(2), adaptiveMaxPool3d: adaptiveMax(3),
  lpPool1d: lpPool(1), lpPool2d: lpPool(2), lpPool3d: lpPool(3),
  maxUnpool1d: unpool(1), maxUnpool2d: unpool(2), maxUnpool3d: unpool(3),
};
