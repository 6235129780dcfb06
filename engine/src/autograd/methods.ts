import { TorchError } from '../errors.ts';
import { Tensor } from '../tensor/tensor.ts';
import { assertDifferentiable, backward, type BackwardOptions } from './engine.ts';
import { edgeTo } from './graph.ts';
import { addHook, type GradHook, type RemovableHandle, type TensorHooks } from './hooks.ts';

import { isInferenceModeEnabled } from './modes.ts';

/** What autograd adds to tensors. */
export interface AutogradMethods {
  /**
   * Computes the gradients of this tensor with respect to the leaves it depends on, and adds them to their `.grad`.
   * `gradient` is needed unless the tensor has one element.
   */
  backward(gradient?: Tensor | null | BackwardOptions, options?: Omit<BackwardOptions, 'gradient'>): void;
  /** Asks for a gradient (a leaf only). Returns the tensor. */
  requiresGrad_(requiresGrad?: boolean): this;
  /** Keeps the gradient of a tensor that is no leaf in its `.grad`. */
  retainGrad(): void;
  readonly retainsGrad: boolean;
  /** Calls `hook` with the gradient of this tensor when it is computed; what it returns replaces the gradient. */
  registerHook(hook: GradHook): RemovableHandle;
  /** Calls `hook` with this leaf after its gradient was accumulated. */
  registerPostAccumulateGradHook(hook: (t: Tensor) => void): RemovableHandle;
  /** Cuts this tensor out of its graph, in place. */
  detach_(): this;
}

/** The tensor's hooks, made known to the node that its gradient passes. */
function hooksOf(t: Tensor): TensorHooks {
  const hooks = (t.hooks ??= { grad: new Map(), post: new Map(), retain: false }), { node, output } = edgeTo(t)!;
  (node.watched ??= new Map()).set(output, { tensor: t, hooks });
  return hooks;
}

const methods: { [K in Exclude<keyof AutogradMethods, 'retainsGrad'>]: (this: Tensor, ...args: never[]) => unknown } = {
  backward(this: Tensor, gradient?: Tensor | null | BackwardOptions, options: BackwardOptions = {}) {
    if (typeof gradient !== 'object' && gradient !== undefined) throw new TorchError(`gradients can be either Tensors or None, but got ${typeof gradient}`, { operator: 'backward' });
    if (gradient instanceof Tensor || gradient === null || gradient === undefined) backward(this, gradient, options);
    else backward(this, gradient.gradient, gradient);
  },
  requiresGrad_(this: Tensor, requiresGrad = true) {
    if (requiresGrad) assertDifferentiable(this, 'o');
    if (requiresGrad && this.inference && !isInferenceModeEnabled()) throw new TorchError('Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.');
    if (this.gradFn) { if (!requiresGrad) throw new TorchError('you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn\'t require differentiation use var_no_grad = var.detach().'); return this; }
    this.leafRequiresGrad = requiresGrad;
    if (requiresGrad) this.viewOf = null;
    return this;
  },
  retainGrad(this: Tensor) {
    if (!this.requiresGrad) throw new TorchError("can't retain_grad on Tensor that has requires_grad=False");
    if (this.gradFn) hooksOf(this).retain = true;
  },
  registerHook(this: Tensor, hook: GradHook) {
    if (!this.requiresGrad) throw new TorchError("cannot register a hook on a tensor that doesn't require gradient");
    return addHook(hooksOf(this).grad, hook);
  },
  registerPostAccumulateGradHook(this: Tensor, hook: (t: Tensor) => void) {
    if (!this.requiresGrad) throw new TorchError("cannot register a hook on a tensor that doesn't require gradient");
    if (this.gradFn) throw new TorchError('post accumulate grad hooks cannot be registered on non-leaf tensors');
    return addHook(hooksOf(this).post, hook);
  },
  detach_(this: Tensor) {
    if (this.viewOf) throw new TorchError("Can't detach views in-place. Use detach() instead.");
    this.producer = null;
    this.leafRequiresGrad = false;
    return this;
  },
};
for (const [name, fn] of Object.entries(methods)) Object.defineProperty(Tensor.prototype, name, { value: fn, writable: true, configurable: true });
Object.defineProperty(Tensor.prototype, 'retainsGrad', { get(this: Tensor) { return this.hooks?.retain ?? false; }, configurable: true });
