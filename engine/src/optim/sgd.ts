import { TorchError } from '../errors.ts';
import { Tensor } from '../tensor/tensor.ts';
import { stepKernel, written } from './fused.ts';
import { Optimizer, requireOption, type ParamGroup, type Params, type ParamState } from './optimizer.ts';

export interface SGDOptions { lr: number; momentum: number; dampening: number; weightDecay: number; nesterov: boolean; maximize: boolean }

/**
 * Stochastic gradient descent with momentum: v = momentum·v + g, p = p − lr·v (PyTorch's form, in which lr is outside v).
 *
 * @example new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: Params<SGDOptions>, options: Partial<SGDOptions> | number = {}) {
    const o: SGDOptions = { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false, ...(typeof options === 'number' ? { lr: options } : options) };
    requireOption(o.lr >= 0, 'learning rate', o.lr);
    requireOption(o.momentum >= 0, 'momentum value', o.momentum);
    requireOption(o.weightDecay >= 0, 'weight_decay value', o.weightDecay);
    if (o.nesterov && (o.momentum <= 0 || o.dampening !== 0)) throw new TorchError('Nesterov momentum requires a momentum and zero dampening');
    super(params, o);
  }
  protected update(p: Tensor, grad: Tensor, state: ParamState, g: ParamGroup<SGDOptions>): void {
    const before = state.momentumBuffer as Tensor | undefined, kernel = g.maximize ? null : stepKernel('sgd_step', [p, grad, before]);
    if (kernel) {
      const buffer = g.momentum === 0 ? undefined : ((state.momentumBuffer ??= Tensor.allocate(p.shape, p.dtype, p.device)) as Tensor);
      kernel(p.ptr, grad.ptr, buffer?.ptr ?? 0, p.count, g.lr, g.momentum, g.dampening, g.weightDecay, Number(g.nesterov), Number(!before));
      written(p, buffer);
      return;
    }
    let d = g.maximize ? grad.neg() : grad;
    if (g.weightDecay !== 0) d = d.add(p, { alpha: g.weightDecay });
    if (g.momentum !== 0) {
      if (before) before.mul_(g.momentum).add_(d, { alpha: 1 - g.dampening });
      else state.momentumBuffer = d.clone();
      d = g.nesterov ? d.add(state.momentumBuffer as Tensor, { alpha: g.momentum }) : (state.momentumBuffer as Tensor);
    }
    p.add_(d, { alpha: -g.lr });
  }
}
