import { addRows, gatherInto, outOfBounds, positions, putRows, rowsOf, scatterInto, selectRows, type Combine } from '../cpu/gather.ts';
import { copyInto, dense, denseAs } from '../cpu/copy.ts';
import { kernels } from '../cpu/kernels.ts';
import { workDType } from '../cpu/pointwise.ts';
import { TorchError } from '../errors.ts';
import { dtypeInfo, isFloat, scalarTypeName, type DType } from '../tensor/dtype.ts';
import { broadcastShapes, numelOf, sameShape, showShape, wrapDim, type Shape } from '../tensor/layout.ts';
import { Tensor, type Operand } from '../tensor/tensor.ts';
import { composite, kernel, type GradContext, type Input, type Meta, type Table } from './operator.ts';
import { fillWith } from './write.ts';

type Reduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin';

/** Reading and writing elements by index tensors. */
export interface GatherOps {
  /** The slices along `dim` that the vector `index` names, as a copy. */
  indexSelect(dim: number, index: Tensor): Tensor;
  /** Adds slice i of `source`, times `alpha`, to slice `index[i]`; an index may repeat. */
  indexAdd(dim: number, index: Tensor, source: Tensor, options?: { alpha?: number }): Tensor;
  /** Slice `index[i]` replaced by slice i of `source`. */
  indexCopy(dim: number, index: Tensor, source: Tensor): Tensor;
  /** The slices that `index` names set to `value`. */
  indexFill(dim: number, index: Tensor, value: Operand): Tensor;
  /** Slice `index[i]` combined with slice i of `source`. */
  indexReduce(dim: number, index: Tensor, source: Tensor, reduce: 'prod' | 'mean' | 'amax' | 'amin', options?: { includeSelf?: boolean }): Tensor;
  /** `out[i][j] = input[index[i][j]][j]` for `dim` 0, and likewise along the others; the result has the shape of `index`. */
  gather(dim: number, index: Tensor): Tensor;
  /** The inverse of `gather`: `out[index[i][j]][j] = src[i][j]` for `dim` 0, the rest as in the input. */
  scatter(dim: number, index: Tensor, src: Operand | { value: Operand }, options?: { reduce?: 'add' | 'multiply' | null }): Tensor;
  /** Like `scatter`, adding; an index may repeat. */
  scatterAdd(dim: number, index: Tensor, src: Tensor): Tensor;
  /** Like `scatter`, combining what meets at one place, with the input's own element or (`includeSelf` false) without. */
  scatterReduce(dim: number, index: Tensor, src: Tensor, reduce: Reduction, options?: { includeSelf?: boolean }): Tensor;
  /** Elements by their position in the flattened tensor; the result has the shape of `index`. */
  take(index: Tensor): Tensor;
  /** Like `gather`, where the other dimensions broadcast; without `dim` in the flattened tensor. */
  takeAlongDim(indices: Tensor, dim?: number | null | { dim?: number | null }): Tensor;
  /** Elements at positions of the flattened tensor replaced by (or with `accumulate` added to) those of `source`. */
  put(index: Tensor, source: Tensor, accumulate?: boolean | { accumulate?: boolean }): Tensor;
}
export const gatherInPlace = ['indexAdd', 'indexCopy', 'indexFill', 'indexReduce', 'scatter', 'scatterAdd', 'scatterReduce', 'put'] as const;

const same = ([x]: readonly Input[]): Meta => ({ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype });
const zerosOf = (g: Tensor, shape: Shape): Tensor => g.newZeros([...shape]);
const inSelf = (operator: string) => (): TorchError => new TorchError('index out of range in self', { operator });
interface Along { dim: number }
const indexSchema = 'Tensor input, int dim, Tensor index';

/** Checks the index of an operator on slices; gives the dimension. */
function vectorIndex(operator: string, x: Tensor, index: Tensor, dim: number): number {
  if (index.ndim > 1) throw new TorchError(`${operator}(): Index is supposed to be a vector, but got dim: ${index.ndim} with type: ${scalarTypeName[index.dtype]} and size: ${showShape(index.shape)}`, { operator, shapes: [x.shape, index.shape] });
  if (index.dtype !== 'int64' && index.dtype !== 'int32') throw new TorchError(`${operator}(): Expected dtype int32 or int64 for index`, { operator, dtypes: [index.dtype] });
  return wrapDim(dim, x.ndim);
}
/** Checks index and source of an operator that writes slices. */
function slicesFit(operator: string, x: Tensor, index: Tensor, source: Tensor, dim: number): number {
  const d = vectorIndex(operator, x, index, dim), given = source.ndim ? source.shape[wrapDim(dim, source.ndim)] : 1;
  if (x.dtype !== source.dtype) throw new TorchError(`${operator}(): self (${scalarTypeName[x.dtype]}) and source (${scalarTypeName[source.dtype]}) must have the same scalar type`, { operator, dtypes: [x.dtype, source.dtype] });
  if (x.ndim && source.ndim && (x.ndim !== source.ndim || x.shape.some((n, i) => i !== d && n !== source.shape[i]))) throw new TorchError(`source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ${showShape(x.shape)} source.shape = ${showShape(source.shape)}`, { operator, shapes: [x.shape, source.shape] });
  if (given !== index.count) throw new TorchError(`${operator}(): Number of indices (${index.count}) should be equal to source.size(dim): (${given}), for dim: ${d}`, { operator, shapes: [index.shape, source.shape] });
  return d;
}

/** Checks the index of `gather` and `scatter`; gives it as int64, contiguous. */
function elementIndex(operator: string, x: Tensor, index: Tensor, dim: number): void {
  const d = wrapDim(dim, x.ndim);
  if (!index.count) return;
  if (index.dtype !== 'int64' && index.dtype !== 'int32') throw new TorchError(`${operator}(): Expected dtype int32/int64 for index`, { operator, dtypes: [index.dtype] });
  if (Math.max(x.ndim, 1) !== Math.max(index.ndim, 1)) throw new TorchError(`Index tensor must have the same number of dimensions as ${operator === 'gather' ? 'input' : 'self'} tensor`, { operator, shapes: [x.shape, index.shape] });
  if (operator === 'gather' && index.shape.some((n, i) => i !== d && n > x.shape[i])) throw new TorchError(`Size does not match at dimension ${index.shape.findIndex((n, i) => i !== d && n > x.shape[i])} expected index ${showShape(index.shape)} to be no larger than self ${showShape(x.shape)} apart from dimension ${d}`, { operator, shapes: [x.shape, index.shape] });
}
function scatterMeta(x: Tensor, index: Tensor, src: Operand, dim: number): Meta {
  elementIndex('scatter', x, index, dim);
  if (src instanceof Tensor && index.count) {
    const d = wrapDim(dim, x.ndim);
    if (Math.max(src.ndim, 1) !== Math.max(index.ndim, 1)) throw new TorchError('Index tensor must have the same number of dimensions as src tensor', { operator: 'scatter', shapes: [index.shape, src.shape] });
    if (index.shape.some((n, i) => (i !== d && n > x.shape[i]) || n > src.shape[i])) throw new TorchError(`Expected index ${showShape(index.shape)} to be no larger than self ${showShape(x.shape)} apart from dimension ${d} and to be no larger size than src ${showShape(src.shape)}`, { operator: 'scatter', shapes: [x.shape, index.shape, src.shape] });
  }
  if (src instanceof Tensor && src.dtype !== x.dtype) throw new TorchError('scatter(): Expected self.dtype to be equal to src.dtype', { operator: 'scatter', dtypes: [x.dtype, src.dtype] });
  return { shape: x.shape, dtype: x.dtype };
}
const along = (operator: string, x: Tensor, index: Tensor, dim: number): { d: number; idx: Tensor } => {
  const d = wrapDim(dim, x.ndim), size = x.ndim ? x.shape[d] : 1;
  return { d, idx: positions(index, size, false, outOfBounds(operator, d, size)) };
};
function valueTensor(x: Tensor, value: Operand): Tensor {
  if (value instanceof Tensor) return value;
  const one = Tensor.allocate([], x.dtype, x.device);
  fillWith(one, value);
  return one;
}
/** A record's `cpu` from how it changes its input in place. */
const fromWrite = (write: (x: Tensor, inputs: readonly Input[], attrs: never) => void) => ({
  cpu([out]: readonly Tensor[], inputs: readonly Input[], attrs: unknown) { copyInto(out, inputs[0] as Tensor); write(out, inputs, attrs as never); },
  write: write as (x: Tensor, inputs: readonly Input[], attrs: unknown) => void,
});

const reductions: Record<Reduction, Combine> = { sum: 'add', mean: 'add', prod: 'mul', amax: 'max', amin: 'min' };
/** One element of `work`'s dtype that leaves the other operand as it is; `dtype` bounds the values. */
function neutral(how: Combine, work: Tensor, dtype: DType): Tensor {
  if (how === 'add' || how === 'mul') return valueTensor(work, how === 'add' ? 0 : 1);
  const sign = how === 'min' ? 1 : -1, bound = valueTensor(work, isFloat(dtype) ? sign * Infinity : 0);
  if (!isFloat(dtype)) (bound.window() as BigInt64Array)[0] = how === 'min' ? 2n ** 63n - 1n : -(2n ** 63n);
  return bound;
}

interface Reducing { dim: number; reduce: Reduction; includeSelf: boolean }
function reduceWrite(x: Tensor, [, index, src]: readonly Input[], { dim, reduce, includeSelf }: Reducing): void {
  const { d, idx } = along('scatter', x, index as Tensor, dim), how = reductions[reduce];
  // The sums of narrow dtypes are formed in the type that kernels compute in, and divided there.
  const work = Tensor.allocate(x.shape, workDType(x.dtype), x.device);
  copyInto(work, x);
  if (!includeSelf) scatterInto(work, d, idx, neutral(how, work, x.dtype), 'put', true);
  scatterInto(work, d, idx, src as Tensor, how);
  if (reduce === 'mean') divideByCount(work, d, idx, includeSelf);
  copyInto(x, work);
}
function divideByCount(work: Tensor, d: number, idx: Tensor, includeSelf: boolean): void {
  const counts = Tensor.allocate(work.shape, 'int64', work.device), one = valueTensor(counts, 1);
  fillWith(counts, includeSelf ? 1 : 0);
  scatterInto(counts, d, idx, one, 'add', true);
  const n = denseAs(counts, 'float64').window(), values = work.window();
  for (let i = 0; i < n.length; i++) {
    const c = n[i] as number;
    if (c <= 1) continue;
    if (typeof values[i] === 'bigint') { const v = values[i] as bigint, q = BigInt(c); values[i] = v / q - (v < 0n && v % q !== 0n ? 1n : 0n); } else values[i] = (values[i] as number) / c;
  }
}

/** PyTorch's rule for the gradient of a reduction at scattered places. */
function reduceGrad(g: Tensor, { x: [x, index, src], y: [y], attrs: { dim, reduce, includeSelf } }: GradContext<Reducing>): (Tensor | null)[] {
  const back = (t: Tensor): Tensor => t.gather(dim, index);
  let own = g, other = back(g);
  if (reduce === 'mean') {
    const n = (includeSelf ? g.newOnes([...g.shape]) : g.newZeros([...g.shape])).scatterAdd(dim, index, src.newOnes([...src.shape]));
    const counts = n.maskedFill(n.eq(0), 1);
    own = g.div(counts);
    other = back(g).div(back(counts));
  } else if (reduce === 'prod') {
    const filled = x.maskedFill(x.eq(0), 1), zero = src.eq(0);
    own = g.mul(filled.scatterReduce(dim, index, src, reduce, { includeSelf })).div(filled);
    const alone = zero.logicalAnd(back(x.newZeros([...x.shape]).scatterAdd(dim, index, zero.to(x.dtype))).eq(1));
    const without = x.scatterReduce(dim, index, src.maskedFill(alone, 1), reduce, { includeSelf });
    other = back(g.mul(without)).where(alone, back(g.mul(y)).div(src.maskedFill(zero, 1)));
  } else if (reduce !== 'sum') {
    const mine = x.eq(y).to(x.dtype), theirs = src.eq(back(y)).to(x.dtype);
    const equal = mine.scatterAdd(dim, index, theirs), share = g.div(equal.maskedFill(equal.eq(0), 1));
    own = share.mul(mine);
    other = back(share).mul(theirs);
  }
  return [includeSelf ? own : own.scatter(dim, index, 0), null, other];
}

/** Positions in the flattened tensor, checked. */
function flatPositions(operator: string, x: Tensor, index: Tensor): Tensor {
  if (index.dtype !== 'int64') throw new TorchError(`${operator}(): Expected a long tensor for index, but got ${scalarTypeName[index.dtype]}`, { operator, dtypes: [index.dtype] });
  if (!x.count && index.count) throw new TorchError(`${operator}(): tried to take from an empty tensor`, { operator });
  return positions(index, x.count, true, (i) => new TorchError(`out of range: tried to access index ${i} on a tensor of ${x.count} elements.`, { operator, shapes: [x.shape] }));
}

export const gathers: Table<GatherOps> = {
  indexSelect: kernel<Along>({
    schema: `indexSelect(${indexSchema})`,
    meta([x, index], { dim }) { const t = x as Tensor, d = vectorIndex('index_select', t, index as Tensor, dim); return { shape: t.ndim ? t.shape.with(d, (index as Tensor).count) : [], dtype: t.dtype }; },
    cpu([out], [input, index], { dim }) {
      const x = input as Tensor, r = rowsOf(x.shape, wrapDim(dim, x.ndim));
      selectRows(out, x, r, positions(index as Tensor, r.size, false, inSelf('indexSelect')));
    },
    saves: { x: [1] },
    grad: (g, { x: [, index], attrs: { dim }, inputs: [x] }) => [zerosOf(g, x!.shape).indexAdd_(dim, index, g)],
  }),
  indexAdd: kernel<Along & { alpha: number }>({
    schema: `indexAdd(${indexSchema}, Tensor source, *, Scalar alpha=1)`,
    meta(inputs, { dim }) { const [x, index, source] = inputs as Tensor[]; slicesFit('index_add_', x, index, source, dim); return same(inputs); },
    ...fromWrite((x, [, index, source], { dim, alpha }: Along & { alpha: number }) => {
      const r = rowsOf(x.shape, wrapDim(dim, x.ndim));
      addRows(x, r, positions(index as Tensor, r.size, false, inSelf('indexAdd')), source as Tensor, Number(alpha));
    }),
    saves: { x: [1] },
    grad: (g, { x: [, index], attrs: { dim, alpha }, inputs: [, , source] }) => [g, null, g.indexSelect(dim, index).reshape([...source!.shape]).mul(alpha)],
  }),
  indexCopy: kernel<Along>({
    schema: `indexCopy(${indexSchema}, Tensor source)`,
    meta(inputs, { dim }) { const [x, index, source] = inputs as Tensor[]; slicesFit('index_copy_', x, index, source, dim); return same(inputs); },
    ...fromWrite((x, [, index, source], { dim }: Along) => {
      const d = wrapDim(dim, x.ndim), r = rowsOf(x.shape, d);
      putRows(x, r, positions(index as Tensor, r.size, false, outOfBounds('indexCopy', d, r.size)), source as Tensor);
    }),
    saves: { x: [1] },
    grad: (g, { x: [, index], attrs: { dim }, inputs: [, , source] }) => [g.indexFill(dim, index, 0), null, g.indexSelect(dim, index).reshape([...source!.shape])],
  }),
  indexFill: kernel<Along>({
    schema: `indexFill(${indexSchema}, Operand value)`,
    meta(inputs, { dim }) {
      const [x, index, value] = inputs;
      vectorIndex('index_fill_', x as Tensor, index as Tensor, dim);
      if (value instanceof Tensor && value.ndim) throw new TorchError(`index_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`, { operator: 'indexFill' });
      return same(inputs);
    },
    ...fromWrite((x, [, index, value], { dim }: Along) => {
      const d = wrapDim(dim, x.ndim), r = rowsOf(x.shape, d);
      putRows(x, r, positions(index as Tensor, r.size, true, outOfBounds('indexFill', d, r.size)), valueTensor(x, value as Operand));
    }),
    saves: { x: [1] },
    grad: (g, { x: [, index], attrs: { dim }, need }) => [g.indexFill(dim, index, 0), null, need[2] ? g.indexSelect(dim, index).sum() : null],
  }),
  indexReduce: composite({
    schema: `indexReduce(${indexSchema}, Tensor source, str reduce, *, bool include_self=True)`,
    compose(x: Tensor, dim: number, index: Tensor, source: Tensor, reduce: string, includeSelf: boolean) {
      if (!['prod', 'mean', 'amax', 'amin'].includes(reduce)) throw new TorchError(`index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got ${reduce}.`, { operator: 'indexReduce' });
      const d = slicesFit('index_reduce', x, index, source, dim);
      const each = index.reshape(source.shape.map((_, i) => (i === d ? index.count : 1))).expand([...source.shape]);
      return x.scatterReduce(d, each, source, reduce as Reduction, { includeSelf });
    },
  }),
  gather: kernel<Along>({
    schema: `gather(${indexSchema}, *, bool sparse_grad=False)`,
    meta(inputs, { dim }) { const [x, index] = inputs as Tensor[]; elementIndex('gather', x, index, dim); return { shape: index.shape, dtype: x.dtype }; },
    cpu([out], [input, index], { dim }) { const x = input as Tensor, { d, idx } = along('gather', x, index as Tensor, dim); gatherInto(out, x, d, idx); },
    saves: { x: [1] },
    grad: (g, { x: [, index], attrs: { dim }, inputs: [x] }) => [zerosOf(g, x!.shape).scatterAdd_(dim, index, g)],
  }),
  scatter: kernel<Along & { how: Combine }>({
    schema: `scatter(${indexSchema}, Operand? src=None, *, Operand? value=None, str? reduce=None)`,
    prepare(x: Tensor, dim: number, index: Tensor, src: Operand | null, value: Operand | null, reduce: string | null) {
      if (reduce !== null && reduce !== 'add' && reduce !== 'multiply') throw new TorchError(`reduce argument must be either add or multiply.`, { operator: 'scatter' });
      const given = src ?? value;
      if (given === null) throw new TorchError('scatter() missing 1 required positional arguments: "src"', { operator: 'scatter' });
      return [[x, index, given], { dim, how: reduce === null ? 'put' : reduce === 'add' ? 'add' : 'mul' }];
    },
    meta: ([x, index, src], { dim }) => scatterMeta(x as Tensor, index as Tensor, src as Operand, dim),
    ...fromWrite((x, [, index, src], { dim, how }: Along & { how: Combine }) => {
      const { d, idx } = along('scatter', x, index as Tensor, dim);
      scatterInto(x, d, idx, valueTensor(x, src as Operand), how, !(src instanceof Tensor));
    }),
    saves: { x: [1] },
    grad(g, { x: [, index], attrs: { dim, how }, inputs: [, , src], need }) {
      if (how !== 'put') throw new TorchError('derivative for aten::scatter with reduce is not implemented. Use scatterReduce(dim, index, src, \'sum\' or \'prod\') instead.', { operator: 'scatter' });
      return [g.scatter(dim, index, 0), null, need[2] ? padTo(g.gather(dim, index), src!.shape) : null];
    },
  }),
  scatterAdd: kernel<Along>({
    schema: `scatterAdd(${indexSchema}, Tensor src)`,
    meta: ([x, index, src], { dim }) => scatterMeta(x as Tensor, index as Tensor, src as Operand, dim),
    ...fromWrite((x, [, index, src], { dim }: Along) => { const { d, idx } = along('scatter', x, index as Tensor, dim); scatterInto(x, d, idx, src as Tensor, 'add'); }),
    saves: { x: [1] },
    grad: (g, { x: [, index], attrs: { dim }, inputs: [, , src], need }) => [g, null, need[2] ? padTo(g.gather(dim, index), src!.shape) : null],
  }),
  scatterReduce: kernel<Reducing>({
    schema: `scatterReduce(${indexSchema}, Tensor src, str reduce, *, bool include_self=True)`,
    meta([x, index, src], { dim, reduce }) {
      if (!Object.hasOwn(reductions, reduce)) throw new TorchError('reduce argument must be either sum, prod, mean, amax or amin.', { operator: 'scatterReduce' });
      return scatterMeta(x as Tensor, index as Tensor, src as Operand, dim);
    },
    ...fromWrite(reduceWrite),
    saves: (_, { reduce }) => (reduce === 'sum' ? { x: [1] } : { x: [0, 1, 2], y: [0] }),
    grad(g, context) {
      const [own, , other] = reduceGrad(g, context.attrs.reduce === 'sum' ? context : { ...context, x: [context.x[0], context.x[1], cutTo(context.x[2], context.x[1].shape)] });
      return [own, null, padTo(other!, context.inputs[2]!.shape)];
    },
  }),
  take: kernel<unknown>({
    schema: 'take(Tensor input, Tensor index)',
    meta: ([x, index]) => ({ shape: (index as Tensor).shape, dtype: (x as Tensor).dtype }),
    cpu([out], [input, index]) {
      const x = input as Tensor, idx = flatPositions('take', x, index as Tensor);
      if (idx.count) kernels[`take_flat_${dtypeInfo(x.dtype).bytes}`](dense(x).ptr, idx.ptr, out.ptr, idx.count);
    },
    saves: { x: [1] },
    grad: (g, { x: [, index], inputs: [x] }) => [zerosOf(g, x!.shape).put_(index, g, true)],
  }),
  takeAlongDim: composite({
    schema: 'takeAlongDim(Tensor input, Tensor indices, int? dim=None)',
    compose(x: Tensor, indices: Tensor, dim: number | null) {
      if (indices.dtype !== 'int64') throw new TorchError(`torch.take_along_dim(): dtype of indices should be Long but got ${scalarTypeName[indices.dtype]}`, { operator: 'takeAlongDim', dtypes: [indices.dtype] });
      const counted = (size: number): Tensor => indices.add(indices.lt(0).to('int64').mul(size)); // negative ones from the end
      if (dim === null) return x.reshape([-1]).gather(0, counted(x.count).reshape([-1]));
      if (x.ndim !== indices.ndim) throw new TorchError(`torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${x.ndim} dimensions for input, and ${indices.ndim} dimensions for indices`, { operator: 'takeAlongDim', shapes: [x.shape, indices.shape] });
      const d = wrapDim(dim, x.ndim), shape = broadcastShapes(x.shape.with(d, 1), indices.shape.with(d, 1), 'takeAlongDim');
      return x.expand([...shape.with(d, x.shape[d])]).gather(d, counted(x.shape[d]).expand([...shape.with(d, indices.shape[d])]));
    },
  }),
  put: kernel<{ accumulate: boolean }>({
    schema: 'put(Tensor input, Tensor index, Tensor source, bool accumulate=False)',
    meta(inputs) {
      const [x, index, source] = inputs as Tensor[];
      if (x.dtype !== source.dtype) throw new TorchError(`put_(): self and source expected to have the same dtype, but got self.dtype = ${scalarTypeName[x.dtype]} and source.dtype = ${scalarTypeName[source.dtype]}`, { operator: 'put', dtypes: [x.dtype, source.dtype] });
      if (source.count !== index.count) throw new TorchError(`put_(): Expected source and index to have the same number of elements, but got source.numel() = ${source.count}, index.numel() = ${index.count}`, { operator: 'put', shapes: [index.shape, source.shape] });
      return same(inputs);
    },
    ...fromWrite((x, [, index, source], { accumulate }: { accumulate: boolean }) => {
      const r = { outer: 1, size: x.count, inner: 1 }, idx = flatPositions('put_', x, index as Tensor);
      if (accumulate) addRows(x, r, idx, source as Tensor); else putRows(x, r, idx, source as Tensor);
    }),
    saves: { x: [1] },
    grad: (g, { x: [, index], attrs: { accumulate }, inputs: [, , source] }) => [accumulate ? g : g.put(index, g.newZeros([...source!.shape])), null, g.take(index).reshape([...source!.shape])],
  }),
};

/** The part of `src` that an index of `shape` reads. */
const cutTo = (src: Tensor, shape: Shape): Tensor => shape.reduce((t, n, d) => (t.shape[d] === n ? t : t.narrow(d, 0, n)), src);
/** Zeros after `g` up to `shape`: what of the source no index read gets no gradient. */
function padTo(g: Tensor, shape: Shape): Tensor {
  if (sameShape(g.shape, shape) || numelOf(g.shape) === numelOf(shape)) return g.reshape([...shape]);
  const whole = g.newZeros([...shape]);
  cutTo(whole, g.shape).copy_(g);
  return whole;
}
