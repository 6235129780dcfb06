import { denseAs, spread } from '../cpu/copy.ts';
import { mapElements } from '../cpu/pointwise.ts';
import * as scalar from '../cpu/special-functions.ts';
import { TorchError } from '../errors.ts';
import { bfloat16Bits, halfBits } from '../tensor/bits.ts';
import { isFloat, isInt, resultType, type DType } from '../tensor/dtype.ts';
import { fromBFloat16, fromHalf } from '../tensor/read.ts';
import { Tensor, type Operand } from '../tensor/tensor.ts';
import { binaryOp, broadcastAll, floating, notImplemented, unaryOp } from './elementwise.ts';
import { composite, kernel, type KernelOperator, type Table } from './operator.ts';
import { functions } from './install.ts';
import { results, type Results } from './results.ts';
import type { Functions } from './signatures.ts';

/** Rarer functions of numbers that are methods and functions of `torch`. */
export interface SpecialOps {
  /** The n-th derivative of `digamma`. */
  polygamma(n: number): Tensor;
  /** The modified Bessel function of the first kind, order 0. */
  i0(): Tensor;
  /** The regularised lower incomplete gamma function P(input, other). */
  igamma(other: Tensor): Tensor;
  /** The regularised upper incomplete gamma function Q(input, other). */
  igammac(other: Tensor): Tensor;
  /** The greatest common divisor. */
  gcd(other: Tensor): Tensor;
  /** The least common multiple. */
  lcm(other: Tensor): Tensor;
  /** The next representable number after `input` in the direction of `other`. */
  nextafter(other: Tensor): Tensor;
  /** Mantissa in [0.5, 1) and exponent (int32) with `input = mantissa * 2 ** exponent`. */
  frexp(): Results<readonly ['mantissa', 'exponent']>;
}
export const specialInPlace = ['polygamma', 'i0', 'igamma', 'igammac', 'gcd', 'lcm', 'nextafter'] as const;

/** Functions that only `torch.special` has. */
export interface SpecialFunctions {
  /** `-x log(x)`; 0 at 0, -inf below. */
  entr(): Tensor;
  /** `exp(x²) erfc(x)`. */
  erfcx(): Tensor;
  /** `exp(-|x|) i0(x)`. */
  i0e(): Tensor;
  /** The modified Bessel function of the first kind, order 1. */
  i1(): Tensor;
  /** `exp(-|x|) i1(x)`. */
  i1e(): Tensor;
  /** The standard normal distribution function. */
  ndtr(): Tensor;
  /** Its logarithm. */
  logNdtr(): Tensor;
  /** `input * log1p(other)`, and 0 where `input` is 0. */
  xlog1py(other: Operand): Tensor;
  /** Hurwitz's zeta function. */
  zeta(other: Operand): Tensor;
}

const ofInput = (name: string, each: (v: number) => number, slope: (x: Tensor) => Tensor): KernelOperator<never> => unaryOp(name, { each, saves: { x: [0] }, grad: (g, { x: [x] }) => [g.mul(slope(x))] });
const besselI = (order: 0 | 1) => (v: number): number => scalar.besselIe(order, v) * Math.exp(Math.abs(v));
const NORMAL = 1 / Math.sqrt(2 * Math.PI);
const bell = (x: Tensor): Tensor => x.mul(x).mul(-0.5).exp().mul(NORMAL);

const incomplete = (name: 'igamma' | 'igammac', side: 'lower' | 'upper'): KernelOperator<never> => binaryOp(name, {
  operands: 'tensors', each: (a, x) => scalar.incompleteGamma(a, x)[side], saves: { x: [0, 1] },
  check: (_a, _b, d) => { if (!isFloat(d)) throw notImplemented(name, d); },
  grad(g, { x: [a, x], need }) {
    if (need[0]) throw new TorchError(`the derivative for '${name}: input' is not implemented.`, { operator: name });
    const slope = x.neg().add(a.sub(1).mul(x.log())).sub(a.lgamma()).exp();
    return [null, g.mul(side === 'lower' ? slope : slope.neg())];
  },
});

/** Integers as bigints, so that int64 stays exact. */
function integerOp(name: string, f: (a: bigint, b: bigint) => bigint): KernelOperator<never> {
  return kernel({
    schema: `${name}(Tensor input, Tensor other)`,
    elementwise: true,
    meta(inputs) {
      const dtype = resultType(...inputs);
      if (!isInt(dtype)) throw notImplemented(`${name}_cpu`, dtype);
      return { shape: broadcastAll(name, inputs), dtype };
    },
    cpu([out], inputs) {
      const [a, b] = inputs.map((x) => spread(denseAs(x as Tensor, 'int64'), out.shape).window() as BigInt64Array);
      const result = Tensor.allocate(out.shape, 'int64', out.device), to = result.window() as BigInt64Array;
      for (let i = 0; i < to.length; i++) to[i] = f(a[i], b[i]);
      out.window().set(denseAs(result, out.dtype).window() as never);
    },
    grad: 'integers have no gradient',
  });
}
const magnitude = (v: bigint): bigint => (v < 0n ? -v : v);
function gcd(a: bigint, b: bigint): bigint {
  let x = magnitude(a), y = magnitude(b);
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

const words = new DataView(new ArrayBuffer(8));
/** For each floating dtype its width, and how a value becomes bits and bits a value. */
const formats: Partial<Record<DType, { width: bigint; bits(v: number): bigint; value(b: bigint): number }>> = {
  float64: { width: 64n, bits(v) { words.setFloat64(0, v); return words.getBigUint64(0); }, value(b) { words.setBigUint64(0, b); return words.getFloat64(0); } },
  float32: { width: 32n, bits(v) { words.setFloat32(0, v); return BigInt(words.getUint32(0)); }, value(b) { words.setUint32(0, Number(b)); return words.getFloat32(0); } },
  float16: { width: 16n, bits: (v) => BigInt(halfBits(v)), value: (b) => fromHalf(Number(b)) },
  bfloat16: { width: 16n, bits: (v) => BigInt(bfloat16Bits(v)), value: (b) => fromBFloat16(Number(b)) },
};
function nextAfter(dtype: DType, from: number, to: number): number {
  if (Number.isNaN(from) || Number.isNaN(to)) return NaN;
  if (from === to) return to;
  const { width, bits, value } = formats[dtype]!, sign = 1n << (width - 1n), b = bits(from);
  // Without the sign bit, neighbouring bits are neighbouring numbers; negative ones count backwards.
  const next = (b & sign ? sign - b : b) + (to > from ? 1n : -1n);
  return value(next < 0n ? sign - next : next);
}

/** mantissa · 2^exponent, 0.5 <= |mantissa| < 1. */
function split(v: number): [mantissa: number, exponent: number] {
  if (v === 0 || !Number.isFinite(v)) return [v, 0];
  let e = Math.floor(Math.log2(Math.abs(v))) + 1, m = v / 2 ** e;
  if (!Number.isFinite(m) || m === 0) { m = (v * 2 ** 60) / 2 ** (e + 60); }
  if (Math.abs(m) >= 1) { m /= 2; e++; } else if (Math.abs(m) < 0.5) { m *= 2; e--; }
  return [m, e];
}

const { frexp: parts } = functions<{ frexp(): Tensor[] }>({
  frexp: kernel({
    schema: 'frexp(Tensor input)',
    meta([x]) {
      const { shape, dtype } = x as Tensor;
      if (!isFloat(dtype)) throw new TorchError('torch.frexp() only supports floating-point dtypes', { operator: 'frexp', dtypes: [dtype] });
      return [{ shape, dtype }, { shape, dtype: 'int32' }];
    },
    cpu([mantissa, exponent], [x]) {
      const e = exponent.window() as Int32Array;
      (denseAs(x as Tensor, 'float64').window() as Float64Array).forEach((v, i) => { e[i] = split(v)[1]; });
      mapElements(mantissa, [x as Tensor], (v) => split(v)[0]);
    },
    saves: { y: [1] },
    grad: (g, { y: [, exponent] }) => [g.div(exponent.exp2())],
  }),
});

export const specials: Table<SpecialOps> = {
  polygamma: kernel<{ n: number }>({
    schema: 'polygamma(Tensor input, int n)',
    elementwise: true,
    meta([x], { n }) {
      if (n < 0) throw new TorchError('polygamma(n, x) does not support negative n.', { operator: 'polygamma' });
      return { shape: (x as Tensor).shape, dtype: floating((x as Tensor).dtype) };
    },
    cpu([out], [x], { n }) { mapElements(out, [x as Tensor], (v) => scalar.polygamma(n, v)); },
    saves: { x: [0] },
    grad: (g, { x: [x], attrs: { n } }) => [g.mul(x.polygamma(n + 1))],
  }),
  i0: ofInput('i0', besselI(0), (x) => only.i1(x)),
  igamma: incomplete('igamma', 'lower'),
  igammac: incomplete('igammac', 'upper'),
  gcd: integerOp('gcd', gcd),
  lcm: integerOp('lcm', (a, b) => { const d = gcd(a, b); return d === 0n ? 0n : magnitude((a / d) * b); }),
  nextafter: kernel({
    schema: 'nextafter(Tensor input, Tensor other)',
    elementwise: true,
    meta(inputs) {
      const dtype = resultType(...inputs);
      if (!isFloat(dtype)) throw notImplemented('nextafter_cpu', dtype);
      return { shape: broadcastAll('nextafter', inputs), dtype };
    },
    cpu([out], inputs) { mapElements(out, inputs as Tensor[], (a, b) => nextAfter(out.dtype, a, b)); },
    saves: { x: [0, 1] },
    grad(g, { x: [a, b] }) { const same = a.eq(b); return [g.maskedFill(same, 0), g.maskedFill(same.logicalNot(), 0)]; },
  }),
  frexp: composite({ schema: 'frexp(Tensor input)', compose: (x: Tensor) => results('frexp', ['mantissa', 'exponent'] as const, parts(x)) }),
};

export const specialFunctions: Table<SpecialFunctions> = {
  entr: ofInput('entr', (v) => (Number.isNaN(v) ? v : v > 0 ? -v * Math.log(v) : v === 0 ? 0 : -Infinity), (x) => x.log().add(1).neg()),
  erfcx: ofInput('erfcx', scalar.erfcx, (x) => x.mul(2).mul(only.erfcx(x)).sub(2 / Math.sqrt(Math.PI))),
  i0e: ofInput('i0e', (v) => scalar.besselIe(0, v), (x) => only.i1e(x).sub(x.sign().mul(only.i0e(x)))),
  i1: ofInput('i1', besselI(1), (x) => x.i0().sub(only.i1(x).div(x)).maskedFill(x.eq(0), 0.5)),
  i1e: ofInput('i1e', (v) => scalar.besselIe(1, v), (x) => only.i0e(x).sub(only.i1e(x).mul(x.sign().add(x.reciprocal()))).maskedFill(x.eq(0), 0.5)),
  ndtr: ofInput('ndtr', scalar.ndtr, bell),
  logNdtr: ofInput('logNdtr', scalar.logNdtr, (x) => only.erfcx(x.mul(-Math.SQRT1_2)).reciprocal().mul(2 * NORMAL)),
  xlog1py: binaryOp('xlog1py', {
    operands: 'either', float: true, saves: { x: [0, 1] },
    each: (x, y) => (Number.isNaN(y) ? y : x === 0 ? 0 : x * Math.log1p(y)),
    grad(g, { x: [x, y], need }) {
      const other = y instanceof Tensor ? y : g.newFull([], Number(y));
      return [need[0] ? only.xlog1py(g, other).maskedFill(x.eq(0).logicalAnd(other.le(-1)), 0) : null, need[1] ? g.mul(x).div(other.add(1)) : null];
    },
  }),
  zeta: binaryOp('zeta', {
    operands: 'either', float: true, each: scalar.zeta, saves: { x: [0, 1] },
    grad(g, { x: [x, q], need }) {
      if (need[0]) throw new TorchError('the derivative for \'special_zeta: self\' is not implemented.', { operator: 'zeta' });
      return [null, g.mul(x).mul(only.zeta(x instanceof Tensor ? x.add(1) : g.newFull([], Number(x) + 1), q)).neg()];
    },
  }),
};
const only: Functions<SpecialFunctions> = functions<SpecialFunctions>(specialFunctions);
