/**
 * 03.2 · SGD by hand
 *
 * Goal: do yourself what `optimizer.zeroGrad()` and `optimizer.step()` do, and train a linear model with it.
 *
 * Implement
 * - `sgdStep`: one step of gradient descent on a list of parameters. Each parameter moves against its gradient, by `lr`
 *   times the gradient, in place; afterwards its gradient is cleared (null, or zeros). A parameter whose grad is null
 *   took no part in the loss and stays as it is. The step itself is no part of any graph.
 * - `fitLinear`: full-batch training of `prediction = x · weight + bias` with the mean squared error. It changes
 *   `weight` and `bias` themselves and returns the loss before each step, as plain numbers.
 *
 * Shapes: x is [N, D], y is [N], weight is [D], bias is []; all float32. weight and bias are leaves that require grad.
 *
 * Why it matters: an optimizer is this loop over parameters and a few more terms. Two mistakes in it cost real projects
 * days. A step that is recorded as a part of the graph makes each iteration longer than the one before, until memory
 * ends; and a step that makes a new tensor (`w = w - ...`) leaves the model with the old one, which then never learns.
 *
 * Calling an optimizer's step is blocked here. Read first: 00/06 (gradients add up) and 00/09 (noGrad, leaves).
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** Moves each parameter in place by -lr times its gradient, then clears the gradient. */
export function sgdStep(parameters: readonly Tensor[], lr: number): void {
  throw todo();
}

/** Trains weight [D] and bias [] in place on x [N, D] and y [N]; the list has `steps` losses. */
export function fitLinear(x: Tensor, y: Tensor, weight: Tensor, bias: Tensor, lr: number, steps: number): number[] {
  throw todo();
}
