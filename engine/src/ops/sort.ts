import { copyInto, denseAs } from '../cpu/copy.ts';
import { putRows, sortRows } from '../cpu/sort.ts';
import { TorchError } from '../errors.ts';
import { isFloat, scalarTypeName } from '../tensor/dtype.ts';
import { wrapDim, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { composite, invoke, kernel, ready, type CompositeOperator, type KernelOperator, type Meta, type Table } from './operator.ts';
import { reducedShape, scatterTo } from './reduce.ts';
import { results, type ValuesAndIndices } from './results.ts';

export interface SortOptions { dim?: number; descending?: boolean; stable?: boolean }
export interface Along { dim?: number | null; keepdim?: boolean }
export interface QuantileOptions extends Along { interpolation?: Interpolation }
/** How a quantile between two elements is found. */
export type Interpolation = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';

/** Order: sorting, and elements by their rank. NaN counts as the largest. Sorting is always stable. */
export interface SortOps {
  /** Elements in order along `dim` (the last unless given), and where they stood. */
  sort(dim?: number | SortOptions, descending?: boolean | SortOptions, options?: SortOptions): ValuesAndIndices;
  /** The places of the elements in order. */
  argsort(dim?: number | SortOptions, descending?: boolean | SortOptions, stable?: boolean | SortOptions): Tensor;
  /** Sorted along the first dimension. */
  msort(): Tensor;
  /** The `k` largest (or smallest) along `dim`, in order, and where they stand. */
  topk(k: number, dim?: number | TopkOptions, options?: TopkOptions): ValuesAndIndices;
  /** The `k`th smallest (from 1) along `dim`, and where it stands. */
  kthvalue(k: number, dim?: number | Along, keepdim?: boolean | Along): ValuesAndIndices;
  /** The middle element, the lower of two; NaN where any is NaN. Along `dim` also where it stands. */
  median(): Tensor;
  median(dim: number | Along, keepdim?: boolean | Along): ValuesAndIndices;
  /** `median` of what is not NaN. */
  nanmedian(): Tensor;
  nanmedian(dim: number | Along, keepdim?: boolean | Along): ValuesAndIndices;
  /** The most frequent element along `dim` (the smallest of several), and where it stands last. */
  mode(dim?: number | Along, keepdim?: boolean | Along): ValuesAndIndices;
  /** The `q`-quantiles (a number, or a tensor of them, which adds a first dimension); `interpolation` between neighbours is linear unless given. */
  quantile(q: number | Tensor, dim?: number | null | QuantileOptions, keepdim?: boolean | QuantileOptions): Tensor;
  /** `quantile` of what is not NaN. */
  nanquantile(q: number | Tensor, dim?: number | null | QuantileOptions, keepdim?: boolean | QuantileOptions): Tensor;
}
export interface TopkOptions { dim?: number; largest?: boolean; sorted?: boolean }

/** Sorts along `dim`; the outputs take as many of the first elements as they have room for. */
function sortInto(values: Tensor, indices: Tensor, x: Tensor, dim: number, descending: boolean): void {
  const d = wrapDim(dim, x.ndim), sorted = sortRows(x, d, descending);
  putRows(values, sorted.values, d);
  putRows(indices, sorted.places, d);
}

const sortOp = ready('sort', kernel<{ dim: number; descending: boolean }>({
  schema: 'sort(Tensor input, int dim=-1, bool descending=False)',
  meta([input], { dim }): Meta[] {
    const x = input as Tensor;
    wrapDim(dim, x.ndim);
    return [{ shape: x.shape, dtype: x.dtype }, { shape: x.shape, dtype: 'int64' }];
  },
  cpu([values, indices], [input], { dim, descending }) { sortInto(values, indices, input as Tensor, dim, descending); },
  saves: { y: [1] },
  grad: (g, { y, inputs: [x], attrs }) => [scatterTo(x!.shape, attrs.dim, true, y[1], g)],
}));

const topkOp = ready('topk', kernel<{ k: number; dim: number; largest: boolean }>({
  schema: 'topk(Tensor input, int k, int dim=-1, bool largest=True)',
  meta([input], { k, dim }): Meta[] {
    const x = input as Tensor, d = wrapDim(dim, x.ndim), n = x.ndim ? x.shape[d] : 1;
    if (k < 0 || k > n) throw new TorchError('selected index k out of range', { operator: 'topk', shapes: [x.shape] });
    const shape = x.ndim ? x.shape.with(d, k) : [];
    return [{ shape, dtype: x.dtype }, { shape, dtype: 'int64' }];
  },
  cpu([values, indices], [x], { dim, largest }) { sortInto(values, indices, x as Tensor, dim, largest); },
  saves: { y: [1] },
  grad: (g, { y, inputs: [x], attrs }) => [scatterTo(x!.shape, attrs.dim, true, y[1], g)],
}));

/** Which of n sorted elements (`keys`, in their original `places`) is wanted. */
type Choose<A> = (keys: ReturnType<Tensor['window']>, n: number, attrs: A) => number;
interface PickAttrs { dim: number; keepdim: boolean; k?: number }
/** An element of each lane chosen by its rank: value and index, to which the gradient goes. */
function pick(name: string, check: (x: Tensor, n: number, attrs: PickAttrs) => void, choose: Choose<PickAttrs>): ReturnType<typeof ready> {
  return ready(name, kernel<PickAttrs>({
    schema: `${name}(Tensor input, int dim, bool keepdim=False, int k=0)`,
    meta([input], attrs): Meta[] {
      const x = input as Tensor, d = wrapDim(attrs.dim, x.ndim), dims = x.ndim ? [d] : [], n = x.ndim ? x.shape[d] : 1;
      check(x, n, attrs);
      const shape = reducedShape(x.shape, dims, attrs.keepdim);
      return [{ shape, dtype: x.dtype }, { shape, dtype: 'int64' }];
    },
    cpu([values, indices], [input], attrs) {
      const x = input as Tensor, { values: sorted, places, rows, n } = sortRows(x, wrapDim(attrs.dim, x.ndim), false);
      const v = sorted.window(), from = places.window(), to = indices.window(), found = Tensor.allocate(values.shape, sorted.dtype, values.device), w = found.window();
      for (let r = 0; r < rows; r++) {
        const at = r * n + choose(v.subarray(r * n, (r + 1) * n), n, attrs);
        w[r] = v[at];
        to[r] = from[at];
      }
      copyInto(values, found);
    },
    saves: { y: [1] },
    grad: (g, { y, inputs: [x], attrs }) => [scatterTo(x!.shape, attrs.dim, attrs.keepdim, y[1], g)],
  }));
}
const notEmpty = (name: string) => (x: Tensor, n: number, { dim }: PickAttrs): void => {
  if (n === 0) throw new TorchError(`${name}(): Expected reduction dim ${wrapDim(dim, x.ndim)} to have non-zero size.`, { operator: name, shapes: [x.shape] });
};
const withoutNaN: Choose<unknown> = (keys, n) => { let m = n; while (m > 0 && keys[m - 1] !== keys[m - 1]) m--; return m; };
const kthOp = pick('kthvalue', (x, n, { k, dim }) => {
  if (k! < 1 || k! > n) throw new TorchError(`kthvalue(): selected number k out of range for dimension ${x.ndim ? wrapDim(dim, x.ndim) : 0}`, { operator: 'kthvalue', shapes: [x.shape] });
}, (_, __, { k }) => k! - 1);
const medianOp = pick('median', notEmpty('median'), (keys, n, a) => { const m = withoutNaN(keys, n, a); return m < n ? m : (n - 1) >> 1; });
const nanmedianOp = pick('nanmedian', notEmpty('nanmedian'), (keys, n, a) => { const m = withoutNaN(keys, n, a); return m === 0 ? 0 : (m - 1) >> 1; });
const modeOp = pick('mode', notEmpty('mode'), (keys, n) => {
  let best = 0, longest = 0;
  for (let from = 0, r = 1; r <= n; r++) if (r === n || keys[r] !== keys[from]) { if (r - from > longest) { longest = r - from; best = r - 1; } from = r; }
  return best;
});
const named = (name: string, pair: unknown): ValuesAndIndices => results(name, ['values', 'indices'], pair as Tensor[]);

const medians = (name: 'median' | 'nanmedian', op: ReturnType<typeof ready>): CompositeOperator => composite({
  schema: `${name}(Tensor input, int? dim=None, bool keepdim=False)`,
  compose(x: Tensor, dim: number | null, keepdim: boolean) {
    if (dim !== null) return named(name, invoke(op, [x, dim, keepdim], 0));
    if (x.count === 0) return x.sum().to(x.dtype).add(isFloat(x.dtype) ? NaN : 0);
    return (invoke(op, [x.reshape([x.count]), 0], 0) as Tensor[])[0];
  },
});

const quantiles = (name: 'quantile' | 'nanquantile'): CompositeOperator => composite({
  schema: `${name}(Tensor input, Operand q, int? dim=None, bool keepdim=False, *, str interpolation='linear')`,
  compose(x: Tensor, q: number | Tensor, dim: number | null, keepdim: boolean, interpolation: Interpolation) {
    const fail = (message: string): never => { throw new TorchError(`${name}() ${message}`, { operator: name, shapes: [x.shape], dtypes: [x.dtype] }); };
    if (x.count === 0) fail('input tensor must be non-empty');
    if (x.dtype !== 'float32' && x.dtype !== 'float64') fail('input tensor must be either float or double dtype');
    if (q instanceof Tensor && q.ndim > 1) fail('q must be a scalar or 1D tensor');
    if (q instanceof Tensor && q.dtype !== x.dtype) fail('q tensor must be same dtype as the input tensor');
    if (!['linear', 'lower', 'higher', 'midpoint', 'nearest'].includes(interpolation)) fail(`interpolation must be one of linear, lower, higher, midpoint or nearest, but got ${interpolation}`);
    const ranks = q instanceof Tensor ? q : x.newFull([], q);
    if (ranks.lt(0).logicalOr(ranks.gt(1)).any().item()) fail(q instanceof Tensor ? 'q values must be in the range [0, 1]' : `q must be in the range [0, 1] but got ${q}`);
    const d = dim === null ? 0 : wrapDim(dim, x.ndim), flat = dim === null || x.ndim === 0;
    const sorted = (flat ? x.reshape([x.count]) : x.transpose(d, -1)).sort(-1).values, n = sorted.shape[sorted.ndim - 1];
    // Ranks [q, 1, …]: the place of each quantile in each lane, from 0; NaN stands last.
    const q1 = ranks.reshape([ranks.count, ...sorted.shape.map(() => 1)]);
    const count = sorted.eq(sorted).sum(-1, true).unsqueeze(0);
    let at = q1.mul(name === 'quantile' ? x.newFull([], n - 1) : count.sub(1).clampMin(0).to(x.dtype));
    at = at.expand([ranks.count, ...sorted.shape.slice(0, -1), 1]);
    if (name === 'quantile') at = at.maskedFill(count.lt(n), n - 1);
    if (interpolation === 'lower') at = at.floor(); else if (interpolation === 'higher') at = at.ceil(); else if (interpolation === 'nearest') at = at.round();
    const all = sorted.unsqueeze(0).expand([ranks.count, ...sorted.shape]), below = at.floor();
    let value = all.gather(-1, below.to('int64'));
    if (interpolation === 'linear' || interpolation === 'midpoint') {
      const above = all.gather(-1, at.ceil().to('int64'));
      value = value.lerp(above, interpolation === 'midpoint' ? below.ne(at).to(x.dtype).mul(0.5) : at.sub(below));
    }
    value = value.squeeze(-1); // [q, the other dimensions]
    if (!flat) value = value.unsqueeze(-1).transpose(d + 1, -1).squeeze(keepdim ? [] : d + 1);
    else if (keepdim) value = value.reshape([ranks.count, ...x.shape.map(() => 1)]);
    return ranks.ndim === 0 ? value.squeeze(0) : value;
  },
});

export const sorting: Table<SortOps> = {
  sort: composite({
    schema: 'sort(Tensor input, int dim=-1, bool descending=False, *, bool stable=False)',
    compose: (x: Tensor, dim: number, descending: boolean) => named('sort', invoke(sortOp, [x, dim, descending], 0)),
  }),
  argsort: composite({ schema: 'argsort(Tensor input, int dim=-1, bool descending=False, bool stable=False)', compose: (x: Tensor, dim: number, descending: boolean) => x.detach().sort(dim, descending).indices }),
  msort: composite({ schema: 'msort(Tensor input)', compose: (x: Tensor) => x.sort(0).values }),
  topk: composite({
    schema: 'topk(Tensor input, int k, int dim=-1, bool largest=True, bool sorted=True)',
    compose: (x: Tensor, k: number, dim: number, largest: boolean) => named('topk', invoke(topkOp, [x, k, dim, largest], 0)),
  }),
  kthvalue: composite({ schema: 'kthvalue(Tensor input, int k, int dim=-1, bool keepdim=False)', compose: (x: Tensor, k: number, dim: number, keepdim: boolean) => named('kthvalue', invoke(kthOp, [x, dim, keepdim, k], 0)) }),
  median: medians('median', medianOp),
  nanmedian: medians('nanmedian', nanmedianOp),
  mode: composite({ schema: 'mode(Tensor input, int dim=-1, bool keepdim=False)', compose: (x: Tensor, dim: number, keepdim: boolean) => named('mode', invoke(modeOp, [x, dim, keepdim], 0)) }),
  quantile: quantiles('quantile'),
  nanquantile: quantiles('nanquantile'),
};

/** Search in sorted sequences, and membership; functions only. */
export interface SearchOps {
  /** For each value the place in `sortedSequence` (along its last dimension) where it would be inserted: before equal ones, or after them with `right`. */
  searchsorted(values: Tensor | number, options?: { outInt32?: boolean; right?: boolean; side?: 'left' | 'right' | null; sorter?: Tensor | null }): Tensor;
  /** For each element which of the intervals between the boundaries it lies in. */
  bucketize(boundaries: Tensor, options?: { outInt32?: boolean; right?: boolean }): Tensor;
  /** True for each element that is among `testElements`. */
  isin(testElements: Tensor | number, options?: { assumeUnique?: boolean; invert?: boolean }): Tensor;
}

const searchOp: KernelOperator<never> = kernel<{ right: boolean; outInt32: boolean }>({
  schema: 'searchsorted(Tensor sequence, Tensor values, Tensor? sorter, bool right, bool out_int32)',
  meta: ([, values], { outInt32 }) => ({ shape: (values as Tensor).shape, dtype: outInt32 ? 'int32' : 'int64' }),
  cpu([out], [sequence, input, sorter], { right }) {
    const s = sequence as Tensor, values = input as Tensor, n = s.shape[s.ndim - 1], v = denseAs(s, 'float64').window() as Float64Array, x = denseAs(values, 'float64').window() as Float64Array;
    const order = sorter instanceof Tensor ? (denseAs(sorter, 'float64').window() as Float64Array) : null, each = s.ndim === 1 ? x.length : values.shape[values.ndim - 1];
    const found = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) {
      const base = s.ndim === 1 ? 0 : Math.floor(i / each) * n, value = x[i];
      let lo = 0, hi = n;
      while (lo < hi) {
        const mid = (lo + hi) >> 1, e = v[base + (order ? order[base + mid] : mid)];
        // NaN counts as the largest.
        if (right ? value >= e || value !== value : e < value || (value !== value && e === e)) lo = mid + 1; else hi = mid;
      }
      found[i] = lo;
    }
    const to = out.window();
    for (let i = 0; i < found.length; i++) to[i] = out.dtype === 'int64' ? BigInt(found[i]) : found[i];
  },
  grad: 'a place does not change smoothly',
});
const search = ready('searchsorted', searchOp);
const sameLead = (a: Shape, b: Shape): boolean => a.length === b.length && a.slice(0, -1).every((s, i) => s === b[i]);

export const searches: Table<SearchOps> = {
  searchsorted: composite({
    schema: 'searchsorted(Tensor sorted_sequence, Operand values, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None)',
    compose(sequence: Tensor, given: Tensor | number, outInt32: boolean, right: boolean, side: string | null, sorter: Tensor | null) {
      const fail = (message: string): never => { throw new TorchError(`torch.searchsorted(): ${message}`, { operator: 'searchsorted', shapes: [sequence.shape] }); };
      const values = given instanceof Tensor ? given : sequence.newFull([], given);
      if (side !== null && side !== 'left' && side !== 'right') fail(`side can only be 'left' or 'right' but got ${side}`);
      if (side === 'left' && right) fail('side and right can\'t be set to opposites, got side of left while right was True');
      if (sequence.ndim === 0) fail('input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim(0) and input value\'s dim(0) numel(1)');
      if (sequence.ndim !== 1 && !sameLead(sequence.shape, values.shape)) fail(`boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor [${sequence.shape.join(', ')}] and input value tensor [${values.shape.join(', ')}]`);
      if (sequence.dtype !== values.dtype && given instanceof Tensor) fail(`input value tensor and boundaries tensor should have same dtype, but got boundary tensor dtype ${scalarTypeName[sequence.dtype]} and input value tensor dtype ${scalarTypeName[values.dtype]}`);
      if (sorter && sorter.dtype !== 'int64') fail(`sorter must be a tensor of long dtype but got dtype ${scalarTypeName[sorter.dtype]}`);
      if (sorter && sorter.shape.join() !== sequence.shape.join()) fail(`boundary and sorter must have the same size, but got boundary tensor [${sequence.shape.join(', ')}] and got sorter tensor [${sorter.shape.join(', ')}]`);
      return invoke(search, [sequence, values, sorter, right || side === 'right', outInt32], 0);
    },
  }),
  bucketize: composite({
    schema: 'bucketize(Operand input, Tensor boundaries, *, bool out_int32=False, bool right=False)',
    compose(input: Tensor | number, boundaries: Tensor, outInt32: boolean, right: boolean) {
      if (boundaries.ndim !== 1) throw new TorchError(`boundaries tensor must be 1 dimension, but got dim(${boundaries.ndim})`, { operator: 'bucketize', shapes: [boundaries.shape] });
      return invoke(search, [boundaries, input instanceof Tensor ? input : boundaries.newFull([], input), null, right, outInt32], 0);
    },
  }),
  isin: kernel<{ invert: boolean }>({
    schema: 'isin(Operand elements, Operand test_elements, *, bool assume_unique=False, bool invert=False)',
    prepare: (a: Tensor | number, b: Tensor | number, _: boolean, invert: boolean) => [[a, b], { invert }],
    meta: ([a]) => ({ shape: a instanceof Tensor ? a.shape : [], dtype: 'bool' }),
    cpu([out], [a, b], { invert }) {
      const list = (t: typeof a): ArrayLike<number | bigint> => (t instanceof Tensor ? denseAs(t, t.dtype === 'int64' ? 'int64' : 'float64').window() : [Number(t)]);
      const members = new Set<number>(), x = list(a), test = list(b), to = out.window();
      for (let i = 0; i < test.length; i++) if (test[i] === test[i]) members.add(Number(test[i]));
      for (let i = 0; i < x.length; i++) to[i] = members.has(Number(x[i])) !== invert ? 1 : 0;
    },
    grad: 'membership does not change smoothly',
  }),
};
