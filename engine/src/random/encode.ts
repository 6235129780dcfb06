import type { StoredArray } from '../cpu/heap.ts';
import { bfloat16Bits, halfBits } from '../tensor/bits.ts';
import type { DType } from '../tensor/dtype.ts';
import { fromBFloat16, fromHalf } from '../tensor/read.ts';

/** Arrays that take numbers as they are. */
export type NumberArray = Exclude<StoredArray, BigInt64Array>;

/**
 * Lets `fill` write plain numbers, whatever `out` holds: the array itself where it takes numbers, else a list of
 * doubles that is then stored as tensors store the dtype (float16 and bfloat16 as bits, int64 as bigint, bool as 0 or 1).
 */
export function encode(out: StoredArray, dtype: DType, fill: (numbers: NumberArray) => void): void {
  if (!(out instanceof BigInt64Array) && dtype !== 'float16' && dtype !== 'bfloat16') return fill(out);
  const numbers = new Float64Array(out.length);
  fill(numbers);
  if (out instanceof BigInt64Array) for (let i = 0; i < out.length; i++) out[i] = BigInt(numbers[i]);
  else if (dtype === 'float16') for (let i = 0; i < out.length; i++) out[i] = halfBits(Math.fround(numbers[i]));
  else for (let i = 0; i < out.length; i++) out[i] = bfloat16Bits(numbers[i]);
}

/** A function that rounds a number to the nearest value of a floating dtype. */
export function roundTo(dtype: DType): (x: number) => number {
  switch (dtype) {
    case 'float16': return (x) => fromHalf(halfBits(x));
    case 'bfloat16': return (x) => fromBFloat16(bfloat16Bits(x));
    case 'float32': return Math.fround;
    default: return (x) => x;
  }
}
