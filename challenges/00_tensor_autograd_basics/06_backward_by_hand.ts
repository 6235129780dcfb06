/**
 * 00.6 · Backward by hand
 *
 * Goal: compute by hand what `backward()` computes, on three small graphs, so that you know what stands in `.grad`
 * and why it is added to, not replaced.
 *
 * A backward function answers one question: by how much does the loss change with each input? It is handed
 * `gradOutput`, the gradient of the loss with respect to the output (one number for each entry of the output), and
 * gives the gradient of the loss with respect to an input, in the shape of that input. Everything here is elementwise:
 * entry i of the output depends on entry i of the inputs, and all tensors of one call have the same shape and are
 * float32. `backward` and `autograd.grad` are blocked.
 *
 * Why it matters: a value that is used twice gets a gradient from each use, and the two add up; a parameter that is
 * used in two batches gets a gradient from each batch, and those add up as well. That is why a training loop calls
 * `zeroGrad()`, why gradients can be gathered over several small batches, and why a loop that forgets about it
 * trains on the sum of everything it ever saw.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** A tensor at the end of the graph, such as a parameter, and the gradient gathered for it so far (null: none yet). */
export interface Leaf {
  readonly value: Tensor;
  grad: Tensor | null;
}

/** What the diamond graph's backward gives: the gradient of the loss with respect to each value, of the shape of `x`. */
export interface DiamondGradients {
  left: Tensor;
  right: Tensor;
  h: Tensor;
  x: Tensor;
}

/** The gradient with respect to `x` of y = x² + 3x, given the gradient with respect to y. */
export function parabolaBackward(x: Tensor, gradOutput: Tensor): Tensor {
  throw todo();
}

/**
 * Backward of a graph that splits and joins again:
 *
 *     x ──> h = x² ──┬──> left  = 5h ─────┬──> y = left · right
 *                    └──> right = sin(h) ─┘
 *
 * Go through it from y to x, and give the gradient with respect to each value on the way.
 */
export function diamondBackward(x: Tensor, gradOutput: Tensor): DiamondGradients {
  throw todo();
}

/**
 * Takes in one more gradient for a leaf: becomes its gradient if it has none yet, is added otherwise. `gradient`
 * belongs to the caller, who may go on using it: its values must stay as they are, whatever comes later.
 */
export function accumulate(leaf: Leaf, gradient: Tensor): void {
  throw todo();
}

/** Forgets the gradient of a leaf, so that the next one starts from nothing. */
export function zeroGrad(leaf: Leaf): void {
  throw todo();
}

/** Backward of y = w · x + w², in which the leaf `w` is used twice: accumulates the gradient with respect to `w` in `w.grad`. */
export function reusedLeafBackward(w: Leaf, x: Tensor, gradOutput: Tensor): void {
  throw todo();
}
