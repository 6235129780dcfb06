import { TorchError } from '../errors.ts';

/** Sizes of a tensor. */
export type Shape = readonly number[];

/** Where the elements of a tensor lie in its storage; strides and offset in elements. */
export interface Layout { readonly shape: Shape; readonly strides: readonly number[]; readonly offset: number }

/** PyTorch's spelling of a shape: `[2, 3]`. */
export const showShape = (s: Shape): string => `[${s.join(', ')}]`;

export function numelOf(shape: Shape): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i];
  return n;
}

/** Strides of a contiguous (row-major) tensor. A size of 0 counts as 1, as in PyTorch. */
export function contiguousStrides(shape: Shape): number[] {
  const out = new Array<number>(shape.length);
  for (let i = shape.length - 1, n = 1; i >= 0; i--) { out[i] = n; n *= Math.max(shape[i], 1); }
  return out;
}

/** True where the strides are those of a row-major tensor. Sizes of 1 don't matter, and a tensor without elements is contiguous. */
export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  for (let i = shape.length - 1, n = 1; i >= 0; i--) {
    if (shape[i] !== 1) { if (strides[i] !== n) return shape.includes(0); n *= shape[i]; }
  }
  return true;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The shape that both broadcast to. Throws PyTorch's size-mismatch error. */
export function broadcastShapes(a: Shape, b: Shape, operator?: string): Shape {
  if (sameShape(a, b)) return a;
  const n = Math.max(a.length, b.length), out = new Array<number>(n);
  for (let i = n - 1; i >= 0; i--) {
    const x = a[i - n + a.length] ?? 1, y = b[i - n + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new TorchError(`The size of tensor a (${x}) must match the size of tensor b (${y}) at non-singleton dimension ${i}`, { ...(operator ? { operator } : {}), shapes: [a, b] });
    out[i] = x === 1 ? y : x;
  }
  return out;
}

/** Strides for reading a tensor of `shape` as if it had `to` (0 along broadcast dimensions). */
export function broadcastStrides(shape: Shape, strides: readonly number[], to: Shape): number[] {
  const lead = to.length - shape.length, out = new Array<number>(to.length);
  for (let i = 0; i < to.length; i++) out[i] = i < lead || (shape[i - lead] === 1 && to[i] !== 1) ? 0 : strides[i - lead];
  return out;
}

/** A dimension counted from the end made positive; throws PyTorch's IndexError wording. `rank` 0 accepts 0 and -1. */
export function wrapDim(dim: number, rank: number): number {
  const n = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -n || dim >= n) throw new TorchError(`Dimension out of range (expected to be in range of [${-n}, ${n - 1}], but got ${dim})`);
  return dim < 0 ? dim + n : dim;
}

/** Several dimensions made positive and checked for repeats; null, or an empty list where `emptyIsAll`, means all. */
export function wrapDims(dims: number | readonly number[] | null | undefined, rank: number, emptyIsAll = true): number[] {
  if (dims === null || dims === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = typeof dims === 'number' ? [dims] : dims;
  if (!list.length && emptyIsAll) return Array.from({ length: rank }, (_, i) => i);
  const out = list.map((d) => wrapDim(d, rank)), seen = new Set<number>();
  for (const d of out) { if (seen.has(d)) throw new TorchError(`dim ${d} appears multiple times in the list of dims`); seen.add(d); }
  return rank === 0 ? [] : out;
}

/** `shape` with one -1 replaced by what is left of `numel`. Throws PyTorch's words for shapes that don't fit. */
export function inferShape(shape: Shape, numel: number): number[] {
  let free = -1, known = 1;
  for (let i = 0; i < shape.length; i++) {
    const s = shape[i];
    if (s === -1) { if (free >= 0) throw new TorchError('only one dimension can be inferred'); free = i; }
    else if (s < 0 || !Number.isInteger(s)) throw new TorchError(`invalid shape dimension ${s}`);
    else known *= s;
  }
  const out = [...shape];
  if (free >= 0) {
    if (known === 0) throw new TorchError(`cannot reshape tensor of ${numel} elements into shape ${showShape(shape)} because the unspecified dimension size -1 can be any value and is ambiguous`);
    if (numel % known === 0) out[free] = numel / known;
  }
  if (numelOf(out) !== numel || out.includes(-1)) throw new TorchError(`shape '${showShape(shape)}' is invalid for input of size ${numel}`);
  return out;
}

/**
 * Strides with which the same memory can be read as `to`, or null where that takes a copy. Each run of old dimensions
 * that lies contiguously in memory is cut anew into new dimensions.
 */
export function viewStrides(shape: Shape, strides: readonly number[], to: Shape): number[] | null {
  const out = new Array<number>(to.length);
  if (numelOf(shape) === 0) return sameShape(shape, to) ? [...strides] : contiguousStrides(to);
  if (!shape.length) return out.fill(1);
  let v = to.length - 1, base = strides[strides.length - 1], run = 1, cut = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    run *= shape[d];
    if (d > 0 && (shape[d - 1] === 1 || strides[d - 1] === run * base)) continue;
    while (v >= 0 && (cut < run || to[v] === 1)) { out[v] = cut * base; cut *= to[v]; v--; }
    if (cut !== run) return null;
    if (d > 0) { base = strides[d - 1]; run = 1; cut = 1; }
  }
  return v === -1 ? out : null;
}
