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
  accumulate(w, gradOutput.mul(w.value.mul(2)));
}

/* In PyTorch:

def parabola_backward(x, grad_output):
    return grad_output * (2 * x + 3)

def diamond_backward(x, grad_output):
    h = x.square()
    grad_left = grad_output * torch.sin(h)
    grad_right = grad_output * (5 * h)
    grad_h = 5 * grad_left + torch.cos(h) * grad_right
    return {"left": grad_left, "right": grad_right, "h": grad_h, "x": grad_h * (2 * x)}

def accumulate(leaf, gradient):
    leaf.grad = gradient.clone() if leaf.grad is None else leaf.grad + gradient

def zero_grad(leaf):
    leaf.grad = None

def reused_leaf_backward(w, x, grad_output):
    accumulate(w, grad_output * x)
    accumulate(w, grad_output * (2 * w.value))

# and what autograd does with all of it:
# x = torch.tensor([2.0], requires_grad=True)
# (x**2 + 3 * x).backward()
# x.grad                              # tensor([7.])
*/
