/**
 * 00.7 · Tiny autograd
 *
 * Goal: write an automatic differentiation engine for plain numbers, with six operations and a `backward` that visits
 * each node of the graph once, in the right order. PyTorch's engine is this program with tensors in place of numbers.
 *
 * How it works: every operation makes a new `Value` that remembers its `inputs` and a function `sendBack`, which adds
 * to the `grad` of each input what reaches it through this operation. A chain of such Values is a graph without
 * cycles. `backward` orders the graph so that a Value comes after all the Values that use it, and calls each
 * `sendBack` once: by then the gradient that it sends on is complete.
 *
 * Why it matters: every rule of `.grad` that you will meet in training has its reason here. Gradients add up because
 * a Value may be used twice. The order matters because a gradient that is sent on too early is not complete. And the
 * order has to be found without walking every path: a network with 30 skip connections has 2³⁰ paths from loss to
 * input, but fewer than a hundred nodes.
 */
import { todo } from '@track/grader';

/** A number in a graph of operations. */
export class Value {
  /** The gradient gathered so far of the number that `backward` was called on, with respect to this one. */
  grad = 0;
  /** Adds to `grad` of each input what comes back from this Value's `grad`. A leaf has nothing to send. */
  sendBack: () => void = () => {};

  /** `new Value(3)` is a leaf; an operation also gives the Values that it used, in the order of its operands. */
  constructor(readonly data: number, readonly inputs: readonly Value[] = []) {}

  /** this + other */
  add(other: Value): Value {
    throw todo();
  }

  /** this · other */
  mul(other: Value): Value {
    throw todo();
  }

  /** this to the power of a constant `exponent`; the Value has one input. */
  pow(exponent: number): Value {
    throw todo();
  }

  /** e to the power of this. */
  exp(): Value {
    throw todo();
  }

  /** Hyperbolic tangent. Its derivative is 1 - tanh². */
  tanh(): Value {
    throw todo();
  }

  /** This if it is positive, else 0. The derivative at 0 is taken as 0, as in PyTorch. */
  relu(): Value {
    throw todo();
  }

  /**
   * Computes the gradient of this Value with respect to every Value that it depends on.
   *
   * As in PyTorch, the `grad` of a leaf (a Value without inputs) keeps what it had and the new gradient is added.
   * A Value with inputs keeps nothing of an earlier `backward`: its `grad` starts at 0. The gradient of this Value with
   * respect to itself is 1. Depths up to a thousand need to work; recursion is fine.
   */
  backward(): void {
    throw todo();
  }

  /** -this, this - other and this / other need no new rule. */
  neg(): Value { return this.mul(new Value(-1)); }
  sub(other: Value): Value { return this.add(other.neg()); }
  div(other: Value): Value { return this.mul(other.pow(-1)); }
}
