// claim: each gradient has the shape and dtype of its operand
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function unbroadcast(grad: Tensor, shape: readonly number[]): Tensor {
  const lead = grad.ndim - shape.length;
  return lead === 0 ? grad : grad.sum(Array.from({ length: lead }, (_, dim) => dim));
}

export function addBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  return [unbroadcast(gradOutput, a.shape), unbroadcast(gradOutput, b.shape)];
}

export function mulBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  return [unbroadcast(gradOutput.mul(b), a.shape), unbroadcast(gradOutput.mul(a), b.shape)];
}
