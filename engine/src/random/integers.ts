import type { StoredArray } from '../cpu/heap.ts';
import { TorchError } from '../errors.ts';
import type { DType } from '../tensor/dtype.ts';
import { encode } from './encode.ts';
import type { Generator } from './generator.ts';

/** Below this range PyTorch takes one 32-bit draw modulo the range (and accepts a skew of 5%), from it on 64 bits. */
const WIDE_RANGE = 2 ** 28;

/** Fills `out` with integers of [low, high), uniform: `randint`, `Tensor.random_(from, to)`. */
export function randint(gen: Generator, out: StoredArray, dtype: DType, low: number, high: number): void {
  if (!(low < high)) throw new TorchError(`random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`, { operator: 'random_', dtypes: [dtype] });
  const range = high - low, wide = BigInt(high) - BigInt(low);
  encode(out, dtype, (o) => {
    if (range < WIDE_RANGE) for (let i = 0; i < o.length; i++) o[i] = (gen.random() % range) + low;
    else for (let i = 0; i < o.length; i++) o[i] = Number(gen.random64() % wide) + low;
  });
}

/** Fills `out` with integers of the dtype's whole non-negative range, up to 2^significand for floats: `Tensor.random_()`. */
export function random(gen: Generator, out: StoredArray, dtype: DType): void {
  if (out instanceof BigInt64Array) {
    for (let i = 0; i < out.length; i++) out[i] = BigInt.asUintN(63, gen.random64());
    return;
  }
  const wide = 2n ** 53n + 1n, range = NARROW_RANGE[dtype as keyof typeof NARROW_RANGE];
  encode(out, dtype, (o) => {
    if (dtype === 'float64') for (let i = 0; i < o.length; i++) o[i] = Number(gen.random64() % wide);
    else for (let i = 0; i < o.length; i++) o[i] = gen.random() % range;
  });
}
const NARROW_RANGE = { bool: 2, uint8: 2 ** 8, int8: 2 ** 7, int16: 2 ** 15, int32: 2 ** 31, float16: 2 ** 11 + 1, bfloat16: 2 ** 8 + 1, float32: 2 ** 24 + 1 };

/** Fills `out` with a random order of 0 … out.length − 1 (Fisher–Yates from the front): `randperm`. */
export function randperm(gen: Generator, out: StoredArray, dtype: DType): void {
  const n = out.length;
  encode(out, dtype, (o) => {
    for (let i = 0; i < n; i++) o[i] = i;
    for (let i = 0; i < n - 1; i++) {
      const j = i + (gen.random() % (n - i)), kept = o[i];
      o[i] = o[j];
      o[j] = kept;
    }
  });
}
