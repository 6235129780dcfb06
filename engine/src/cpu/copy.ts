import { dtypeInfo, type DType } from '../tensor/dtype.ts';
import { broadcastStrides, contiguousStrides, numelOf, sameShape, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { heap, Storage } from './heap.ts';
import { kernels } from './kernels.ts';

// Sizes and strides for strided kernels: three lists of up to 64 numbers.
const lists = new Storage(3 * 64 * 4);
function writeList(slot: number, values: readonly number[]): number {
  const at = lists.ptr + slot * 256;
  for (let i = 0; i < values.length; i++) heap.i32[at / 4 + i] = values[i];
  return at;
}

/** Copies elements of one size from one layout to another; pointers in bytes, strides in elements. */
export function copyStrided(bytes: number, src: number, srcStrides: readonly number[], dst: number, dstStrides: readonly number[], shape: Shape): void {
  if (numelOf(shape) === 0) return;
  kernels[`copy_strided_${bytes}`](src, dst, shape.length, writeList(0, shape), writeList(1, srcStrides), writeList(2, dstStrides));
}

/** Converts n contiguous elements. */
export function castElements(from: DType, src: number, to: DType, dst: number, n: number): void {
  kernels[`cast_${dtypeInfo(from).kernel}_${dtypeInfo(to).kernel}`](src, dst, n);
}

/** The same values in contiguous memory: the tensor itself where it is so already. No autograd. */
export function dense(t: Tensor): Tensor {
  if (t.dense) return t;
  const out = Tensor.allocate(t.shape, t.dtype, t.device);
  copyStrided(dtypeInfo(t.dtype).bytes, t.ptr, t.strides, out.ptr, out.strides, t.shape);
  return out;
}

/** The same values, contiguous and of `dtype`: the tensor itself where it is so already. No autograd. */
export function denseAs(t: Tensor, dtype: DType): Tensor {
  const d = dense(t);
  if (d.dtype === dtype) return d;
  const out = Tensor.allocate(d.shape, dtype, d.device);
  castElements(d.dtype, d.ptr, dtype, out.ptr, d.count);
  return out;
}

/** Writes the values of `src`, broadcast and converted, into `dst`. No autograd, no version change. */
export function copyInto(dst: Tensor, src: Tensor): void {
  if (dst.count === 0) return;
  const shared = src.storage === dst.storage && (src.offset !== dst.offset || !sameShape(src.shape, dst.shape) || src.strides.some((s, i) => s !== dst.strides[i]));
  let from = src.dtype === dst.dtype ? src : denseAs(src, dst.dtype);
  if (shared && from === src) { const copy = Tensor.allocate(src.shape, src.dtype, src.device); copyInto(copy, src); from = copy; } // source and target may overlap
  copyStrided(dtypeInfo(dst.dtype).bytes, from.ptr, broadcastStrides(from.shape, from.strides, dst.shape), dst.ptr, dst.strides, dst.shape);
}

/** The same values repeated to `shape`, contiguous. */
export function spread(t: Tensor, shape: Shape): Tensor {
  if (t.dense && sameShape(t.shape, shape)) return t;
  const out = Tensor.allocate(shape, t.dtype, t.device);
  copyStrided(dtypeInfo(t.dtype).bytes, t.ptr, broadcastStrides(t.shape, t.strides, shape), out.ptr, contiguousStrides(shape), shape);
  return out;
}

/** Writes computed values, converted, into a contiguous tensor. */
export function writeValues(dst: Tensor, values: Float64Array): void {
  if (dst.dtype === 'float64') { (dst.window() as Float64Array).set(values); return; }
  const t = Tensor.allocate([values.length], 'float64', dst.device);
  (t.window() as Float64Array).set(values);
  castElements('float64', t.ptr, dst.dtype, dst.ptr, dst.count);
}
