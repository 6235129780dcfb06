import { noGrad } from '../autograd/modes.ts';
import { TorchError } from '../errors.ts';
import { tensor } from '../ops/create.ts';
import { observers } from '../ops/observe.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { Tensor } from '../tensor/tensor.ts';

/** Options of a `GradScaler`. */
export interface GradScalerOptions {
  /** The first factor. Default 65536. */
  initScale?: number;
  /** The factor grows by this after `growthInterval` steps without overflow. Default 2. */
  growthFactor?: number;
  /** The factor shrinks by this after an overflow. Default 0.5. */
  backoffFactor?: number;
  growthInterval?: number;
  /** With false everything passes through unchanged. */
  enabled?: boolean;
}
/** A `GradScaler`'s state in PyTorch's own layout. */
export interface GradScalerState { scale: number; growth_factor: number; backoff_factor: number; growth_interval: number; _growth_tracker: number }
type AnyOptimizer = Optimizer<any>;
type Stage = 'unscaled' | 'stepped';

/**
 * Loss scaling for float16: small gradients would become 0 there, so the loss is multiplied by a factor before `backward`
 * and the gradients divided by it before the step. A step whose gradients overflowed is skipped and the factor lowered.
 *
 * @example
 * const scaler = new amp.GradScaler();
 * scaler.scale(loss).backward();
 * scaler.unscale_(optimizer); // only needed to clip
 * nn.utils.clipGradNorm_(model.parameters(), 1);
 * scaler.step(optimizer);
 * scaler.update();
 */
export class GradScaler {
  readonly device: string;
  private readonly o: Required<GradScalerOptions>;
  private factor: number;
  private growthTracker = 0;
  private used = false;
  private readonly stages = new Map<AnyOptimizer, Stage>();
  private readonly overflows = new Map<AnyOptimizer, boolean>();
  constructor(device: string | GradScalerOptions = 'cpu', options: GradScalerOptions = {}) {
    const given = typeof device === 'string' ? options : device;
    this.device = typeof device === 'string' ? device : 'cpu';
    this.o = { initScale: 65536, growthFactor: 2, backoffFactor: 0.5, growthInterval: 2000, enabled: true, ...given };
    if (this.o.enabled && !(this.o.growthFactor > 1)) throw new TorchError('The growth factor must be > 1.0.');
    if (this.o.enabled && !(this.o.backoffFactor < 1)) throw new TorchError('The backoff factor must be < 1.0.');
    this.factor = this.o.initScale;
  }

  /** The loss (or each of several outputs) times the factor. */
  scale<T extends Tensor | readonly Tensor[]>(outputs: T): T {
    if (!this.o.enabled) return outputs;
    observers.event('scale', outputs);
    this.used = true;
    const one = (t: Tensor): Tensor => t.mul(tensor(this.factor, { device: t.device }));
    return observers.inside(() => (outputs instanceof Tensor ? one(outputs) : (outputs as readonly Tensor[]).map(one))) as T;
  }

  /** Divides the gradients of the optimizer's parameters by the factor: call it before you look at them or clip them. */
  unscale_(optimizer: AnyOptimizer): void {
    if (!this.o.enabled) return;
    this.requireScale('unscale_');
    if (this.stages.get(optimizer) === 'unscaled') throw new TorchError('unscale_() has already been called on this optimizer since the last update().');
    if (this.stages.get(optimizer) === 'stepped') throw new TorchError('unscale_() is being called after step().');
    observers.event('unscale', optimizer);
    this.unscale(optimizer);
  }
  private unscale(optimizer: AnyOptimizer): void {
    const inverse = Math.fround(1 / this.factor), grads = optimizer.paramGroups.flatMap((g) => g.params.flatMap((p: Tensor) => p.grad ?? [])) as Tensor[];
    if (grads.some((g) => g.dtype === 'float16')) throw new TorchError('Attempting to unscale FP16 gradients.');
    this.stages.set(optimizer, 'unscaled');
    if (!grads.length) return;
    const overflow = noGrad(() => observers.inside(() => {
      // 0·x is 0, or NaN where x is infinite or NaN, and the sum keeps that.
      const finite = grads.every((g) => g.mul(0).sum().item() === 0);
      for (const g of grads) g.mul_(inverse);
      return !finite;
    }));
    this.overflows.set(optimizer, overflow);
  }

  /** `optimizer.step()`, unless a gradient is infinite or NaN. Divides the gradients first where `unscale_` did not. */
  step<T = undefined>(optimizer: AnyOptimizer, closure?: () => T): T | undefined {
    if (!this.o.enabled) return optimizer.step(closure);
    if (closure) throw new TorchError('Closure use is not currently supported if GradScaler is enabled.');
    this.requireScale('step');
    if (this.stages.get(optimizer) === 'stepped') throw new TorchError('step() has already been called since the last update().');
    if (this.stages.get(optimizer) !== 'unscaled') this.unscale(optimizer);
    if (!this.overflows.has(optimizer)) throw new TorchError('No inf checks were recorded for this optimizer.');
    this.stages.set(optimizer, 'stepped');
    return this.overflows.get(optimizer) ? undefined : optimizer.step();
  }

  /** Adapts the factor, once a step: lower after an overflow, higher after `growthInterval` steps without one. Or sets it. */
  update(newScale: number | Tensor | null = null): void {
    if (!this.o.enabled) return;
    this.requireScale('update');
    observers.event('update', this);
    if (newScale !== null) this.factor = Number(newScale instanceof Tensor ? newScale.item() : newScale);
    else {
      if (!this.overflows.size) throw new TorchError('No inf checks were recorded prior to update.');
      if ([...this.overflows.values()].includes(true)) { this.factor = Math.fround(this.factor * this.o.backoffFactor); this.growthTracker = 0; }
      else if (++this.growthTracker === this.o.growthInterval) {
        const larger = Math.fround(this.factor * this.o.growthFactor);
        if (Number.isFinite(larger)) this.factor = larger;
        this.growthTracker = 0;
      }
    }
    this.stages.clear();
    this.overflows.clear();
  }
  private requireScale(name: string): void {
    if (!this.used) throw new TorchError(`Attempted ${name} but _scale is None. This may indicate your script did not use scaler.scale(loss or outputs) earlier in the iteration.`);
  }

  getScale(): number { return this.o.enabled ? this.factor : 1; }
  getGrowthFactor(): number { return this.o.growthFactor; }
  getBackoffFactor(): number { return this.o.backoffFactor; }
  getGrowthInterval(): number { return this.o.growthInterval; }
  isEnabled(): boolean { return this.o.enabled; }

  /** The state for `torch.save`; empty where the scaler is not enabled. */
  stateDict(): GradScalerState | Record<string, never> {
    if (!this.o.enabled) return {};
    return { scale: this.factor, growth_factor: this.o.growthFactor, backoff_factor: this.o.backoffFactor, growth_interval: this.o.growthInterval, _growth_tracker: this.growthTracker };
  }
  loadStateDict(state: Readonly<Partial<GradScalerState>>): void {
    if (!this.o.enabled) return;
    if (state.scale === undefined) throw new TorchError('The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler.');
    this.factor = state.scale;
    this.o.growthFactor = state.growth_factor ?? this.o.growthFactor;
    this.o.backoffFactor = state.backoff_factor ?? this.o.backoffFactor;
    this.o.growthInterval = state.growth_interval ?? this.o.growthInterval;
    this.growthTracker = state._growth_tracker ?? 0;
  }
}
