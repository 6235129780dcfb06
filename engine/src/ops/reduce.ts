import { dense } from '../cpu/copy.ts';
import { binary, unary, workDType } from '../cpu/pointwise.ts';
import { argExtreme, reduce, reduceBool, variance } from '../cpu/reduce.ts';
import { TorchError } from '../errors.ts';
import { isFloat, scalarTypeName, type DType } from '../tensor/dtype.ts';
import { numelOf, wrapDim, wrapDims, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { composite, invoke, kernel, ready, type CompositeOperator, type KernelOperator, type Meta, type Table } from './operator.ts';
import { floating } from './elementwise.ts';
import { results, type Results, type ValuesAndIndices } from './results.ts';
import type { Dims } from './signatures.ts';

/** Keyword arguments that most reductions share. */
export interface ReduceOptions { dim?: Dims | null; keepdim?: boolean }
export interface Typed extends ReduceOptions { dtype?: DType | null }
export interface Along { dim?: number | null; keepdim?: boolean }
export interface Spread extends ReduceOptions { correction?: number | null; unbiased?: boolean }

/** Reductions: sums, extremes, truth and spread of all elements or along dimensions. `keepdim` leaves reduced dimensions with size 1. */
export interface ReduceOps {
  /** Sum of all elements, or along `dim` (one or several). Integers give int64. @example x.sum(1, { keepdim: true }) */
  sum(dim?: Dims | null | Typed, keepdim?: boolean | Typed, options?: Typed): Tensor;
  /** Arithmetic mean; floats only, unless `dtype` says one. */
  mean(dim?: Dims | null | Typed, keepdim?: boolean | Typed, options?: Typed): Tensor;
  /** Product of all elements, or along one dimension. */
  prod(dim?: number | null | (Along & Typed), keepdim?: boolean | Typed, options?: Typed): Tensor;
  /** Sum that counts NaN as 0. */
  nansum(dim?: Dims | null | Typed, keepdim?: boolean | Typed, options?: Typed): Tensor;
  /** Mean of what is not NaN. */
  nanmean(dim?: Dims | null | Typed, keepdim?: boolean | Typed, options?: Typed): Tensor;
  /** Largest element; along `dim` also its first index; with a tensor, the larger of the two, element by element. */
  max(): Tensor;
  max(other: Tensor): Tensor;
  max(dim: number | Along, keepdim?: boolean | Along): ValuesAndIndices;
  /** Smallest element; along `dim` also its first index; with a tensor, the smaller of the two, element by element. */
  min(): Tensor;
  min(other: Tensor): Tensor;
  min(dim: number | Along, keepdim?: boolean | Along): ValuesAndIndices;
  /** Largest element along one or several dimensions. Equal ones share the gradient. */
  amax(dim?: Dims | ReduceOptions, keepdim?: boolean | ReduceOptions): Tensor;
  /** Smallest element along one or several dimensions. Equal ones share the gradient. */
  amin(dim?: Dims | ReduceOptions, keepdim?: boolean | ReduceOptions): Tensor;
  /** Smallest and largest element. */
  aminmax(options?: Along): Results<readonly ['min', 'max']>;
  /** Index (int64) of the first largest element, of the flattened tensor or along `dim`. */
  argmax(dim?: number | null | Along, keepdim?: boolean | Along): Tensor;
  /** Index (int64) of the first smallest element, of the flattened tensor or along `dim`. */
  argmin(dim?: number | null | Along, keepdim?: boolean | Along): Tensor;
  /** True where any element is other than 0. */
  any(dim?: Dims | null | ReduceOptions, keepdim?: boolean | ReduceOptions): Tensor;
  /** True where all elements are other than 0. */
  all(dim?: Dims | null | ReduceOptions, keepdim?: boolean | ReduceOptions): Tensor;
  /** How many elements are other than 0. */
  countNonzero(dim?: Dims | null | { dim?: Dims | null }): Tensor;
  /** Variance: squared deviations from the mean, summed and divided by n - correction (1 unless given; `unbiased: false` is 0). */
  var(dim?: Dims | boolean | null | Spread, unbiased?: boolean | Spread, keepdim?: boolean | Spread): Tensor;
  /** Standard deviation, the root of `var`. */
  std(dim?: Dims | boolean | null | Spread, unbiased?: boolean | Spread, keepdim?: boolean | Spread): Tensor;
  /** Variance and mean. */
  varMean(dim?: Dims | boolean | null | Spread, unbiased?: boolean | Spread, keepdim?: boolean | Spread): [Tensor, Tensor];
  /** Standard deviation and mean. */
  stdMean(dim?: Dims | boolean | null | Spread, unbiased?: boolean | Spread, keepdim?: boolean | Spread): [Tensor, Tensor];
  /** log Σ exp(x), computed without overflow. */
  logsumexp(dim: Dims | ReduceOptions, keepdim?: boolean | ReduceOptions): Tensor;
  /** Sums until the tensor has `size`, to which its own shape must be a broadcast. */
  sumToSize(...size: number[] | [readonly number[]]): Tensor;
  /** Sum of a matrix's diagonal. */
  trace(): Tensor;
}

/** The dimensions to reduce, ascending. None given, or an empty list unless `emptyIsAll` is false: all. */
export function reducedDims(x: { shape: Shape }, dim: number | readonly number[] | null, emptyIsAll = true): number[] {
  if (x.shape.length > 64) throw new TorchError('only tensors with up to 64 dims are supported', { shapes: [x.shape] });
  const dims = wrapDims(dim, x.shape.length, emptyIsAll);
  return dims.length > 1 && dim !== null ? dims.sort((a, b) => a - b) : dims;
}
/** The shape that is left. */
export function reducedShape(shape: Shape, dims: readonly number[], keepdim: boolean): number[] {
  return keepdim ? shape.map((s, i) => (dims.includes(i) ? 1 : s)) : shape.filter((_, i) => !dims.includes(i));
}
/** Puts dimensions of size 1 back where they were reduced away. */
export function restoreDims(t: Tensor, dims: readonly number[], keepdim: boolean): Tensor {
  return keepdim ? t : dims.reduce((out, d) => out.unsqueeze(d), t);
}

interface Attrs { dim: number[] | null; keepdim: boolean }
type TypedAttrs = Attrs & { dtype: DType | null };
const spread = (g: Tensor, shape: Shape, { dim, keepdim }: Attrs): Tensor => restoreDims(g, shape.length === g.ndim ? [] : reducedDims({ shape }, dim), keepdim).expand([...shape]);
const TYPED = '(Tensor input, int[]? dim=None, bool keepdim=False, *, ScalarType? dtype=None)';

/** Throws where there is nothing to take an extreme of. */
function checkNotEmpty(operator: string, prefix: string, x: Tensor, dim: readonly number[] | null): void {
  if (x.count > 0) return;
  if (!dim?.length) throw new TorchError(`${operator}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.`, { operator, shapes: [x.shape] });
  for (const d of dim) { const at = wrapDim(d, x.ndim); if (x.shape[at] === 0) throw new TorchError(`${prefix}: Expected reduction dim ${at} to have non-zero size.`, { operator, shapes: [x.shape] }); }
}

/** amax, amin, and max and min of all elements (with PyTorch's node name for those). */
function extreme(operator: string, name: 'max' | 'min', node?: string): KernelOperator<never> {
  return kernel<Attrs>({
    schema: `${operator}(Tensor input, int[] dim=[], bool keepdim=False)`,
    ...(node ? { node } : {}),
    meta([input], { dim, keepdim }): Meta {
      const x = input as Tensor, dims = reducedDims(x, dim);
      checkNotEmpty(operator, `${operator}()`, x, dim);
      return { shape: reducedShape(x.shape, dims, keepdim), dtype: x.dtype };
    },
    cpu([out], [x], { dim }) { reduce(name, out, x as Tensor, reducedDims(x as Tensor, dim), out.dtype); },
    saves: { x: [0], y: [0] },
    grad(g, { x: [x], y: [y], attrs: { dim, keepdim } }) {
      const dims = reducedDims(x, dim), equal = x.eq(restoreDims(y, dims, keepdim));
      return [restoreDims(g, dims, keepdim).div(equal.sum(dims, true)).mul(equal)];
    },
  });
}

/** max and min along one dimension: values and indices; the gradient goes to the index. */
const along = (name: 'max' | 'min'): KernelOperator<never> => kernel<{ dim: number; keepdim: boolean }>({
  schema: `${name}(Tensor input, int dim, bool keepdim=False)`,
  meta([input], { dim, keepdim }): Meta[] {
    const x = input as Tensor, d = wrapDim(dim, x.ndim);
    checkNotEmpty(name, `${name}()`, x, [dim]);
    const shape = reducedShape(x.shape, x.ndim ? [d] : [], keepdim);
    return [{ shape, dtype: x.dtype }, { shape, dtype: 'int64' }];
  },
  cpu([values, indices], [x], { dim }) { argExtreme(values, indices, x as Tensor, wrapDim(dim, (x as Tensor).ndim), name === 'max'); },
  saves: { y: [1] },
  grad: (g, { y, inputs: [x], attrs }) => [scatterTo(x!.shape, attrs.dim, attrs.keepdim, y[1], g)],
});

/** The gradient of an input of `shape` from which the elements at `indices` along `dim` were taken. */
export function scatterTo(shape: Shape, dim: number, keepdim: boolean, indices: Tensor, g: Tensor): Tensor {
  if (!shape.length) return g;
  const d = wrapDim(dim, shape.length);
  return g.newZeros([...shape]).scatter(d, keepdim ? indices : indices.unsqueeze(d), keepdim ? g : g.unsqueeze(d));
}

/** The three forms of max and min. */
function threeForms(name: 'max' | 'min'): CompositeOperator {
  const all = ready(name, extreme(name, name, `${name === 'max' ? 'Max' : 'Min'}Backward1`)), one = ready(name, along(name));
  return composite({
    schema: `${name}(Tensor input, Operand? dim=None, bool keepdim=False, *, Tensor? other=None)`,
    compose(x: Tensor, dim: Tensor | number | null, keepdim: boolean, other: Tensor | null) {
      if (dim instanceof Tensor || other) return x[name === 'max' ? 'maximum' : 'minimum'](other ?? (dim as Tensor));
      return dim === null ? invoke(all, [x], 0) : results(name, ['values', 'indices'], invoke(one, [x, dim, keepdim], 0) as Tensor[]);
    },
  });
}

const arg = (name: 'argmax' | 'argmin'): KernelOperator<never> => kernel<{ dim: number | null; keepdim: boolean }>({
  schema: `${name}(Tensor input, int? dim=None, bool keepdim=False)`,
  meta([input], { dim, keepdim }): Meta {
    const x = input as Tensor;
    if (x.dtype === 'bool') throw new TorchError(`"${name}_cpu" not implemented for 'Bool'`, { operator: name, dtypes: [x.dtype] });
    checkNotEmpty(name, `${name}()`, x, dim === null ? null : [dim]);
    return { shape: reducedShape(x.shape, reducedDims(x, dim), keepdim), dtype: 'int64' };
  },
  cpu([out], [input], { dim }) {
    const x = input as Tensor, flat = dim === null && x.ndim > 1;
    argExtreme(null, out, flat ? flatten(x) : x, flat || dim === null ? 0 : wrapDim(dim, x.ndim), name === 'argmax');
  },
  grad: 'an index does not change smoothly',
});
/** All elements in one dimension, contiguous. */
function flatten(x: Tensor): Tensor {
  const d = dense(x);
  return new Tensor(d.storage, d.dtype, { shape: [d.count], strides: [1], offset: d.offset }, d.device);
}

const truth = (name: 'any' | 'all'): KernelOperator<never> => kernel<Attrs>({
  schema: `${name}(Tensor input, int[]? dim=None, bool keepdim=False)`,
  meta: ([x], { dim, keepdim }) => ({ shape: reducedShape((x as Tensor).shape, reducedDims(x as Tensor, dim, false), keepdim), dtype: (x as Tensor).dtype === 'uint8' ? 'uint8' : 'bool' }),
  cpu([out], [x], { dim }) { reduceBool(name, out, x as Tensor, reducedDims(x as Tensor, dim, false)); },
  grad: 'a truth value does not change smoothly',
});

interface SpreadAttrs extends Attrs { correction: number }
const SPREAD = '(Tensor input, bool|int[]? dim=None, bool? unbiased=None, bool keepdim=False, *, Scalar? correction=None)';
/** `var(unbiased)`, `var(dim, unbiased, keepdim)` and `var(dim, { correction, keepdim })` as one. */
function spreadArguments(dim: boolean | number[] | null, unbiased: boolean | null, keepdim: boolean, correction: number | null): SpreadAttrs {
  const fair = typeof dim === 'boolean' ? dim : unbiased;
  return { dim: typeof dim === 'boolean' ? null : dim, keepdim, correction: correction ?? (fair === false ? 0 : 1) };
}
const spreadOp = (name: 'var' | 'std'): KernelOperator<never> => kernel<SpreadAttrs>({
  schema: name + SPREAD,
  prepare: (x: Tensor, ...rest: Parameters<typeof spreadArguments>) => [[x], spreadArguments(...rest)],
  meta([input], { dim, keepdim }): Meta {
    const x = input as Tensor;
    if (!isFloat(x.dtype)) throw new TorchError('std and var only support floating point and complex dtypes', { operator: name, dtypes: [x.dtype] });
    return { shape: reducedShape(x.shape, reducedDims(x, dim), keepdim), dtype: x.dtype };
  },
  cpu([out], [x], { dim, correction }) { variance(out, x as Tensor, reducedDims(x as Tensor, dim), correction, name === 'std'); },
  saves: name === 'std' ? { x: [0], y: [0] } : { x: [0] },
  grad(g, { x: [x], y: [y], attrs: { dim, keepdim, correction } }) {
    const dims = reducedDims(x, dim), n = numelOf(dims.map((d) => x.shape[d])), deviation = x.sub(x.mean(dims, true));
    // d var = 2 (x - mean) / (n - correction); d std = d var / (2 std), and 0 where nothing deviates.
    const scale = name === 'var' ? g.mul(2) : g.div(y).maskedFill(y.eq(0), 0);
    return [deviation.mul(restoreDims(scale, dims, keepdim)).div(Math.max(n - correction, 0))];
  },
});
const withMean = (name: 'var' | 'std'): CompositeOperator => composite({
  schema: `${name}Mean${SPREAD}`,
  compose(x: Tensor, ...rest: Parameters<typeof spreadArguments>) {
    const { dim, keepdim, correction } = spreadArguments(...rest);
    return [x[name]({ dim, correction, keepdim }), x.mean(dim, keepdim)];
  },
});

export const reductions: Table<ReduceOps> = {
  sum: kernel<TypedAttrs>({
    schema: `sum${TYPED}`,
    meta([x], { dim, keepdim, dtype }) { const t = x as Tensor; return { shape: reducedShape(t.shape, reducedDims(t, dim), keepdim), dtype: dtype ?? (isFloat(t.dtype) ? t.dtype : 'int64') }; },
    cpu([out], [x], { dim }) { reduce('sum', out, x as Tensor, reducedDims(x as Tensor, dim), out.dtype); },
    grad: (g, { inputs: [x], attrs }) => [spread(g, x!.shape, attrs)],
  }),
  mean: kernel<TypedAttrs>({
    schema: `mean${TYPED}`,
    meta([input], { dim, keepdim, dtype }): Meta {
      const x = input as Tensor, out = dtype ?? x.dtype;
      if (!isFloat(out)) throw new TorchError(`mean(): could not infer output dtype. ${dtype === null ? 'Input' : 'Optional'} dtype must be either a floating point or complex dtype. Got: ${scalarTypeName[out]}`, { operator: 'mean', dtypes: [x.dtype] });
      return { shape: reducedShape(x.shape, reducedDims(x, dim), keepdim), dtype: out };
    },
    cpu([out], [input], { dim }) {
      const x = input as Tensor, dims = reducedDims(x, dim), work = workDType(out.dtype);
      const total = out.dtype === work ? out : Tensor.allocate(out.shape, work, out.device);
      reduce('sum', total, x, dims, work);
      binary('div', out, total, numelOf(dims.map((d) => x.shape[d])), work);
    },
    grad(g, { inputs: [x], attrs }) {
      const n = numelOf(reducedDims(x!, attrs.dim).map((d) => x!.shape[d]));
      return [spread(g.div(n), x!.shape, attrs)];
    },
  }),
  prod: kernel<{ dim: number | null; keepdim: boolean; dtype: DType | null }>({
    schema: 'prod(Tensor input, int? dim=None, bool keepdim=False, *, ScalarType? dtype=None)',
    meta([x], { dim, keepdim, dtype }) { const t = x as Tensor; return { shape: reducedShape(t.shape, reducedDims(t, dim), keepdim), dtype: dtype ?? (isFloat(t.dtype) ? t.dtype : 'int64') }; },
    cpu([out], [x], { dim }) { reduce('prod', out, x as Tensor, reducedDims(x as Tensor, dim), out.dtype); },
    saves: { x: [0], y: [0] },
    grad(g, { x: [x], y: [y], attrs: { dim, keepdim } }) {
      if (dim === null || !x.ndim) return [g.mul(productOfOthers(x.reshape(-1), 0, y)).reshape([...x.shape])];
      const d = wrapDim(dim, x.ndim);
      return [restoreDims(g, [d], keepdim).mul(productOfOthers(x, d, restoreDims(y, [d], keepdim)))];
    },
  }),
  nansum: composite({
    schema: `nansum${TYPED}`,
    compose: (x: Tensor, dim: number[] | null, keepdim: boolean, dtype: DType | null) => (isFloat(x.dtype) ? x.maskedFill(x.ne(x), 0) : x).sum(dim, keepdim, { dtype }),
  }),
  nanmean: composite({
    schema: `nanmean${TYPED}`,
    compose(x: Tensor, dim: number[] | null, keepdim: boolean, dtype: DType | null) {
      if (!isFloat(x.dtype)) throw new TorchError(`nanmean(): expected input to have floating point or complex dtype but got ${scalarTypeName[x.dtype]}`, { operator: 'nanmean', dtypes: [x.dtype] });
      return x.nansum(dim, keepdim, { dtype }).div(x.eq(x).sum(dim, keepdim));
    },
  }),
  max: threeForms('max'),
  min: threeForms('min'),
  amax: extreme('amax', 'max'),
  amin: extreme('amin', 'min'),
  aminmax: composite({
    schema: 'aminmax(Tensor input, *, int? dim=None, bool keepdim=False)',
    compose(x: Tensor, dim: number | null, keepdim: boolean) {
      checkNotEmpty('aminmax', 'aminmax', x, dim === null ? null : [dim]);
      const dims = reducedDims(x, dim);
      return results('aminmax', ['min', 'max'], [x.amin(dims, keepdim), x.amax(dims, keepdim)]);
    },
  }),
  argmax: arg('argmax'),
  argmin: arg('argmin'),
  any: truth('any'),
  all: truth('all'),
  countNonzero: composite({ schema: 'countNonzero(Tensor input, int[]? dim=None)', compose: (x: Tensor, dim: number[] | null) => x.ne(0).sum(dim) }),
  var: spreadOp('var'),
  std: spreadOp('std'),
  varMean: withMean('var'),
  stdMean: withMean('std'),
  logsumexp: kernel<{ dim: number[]; keepdim: boolean }>({
    schema: 'logsumexp(Tensor input, int[] dim, bool keepdim=False)',
    meta: ([x], { dim, keepdim }) => ({ shape: reducedShape((x as Tensor).shape, reducedDims(x as Tensor, dim), keepdim), dtype: floating((x as Tensor).dtype) }),
    cpu([out], [input], { dim }) {
      const x = input as Tensor, dims = reducedDims(x, dim), work = workDType(out.dtype), kept = reducedShape(x.shape, dims, true);
      const top = Tensor.allocate(kept, work, x.device), terms = Tensor.allocate(x.shape, work, x.device), total = Tensor.allocate(kept, work, x.device);
      reduce('max', top, x, dims, work);
      const peaks = top.window();
      for (let i = 0; i < peaks.length; i++) if (Math.abs(Number(peaks[i])) === Infinity) peaks[i] = 0; // inf - inf would be NaN
      binary('sub', terms, x, top, work);
      unary('exp', terms, terms, work);
      reduce('sum', total, terms, dims, work);
      unary('log', total, total, work);
      const sum = new Tensor(total.storage, work, out, out.device), shift = new Tensor(top.storage, work, out, out.device);
      binary('add', out, sum, shift, work);
    },
    saves: { x: [0], y: [0] },
    grad(g, { x: [x], y: [y], attrs: { dim, keepdim } }) {
      const dims = reducedDims(x, dim);
      return [restoreDims(g, dims, keepdim).mul(x.sub(restoreDims(y, dims, keepdim)).exp())];
    },
  }),
  sumToSize: composite({
    schema: 'sumToSize(Tensor input, size size)',
    compose(x: Tensor, size: number[]) {
      const lead = x.ndim - size.length;
      if (lead < 0 || size.some((s, i) => s !== 1 && s !== x.shape[i + lead])) throw new TorchError(`size {[${size.join(', ')}]} is not expandable to size {[${x.shape.join(', ')}]}.`, { operator: 'sumToSize', shapes: [x.shape, size] });
      const dims = [...x.shape.keys()].filter((i) => i < lead || (size[i - lead] === 1 && x.shape[i] !== 1));
      if (!size.length) return x.sum();
      if (!dims.length) return x;
      return dims[dims.length - 1] < lead ? x.sum(dims) : x.sum(dims, true).reshape(size);
    },
  }),
  trace: composite({
    schema: 'trace(Tensor input)',
    compose(x: Tensor) {
      if (x.ndim !== 2) throw new TorchError(`trace: expected a matrix, but got tensor with dim ${x.ndim}`, { operator: 'trace', shapes: [x.shape] });
      return x.diagonal().sum();
    },
  }),
};

/** For each element the product of the others along `dim`; `product` is that of all. A zero forbids dividing by the element itself. */
function productOfOthers(x: Tensor, dim: number, product: Tensor): Tensor {
  if (x.eq(0).any().item() === false) return product.div(x);
  const first = x.newZeros(x.shape.map((s, i) => (i === dim ? s : 1)), { dtype: 'bool' });
  first.select(dim, 0).fill_(true);
  const before = (t: Tensor): Tensor => t.roll(1, dim).maskedFill(first, 1).cumprod(dim);
  return before(x).mul(before(x.flip(dim)).flip(dim));
}
