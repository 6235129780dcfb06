import { TorchError } from '../errors.ts';
import { dtypeInfo } from '../tensor/dtype.ts';
import { numelOf, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { copyInto, dense, denseAs, spread } from './copy.ts';
import { heap } from './heap.ts';
import { kernels } from './kernels.ts';
import { workDType } from './pointwise.ts';

// Moving elements by index. Nothing here knows of autograd. Indices are int64 once `positions` has seen them.

/** A contiguous tensor seen as [outer, size, inner], where `size` is what indices count. */
export interface Rows { readonly outer: number; readonly size: number; readonly inner: number }
/** `shape` seen so that dimensions `d` to `d + span - 1` are the indexed one. A tensor of no dimensions has one of size 1. */
export const rowsOf = (shape: Shape, d: number, span = 1): Rows => ({ outer: numelOf(shape.slice(0, d)), size: numelOf(shape.slice(d, d + span)), inner: numelOf(shape.slice(d + span)) });

/**
 * The indices as contiguous int64. One outside 0 ≤ i < size (with `wrap`: -size ≤ i < size, negative ones counted from
 * the end) throws what `fail` makes of it.
 */
export function positions(index: Tensor, size: number, wrap: boolean, fail: (index: number) => TorchError): Tensor {
  const given = denseAs(index, 'int64'), idx = wrap ? Tensor.allocate(given.shape, 'int64', given.device) : given;
  const bad = wrap ? kernels.index_wrap(given.ptr, idx.ptr, given.count, size) : kernels.index_check(given.ptr, given.count, size);
  if (bad >= 0) throw fail(Number(heap.i64[given.ptr / 8 + bad]));
  return idx;
}
/** PyTorch's words for an index that a dimension does not have. */
export const outOfBounds = (operator: string, dim: number, size: number) => (index: number): TorchError => new TorchError(`index ${index} is out of bounds for dimension ${dim} with size ${size}`, { operator });

/** out[outer, k, inner] = rows idx[k] of x. */
export function selectRows(out: Tensor, x: Tensor, r: Rows, idx: Tensor): void {
  kernels[`index_select_${dtypeInfo(x.dtype).bytes}`](dense(x).ptr, idx.ptr, out.ptr, r.outer, r.size, r.inner, idx.count);
}

/** Runs `fn` on the values of `x` in the type that kernels compute in, contiguous, and brings them back. */
function inWork(x: Tensor, fn: (work: Tensor) => void): void {
  const dtype = workDType(x.dtype);
  if (x.dtype === dtype && x.dense) { fn(x); return; }
  const work = Tensor.allocate(x.shape, dtype, x.device);
  copyInto(work, x);
  fn(work);
  copyInto(x, work);
}

/** Rows idx[k] of x += alpha * src[outer, k, inner]; rows that are named twice get both. */
export function addRows(x: Tensor, r: Rows, idx: Tensor, src: Tensor, alpha = 1): void {
  if (!idx.count || !x.count) return;
  inWork(x, (w) => {
    const scale = w.dtype === 'int64' ? BigInt(Math.trunc(alpha)) : alpha;
    kernels[`index_add_${dtypeInfo(w.dtype).kernel}`](w.ptr, idx.ptr, denseAs(src, w.dtype).ptr, r.outer, r.size, r.inner, idx.count, scale as number);
  });
}

/** Rows idx[k] of x = src[outer, k, inner], or a single value; of rows that are named twice the last one stays. */
export function putRows(x: Tensor, r: Rows, idx: Tensor, src: Tensor): void {
  const k = idx.count, { bytes } = dtypeInfo(x.dtype);
  if (!k || !x.count) return;
  const target = dense(x), shape = [r.outer, k, r.inner];
  const each = spread(new Tensor(idx.storage, 'int64', { shape: [1, k, 1], strides: [0, 1, 0], offset: idx.offset }, idx.device), shape);
  const from = denseAs(src, x.dtype), one = from.count === 1;
  kernels[`scatter_${bytes}`](target.ptr, r.size * r.inner, r.inner, 1, each.ptr, from.ptr, one ? 0 : k * r.inner, one ? 0 : r.inner, one ? 0 : 1, r.outer, k, r.inner);
  if (target !== x) copyInto(x, target);
}

/** Steps of an [outer, k, inner] walk through a tensor. */
interface Steps { readonly ptr: number; readonly outer: number; readonly dim: number; readonly inner: number }

/** The step of dimensions walked together, or null where they have no common one. */
function merged(shape: Shape, strides: readonly number[]): number | null {
  let step: number | null = null, expected = 0;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 1) continue;
    if (step === null) { step = strides[i]; expected = strides[i] * shape[i]; } else if (strides[i] !== expected) return null; else expected *= shape[i];
  }
  return step ?? 0;
}
function stepsOf(x: Tensor, shape: Shape, d: number): Steps | null {
  const outer = merged(shape.slice(0, d), x.strides.slice(0, d)), inner = merged(shape.slice(d + 1), x.strides.slice(d + 1));
  return outer === null || inner === null ? null : { ptr: x.ptr, outer, dim: x.strides[d], inner };
}
/** The part of `x` that an index of `shape` along `d` can reach. */
const reach = (x: Tensor, shape: Shape, d: number): Tensor => new Tensor(x.storage, x.dtype, { shape: shape.with(d, x.shape[d]), strides: x.strides, offset: x.offset }, x.device);
const atLeast1d = (x: Tensor): Tensor => (x.ndim ? x : new Tensor(x.storage, x.dtype, { shape: [1], strides: [1], offset: x.offset }, x.device));

/** out[o, j, i] = x[o, idx[o, j, i], i] along dimension d. */
export function gatherInto(out: Tensor, input: Tensor, d: number, idx: Tensor): void {
  if (!idx.count) return;
  const { shape } = atLeast1d(idx), r = rowsOf(shape, d), x = reach(atLeast1d(input), shape, d);
  const s = stepsOf(x, shape, d) ?? stepsOf(dense(x), shape, d)!;
  kernels[`gather_${dtypeInfo(x.dtype).bytes}`](s.ptr, s.outer, s.dim, s.inner, idx.ptr, out.ptr, r.outer, r.size, r.inner);
}

/** How `scatterInto` combines the old element with the new one. */
export type Combine = 'put' | 'add' | 'mul' | 'max' | 'min';

/** x[o, idx[o, j, i], i] = combination of it with src[o, j, i] (or with one value) along dimension d. */
export function scatterInto(target: Tensor, d: number, idx: Tensor, source: Tensor, how: Combine, oneValue = false): void {
  if (!idx.count) return;
  const { shape } = atLeast1d(idx), r = rowsOf(shape, d);
  const run = (x: Tensor): void => {
    const part = reach(atLeast1d(x), shape, d), own = stepsOf(part, shape, d) ? part : dense(part), to = stepsOf(own, shape, d)!;
    const src = atLeast1d(denseAs(source, x.dtype)), reached = oneValue ? src : reach(src, shape, d);
    const from = oneValue ? { ptr: src.ptr, outer: 0, dim: 0, inner: 0 } : (stepsOf(reached, shape, d) ?? stepsOf(dense(reached), shape, d)!);
    const name = how === 'put' ? `scatter_${dtypeInfo(x.dtype).bytes}` : `scatter_${how}_${dtypeInfo(x.dtype).kernel}`;
    kernels[name](to.ptr, to.outer, to.dim, to.inner, idx.ptr, from.ptr, from.outer, from.dim, from.inner, r.outer, r.size, r.inner);
    if (own !== part) copyInto(part, own);
  };
  if (how === 'put') run(target); else inWork(target, run);
}
