import { mapElements } from '../cpu/pointwise.ts';
import { TorchError } from '../errors.ts';
import { isFloat, scalarTypeName } from '../tensor/dtype.ts';
import { sameShape } from '../tensor/layout.ts';
import { Tensor, type Operand } from '../tensor/tensor.ts';
import { fillWith } from './write.ts';
import { binaryOp, unaryOp } from './elementwise.ts';
import { composite, kernel, type KernelOperator, type Table } from './operator.ts';

/** Tolerances of `isclose` and `allclose`. */
export interface Tolerance { rtol?: number; atol?: number; equalNan?: boolean }

/** Comparisons and tests, element by element; results are bool and have no gradient. */
export interface CompareOps {
  /** `input == other`. */
  eq(other: Operand): Tensor;
  /** `input != other`. */
  ne(other: Operand): Tensor;
  /** `input < other`. */
  lt(other: Operand): Tensor;
  /** `input <= other`. */
  le(other: Operand): Tensor;
  /** `input > other`. */
  gt(other: Operand): Tensor;
  /** `input >= other`. */
  ge(other: Operand): Tensor;
  notEqual(other: Operand): Tensor;
  less(other: Operand): Tensor;
  lessEqual(other: Operand): Tensor;
  greater(other: Operand): Tensor;
  greaterEqual(other: Operand): Tensor;
  /** True if both have the same shape and values. */
  equal(other: Tensor): boolean;
  /** `|input - other| <= atol + rtol * |other|`. */
  isclose(other: Tensor, rtol?: number | Tolerance, atol?: number | Tolerance, equalNan?: boolean): Tensor;
  /** True if `isclose` holds everywhere. */
  allclose(other: Tensor, rtol?: number | Tolerance, atol?: number | Tolerance, equalNan?: boolean): boolean;
  isnan(): Tensor;
  /** True for both infinities. */
  isinf(): Tensor;
  /** True for numbers that are neither infinite nor NaN. */
  isfinite(): Tensor;
  isposinf(): Tensor;
  isneginf(): Tensor;
  /** True everywhere: there are no complex numbers here. */
  isreal(): Tensor;
  /** True where the sign bit is set, -0 included. */
  signbit(): Tensor;
}
/** Those of them that also have an in-place form (the result takes the tensor's dtype). */
export const compareInPlace = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual'] as const;

const NONE = 'a comparison is not differentiable';
const compareOp = (name: string): KernelOperator<never> => binaryOp(name, { test: true, grad: NONE });
/** A test that only floats can pass or fail; integers all give `ints`. */
const floatTest = (name: string, ints: boolean, each?: (v: number) => boolean): KernelOperator<never> => {
  const op = unaryOp(name, { test: true, grad: NONE, ...(each ? { each: (v: number) => Number(each(v)) } : {}) }) as unknown as KernelOperator;
  return kernel({ ...op, cpu(out, [x], attrs) { if (isFloat((x as Tensor).dtype)) op.cpu(out, [x], attrs); else fillWith(out[0], ints); } });
};
const ne = compareOp('ne'), lt = compareOp('lt'), le = compareOp('le'), gt = compareOp('gt'), ge = compareOp('ge');

export const compare: Table<CompareOps> = {
  eq: compareOp('eq'), ne, lt, le, gt, ge, notEqual: ne, less: lt, lessEqual: le, greater: gt, greaterEqual: ge,
  equal: composite({
    schema: 'equal(Tensor input, Tensor other)',
    compose(x: Tensor, y: Tensor) {
      if (x.device !== y.device) throw new TorchError(`Expected all tensors to be on the same device, but found at least two devices, ${x.device} and ${y.device}!`, { operator: 'equal' });
      return sameShape(x.shape, y.shape) && x.eq(y).all().item();
    },
  }),
  isclose: composite({
    schema: 'isclose(Tensor input, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False)',
    compose(input: Tensor, other: Tensor, rtol: number, atol: number, equalNan: boolean) {
      if (input.dtype !== other.dtype) throw new TorchError(`${scalarTypeName[input.dtype]} did not match ${scalarTypeName[other.dtype]}`, { operator: 'isclose', dtypes: [input.dtype, other.dtype] });
      if (rtol < 0) throw new TorchError(`rtol must be greater than or equal to zero, but got ${rtol}`, { operator: 'isclose' });
      if (atol < 0) throw new TorchError(`atol must be greater than or equal to zero, but got ${atol}`, { operator: 'isclose' });
      const x = input.detach(), y = other.detach(), equal = x.eq(y), same = equalNan ? equal.logicalOr(x.isnan().logicalAnd(y.isnan())) : equal;
      if (rtol === 0 && atol === 0) return same;
      const floats = x.dtype === 'bool' ? [x.to('int64'), y.to('int64')] : [x, y], gap = floats[0].sub(floats[1]).abs();
      return same.logicalOr(gap.isfinite().logicalAnd(gap.le(floats[1].mul(rtol).abs().add(atol))));
    },
  }),
  allclose: composite({
    schema: 'allclose(Tensor input, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False)',
    compose: (x: Tensor, y: Tensor, rtol: number, atol: number, equalNan: boolean) => x.isclose(y, rtol, atol, equalNan).all().item(),
  }),
  isnan: floatTest('isnan', false),
  isinf: floatTest('isinf', false),
  isfinite: floatTest('isfinite', true),
  isposinf: floatTest('isposinf', false, (v) => v === Infinity),
  isneginf: floatTest('isneginf', false, (v) => v === -Infinity),
  isreal: kernel({
    schema: 'isreal(Tensor input)',
    meta: ([x]) => ({ shape: (x as Tensor).shape, dtype: 'bool' }),
    cpu([out]) { fillWith(out, true); },
    grad: NONE,
  }),
  signbit: kernel({
    schema: 'signbit(Tensor input)',
    meta: ([x]) => ({ shape: (x as Tensor).shape, dtype: 'bool' }),
    cpu([out], [x]) { mapElements(out, [x as Tensor], (v) => Number(v < 0 || Object.is(v, -0))); },
    grad: NONE,
  }),
};
