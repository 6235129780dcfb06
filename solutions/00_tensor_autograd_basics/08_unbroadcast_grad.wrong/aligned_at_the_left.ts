// claim: a dimension that broadcasting put in front is summed away
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function unbroadcast(grad: Tensor, shape: readonly number[]): Tensor {
  const repeated = grad.shape.map((_, dim) => dim).filter((dim) => grad.shape[dim] !== shape[dim]);
  if (repeated.length === 0) return grad;
  const result = grad.sum(repeated, { keepdim: true });
  return result.numel() === shape.reduce((a, b) => a * b, 1) ? result.reshape([...shape]) : grad.sum().expand([...shape]);
}

export function addBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  return [unbroadcast(gradOutput, a.shape), unbroadcast(gradOutput, b.shape)];
}

export function mulBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  return [unbroadcast(gradOutput.mul(b), a.shape), unbroadcast(gradOutput.mul(a), b.shape)];
}
