import { binary, unary } from '../cpu/pointwise.ts';
import { TorchError } from '../errors.ts';
import { dtypeInfo, getDefaultDtype, isFloat, resultType, type DType } from '../tensor/dtype.ts';
import { broadcastShapes, type Shape } from '../tensor/layout.ts';
import { Tensor, type Operand } from '../tensor/tensor.ts';
import { composite, kernel, type GradContext, type Input, type KernelOperator, type Meta, type Saves, type Table } from './operator.ts';

/** Arithmetic on elements, with broadcasting and type promotion. */
export interface PointwiseOps {
  /** `input + alpha * other`. */
  add(other: Operand, options?: { alpha?: number }): Tensor;
  /** `input - alpha * other`. */
  sub(other: Operand, options?: { alpha?: number }): Tensor;
  mul(other: Operand): Tensor;
  /** True division; `roundingMode` `'trunc'` or `'floor'` rounds the quotient and keeps integers. */
  div(other: Operand, options?: { roundingMode?: 'trunc' | 'floor' | null }): Tensor;
  neg(): Tensor;
  /** The larger of the two; NaN where either is NaN. */
  maximum(other: Tensor): Tensor;
  /** The smaller of the two; NaN where either is NaN. */
  minimum(other: Tensor): Tensor;
  /** `input ** exponent`. */
  pow(exponent: Operand): Tensor;
  exp(): Tensor;
  /** Natural logarithm. */
  log(): Tensor;
  sqrt(): Tensor;
  rsqrt(): Tensor;
  abs(): Tensor;
  square(): Tensor;
  reciprocal(): Tensor;
  sin(): Tensor;
  cos(): Tensor;
}
/** Those of them that also have an in-place form. */
export const pointwiseInPlace = ['add', 'sub', 'mul', 'div', 'neg', 'pow', 'exp', 'log', 'sqrt', 'rsqrt', 'abs', 'square', 'reciprocal', 'sin', 'cos'] as const;

const shapeOf = (x: Input): Shape => (x instanceof Tensor ? x.shape : []);
/** The shape that all operands broadcast to. */
export const broadcastAll = (operator: string, inputs: readonly Input[]): Shape => inputs.reduce<Shape>((s, x) => broadcastShapes(s, shapeOf(x), operator), []);
/** Integers and bools become the default floating dtype. */
export const floating = (d: DType): DType => (isFloat(d) ? d : getDefaultDtype());

/** A two-operand record: promoted dtype, broadcast shape, kernel `name`. `saves` defaults to each operand that the other's gradient needs. */
export function binaryOp(name: string, rest: { schema?: string; prepare?: KernelOperator['prepare']; float?: boolean; saves?: KernelOperator['saves']; grad: KernelOperator['grad']; check?: (a: Operand, b: Operand, d: DType) => void }): KernelOperator<never> {
  return kernel<unknown>({
    schema: rest.schema ?? `${name}(Operand input, Operand other)`,
    ...(rest.prepare ? { prepare: rest.prepare } : {}),
    elementwise: true,
    meta([a, b]): Meta {
      const promoted = resultType(a, b), dtype = rest.float ? floating(promoted) : promoted;
      rest.check?.(a as Operand, b as Operand, dtype);
      return { shape: broadcastAll(name, [a, b]), dtype };
    },
    cpu([out], [a, b]) { binary(name, out, a as Operand, b as Operand, rest.float ? floating(resultType(a, b)) : resultType(a, b)); },
    ...(rest.saves ? { saves: rest.saves } : {}),
    grad: rest.grad,
  });
}
/** What a product's rule needs: each operand for the other's gradient. */
export const crosswise = (need: readonly boolean[]): Saves => ({ x: [...(need[1] ? [0] : []), ...(need[0] ? [1] : [])] });

/** A one-operand record: kernel `name`, on floats (integers are converted) unless `float` is false. */
export function unaryOp(name: string, rest: { float?: boolean; saves?: Saves; grad: KernelOperator['grad']; check?: (x: Tensor) => void; kernel?: string }): KernelOperator<never> {
  return kernel<unknown>({
    schema: `${name}(Tensor input)`,
    elementwise: true,
    meta([x]): Meta { const t = x as Tensor; rest.check?.(t); return { shape: t.shape, dtype: rest.float === false ? t.dtype : floating(t.dtype) }; },
    cpu([out], [x]) { unary(rest.kernel ?? name, out, x as Tensor, out.dtype); },
    ...(rest.saves ? { saves: rest.saves } : {}),
    grad: rest.grad,
  });
}

const scaled = (other: Operand, alpha: number): Operand => (alpha === 1 ? other : other instanceof Tensor ? other.mul(alpha) : Number(other) * alpha);
const X0: Saves = { x: [0] }, Y0: Saves = { y: [0] };
type Ctx = GradContext<unknown>;

const noBool = (operation: string) => (a: Operand, b: Operand, d: DType): void => {
  if (d === 'bool') throw new TorchError(`${operation}, with a bool tensor is not supported. If you are trying to invert a mask, use the \`~\` or \`logical_not()\` operator instead.`, { operator: 'sub' });
};

const withAlpha = (name: string): Pick<KernelOperator, 'schema' | 'prepare'> => ({ schema: `${name}(Operand input, Operand other, *, Scalar alpha=1)`, prepare: (a: Operand, b: Operand, alpha: number) => [[a, scaled(b, alpha)], {}] });

export const pointwise: Table<PointwiseOps> = {
  add: binaryOp('add', { ...withAlpha('add'), grad: (g) => [g, g] }),
  sub: binaryOp('sub', { ...withAlpha('sub'), check: noBool('Subtraction, the `-` operator'), grad: (g, { need }) => [g, need[1] ? g.neg() : null] }),
  mul: binaryOp('mul', { saves: crosswise, grad: (g, { x: [a, b], need }) => [need[0] ? g.mul(b) : null, need[1] ? g.mul(a) : null] }),
  div: kernel<{ roundingMode: string | null }>({
    schema: 'div(Operand input, Operand other, *, str? rounding_mode=None)',
    elementwise: true,
    meta([a, b], { roundingMode }) {
      if (roundingMode !== null && roundingMode !== 'trunc' && roundingMode !== 'floor') throw new TorchError(`div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '${roundingMode}'`, { operator: 'div' });
      const d = resultType(a, b);
      return { shape: broadcastAll('div', [a, b]), dtype: roundingMode === null ? floating(d) : d };
    },
    cpu([out], [a, b], { roundingMode }) { binary(roundingMode === null ? 'div' : roundingMode === 'floor' ? 'floor_divide' : 'trunc_div', out, a as Operand, b as Operand, out.dtype); },
    saves: (need) => ({ x: [...(need[1] ? [0] : []), 1] }),
    grad: (g, { x: [a, b], need, attrs }) => (attrs.roundingMode !== null ? [g.mul(0), null] : [need[0] ? g.div(b) : null, need[1] ? g.mul(a).div(b).div(b).neg() : null]),
  }),
  neg: unaryOp('neg', { float: false, grad: (g) => [g.neg()], check: (x) => { if (x.dtype === 'bool') throw new TorchError('Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.', { operator: 'neg' }); } }),
  maximum: binaryOp('maximum', { saves: { x: [0, 1] }, grad: (g, { x: [a, b] }) => tieShare(g, a.gt(b), a.eq(b)) }),
  minimum: binaryOp('minimum', { saves: { x: [0, 1] }, grad: (g, { x: [a, b] }) => tieShare(g, a.lt(b), a.eq(b)) }),
  pow: binaryOp('pow', {
    check: (a, b, d) => { if (!(b instanceof Tensor) && Number(b) < 0 && dtypeInfo(d).category < 2) throw new TorchError('Integers to negative integer powers are not allowed.', { operator: 'pow' }); },
    saves: { x: [0, 1], y: [0] },
    grad: (g, { x: [a, b], y: [out], need }: Ctx) => [
      need[0] ? powGrad(g, a, b) : null,
      // Where the base is 0 the logarithm is -inf; the limit of out * log(base) is 0 for a positive exponent.
      need[1] ? g.mul(out.mul(logOf(a)).maskedFill(zeroPower(a, b), 0)) : null,
    ],
  }),
  exp: unaryOp('exp', { saves: Y0, grad: (g, { y: [y] }) => [g.mul(y)] }),
  log: unaryOp('log', { saves: X0, grad: (g, { x: [x] }) => [g.div(x)] }),
  sqrt: unaryOp('sqrt', { saves: Y0, grad: (g, { y: [y] }) => [g.div(y.mul(2))] }),
  rsqrt: unaryOp('rsqrt', { saves: Y0, grad: (g, { y: [y] }) => [g.mul(y.pow(3)).mul(-0.5)] }),
  abs: unaryOp('abs', { float: false, saves: X0, grad: (g, { x: [x] }) => [g.mul(x.sign())] }),
  square: composite({ schema: 'square(Tensor input)', compose: (x: Tensor) => x.pow(2) }),
  reciprocal: unaryOp('reciprocal', { saves: Y0, grad: (g, { y: [y] }) => [g.mul(y).mul(y).neg()] }),
  sin: unaryOp('sin', { saves: X0, grad: (g, { x: [x] }) => [g.mul(x.cos())] }),
  cos: unaryOp('cos', { saves: X0, grad: (g, { x: [x] }) => [g.mul(x.sin()).neg()] }),
};

/** Half of the gradient to each side where the two are equal, as PyTorch does. */
function tieShare(g: Tensor, first: Tensor, tie: Tensor): Tensor[] {
  const left = g.mul(first).add(g.mul(tie).mul(0.5));
  return [left, g.sub(left)];
}

/** The derivative of a ** b for a; 0 where b is 0, whatever a is. */
function powGrad(g: Tensor, a: Tensor, b: Operand): Tensor {
  if (!(b instanceof Tensor)) return b === 0 ? g.mul(0) : b === 1 ? g : b === 2 ? g.mul(a).mul(2) : g.mul(a.pow(Number(b) - 1)).mul(b);
  return g.mul(b.mul(powOf(a, b.sub(1)))).maskedFill(b.eq(0), 0);
}
const powOf = (a: Operand, b: Tensor): Tensor => (a instanceof Tensor ? a.pow(b) : b.mul(Math.log(Number(a))).exp());
const logOf = (a: Operand): Operand => (a instanceof Tensor ? a.log() : Math.log(Number(a)));
const zeroPower = (a: Operand, b: Operand): Tensor => (a instanceof Tensor ? a.eq(0).logicalAnd(b instanceof Tensor ? b.ge(0) : a.eq(a)) : (b as Tensor).ge(0).logicalAnd(Number(a) === 0 ? (b as Tensor).ge(0) : (b as Tensor).ne(b as Tensor)));
