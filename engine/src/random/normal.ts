import type { StoredArray } from '../cpu/heap.ts';
import { TorchError } from '../errors.ts';
import type { DType } from '../tensor/dtype.ts';
import { encode, roundTo, type NumberArray } from './encode.ts';
import type { Generator } from './generator.ts';
import { fillUniform, uniformDouble } from './uniform.ts';

/** One normal value in double precision (Box and Muller, 1958). Values come in pairs; the second waits in the generator. */
export function normalDouble(gen: Generator, mean: number, std: number): number {
  const waiting = gen.nextDoubleNormal;
  if (waiting !== null) {
    gen.nextDoubleNormal = null;
    return waiting * std + mean;
  }
  const u1 = uniformDouble(gen), u2 = uniformDouble(gen);
  const r = Math.sqrt(-2 * Math.log1p(-u2)), theta = 2 * Math.PI * u1;
  gen.nextDoubleNormal = r * Math.sin(theta);
  return r * Math.cos(theta) * std + mean;
}

/**
 * Fills `out` (contiguous elements of the floating `dtype`) with normal values: `Tensor.normal_`, `randn`.
 * Fewer than 16 elements are drawn one by one in double precision; more, in blocks of 16 in the dtype's own
 * precision, and where the length is no multiple of 16 the last 16 elements are drawn once more.
 */
export function normal(gen: Generator, out: StoredArray, dtype: DType, mean = 0, std = 1): void {
  if (!(std >= 0)) throw new TorchError(`normal expects std >= 0.0, but found std ${std}`, { operator: 'normal_', dtypes: [dtype] });
  encode(out, dtype, (o) => (o.length < 16 ? oneByOne(gen, o, mean, std) : inBlocks(gen, o, dtype, mean, std)));
}

function oneByOne(gen: Generator, out: NumberArray, mean: number, std: number): void {
  for (let i = 0; i < out.length; i++) out[i] = normalDouble(gen, mean, std);
}

function inBlocks(gen: Generator, out: NumberArray, dtype: DType, mean: number, std: number): void {
  const n = out.length, transform = dtype === 'float32' ? floatBlock : blockIn(dtype);
  fillUniform(gen, out, dtype);
  for (let i = 0; i <= n - 16; i += 16) transform(out, i, mean, std);
  if (n % 16 !== 0) {
    fillUniform(gen, out, dtype, n - 16);
    transform(out, n - 16, mean, std);
  }
}

/** Turns 16 uniform values from place `at` on into normal ones; the pairs are j and j + 8. */
type BlockTransform = (out: NumberArray, at: number, mean: number, std: number) => void;

/** Box–Muller with every operation rounded to `dtype`, as PyTorch computes it for all dtypes but float32. */
function blockIn(dtype: DType): BlockTransform {
  const round = roundTo(dtype);
  return (out, at, mean, std) => {
    const m = round(mean), s = round(std);
    for (let j = at; j < at + 8; j++) {
      const radius = round(Math.sqrt(round(-2 * round(Math.log(round(1 - out[j]))))));
      const theta = round(2 * Math.PI * out[j + 8]);
      out[j] = round(round(round(radius * round(Math.cos(theta))) * s) + m);
      out[j + 8] = round(round(round(radius * round(Math.sin(theta))) * s) + m);
    }
  };
}

const f = Math.fround;
// A fused multiply-add in single precision: the product of two floats is exact in double.
const fma = (a: number, b: number, c: number): number => f(a * b + c);
const TWO_PI = f(2 * Math.PI);

/**
 * Box–Muller in single precision with the polynomials of the Cephes library (S. Moshier), in the order of operations
 * of PyTorch's AVX2 kernel, so that float32 values agree to the last bit.
 */
const floatBlock: BlockTransform = (out, at, mean, std) => {
  const m = f(mean), s = f(std);
  for (let j = at; j < at + 8; j++) {
    const radius = f(Math.sqrt(f(-2 * logf(f(1 - out[j])))));
    sincosf(f(TWO_PI * out[j + 8]));
    out[j] = fma(f(radius * sincos[1]), s, m);
    out[j + 8] = fma(f(radius * sincos[0]), s, m);
  }
};

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);
const P0 = f(7.0376836292e-2), P1 = f(-1.151461031e-1), P2 = f(1.167699874e-1), P3 = f(-1.2420140846e-1), P4 = f(1.4249322787e-1);
const P5 = f(-1.6668057665e-1), P6 = f(2.0000714765e-1), P7 = f(-2.4999993993e-1), P8 = f(3.3333331174e-1);
const LN2_LOW = f(-2.1219444e-4), LN2_HIGH = f(0.693359375), SQRT_HALF = f(Math.SQRT1_2);

/** log x for a normal float x > 0: x = m·2^e with m near 1, a polynomial in m − 1, and e·ln 2 in two parts. */
function logf(x: number): number {
  float[0] = x;
  let e = (word[0] >>> 23) - 126;
  word[0] = (word[0] & 0x007fffff) | 0x3f000000;
  let m = float[0];
  if (m < SQRT_HALF) { e -= 1; m = f(f(m - 1) + m); } else m = f(m - 1);
  const z = f(m * m);
  let y = fma(fma(fma(fma(fma(fma(fma(fma(P0, m, P1), m, P2), m, P3), m, P4), m, P5), m, P6), m, P7), m, P8);
  y = fma(f(y * m), z, f(e * LN2_LOW));
  y = fma(-0.5, z, y);
  return fma(e, LN2_HIGH, f(m + y));
}

const C0 = f(2.443315711809948e-5), C1 = f(-1.388731625493765e-3), C2 = f(4.166664568298827e-2);
const S0 = f(-1.9515295891e-4), S1 = f(8.3321608736e-3), S2 = f(-1.6666654611e-1);
const D0 = f(0.78515625), D1 = f(2.4187564849853515625e-4), D2 = f(3.77489497744594108e-8), FOUR_OVER_PI = f(4 / Math.PI);

/** Sine and cosine as sincosf leaves them (numbers in an array are not boxed). */
const sincos = new Float64Array(2);
/** Sine and cosine of a float x ≥ 0: x less a multiple of π/4 in three parts, then one polynomial each, exchanged and negated by octant. */
function sincosf(x: number): void {
  const j = (f(x * FOUR_OVER_PI) + 1) & ~1;
  const r = fma(-j, D2, fma(-j, D1, fma(-j, D0, x)));
  const z = f(r * r);
  const c = f(fma(f(fma(fma(C0, z, C1), z, C2) * z), z, -0.5 * z) + 1);
  const s = fma(f(fma(fma(S0, z, S1), z, S2) * z), r, r);
  const swapped = (j & 2) !== 0, sine = swapped ? c : s, cosine = swapped ? s : c;
  sincos[0] = j & 4 ? -sine : sine;
  sincos[1] = (j - 2) & 4 ? cosine : -cosine;
}
