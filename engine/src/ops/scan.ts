import { copyInto } from '../cpu/copy.ts';
import { lanes, scan, scanExtreme } from '../cpu/reduce.ts';
import { TorchError } from '../errors.ts';
import { finfo, isFloat, type DType } from '../tensor/dtype.ts';
import { broadcastShapes, wrapDim } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { cat } from './join.ts';
import { composite, invoke, kernel, ready, type CompositeOperator, type KernelOperator, type Meta, type Table } from './operator.ts';
import { results, type ValuesAndIndices } from './results.ts';

export interface Along { dim?: number; dtype?: DType | null }

/** Running results along a dimension, differences, and areas under curves. */
export interface ScanOps {
  /** Running sums along `dim`. Integers give int64. */
  cumsum(dim: number | Along, options?: Along): Tensor;
  /** Running products along `dim`. Integers give int64. */
  cumprod(dim: number | Along, options?: Along): Tensor;
  /** Largest element so far and where it stands (the last of equal ones). */
  cummax(dim: number | Along): ValuesAndIndices;
  /** Smallest element so far and where it stands (the last of equal ones). */
  cummin(dim: number | Along): ValuesAndIndices;
  /** log of the running sums of exp, computed without overflow. */
  logcumsumexp(dim: number | Along): Tensor;
  /** Differences of neighbours along `dim`, `n` times; `prepend` and `append` are put before and after first. */
  diff(n?: number | DiffOptions, dim?: number | DiffOptions, options?: DiffOptions): Tensor;
}
export interface DiffOptions { n?: number; dim?: number; prepend?: Tensor | null; append?: Tensor | null }
/** Those of them that also have an in-place form. */
export const scanInPlace = ['cumsum', 'cumprod'] as const;

/** log Σ exp so far: the largest term, and the sum of all relative to it. */
function runningLogSum(v: Float64Array, to: Float64Array, from: number, n: number, inner: number): void {
  let top = -Infinity, sum = 0;
  for (let r = 0, p = from; r < n; r++, p += inner) {
    const x = v[p];
    if (x === Infinity || x !== x) top += x;
    else if (x > top) { sum = sum * Math.exp(top - x) + 1; top = x; }
    else if (x > -Infinity) sum += Math.exp(x - top);
    to[p] = Number.isFinite(top) ? top + Math.log(sum) : top;
  }
}

const cumulative = (name: 'cumsum' | 'cumprod', rest: Pick<KernelOperator<{ dim: number }>, 'saves' | 'grad'>): KernelOperator<never> => kernel<{ dim: number; dtype: DType | null }>({
  schema: `${name}(Tensor input, int dim, *, ScalarType? dtype=None)`,
  meta([input], { dim, dtype }): Meta {
    const x = input as Tensor;
    wrapDim(dim, x.ndim);
    return { shape: x.shape, dtype: dtype ?? (isFloat(x.dtype) ? x.dtype : 'int64') };
  },
  cpu([out], [x], { dim }) { scan(name, out, x as Tensor, wrapDim(dim, out.ndim)); },
  ...rest,
});

/** Sums from each place to the end. */
const reverseSum = (g: Tensor, dim: number): Tensor => g.flip(dim).cumsum(dim).flip(dim);

/** cummax and cummin: where elements are equal (or NaN, which wins) the last one counts. */
const extremes = (name: 'cummax' | 'cummin'): ReturnType<typeof ready> => ready(name, kernel<{ dim: number }>({
  schema: `${name}(Tensor input, int dim)`,
  meta([input], { dim }): Meta[] {
    const x = input as Tensor;
    wrapDim(dim, x.ndim);
    return [{ shape: x.shape, dtype: x.dtype }, { shape: x.shape, dtype: 'int64' }];
  },
  cpu([values, indices], [x], { dim }) { scanExtreme(name, values, indices, x as Tensor, wrapDim(dim, values.ndim)); },
  saves: { y: [1] },
  grad: (g, { y, inputs: [x], attrs }) => [x!.shape.length ? g.newZeros([...x!.shape]).scatterAdd(attrs.dim, y[1], g) : g],
}));
const withIndices = (name: 'cummax' | 'cummin'): CompositeOperator => {
  const c = extremes(name);
  return composite({ schema: `${name}(Tensor input, int dim)`, compose: (x: Tensor, dim: number) => results(name, ['values', 'indices'], invoke(c, [x, dim], 0) as Tensor[]) });
};

export const scans: Table<ScanOps> = {
  cumsum: cumulative('cumsum', { grad: (g, { attrs }) => [reverseSum(g, attrs.dim)] }),
  cumprod: cumulative('cumprod', {
    saves: { x: [0], y: [0] },
    grad(g, { x: [x], y: [y], attrs: { dim } }) {
      if (!x.ndim) return [g];
      if (x.eq(0).any().item() === false) return [reverseSum(g.mul(y), dim).div(x)];
      return [gradAcrossZeros(g, x, wrapDim(dim, x.ndim))];
    },
  }),
  cummax: withIndices('cummax'),
  cummin: withIndices('cummin'),
  logcumsumexp: kernel<{ dim: number }>({
    schema: 'logcumsumexp(Tensor input, int dim)',
    meta([input], { dim }): Meta {
      const x = input as Tensor;
      wrapDim(dim, x.ndim);
      if (!isFloat(x.dtype)) throw new TorchError(`"logcumsumexp_out_cpu" not implemented for '${x.dtype === 'bool' ? 'Bool' : 'Long'}'`, { operator: 'logcumsumexp', dtypes: [x.dtype] });
      return { shape: x.shape, dtype: x.dtype };
    },
    cpu([out], [x], { dim }) {
      const { data, outer, n, inner } = lanes(x as Tensor, out.ndim ? [wrapDim(dim, out.ndim)] : [], 'float64'), to = Tensor.allocate(out.shape, 'float64', out.device);
      for (let k = 0; k < outer * inner; k++) runningLogSum(data.window() as Float64Array, to.window() as Float64Array, Math.floor(k / inner) * n * inner + (k % inner), n, inner);
      copyInto(out, to);
    },
    saves: { x: [0], y: [0] },
    // Each input's share: exp(x) Σ g exp(-y) over what follows, both signs of g apart so that logarithms exist.
    grad(g, { x: [x], y: [y], attrs: { dim } }) {
      const size = g.abs().log(), lowest = finfo(g.dtype).min;
      const back = (sign: Tensor): Tensor => size.where(sign, lowest).sub(y).flip(dim).logcumsumexp(dim).flip(dim).add(x).exp();
      return [back(g.gt(0)).sub(back(g.lt(0)))];
    },
  }),
  diff: composite({
    schema: 'diff(Tensor input, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None)',
    compose(x: Tensor, n: number, dim: number, prepend: Tensor | null, append: Tensor | null) {
      if (!x.ndim) throw new TorchError('diff expects input to be at least one-dimensional', { operator: 'diff' });
      if (n < 0) throw new TorchError(`order must be non-negative but got ${n}`, { operator: 'diff' });
      if (n === 0) return x.clone();
      let t = joined([prepend, x, append].filter((p) => p !== null), dim);
      const d = wrapDim(dim, x.ndim);
      for (let i = 0; i < n && t.shape[d] > 0; i++) {
        const m = t.shape[d] - 1, a = t.narrow(d, 1, m), b = t.narrow(d, 0, m);
        t = x.dtype === 'bool' ? a.logicalXor(b) : a.sub(b);
      }
      return t;
    },
  }),
};

/** d cumprod where x holds zeros: for each place i the products of all that precede j but i, summed over j ≥ i. */
function gradAcrossZeros(g: Tensor, x: Tensor, dim: number): Tensor {
  const n = x.shape[dim], parts: Tensor[] = [];
  for (let i = 0; i < n; i++) {
    const others = joined([x.narrow(dim, 0, i), x.narrow(dim, i, 1).mul(0).add(1), x.narrow(dim, i + 1, n - i - 1)], dim).cumprod(dim);
    parts.push(g.narrow(dim, i, n - i).mul(others.narrow(dim, i, n - i)).sum(dim, true));
  }
  return joined(parts, dim);
}

const joined = (parts: readonly Tensor[], dim: number): Tensor => (parts.length === 1 ? parts[0] : cat(parts, dim));

/** Areas and gradients of sampled curves; functions only. */
export interface SampledOps {
  /** Area under y along `dim` by the trapezoidal rule; the points' places are `x`, or `dx` apart. */
  trapezoid(x?: Tensor | null | AreaOptions, options?: AreaOptions): Tensor;
  /** As `trapezoid`. */
  trapz(x?: Tensor | null | AreaOptions, options?: AreaOptions): Tensor;
  /** Running areas by the trapezoidal rule. */
  cumulativeTrapezoid(x?: Tensor | null | AreaOptions, options?: AreaOptions): Tensor;
}
export interface AreaOptions { x?: Tensor | null; dx?: number; dim?: number }

/** The areas between neighbouring points. */
function areas(name: string, y: Tensor, x: Tensor | null, dx: number, dim: number): Tensor {
  const d = wrapDim(dim, y.ndim);
  if (y.dtype === 'bool' || x?.dtype === 'bool') throw new TorchError(`${name}: received a bool input for \`${x?.dtype === 'bool' ? 'x' : 'y'}\`, but bool is not supported`, { operator: name });
  const n = y.shape[d], both = (t: Tensor, at: number): Tensor => { const n2 = t.shape[at]; return t.narrow(at, 0, n2 - 1).add(t.narrow(at, 1, n2 - 1)); };
  if (x === null) return both(y, d).mul(dx / 2);
  let gaps: Tensor;
  if (x.ndim === 1) {
    if (x.shape[0] !== n) throw new TorchError(`${name}(): There must be one \`x\` value for each sample point`, { operator: name, shapes: [y.shape, x.shape] });
    gaps = x.diff().reshape(y.shape.map((_, i) => (i === d ? n - 1 : 1)));
  } else {
    const lead = Math.max(0, y.ndim - x.ndim), wider = x.reshape([...new Array<number>(lead).fill(1), ...x.shape]);
    gaps = wider.diff(1, dim < 0 ? dim : d + Math.max(0, x.ndim - y.ndim));
  }
  broadcastShapes(gaps.shape, both(y, d).shape, name);
  return both(y, d).mul(gaps).div(2);
}
const areaSchema = (name: string): string => `${name}(Tensor y, Tensor? x=None, *, Scalar dx=1, int dim=-1)`;
const total = (name: string): CompositeOperator => composite({
  schema: areaSchema(name),
  compose: (y: Tensor, x: Tensor | null, dx: number, dim: number) => (y.shape[wrapDim(dim, y.ndim)] === 0 ? y.sum(dim) : areas('trapezoid', y, x, dx, dim).sum(dim)),
});
export const sampled: Table<SampledOps> = {
  trapezoid: total('trapezoid'),
  trapz: total('trapz'),
  cumulativeTrapezoid: composite({
    schema: areaSchema('cumulativeTrapezoid'),
    compose: (y: Tensor, x: Tensor | null, dx: number, dim: number) => (y.shape[wrapDim(dim, y.ndim)] === 0 ? y : areas('cumulative_trapezoid', y, x, dx, dim).cumsum(dim)),
  }),
};
