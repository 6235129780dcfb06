import { ones, zeros } from '../ops/create.ts';
import { Tensor } from '../tensor/tensor.ts';
import { stepKernel, written } from './fused.ts';
import { Optimizer, requireOption, stepOf, type ParamGroup, type Params, type ParamState } from './optimizer.ts';

export interface AdamOptions { lr: number; betas: readonly [number, number]; eps: number; weightDecay: number; amsgrad: boolean; maximize: boolean; decoupledWeightDecay: boolean }

/** Counts the step of one parameter; PyTorch keeps the counter as a float32 tensor. */
export function nextStep(state: ParamState): number {
  // Checkpoints of old PyTorch versions hold a plain number.
  if (!(state.step instanceof Tensor)) state.step = zeros([]).add(Number(state.step ?? 0));
  state.step.add_(1);
  return stepOf(state);
}
/** The running averages of a parameter, made at its first step. */
export const average = (state: ParamState, name: string, p: Tensor): Tensor => (state[name] ??= zeros([...p.shape], { dtype: p.dtype, device: p.device })) as Tensor;

export function checkAdam(o: { lr: number; betas: readonly [number, number]; eps: number; weightDecay: number }): void {
  requireOption(o.lr >= 0, 'learning rate', o.lr);
  requireOption(o.eps >= 0, 'epsilon value', o.eps);
  o.betas.forEach((b, i) => requireOption(b >= 0 && b < 1, `beta parameter at index ${i}`, b));
  requireOption(o.weightDecay >= 0, 'weight_decay value', o.weightDecay);
}

/**
 * Adam (Kingma & Ba 2015): steps by the running mean of the gradient over the root of that of its square, both
 * corrected for their start at zero.
 *
 * @example new optim.Adam(model.parameters(), { lr: 1e-3 })
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    const o: AdamOptions = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false, maximize: false, decoupledWeightDecay: false, ...options };
    checkAdam(o);
    super(params, o);
  }
  protected update(p: Tensor, grad: Tensor, state: ParamState, g: ParamGroup<AdamOptions>): void {
    const step = nextStep(state), [beta1, beta2] = g.betas;
    const m = average(state, 'expAvg', p), v = average(state, 'expAvgSq', p), most = g.amsgrad ? average(state, 'maxExpAvgSq', p) : undefined;
    const kernel = g.maximize ? null : stepKernel('adam_step', [p, grad, m, v, most]);
    if (kernel) {
      kernel(p.ptr, grad.ptr, m.ptr, v.ptr, most?.ptr ?? 0, p.count, g.lr, beta1, beta2, g.eps, g.weightDecay, Number(g.decoupledWeightDecay), 1 - beta1 ** step, Math.sqrt(1 - beta2 ** step));
      written(p, m, v, most);
      return;
    }
    let d = g.maximize ? grad.neg() : grad;
    if (g.weightDecay !== 0) { if (g.decoupledWeightDecay) p.mul_(1 - g.lr * g.weightDecay); else d = d.add(p, { alpha: g.weightDecay }); }
    m.lerp_(d, 1 - beta1);
    v.mul_(beta2).addcmul_(d, d, { value: 1 - beta2 });
    const second = most ? most.copy_(most.maximum(v)) : v;
    const denominator = second.sqrt().div_(Math.sqrt(1 - beta2 ** step)).add_(g.eps);
    p.addcdiv_(m, denominator, { value: -g.lr / (1 - beta1 ** step) });
  }
}

/** Adam with weight decay applied to the weights, apart from the gradient (Loshchilov & Hutter 2019). Default decay 0.01. */
export class AdamW extends Adam {
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) { super(params, { weightDecay: 1e-2, ...options, decoupledWeightDecay: true }); }
}

export interface AdamaxOptions { lr: number; betas: readonly [number, number]; eps: number; weightDecay: number; maximize: boolean }
/** Adam's variant on the infinity norm (Kingma & Ba 2015, section 7). */
export class Adamax extends Optimizer<AdamaxOptions> {
  constructor(params: Params<AdamaxOptions>, options: Partial<AdamaxOptions> = {}) {
    const o: AdamaxOptions = { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false, ...options };
    checkAdam(o);
    super(params, o);
  }
  protected update(p: Tensor, grad: Tensor, state: ParamState, g: ParamGroup<AdamaxOptions>): void {
    const step = nextStep(state), [beta1, beta2] = g.betas, m = average(state, 'expAvg', p), u = average(state, 'expInf', p);
    let d = g.maximize ? grad.neg() : grad;
    if (g.weightDecay !== 0) d = d.add(p, { alpha: g.weightDecay });
    m.lerp_(d, 1 - beta1);
    u.copy_(u.mul(beta2).maximum(d.abs().add(g.eps)));
    p.addcdiv_(m, u, { value: -g.lr / (1 - beta1 ** step) });
  }
}

export interface NAdamOptions { lr: number; betas: readonly [number, number]; eps: number; weightDecay: number; momentumDecay: number; decoupledWeightDecay: boolean; maximize: boolean }
/** Adam with Nesterov momentum (Dozat 2016). */
export class NAdam extends Optimizer<NAdamOptions> {
  constructor(params: Params<NAdamOptions>, options: Partial<NAdamOptions> = {}) {
    const o: NAdamOptions = { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, momentumDecay: 4e-3, decoupledWeightDecay: false, maximize: false, ...options };
    checkAdam(o);
    super(params, o);
  }
  protected update(p: Tensor, grad: Tensor, state: ParamState, g: ParamGroup<NAdamOptions>): void {
    const step = nextStep(state), [beta1, beta2] = g.betas, m = average(state, 'expAvg', p), v = average(state, 'expAvgSq', p);
    let d = g.maximize ? grad.neg() : grad;
    if (g.weightDecay !== 0) { if (g.decoupledWeightDecay) p.mul_(1 - g.lr * g.weightDecay); else d = d.add(p, { alpha: g.weightDecay }); }
    const at = (t: number): number => beta1 * (1 - 0.5 * 0.96 ** (t * g.momentumDecay));
    const product = (state.muProduct ??= ones([])) as Tensor;
    product.mul_(at(step));
    m.lerp_(d, 1 - beta1);
    v.mul_(beta2).addcmul_(d, d, { value: 1 - beta2 });
    const denominator = v.div(1 - beta2 ** step).sqrt_().add_(g.eps), mu = product.item() as number;
    p.addcdiv_(d, denominator, { value: (-g.lr * (1 - at(step))) / (1 - mu) });
    p.addcdiv_(m, denominator, { value: (-g.lr * at(step + 1)) / (1 - mu * at(step + 1)) });
  }
}

/** Adam with the variance of its step rectified in the first steps (Liu et al. 2020). */
export class RAdam extends Optimizer<Omit<NAdamOptions, 'momentumDecay'>> {
  constructor(params: Params<Omit<NAdamOptions, 'momentumDecay'>>, options: Partial<Omit<NAdamOptions, 'momentumDecay'>> = {}) {
    const o = { lr: 1e-3, betas: [0.9, 0.999] as const, eps: 1e-8, weightDecay: 0, decoupledWeightDecay: false, maximize: false, ...options };
    checkAdam(o);
    super(params, o);
  }
  protected update(p: Tensor, grad: Tensor, state: ParamState, g: ParamGroup<Omit<NAdamOptions, 'momentumDecay'>>): void {
    const step = nextStep(state), [beta1, beta2] = g.betas, m = average(state, 'expAvg', p), v = average(state, 'expAvgSq', p);
    let d = g.maximize ? grad.neg() : grad;
    if (g.weightDecay !== 0) { if (g.decoupledWeightDecay) p.mul_(1 - g.lr * g.weightDecay); else d = d.add(p, { alpha: g.weightDecay }); }
    m.lerp_(d, 1 - beta1);
    v.mul_(beta2).addcmul_(d, d, { value: 1 - beta2 });
    const correction2 = 1 - beta2 ** step, limit = 2 / (1 - beta2) - 1, rho = limit - (2 * step * beta2 ** step) / correction2;
    const corrected = m.div(1 - beta1 ** step);
    if (rho <= 5) { p.add_(corrected.mul(g.lr), { alpha: -1 }); return; }
    const rectify = Math.sqrt(((rho - 4) * (rho - 2) * limit) / ((limit - 4) * (limit - 2) * rho));
    p.add_(corrected.mul(g.lr).mul(v.sqrt().add_(g.eps).reciprocal().mul(Math.sqrt(correction2))).mul(rectify), { alpha: -1 });
  }
}
