import { assertDifferentiable } from '../autograd/engine.ts';
import { Tensor } from '../tensor/tensor.ts';

/**
 * A tensor that a module learns. Assigned to a property of a module it is found by `parameters()`.
 *
 * @example
 * class Scale extends nn.Module {
 *   scale = new nn.Parameter(torch.ones(1));
 *   forward(x: Tensor) { return x.mul(this.scale); }
 * }
 */
export class Parameter extends Tensor {
  constructor(data: Tensor, requiresGrad: boolean | { requiresGrad?: boolean } = true) {
    super(data.storage, data.dtype, data, data.device);
    const wanted = typeof requiresGrad === 'boolean' ? requiresGrad : (requiresGrad.requiresGrad ?? true);
    if (wanted) assertDifferentiable(this);
    this.leafRequiresGrad = wanted;
  }
  override toString(): string { return `Parameter containing:\n${super.toString()}`; }
}
