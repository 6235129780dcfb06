import type { DType } from './dtype.ts';

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** The bits of the float16 nearest to `x` (IEEE 754 binary16, ties to even). */
export function toHalf(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0, a = Math.abs(x);
  if (a >= 65520) return sign | 0x7c00;
  if (a !== a) return 0x7e00;
  const e = halfExponent(a);
  return sign | (((e + 14) << 10) + roundEven(a * 2 ** (10 - e))); // rounding up to the next power of two carries into the exponent
}

/** The bits of the bfloat16 nearest to `x` rounded to float32: its upper half, ties to even. */
export function toBFloat16(x: number): number {
  if (x !== x) return 0x7fc0;
  float[0] = x;
  const b = word[0];
  return (b + 0x7fff + ((b >>> 16) & 1)) >>> 16;
}

/** A function that rounds a number to the nearest value of a floating dtype. */
export function roundTo(dtype: DType): (x: number) => number {
  switch (dtype) {
    case 'float32': return Math.fround;
    case 'bfloat16': return (x) => { word[0] = toBFloat16(x) << 16; return float[0]; };
    case 'float16': return (x) => {
      const a = Math.abs(x);
      if (a >= 65520 || a !== a) return x * Infinity;
      const e = halfExponent(a);
      return Math.sign(x) * roundEven(a * 2 ** (10 - e)) * 2 ** (e - 10);
    };
    default: return (x) => x;
  }
}

/** e such that float16 is spaced by 2^(e−10) around `a` ≥ 0: a in [2^e, 2^(e+1)), or −14 below the normal range. */
function halfExponent(a: number): number {
  if (a < 2 ** -14) return -14;
  float[0] = a;
  const e = (word[0] >>> 23) - 127;
  return 2 ** e > a ? e - 1 : e; // float32 may have rounded up to the next power of two
}
function roundEven(x: number): number {
  const n = Math.floor(x), d = x - n;
  return d < 0.5 || (d === 0.5 && n % 2 === 0) ? n : n + 1;
}
