import { addRows, outOfBounds, positions, putRows, rowsOf, selectRows } from '../cpu/gather.ts';
import { copyInto, denseAs, spread } from '../cpu/copy.ts';
import { heap } from '../cpu/heap.ts';
import { kernels } from '../cpu/kernels.ts';
import { TorchError } from '../errors.ts';
import { dtypeInfo, scalarTypeName } from '../tensor/dtype.ts';
import { dimsUsed, invalidIndex, parseSlice, type IndexItem } from '../tensor/indexing.ts';
import { broadcastShapes, numelOf, sameShape, showShape, type Shape } from '../tensor/layout.ts';
import { Tensor, type Operand } from '../tensor/tensor.ts';
import { tensor, type TensorData } from './create.ts';
import { composite, invoke, kernel, ready, type Input, type Table } from './operator.ts';
import { typeName } from './schema.ts';
import { stridedLayout } from './view.ts';

type Indices = readonly (Tensor | null)[];

/** Indexing with tensors and masks. */
export interface IndexOps {
  /** `x.at(…)` with index tensors only: one for each dimension from the first, null for a whole dimension. */
  index(indices: Indices): Tensor;
  /** The elements that the indices name replaced by (or with `accumulate` increased by) `values`, which broadcast. */
  indexPut(indices: Indices, values: Tensor, accumulate?: boolean | { accumulate?: boolean }): Tensor;
  /** Elements where `mask` is true, in one dimension; input and mask broadcast. */
  maskedSelect(mask: Tensor): Tensor;
  /** The input with the elements where `mask` is true taken from `source`, in order. */
  maskedScatter(mask: Tensor, source: Tensor): Tensor;
  /** Positions of the elements that are not 0: [n, ndim], or with `asTuple` one vector for each dimension. */
  nonzero(options?: { asTuple?: false }): Tensor;
  nonzero(options: { asTuple: true }): Tensor[];
  /** Positions of the elements that are not 0, [n, ndim]. */
  argwhere(): Tensor;
  /** A copy with `src` in place of the slice at `index` along `dim`. */
  selectScatter(src: Tensor, dim: number, index: number): Tensor;
  /** A copy with `src` in place of `start:end:step` along `dim`. */
  sliceScatter(src: Tensor, dim?: number | { dim?: number; start?: number | null; end?: number | null; step?: number }, start?: number | null, end?: number | null, step?: number): Tensor;
  /** A copy with `src` in place of a diagonal. */
  diagonalScatter(src: Tensor, offset?: number | { offset?: number; dim1?: number; dim2?: number }, dim1?: number, dim2?: number): Tensor;
  /** A copy with `src` in place of what `asStrided` shows. */
  asStridedScatter(src: Tensor, size: readonly number[], stride: readonly number[], storageOffset?: number | null | { storageOffset?: number | null }): Tensor;
}
export const indexInPlace = ['indexPut', 'maskedScatter'] as const;

/** Reading and writing with Python's brackets. */
export interface Brackets {
  /**
   * Python's `x[…]`: `x.at(0, ':', '1:3', '...', null, maskOrIndexTensor, [0, 2])`. A view where there are only
   * integers, slices and new dimensions; a copy where there are index tensors, lists or masks.
   */
  at(...index: IndexItem[]): Tensor;
  /** Python's `x[…] = value`: `x.setAt([0, '1:3'], 5)`. Returns the tensor. */
  setAt(index: readonly IndexItem[] | IndexItem, value: Operand): Tensor;
}

/** Masks replaced by the positions of what is true in them, and every index checked against the tensor. */
function withoutMasks(x: Tensor, indices: Indices): (Tensor | null)[] {
  const out: (Tensor | null)[] = [];
  for (const given of indices) {
    if (given === null) { out.push(null); continue; }
    if (!['int64', 'int32', 'bool', 'uint8'].includes(given.dtype)) throw new TorchError('tensors used as indices must be long, int, byte or bool tensors', { operator: 'index', dtypes: [given.dtype] });
    if (given.device !== x.device && given.device !== 'cpu') throw new TorchError(`indices should be either on cpu or on the same device as the indexed tensor (${x.device})`, { operator: 'index' });
    const index = new Tensor(given.storage, given.dtype, given, x.device);
    if (index.dtype !== 'bool' && index.dtype !== 'uint8') { out.push(index); continue; }
    index.shape.forEach((n, j) => {
      if (n !== x.shape[out.length + j]) throw new TorchError(`The shape of the mask ${showShape(index.shape)} at index ${j} does not match the shape of the indexed tensor ${showShape(x.shape)} at index ${out.length + j}`, { operator: 'index', shapes: [index.shape, x.shape] });
    });
    out.push(...index.nonzero().unbind(1));
  }
  if (out.length > x.ndim) throw new TorchError(`too many indices for tensor of dimension ${x.ndim} (got ${out.length})`, { operator: 'index', shapes: [x.shape] });
  return out;
}

/** Where the indices go: the order of dimensions in which the indexed ones lie side by side, and the shape of the result. */
interface Plan { readonly order: readonly number[]; readonly lead: number; readonly span: number; readonly common: Shape; readonly shape: Shape }
/** `at` gives for each leading dimension the place of its index among the inputs, or null. */
interface At { readonly at: readonly (number | null)[] }

function plan(x: Tensor, inputs: readonly Input[], { at }: At): Plan {
  const dims = at.flatMap((p, d) => (p === null ? [] : [d])), shapes = dims.map((d) => (inputs[at[d]!] as Tensor).shape);
  let common: Shape = [];
  try { common = shapes.reduce<Shape>((a, b) => broadcastShapes(a, b), []); } catch {
    throw new TorchError(`shape mismatch: indexing tensors could not be broadcast together with shapes ${shapes.map(showShape).join(', ')}`, { operator: 'index', shapes });
  }
  // Indices side by side leave their result in their place; otherwise it comes first.
  const together = dims.every((d, i) => i === 0 || d === dims[i - 1] + 1), others = x.shape.map((_, d) => d).filter((d) => !dims.includes(d));
  const order = together ? x.shape.map((_, d) => d) : [...dims, ...others], lead = together ? dims[0] : 0, span = dims.length;
  const sizes = order.map((d) => x.shape[d]);
  return { order, lead, span, common, shape: [...sizes.slice(0, lead), ...common, ...sizes.slice(lead + span)] };
}
const ordered = (x: Tensor, order: readonly number[]): Tensor => new Tensor(x.storage, x.dtype, { shape: order.map((d) => x.shape[d]), strides: order.map((d) => x.strides[d]), offset: x.offset }, x.device);

/** The indices as one: positions in the indexed dimensions seen as a single one. Null where they select nothing: PyTorch doesn't look at them then. */
function linear(x: Tensor, inputs: readonly Input[], { at }: At, { common, shape }: Plan): Tensor | null {
  const dims = at.flatMap((p, d) => (p === null ? [] : [d]));
  if (numelOf(common) && dims.some((d) => x.shape[d] === 0)) throw new TorchError('index is out of bounds for dimension with size 0', { operator: 'index', shapes: [x.shape] });
  if (numelOf(shape) === 0) return null;
  const each = dims.map((d) => positions(spread(denseAs(inputs[at[d]!] as Tensor, 'int64'), common), x.shape[d], true, outOfBounds('index', d, x.shape[d])));
  if (each.length === 1) return each[0];
  const out = Tensor.allocate(common, 'int64', x.device), words = heap.i32;
  const reads = each.map((t) => t.ptr / 4), steps = dims.map((_, i) => numelOf(dims.slice(i + 1).map((d) => x.shape[d]))), to = out.ptr / 4;
  for (let i = 0; i < out.count; i++) {
    let place = 0;
    for (let k = 0; k < reads.length; k++) place += words[reads[k] + 2 * i] * steps[k];
    words[to + 2 * i] = place;
    words[to + 2 * i + 1] = 0;
  }
  return out;
}

/** Inputs after `fixed` others, and where each belongs. */
function arrange(x: Tensor, indices: unknown, fixed: readonly Input[]): [Input[], At] {
  if (!Array.isArray(indices) || indices.some((i) => i !== null && !(i instanceof Tensor))) throw new TorchError(`index(): argument 'indices' must be a list of Tensors, not ${typeName(indices)}`, { operator: 'index' });
  const inputs = [...fixed], list = withoutMasks(x, indices as Indices);
  return [inputs, { at: list.map((t) => (t === null ? null : inputs.push(t) - 1)) }];
}
const listOf = (x: readonly Tensor[], { at }: At): (Tensor | null)[] => at.map((p) => (p === null ? null : x[p]));
const savedIndices = (_: readonly boolean[], { at }: At): { x: number[] } => ({ x: at.filter((p) => p !== null) });

function maskOf(operator: string, mask: Tensor): void {
  if (mask.dtype !== 'bool') throw new TorchError(operator === 'maskedSelect' ? 'masked_select: expected BoolTensor for mask' : `masked_scatter_ only supports boolean masks, but got mask with dtype ${scalarTypeName[mask.dtype]}`, { operator, dtypes: [mask.dtype] });
}
const trueIn = (mask: Tensor, shape: Shape): { full: Tensor; count: number } => { const full = spread(mask, shape); return { full, count: kernels.mask_count(full.ptr, full.count) }; };

interface Strided { size: number[]; stride: number[]; storageOffset: number | null }
function sameSize(src: Shape, slice: Shape, operator: string): void {
  if (!sameShape(slice, src)) throw new TorchError(`expected src to have a size equal to the slice of self. src size = ${showShape(src)}, slice size = ${showShape(slice)}`, { operator, shapes: [src, slice] });
}
function writePart(name: string, x: Tensor, src: Tensor, part: (whole: Tensor) => Tensor): Tensor {
  const whole = x.clone(), target = part(whole);
  sameSize(src.shape, target.shape, name);
  target.copy_(src);
  return whole;
}

export const indexing: Table<IndexOps> = {
  index: kernel<At>({
    schema: 'index(Tensor input, any indices)',
    prepare: (x: Tensor, indices: unknown) => arrange(x, indices, [x]),
    meta: (inputs, attrs) => ({ shape: plan(inputs[0] as Tensor, inputs, attrs).shape, dtype: (inputs[0] as Tensor).dtype }),
    cpu([out], inputs, attrs) {
      const x = inputs[0] as Tensor, p = plan(x, inputs, attrs), idx = linear(x, inputs, attrs, p), from = ordered(x, p.order);
      if (idx) selectRows(out, from, rowsOf(from.shape, p.lead, p.span), idx);
    },
    saves: savedIndices,
    grad: (g, { x, attrs, inputs: [input] }) => [g.newZeros([...input!.shape]).indexPut_(listOf(x, attrs), g, true)],
  }),
  indexPut: kernel<At & { accumulate: boolean }>({
    schema: 'indexPut(Tensor input, any indices, Tensor values, bool accumulate=False)',
    prepare(x: Tensor, indices: unknown, values: Tensor, accumulate: boolean) {
      const [inputs, attrs] = arrange(x, indices, [x, values]);
      return [inputs, { ...attrs, accumulate }];
    },
    meta(inputs, attrs) {
      const [x, values] = inputs as Tensor[], { shape } = plan(x, inputs, attrs);
      if (x.dtype !== values.dtype) throw new TorchError(`Index put requires the source and destination dtypes match, got ${scalarTypeName[x.dtype]} for the destination and ${scalarTypeName[values.dtype]} for the source.`, { operator: 'indexPut', dtypes: [x.dtype, values.dtype] });
      if (!fitsInto(values.shape, shape)) throw new TorchError(`shape mismatch: value tensor of shape ${showShape(values.shape)} cannot be broadcast to indexing result of shape ${showShape(shape)}`, { operator: 'indexPut', shapes: [values.shape, shape] });
      return { shape: x.shape, dtype: x.dtype };
    },
    cpu([out], inputs, attrs) { copyInto(out, inputs[0] as Tensor); putAt(out, inputs, attrs); },
    write: putAt,
    saves: savedIndices,
    grad(g, { x, attrs, need }) {
      const list = listOf(x, attrs);
      return [attrs.accumulate ? g : g.indexPut(list, g.newZeros([])), need[1] ? g.index(list) : null];
    },
  }),
  maskedSelect: kernel<unknown>({
    schema: 'maskedSelect(Tensor input, Tensor mask)',
    meta([input, mask]) {
      const x = input as Tensor, m = mask as Tensor;
      maskOf('maskedSelect', m);
      return { shape: [trueIn(m, broadcastShapes(x.shape, m.shape, 'maskedSelect')).count], dtype: x.dtype };
    },
    cpu([out], [input, mask]) {
      const x = input as Tensor, shape = broadcastShapes(x.shape, (mask as Tensor).shape), { full } = trueIn(mask as Tensor, shape), from = spread(x, shape);
      kernels[`masked_select_${dtypeInfo(x.dtype).bytes}`](from.ptr, full.ptr, out.ptr, full.count);
    },
    saves: { x: [1] },
    grad: (g, { x: [, mask], inputs: [x] }) => [g.newZeros([...broadcastShapes(x!.shape, mask.shape)]).maskedScatter(mask, g)],
  }),
  maskedScatter: kernel<unknown>({
    schema: 'maskedScatter(Tensor input, Tensor mask, Tensor source)',
    meta(inputs) {
      const [x, mask, source] = inputs as Tensor[], shape = broadcastShapes(x.shape, mask.shape, 'maskedScatter');
      maskOf('maskedScatter', mask);
      if (x.dtype !== source.dtype) throw new TorchError(`masked_scatter: expected self and source to have same dtypes but got${scalarTypeName[x.dtype]} and ${scalarTypeName[source.dtype]}`, { operator: 'maskedScatter', dtypes: [x.dtype, source.dtype] });
      if (trueIn(mask, shape).count > source.count) throw new TorchError('Number of elements of source < number of ones in mask', { operator: 'maskedScatter', shapes: [mask.shape, source.shape] });
      return { shape, dtype: x.dtype };
    },
    cpu([out], inputs) {
      const [x, mask, source] = inputs as Tensor[], { full } = trueIn(mask, out.shape);
      copyInto(out, x);
      const from = denseAs(source, out.dtype);
      kernels[`masked_scatter_${dtypeInfo(out.dtype).bytes}`](out.ptr, full.ptr, from.ptr, full.count);
    },
    saves: { x: [1] },
    grad(g, { x: [, mask], inputs: [, , source], need }) {
      const own = need[0] ? g.maskedFill(mask, 0) : null;
      if (!need[2]) return [own, null, null];
      const used = g.maskedSelect(mask), rest = g.newZeros([numelOf(source!.shape)]);
      rest.narrow(0, 0, used.count).copy_(used);
      return [own, null, rest.reshape([...source!.shape])];
    },
  }),
  nonzero: composite({
    schema: 'nonzero(Tensor input, *, bool as_tuple=False)',
    compose(x: Tensor, asTuple: boolean) {
      if (!asTuple) return places(x);
      return places(x.ndim ? x.detach() : x.detach().reshape([1])).unbind(1);
    },
  }),
  argwhere: composite({ schema: 'argwhere(Tensor input)', compose: (x: Tensor) => places(x) }),
  selectScatter: composite({ schema: 'selectScatter(Tensor input, Tensor src, int dim, int index)', compose: (x: Tensor, src: Tensor, dim: number, index: number) => writePart('selectScatter', x, src, (w) => w.select(dim, index)) }),
  sliceScatter: composite({
    schema: 'sliceScatter(Tensor input, Tensor src, int dim=0, int? start=None, int? end=None, int step=1)',
    compose: (x: Tensor, src: Tensor, dim: number, start: number | null, end: number | null, step: number) => writePart('sliceScatter', x, src, (w) => w.slice(dim, start, end, step)),
  }),
  diagonalScatter: composite({ schema: 'diagonalScatter(Tensor input, Tensor src, int offset=0, int dim1=0, int dim2=1)', compose: (x: Tensor, src: Tensor, offset: number, dim1: number, dim2: number) => writePart('diagonalScatter', x, src, (w) => w.diagonal(offset, dim1, dim2)) }),
  asStridedScatter: kernel<Strided>({
    schema: 'asStridedScatter(Tensor input, Tensor src, int[] size, int[] stride, int? storage_offset=None)',
    meta(inputs, { size }) {
      const [x, src] = inputs as Tensor[];
      sameSize(src.shape, size, 'asStridedScatter');
      return { shape: x.shape, dtype: x.dtype };
    },
    cpu([out], [x, src], { size, stride, storageOffset }) {
      copyInto(out, x as Tensor);
      copyInto(new Tensor(out.storage, out.dtype, stridedLayout(out, size, stride, storageOffset ?? 0), out.device), src as Tensor);
    },
    // PyTorch's rule gives the input the gradient of the very part that was replaced, and nothing elsewhere; so does this one.
    grad(g, { attrs: { size, stride, storageOffset } }) {
      const show = (t: Tensor): Tensor => t.contiguous().asStrided(size, stride, storageOffset ?? 0), whole = g.newZeros([...g.shape]);
      show(whole).copy_(show(g));
      return [whole, show(g)];
    },
  }),
};

const fitsInto = (shape: Shape, to: Shape): boolean => shape.length <= to.length && shape.every((n, i) => n === 1 || n === to[to.length - shape.length + i]);

function putAt(target: Tensor, inputs: readonly Input[], attrs: At & { accumulate: boolean }): void {
  const values = inputs[1] as Tensor, p = plan(target, inputs, attrs), idx = linear(target, inputs, attrs, p), to = ordered(target, p.order), r = rowsOf(to.shape, p.lead, p.span);
  if (!idx) return;
  if (attrs.accumulate) addRows(to, r, idx, spread(values, p.shape));
  else putRows(to, r, idx, values.count === 1 ? values : spread(values, p.shape));
}

/** Positions of what is not 0, int64 [n, ndim]. */
function places(x: Tensor): Tensor {
  const mask = denseAs(x, 'bool'), n = kernels.mask_count(mask.ptr, mask.count);
  const flat = Tensor.allocate([n], 'int64', x.device), out = Tensor.allocate([n, x.ndim], 'int64', x.device);
  kernels.nonzero(mask.ptr, flat.ptr, mask.count);
  const words = heap.i32, from = flat.ptr / 4, to = out.ptr / 4;
  for (let i = 0; i < n; i++) {
    let place = words[from + 2 * i];
    for (let d = x.ndim - 1; d >= 0; d--) {
      const at = to + 2 * (i * x.ndim + d);
      words[at] = place % x.shape[d];
      words[at + 1] = 0;
      place = Math.floor(place / x.shape[d]);
    }
  }
  return out;
}

/** What basic indexing leaves: a view, and the index tensors for its dimensions. */
function sliced(x: Tensor, items: readonly IndexItem[]): { view: Tensor; indices: (Tensor | null)[] } {
  const used = items.reduce<number>((n, i) => n + dimsUsed(i), 0);
  if (x.ndim === 0 && items.length === 1 && typeof items[0] === 'number') throw new TorchError('invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number', { operator: 'at' });
  if (used > x.ndim) throw new TorchError(`too many indices for tensor of dimension ${x.ndim}`, { operator: 'at', shapes: [x.shape] });
  let view = x, dim = 0;
  const indices: (Tensor | null)[] = [];
  const record = (t: Tensor): void => { while (indices.length < dim) indices.push(null); indices[dim++] = t; };
  const pick = (i: number, place: number): void => {
    const n = view.shape[dim];
    if (i < -n || i >= n) throw new TorchError(`index ${i} is out of bounds for dimension ${place} with size ${n}`, { operator: 'at', shapes: [x.shape] });
    view = view.select(dim, i);
  };
  const truth = (v: boolean): void => { view = view.unsqueeze(dim); record(x.newTensor(v ? [0] : [], { dtype: 'int64' })); };
  items.forEach((item, place) => {
    if (item === null) { view = view.unsqueeze(dim); dim++; return; }
    if (typeof item === 'boolean') { truth(item); return; }
    if (item instanceof Tensor) {
      if (item.ndim > 0 || !['bool', 'uint8', 'int8', 'int16', 'int32', 'int64'].includes(item.dtype)) record(item);
      else if (item.dtype === 'bool' || item.dtype === 'uint8') truth(Boolean(item.item()));
      else pick(item.item() as number, place);
      return;
    }
    if (typeof item === 'bigint' || (typeof item === 'number' && Number.isInteger(item))) { pick(Number(item), place); return; }
    if (item === '...') { dim += x.ndim - used; return; }
    const s = typeof item === 'string' ? parseSlice(item) : null;
    if (s) { if (s.start !== null || s.end !== null || s.step !== 1) view = view.slice(dim, s.start, s.end, s.step); dim++; return; }
    if (!Array.isArray(item)) throw invalidIndex(item);
    record(listIndex(item, x));
  });
  // An index that selects nothing less than everything still gives a view of its own.
  return { view: view === x ? x.view([...x.shape]) : view, indices };
}
/** A list as an index tensor; an empty one selects nothing. */
function listIndex(list: readonly unknown[], x: Tensor): Tensor {
  const flat = list.flat(Infinity);
  const bools = flat.length > 0 && flat.every((v) => typeof v === 'boolean');
  if (!bools && flat.some((v) => typeof v === 'number' && !Number.isInteger(v))) throw invalidIndex(flat.find((v) => !Number.isInteger(v)));
  return tensor(list as TensorData, { dtype: bools ? 'bool' : 'int64', device: x.device });
}

const at = ready('at', composite({
  schema: 'at(Tensor input, any index)',
  compose(x: Tensor, items: readonly IndexItem[]) {
    const { view, indices } = sliced(x, items);
    if (!indices.length) return view;
    const d = indices.length - 1, mask = indices[d]!;
    if (mask.dtype === 'bool' && mask.ndim > 1 && mask.device === x.device && indices.slice(0, d).every((i) => i === null) && sameShape(mask.shape, view.shape.slice(d, d + mask.ndim))) {
      // A lone mask of several dimensions is one over these dimensions flattened: no table of coordinates is needed.
      return view.flatten(d, d + mask.ndim - 1).index([...indices.slice(0, d), mask.reshape([-1])]);
    }
    return view.index(indices);
  },
}));
const setAt = ready('setAt', composite({
  schema: 'setAt(Tensor input, any index, any value)',
  compose(x: Tensor, index: readonly IndexItem[] | IndexItem, value: unknown) {
    if (!(value instanceof Tensor) && typeof value !== 'number' && typeof value !== 'boolean') throw new TorchError(`can't assign a ${typeName(value)} to a torch.${scalarTypeName[x.dtype]}Tensor`, { operator: 'setAt' });
    const { view, indices } = sliced(x, (Array.isArray(index) ? index : [index]) as IndexItem[]);
    const [mask] = indices;
    if (!indices.length) { if (value instanceof Tensor) view.copy_(withoutLeadingOnes(value).expand([...view.shape])); else view.fill_(value); }
    else if (indices.length === 1 && mask && mask.dtype === 'bool' && mask.device === x.device && !(value instanceof Tensor) && sameShape(mask.shape, view.shape.slice(0, mask.ndim))) {
      view.maskedFill_(mask.reshape([...mask.shape, ...view.shape.slice(mask.ndim).map(() => 1)]), value);
    } else view.indexPut_(indices, value instanceof Tensor ? withoutLeadingOnes(value) : view.newTensor(value));
    return x;
  },
}));
/** PyTorch overlooks leading dimensions of size 1 of what is assigned. */
function withoutLeadingOnes(value: Tensor): Tensor {
  const first = value.shape.findIndex((n) => n !== 1);
  return value.reshape([...value.shape.slice(first < 0 ? value.ndim : first)]);
}

/** Gives tensors `at` and `setAt`. */
export function installBrackets(): void {
  const methods = {
    at(this: Tensor, ...items: IndexItem[]): unknown { return invoke(at, [this, items], 1); },
    setAt(this: Tensor, index: unknown, value: unknown): unknown { return invoke(setAt, [this, index, value], 1); },
  };
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}
