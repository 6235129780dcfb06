import { copyInto } from '../cpu/copy.ts';
import { binary, mapElements, unary } from '../cpu/pointwise.ts';
import { TorchError } from '../errors.ts';
import { getDefaultDtype, isFloat, resultType, scalarTypeName, type DType } from '../tensor/dtype.ts';
import { broadcastShapes, type Shape } from '../tensor/layout.ts';
import { Tensor, type Operand } from '../tensor/tensor.ts';
import { typeName } from './schema.ts';
import { kernel, type Input, type KernelOperator, type Meta, type Saves } from './operator.ts';

// How records of elementwise operators are made: one line each in the families' tables.

/** The shape that all operands broadcast to. */
export function broadcastAll(operator: string, inputs: readonly Input[]): Shape {
  let shape: Shape | null = null;
  for (const x of inputs) if (x instanceof Tensor) shape = shape === null ? x.shape : broadcastShapes(shape, x.shape, operator);
  return shape ?? [];
}
/** `resultType` of two operands, quick where there is nothing to decide. */
export const promoted = (a: Input, b: Input): DType => (a instanceof Tensor && b instanceof Tensor && a.dtype === b.dtype ? a.dtype : resultType(a, b));
/** Integers and bools become the default floating dtype. */
export const floating = (d: DType): DType => (isFloat(d) ? d : getDefaultDtype());
/** Zeros like `g`, as a gradient that is 0 everywhere. */
export const noSlope = (g: Tensor): Tensor => g.newZeros([...g.shape]);
/** PyTorch's name of the gradient node of an operator. */
export const nodeName = (name: string): string => `${name[0].toUpperCase()}${name.slice(1)}Backward0`;

/** Throws where neither operand is a tensor. */
export function needsTensor(name: string, a: Input, b: Input): void {
  if (!(a instanceof Tensor) && !(b instanceof Tensor)) throw new TorchError(`${name}() received an invalid combination of arguments - got (${typeName(a)}, ${typeName(b)}), but expected one of: (Tensor input, Tensor other), (Tensor input, Number other), (Number input, Tensor other)`, { operator: name });
}

interface Rules {
  /** Signature beyond the operands. */
  readonly schema?: string;
  readonly node?: string;
  /** Name of the WebAssembly kernel, where it differs from the operator's. */
  readonly kernel?: string | ((d: DType) => string);
  /** Computes one element in float64, where there is no kernel. */
  readonly each?: (...v: number[]) => number;
  /** Integers are converted to floats (default: yes with one operand, no with two). */
  readonly float?: boolean;
  /** The result is bool. */
  readonly test?: boolean;
  readonly saves?: KernelOperator['saves'];
  readonly grad: KernelOperator['grad'];
}

const kernelOf = (name: string, given: Rules['kernel']): ((d: DType) => string) => (typeof given === 'function' ? given : () => given ?? name);

/** Which of the two operands may be numbers; not both at once. */
type Operands = 'tensors' | 'other' | 'either';

/** A two-operand record: promoted dtype, broadcast shape. By default `other` may be a number. */
export function binaryOp(name: string, rest: Rules & { operands?: Operands; check?: (a: Operand, b: Operand, d: DType) => void }): KernelOperator<never> {
  const dtypeOf = (a: Input, b: Input): DType => { const d = promoted(a, b); return rest.float ? floating(d) : d; };
  const kernelName = kernelOf(name, rest.kernel);
  return kernel<unknown>({
    schema: rest.schema ?? `${name}(${rest.operands === 'either' ? 'Operand' : 'Tensor'} input, ${rest.operands === 'tensors' ? 'Tensor' : 'Operand'} other)`,
    node: rest.node ?? nodeName(name),
    elementwise: true,
    meta([a, b]): Meta {
      needsTensor(name, a, b);
      const dtype = dtypeOf(a, b);
      rest.check?.(a as Operand, b as Operand, dtype);
      return { shape: broadcastAll(name, [a, b]), dtype: rest.test ? 'bool' : dtype };
    },
    cpu([out], [a, b]) {
      if (rest.each) mapElements(out, [a as Operand, b as Operand], rest.each);
      else { const d = dtypeOf(a, b); binary(kernelName(d), out, a as Operand, b as Operand, d, rest.test); }
    },
    ...(rest.saves ? { saves: rest.saves } : {}),
    grad: rest.grad,
  });
}
/** What a product's rule needs: each operand for the other's gradient. */
export const crosswise = (need: readonly boolean[]): Saves => ({ x: [...(need[1] ? [0] : []), ...(need[0] ? [1] : [])] });

/** A one-operand record. */
export function unaryOp(name: string, rest: Rules & { check?: (x: Tensor) => void; /** Integers are returned as they are. */ identityOnInts?: boolean }): KernelOperator<never> {
  const kernelName = kernelOf(name, rest.kernel);
  return kernel<unknown>({
    schema: rest.schema ?? `${name}(Tensor input)`,
    node: rest.node ?? nodeName(name),
    elementwise: true,
    meta([x]): Meta {
      const t = x as Tensor;
      rest.check?.(t);
      return { shape: t.shape, dtype: rest.test ? 'bool' : rest.float === false || rest.identityOnInts ? t.dtype : floating(t.dtype) };
    },
    cpu([out], [x]) {
      const t = x as Tensor;
      if (rest.each) mapElements(out, [t], rest.each);
      else if (rest.identityOnInts && !isFloat(t.dtype)) copyInto(out, t);
      else { const d = rest.test ? t.dtype : out.dtype; unary(kernelName(d), out, t, d, rest.test); }
    },
    ...(rest.saves ? { saves: rest.saves } : {}),
    grad: rest.grad,
  });
}

/** PyTorch's error for an operator that has no kernel for a dtype. */
export const notImplemented = (kernelName: string, d: DType): TorchError => new TorchError(`"${kernelName}" not implemented for '${scalarTypeName[d]}'`, { operator: kernelName, dtypes: [d] });
