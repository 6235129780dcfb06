import { copyInto } from '../cpu/copy.ts';
import { mapElements, unary as runKernel } from '../cpu/pointwise.ts';
import { TorchError } from '../errors.ts';
import { dtypeInfo, finfo, isFloat } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';
import { noSlope, notImplemented, floating, unaryOp } from './elementwise.ts';
import { composite, kernel, type KernelOperator, type Saves, type Table } from './operator.ts';
import { digamma, erfinv, lgamma } from '../cpu/special-functions.ts';

/** Functions of one number, element by element. Integers give the default floating dtype, except where noted. */
export interface UnaryOps {
  /** The magnitude; keeps integers. */
  abs(): Tensor;
  /** The same as `abs`. */
  absolute(): Tensor;
  /** The negative; keeps integers. */
  neg(): Tensor;
  /** The same as `neg`. */
  negative(): Tensor;
  /** The input itself; throws for bool. */
  positive(): Tensor;
  /** -1, 0 or 1; keeps integers. */
  sign(): Tensor;
  /** The same as `sign` for real numbers. */
  sgn(): Tensor;
  /** Rounds up; keeps integers. */
  ceil(): Tensor;
  /** Rounds down; keeps integers. */
  floor(): Tensor;
  /** Rounds toward 0; keeps integers. */
  trunc(): Tensor;
  /** The same as `trunc`. */
  fix(): Tensor;
  /** Rounds to `decimals` digits, ties to even; keeps integers. */
  round(options?: { decimals?: number }): Tensor;
  /** What `trunc` cuts off. */
  frac(): Tensor;
  /** `input ** 2`. */
  square(): Tensor;
  sqrt(): Tensor;
  /** `1 / sqrt(input)`. */
  rsqrt(): Tensor;
  /** `1 / input`. */
  reciprocal(): Tensor;
  exp(): Tensor;
  /** `2 ** input`. */
  exp2(): Tensor;
  /** `exp(input) - 1`, exact near 0. */
  expm1(): Tensor;
  /** Natural logarithm. */
  log(): Tensor;
  log2(): Tensor;
  log10(): Tensor;
  /** `log(1 + input)`, exact near 0. */
  log1p(): Tensor;
  sin(): Tensor;
  cos(): Tensor;
  tan(): Tensor;
  asin(): Tensor;
  acos(): Tensor;
  atan(): Tensor;
  sinh(): Tensor;
  cosh(): Tensor;
  asinh(): Tensor;
  acosh(): Tensor;
  atanh(): Tensor;
  arcsin(): Tensor;
  arccos(): Tensor;
  arctan(): Tensor;
  arcsinh(): Tensor;
  arccosh(): Tensor;
  arctanh(): Tensor;
  /** `sin(πx) / (πx)`, and 1 at 0. */
  sinc(): Tensor;
  /** Degrees to radians. */
  deg2rad(): Tensor;
  /** Radians to degrees. */
  rad2deg(): Tensor;
  /** The error function. */
  erf(): Tensor;
  /** `1 - erf(input)`, exact for large inputs. */
  erfc(): Tensor;
  /** The inverse of `erf`. */
  erfinv(): Tensor;
  /** Natural logarithm of |Γ|. */
  lgamma(): Tensor;
  /** The derivative of `lgamma`. */
  digamma(): Tensor;
  /** `log(input / (1 - input))`, with the input clamped to [eps, 1 - eps] where `eps` is given. */
  logit(eps?: number | null | { eps?: number | null }): Tensor;
  /** Replaces NaN and the infinities (by the dtype's largest and smallest numbers unless given). */
  nanToNum(nan?: number | null | { nan?: number | null; posinf?: number | null; neginf?: number | null }, posinf?: number | null, neginf?: number | null): Tensor;
}
/** Those of them that also have an in-place form. */
export const unaryInPlace = [
  'abs', 'absolute', 'neg', 'negative', 'sign', 'sgn', 'ceil', 'floor', 'trunc', 'fix', 'round', 'frac', 'square', 'sqrt', 'rsqrt', 'reciprocal',
  'exp', 'exp2', 'expm1', 'log', 'log2', 'log10', 'log1p', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'asinh', 'acosh', 'atanh',
  'arcsin', 'arccos', 'arctan', 'arcsinh', 'arccosh', 'arctanh', 'sinc', 'deg2rad', 'rad2deg', 'erf', 'erfc', 'erfinv', 'lgamma', 'digamma', 'logit', 'nanToNum',
] as const;

const X: Saves = { x: [0] }, Y: Saves = { y: [0] };
/** Records whose derivative is a function of the input. */
const ofInput = (name: string, slope: (x: Tensor) => Tensor, each?: (v: number) => number): KernelOperator<never> =>
  unaryOp(name, { saves: X, grad: (g, { x: [x] }) => [g.mul(slope(x))], ...(each ? { each } : {}) });
/** Records whose derivative is a function of the result. */
const ofResult = (name: string, slope: (y: Tensor) => Tensor, each?: (v: number) => number): KernelOperator<never> =>
  unaryOp(name, { saves: Y, grad: (g, { y: [y] }) => [g.mul(slope(y))], ...(each ? { each } : {}) });
/** Records of rounding functions. */
const step = (name: string): KernelOperator<never> => unaryOp(name, { identityOnInts: true, grad: (g) => [noSlope(g)] });

const one = (x: Tensor): Tensor => x.mul(x).neg().add(1);
const abs = unaryOp('abs', { float: false, saves: X, grad: (g, { x: [x] }) => [g.mul(x.sign())] });
const neg = unaryOp('neg', {
  float: false, grad: (g) => [g.neg()],
  check: (x) => { if (x.dtype === 'bool') throw new TorchError('Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.', { operator: 'neg', dtypes: [x.dtype] }); },
});
const sign = unaryOp('sign', { float: false, grad: (g) => [noSlope(g)] });
const trunc = step('trunc');
const asin = ofInput('asin', (x) => one(x).rsqrt()), acos = ofInput('acos', (x) => one(x).rsqrt().neg()), atan = ofInput('atan', (x) => x.mul(x).add(1).reciprocal());
const asinh = ofInput('asinh', (x) => x.mul(x).add(1).rsqrt()), acosh = ofInput('acosh', (x) => x.mul(x).sub(1).rsqrt()), atanh = ofInput('atanh', (x) => one(x).reciprocal());

export const unary: Table<UnaryOps> = {
  abs, absolute: abs,
  neg, negative: neg,
  positive: composite({
    schema: 'positive(Tensor input)',
    compose(x: Tensor) { if (x.dtype === 'bool') throw new TorchError('The `+` operator, on a bool tensor is not supported.', { operator: 'positive', dtypes: [x.dtype] }); return x; },
  }),
  sign, sgn: sign,
  ceil: step('ceil'),
  floor: step('floor'),
  trunc, fix: trunc,
  round: kernel<{ decimals: number }>({
    schema: 'round(Tensor input, *, int decimals=0)',
    elementwise: true,
    meta: ([x]) => ({ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype }),
    cpu([out], [x], { decimals }) {
      const t = x as Tensor, scale = 10 ** Math.abs(decimals);
      if (!isFloat(t.dtype)) copyInto(out, t);
      else if (decimals === 0) runKernel('round', out, t, t.dtype);
      else mapElements(out, [t], decimals > 0 ? (v) => roundEven(v * scale) / scale : (v) => roundEven(v / scale) * scale);
    },
    grad: (g) => [noSlope(g)],
  }),
  frac: unaryOp('frac', { float: false, each: (v) => v - Math.trunc(v), check: (x) => { if (!isFloat(x.dtype)) throw notImplemented('frac', x.dtype); }, grad: (g) => [g] }),
  square: composite({ schema: 'square(Tensor input)', compose: (x: Tensor) => x.pow(2) }),
  sqrt: unaryOp('sqrt', { saves: Y, grad: (g, { y: [y] }) => [g.div(y.mul(2))] }),
  rsqrt: ofResult('rsqrt', (y) => y.pow(3).mul(-0.5)),
  reciprocal: ofResult('reciprocal', (y) => y.mul(y).neg()),
  exp: ofResult('exp', (y) => y),
  exp2: ofResult('exp2', (y) => y.mul(Math.LN2)),
  expm1: ofResult('expm1', (y) => y.add(1)),
  log: unaryOp('log', { saves: X, grad: (g, { x: [x] }) => [g.div(x)] }),
  log2: ofInput('log2', (x) => x.mul(Math.LN2).reciprocal()),
  log10: ofInput('log10', (x) => x.mul(Math.LN10).reciprocal()),
  log1p: ofInput('log1p', (x) => x.add(1).reciprocal()),
  sin: ofInput('sin', (x) => x.cos()),
  cos: ofInput('cos', (x) => x.sin().neg()),
  tan: ofResult('tan', (y) => y.mul(y).add(1)),
  asin, acos, atan, arcsin: asin, arccos: acos, arctan: atan,
  sinh: ofInput('sinh', (x) => x.cosh()),
  cosh: ofInput('cosh', (x) => x.sinh()),
  asinh, acosh, atanh, arcsinh: asinh, arccosh: acosh, arctanh: atanh,
  sinc: ofInput('sinc', (x) => { const p = x.mul(Math.PI); return p.cos().mul(p).sub(p.sin()).div(p.mul(x)).maskedFill(x.eq(0), 0); }, (v) => (v === 0 ? 1 : Math.sin(Math.PI * v) / (Math.PI * v))),
  deg2rad: composite({ schema: 'deg2rad(Tensor input)', compose: (x: Tensor) => x.mul(isFloat(x.dtype) ? Math.PI / 180 : x.newFull([], Math.PI / 180, { dtype: floating(x.dtype) })) }),
  rad2deg: composite({ schema: 'rad2deg(Tensor input)', compose: (x: Tensor) => x.mul(isFloat(x.dtype) ? 180 / Math.PI : x.newFull([], 180 / Math.PI, { dtype: floating(x.dtype) })) }),
  erf: ofInput('erf', (x) => x.mul(x).neg().exp().mul(2 / Math.sqrt(Math.PI))),
  erfc: ofInput('erfc', (x) => x.mul(x).neg().exp().mul(-2 / Math.sqrt(Math.PI))),
  erfinv: ofResult('erfinv', (y) => y.mul(y).exp().mul(Math.sqrt(Math.PI) / 2), erfinv),
  lgamma: ofInput('lgamma', (x) => x.digamma(), lgamma),
  digamma: ofInput('digamma', (x) => x.polygamma(1), digamma),
  logit: kernel<{ eps: number | null }>({
    schema: 'logit(Tensor input, float? eps=None)',
    elementwise: true,
    meta: ([x]) => ({ shape: (x as Tensor).shape, dtype: floating((x as Tensor).dtype) }),
    cpu([out], [x], { eps }) {
      mapElements(out, [x as Tensor], (v) => { const z = eps === null ? v : v < eps ? eps : v > 1 - eps ? 1 - eps : v; return Math.log(z / (1 - z)); });
    },
    saves: X,
    grad(g, { x: [x], attrs: { eps } }) {
      const slope = g.div(x.mul(x.neg().add(1))), low = eps ?? 0, outside = x.lt(low).logicalOr(x.gt(1 - low));
      return [slope.maskedFill(outside, eps === null ? NaN : 0)];
    },
  }),
  nanToNum: kernel<{ nan: number | null; posinf: number | null; neginf: number | null }>({
    schema: 'nanToNum(Tensor input, float? nan=None, float? posinf=None, float? neginf=None)',
    elementwise: true,
    meta: ([x]) => ({ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype }),
    cpu([out], [x], { nan, posinf, neginf }) {
      const t = x as Tensor, limits = dtypeInfo(t.dtype).category === 2 ? finfo(t.dtype) : { max: 0, min: 0 };
      const none = nan ?? 0, high = posinf ?? limits.max, low = neginf ?? limits.min;
      mapElements(out, [t], (v) => (Number.isNaN(v) ? none : v === Infinity ? high : v === -Infinity ? low : v));
    },
    saves: X,
    grad: (g, { x: [x] }) => [g.maskedFill(x.isfinite().logicalNot(), 0)],
  }),
};

/** To the nearest integer, ties to the even one. */
function roundEven(v: number): number {
  const r = Math.round(v);
  return r - v === 0.5 && r % 2 !== 0 ? r - 1 : r;
}
