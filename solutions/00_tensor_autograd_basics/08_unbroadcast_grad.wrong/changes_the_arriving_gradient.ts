// claim: backward of a · b multiplies by the other operand before it sums
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function unbroadcast(grad: Tensor, shape: readonly number[]): Tensor {
  const lead = grad.ndim - shape.length;
  const repeated = grad.shape.map((_, dim) => dim).filter((dim) => dim < lead || shape[dim - lead] === 1);
  // An empty list would mean "all dimensions", so a gradient that already fits is given back as it is.
  if (repeated.length === 0) return grad;
  return grad.sum(repeated, { keepdim: true }).reshape([...shape]);
}

export function addBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  return [unbroadcast(gradOutput, a.shape), unbroadcast(gradOutput, b.shape)];
}

export function mulBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  return [unbroadcast(gradOutput.mul(b), a.shape), unbroadcast(gradOutput.mul_(a), b.shape)];
}
