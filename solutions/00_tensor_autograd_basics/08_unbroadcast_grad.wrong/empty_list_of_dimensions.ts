// claim: both kinds together: (5, 1, 2, 4, 3) goes back to (2, 1, 3)
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function unbroadcast(grad: Tensor, shape: readonly number[]): Tensor {
  const lead = grad.ndim - shape.length;
  const repeated = grad.shape.map((_, dim) => dim).filter((dim) => dim < lead || shape[dim - lead] === 1);
  const sum = grad.sum(repeated, { keepdim: true });
  return sum.ndim > shape.length || repeated.length > 0 ? sum.reshape([...shape]) : sum.expand([...shape]);
}

export function addBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  return [unbroadcast(gradOutput, a.shape), unbroadcast(gradOutput, b.shape)];
}

export function mulBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  return [unbroadcast(gradOutput.mul(b), a.shape), unbroadcast(gradOutput.mul(a), b.shape)];
}
