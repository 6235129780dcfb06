import { copyInto, copyStrided, dense } from '../cpu/copy.ts';
import { TorchError } from '../errors.ts';
import { dtypeInfo } from '../tensor/dtype.ts';
import { inferShape, numelOf, showShape, wrapDim, wrapDims } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { realDim } from './convert.ts';
import { composite, kernel, type Table } from './operator.ts';
import type { Dims, SizeArgs } from './signatures.ts';

/** Rearranging and repeating. What can be a view is one; `flip`, `roll`, `rot90`, `repeat`, `tile` and `repeatInterleave` copy. */
export interface ShapeOps {
  /** Dimensions `startDim` to `endDim` made one. */
  flatten(startDim?: number | { startDim?: number; endDim?: number }, endDim?: number | { endDim?: number }): Tensor;
  /** Dimension `dim` cut into several, of which one size may be -1. */
  unflatten(dim: number, sizes: readonly number[]): Tensor;
  /** All elements in one dimension. */
  ravel(): Tensor;
  /** Dimensions moved from `source` to `destination`; the others keep their order. */
  movedim(source: Dims, destination: Dims): Tensor;
  /** `movedim`. */
  moveaxis(source: Dims, destination: Dims): Tensor;
  /** `transpose`. */
  swapaxes(axis0: number, axis1: number): Tensor;
  /** `transpose`. */
  swapdims(dim0: number, dim1: number): Tensor;
  expandAs(other: Tensor): Tensor;
  viewAs(other: Tensor): Tensor;
  reshapeAs(other: Tensor): Tensor;
  /** `expand`. */
  broadcastTo(...size: SizeArgs): Tensor;
  /** `sections` equal pieces, as far as the size allows: fewer, and a smaller last one, where it doesn't. */
  chunk(chunks: number, dim?: number | { dim?: number }): Tensor[];
  /** Exactly that many pieces, the first ones larger by one where needed; or pieces that end at the positions listed. */
  tensorSplit(indicesOrSections: number | readonly number[] | Tensor, dim?: number | { dim?: number }): Tensor[];
  /** `tensorSplit` along dimension 1 (for a vector 0) into equal pieces or at positions. */
  hsplit(indicesOrSections: number | readonly number[]): Tensor[];
  /** `tensorSplit` along dimension 0 into equal pieces or at positions. */
  vsplit(indicesOrSections: number | readonly number[]): Tensor[];
  /** `tensorSplit` along dimension 2 into equal pieces or at positions. */
  dsplit(indicesOrSections: number | readonly number[]): Tensor[];
  /** The order of elements reversed along `dims`. */
  flip(...dims: SizeArgs): Tensor;
  /** Columns in reverse order. */
  fliplr(): Tensor;
  /** Rows in reverse order. */
  flipud(): Tensor;
  /** Elements shifted along `dims`, what leaves at the end comes in at the start; without `dims` through the flattened tensor. */
  roll(shifts: Dims, dims?: Dims | { dims?: Dims }): Tensor;
  /** Turned by `k` quarter turns in the plane of two dimensions, from the first towards the second. */
  rot90(k?: number, dims?: readonly number[] | { dims?: readonly number[] }): Tensor;
  /** The whole tensor repeated along each dimension, new ones first. */
  repeat(...repeats: SizeArgs): Tensor;
  /** Like `repeat`; missing repeats are 1. */
  tile(...dims: SizeArgs): Tensor;
  /** Each element repeated along `dim` (null: of the flattened tensor), the same number of times or each its own. */
  repeatInterleave(repeats?: number | Tensor | { dim?: number | null; outputSize?: number | null }, dim?: number | null | { dim?: number | null; outputSize?: number | null }, options?: { outputSize?: number | null }): Tensor;
}

const same = (name: string, schema: string, fn: (x: Tensor, ...rest: never[]) => unknown): ReturnType<typeof composite> => composite({ schema: `${name}(Tensor input${schema ? `, ${schema}` : ''})`, compose: fn });

function moved(x: Tensor, source: number[], destination: number[]): Tensor {
  const list = (d: number[]): string => showShape(d);
  if (source.length !== destination.length) throw new TorchError(`movedim: Invalid source or destination dims: source (${list(source)} dims) should contain the same number of dims as destination (${list(destination)} dims)`, { operator: 'movedim' });
  const from = source.map((d) => wrapDim(d, x.ndim)), to = destination.map((d) => wrapDim(d, x.ndim));
  if (new Set(from).size < from.length) throw new TorchError(`movedim: repeated dim in \`source\` (${list(source)})`, { operator: 'movedim' });
  if (new Set(to).size < to.length) throw new TorchError(`movedim: repeated dim in \`destination\` (${list(destination)})`, { operator: 'movedim' });
  if (x.ndim === 0) return x;
  const order = new Array<number>(x.ndim).fill(-1), others = x.shape.map((_, i) => i).filter((i) => !from.includes(i));
  to.forEach((t, i) => { order[t] = from[i]; });
  return x.permute(order.map((d) => (d >= 0 ? d : others.shift()!)));
}

/** Pieces of `x` along `d` that end at the positions given. */
function cutAt(x: Tensor, positions: readonly number[], d: number): Tensor[] {
  return [...positions, x.shape[d]].map((end, i) => x.slice(d, i ? positions[i - 1] : 0, i < positions.length ? end : null, 1));
}
function sections(x: Tensor, count: number, d: number): Tensor[] {
  if (!(count > 0)) throw new TorchError(`number of sections must be larger than 0, got ${count}`, { operator: 'tensorSplit' });
  const n = x.shape[d], small = Math.floor(n / count), larger = n % count;
  return x.splitWithSizes(Array.from({ length: count }, (_, i) => small + (i < larger ? 1 : 0)), d);
}
/** hsplit, vsplit and dsplit: `tensorSplit` along a fixed dimension, where a number must divide the size. */
const fixedSplit = (name: string, rank: number, dimOf: (x: Tensor) => number): ReturnType<typeof composite> => same(name, 'int|int[] indices_or_sections', (x: Tensor, given: number | number[]) => {
  if (x.ndim < rank) throw new TorchError(`torch.${name} requires a tensor with at least ${rank} dimension, but got a tensor with ${x.ndim} dimensions!`, { operator: name, shapes: [x.shape] });
  const d = dimOf(x);
  if (typeof given !== 'number') return cutAt(x, given, d);
  if (given === 0 || x.shape[d] % given !== 0) throw new TorchError(`torch.${name} attempted to split along dimension ${d}, but the size of the dimension ${x.shape[d]} is not divisible by the split_size ${given}!`, { operator: name, shapes: [x.shape] });
  return sections(x, given, d);
});

/** Part of `x` along `d`, for copying only. */
const part = (x: Tensor, d: number, from: number, length: number): Tensor => new Tensor(x.storage, x.dtype, { shape: x.shape.with(d, length), strides: x.strides, offset: x.offset + from * x.strides[d] }, x.device);

/** Writes `src` into `dst`, shifted by `shift` along `d`. */
function shifted(dst: Tensor, src: Tensor, shift: number, d: number): void {
  const n = src.shape[d], s = ((shift % n) + n) % n;
  copyInto(part(dst, d, s, n - s), part(src, d, 0, n - s));
  copyInto(part(dst, d, 0, s), part(src, d, n - s, s));
}
const flatView = (x: Tensor): Tensor => { const c = dense(x); return new Tensor(c.storage, c.dtype, { shape: [c.count], strides: [1], offset: c.offset }, c.device); };

export const shapes: Table<ShapeOps> = {
  flatten: same('flatten', 'int start_dim=0, int end_dim=-1', (x: Tensor, startDim: number, endDim: number) => {
    const a = wrapDim(startDim, x.ndim), b = wrapDim(endDim, x.ndim);
    if (a > b) throw new TorchError('flatten() has invalid args: start_dim cannot come after end_dim', { operator: 'flatten' });
    if (x.ndim === 0) return x.reshape([1]);
    return a === b ? x : x.reshape([...x.shape.slice(0, a), numelOf(x.shape.slice(a, b + 1)), ...x.shape.slice(b + 1)]);
  }),
  unflatten: same('unflatten', 'int dim, int[] sizes', (x: Tensor, dim: number, sizes: number[]) => {
    const d = realDim(x, dim), n = x.shape[d];
    if (!sizes.length) throw new TorchError('unflatten: sizes must be non-empty', { operator: 'unflatten' });
    const known = numelOf(sizes.filter((s) => s !== -1));
    if (sizes.includes(-1) ? n % known !== 0 : known !== n) throw new TorchError(`unflatten: Provided sizes ${showShape(sizes)} don't multiply up to the size of dim ${d} (${n}) in the input tensor`, { operator: 'unflatten', shapes: [x.shape] });
    return x.view([...x.shape.slice(0, d), ...inferShape(sizes, n), ...x.shape.slice(d + 1)]);
  }),
  ravel: same('ravel', '', (x: Tensor) => x.reshape([-1])),
  movedim: same('movedim', 'int[] source, int[] destination', moved),
  moveaxis: same('moveaxis', 'int[] source, int[] destination', moved),
  swapaxes: same('swapaxes', 'int axis0, int axis1', (x: Tensor, a: number, b: number) => x.transpose(a, b)),
  swapdims: same('swapdims', 'int dim0, int dim1', (x: Tensor, a: number, b: number) => x.transpose(a, b)),
  expandAs: same('expandAs', 'Tensor other', (x: Tensor, other: Tensor) => x.expand([...other.shape])),
  viewAs: same('viewAs', 'Tensor other', (x: Tensor, other: Tensor) => x.view([...other.shape])),
  reshapeAs: same('reshapeAs', 'Tensor other', (x: Tensor, other: Tensor) => x.reshape([...other.shape])),
  broadcastTo: same('broadcastTo', 'size size', (x: Tensor, size: number[]) => x.expand(size)),
  chunk: same('chunk', 'int chunks, int dim=0', (x: Tensor, chunks: number, dim: number) => {
    if (x.ndim === 0) throw new TorchError('chunk expects at least a 1-dimensional tensor', { operator: 'chunk' });
    if (chunks <= 0) throw new TorchError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`, { operator: 'chunk' });
    const n = x.shape[wrapDim(dim, x.ndim)];
    return n === 0 ? x.splitWithSizes(new Array<number>(chunks).fill(0), dim) : x.split(Math.ceil(n / chunks), dim);
  }),
  tensorSplit: same('tensorSplit', 'Tensor|int|int[] indices_or_sections, int dim=0', (x: Tensor, given: Tensor | number | number[], dim: number) => {
    if (x.ndim === 0) throw new TorchError('tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims', { operator: 'tensorSplit' });
    if (given instanceof Tensor && (given.ndim > 1 || given.dtype !== 'int64' || given.device !== 'cpu')) throw new TorchError(`tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional int64 tensor on cpu, but got a tensor with ${given.ndim} dims`, { operator: 'tensorSplit' });
    const d = wrapDim(dim, x.ndim), at = given instanceof Tensor ? (given.tolist() as number | number[]) : given;
    return typeof at === 'number' ? sections(x, at, d) : cutAt(x, at, d);
  }),
  hsplit: fixedSplit('hsplit', 1, (x) => (x.ndim === 1 ? 0 : 1)),
  vsplit: fixedSplit('vsplit', 2, () => 0),
  dsplit: fixedSplit('dsplit', 3, () => 2),
  flip: kernel<{ dims: number[] }>({
    schema: 'flip(Tensor input, size dims)',
    meta([x], { dims }) { const t = x as Tensor; wrapDims(dims, t.ndim, false); return { shape: t.shape, dtype: t.dtype }; },
    cpu([out], [input], { dims }) {
      const x = input as Tensor, { bytes } = dtypeInfo(x.dtype), back = wrapDims(dims, x.ndim, false);
      if (!x.count) return;
      const last = back.reduce((at, d) => at + (x.shape[d] - 1) * x.strides[d], 0);
      copyStrided(bytes, x.ptr + last * bytes, x.strides.map((s, i) => (back.includes(i) ? -s : s)), out.ptr, out.strides, out.shape);
    },
    grad: (g, { attrs: { dims } }) => [g.flip(dims)],
  }),
  fliplr: same('fliplr', '', (x: Tensor) => {
    if (x.ndim < 2) throw new TorchError('Input must be >= 2-d.', { operator: 'fliplr' });
    return x.flip(1);
  }),
  flipud: same('flipud', '', (x: Tensor) => {
    if (x.ndim < 1) throw new TorchError('Input must be >= 1-d.', { operator: 'flipud' });
    return x.flip(0);
  }),
  roll: kernel<{ shifts: number[]; dims: number[] }>({
    schema: 'roll(Tensor input, int[] shifts, int[] dims=[])',
    meta([x], { shifts, dims }) {
      const t = x as Tensor;
      if (!shifts.length) throw new TorchError('`shifts` required', { operator: 'roll' });
      if (shifts.length !== (dims.length || 1)) throw new TorchError(`shifts and dimensions must align. shifts: ${shifts.length}, dims:${dims.length}`, { operator: 'roll' });
      if (t.count) dims.forEach((d) => realDim(t, d));
      return { shape: t.shape, dtype: t.dtype };
    },
    cpu([out], [input], { shifts, dims }) {
      if (!out.count) return;
      if (!out.ndim) { copyInto(out, input as Tensor); return; }
      if (!dims.length) { shifted(flatView(out), flatView(input as Tensor), shifts[0], 0); return; }
      let src = input as Tensor;
      dims.forEach((d, i) => {
        const dst = i === dims.length - 1 ? out : Tensor.allocate(out.shape, out.dtype, out.device);
        shifted(dst, src, shifts[i], wrapDim(d, out.ndim));
        src = dst;
      });
    },
    grad: (g, { attrs: { shifts, dims } }) => [g.roll(shifts.map((s) => -s), dims)],
  }),
  rot90: same('rot90', 'int k=1, int[] dims=[0;1]', (x: Tensor, k: number, dims: number[]) => {
    if (dims.length !== 2) throw new TorchError(`expected total rotation dims == 2, but got dims = ${dims.length}`, { operator: 'rot90' });
    if (x.ndim < 2) throw new TorchError(`expected total dims >= 2, but got total dims = ${x.ndim}`, { operator: 'rot90', shapes: [x.shape] });
    if (dims[0] === dims[1] || Math.abs(dims[0] - dims[1]) === x.ndim) throw new TorchError(`expected rotation dims to be different, but got dim0 = ${dims[0]} and dim1 = ${dims[1]}`, { operator: 'rot90' });
    dims.forEach((d, i) => { if (d < -x.ndim || d >= x.ndim) throw new TorchError(`Rotation dim${i} out of range, dim${i} = ${d}`, { operator: 'rot90' }); });
    const turns = ((k % 4) + 4) % 4;
    if (turns === 0) return x.clone();
    if (turns === 2) return x.flip(dims);
    return x.flip(dims[turns === 1 ? 1 : 0]).transpose(dims[0], dims[1]);
  }),
  repeat: kernel<{ repeats: number[] }>({
    schema: 'repeat(Tensor input, size repeats)',
    meta([x], { repeats }) {
      const t = x as Tensor, lead = repeats.length - t.ndim;
      if (lead < 0) throw new TorchError('Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor', { operator: 'repeat', shapes: [t.shape, repeats] });
      const shape = repeats.map((r, i) => (i < lead ? r : r * t.shape[i - lead]));
      const negative = repeats.find((r) => r < 0);
      if (negative !== undefined) throw new TorchError(`Trying to create tensor with negative dimension ${negative}: ${showShape(shape)}`, { operator: 'repeat' });
      return { shape, dtype: t.dtype };
    },
    cpu([out], [input], { repeats }) {
      // Every dimension of the result is a dimension of repeats (the source stands still) over one of elements.
      const x = input as Tensor, lead = repeats.length - x.ndim, shape: number[] = [], from: number[] = [], to: number[] = [];
      repeats.forEach((r, i) => {
        const n = i < lead ? 1 : x.shape[i - lead];
        shape.push(r, n);
        from.push(0, i < lead ? 0 : x.strides[i - lead]);
        to.push(n * out.strides[i], out.strides[i]);
      });
      copyStrided(dtypeInfo(x.dtype).bytes, x.ptr, from, out.ptr, to, shape);
    },
    grad(g, { attrs: { repeats }, inputs: [x] }) {
      const lead = repeats.length - x!.shape.length;
      if (!repeats.length) return [g];
      return [g.reshape(repeats.flatMap((r, i) => [r, i < lead ? 1 : x!.shape[i - lead]])).sum(repeats.map((_, i) => 2 * i)).reshape([...x!.shape])];
    },
  }),
  tile: same('tile', 'size dims', (x: Tensor, dims: number[]) => x.repeat([...new Array<number>(Math.max(0, x.ndim - dims.length)).fill(1), ...dims])),
  repeatInterleave: same('repeatInterleave', 'Tensor|int|int[]? repeats=None, int? dim=None, *, int? output_size=None', (x: Tensor, repeats: Tensor | number | number[] | null, dim: number | null, outputSize: number | null) => {
    if (repeats === null) return x.newTensor(indicesOf(x, x.count), { dtype: 'int64' });
    const flat = dim === null ? x.reshape([-1]) : x.ndim ? x : x.reshape([1]), d = wrapDim(dim ?? 0, flat.ndim), n = flat.shape[d];
    const index = typeof repeats === 'number' ? indicesOf(new Array<number>(n).fill(repeats), n) : indicesOf(repeats, n);
    if (outputSize !== null && outputSize !== index.length) throw new TorchError(`allocated size does not match required size: output_size is ${outputSize}, the repeats add up to ${index.length}`, { operator: 'repeatInterleave' });
    return flat.indexSelect(d, flat.newTensor(index, { dtype: 'int64' }));
  }),
};

/** Position i as often as `repeats` says, for n positions. */
function indicesOf(repeats: Tensor | number[], n: number): number[] {
  if (repeats instanceof Tensor && repeats.dtype !== 'int64' && repeats.dtype !== 'int32') throw new TorchError('repeats has to be Long or Int tensor', { operator: 'repeatInterleave', dtypes: [repeats.dtype] });
  if (repeats instanceof Tensor && repeats.ndim > 1) throw new TorchError('repeats must be 0-dim or 1-dim tensor', { operator: 'repeatInterleave' });
  const given = repeats instanceof Tensor ? (repeats.reshape(-1).tolist() as number[]) : repeats, counts = given.length === 1 ? new Array<number>(n).fill(given[0]) : given;
  if (counts.length !== n) throw new TorchError(`repeats must have the same size as input along dim, but got repeats.size(0) = ${counts.length} and input.size(0) = ${n}`, { operator: 'repeatInterleave' });
  if (counts.some((c) => c < 0)) throw new TorchError('repeats can not be negative', { operator: 'repeatInterleave' });
  return counts.flatMap((c, i) => new Array<number>(c).fill(i));
}
