// torch.optim.swa_utils: averages of a model over its training.
import { noGrad } from '../autograd/modes.ts';
import { deepcopy } from '../nn/copy.ts';
import { Module } from '../nn/module.ts';
import { tensor } from '../ops/create.ts';
import { observers } from '../ops/observe.ts';
import { TorchError } from '../errors.ts';
import { isFloat } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';
import { LRScheduler, type AnyOptimizer, type At } from './lr_scheduler.ts';

/** The new average from the old one, the model's present value, and how many models were averaged before. */
export type AverageFn = (average: Tensor, current: Tensor, numAveraged: number) => Tensor;

/** Exponential moving average: decay · average + (1 − decay) · current. */
export function getEmaAvgFn(decay = 0.999): AverageFn {
  if (decay < 0 || decay > 1) throw new TorchError(`Invalid decay value ${decay} provided. Please provide a value in [0,1] range.`);
  return (average, current) => average.mul(decay).add(current.mul(1 - decay));
}
/** The mean of all models: average + (current − average) / (numAveraged + 1). */
export const getSwaAvgFn = (): AverageFn => (average, current, n) => average.add(current.sub(average).div(n + 1));

/** Options of `AveragedModel`. */
export interface AveragedModelOptions {
  device?: string | null;
  /** Default: the mean of all models. */
  avgFn?: AverageFn | null;
  /** Averages buffers (running statistics) as well; otherwise they are copied from the model. */
  useBuffers?: boolean;
}

/**
 * A copy of a model whose parameters are an average over training: of all models shown to it (stochastic weight
 * averaging, Izmailov et al. 2018), or with `getEmaAvgFn` an exponential moving average.
 *
 * @example
 * const ema = new optim.swaUtils.AveragedModel(model, { avgFn: optim.swaUtils.getEmaAvgFn(0.999), useBuffers: true });
 * optimizer.step();
 * ema.updateParameters(model);
 */
export class AveragedModel<M extends Module = Module> extends Module {
  readonly module: M;
  declare n_averaged: Tensor;
  private readonly options: { avgFn: AverageFn; useBuffers: boolean };
  constructor(model: M, { device = null, avgFn = null, useBuffers = false }: AveragedModelOptions = {}) {
    super();
    this.module = deepcopy(model);
    if (device !== null) this.module.to(device);
    this.registerBuffer('n_averaged', tensor(0, { dtype: 'int64', ...(device === null ? {} : { device }) }));
    this.options = { avgFn: avgFn ?? getSwaAvgFn(), useBuffers };
  }
  override forward(...args: Parameters<M['forward']>): ReturnType<M['forward']> { return (this.module as (...a: unknown[]) => ReturnType<M['forward']>)(...args); }
  /** Takes the present parameters of the model into the average. */
  updateParameters(model: M): void {
    const { avgFn, useBuffers } = this.options, count = this.n_averaged.item() as number;
    const values = (m: Module): Tensor[] => [...m.parameters(), ...(useBuffers ? m.buffers() : [])];
    noGrad(() => observers.inside(() => {
      const mine = values(this.module);
      values(model).forEach((theirs, i) => {
        const current = theirs.detach().to({ device: mine[i].device });
        mine[i].copy_(count === 0 || !isFloat(current.dtype) ? current : avgFn(mine[i].detach(), current, count));
      });
      if (!useBuffers) { const buffers = [...this.module.buffers()]; [...model.buffers()].forEach((b, i) => buffers[i].copy_(b.detach().to({ device: buffers[i].device }))); }
      this.n_averaged.add_(1);
    }));
  }
}
type Parameters<F> = F extends (...args: infer A) => unknown ? A : never;

/** A module with running statistics. */
interface Normalisation extends Module { running_mean: Tensor; momentum: number | null; resetRunningStats(): void }
const isNormalisation = (m: Module): m is Normalisation => /^(Sync)?BatchNorm/.test(m.constructor.name) && (m as Normalisation).running_mean instanceof Tensor;

/**
 * Computes the running statistics of a model's batch normalisations anew, by one pass over the data in training mode:
 * those of an averaged model don't belong to its parameters.
 *
 * @param loader inputs, or lists that begin with the input
 */
export function updateBn(loader: Iterable<Tensor | readonly Tensor[]>, model: Module, device: string | null = null): void {
  const layers = [...model.modules()].filter(isNormalisation), momenta = layers.map((m) => m.momentum), training = model.training;
  if (!layers.length) return;
  for (const m of layers) { m.resetRunningStats(); m.momentum = null; } // null: the mean over all batches
  model.train();
  noGrad(() => { for (const batch of loader) { const x = batch instanceof Tensor ? batch : batch[0]; model(device === null ? x : x.to(device)); } });
  layers.forEach((m, i) => { m.momentum = momenta[i]; });
  model.train(training);
}

/** Options of `SWALR`. */
export interface SWALROptions { swaLr: number | readonly number[]; /** Default 10. */ annealEpochs?: number; annealStrategy?: 'cos' | 'linear'; lastEpoch?: number }

/** From the present rate to the constant rate `swaLr` in `annealEpochs` epochs. */
export class SWALR extends LRScheduler {
  private readonly annealEpochs: number;
  private readonly swaLrs: number[];
  private readonly share: (t: number) => number;
  constructor(optimizer: AnyOptimizer, { swaLr, annealEpochs = 10, annealStrategy = 'cos', lastEpoch = -1 }: SWALROptions) {
    super(optimizer, lastEpoch);
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear') throw new TorchError(`anneal_strategy must by one of 'cos' or 'linear', instead got ${String(annealStrategy)}`);
    if (!Number.isInteger(annealEpochs) || annealEpochs < 0) throw new TorchError(`anneal_epochs must be equal or greater than 0, got ${annealEpochs}`);
    this.annealEpochs = annealEpochs;
    this.swaLrs = optimizer.paramGroups.map((_, i) => (typeof swaLr === 'number' ? swaLr : swaLr[i]));
    this.share = annealStrategy === 'cos' ? (t) => (1 - Math.cos(Math.PI * t)) / 2 : (t) => t;
    this.begin();
  }
  protected rate({ group, index }: At): number {
    // The rate at the start is found back from the present one, so that another schedule may act on it before.
    const n = Math.max(1, this.annealEpochs), step = this.annealEpochs === 0 ? Math.max(1, this.lastEpoch) : this.lastEpoch;
    const clip = (t: number): number => Math.max(0, Math.min(1, t)), previous = this.share(clip((step - 1) / n)), now = this.share(clip(step / n)), target = this.swaLrs[index];
    const initial = previous === 1 ? target : (group.lr - previous * target) / (1 - previous);
    return target * now + initial * (1 - now);
  }
}
