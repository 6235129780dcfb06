import { binary, select, unary } from '../cpu/pointwise.ts';
import { denseAs } from '../cpu/copy.ts';
import { TorchError } from '../errors.ts';
import { canCast, isFloat, resultType, scalarTypeName, type DType } from '../tensor/dtype.ts';
import { Tensor, type Operand } from '../tensor/tensor.ts';
import { functions } from './install.ts';
import { binaryOp, broadcastAll, notImplemented } from './elementwise.ts';
import { composite, kernel, type Input, type KernelOperator, type Table } from './operator.ts';

export interface Bounds { min?: Operand | null; max?: Operand | null }

/** Logic, bits, and choosing between values. */
export interface LogicalOps {
  /** True where both are not 0. */
  logicalAnd(other: Tensor): Tensor;
  /** True where either is not 0. */
  logicalOr(other: Tensor): Tensor;
  /** True where exactly one is not 0. */
  logicalXor(other: Tensor): Tensor;
  /** True where the input is 0. */
  logicalNot(): Tensor;
  /** `input & other` on integers and bools. */
  bitwiseAnd(other: Operand): Tensor;
  bitwiseOr(other: Operand): Tensor;
  bitwiseXor(other: Operand): Tensor;
  /** All bits flipped; for bool the logical not. */
  bitwiseNot(): Tensor;
  bitwiseLeftShift(other: Operand): Tensor;
  bitwiseRightShift(other: Operand): Tensor;
  /** The input with `value` where `mask` is true; a copy. */
  maskedFill(mask: Tensor, value: Operand): Tensor;
  /** Limits to the range from `min` to `max`, either of which may be left out; where min > max, the result is max. */
  clamp(min?: Operand | null | Bounds, max?: Operand | null | Bounds): Tensor;
  /** The same as `clamp`. */
  clip(min?: Operand | null | Bounds, max?: Operand | null | Bounds): Tensor;
  clampMin(min: Operand): Tensor;
  clampMax(max: Operand): Tensor;
}
/** Those of them that also have an in-place form. */
export const logicalInPlace = ['logicalAnd', 'logicalOr', 'logicalXor', 'logicalNot', 'bitwiseAnd', 'bitwiseOr', 'bitwiseXor', 'bitwiseNot', 'bitwiseLeftShift', 'bitwiseRightShift', 'maskedFill', 'clamp', 'clip', 'clampMin', 'clampMax'] as const;

const NONE = 'a logical operator is not differentiable';
/** A logical operator as a choice by the first operand's truth. */
function logicOp(name: string, choose: (a: Tensor, b: Tensor) => [Operand, Operand]): KernelOperator<never> {
  return kernel({
    schema: `${name}(Tensor input, Tensor other)`,
    elementwise: true,
    meta: (inputs) => ({ shape: broadcastAll(name, inputs), dtype: 'bool' }),
    cpu([out], inputs) { const [a, b] = inputs.map((x) => denseAs(x as Tensor, 'bool')); select(out, a, ...choose(a, b)); },
    grad: NONE,
  });
}
function not(x: Tensor): Tensor {
  const out = Tensor.allocate(x.shape, 'bool', x.device);
  unary('logical_not', out, x, x.dtype, true);
  return out;
}
const bitOp = (name: string, kernelName: string, shown: string, bools: boolean): KernelOperator<never> => binaryOp(name, {
  operands: 'either', kernel: kernelName, grad: NONE,
  check: (_a, _b, d) => { if (isFloat(d) || (d === 'bool' && !bools)) throw notImplemented(shown, d); },
});

/** C++'s names of the dtypes, which one message uses. */
const cType: Record<DType, string> = { bool: 'bool', uint8: 'uint8_t', int8: 'int8_t', int16: 'int16_t', int32: 'int', int64: 'int64_t', float16: 'at::Half', bfloat16: 'at::BFloat16', float32: 'float', float64: 'double' };

const maskOf = (mask: Tensor, operator: string): void => {
  if (mask.dtype !== 'bool') throw new TorchError(`${operator}_ only supports boolean masks, but got mask with dtype ${scalarTypeName[mask.dtype]}`, { operator, dtypes: [mask.dtype] });
};
const orLimit = (x: Input, fallback: number): number => (x === null ? fallback : Number(x));

/** `condition ? input : other`. */
const choice: KernelOperator<never> = kernel({
  schema: 'where(Tensor condition, Operand input, Operand other)',
  node: 'WhereBackward0',
  meta([condition, a, b]) {
    const c = condition as Tensor;
    if (c.dtype !== 'bool' && c.dtype !== 'uint8') throw new TorchError(`where expected condition to be a boolean tensor, but got a tensor with dtype ${scalarTypeName[c.dtype]}`, { operator: 'where', dtypes: [c.dtype] });
    return { shape: broadcastAll('where', [c, a, b]), dtype: resultType(a, b) };
  },
  cpu([out], [condition, a, b]) { select(out, condition as Tensor, a as Operand, b as Operand); },
  saves: { x: [0] },
  grad: (g, { x: [c], need }) => [null, need[1] ? choose(c, g, 0) : null, need[2] ? choose(c, 0, g) : null],
});
const choose = functions<{ where(input: Operand, other: Operand): Tensor }>({ where: choice }).where;

/** `where` puts the condition first as a function, and the tensor first as a method. */
export interface WhereFunction {
  /** `input` where the condition holds, `other` elsewhere. */
  where(input: Operand, other: Operand): Tensor;
  /** The indices of the true elements, one tensor for each dimension. */
  where(): Tensor[];
}
export interface WhereMethod {
  /** The tensor where the condition holds, `other` elsewhere. */
  where(condition: Tensor, other: Operand): Tensor;
}
export const whereFunction: Table<WhereFunction> = {
  where: composite({
    schema: 'where(Tensor condition, Operand? input=None, Operand? other=None)',
    compose: (condition: Tensor, a: Operand | null, b: Operand | null) => (a === null || b === null ? condition.nonzero({ asTuple: true }) : choose(condition, a, b)),
  }),
};
export const whereMethod: Table<WhereMethod> = {
  where: composite({ schema: 'where(Tensor input, Tensor condition, Operand other)', compose: (x: Tensor, condition: Tensor, other: Operand) => choose(condition, x, other) }),
};

const clamp = kernel<Record<string, never>>({
  schema: 'clamp(Tensor input, Operand? min=None, Operand? max=None)',
  node: 'ClampBackward1',
  elementwise: true,
  meta([x, min, max]) {
    if (min === null && max === null) throw new TorchError('torch.clamp: At least one of \'min\' or \'max\' must not be None', { operator: 'clamp' });
    const dtype = resultType(x, min, max);
    return { shape: broadcastAll('clamp', [x, min, max]), dtype };
  },
  cpu([out], [x, min, max]) {
    const d = resultType(x, min, max);
    if (isFloat(d) && !(min instanceof Tensor) && !(max instanceof Tensor)) { unary('clamp', out, (x as Tensor).dtype === d ? (x as Tensor) : denseAs(x as Tensor, d), d, false, orLimit(min, -Infinity), orLimit(max, Infinity)); return; }
    if (min !== null) binary('maximum', out, x as Tensor, min, d);
    if (max !== null) binary('minimum', out, min === null ? (x as Tensor) : out, max, d);
  },
  saves: { x: [0, 1, 2] },
  grad(g, { x: [x, min, max], need }) {
    const low = min as Operand | null, high = max as Operand | null;
    const above = low === null ? null : x.ge(low), below = high === null ? null : x.le(high);
    const inside = above && below ? above.logicalAnd(below) : (above ?? below)!;
    const t = (v: Operand): Tensor => (v instanceof Tensor ? v : g.newFull([], Number(v)));
    return [
      need[0] ? g.maskedFill(inside.logicalNot(), 0) : null,
      need[1] ? g.maskedFill((high === null ? x.lt(low!) : x.lt(low!).logicalAnd(t(low!).lt(high))).logicalNot(), 0) : null,
      need[2] ? g.maskedFill((low === null ? x.gt(high!) : x.gt(high!).logicalOr(t(high!).lt(low))).logicalNot(), 0) : null,
    ];
  },
});

export const logical: Table<LogicalOps> = {
  logicalAnd: logicOp('logicalAnd', (_a, b) => [b, false]),
  logicalOr: logicOp('logicalOr', (_a, b) => [true, b]),
  logicalXor: logicOp('logicalXor', (_a, b) => [not(b), b]),
  logicalNot: kernel({
    schema: 'logicalNot(Tensor input)',
    elementwise: true,
    meta: ([x]) => ({ shape: (x as Tensor).shape, dtype: 'bool' }),
    cpu([out], [x]) { unary('logical_not', out, x as Tensor, (x as Tensor).dtype, true); },
    grad: NONE,
  }),
  bitwiseAnd: bitOp('bitwiseAnd', 'and', 'bitwise_and_cpu', true),
  bitwiseOr: bitOp('bitwiseOr', 'or', 'bitwise_or_cpu', true),
  bitwiseXor: bitOp('bitwiseXor', 'xor', 'bitwise_xor_cpu', true),
  bitwiseNot: kernel({
    schema: 'bitwiseNot(Tensor input)',
    elementwise: true,
    meta([x]) { const t = x as Tensor; if (isFloat(t.dtype)) throw notImplemented('bitwise_not_cpu', t.dtype); return { shape: t.shape, dtype: t.dtype }; },
    cpu([out], [x]) { const bool = out.dtype === 'bool'; unary(bool ? 'logical_not' : 'not', out, x as Tensor, out.dtype, bool); },
    grad: NONE,
  }),
  bitwiseLeftShift: bitOp('bitwiseLeftShift', 'shl', 'lshift_cpu', false),
  bitwiseRightShift: bitOp('bitwiseRightShift', 'shr', 'rshift_cpu', false),
  maskedFill: kernel({
    schema: 'maskedFill(Tensor input, Tensor mask, Operand value)',
    elementwise: true,
    meta([x, mask, value]) {
      const t = x as Tensor, m = mask as Tensor;
      maskOf(m, 'masked_fill');
      if (value instanceof Tensor && value.ndim > 0) throw new TorchError(`masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s).`, { operator: 'maskedFill', shapes: [value.shape] });
      const from: DType = value instanceof Tensor ? value.dtype : resultType(value);
      if (!canCast(from, t.dtype) && !(t.dtype === 'bool' && !isFloat(from))) throw new TorchError(`value cannot be converted to type ${cType[t.dtype]} without overflow`, { operator: 'maskedFill', dtypes: [t.dtype] });
      return { shape: broadcastAll('maskedFill', [t, m]), dtype: t.dtype };
    },
    cpu([out], [x, mask, value]) { select(out, mask as Tensor, value as Operand, x as Tensor); },
    saves: { x: [1] },
    grad: (g, { x: [, mask], need }) => [need[0] ? g.maskedFill(mask, 0) : null, null, need[2] ? choose(mask, g, 0).sum() : null],
  }),
  clamp, clip: clamp,
  clampMin: composite({ schema: 'clampMin(Tensor input, Operand min)', compose: (x: Tensor, min: Operand) => x.clamp(min) }),
  clampMax: composite({ schema: 'clampMax(Tensor input, Operand max)', compose: (x: Tensor, max: Operand) => x.clamp(null, max) }),
};

