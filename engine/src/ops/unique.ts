import { dense, denseAs } from '../cpu/copy.ts';
import { workDType } from '../cpu/pointwise.ts';
import { sortRows } from '../cpu/sort.ts';
import { TorchError } from '../errors.ts';
import { wrapDim } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { composite, type Table } from './operator.ts';

export interface UniqueOptions { sorted?: boolean; returnInverse?: boolean; returnCounts?: boolean; dim?: number | null }
type WithMore = UniqueOptions & ({ returnInverse: true } | { returnCounts: true });

/** Distinct elements. */
export interface UniqueOps {
  /** The distinct elements (or slices along `dim`) in order; on request where each element went and how often each occurs. */
  unique(options: WithMore): Tensor[];
  unique(sorted?: boolean | UniqueOptions): Tensor;
  unique(sorted: boolean, returnInverse: boolean, returnCounts?: boolean, dim?: number | null): Tensor | Tensor[];
  /** The first of each run of equal elements (or slices along `dim`). */
  uniqueConsecutive(options: WithMore): Tensor[];
  uniqueConsecutive(returnInverse?: false | UniqueOptions): Tensor;
  uniqueConsecutive(returnInverse: boolean, returnCounts?: boolean, dim?: number | null): Tensor | Tensor[];
}

const ints = (values: readonly number[], shape: readonly number[], device: string): Tensor => {
  const t = Tensor.allocate(shape, 'int64', device), w = t.window();
  values.forEach((v, i) => { w[i] = BigInt(v); });
  return t;
};

/** Goes through items in `order`, starting a group wherever one differs from the one before. */
function groups(order: readonly number[], equal: (i: number, j: number) => boolean): { firsts: number[]; inverse: number[]; counts: number[] } {
  const firsts: number[] = [], inverse = new Array<number>(order.length), counts: number[] = [];
  order.forEach((at, k) => {
    if (k === 0 || !equal(order[k - 1], at)) { firsts.push(at); counts.push(0); }
    inverse[at] = firsts.length - 1;
    counts[counts.length - 1]++;
  });
  return { firsts, inverse, counts };
}

function distinct(name: string, x: Tensor, dim: number | null, ordered: boolean, returnInverse: boolean, returnCounts: boolean): Tensor | Tensor[] {
  const d = dim === null ? 0 : wrapDim(dim, x.ndim), base = x.detach(), source = dim === null || x.ndim === 0 ? base.reshape([x.count]) : base;
  const n = source.shape[d], zero = source.shape.findIndex((s) => s === 0);
  if (dim !== null && zero >= 0 && (n !== 0 || source.shape.filter((s) => s === 0).length > 1)) throw new TorchError(`${n === 0 ? 'Number of zero sized dimensions is more than one, so' : 'There are 0 sized dimensions, and they aren\'t selected, so'} ${name} cannot be applied`, { operator: name, shapes: [x.shape] });
  const rows = denseAs(dense(source.movedim(d, 0)), workDType(x.dtype)).window(), width = n ? rows.length / n : 0;
  const compare = (i: number, j: number): number => {
    for (let k = 0; k < width; k++) { const a = rows[i * width + k], b = rows[j * width + k]; if (a !== b) return a < b ? -1 : 1; }
    return 0;
  };
  let order = Array.from({ length: n }, (_, i) => i);
  if (ordered) order = width === 1 ? Array.from(sortRows(source.reshape([n]), 0, false).places.window(), Number) : order.sort(compare);
  const { firsts, inverse, counts } = groups(order, (i, j) => compare(i, j) === 0);
  const out = [source.indexSelect(d, ints(firsts, [firsts.length], x.device))];
  if (returnInverse) out.push(ints(inverse, dim === null ? x.shape : [n], x.device));
  if (returnCounts) out.push(ints(counts, [counts.length], x.device));
  return out.length === 1 ? out[0] : out;
}

export const uniques: Table<UniqueOps> = {
  unique: composite({
    schema: 'unique(Tensor input, bool sorted=True, bool return_inverse=False, bool return_counts=False, int? dim=None)',
    compose: (x: Tensor, _: boolean, returnInverse: boolean, returnCounts: boolean, dim: number | null) => distinct('unique', x, dim, true, returnInverse, returnCounts),
  }),
  uniqueConsecutive: composite({
    schema: 'uniqueConsecutive(Tensor input, bool return_inverse=False, bool return_counts=False, int? dim=None)',
    compose: (x: Tensor, returnInverse: boolean, returnCounts: boolean, dim: number | null) => distinct('unique_consecutive', x, dim, false, returnInverse, returnCounts),
  }),
};
