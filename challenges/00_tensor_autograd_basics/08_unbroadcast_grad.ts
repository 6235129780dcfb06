/**
 * 00.8 · Unbroadcast a gradient
 *
 * Goal: write the backward of `add` and `mul` for operands of different shapes. Forward, broadcasting repeats a small
 * operand until it fits the large one. Backward, every copy sends a gradient, and the operand gets their sum.
 *
 * All tensors are float32. Operands broadcast by PyTorch's rules: shapes are aligned at the right, missing dimensions
 * on the left count as 1, and a dimension of size 1 is repeated. For example, (2, 1, 3) in a result of
 * (5, 1, 2, 4, 3) was repeated 5 times along dimension 0 and 4 times along dimension 3.
 * `backward`, `autograd.grad` and `sumToSize` are blocked.
 *
 * Why it matters: a bias of shape (C,) is added to a batch of shape (N, C), and its gradient is the sum over the
 * batch: this is where the "sum over samples" in every formula for a bias comes from. Whoever writes a custom backward
 * (a fused layer, a learnable scale, a temperature) has to do this step, and leaving it out shows up as a gradient
 * of the wrong shape at best and as a gradient of the right shape with wrong values at worst.
 *
 * Read first: 00/02 on broadcasting, 00/06 on backward by hand.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/**
 * The gradient with respect to an operand of this `shape`, given the gradient with respect to what it was broadcast
 * to: all entries of `grad` that belong to the same entry of the operand are added. The result has exactly this
 * shape; `[]` stands for a single number.
 */
export function unbroadcast(grad: Tensor, shape: readonly number[]): Tensor {
  throw todo();
}

/** The gradients with respect to `a` and `b` of a + b, each in the shape of its operand. `gradOutput` has the shape of a + b. */
export function addBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  throw todo();
}

/** The gradients with respect to `a` and `b` of a · b (elementwise), each in the shape of its operand. */
export function mulBackward(a: Tensor, b: Tensor, gradOutput: Tensor): [Tensor, Tensor] {
  throw todo();
}
