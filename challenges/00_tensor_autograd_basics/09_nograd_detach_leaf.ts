/**
 * 00.9 · noGrad, detach, leaf
 *
 * Goal: decide what autograd records. Make a leaf, cut a branch out of the graph, compute without recording, change a
 * parameter without recording the change, and keep a copy that nobody changes.
 *
 * Three words: a *leaf* is a tensor that no recorded operation made; only leaves keep a `.grad`. `detach()` gives a
 * tensor with the same memory that is cut off from the graph. Inside `torch.noGrad(() => …)` nothing is recorded at all.
 *
 * Why it matters: a target network, a frozen teacher or a stop-gradient is one `detach` in the right place; in the
 * wrong place training runs on, with the wrong gradient. A validation pass that records a graph needs several times the
 * memory. And an update written `w = w - lr * grad` makes a new tensor that is no leaf: the optimizer, the model and
 * your next `w.grad` then each speak of a different tensor.
 *
 * All tensors are float32.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/**
 * A new weight matrix of shape [rows, columns]: numbers of `torch.randn(rows, columns)` times `scale`. It requires
 * grad, and it is a leaf.
 */
export function scaledWeights(rows: number, columns: number, scale: number): Tensor {
  throw todo();
}

/**
 * The loss of temporal-difference learning: mean over the batch of (value - target)², where
 *
 *     value  = state · w                     shape [N]
 *     target = reward + gamma · (nextState · w)   shape [N]
 *
 * `w` has shape [D], `state` and `nextState` [N, D], `reward` [N]. The same `w` stands in both branches, but the
 * target counts as a given number: its branch gets no gradient. Returns one number as a tensor of shape [].
 */
export function tdLoss(w: Tensor, state: Tensor, nextState: Tensor, reward: Tensor, gamma: number): Tensor {
  throw todo();
}

/** The predictions `x · w` (x [N, D], w [D, C], result [N, C]) of a model that is not being trained: nothing is recorded. */
export function predict(x: Tensor, w: Tensor): Tensor {
  throw todo();
}

/**
 * One step of gradient descent: each parameter becomes itself minus `lr` times its gradient, in place, and nothing is
 * recorded. A parameter whose `grad` is null stays as it is. The gradients are left alone, and so is the list.
 */
export function sgdStep(parameters: Tensor[], lr: number): void {
  throw todo();
}

/** A copy of each parameter as it is now, to come back to later: with its own memory, and outside of any graph. */
export function snapshot(parameters: readonly Tensor[]): Tensor[] {
  throw todo();
}
