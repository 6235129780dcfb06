import { denseAs, writeValues } from '../cpu/copy.ts';
import { TorchError } from '../errors.ts';
import { isFloat, scalarTypeName } from '../tensor/dtype.ts';
import { rounderTo } from '../tensor/read.ts';
import { showShape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { tensor, meshgrid } from './create.ts';
import { stack } from './join.ts';
import { composite, invoke, kernel, ready, type Table } from './operator.ts';
import { results, type Results } from './results.ts';

export interface CovOptions { correction?: number; fweights?: Tensor | null; aweights?: Tensor | null }
export interface HistogramOptions { range?: readonly number[] | null; weight?: Tensor | null; density?: boolean }

/** Histograms, covariance, and selections of elements. */
export interface StatisticsOps {
  /** How many elements fall into each of `bins` equal intervals from `min` to `max` (of the data where both are equal). */
  histc(bins?: number | { bins?: number; min?: number; max?: number }, min?: number, max?: number): Tensor;
  /** Counts (or summed weights, or a density) in `bins` equal intervals or between the given edges, and the edges. */
  histogram(bins: number | Tensor, options?: HistogramOptions): Results<readonly ['hist', 'binEdges']>;
  /** How often each of 0, 1, 2, … occurs, or the sum of its weights. */
  bincount(weights?: Tensor | null | { weights?: Tensor | null; minlength?: number }, minlength?: number): Tensor;
  /** Covariances of the rows, which are variables; columns are observations. */
  cov(options?: CovOptions): Tensor;
  /** Correlation coefficients of the rows. */
  corrcoef(): Tensor;
}

/** Which interval of ascending `edges` holds v: the last that begins at or before it; the last interval is closed. -1: none. */
function interval(edges: Float64Array, v: number): number {
  const last = edges.length - 1;
  if (!(v >= edges[0] && v <= edges[last])) return -1;
  let lo = 0, hi = last;
  while (lo < hi) { const mid = (lo + hi + 1) >> 1; if (edges[mid] <= v) lo = mid; else hi = mid - 1; }
  return Math.min(lo, last - 1);
}
const values = (t: Tensor): Float64Array => denseAs(t, 'float64').window() as Float64Array;

const histcOp = ready('histc', kernel<{ bins: number; min: number; max: number }>({
  schema: 'histc(Tensor input, int bins, float min, float max)',
  meta: ([x], { bins }) => ({ shape: [bins], dtype: (x as Tensor).dtype }),
  cpu([out], [x], { bins, min, max }) {
    const counts = new Float64Array(bins), v = values(x as Tensor), r = rounderTo(out.dtype); // each step in the input's precision, which decides at the borders
    for (let i = 0; i < v.length; i++) if (v[i] >= min && v[i] <= max) counts[Math.min(Math.floor(r(r(r(v[i] - min) * bins) / r(max - min))), bins - 1)]++;
    writeValues(out, counts);
  },
  grad: 'a count does not change smoothly',
}));
const histogramOp = ready('histogram', kernel<{ density: boolean }>({
  schema: 'histogram(Tensor input, Tensor edges, Tensor? weight, bool density)',
  meta: ([x, edges]) => ({ shape: [(edges as Tensor).count - 1], dtype: (x as Tensor).dtype }),
  cpu([out], [x, e, weight], { density }) {
    const v = values(x as Tensor), edges = values(e as Tensor), w = weight instanceof Tensor ? values(weight) : null, sums = new Float64Array(edges.length - 1);
    for (let i = 0; i < v.length; i++) { const at = interval(edges, v[i]); if (at >= 0) sums[at] += w ? w[i] : 1; }
    if (density) { const all = sums.reduce((a, b) => a + b, 0); sums.forEach((s, i) => { sums[i] = s / all / (edges[i + 1] - edges[i]); }); }
    writeValues(out, sums);
  },
  grad: 'a count does not change smoothly',
}));
const extent = (x: Tensor): [number, number] => (x.count ? [x.min().item() as number, x.max().item() as number] : [0, 1]);

export const statistics: Table<StatisticsOps> = {
  histc: composite({
    schema: 'histc(Tensor input, int bins=100, Scalar min=0, Scalar max=0)',
    compose(input: Tensor, bins: number, min: number, max: number) {
      const x = input.detach();
      if (!isFloat(x.dtype)) throw new TorchError(`"histogram_cpu" not implemented for '${scalarTypeName[x.dtype]}'`, { operator: 'histc', dtypes: [x.dtype] });
      if (bins <= 0) throw new TorchError('bins must be > 0', { operator: 'histc' });
      let [lo, hi] = min === max ? extent(x) : [min, max];
      if (!Number.isFinite(lo) || !Number.isFinite(hi)) throw new TorchError(`range of [${lo}, ${hi}] is not finite`, { operator: 'histc' });
      if (lo > hi) throw new TorchError('max must be larger than min', { operator: 'histc' });
      if (lo === hi) { lo -= 1; hi += 1; }
      return invoke(histcOp, [x, bins, lo, hi], 0);
    },
  }),
  histogram: composite({
    schema: 'histogram(Tensor input, Operand bins, *, float[]? range=None, Tensor? weight=None, bool density=False)',
    compose(input: Tensor, bins: number | Tensor, range: number[] | null, weight: Tensor | null, density: boolean) {
      const x = input.detach();
      if (!isFloat(x.dtype)) throw new TorchError(`"histogram_cpu" not implemented for '${scalarTypeName[x.dtype]}'`, { operator: 'histogram', dtypes: [x.dtype] });
      if (weight && weight.count !== x.count) throw new TorchError('torch.histogram(): if weight tensor is provided it should have the same shape as the input tensor', { operator: 'histogram', shapes: [x.shape, weight.shape] });
      let edges: Tensor;
      if (bins instanceof Tensor) edges = bins;
      else {
        if (bins <= 0) throw new TorchError(`torch.histogram(): bins must be > 0, but got ${bins}`, { operator: 'histogram' });
        let [lo, hi] = range ?? extent(x);
        if (lo === hi) { lo -= 0.5; hi += 0.5; }
        edges = tensor(Array.from({ length: bins + 1 }, (_, i) => (i === bins ? hi : lo + ((hi - lo) / bins) * i)), { dtype: x.dtype, device: x.device });
      }
      return results('histogram', ['hist', 'binEdges'], [invoke(histogramOp, [x, edges, weight, density], 0) as Tensor, edges]);
    },
  }),
  bincount: composite({
    schema: 'bincount(Tensor input, Tensor? weights=None, int minlength=0)',
    compose(x: Tensor, weights: Tensor | null, minlength: number) {
      const fail = (message: string): never => { throw new TorchError(message, { operator: 'bincount', shapes: [x.shape], dtypes: [x.dtype] }); };
      if (isFloat(x.dtype) || x.dtype === 'bool') fail(`"bincount_cpu" not implemented for '${scalarTypeName[x.dtype]}'`);
      if (minlength < 0) fail('minlength should be >= 0');
      const v = values(x);
      if (x.ndim !== 1 || v.some((n) => n < 0)) fail('bincount only supports 1-d non-negative integral inputs.');
      if (weights && (weights.ndim !== 1 || weights.count !== x.count)) fail(`weights should be 1-d and have the same length as input`);
      const w = weights && values(weights), sums = new Float64Array(v.reduce((m, n) => Math.max(m, n + 1), minlength));
      for (let i = 0; i < v.length; i++) sums[v[i]] += w ? w[i] : 1;
      const out = Tensor.allocate([sums.length], !weights ? 'int64' : weights.dtype === 'float32' ? 'float32' : 'float64', x.device);
      writeValues(out, sums);
      return out;
    },
  }),
  cov: composite({
    schema: 'cov(Tensor input, *, int correction=1, Tensor? fweights=None, Tensor? aweights=None)',
    compose(x: Tensor, correction: number, fweights: Tensor | null, aweights: Tensor | null) {
      const fail = (message: string): never => { throw new TorchError(`cov(): ${message}`, { operator: 'cov', shapes: [x.shape], dtypes: [x.dtype] }); };
      if (x.ndim > 2) fail(`expected input to have two or fewer dimensions but got an input with ${x.ndim} dimensions`);
      if (x.dtype === 'bool') fail('bool dtype is not supported for input');
      const rows = x.ndim < 2 ? x.reshape([1, x.count]) : x, n = rows.shape[1];
      for (const [w, name, wanted] of [[fweights, 'fweights', 'integral'], [aweights, 'aweights', 'floating point']] as const) {
        if (!w) continue;
        if (w.ndim > 1) fail(`expected ${name} to have one or fewer dimensions but got ${name} with ${w.ndim} dimensions`);
        if (isFloat(w.dtype) !== (name === 'aweights') || w.dtype === 'bool') fail(`expected ${name} to have ${wanted} dtype but got ${name} with ${scalarTypeName[w.dtype]} dtype`);
        if (w.count !== n) fail(`expected ${name} to have the same numel as there are observations in the input but got ${w.count} != ${n}`);
        if (n > 0 && w.lt(0).any().item()) fail(`${name} cannot be negative`);
      }
      const weight = fweights && aweights ? fweights.mul(aweights) : fweights ?? aweights, total: Tensor | number = weight ? weight.sum() : n;
      if (total instanceof Tensor && total.item() === 0) fail('weights sum to zero, can\'t be normalized');
      const weighted = (t: Tensor): Tensor => (weight ? t.mul(weight) : t);
      const centred = rows.sub(weighted(rows).sum(1, true).div(total));
      const norm = total instanceof Tensor ? (aweights && correction !== 0 ? total.sub(weighted(aweights).sum().div(total).mul(correction)) : total.sub(correction)).clampMin(0) : Math.max(total - correction, 0);
      const product = centred.mm(weighted(centred).to(centred.dtype).t());
      return product.div(norm).squeeze();
    },
  }),
  corrcoef: composite({
    schema: 'corrcoef(Tensor input)',
    compose(x: Tensor) {
      if (x.ndim > 2) throw new TorchError(`corrcoef(): expected input to have two or fewer dimensions but got an input with ${x.ndim} dimensions`, { operator: 'corrcoef', shapes: [x.shape] });
      const c = x.cov();
      if (c.ndim === 0) return c.div(c);
      const deviation = c.diagonal().sqrt();
      return c.div(deviation.unsqueeze(1)).div(deviation).clamp(-1, 1);
    },
  }),
};

/** Selections of elements; functions only. */
export interface CombinationOps {
  /** All choices of `r` elements of a vector in order, a row each. */
  combinations(r?: number | { r?: number; withReplacement?: boolean }, withReplacement?: boolean): Tensor;
}
export const selections: Table<CombinationOps> = {
  combinations: composite({
    schema: 'combinations(Tensor input, int r=2, bool with_replacement=False)',
    compose(x: Tensor, r: number, withReplacement: boolean) {
      if (x.ndim !== 1) throw new TorchError(`Expect a 1D vector, but got shape ${showShape(x.shape)}`, { operator: 'combinations', shapes: [x.shape] });
      if (r < 0) throw new TorchError(`Expect a non-negative number, but got ${r}`, { operator: 'combinations' });
      if (r === 0) return x.newZeros([0]);
      let rows: number[][] = [[]];
      for (let k = 0; k < r; k++) rows = rows.flatMap((row) => { const from = row.length ? row[row.length - 1] + (withReplacement ? 0 : 1) : 0; return Array.from({ length: Math.max(0, x.count - from) }, (_, i) => [...row, from + i]); });
      return x.indexSelect(0, tensor(rows.flat(), { dtype: 'int64', device: x.device })).reshape([rows.length, r]);
    },
  }),
};

/**
 * All tuples with one element of each vector, a row each, the last vector's elements changing fastest.
 *
 * @example torch.cartesianProd(torch.tensor([1, 2]), torch.tensor([4, 5])) // [[1, 4], [1, 5], [2, 4], [2, 5]]
 */
export function cartesianProd(...tensors: Tensor[]): Tensor {
  for (const t of tensors) if (t.ndim !== 1) throw new TorchError(`Expect a 1D vector, but got shape ${showShape(t.shape)}`, { operator: 'cartesianProd', shapes: [t.shape] });
  return tensors.length === 1 ? tensors[0] : stack(meshgrid(tensors, { indexing: 'ij' }).map((t) => t.reshape([t.count])), 1);
}
