import { numelOf, type Shape } from '../tensor/layout.ts';

/**
 * A sparse matrix [outputs, inputs] that acts along one dimension: output o is the sum over start[o] ≤ t < start[o + 1]
 * of weight[t] · input[index[t]]. Interpolation and average pooling are one such matrix for each dimension.
 */
export interface Taps { readonly inputs: number; readonly start: Int32Array; readonly index: Int32Array; readonly weight: Float64Array }

/** Taps from what each output takes: pairs of input index and weight. */
export function tapsOf(inputs: number, outputs: number, of: (output: number) => readonly (readonly [index: number, weight: number])[]): Taps {
  const rows = Array.from({ length: outputs }, (_, o) => of(o)), start = new Int32Array(outputs + 1);
  rows.forEach((r, o) => { start[o + 1] = start[o] + r.length; });
  const flat = rows.flat();
  return { inputs, start, index: Int32Array.from(flat, (p) => p[0]), weight: Float64Array.from(flat, (p) => p[1]) };
}

/** The transposed matrix, which carries gradients back. */
export function transposed(t: Taps): Taps {
  const outputs = t.start.length - 1, rows: (readonly [number, number])[][] = Array.from({ length: t.inputs }, () => []);
  for (let o = 0; o < outputs; o++) for (let k = t.start[o]; k < t.start[o + 1]; k++) rows[t.index[k]].push([o, t.weight[k]]);
  return tapsOf(outputs, t.inputs, (i) => rows[i]);
}

/**
 * Applies `taps` along dimension `dim` of contiguous values of `shape`, into `out` where it is given. Each output is
 * summed up in double precision where the dimension is the last one, else in the precision of `out`.
 */
export function applyTaps(x: Float32Array | Float64Array, shape: Shape, dim: number, taps: Taps, out?: Float32Array | Float64Array): Float32Array | Float64Array {
  const outer = numelOf(shape.slice(0, dim)), inner = numelOf(shape.slice(dim + 1)), outputs = taps.start.length - 1, { start, index, weight, inputs } = taps;
  const to = out ?? new Float64Array(outer * outputs * inner);
  if (inner === 1) {
    for (let a = 0, p = 0; a < outer; a++) for (let o = 0; o < outputs; o++, p++) {
      const base = a * inputs;
      let sum = 0;
      for (let k = start[o]; k < start[o + 1]; k++) sum += weight[k] * x[base + index[k]];
      to[p] = sum;
    }
    return to;
  }
  if (out) out.fill(0);
  for (let a = 0, p = 0; a < outer; a++) for (let o = 0; o < outputs; o++, p += inner) {
    for (let k = start[o]; k < start[o + 1]; k++) {
      const w = weight[k], from = (a * inputs + index[k]) * inner;
      for (let i = 0; i < inner; i++) to[p + i] += w * x[from + i];
    }
  }
  return to;
}
