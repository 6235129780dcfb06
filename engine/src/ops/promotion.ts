import * as dtype from '../tensor/dtype.ts';
import type { DType, Scalar } from '../tensor/dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { observers } from './observe.ts';

/** Questions about dtypes are no operators, but a check can see and block them. */
function asked<T>(name: string, args: readonly unknown[], answer: () => T): T {
  if (observers.active) observers.leave(observers.enter(name, args));
  return answer();
}

/** The smallest dtype that holds what both hold. @example promoteTypes('int64', 'float16') // 'float16' */
export const promoteTypes = (a: DType, b: DType): DType => asked('promoteTypes', [a, b], () => dtype.promoteTypes(a, b));

/** The dtype of arithmetic with these two operands. @example resultType(torch.arange(3), 2.5) // 'float32' */
export const resultType = (a: Tensor | Scalar, b: Tensor | Scalar): DType => asked('resultType', [a, b], () => dtype.resultType(a, b));

/** Whether PyTorch lets a result of dtype `from` be written to `to`: no float to an integer, no number to bool. */
export const canCast = (from: DType, to: DType): boolean => asked('canCast', [from, to], () => dtype.canCast(from, to));
