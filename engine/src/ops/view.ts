import { copyInto } from '../cpu/copy.ts';
import { TorchError } from '../errors.ts';
import { dtypeInfo } from '../tensor/dtype.ts';
import { inferShape, numelOf, showShape, viewStrides, wrapDim, wrapDims } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { composite, kernel, view, type Table } from './operator.ts';
import type { Dims, SizeArgs } from './signatures.ts';

/** Other shapes and orders of the same elements. All but `clone`, `contiguous` and (where it must) `reshape` share memory with the input. */
export interface ViewOps {
  /** The same elements under another shape; one size may be -1. Throws where that would take a copy. */
  view(...shape: SizeArgs): Tensor;
  /** Like `view`, and copies where it must. */
  reshape(...shape: SizeArgs): Tensor;
  /** Swaps two dimensions. */
  transpose(dim0: number, dim1: number): Tensor;
  /** Reorders all dimensions. */
  permute(...dims: SizeArgs): Tensor;
  /** Transposes a matrix; a tensor of fewer dimensions is returned as it is. */
  t(): Tensor;
  /** Drops dimensions of size 1: all, or those given. */
  squeeze(dim?: Dims | { dim?: Dims }): Tensor;
  /** Adds a dimension of size 1 at `dim`. */
  unsqueeze(dim: number): Tensor;
  /** Repeats dimensions of size 1 without copying; -1 keeps a size. */
  expand(...size: SizeArgs): Tensor;
  /** The slice at `index` along `dim`, without that dimension. */
  select(dim: number, index: number): Tensor;
  /** `length` elements from `start` along `dim`. */
  narrow(dim: number, start: number, length: number): Tensor;
  /** Elements `start:end:step` along `dim`, with Python's rules for bounds; the step is positive. */
  slice(dim?: number, start?: number | null, end?: number | null, step?: number): Tensor;
  /** A view with the given sizes, strides and offset (all in elements of the storage). */
  asStrided(size: readonly number[], stride: readonly number[], storageOffset?: number): Tensor;
  /** The same values outside the graph, sharing memory. */
  detach(): Tensor;
  /** A copy, through which gradients flow. */
  clone(): Tensor;
  /** The tensor itself where it lies contiguously in memory, otherwise a copy that does. */
  contiguous(): Tensor;
}

const order = (x: Tensor, dims: readonly number[]): { shape: number[]; strides: number[]; offset: number } => ({ shape: dims.map((d) => x.shape[d]), strides: dims.map((d) => x.strides[d]), offset: x.offset });
const keep = (x: Tensor, dims: readonly number[]): { shape: number[]; strides: number[]; offset: number } => order(x, dims);

/** Python's slice bounds for a size. */
export function sliceBounds(size: number, start: number | null, end: number | null, step: number): { start: number; length: number } {
  if (step <= 0) throw new TorchError('slice step must be positive', { operator: 'slice' });
  const clip = (v: number): number => Math.min(Math.max(v < 0 ? v + size : v, 0), size);
  const from = clip(start ?? 0), to = clip(end ?? size);
  return { start: from, length: Math.max(0, Math.ceil((to - from) / step)) };
}

export const views: Table<ViewOps> = {
  view: view<{ size: number[] }>({
    schema: 'view(Tensor input, size size)',
    view(x, { size }) {
      const shape = inferShape(size, x.count), strides = viewStrides(x.shape, x.strides, shape);
      if (!strides) throw new TorchError('view size is not compatible with input tensor\'s size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.', { operator: 'view', shapes: [x.shape, shape] });
      return { shape, strides, offset: x.offset };
    },
    grad: (g, { inputs: [x] }) => [g.reshape([...x!.shape])],
  }),
  reshape: composite({
    schema: 'reshape(Tensor input, size shape)',
    compose(x: Tensor, size: number[]) {
      const shape = inferShape(size, x.count);
      return viewStrides(x.shape, x.strides, shape) ? x.view(shape) : x.contiguous().view(shape);
    },
  }),
  transpose: view<{ dim0: number; dim1: number }>({
    schema: 'transpose(Tensor input, int dim0, int dim1)',
    view(x, { dim0, dim1 }) {
      const a = wrapDim(dim0, x.ndim), b = wrapDim(dim1, x.ndim), dims = x.shape.map((_, i) => (i === a ? b : i === b ? a : i));
      return order(x, dims);
    },
    grad: (g, { attrs }) => [g.transpose(attrs.dim0, attrs.dim1)],
  }),
  permute: view<{ dims: number[] }>({
    schema: 'permute(Tensor input, size dims)',
    view(x, { dims }) {
      if (dims.length !== x.ndim) throw new TorchError(`permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${x.ndim} is not equal to len(dims) = ${dims.length}`, { operator: 'permute', shapes: [x.shape] });
      return order(x, wrapDims(dims, x.ndim, false));
    },
    grad(g, { attrs: { dims } }) {
      const back = new Array<number>(dims.length);
      dims.forEach((d, i) => { back[wrapDim(d, dims.length)] = i; });
      return [g.permute(back)];
    },
  }),
  t: composite({
    schema: 't(Tensor input)',
    compose(x: Tensor) {
      if (x.ndim > 2) throw new TorchError(`t() expects a tensor with <= 2 dimensions, but self is ${x.ndim}D`, { operator: 't', shapes: [x.shape] });
      return x.ndim < 2 ? x : x.transpose(0, 1);
    },
  }),
  squeeze: view<{ dim: number[] | null }>({
    schema: 'squeeze(Tensor input, int[]? dim=None)',
    view(x, { dim }) {
      const drop = dim === null ? null : wrapDims(dim, x.ndim, false);
      return keep(x, x.shape.map((_, i) => i).filter((i) => x.shape[i] !== 1 || (drop !== null && !drop.includes(i))));
    },
    grad: (g, { inputs: [x] }) => [g.reshape([...x!.shape])],
  }),
  unsqueeze: view<{ dim: number }>({
    schema: 'unsqueeze(Tensor input, int dim)',
    view(x, { dim }) {
      const d = wrapDim(dim, x.ndim + 1), step = d < x.ndim ? x.shape[d] * x.strides[d] : 1;
      return { shape: x.shape.toSpliced(d, 0, 1), strides: x.strides.toSpliced(d, 0, step), offset: x.offset };
    },
    grad: (g, { attrs }) => [g.squeeze(attrs.dim)],
  }),
  expand: view<{ size: number[] }>({
    schema: 'expand(Tensor input, size size)',
    view(x, { size }) {
      const lead = size.length - x.ndim;
      if (lead < 0) throw new TorchError(`expand(torch.FloatTensor{${showShape(x.shape)}}, size=${showShape(size)}): the number of sizes provided (${size.length}) must be greater or equal to the number of dimensions in the tensor (${x.ndim})`, { operator: 'expand', shapes: [x.shape, size] });
      const shape = size.map((s, i) => {
        const have = i < lead ? undefined : x.shape[i - lead];
        if (s === -1) { if (have === undefined) throw new TorchError(`The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension ${i}`, { operator: 'expand' }); return have; }
        if (have !== undefined && have !== 1 && have !== s) throw new TorchError(`The expanded size of the tensor (${s}) must match the existing size (${have}) at non-singleton dimension ${i}.  Target sizes: ${showShape(size)}.  Tensor sizes: ${showShape(x.shape)}`, { operator: 'expand', shapes: [x.shape, size] });
        return s;
      });
      return { shape, strides: shape.map((s, i) => (i < lead || (x.shape[i - lead] === 1 && s !== 1) ? 0 : x.strides[i - lead])), offset: x.offset };
    },
    grad: (g, { inputs: [x] }) => [g.sumToSize([...x!.shape])],
  }),
  select: view<{ dim: number; index: number }>({
    schema: 'select(Tensor input, int dim, int index)',
    view(x, { dim, index }) {
      if (x.ndim === 0) throw new TorchError('select() cannot be applied to a 0-dim tensor.', { operator: 'select' });
      const d = wrapDim(dim, x.ndim), n = x.shape[d];
      if (index < -n || index >= n) throw new TorchError(`index ${index} is out of bounds for dimension ${d} with size ${n}`, { operator: 'select', shapes: [x.shape] });
      return { shape: x.shape.toSpliced(d, 1), strides: x.strides.toSpliced(d, 1), offset: x.offset + (index < 0 ? index + n : index) * x.strides[d] };
    },
    grad(g, { attrs, inputs: [x] }) {
      const out = g.newZeros([...x!.shape]);
      out.select(attrs.dim, attrs.index).copy_(g);
      return [out];
    },
  }),
  narrow: composite({
    schema: 'narrow(Tensor input, int dim, int start, int length)',
    compose(x: Tensor, dim: number, start: number, length: number) {
      if (x.ndim === 0) throw new TorchError('narrow() cannot be applied to a 0-dim tensor.', { operator: 'narrow' });
      const d = wrapDim(dim, x.ndim), n = x.shape[d];
      if (length < 0) throw new TorchError('narrow(): length must be non-negative.', { operator: 'narrow' });
      if (start < -n || start > n) throw new TorchError(`start out of range (expected to be in range of [${-n}, ${n}], but got ${start})`, { operator: 'narrow' });
      const from = start < 0 ? start + n : start;
      if (from + length > n) throw new TorchError(`start (${from}) + length (${length}) exceeds dimension size (${n}).`, { operator: 'narrow', shapes: [x.shape] });
      return x.slice(d, from, from + length, 1);
    },
  }),
  slice: view<{ dim: number; start: number | null; end: number | null; step: number }>({
    schema: 'slice(Tensor input, int dim=0, int? start=None, int? end=None, int step=1)',
    view(x, { dim, start, end, step }) {
      if (x.ndim === 0) throw new TorchError('slice() cannot be applied to a 0-dim tensor.', { operator: 'slice' });
      const d = wrapDim(dim, x.ndim), b = sliceBounds(x.shape[d], start, end, step);
      return { shape: x.shape.with(d, b.length), strides: x.strides.with(d, x.strides[d] * step), offset: x.offset + b.start * x.strides[d] };
    },
    grad(g, { attrs: { dim, start, end, step }, inputs: [x] }) {
      const out = g.newZeros([...x!.shape]);
      out.slice(dim, start, end, step).copy_(g);
      return [out];
    },
  }),
  asStrided: view<{ size: number[]; stride: number[]; storageOffset: number | null }>({
    schema: 'asStrided(Tensor input, int[] size, int[] stride, int? storage_offset=None)',
    view(x, { size, stride, storageOffset }) {
      if (size.length !== stride.length) throw new TorchError(`mismatch in length of strides and shape`, { operator: 'asStrided' });
      if (stride.some((s) => s < 0)) throw new TorchError(`as_strided: Negative strides are not supported at the moment, got strides: ${showShape(stride)}`, { operator: 'asStrided' });
      const offset = storageOffset ?? x.offset, last = size.reduce((e, n, i) => e + (n - 1) * stride[i], offset);
      if (numelOf(size) > 0 && (last + 1) * dtypeInfo(x.dtype).bytes > x.storage.nbytes) throw new TorchError(`setStorage: sizes ${showShape(size)}, strides ${showShape(stride)}, storage offset ${offset}, and itemsize ${dtypeInfo(x.dtype).bytes} requiring a storage size of ${(last + 1) * dtypeInfo(x.dtype).bytes} are out of bounds for storage of size ${x.storage.nbytes}`, { operator: 'asStrided' });
      return { shape: size, strides: stride, offset };
    },
    prepare: (x: Tensor, size: number[], stride: number[], storageOffset: number | null) => [[x], { size, stride, storageOffset: storageOffset ?? x.offset, from: { strides: x.strides, offset: x.offset } }],
    grad: (g, { attrs, inputs: [x] }) => {
      const { size, stride, storageOffset, from } = attrs as unknown as { size: number[]; stride: number[]; storageOffset: number; from: { strides: readonly number[]; offset: number } };
      // Positions in the storage, as far as either layout reaches; elements that the view shows twice add up.
      const at = (shape: readonly number[], strides: readonly number[], offset: number): Tensor => shape.reduce<Tensor>((p, n, i) => p.unsqueeze(-1).add(g.newZeros([n], { dtype: 'int64' }).add(1).cumsum(0).sub(1).mul(strides[i])), g.newZeros([], { dtype: 'int64' }).add(offset));
      const there = at(size, stride, storageOffset).reshape(-1), here = at(x!.shape, from.strides, from.offset).reshape(-1);
      const extent = Math.max(0, ...[there, here].filter((p) => p.count).map((p) => p.max().item() as number)) + 1;
      return [g.newZeros([extent]).indexAdd(0, there, g.reshape(-1)).indexSelect(0, here).reshape([...x!.shape])];
    },
  }),
  detach: composite({ schema: 'detach(Tensor input)', compose: (x: Tensor) => new Tensor(x.storage, x.dtype, x, x.device) }),
  clone: kernel({
    schema: 'clone(Tensor input)',
    meta: ([x]) => x as Tensor,
    cpu([out], [x]) { copyInto(out, x as Tensor); },
    grad: (g) => [g],
  }),
  contiguous: composite({ schema: 'contiguous(Tensor input)', compose: (x: Tensor) => (x.dense ? x : x.clone()) }),
};
