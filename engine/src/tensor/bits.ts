import { isFloat, type DType } from './dtype.ts';

const words = new DataView(new ArrayBuffer(8));

/** The bits of a float16 (IEEE 754 binary16), rounded to nearest even. */
export function halfBits(v: number): number {
  if (Number.isNaN(v)) return 0x7e00;
  const sign = v < 0 || Object.is(v, -0) ? 0x8000 : 0, a = Math.abs(v);
  if (a >= 65520) return sign | 0x7c00;
  if (a < 2 ** -14) return sign | roundEven(a * 2 ** 24); // subnormal
  const e = Math.floor(Math.log2(a)), exponent = 2 ** e > a ? e - 1 : e;
  return sign + ((exponent + 15) << 10) + roundEven((a / 2 ** exponent - 1) * 1024);
}
/** The bits of a bfloat16: the upper half of the float32, rounded to nearest even. */
export function bfloat16Bits(v: number): number {
  if (Number.isNaN(v)) return 0x7fc0;
  words.setFloat32(0, v);
  const u = words.getUint32(0);
  return ((u + 0x7fff + ((u >>> 16) & 1)) / 65536) & 0xffff;
}
function roundEven(x: number): number {
  const f = Math.floor(x), d = x - f;
  return d > 0.5 || (d === 0.5 && f % 2 === 1) ? f + 1 : f;
}

/** A number as an element of `dtype` is stored: bits for the 16-bit floats, a bigint for int64, 0 or 1 for bool. */
export function toBits(dtype: DType, v: number | boolean | bigint): number | bigint {
  switch (dtype) {
    case 'int64': return typeof v === 'bigint' ? v : typeof v === 'boolean' ? BigInt(v) : BigInt(Number.isFinite(v) ? Math.trunc(v) : 0);
    case 'bool': return Number(v) !== 0 ? 1 : 0;
    case 'float16': return halfBits(Number(v));
    case 'bfloat16': return bfloat16Bits(Number(v));
    default: return isFloat(dtype) ? Number(v) : Math.trunc(Number(v));
  }
}
