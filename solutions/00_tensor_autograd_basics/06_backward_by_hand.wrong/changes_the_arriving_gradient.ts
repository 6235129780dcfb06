// claim: a leaf that is used twice gets the sum of the gradients of both uses
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export interface Leaf {
  readonly value: Tensor;
  grad: Tensor | null;
}

export interface DiamondGradients {
  left: Tensor;
  right: Tensor;
  h: Tensor;
  x: Tensor;
}

export function parabolaBackward(x: Tensor, gradOutput: Tensor): Tensor {
  return gradOutput.mul(x.mul(2).add(3));
}

export function diamondBackward(x: Tensor, gradOutput: Tensor): DiamondGradients {
  const h = x.square();
  const gradLeft = gradOutput.mul(torch.sin(h));
  const gradRight = gradOutput.mul(h.mul(5));
  const gradH = gradLeft.mul(5).add(gradRight.mul(torch.cos(h)));
  return { left: gradLeft, right: gradRight, h: gradH, x: gradH.mul(x.mul(2)) };
}

export function accumulate(leaf: Leaf, gradient: Tensor): void {
  // A copy the first time: the caller may change its tensor later.
  leaf.grad = leaf.grad === null ? gradient.clone() : leaf.grad.add(gradient);
}

export function zeroGrad(leaf: Leaf): void {
  leaf.grad = null;
}

export function reusedLeafBackward(w: Leaf, x: Tensor, gradOutput: Tensor): void {
  accumulate(w, gradOutput.mul(x));
  accumulate(w, gradOutput.mul_(w.value.mul(2)));
}
