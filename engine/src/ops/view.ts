import type { TensorMeta } from '../autograd/graph.ts';
import { copyInto } from '../cpu/copy.ts';
import { TorchError } from '../errors.ts';
import { dtypeInfo, scalarTypeName } from '../tensor/dtype.ts';
import { inferShape, numelOf, showShape, viewStrides, wrapDim, wrapDims, type Layout, type Shape } from '../tensor/layout.ts';
import { assignData, Tensor } from '../tensor/tensor.ts';
import { realDim } from './convert.ts';
import { cat, stack } from './join.ts';
import { checkWritable, composite, invoke, kernel, ready, view, type Table } from './operator.ts';
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
  /** The diagonal of each matrix in `dim1` and `dim2`, as the last dimension; `offset` above 0 is right of the main one. */
  diagonal(offset?: number | { offset?: number; dim1?: number; dim2?: number }, dim1?: number, dim2?: number): Tensor;
  /** All windows of `size` elements along `dimension`, `step` apart; the window is a new last dimension. */
  unfold(dimension: number, size: number, step: number): Tensor;
  /** The slices along `dim`, without that dimension. */
  unbind(dim?: number | { dim?: number }): Tensor[];
  /** Pieces of `splitSize` along `dim` (the last may be smaller), or of the sizes listed. */
  split(splitSize: Dims, dim?: number | { dim?: number }): Tensor[];
  /** Pieces of the sizes listed, which must add up to the size of `dim`. */
  splitWithSizes(splitSizes: readonly number[], dim?: number | { dim?: number }): Tensor[];
  /** A view with the given sizes, strides and offset (all in elements of the storage). */
  asStrided(size: readonly number[], stride: readonly number[], storageOffset?: number): Tensor;
  /** The same values outside the graph, sharing memory. */
  detach(): Tensor;
  /** A copy, through which gradients flow. */
  clone(): Tensor;
  /** The tensor itself where it lies contiguously in memory, otherwise a copy that does. */
  contiguous(): Tensor;
}

const order = (x: Tensor, dims: readonly number[]): Layout => ({ shape: dims.map((d) => x.shape[d]), strides: dims.map((d) => x.strides[d]), offset: x.offset });

/** Zeros like `x` with `g` written into a view of them: the gradient of taking that view. */
function into(g: Tensor, x: TensorMeta, part: (whole: Tensor) => Tensor): Tensor[] {
  const whole = g.newZeros([...x.shape]);
  part(whole).copy_(g);
  return [whole];
}
const noDims = (operator: string): TorchError => new TorchError(`${operator}() cannot be applied to a 0-dim tensor.`, { operator });

/** Python's slice bounds for a size. */
export function sliceBounds(size: number, start: number | null, end: number | null, step: number): { start: number; length: number } {
  if (step <= 0) throw new TorchError('slice step must be positive', { operator: 'slice' });
  const clip = (v: number): number => Math.min(Math.max(v < 0 ? v + size : v, 0), size);
  const from = clip(start ?? 0), to = clip(end ?? size);
  return { start: from, length: Math.max(0, Math.ceil((to - from) / step)) };
}

/** The diagonal of the matrices in two dimensions as the last dimension. */
export function diagonalLayout(x: Tensor, offset: number, dim1: number, dim2: number): Layout {
  const a = wrapDim(dim1, x.ndim), b = wrapDim(dim2, x.ndim);
  if (a === b) throw new TorchError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`, { operator: 'diagonal' });
  const n = Math.max(0, offset >= 0 ? Math.min(x.shape[a], x.shape[b] - offset) : Math.min(x.shape[a] + offset, x.shape[b]));
  const from = n === 0 ? 0 : offset >= 0 ? offset * x.strides[b] : -offset * x.strides[a], rest = x.shape.map((_, i) => i).filter((i) => i !== a && i !== b);
  return { shape: [...rest.map((i) => x.shape[i]), n], strides: [...rest.map((i) => x.strides[i]), x.strides[a] + x.strides[b]], offset: x.offset + from };
}
/** A layout of the caller's choosing, checked against the storage of `x`. */
export function stridedLayout(x: Tensor, size: number[], stride: number[], offset: number): Layout {
  const { bytes } = dtypeInfo(x.dtype), fail = (message: string): TorchError => new TorchError(message, { operator: 'asStrided', shapes: [x.shape, size] });
  if (size.length !== stride.length) throw fail('mismatch in length of strides and shape');
  if (stride.some((s) => s < 0)) throw fail(`as_strided: Negative strides are not supported at the moment, got strides: ${showShape(stride)}`);
  if (size.some((n) => n < 0)) throw fail(`Trying to create tensor with negative dimension ${size.find((n) => n < 0)!}: ${showShape(size)}`);
  if (offset < 0) throw fail(`Tensor: invalid storage offset ${offset}`);
  const end = (size.reduce((e, n, i) => e + (n - 1) * stride[i], offset) + 1) * bytes;
  if (numelOf(size) > 0 && end > x.storage.nbytes) throw fail(`setStorage: sizes ${showShape(size)}, strides ${showShape(stride)}, storage offset ${offset}, and itemsize ${bytes} requiring a storage size of ${end} are out of bounds for storage of size ${x.storage.nbytes}`);
  return { shape: size, strides: stride, offset };
}
/** Layouts of consecutive pieces along a dimension. */
function pieces(x: Tensor, sizes: readonly number[], d: number): Layout[] {
  let at = 0;
  return sizes.map((n) => { const l = { shape: x.shape.with(d, n), strides: x.strides, offset: x.offset + at * x.strides[d] }; at += n; return l; });
}
/** The pieces' gradients put together again; a piece that got none has zeros. */
function joined(gs: readonly (Tensor | null)[], sizes: readonly number[], d: number, x: TensorMeta): Tensor[] {
  const some = gs.find((g) => g !== null)!;
  return [cat(gs.map((g, i) => g ?? some.newZeros(x.shape.with(d, sizes[i]))), d)];
}
/** The place in the storage of each element, in row-major order. */
const places = (shape: Shape, strides: readonly number[], offset: number): number[] => shape.reduce((list, n, d) => list.flatMap((p) => Array.from({ length: n }, (_, i) => p + i * strides[d])), [offset]);
const evenSizes = (n: number, size: number): number[] => (size === 0 ? [0] : Array.from({ length: Math.max(1, Math.ceil(n / size)) }, (_, i) => Math.min(size, n - i * size)));

/** `split` by one size. */
const splitEvenly = ready('split', view<{ splitSize: number; dim: number }>({
  schema: 'split(Tensor input, int split_size, int dim)',
  view(x, { splitSize, dim }) {
    if (x.ndim === 0) throw new TorchError('split expects at least a 1-dimensional tensor', { operator: 'split' });
    const d = wrapDim(dim, x.ndim), n = x.shape[d];
    if (splitSize < 0) throw new TorchError(`split expects split_size be non-negative, but got split_size=${splitSize}`, { operator: 'split' });
    if (splitSize === 0 && n > 0) throw new TorchError(`split_size can only be 0 if dimension size is 0, but got dimension size of ${n}`, { operator: 'split', shapes: [x.shape] });
    return pieces(x, evenSizes(n, splitSize), d);
  },
  grad: (_, { attrs: { splitSize, dim }, inputs: [x] }, gs) => { const d = wrapDim(dim, x!.shape.length); return joined(gs, evenSizes(x!.shape[d], splitSize), d, x!); },
}));

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
      const real = dims.map((d) => wrapDim(d, x.ndim));
      if (new Set(real).size < real.length) throw new TorchError('permute(): duplicate dims are not allowed.', { operator: 'permute' });
      return order(x, real);
    },
    grad(g, { attrs: { dims } }) {
      const back = new Array<number>(dims.length);
      dims.forEach((d, i) => { back[wrapDim(d, dims.length)] = i; });
      return [g.permute(back)];
    },
  }),
  t: view<unknown>({
    schema: 't(Tensor input)',
    view(x) {
      if (x.ndim > 2) throw new TorchError(`t() expects a tensor with <= 2 dimensions, but self is ${x.ndim}D`, { operator: 't', shapes: [x.shape] });
      return order(x, x.ndim < 2 ? x.shape.map((_, i) => i) : [1, 0]);
    },
    grad: (g) => [g.t()],
  }),
  squeeze: view<{ dim: number[] | null }>({
    schema: 'squeeze(Tensor input, int[]? dim=None)',
    view(x, { dim }) {
      const drop = dim === null ? null : wrapDims(dim, x.ndim, false);
      return order(x, x.shape.map((_, i) => i).filter((i) => x.shape[i] !== 1 || (drop !== null && !drop.includes(i))));
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
      if (lead < 0) throw new TorchError(`expand(torch.${scalarTypeName[x.dtype]}Tensor{${showShape(x.shape)}}, size=${showShape(size)}): the number of sizes provided (${size.length}) must be greater or equal to the number of dimensions in the tensor (${x.ndim})`, { operator: 'expand', shapes: [x.shape, size] });
      const shape = size.map((s, i) => {
        const have = i < lead ? undefined : x.shape[i - lead];
        if (s === -1) { if (have === undefined) throw new TorchError(`The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension ${i}`, { operator: 'expand' }); return have; }
        if (s < 0) throw new TorchError(`The expanded size of the tensor (${s}) isn't allowed`, { operator: 'expand' });
        if (have !== undefined && have !== 1 && have !== s) throw new TorchError(`The expanded size of the tensor (${s}) must match the existing size (${have}) at non-singleton dimension ${i}.  Target sizes: ${showShape(size)}.  Tensor sizes: ${showShape(x.shape)}`, { operator: 'expand', shapes: [x.shape, size] });
        return s;
      });
      const strides = new Array<number>(shape.length);
      for (let i = shape.length - 1; i >= 0; i--) {
        const have = i < lead ? 1 : x.shape[i - lead];
        strides[i] = have !== shape[i] ? 0 : i >= lead ? x.strides[i - lead] : i + 1 < shape.length ? shape[i + 1] * strides[i + 1] : 1;
      }
      return { shape, strides, offset: x.offset };
    },
    grad: (g, { inputs: [x] }) => [g.sumToSize([...x!.shape])],
  }),
  select: view<{ dim: number; index: number }>({
    schema: 'select(Tensor input, int dim, int index)',
    view(x, { dim, index }) {
      if (x.ndim === 0) throw noDims('select');
      const d = wrapDim(dim, x.ndim), n = x.shape[d];
      if (index < -n || index >= n) throw new TorchError(`select(): index ${index} out of range for tensor of size ${showShape(x.shape)} at dimension ${d}`, { operator: 'select', shapes: [x.shape] });
      return { shape: x.shape.toSpliced(d, 1), strides: x.strides.toSpliced(d, 1), offset: x.offset + (index < 0 ? index + n : index) * x.strides[d] };
    },
    grad: (g, { attrs, inputs: [x] }) => into(g, x!, (whole) => whole.select(attrs.dim, attrs.index)),
  }),
  narrow: composite({
    schema: 'narrow(Tensor input, int dim, int start, int length)',
    compose(x: Tensor, dim: number, start: number, length: number) {
      if (x.ndim === 0) throw noDims('narrow');
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
      if (x.ndim === 0) throw noDims('slice');
      const d = wrapDim(dim, x.ndim), b = sliceBounds(x.shape[d], start, end, step);
      return { shape: x.shape.with(d, b.length), strides: x.strides.with(d, x.strides[d] * step), offset: x.offset + b.start * x.strides[d] };
    },
    grad: (g, { attrs: { dim, start, end, step }, inputs: [x] }) => into(g, x!, (whole) => whole.slice(dim, start, end, step)),
  }),
  diagonal: view<{ offset: number; dim1: number; dim2: number }>({
    schema: 'diagonal(Tensor input, int offset=0, int dim1=0, int dim2=1)',
    view: (x, { offset, dim1, dim2 }) => diagonalLayout(x, offset, dim1, dim2),
    grad: (g, { attrs: { offset, dim1, dim2 }, inputs: [x] }) => into(g, x!, (whole) => whole.diagonal(offset, dim1, dim2)),
  }),
  unfold: view<{ dimension: number; size: number; step: number }>({
    schema: 'unfold(Tensor input, int dimension, int size, int step)',
    view(x, { dimension, size, step }) {
      const d = wrapDim(dimension, x.ndim), most = x.ndim ? x.shape[d] : 1;
      if (size < 0) throw new TorchError(`size is ${size} but must be >= 0`, { operator: 'unfold' });
      if (size > most) throw new TorchError(`maximum size for tensor at dimension ${d} is ${most} but size is ${size}`, { operator: 'unfold', shapes: [x.shape] });
      if (step <= 0) throw new TorchError(`step is ${step} but must be > 0`, { operator: 'unfold' });
      if (x.ndim === 0) return { shape: [size], strides: [1], offset: x.offset };
      return { shape: [...x.shape.with(d, Math.floor((most - size) / step) + 1), size], strides: [...x.strides.with(d, x.strides[d] * step), x.strides[d]], offset: x.offset };
    },
    grad(g, { attrs: { dimension, size, step }, inputs: [x] }) {
      if (x!.shape.length === 0) return [g.sum()];
      const d = wrapDim(dimension, x!.shape.length), windows = g.shape[d];
      const positions = g.newTensor(Array.from({ length: windows * size }, (_, i) => Math.floor(i / size) * step + (i % size)), { dtype: 'int64' });
      return [g.newZeros([...x!.shape]).indexAdd(d, positions, g.movedim(-1, d + 1).flatten(d, d + 1))];
    },
  }),
  unbind: view<{ dim: number }>({
    schema: 'unbind(Tensor input, int dim=0)',
    view(x, { dim }) {
      const d = realDim(x, dim);
      return Array.from({ length: x.shape[d] }, (_, i) => ({ shape: x.shape.toSpliced(d, 1), strides: x.strides.toSpliced(d, 1), offset: x.offset + i * x.strides[d] }));
    },
    grad(_, { attrs: { dim }, inputs: [x] }, gs) {
      const some = gs.find((g) => g !== null)!, d = wrapDim(dim, x!.shape.length);
      return [stack(gs.map((g) => g ?? some.newZeros(x!.shape.toSpliced(d, 1))), d)];
    },
  }),
  split: composite({
    schema: 'split(Tensor input, int|int[] split_size, int dim=0)',
    compose: (x: Tensor, size: number | number[], dim: number) => (typeof size === 'number' ? invoke(splitEvenly, [x, size, dim], 0) : x.splitWithSizes(size, dim)),
  }),
  splitWithSizes: view<{ splitSizes: number[]; dim: number }>({
    schema: 'splitWithSizes(Tensor input, int[] split_sizes, int dim=0)',
    view(x, { splitSizes, dim }) {
      if (x.ndim === 0) throw new TorchError('split expects at least a 1-dimensional tensor', { operator: 'split' });
      const d = wrapDim(dim, x.ndim), n = x.shape[d];
      if (splitSizes.some((s) => s < 0)) throw new TorchError(`split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=${showShape(splitSizes)}`, { operator: 'split' });
      if (splitSizes.reduce((a, b) => a + b, 0) !== n) throw new TorchError(`split_with_sizes expects split_sizes to sum exactly to ${n} (input tensor's size at dimension ${d}), but got split_sizes=${showShape(splitSizes)}`, { operator: 'split', shapes: [x.shape] });
      return pieces(x, splitSizes, d);
    },
    grad: (_, { attrs: { splitSizes, dim }, inputs: [x] }, gs) => joined(gs, splitSizes, wrapDim(dim, x!.shape.length), x!),
  }),
  asStrided: view<{ size: number[]; stride: number[]; storageOffset: number | null }>({
    schema: 'asStrided(Tensor input, int[] size, int[] stride, int? storage_offset=None)',
    view(x, { size, stride, storageOffset }) {
      return stridedLayout(x, size, stride, storageOffset ?? x.offset);
    },
    prepare: (x: Tensor, size: number[], stride: number[], storageOffset: number | null) => [[x], { size, stride, storageOffset: storageOffset ?? x.offset, from: { strides: x.strides, offset: x.offset } }],
    grad: (g, { attrs, inputs: [x] }) => {
      const { size, stride, storageOffset, from } = attrs as unknown as { size: number[]; stride: number[]; storageOffset: number; from: { strides: readonly number[]; offset: number } };
      // Through the storage, as far as either layout reaches: elements that the view shows twice add up.
      const there = places(size, stride, storageOffset), here = places(x!.shape, from.strides, from.offset), extent = [...there, ...here].reduce((m, p) => Math.max(m, p + 1), 0);
      const index = (list: number[]): Tensor => g.newTensor(list, { dtype: 'int64' });
      return [g.newZeros([extent]).indexAdd(0, index(there), g.reshape([-1])).indexSelect(0, index(here)).reshape([...x!.shape])];
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

/** The views that also exist in place: they change how the tensor itself looks at its memory. */
export const viewInPlace = ['squeeze', 'swapaxes', 'swapdims', 't', 'transpose', 'unsqueeze'] as const;
/** Gives tensors `transpose_` and the like. */
export function installViewsInPlace(): void {
  for (const name of viewInPlace) {
    Object.defineProperty(Tensor.prototype, `${name}_`, {
      value(this: Tensor, ...args: never[]): Tensor {
        checkWritable(this);
        const seen = (this[name] as (...a: never[]) => Tensor)(...args);
        assignData(this, seen);
        this.producer = seen.producer;
        this.storage.version++;
        if (this.viewOf) this.viewOf.graphVersion = this.storage.version;
        return this;
      },
      writable: true, configurable: true,
    });
  }
}
