import { TorchError } from '../errors.ts';
import { denseAs } from '../cpu/copy.ts';
import { multinomial } from '../random/multinomial.ts';
import { observers } from '../ops/observe.ts';
import { randint, randperm } from '../ops/random.ts';
import { defaultGenerator, Generator } from '../random/generator.ts';
import { random } from '../random/integers.ts';
import { Tensor } from '../tensor/tensor.ts';
import { tensor } from '../ops/create.ts';

/** Gives the numbers of the samples in the order in which they are to be loaded. */
export interface Sampler<T = number> extends Iterable<T> { readonly length: number }

/** 0, 1, 2, … */
export class SequentialSampler implements Sampler {
  readonly length: number;
  constructor(dataset: { readonly length: number }) { this.length = dataset.length; }
  *[Symbol.iterator](): IterableIterator<number> { for (let i = 0; i < this.length; i++) yield i; }
}

/** A seed drawn as PyTorch draws it: one 64-bit number, of which the generator uses the low half. */
export function drawSeed(generator: Generator = defaultGenerator): number {
  const out = new BigInt64Array(1);
  random(generator, out, 'int64');
  observers.event('draw', { name: 'seed', count: 1 });
  return Number(out[0] & 0xffffffffn);
}

const numbers = (t: Tensor): number[] => t.tolist() as number[];

/** A new random order each time, from a generator seeded by the default one; with `replacement`, independent draws. */
export class RandomSampler implements Sampler {
  private readonly size: number;
  private readonly options: { replacement?: boolean; numSamples?: number; generator?: Generator };
  constructor(dataset: { readonly length: number }, options: { replacement?: boolean; numSamples?: number; generator?: Generator } = {}) {
    this.size = dataset.length;
    this.options = options;
    if (this.length <= 0 || !Number.isInteger(this.length)) throw new TorchError(`num_samples should be a positive integer value, but got num_samples=${this.length}`);
  }
  get length(): number { return this.options.numSamples ?? this.size; }
  *[Symbol.iterator](): IterableIterator<number> {
    const generator = this.options.generator ?? new Generator().manualSeed(drawSeed());
    // Like PyTorch, the last draw happens also where nothing of it is needed: a generator of one's own goes on from there.
    const n = this.size, whole = Math.floor(this.length / (this.options.replacement ? 32 : n)), draw = (fn: () => Tensor): number[] => numbers(observers.inside(fn));
    if (this.options.replacement) {
      for (let i = 0; i < whole; i++) yield* draw(() => randint(0, n, [32], { generator }));
      yield* draw(() => randint(0, n, [this.length % 32], { generator }));
      return;
    }
    for (let i = 0; i < whole; i++) yield* draw(() => randperm(n, { generator }));
    yield* draw(() => randperm(n, { generator })).slice(0, this.length % n);
  }
}

/** The given numbers in random order. */
export class SubsetRandomSampler implements Sampler {
  readonly indices: readonly number[];
  private readonly generator: Generator | undefined;
  constructor(indices: readonly number[], options: { generator?: Generator } = {}) { this.indices = indices; this.generator = options.generator; }
  get length(): number { return this.indices.length; }
  *[Symbol.iterator](): IterableIterator<number> {
    const { generator } = this;
    for (const i of numbers(observers.inside(() => randperm(this.length, generator ? { generator } : {})))) yield this.indices[i];
  }
}

/** Draws sample i with a probability proportional to `weights[i]`. */
export class WeightedRandomSampler implements Sampler {
  readonly weights: Tensor;
  readonly length: number;
  private readonly replacement: boolean;
  private readonly generator: Generator | undefined;
  constructor(weights: readonly number[] | Tensor, numSamples: number, replacement: boolean | { replacement?: boolean; generator?: Generator } = true, options: { generator?: Generator } = {}) {
    if (!Number.isInteger(numSamples) || numSamples <= 0) throw new TorchError(`num_samples should be a positive integer value, but got num_samples=${numSamples}`);
    const o = typeof replacement === 'boolean' ? { replacement, ...options } : replacement;
    this.weights = weights instanceof Tensor ? weights : tensor(weights, { dtype: 'float64' });
    if (this.weights.ndim !== 1) throw new TorchError(`weights should be a 1d sequence but given weights have shape ${this.weights.shape.join('x')}`);
    this.length = numSamples;
    this.replacement = o.replacement ?? true;
    this.generator = o.generator;
  }
  *[Symbol.iterator](): IterableIterator<number> {
    observers.event('draw', { name: 'multinomial', count: this.length });
    yield* multinomial(this.generator ?? defaultGenerator, denseAs(this.weights, 'float64').window() as Float64Array, 'float64', 1, this.length, this.replacement);
  }
}

/** Groups the numbers of another sampler into lists of `batchSize`; the last may be shorter unless `dropLast`. */
export class BatchSampler implements Sampler<number[]> {
  private readonly sampler: Iterable<number> & { readonly length?: number };
  private readonly batchSize: number;
  private readonly dropLast: boolean;
  constructor(sampler: Iterable<number> & { readonly length?: number }, batchSize: number, dropLast: boolean) {
    if (!Number.isInteger(batchSize) || batchSize <= 0) throw new TorchError(`batch_size should be a positive integer value, but got batch_size=${batchSize}`);
    this.sampler = sampler; this.batchSize = batchSize; this.dropLast = dropLast;
  }
  get length(): number { const n = (this.sampler.length ?? 0) / this.batchSize; return this.dropLast ? Math.floor(n) : Math.ceil(n); }
  *[Symbol.iterator](): IterableIterator<number[]> {
    let batch: number[] = [];
    for (const i of this.sampler) { batch.push(i); if (batch.length === this.batchSize) { yield batch; batch = []; } }
    if (batch.length && !this.dropLast) yield batch;
  }
}
