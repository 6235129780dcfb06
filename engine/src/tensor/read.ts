import { heap } from '../cpu/heap.ts';
import { bfloat16Bits, halfBits } from './bits.ts';
import type { DType } from './dtype.ts';
import type { Tensor } from './tensor.ts';

/** Nested lists of numbers or booleans, as `tolist` gives and `tensor` takes. */
export type Nested = number | boolean | Nested[];

const bits = new DataView(new ArrayBuffer(8));
/** The value of a float16 given as its bits (IEEE 754 binary16). */
export function fromHalf(h: number): number {
  const sign = h & 0x8000 ? -1 : 1, e = (h >> 10) & 31, m = h & 1023;
  return e === 0 ? sign * m * 2 ** -24 : e === 31 ? (m ? NaN : sign * Infinity) : sign * (1 + m / 1024) * 2 ** (e - 15);
}
/** The value of a bfloat16 given as its bits: the upper half of a float32. */
export function fromBFloat16(h: number): number { bits.setUint32(0, h << 16); return bits.getFloat32(0); }

const roundings: Partial<Record<DType, (v: number) => number>> = { float16: (v) => fromHalf(halfBits(v)), bfloat16: (v) => fromBFloat16(bfloat16Bits(v)), float32: Math.fround };
/** The nearest number that a floating dtype holds. */
export const rounderTo = (dtype: DType): ((v: number) => number) => roundings[dtype] ?? ((v) => v);

type Read = (byteAddress: number) => number | boolean;
/** How one element of each dtype is read at a byte address. int64 is read as a number: exact up to 2^53. */
export const readers: Record<DType, Read> = {
  bool: (p) => heap.u8[p] !== 0, uint8: (p) => heap.u8[p], int8: (p) => heap.i8[p], int16: (p) => heap.i16[p / 2], int32: (p) => heap.i32[p / 4],
  int64: (p) => heap.i32[p / 4 + 1] * 4294967296 + heap.u32[p / 4],
  float16: (p) => fromHalf(heap.u16[p / 2]), bfloat16: (p) => fromBFloat16(heap.u16[p / 2]), float32: (p) => heap.f32[p / 4], float64: (p) => heap.f64[p / 8],
};

/** The elements below position `at` (in elements, relative to the first) along dimension `dim`, as nested lists. */
export function readNested(t: Tensor, dim: number, at: number): Nested {
  const bytes = t.storage.ptr, size = elementBytes[t.dtype], read = readers[t.dtype];
  const go = (d: number, e: number): Nested => {
    if (d === t.shape.length) return read(bytes + (t.offset + e) * size);
    const out = new Array<Nested>(t.shape[d]);
    for (let i = 0; i < out.length; i++) out[i] = go(d + 1, e + i * t.strides[d]);
    return out;
  };
  return go(dim, at);
}
const elementBytes: Record<DType, number> = { bool: 1, uint8: 1, int8: 1, int16: 2, int32: 4, int64: 8, float16: 2, bfloat16: 2, float32: 4, float64: 8 };

/** A function that gives element `i`, counted in row-major order whatever the strides. */
export function flatReader(t: Tensor): (i: number) => number | boolean {
  const base = t.storage.ptr, size = elementBytes[t.dtype], read = readers[t.dtype];
  return (i) => {
    let e = t.offset;
    for (let d = t.shape.length - 1; d >= 0; d--) { const n = t.shape[d]; e += (i % n) * t.strides[d]; i = Math.floor(i / n); }
    return read(base + e * size);
  };
}
