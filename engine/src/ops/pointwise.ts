import { binary, unary, workDType, zip } from '../cpu/pointwise.ts';
import { denseAs } from '../cpu/copy.ts';
import { TorchError } from '../errors.ts';
import { dtypeInfo, isFloat, resultType, type DType } from '../tensor/dtype.ts';
import { rounderTo } from '../tensor/read.ts';
import { Tensor, type Operand } from '../tensor/tensor.ts';
import { broadcastAll, binaryOp, crosswise, floating, needsTensor, nodeName, noSlope, notImplemented, promoted } from './elementwise.ts';
import { functions } from './install.ts';
import { composite, kernel, type Input, type KernelOperator, type Table } from './operator.ts';
import type { Functions } from './signatures.ts';

type Rounding = 'trunc' | 'floor' | null;

/** Arithmetic on two or three operands, with broadcasting and type promotion. */
export interface PointwiseOps {
  /** `input + alpha * other`. */
  add(other: Operand, options?: { alpha?: number }): Tensor;
  /** `input - alpha * other`. */
  sub(other: Operand, options?: { alpha?: number }): Tensor;
  /** The same as `sub`. */
  subtract(other: Operand, options?: { alpha?: number }): Tensor;
  /** `other - alpha * input`. */
  rsub(other: Operand, options?: { alpha?: number }): Tensor;
  /** The elementwise product. */
  mul(other: Operand): Tensor;
  /** The same as `mul`. */
  multiply(other: Operand): Tensor;
  /** True division; `roundingMode` `'trunc'` or `'floor'` rounds the quotient and keeps integers. */
  div(other: Operand, options?: { roundingMode?: Rounding }): Tensor;
  /** The same as `div`. */
  divide(other: Operand, options?: { roundingMode?: Rounding }): Tensor;
  /** `div` without rounding. */
  trueDivide(other: Operand): Tensor;
  /** The quotient rounded down, as Python's `//`. */
  floorDivide(other: Operand): Tensor;
  /** The remainder with the sign of `other`, as Python's `%`. */
  remainder(other: Operand): Tensor;
  /** The remainder with the sign of `input`, as C's `fmod`. */
  fmod(other: Operand): Tensor;
  /** `input ** exponent`. */
  pow(exponent: Operand): Tensor;
  /** `input ** exponent`, computed in float64. */
  floatPower(exponent: Operand): Tensor;
  /** The larger of the two; NaN where either is NaN. */
  maximum(other: Tensor): Tensor;
  /** The smaller of the two; NaN where either is NaN. */
  minimum(other: Tensor): Tensor;
  /** The larger of the two; where one is NaN, the other. */
  fmax(other: Tensor): Tensor;
  /** The smaller of the two; where one is NaN, the other. */
  fmin(other: Tensor): Tensor;
  /** The angle of the point (`other`, `input`), in radians from -π to π. */
  atan2(other: Tensor): Tensor;
  /** The same as `atan2`. */
  arctan2(other: Tensor): Tensor;
  /** `sqrt(input² + other²)`. */
  hypot(other: Tensor): Tensor;
  /** The magnitude of `input` with the sign of `other`. */
  copysign(other: Operand): Tensor;
  /** 0 where `input` is negative, `values` where it is 0, 1 where it is positive. */
  heaviside(values: Tensor): Tensor;
  /** `input * 2 ** other`. */
  ldexp(other: Tensor): Tensor;
  /** `input * log(other)`, and 0 where `input` is 0. */
  xlogy(other: Operand): Tensor;
  /** `log(exp(input) + exp(other))` without overflow. */
  logaddexp(other: Tensor): Tensor;
  /** `log2(2 ** input + 2 ** other)` without overflow. */
  logaddexp2(other: Tensor): Tensor;
  /** `input + weight * (end - input)`. */
  lerp(end: Tensor, weight: Operand): Tensor;
  /** `input + value * tensor1 * tensor2`. */
  addcmul(tensor1: Tensor, tensor2: Tensor, options?: { value?: number }): Tensor;
  /** `input + value * tensor1 / tensor2`. */
  addcdiv(tensor1: Tensor, tensor2: Tensor, options?: { value?: number }): Tensor;
}
/** As functions, these take a number as the first of the two as well: `torch.pow(2, x)`. */
type NumberFirst = { readonly [K in 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'floatPower' | 'remainder' | 'trueDivide' | 'xlogy']: (input: number, other: Tensor) => Tensor };
export type PointwiseFunctions = Functions<PointwiseOps> & NumberFirst;

/** Those of them that also have an in-place form. */
export const pointwiseInPlace = [
  'add', 'sub', 'subtract', 'mul', 'multiply', 'div', 'divide', 'trueDivide', 'floorDivide', 'remainder', 'fmod', 'pow', 'floatPower',
  'atan2', 'arctan2', 'hypot', 'copysign', 'heaviside', 'ldexp', 'xlogy', 'lerp', 'addcmul', 'addcdiv',
] as const;

/** `input ± alpha * other`, as one operator. */
function sumOp(name: 'add' | 'sub', check?: (a: Input, b: Input) => void): KernelOperator<never> {
  const sign = name === 'add' ? 1 : -1;
  return kernel<{ alpha: number | boolean }>({
    schema: `${name}(Operand input, Operand other, *, Scalar alpha=1)`,
    node: nodeName(name),
    elementwise: true,
    meta([a, b], { alpha }) {
      const dtype = promoted(a, b);
      check?.(a, b);
      if (typeof alpha === 'boolean' && dtype !== 'bool') throw new TorchError('Boolean alpha only supported for Boolean results.', { operator: name });
      if (!isFloat(dtype) && !Number.isInteger(Number(alpha))) throw new TorchError('For integral input tensors, argument alpha must not be a floating point number.', { operator: name });
      return { shape: broadcastAll(name, [a, b]), dtype };
    },
    cpu([out], [a, b], { alpha }) {
      const dtype = promoted(a, b);
      let other = b as Operand;
      if (Number(alpha) !== 1) {
        if (other instanceof Tensor) { const scaled = Tensor.allocate(other.shape, dtype, other.device); binary('mul', scaled, other, alpha, dtype); other = scaled; }
        else other = Number(other) * Number(alpha);
      }
      // A first operand that is a number becomes one of the dtype; a second one stays exact, as in PyTorch.
      binary(name, out, a instanceof Tensor || !isFloat(dtype) ? (a as Operand) : rounderTo(dtype)(Number(a)), other, dtype);
    },
    grad: (g, { need, attrs }) => { const scale = sign * Number(attrs.alpha); return [g, !need[1] ? null : scale === 1 ? g : scale === -1 ? g.neg() : g.mul(scale)]; },
  });
}

/** Raises where integers are divided by zero: there is no value to return. */
function checkDivisor(b: Operand, d: DType): void {
  if (isFloat(d)) return;
  if (b instanceof Tensor ? (denseAs(b, 'int64').window() as BigInt64Array).includes(0n) : Number(b) === 0) throw new TorchError('ZeroDivisionError', { operator: 'div' });
}

/** Exponents for which there is a faster kernel. */
const powerKernels: Record<number, string> = { 2: 'square', 0.5: 'sqrt', [-0.5]: 'rsqrt', [-1]: 'reciprocal' };

const kernelOf: Record<string, string> = { trunc: 'trunc_divide', floor: 'floor_divide' };
const div = kernel<{ roundingMode?: string | null }>({
  schema: 'div(Operand input, Operand other, *, str? rounding_mode=None)',
  node: 'DivBackward0',
  elementwise: true,
  meta([a, b], { roundingMode }) {
    if (roundingMode && kernelOf[roundingMode] === undefined) throw new TorchError(`div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '${roundingMode}'`, { operator: 'div' });
    const d = promoted(a, b);
    return { shape: broadcastAll('div', [a, b]), dtype: roundingMode ? d : floating(d) };
  },
  cpu([out], [a, b], { roundingMode }) {
    const d = promoted(a, b);
    if (roundingMode) checkDivisor(b as Operand, d);
    // The quotient of 16-bit floats is rounded before it is cut.
    if (roundingMode === 'trunc' && isFloat(d) && dtypeInfo(d).bytes === 2) { binary('div', out, a as Operand, b as Operand, d); unary('trunc', out, out, d); }
    else binary(roundingMode ? kernelOf[roundingMode] : 'div', out, a as Operand, b as Operand, roundingMode ? d : floating(d));
  },
  saves: (need, { roundingMode }) => (roundingMode ? {} : { x: [...(need[1] ? [0] : []), 1] }),
  grad: (g, { x: [a, b], need, attrs }) => (attrs.roundingMode ? [noSlope(g), noSlope(g)] : [need[0] ? g.div(b) : null, need[1] ? g.mul(a).div(b).div(b).neg() : null]),
});

/** An integer operator over the remainder kernels. */
const divisive = (name: string, kernelName: string, grad: KernelOperator['grad'], saves?: KernelOperator['saves'], operands: 'either' | 'other' = 'either'): KernelOperator<never> =>
  binaryOp(name, { operands, kernel: kernelName, check: (a, b, d) => { if (d === 'bool') throw notImplemented(kernelName, d); checkDivisor(b, d); }, ...(saves ? { saves } : {}), grad });

/** The gradient to the operand that wins; half to each where they are equal, as PyTorch does. */
function tieShare(g: Tensor, wins: Tensor, tie: Tensor): Tensor[] {
  const left = g.mul(wins).add(g.mul(tie).mul(0.5));
  return [left, g.sub(left)];
}
/** As it is, or made of a number: for operators of which the first operand may be a number. */
const like = (x: Operand, t: Tensor): Tensor => (x instanceof Tensor ? x : t.newFull([], Number(x)));

const isBool = (x: Input): boolean => (x instanceof Tensor ? x.dtype === 'bool' : typeof x === 'boolean');
const sub = sumOp('sub', (a, b) => {
  if (isBool(a) && isBool(b)) throw new TorchError('Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.', { operator: 'sub', dtypes: ['bool', 'bool'] });
  if (isBool(a) || isBool(b)) throw new TorchError('Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.', { operator: 'sub', dtypes: ['bool'] });
});
/** `sub` as a function, whose first operand may be a number. */
const { subtract } = functions<{ subtract(other: Operand, options?: { alpha?: number }): Tensor }>({ subtract: sub });
const mul = binaryOp('mul', { operands: 'either', saves: crosswise, grad: (g, { x: [a, b], need }) => [need[0] ? g.mul(b) : null, need[1] ? g.mul(a) : null] });
const atan2 = binaryOp('atan2', {
  operands: 'tensors', float: true, saves: { x: [0, 1] },
  grad: (g, { x: [y, x] }) => { const scaled = g.div(y.mul(y).add(x.mul(x))); return [scaled.mul(x), scaled.mul(y).neg()]; },
});

const exponential = (name: string, kind: 'e' | '2'): KernelOperator<never> => binaryOp(name, {
  operands: 'tensors', check: (_a, _b, d) => { if (!isFloat(d)) throw notImplemented(`${name}_cpu`, d); },
  each: (a, b) => { const m = Math.max(a, b); return m === Infinity || m === -Infinity ? m : kind === 'e' ? m + Math.log1p(Math.exp(-Math.abs(a - b))) : m + Math.log1p(2 ** -Math.abs(a - b)) / Math.LN2; },
  saves: { x: [0, 1], y: [0] },
  grad: (g, { x: [a, b], y: [y] }) => [a, b].map((x) => g.mul(kind === 'e' ? x.sub(y).exp() : x.sub(y).exp2())),
});

/** `input` plus a function of two tensors times a number. */
function fusedOp(name: string, check: (a: Tensor, b: Tensor) => void, grad: (g: Tensor, value: number, a: Tensor, b: Tensor) => Tensor[]): KernelOperator<never> {
  return kernel<{ value: number }>({
    schema: `${name}(Tensor input, Tensor tensor1, Tensor tensor2, *, Scalar value=1)`,
    elementwise: true,
    meta(inputs, { value }) {
      check(inputs[1] as Tensor, inputs[2] as Tensor);
      const dtype = resultType(...inputs);
      if (dtype === 'bool') throw notImplemented(`${name}_cpu_out`, dtype);
      return { shape: broadcastAll(name, inputs), dtype };
    },
    cpu([out], inputs, { value }) { zip(name, out, inputs as Tensor[], isFloat(out.dtype) ? Number(value) : Math.trunc(Number(value))); },
    saves: { x: [1, 2] },
    grad: (g, { x: [, a, b], attrs }) => [g, ...grad(g, Number(attrs.value), a, b)],
  });
}

const pow = kernel({
  schema: 'pow(Operand input, Operand exponent)',
  elementwise: true,
  meta([a, b]) {
    needsTensor('pow', a, b);
    const dtype = promoted(a, b);
    if (dtype === 'bool' && b instanceof Tensor) throw notImplemented('pow', dtype);
    if (!(b instanceof Tensor) && Number(b) < 0 && !isFloat(dtype)) throw new TorchError('Integers to negative integer powers are not allowed.', { operator: 'pow' });
    return { shape: broadcastAll('pow', [a, b]), dtype };
  },
  cpu([out], [a, b]) {
    const dtype = promoted(a, b), simple = typeof b === 'number' && isFloat(dtype) ? powerKernels[b] : undefined;
    if (simple && a instanceof Tensor) unary(simple, out, a, dtype);
    else if (b === 3 && a instanceof Tensor && a !== out && a.dtype === out.dtype && out.dtype === workDType(out.dtype) && isFloat(dtype)) { unary('square', out, a, dtype); binary('mul', out, out, a, dtype); }
    else binary('pow', out, a as Operand, b as Operand, dtype);
  },
  saves: (need) => ({ x: [0, 1], y: need[1] ? [0] : [] }),
  grad: (g, { x: [a, b], y: [y], need }) => [need[0] ? baseSlope(a, b).mul(g) : null, need[1] ? exponentSlope(a, b, y).mul(g) : null],
});
/** `div` and `pow` as functions, whose first operand may be a number. */
const { div: quotient, pow: power } = functions<{ div(other: Operand): Tensor; pow(exponent: Operand): Tensor }>({ div, pow });

export const pointwise: Table<PointwiseOps> = {
  add: sumOp('add'),
  sub, subtract: sub,
  rsub: composite({ schema: 'rsub(Tensor input, Operand other, *, Scalar alpha=1)', compose: (x: Tensor, other: Operand, alpha: number) => subtract(other as Tensor, x, { alpha }) }),
  mul, multiply: mul,
  div, divide: div,
  trueDivide: composite({ schema: 'trueDivide(Operand input, Operand other)', compose: (x: Operand, other: Operand) => quotient(x as Tensor, other) }),
  floorDivide: divisive('floorDivide', 'floor_divide', (g) => [noSlope(g), noSlope(g)]),
  remainder: divisive('remainder', 'remainder', (g, { x: [a, b], need }) => [g, need[1] ? g.mul(a.div(b, { roundingMode: 'floor' })).neg() : null], (need) => (need[1] ? { x: [0, 1] } : {})),
  fmod: divisive('fmod', 'fmod', (g, { x: [a, b], need }) => [g, need[1] ? g.mul(a.div(b, { roundingMode: 'trunc' })).neg() : null], (need) => (need[1] ? { x: [0, 1] } : {}), 'other'),
  pow,
  floatPower: composite({
    schema: 'floatPower(Operand input, Operand exponent)',
    compose(a: Operand, b: Operand) { needsTensor('floatPower', a, b); const double = (x: Operand): Operand => (x instanceof Tensor ? x.to('float64') : x); return power(double(a) as Tensor, double(b)); },
  }),
  maximum: binaryOp('maximum', { operands: 'tensors', saves: { x: [0, 1] }, grad: (g, { x: [a, b] }) => tieShare(g, a.gt(b), a.eq(b)) }),
  minimum: binaryOp('minimum', { operands: 'tensors', saves: { x: [0, 1] }, grad: (g, { x: [a, b] }) => tieShare(g, a.lt(b), a.eq(b)) }),
  fmax: binaryOp('fmax', { operands: 'tensors', kernel: (d) => (isFloat(d) ? 'fmax' : 'maximum'), saves: { x: [0, 1] }, grad: (g, { x: [a, b] }) => { const left = a.ge(b).logicalOr(b.isnan()); return [g.mul(left), g.mul(left.logicalNot())]; } }),
  fmin: binaryOp('fmin', { operands: 'tensors', kernel: (d) => (isFloat(d) ? 'fmin' : 'minimum'), saves: { x: [0, 1] }, grad: (g, { x: [a, b] }) => { const left = a.le(b).logicalOr(b.isnan()); return [g.mul(left), g.mul(left.logicalNot())]; } }),
  atan2, arctan2: atan2,
  hypot: binaryOp('hypot', {
    operands: 'tensors', saves: { x: [0, 1], y: [0] },
    check: (_a, _b, d) => { if (!isFloat(d)) throw notImplemented('hypot_cpu', d); },
    grad: (g, { x: [a, b], y: [y] }) => [a, b].map((x) => g.mul(x.div(y)).maskedFill(y.eq(0), 0)),
  }),
  copysign: binaryOp('copysign', {
    float: true, saves: { x: [0], y: [0] },
    grad: (g, { x: [a], y: [y] }) => [g.mul(y.div(a).maskedFill(a.eq(0), 0)), noSlope(g)],
  }),
  heaviside: binaryOp('heaviside', {
    schema: 'heaviside(Tensor input, Tensor values)',
    each: (x, v) => (Number.isNaN(x) ? x : x === 0 ? v : x > 0 ? 1 : 0),
    check: (a, b) => { if ((a as Tensor).dtype !== (b as Tensor).dtype) throw new TorchError('heaviside is not yet implemented for tensors with different dtypes.', { operator: 'heaviside', dtypes: [(a as Tensor).dtype, (b as Tensor).dtype] }); },
    grad: 'PyTorch gives heaviside no gradient',
  }),
  ldexp: composite({ schema: 'ldexp(Tensor input, Tensor other)', compose: (x: Tensor, other: Tensor) => x.mul(other.exp2()) }),
  xlogy: binaryOp('xlogy', {
    operands: 'either', float: true, saves: { x: [0, 1] },
    each: (x, y) => (Number.isNaN(y) ? y : x === 0 ? 0 : x * Math.log(y)),
    grad: (g, { x: [x, y], need }) => [
      need[0] ? g.xlogy(y).maskedFill(x.eq(0).logicalAnd(like(y, g).le(0)), 0) : null,
      need[1] ? g.mul(x).div(y) : null,
    ],
  }),
  logaddexp: exponential('logaddexp', 'e'),
  logaddexp2: exponential('logaddexp2', '2'),
  lerp: composite({
    schema: 'lerp(Tensor input, Tensor end, Operand weight)',
    node: 'LerpBackward0',
    compose(x: Tensor, end: Tensor, w: Operand) {
      for (const [name, t] of [['end', end], ['weight', w]] as const) if (t instanceof Tensor && t.dtype !== x.dtype) throw new TorchError(`expected dtype ${x.dtype} for \`${name}\` but got dtype ${t.dtype}`, { operator: 'lerp', dtypes: [x.dtype, t.dtype] });
      if (!isFloat(x.dtype)) throw notImplemented(w instanceof Tensor ? 'lerp_kernel_tensor' : 'lerp_kernel_scalar', x.dtype);
      // 16-bit floats are rounded once, at the end.
      if (dtypeInfo(x.dtype).bytes === 2) return x.float().lerp(end.float(), w instanceof Tensor ? w.float() : w).to(x.dtype);
      const step = end.sub(x);
      // From the nearer end, so that weight 1 gives `end` exactly.
      if (!(w instanceof Tensor)) return Number(w) < 0.5 ? x.add(step.mul(w)) : end.sub(step.mul(1 - Number(w)));
      return step.mul(w).add(x).where(w.abs().lt(0.5), end.sub(step.mul(w.neg().add(1))));
    },
  }),
  addcmul: fusedOp('addcmul', () => {}, (g, value, a, b) => [g.mul(b).mul(value), g.mul(a).mul(value)]),
  addcdiv: fusedOp('addcdiv', (a, b) => {
    if (!isFloat(a.dtype) && !isFloat(b.dtype)) throw new TorchError('Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs.', { operator: 'addcdiv', dtypes: [a.dtype, b.dtype] });
  }, (g, value, a, b) => [g.div(b).mul(value), g.mul(a).div(b).div(b).mul(-value)]),
};

/** The derivative of a ** b for a: b * a ** (b - 1), and 0 where b is 0, whatever a is. */
function baseSlope(a: Tensor, b: Operand): Tensor {
  if (b instanceof Tensor) return b.mul(a.pow(b.sub(1))).maskedFill(b.eq(0), 0);
  const e = Number(b);
  return e === 0 ? noSlope(a) : e === 2 ? a.mul(2) : a.pow(e - 1).mul(e);
}
/** The derivative of a ** b for b: y * log(a), and its limit 0 where a is 0 and b is not negative. */
function exponentSlope(a: Operand, b: Tensor, y: Tensor): Tensor {
  if (a instanceof Tensor) return y.mul(a.log()).maskedFill(a.eq(0).logicalAnd(b.ge(0)), 0);
  const slope = y.mul(Math.log(Number(a)));
  return Number(a) === 0 ? slope.maskedFill(b.ge(0), 0) : slope;
}
