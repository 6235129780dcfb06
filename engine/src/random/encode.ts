import type { StoredArray } from '../cpu/heap.ts';
import type { DType } from '../tensor/dtype.ts';
import { toBFloat16, toHalf } from '../tensor/half.ts';

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
  else if (dtype === 'float16') for (let i = 0; i < out.length; i++) out[i] = toHalf(Math.fround(numbers[i]));
  else for (let i = 0; i < out.length; i++) out[i] = toBFloat16(numbers[i]);
}
