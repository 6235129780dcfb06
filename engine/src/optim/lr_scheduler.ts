// torch.optim.lr_scheduler. Options are given by name: `new StepLR(optimizer, { stepSize: 30, gamma: 0.1 })`.
import { TorchError } from '../errors.ts';
import { observers } from '../ops/observe.ts';
import { snake, type Optimizer } from './optimizer.ts';

// Any optimizer: the options of its groups beside `lr` don't matter here.
export type AnyOptimizer = Pick<Optimizer, 'stepCount'> & { readonly paramGroups: { lr: number; initialLr?: number; momentum?: number; betas?: readonly [number, number] }[] };
type Group = AnyOptimizer['paramGroups'][number];

/** What a schedule knows when it computes a learning rate: the group, its number, and its rate at the start. */
export interface At { readonly group: Group; readonly base: number; readonly index: number }

/**
 * Changes the learning rates of an optimizer as training goes on. Call `step()` after the optimizer's, once an epoch
 * (or once a batch for the schedules that count batches).
 */
export abstract class LRScheduler {
  readonly optimizer: AnyOptimizer;
  readonly baseLrs: number[];
  /** Number of steps taken; 0 from the start. */
  lastEpoch: number;
  private lastLr: number[];
  private readonly startCount: number;
  constructor(optimizer: AnyOptimizer, lastEpoch = -1) {
    if (!optimizer || !Array.isArray(optimizer.paramGroups)) throw new TorchError(`${typeof optimizer} is not an Optimizer`);
    this.optimizer = optimizer;
    optimizer.paramGroups.forEach((g, i) => {
      if (lastEpoch === -1) g.initialLr = g.lr;
      else if (g.initialLr === undefined) throw new TorchError(`param 'initial_lr' is not specified in param_groups[${i}] when resuming an optimizer`);
    });
    this.baseLrs = optimizer.paramGroups.map((g) => g.initialLr as number);
    this.lastEpoch = lastEpoch;
    this.lastLr = optimizer.paramGroups.map((g) => g.lr);
    this.startCount = optimizer.stepCount;
  }
  /** The first step, which a subclass takes at the end of its constructor, sets the rates of epoch 0. */
  protected begin(): void { this.advance(this.lastEpoch + 1); }
  /** The rate for the current `lastEpoch`. */
  protected abstract rate(at: At): number;
  private advance(epoch: number): void {
    this.lastEpoch = epoch;
    const rates = this.optimizer.paramGroups.map((group, index) => this.rate({ group, index, base: this.baseLrs[index] }));
    rates.forEach((lr, i) => { this.optimizer.paramGroups[i].lr = lr; });
    this.lastLr = rates;
  }
  /** Goes on to the next epoch. */
  step(): void {
    if (this.lastEpoch === 0 && this.optimizer.stepCount === this.startCount) warnOrder();
    observers.event('schedulerStep', this);
    this.advance(this.lastEpoch + 1);
  }
  /** The rates set last, one for each group. */
  getLastLr(): number[] { return [...this.lastLr]; }
  /** The schedule's place and its numbers under PyTorch's names. Options that are functions are not among them. */
  stateDict(): Record<string, unknown> { return { ...stateOf(this), _step_count: this.lastEpoch + 1 }; }
  loadStateDict(state: Record<string, unknown>): void { restore(this, state); }
}

/** Properties whose names in PyTorch don't follow from ours. */
const STATE_NAMES: Readonly<Record<string, string>> = { lastLr: '_last_lr', T0: 'T_0' };
const isState = (key: string, v: unknown): boolean => !['optimizer', 'startCount', 'o', 'schedulers'].includes(key) && [v].flat().every((x) => typeof x !== 'function');
const stateOf = (o: object): Record<string, unknown> => Object.fromEntries(Object.entries(o).filter(([k, v]) => isState(k, v)).map(([k, v]) => [STATE_NAMES[k] ?? snake(k), Array.isArray(v) ? [...(v as unknown[])] : v]));
function restore(o: object, state: Record<string, unknown>): void {
  for (const [key, v] of Object.entries(o)) {
    const name = STATE_NAMES[key] ?? snake(key), saved = state[name];
    if (isState(key, v) && name in state) (o as Record<string, unknown>)[key] = Array.isArray(saved) ? [...(saved as unknown[])] : saved;
  }
}
/** The state of a scheduler made of others. */
const stateWithParts = (o: object, parts: readonly LRScheduler[]): Record<string, unknown> => ({ ...stateOf(o), _schedulers: parts.map((s) => s.stateDict()) });
function restoreWithParts(o: object, parts: readonly LRScheduler[], state: Record<string, unknown>): void {
  restore(o, state);
  (state._schedulers as Record<string, unknown>[]).forEach((s, i) => parts[i].loadStateDict(s));
}

let warned = false;
function warnOrder(): void {
  if (warned) return;
  warned = true;
  console.warn('UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`. Failure to do this will result in PyTorch skipping the first value of the learning rate schedule.');
}

type Start = { lastEpoch?: number };

/** base · lrLambda(epoch). One function, or one for each group. */
export class LambdaLR extends LRScheduler {
  private readonly factors: ((epoch: number) => number)[];
  constructor(optimizer: AnyOptimizer, lrLambda: ((epoch: number) => number) | ((epoch: number) => number)[] | ({ lrLambda: ((epoch: number) => number) | ((epoch: number) => number)[] } & Start)) {
    const o = typeof lrLambda === 'function' || Array.isArray(lrLambda) ? { lrLambda } : lrLambda;
    super(optimizer, (o as Start).lastEpoch);
    this.factors = Array.isArray(o.lrLambda) ? o.lrLambda : optimizer.paramGroups.map(() => o.lrLambda as (e: number) => number);
    if (this.factors.length !== optimizer.paramGroups.length) throw new TorchError(`Expected ${optimizer.paramGroups.length} lr_lambdas, but got ${this.factors.length}`);
    this.begin();
  }
  protected rate({ base, index }: At): number { return base * this.factors[index](this.lastEpoch); }
}

/** Multiplies the rate by lrLambda(epoch) at each step. */
export class MultiplicativeLR extends LRScheduler {
  private readonly factor: (epoch: number) => number;
  constructor(optimizer: AnyOptimizer, lrLambda: ((epoch: number) => number) | ({ lrLambda: (epoch: number) => number } & Start)) {
    const o = typeof lrLambda === 'function' ? { lrLambda } : lrLambda;
    super(optimizer, (o as Start).lastEpoch);
    this.factor = o.lrLambda;
    this.begin();
  }
  protected rate({ group }: At): number { return this.lastEpoch > 0 ? group.lr * this.factor(this.lastEpoch) : group.lr; }
}

/** Multiplies the rate by `gamma` every `stepSize` epochs. */
export class StepLR extends LRScheduler {
  readonly stepSize: number;
  readonly gamma: number;
  constructor(optimizer: AnyOptimizer, stepSize: number | ({ stepSize: number; gamma?: number } & Start), gamma = 0.1) {
    const o = typeof stepSize === 'number' ? { stepSize, gamma } : { gamma, ...stepSize };
    super(optimizer, (o as Start).lastEpoch);
    this.stepSize = o.stepSize; this.gamma = o.gamma ?? 0.1;
    this.begin();
  }
  protected rate({ group }: At): number { return this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0 ? group.lr : group.lr * this.gamma; }
}

/** Multiplies the rate by `gamma` at each milestone. */
export class MultiStepLR extends LRScheduler {
  readonly milestones: readonly number[];
  readonly gamma: number;
  constructor(optimizer: AnyOptimizer, milestones: readonly number[] | ({ milestones: readonly number[]; gamma?: number } & Start), gamma = 0.1) {
    const o = Array.isArray(milestones) ? { milestones: milestones as readonly number[], gamma } : { gamma, ...(milestones as { milestones: readonly number[]; gamma?: number } & Start) };
    super(optimizer, (o as Start).lastEpoch);
    this.milestones = o.milestones; this.gamma = o.gamma ?? 0.1;
    this.begin();
  }
  protected rate({ group }: At): number { return group.lr * this.gamma ** this.milestones.filter((m) => m === this.lastEpoch).length; }
}

/** base · factor for the first `totalIters` epochs, then base. */
export class ConstantLR extends LRScheduler {
  readonly factor: number;
  readonly totalIters: number;
  constructor(optimizer: AnyOptimizer, options: { factor?: number; totalIters?: number } & Start = {}) {
    super(optimizer, options.lastEpoch);
    this.factor = options.factor ?? 1 / 3; this.totalIters = options.totalIters ?? 5;
    if (this.factor > 1 || this.factor < 0) throw new TorchError('Constant multiplicative factor expected to be between 0 and 1.');
    this.begin();
  }
  protected rate({ group }: At): number { return this.lastEpoch === 0 ? group.lr * this.factor : this.lastEpoch === this.totalIters ? group.lr / this.factor : group.lr; }
}

/** From base · startFactor to base · endFactor in a straight line over `totalIters` epochs. */
export class LinearLR extends LRScheduler {
  readonly startFactor: number;
  readonly endFactor: number;
  readonly totalIters: number;
  constructor(optimizer: AnyOptimizer, options: { startFactor?: number; endFactor?: number; totalIters?: number } & Start = {}) {
    super(optimizer, options.lastEpoch);
    this.startFactor = options.startFactor ?? 1 / 3; this.endFactor = options.endFactor ?? 1; this.totalIters = options.totalIters ?? 5;
    if (this.startFactor > 1 || this.startFactor <= 0) throw new TorchError('Starting multiplicative factor expected to be greater than 0 and less or equal to 1.');
    if (this.endFactor > 1 || this.endFactor < 0) throw new TorchError('Ending multiplicative factor expected to be between 0 and 1.');
    this.begin();
  }
  protected rate({ group }: At): number {
    const { startFactor: a, endFactor: b, totalIters: n, lastEpoch: t } = this;
    return t === 0 ? group.lr * a : t > n ? group.lr : group.lr * (1 + (b - a) / (n * a + (t - 1) * (b - a)));
  }
}

/** Multiplies the rate by `gamma` every epoch. */
export class ExponentialLR extends LRScheduler {
  readonly gamma: number;
  constructor(optimizer: AnyOptimizer, gamma: number | ({ gamma: number } & Start)) {
    super(optimizer, typeof gamma === 'number' ? undefined : gamma.lastEpoch);
    this.gamma = typeof gamma === 'number' ? gamma : gamma.gamma;
    this.begin();
  }
  protected rate({ group }: At): number { return this.lastEpoch === 0 ? group.lr : group.lr * this.gamma; }
}

/** base · (1 − epoch / totalIters) ** power, then 0. */
export class PolynomialLR extends LRScheduler {
  readonly totalIters: number;
  readonly power: number;
  constructor(optimizer: AnyOptimizer, options: { totalIters?: number; power?: number } & Start = {}) {
    super(optimizer, options.lastEpoch);
    this.totalIters = options.totalIters ?? 5; this.power = options.power ?? 1;
    this.begin();
  }
  protected rate({ group }: At): number {
    const t = this.lastEpoch, n = this.totalIters;
    return t === 0 || t > n ? group.lr : group.lr * ((1 - t / n) / (1 - (t - 1) / n)) ** this.power;
  }
}

/** Half a cosine from base down to `etaMin` in `TMax` epochs (Loshchilov & Hutter 2017), and up again after. */
export class CosineAnnealingLR extends LRScheduler {
  readonly TMax: number;
  readonly etaMin: number;
  constructor(optimizer: AnyOptimizer, TMax: number | ({ TMax: number; etaMin?: number } & Start), etaMin = 0) {
    const o = typeof TMax === 'number' ? { TMax, etaMin } : { etaMin, ...TMax };
    super(optimizer, (o as Start).lastEpoch);
    this.TMax = o.TMax; this.etaMin = o.etaMin ?? 0;
    this.begin();
  }
  protected rate({ group, base }: At): number {
    const { TMax: n, etaMin: low, lastEpoch: t } = this;
    if (t === 0) return group.lr;
    if ((t - 1 - n) % (2 * n) === 0) return group.lr + ((base - low) * (1 - Math.cos(Math.PI / n))) / 2;
    return ((1 + Math.cos((Math.PI * t) / n)) / (1 + Math.cos((Math.PI * (t - 1)) / n))) * (group.lr - low) + low;
  }
}

/** Cosine annealing that starts again after `T0` epochs, each cycle `TMult` times as long as the one before. */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  readonly T0: number;
  readonly TMult: number;
  readonly etaMin: number;
  constructor(optimizer: AnyOptimizer, options: { T0: number; TMult?: number; etaMin?: number } & Start) {
    super(optimizer, options.lastEpoch);
    if (!(options.T0 > 0) || !Number.isInteger(options.T0)) throw new TorchError(`Expected positive integer T_0, but got ${options.T0}`);
    this.T0 = options.T0; this.TMult = options.TMult ?? 1; this.etaMin = options.etaMin ?? 0;
    this.begin();
  }
  protected rate({ base }: At): number {
    let length = this.T0, t = this.lastEpoch;
    while (t >= length) { t -= length; length *= this.TMult; }
    return this.etaMin + ((base - this.etaMin) * (1 + Math.cos((Math.PI * t) / length))) / 2;
  }
}

interface OneCycleOptions extends Start { maxLr: number | number[]; totalSteps?: number; epochs?: number; stepsPerEpoch?: number; pctStart?: number; annealStrategy?: 'cos' | 'linear'; cycleMomentum?: boolean; baseMomentum?: number; maxMomentum?: number; divFactor?: number; finalDivFactor?: number; threePhase?: boolean }
/** One rise to `maxLr` and one fall far below the start, counted in batches (Smith & Topin 2018). Momentum moves the other way. */
export class OneCycleLR extends LRScheduler {
  readonly totalSteps: number;
  private readonly o: Required<Pick<OneCycleOptions, 'pctStart' | 'annealStrategy' | 'cycleMomentum' | 'baseMomentum' | 'maxMomentum' | 'divFactor' | 'finalDivFactor' | 'threePhase'>>;
  private readonly maxLrs: number[];
  constructor(optimizer: AnyOptimizer, options: OneCycleOptions) {
    const maxLrs = optimizer.paramGroups.map((_, i) => (Array.isArray(options.maxLr) ? options.maxLr[i] : options.maxLr)), div = options.divFactor ?? 25;
    if ((options.lastEpoch ?? -1) === -1) optimizer.paramGroups.forEach((g, i) => { g.lr = maxLrs[i] / div; });
    super(optimizer, options.lastEpoch);
    this.maxLrs = maxLrs;
    this.totalSteps = options.totalSteps ?? (options.epochs ?? 0) * (options.stepsPerEpoch ?? 0);
    if (!(this.totalSteps > 0)) throw new TorchError('You must define either total_steps OR (epochs AND steps_per_epoch)');
    this.o = { pctStart: 0.3, annealStrategy: 'cos', cycleMomentum: true, baseMomentum: 0.85, maxMomentum: 0.95, divFactor: 25, finalDivFactor: 1e4, threePhase: false, ...options } as OneCycleLR['o'];
    this.begin();
  }
  protected rate({ group, base, index }: At): number {
    const { o, totalSteps: n, lastEpoch: t } = this, top = this.maxLrs[index], low = base / o.finalDivFactor;
    if (t > n) throw new TorchError(`Tried to step ${t} times. The specified number of total steps is ${n}`);
    const up = o.pctStart * n - 1;
    const phases = o.threePhase
      ? [{ end: up, lr: [base, top], m: [o.maxMomentum, o.baseMomentum] }, { end: 2 * o.pctStart * n - 2, lr: [top, base], m: [o.baseMomentum, o.maxMomentum] }, { end: n - 1, lr: [base, low], m: [o.maxMomentum, o.maxMomentum] }]
      : [{ end: up, lr: [base, top], m: [o.maxMomentum, o.baseMomentum] }, { end: n - 1, lr: [top, low], m: [o.baseMomentum, o.maxMomentum] }];
    const k = Math.max(0, phases.findIndex((p, i) => t <= p.end || i === phases.length - 1)), start = k ? phases[k - 1].end : 0, share = (t - start) / (phases[k].end - start);
    const between = ([a, b]: number[]): number => (o.annealStrategy === 'linear' ? a + (b - a) * share : b + ((a - b) / 2) * (1 + Math.cos(Math.PI * share)));
    if (o.cycleMomentum) setMomentum(group, between(phases[k].m));
    return between(phases[k].lr);
  }
}
function setMomentum(group: Group, m: number): void {
  if (group.betas) group.betas = [m, group.betas[1]]; else if (group.momentum !== undefined) group.momentum = m;
}

interface CyclicOptions extends Start { baseLr: number; maxLr: number; stepSizeUp?: number; stepSizeDown?: number | null; mode?: 'triangular' | 'triangular2' | 'exp_range'; gamma?: number; scaleFn?: ((x: number) => number) | null; scaleMode?: 'cycle' | 'iterations'; cycleMomentum?: boolean; baseMomentum?: number; maxMomentum?: number }
/** Up and down between two rates, counted in batches (Smith 2017). */
export class CyclicLR extends LRScheduler {
  private readonly o: Required<CyclicOptions>;
  constructor(optimizer: AnyOptimizer, options: CyclicOptions) {
    optimizer.paramGroups.forEach((g) => { g.lr = options.baseLr; });
    super(optimizer, options.lastEpoch);
    this.o = { stepSizeUp: 2000, stepSizeDown: null, mode: 'triangular', gamma: 1, scaleFn: null, scaleMode: 'cycle', cycleMomentum: true, baseMomentum: 0.8, maxMomentum: 0.9, lastEpoch: -1, ...options };
    if (this.o.cycleMomentum && optimizer.paramGroups.some((g) => g.momentum === undefined && g.betas === undefined)) throw new TorchError('optimizer must support momentum or beta1 with `cycle_momentum` option enabled');
    this.begin();
  }
  protected rate({ group, base }: At): number {
    const { o } = this, total = o.stepSizeUp + (o.stepSizeDown ?? o.stepSizeUp), ratio = o.stepSizeUp / total;
    const cycle = Math.floor(1 + this.lastEpoch / total), x = 1 + this.lastEpoch / total - cycle;
    const height = x <= ratio ? x / ratio : (x - 1) / (ratio - 1);
    const byCycle = o.scaleFn ? o.scaleMode === 'cycle' : o.mode !== 'exp_range', at = byCycle ? cycle : this.lastEpoch;
    const scale = o.scaleFn ? o.scaleFn(at) : o.mode === 'triangular' ? 1 : o.mode === 'triangular2' ? 1 / 2 ** (at - 1) : o.gamma ** at;
    if (o.cycleMomentum) setMomentum(group, o.maxMomentum - (o.maxMomentum - o.baseMomentum) * height * scale);
    return base + (o.maxLr - base) * height * scale;
  }
}

interface PlateauOptions { mode?: 'min' | 'max'; factor?: number; patience?: number; threshold?: number; thresholdMode?: 'rel' | 'abs'; cooldown?: number; minLr?: number | number[]; eps?: number }
/** Lowers the rate when a metric has stopped improving for more than `patience` epochs. `step` takes the metric. */
export class ReduceLROnPlateau {
  readonly optimizer: AnyOptimizer;
  private readonly o: Required<PlateauOptions>;
  /** The best metric so far. */
  best: number;
  numBadEpochs = 0;
  lastEpoch = 0;
  private cooldownCounter = 0;
  constructor(optimizer: AnyOptimizer, options: PlateauOptions = {}) {
    this.optimizer = optimizer;
    this.o = { mode: 'min', factor: 0.1, patience: 10, threshold: 1e-4, thresholdMode: 'rel', cooldown: 0, minLr: 0, eps: 1e-8, ...options };
    if (this.o.factor >= 1) throw new TorchError('Factor should be < 1.0.');
    if (this.o.mode !== 'min' && this.o.mode !== 'max') throw new TorchError(`mode ${String(this.o.mode)} is unknown!`);
    this.best = this.o.mode === 'min' ? Infinity : -Infinity;
  }
  step(metric: number | { item(): number | boolean }): void {
    const value = typeof metric === 'number' ? metric : Number(metric.item());
    observers.event('schedulerStep', this);
    this.lastEpoch++;
    if (this.better(value)) { this.best = value; this.numBadEpochs = 0; } else this.numBadEpochs++;
    if (this.cooldownCounter > 0) { this.cooldownCounter--; this.numBadEpochs = 0; }
    if (this.numBadEpochs <= this.o.patience) return;
    this.optimizer.paramGroups.forEach((g, i) => {
      const lr = Math.max(g.lr * this.o.factor, Array.isArray(this.o.minLr) ? this.o.minLr[i] : this.o.minLr);
      if (g.lr - lr > this.o.eps) g.lr = lr;
    });
    this.cooldownCounter = this.o.cooldown;
    this.numBadEpochs = 0;
  }
  private better(v: number): boolean {
    const { mode, threshold, thresholdMode } = this.o, margin = thresholdMode === 'rel' ? Math.abs(this.best) * threshold : threshold;
    if (!Number.isFinite(this.best)) return mode === 'min' ? v < this.best : v > this.best;
    return mode === 'min' ? v < this.best - margin : v > this.best + margin;
  }
  getLastLr(): number[] { return this.optimizer.paramGroups.map((g) => g.lr); }
  stateDict(): Record<string, unknown> { return stateOf(this); }
  loadStateDict(state: Record<string, unknown>): void { restore(this, state); }
}

/** One schedule after the other: `schedulers[i + 1]` takes over at `milestones[i]`. */
export class SequentialLR {
  lastEpoch = 0;
  readonly optimizer: AnyOptimizer;
  private readonly schedulers: readonly LRScheduler[];
  private readonly milestones: readonly number[];
  constructor(optimizer: AnyOptimizer, schedulers: readonly LRScheduler[] | { schedulers: readonly LRScheduler[]; milestones: readonly number[] }, milestones: readonly number[] = []) {
    const o = Array.isArray(schedulers) ? { schedulers: schedulers as readonly LRScheduler[], milestones } : (schedulers as { schedulers: readonly LRScheduler[]; milestones: readonly number[] });
    if (o.milestones.length !== o.schedulers.length - 1) throw new TorchError(`Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers ${o.schedulers.length} and the number of milestones to be equal to ${o.milestones.length}`);
    this.optimizer = optimizer; this.schedulers = o.schedulers; this.milestones = o.milestones;
    this.restart(0);
  }
  private restart(k: number): void {
    for (const g of this.optimizer.paramGroups) g.lr = g.initialLr as number;
    this.schedulers[k].lastEpoch = -1;
    this.schedulers[k].step();
  }
  step(): void {
    this.lastEpoch++;
    const k = this.milestones.filter((m) => m <= this.lastEpoch).length;
    if (k > 0 && this.milestones[k - 1] === this.lastEpoch) this.restart(k); else this.schedulers[k].step();
  }
  getLastLr(): number[] { return this.optimizer.paramGroups.map((g) => g.lr); }
  stateDict(): Record<string, unknown> { return stateWithParts(this, this.schedulers); }
  loadStateDict(state: Record<string, unknown>): void { restoreWithParts(this, this.schedulers, state); }
}

/** Several schedules at once: each multiplies what the one before made. */
export class ChainedScheduler {
  private readonly schedulers: readonly LRScheduler[];
  constructor(schedulers: readonly LRScheduler[]) {
    if (!schedulers.length) throw new TorchError('ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.');
    this.schedulers = schedulers;
  }
  step(): void { for (const s of this.schedulers) s.step(); }
  getLastLr(): number[] { return this.schedulers[this.schedulers.length - 1].getLastLr(); }
  stateDict(): Record<string, unknown> { return stateWithParts(this, this.schedulers); }
  loadStateDict(state: Record<string, unknown>): void { restoreWithParts(this, this.schedulers, state); }
}
