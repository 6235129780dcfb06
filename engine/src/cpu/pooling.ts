import { numelOf } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { copyInto, denseAs } from './copy.ts';
import { heap } from './heap.ts';

/** Along one dimension: window o covers start[o], start[o] + step, … below end[o], all inside the input. */
export interface Ranges { readonly start: readonly number[]; readonly end: readonly number[]; readonly step: number }

const three = <T>(list: readonly T[], fill: T): T[] => [...new Array<T>(3 - list.length).fill(fill), ...list];
const whole: Ranges = { start: [0], end: [1], step: 1 };

/**
 * The largest element of each window over the last one to three dimensions, and its place in the plane. The first of
 * equal ones counts; NaN is larger than all.
 */
export function maxOverRanges(out: Tensor, indices: Tensor, x: Tensor, ranges: readonly Ranges[]): void {
  const [d, h, w] = three(ranges, whole), [D, H, W] = three(x.shape.slice(x.ndim - ranges.length), 1);
  const from = denseAs(x, x.dtype === 'float32' ? 'float32' : 'float64').window() as Float32Array | Float64Array, planes = numelOf(x.shape.slice(0, x.ndim - ranges.length));
  const values = new Float64Array(out.count), at = indices.ptr / 4;
  for (let p = 0, o = 0; p < planes; p++) {
    const base = p * D * H * W;
    for (let i = 0; i < d.start.length; i++) for (let j = 0; j < h.start.length; j++) for (let k = 0; k < w.start.length; k++, o++) {
      let best = -Infinity, place = (d.start[i] * H + h.start[j]) * W + w.start[k];
      for (let a = d.start[i]; a < d.end[i]; a += d.step) for (let b = h.start[j]; b < h.end[j]; b += h.step) for (let c = w.start[k]; c < w.end[k]; c += w.step) {
        const e = (a * H + b) * W + c, v = from[base + e];
        if (v > best || v !== v) { best = v; place = e; }
      }
      values[o] = best;
      heap.i32[at + 2 * o] = place;
      heap.i32[at + 2 * o + 1] = 0;
    }
  }
  write(out, values);
}

/** out[plane, indices[plane, i]] gets x[plane, i]: added up, or (`add` false) the last one stays. */
export function scatterPlanes(out: Tensor, x: Tensor, indices: Tensor, add: boolean, rank: number): void {
  const plane = numelOf(out.shape.slice(out.ndim - rank)), count = numelOf(x.shape.slice(x.ndim - rank));
  const from = denseAs(x, x.dtype === 'float32' ? 'float32' : 'float64').window() as Float32Array | Float64Array, at = denseAs(indices, 'int64').ptr / 4;
  const values = out.dtype === 'float32' ? (out.window() as Float32Array).fill(0) : new Float64Array(out.count);
  for (let i = 0; i < from.length; i++) {
    const to = Math.floor(i / count) * plane + heap.i32[at + 2 * i];
    values[to] = add ? values[to] + from[i] : from[i];
  }
  if (out.dtype !== 'float32') write(out, values);
}

/** out[plane, i] = x[plane, indices[plane, i]]. */
export function gatherPlanes(out: Tensor, x: Tensor, indices: Tensor, rank: number): void {
  const plane = numelOf(x.shape.slice(x.ndim - rank)), count = numelOf(out.shape.slice(out.ndim - rank));
  const from = denseAs(x, 'float64').window() as Float64Array, at = denseAs(indices, 'int64').ptr / 4, values = new Float64Array(out.count);
  for (let i = 0; i < values.length; i++) values[i] = from[Math.floor(i / count) * plane + heap.i32[at + 2 * i]];
  write(out, values);
}

/** The smallest and largest of `indices` (int64). */
export function indexBounds(indices: Tensor): [least: number, most: number] {
  const list = denseAs(indices, 'float64').window() as Float64Array;
  let least = Infinity, most = -Infinity;
  for (const v of list) { if (v < least) least = v; if (v > most) most = v; }
  return [least, most];
}

/** Writes doubles into a contiguous tensor, converted to its dtype. */
export function write(out: Tensor, values: Float32Array | Float64Array): void {
  if (out.dtype === 'float32' || out.dtype === 'float64') { (out.window() as Float64Array).set(values); return; }
  const wide = Tensor.allocate(out.shape, 'float64', out.device);
  (wide.window() as Float64Array).set(values);
  copyInto(out, wide);
}
