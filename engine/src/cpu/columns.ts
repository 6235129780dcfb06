import { dtypeInfo } from '../tensor/dtype.ts';
import { contiguousStrides, numelOf, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { copyStrided, dense } from './copy.ts';
import { heap } from './heap.ts';

/** Sliding windows over the last dimensions of an image: sizes for each of them, and how many windows fit. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  /** Windows along each dimension. */
  readonly count: readonly number[];
}

/** Sets a contiguous tensor to zero. */
export function clear(t: Tensor): void { heap.u8.fill(0, t.ptr, t.ptr + t.count * dtypeInfo(t.dtype).bytes); }

/** `x` with `padding` zeros on both sides of each of the last dimensions, contiguous. */
function padded(x: Tensor, padding: readonly number[]): Tensor {
  if (padding.every((p) => p === 0)) return dense(x);
  const lead = x.ndim - padding.length, { bytes } = dtypeInfo(x.dtype);
  const shape = x.shape.map((n, i) => (i < lead ? n : n + 2 * padding[i - lead])), out = Tensor.allocate(shape, x.dtype, x.device);
  clear(out);
  const inside = padding.reduce((at, p, i) => at + p * out.strides[lead + i], 0);
  copyStrided(bytes, x.ptr, x.strides, out.ptr + inside * bytes, out.strides, x.shape);
  return out;
}

/**
 * All windows of x[N, C, …] as columns [N, C, …kernel, …count]: im2col. The windows are a strided view of the padded
 * image, so this is one copy.
 */
export function columnsOf(x: Tensor, w: Windows): Tensor {
  const image = padded(x, w.padding), out = Tensor.allocate([x.shape[0], x.shape[1], ...w.kernel, ...w.count], x.dtype, x.device);
  const step = image.strides.slice(2);
  const strides = [image.strides[0], image.strides[1], ...step.map((s, i) => s * w.dilation[i]), ...step.map((s, i) => s * w.stride[i])];
  copyStrided(dtypeInfo(x.dtype).bytes, image.ptr, strides, out.ptr, out.strides, out.shape);
  return out;
}

/** The adjoint of `columnsOf`: adds the columns [N, C, …kernel, …count] up into `out`[N, C, …] (float64, float32 or int64). */
export function addColumns(columns: Tensor, w: Windows, out: Tensor): void {
  const sizes = out.shape.slice(2), rank = sizes.length, places = numelOf(w.count), plane = numelOf(sizes);
  const at = positions(sizes, w), taps = numelOf(w.kernel);
  const accumulate = (from: { readonly [i: number]: number | bigint; readonly length: number }, to: { [i: number]: number | bigint }): void => {
    for (let p = 0, k = 0; k < from.length; p += plane) for (let t = 0; t < taps; t++) for (let j = 0; j < places; j++, k++) {
      const i = at[t * places + j];
      if (i >= 0) to[p + i] = ((to[p + i] as number) + (from[k] as number)) as number;
    }
  };
  clear(out);
  if (rank && places && taps) accumulate(columns.window() as never, out.window() as never);
}

/** Place in the image of each (tap, window) pair, -1 where it lies in the padding. */
function positions(sizes: Shape, w: Windows): Int32Array {
  const strides = contiguousStrides(sizes);
  let at = new Int32Array(1), rows = 1, cols = 1;
  for (let d = 0; d < sizes.length; d++) {
    const k = w.kernel[d], n = w.count[d], next = new Int32Array(rows * k * cols * n);
    for (let r = 0; r < rows; r++) for (let a = 0; a < k; a++) for (let c = 0; c < cols; c++) for (let j = 0; j < n; j++) {
      const p = a * w.dilation[d] + j * w.stride[d] - w.padding[d], before = at[r * cols + c];
      next[((r * k + a) * cols + c) * n + j] = before < 0 || p < 0 || p >= sizes[d] ? -1 : before + p * strides[d];
    }
    at = next; rows *= k; cols *= n;
  }
  return at;
}
