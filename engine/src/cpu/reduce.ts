import { dtypeInfo, type DType } from '../tensor/dtype.ts';
import type { Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { castElements, denseAs } from './copy.ts';
import { kernels } from './kernels.ts';
import { workDType } from './pointwise.ts';

/** A tensor read as contiguous [outer, n, inner], where n runs over the dimensions that are reduced. */
export interface Lanes { readonly data: Tensor; readonly outer: number; readonly n: number; readonly inner: number }

/**
 * Brings the dimensions `dims` (ascending) together and converts to `dtype`. Only where others lie between them does
 * that take a copy of a contiguous tensor; then they come last.
 */
export function lanes(x: Tensor, dims: readonly number[], dtype: DType): Lanes {
  const { shape } = x;
  let outer = 1, n = 1, inner = 1, together = true;
  for (let d = 0, next = 0; d < shape.length; d++) {
    const size = shape[d];
    if (next < dims.length && dims[next] === d) { if (inner !== 1) together = false; n *= size; next++; }
    else if (next === 0) outer *= size;
    else inner *= size;
  }
  if (!dims.length) { outer = x.count; n = 1; inner = 1; }
  if (together) return { data: denseAs(x, dtype), outer, n, inner };
  const order = [...shape.keys()].filter((i) => !dims.includes(i));
  order.push(...dims);
  const moved = new Tensor(x.storage, x.dtype, { shape: order.map((d) => shape[d]), strides: order.map((d) => x.strides[d]), offset: x.offset }, x.device);
  return { data: denseAs(moved, dtype), outer: outer * inner, n, inner: 1 };
}

/** The runs of neighbouring dimensions among `dims`, the last first; dimensions of size 1 separate nothing. */
function runs(shape: Shape, dims: readonly number[]): number[][] {
  const out: number[][] = [];
  for (let i = dims.length - 1; i >= 0; i--) {
    const d = dims[i], run = out[out.length - 1];
    if (run && shape.slice(d + 1, run[0]).every((s) => s === 1)) run.unshift(d); else out.push([d]);
  }
  return out;
}

/**
 * Reduces `dims` with the kernel `name_<type>(x, out, outer, n, inner)` into `out`, computing in `dtype`'s compute type.
 * One run of neighbouring dimensions after the other, so that nothing has to be reordered; `more` is the kernel that
 * combines what the first run gave (a sum of squares is followed by sums).
 */
export function reduce(name: string, out: Tensor, x: Tensor, dims: readonly number[], dtype: DType, more: string = name): void {
  const work = workDType(dtype), groups = runs(x.shape, dims);
  let t = x, k = name;
  for (const group of groups.length ? groups : [[] as number[]]) {
    const { data, outer, n, inner } = lanes(t, group, work);
    const shape = t.shape.map((s, i) => (group.includes(i) ? 1 : s)), to = outer * inner === out.count && out.dtype === work ? out.ptr : 0;
    const next = to ? out : Tensor.allocate(shape, work, out.device);
    kernels[`${k}_${dtypeInfo(work).kernel}`](data.ptr, next.ptr, outer, n, inner);
    if (to) return;
    t = next;
    k = more;
  }
  castElements(work, t.ptr, out.dtype, out.ptr, out.count);
}

/** Whether any or all (`name`) of the elements along `dims` are other than 0; out is bool or uint8. */
export function reduceBool(name: 'any' | 'all', out: Tensor, x: Tensor, dims: readonly number[]): void {
  const { data, outer, n, inner } = lanes(x, dims, 'bool');
  kernels[name](data.ptr, out.ptr, outer, n, inner);
}

/**
 * The first place of the largest (or smallest) element along dimension `dim`, and that element; NaN counts as the most
 * extreme. `indices` is int64, `values` may be left out. x without dimensions counts as one element.
 */
export function argExtreme(values: Tensor | null, indices: Tensor, x: Tensor, dim: number, largest: boolean): void {
  const work = workDType(x.dtype), { data, outer, n, inner } = lanes(x, x.ndim ? [dim] : [], work);
  const kernel = `${largest ? 'max' : 'min'}_with_index_${dtypeInfo(work).kernel}`;
  if (!values) { kernels[`arg${largest ? 'max' : 'min'}_${dtypeInfo(work).kernel}`](data.ptr, indices.ptr, outer, n, inner); return; }
  const found = values.dtype === work ? values : Tensor.allocate(values.shape, work, values.device);
  kernels[kernel](data.ptr, found.ptr, indices.ptr, outer, n, inner);
  if (found !== values) castElements(work, found.ptr, values.dtype, values.ptr, values.count);
}

/** Running sums or products (`name`) along `dim`. */
export function scan(name: 'cumsum' | 'cumprod', out: Tensor, x: Tensor, dim: number): void {
  const work = workDType(out.dtype), { data, outer, n, inner } = lanes(x, x.ndim ? [dim] : [], work);
  const to = out.dtype === work ? out : Tensor.allocate(out.shape, work, out.device);
  kernels[`${name}_${dtypeInfo(work).kernel}`](data.ptr, to.ptr, outer, n, inner);
  if (to !== out) castElements(work, to.ptr, out.dtype, out.ptr, out.count);
}

/** The most extreme element so far along `dim` and its place, the last among equals. */
export function scanExtreme(name: 'cummax' | 'cummin', values: Tensor, indices: Tensor, x: Tensor, dim: number): void {
  const work = workDType(x.dtype), { data, outer, n, inner } = lanes(x, x.ndim ? [dim] : [], work);
  const to = values.dtype === work ? values : Tensor.allocate(values.shape, work, values.device);
  kernels[`${name}_${dtypeInfo(work).kernel}`](data.ptr, to.ptr, indices.ptr, outer, n, inner);
  if (to !== values) castElements(work, to.ptr, values.dtype, values.ptr, values.count);
}

/** Variance (or, with `root`, standard deviation) along `dims`: squared deviations over `n - correction`. */
export function variance(out: Tensor, x: Tensor, dims: readonly number[], correction: number, root: boolean): void {
  const work = workDType(out.dtype), type = dtypeInfo(work).kernel, { data, outer, n, inner } = lanes(x, dims, work);
  const mean = Tensor.allocate(out.shape, work, out.device), to = out.dtype === work ? out : Tensor.allocate(out.shape, work, out.device);
  kernels[`var_${type}`](data.ptr, to.ptr, mean.ptr, outer, n, inner, correction);
  if (root) kernels[`sqrt_${type}`](to.ptr, to.ptr, to.count);
  if (to !== out) castElements(work, to.ptr, out.dtype, out.ptr, out.count);
}
