import { full, zeros } from '../ops/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { average, nextStep } from './adam.ts';
import { Optimizer, requireOption, type ParamGroup, type Params, type ParamState } from './optimizer.ts';

/** A tensor of one value, of the shape, dtype and device of a parameter. */
const filled = (p: Tensor, value: number): Tensor => full([...p.shape], value, { dtype: p.dtype, device: p.device });

export interface RMSpropOptions { lr: number; alpha: number; eps: number; weightDecay: number; momentum: number; centered: boolean; maximize: boolean }
/** Divides by the root of a running mean of squared gradients (Tieleman & Hinton 2012). */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(params: Params<RMSpropOptions>, options: Partial<RMSpropOptions> = {}) {
    const o: RMSpropOptions = { lr: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false, maximize: false, ...options };
    requireOption(o.lr >= 0, 'learning rate', o.lr);
    requireOption(o.eps >= 0, 'epsilon value', o.eps);
    requireOption(o.momentum >= 0, 'momentum value', o.momentum);
    requireOption(o.alpha >= 0, 'alpha value', o.alpha);
    super(params, o);
  }
  protected update(p: Tensor, grad: Tensor, state: ParamState, g: ParamGroup<RMSpropOptions>): void {
    nextStep(state);
    let d = g.maximize ? grad.neg() : grad;
    if (g.weightDecay !== 0) d = d.add(p, { alpha: g.weightDecay });
    const square = average(state, 'squareAvg', p);
    square.mul_(g.alpha).addcmul_(d, d, { value: 1 - g.alpha });
    let root: Tensor;
    if (g.centered) { const mean = average(state, 'gradAvg', p); mean.lerp_(d, 1 - g.alpha); root = square.addcmul(mean, mean, { value: -1 }).sqrt_(); }
    else root = square.sqrt();
    root.add_(g.eps);
    if (g.momentum > 0) { const buffer = average(state, 'momentumBuffer', p); buffer.mul_(g.momentum).addcdiv_(d, root); p.add_(buffer, { alpha: -g.lr }); }
    else p.addcdiv_(d, root, { value: -g.lr });
  }
}

export interface AdagradOptions { lr: number; lrDecay: number; weightDecay: number; initialAccumulatorValue: number; eps: number; maximize: boolean }
/** Divides by the root of the sum of all squared gradients (Duchi et al. 2011). */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(params: Params<AdagradOptions>, options: Partial<AdagradOptions> = {}) {
    const o: AdagradOptions = { lr: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, maximize: false, ...options };
    requireOption(o.lr >= 0, 'learning rate', o.lr);
    requireOption(o.lrDecay >= 0, 'lr_decay value', o.lrDecay);
    super(params, o);
    for (const group of this.paramGroups) for (const p of group.params) Object.assign(this.stateOf(p), { step: zeros([]), sum: filled(p, group.initialAccumulatorValue) });
  }
  protected update(p: Tensor, grad: Tensor, state: ParamState, g: ParamGroup<AdagradOptions>): void {
    const step = nextStep(state), sum = state.sum as Tensor;
    let d = g.maximize ? grad.neg() : grad;
    if (g.weightDecay !== 0) d = d.add(p, { alpha: g.weightDecay });
    sum.addcmul_(d, d);
    p.addcdiv_(d, sum.sqrt().add_(g.eps), { value: -g.lr / (1 + (step - 1) * g.lrDecay) });
  }
}

export interface AdadeltaOptions { lr: number; rho: number; eps: number; weightDecay: number; maximize: boolean }
/** Scales by running means of squared gradients and of squared steps (Zeiler 2012). */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(params: Params<AdadeltaOptions>, options: Partial<AdadeltaOptions> = {}) {
    const o: AdadeltaOptions = { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false, ...options };
    requireOption(o.lr >= 0, 'learning rate', o.lr);
    requireOption(o.rho >= 0 && o.rho <= 1, 'rho value', o.rho);
    super(params, o);
  }
  protected update(p: Tensor, grad: Tensor, state: ParamState, g: ParamGroup<AdadeltaOptions>): void {
    nextStep(state);
    let d = g.maximize ? grad.neg() : grad;
    if (g.weightDecay !== 0) d = d.add(p, { alpha: g.weightDecay });
    const square = average(state, 'squareAvg', p), steps = average(state, 'accDelta', p);
    square.mul_(g.rho).addcmul_(d, d, { value: 1 - g.rho });
    const delta = steps.add(g.eps).sqrt_().div_(square.add(g.eps).sqrt_()).mul_(d);
    steps.mul_(g.rho).addcmul_(delta, delta, { value: 1 - g.rho });
    p.add_(delta, { alpha: -g.lr });
  }
}

export interface ASGDOptions { lr: number; lambd: number; alpha: number; t0: number; weightDecay: number; maximize: boolean }
/** Averaged SGD (Polyak & Juditsky 1992); the average is `state.ax`. */
export class ASGD extends Optimizer<ASGDOptions> {
  constructor(params: Params<ASGDOptions>, options: Partial<ASGDOptions> = {}) {
    const o: ASGDOptions = { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false, ...options };
    requireOption(o.lr >= 0, 'learning rate', o.lr);
    super(params, o);
  }
  protected update(p: Tensor, grad: Tensor, state: ParamState, g: ParamGroup<ASGDOptions>): void {
    const step = nextStep(state), mean = average(state, 'ax', p), eta = Number(state.eta ?? g.lr), mu = Number(state.mu ?? 1);
    let d = g.maximize ? grad.neg() : grad;
    if (g.weightDecay !== 0) d = d.add(p, { alpha: g.weightDecay });
    p.mul_(1 - g.lambd * eta).add_(d, { alpha: -eta });
    if (mu === 1) mean.copy_(p); else mean.add_(p.sub(mean).mul(mu));
    state.eta = g.lr / (1 + g.lambd * g.lr * step) ** g.alpha;
    state.mu = 1 / Math.max(1, step - g.t0);
  }
}

export interface RpropOptions { lr: number; etas: readonly [number, number]; stepSizes: readonly [number, number]; maximize: boolean }
/** Steps by the sign of the gradient, longer while the sign stays, shorter when it changes (Riedmiller & Braun 1993). */
export class Rprop extends Optimizer<RpropOptions> {
  constructor(params: Params<RpropOptions>, options: Partial<RpropOptions> = {}) {
    const o: RpropOptions = { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false, ...options };
    requireOption(o.lr >= 0, 'learning rate', o.lr);
    requireOption(o.etas[0] > 0 && o.etas[0] < 1 && o.etas[1] > 1, 'eta values', o.etas.join(', '));
    super(params, o);
  }
  protected update(p: Tensor, grad: Tensor, state: ParamState, g: ParamGroup<RpropOptions>): void {
    nextStep(state);
    const d = g.maximize ? grad.neg() : grad, previous = average(state, 'prev', p), size = (state.stepSize ??= filled(p, g.lr)) as Tensor;
    const agreement = d.mul(previous).sign(), back = agreement.lt(0);
    const factor = agreement.gt(0).mul(g.etas[1]).add(back.mul(g.etas[0])).add(agreement.eq(0).mul(1));
    size.mul_(factor).clamp_(g.stepSizes[0], g.stepSizes[1]);
    const used = d.maskedFill(back, 0);
    p.sub_(used.sign().mul(size));
    previous.copy_(used);
  }
}
