import { TorchError } from '../errors.ts';
import { observers } from '../ops/observe.ts';
import type { Generator } from '../random/generator.ts';
import { defaultCollate, type Collated } from './collate.ts';
import { itemOf, type DatasetLike } from './dataset.ts';
import { BatchSampler, drawSeed, RandomSampler, SequentialSampler, type Sampler } from './sampler.ts';

/** Options of a `DataLoader`. */
export interface DataLoaderOptions<T, B> {
  /** Samples in a batch; null gives the samples one by one, not put together. Default 1. */
  batchSize?: number | null;
  /** A new random order every epoch. */
  shuffle?: boolean;
  sampler?: Iterable<number> & { readonly length?: number };
  batchSampler?: Sampler<number[]>;
  /** Batches that are prepared ahead at once (samples are loaded asynchronously). 0: one batch at a time, also with a plain `for`. */
  numWorkers?: number;
  /** How samples become a batch; PyTorch's rule unless given. */
  collateFn?: (samples: T[]) => B;
  /** Leaves out a last batch that is not full. */
  dropLast?: boolean;
  generator?: Generator;
}

/**
 * Goes through a dataset in batches.
 *
 * @example
 * const loader = new DataLoader(dataset, { batchSize: 32, shuffle: true });
 * for await (const [x, y] of loader) train(x, y);
 */
export class DataLoader<T, B = Collated<T>> implements AsyncIterable<B>, Iterable<B> {
  readonly dataset: DatasetLike<T>;
  readonly batchSize: number | null;
  readonly numWorkers: number;
  readonly sampler: Iterable<number> & { readonly length?: number };
  private readonly batches: Sampler<number[]> | null;
  private readonly collateFn: (samples: T[]) => B;
  private readonly generator: Generator | undefined;
  constructor(dataset: DatasetLike<T>, options: DataLoaderOptions<T, B> = {}) {
    const { batchSize = 1, shuffle = false, sampler, batchSampler, numWorkers = 0, dropLast = false } = options;
    if (typeof dataset !== 'object' || dataset === null || typeof dataset.length !== 'number') throw new TorchError('DataLoader: a dataset needs a numeric `length` (write `get length()`) and `getItem(index)`');
    if (!Array.isArray(dataset) && typeof (dataset as { getItem?: unknown }).getItem !== 'function') throw new TorchError('DataLoader: a dataset needs a method `getItem(index)`');
    if (!Number.isInteger(numWorkers) || numWorkers < 0) throw new TorchError('num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.');
    if (sampler && shuffle) throw new TorchError('sampler option is mutually exclusive with shuffle');
    if (batchSampler && (options.batchSize !== undefined || shuffle || sampler || dropLast)) throw new TorchError('batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last');
    if (batchSize === null && dropLast) throw new TorchError('batch_size=None option disables auto-batching and is mutually exclusive with drop_last');
    this.dataset = dataset;
    this.batchSize = batchSampler ? null : batchSize;
    this.numWorkers = numWorkers;
    this.generator = options.generator;
    this.sampler = sampler ?? (shuffle ? new RandomSampler(dataset, options.generator ? { generator: options.generator } : {}) : new SequentialSampler(dataset));
    this.batches = batchSampler ?? (batchSize === null ? null : new BatchSampler(this.sampler, batchSize, dropLast));
    // Without batches the function gets one sample, not a list, as in PyTorch.
    const { collateFn } = options;
    if (this.batches) this.collateFn = collateFn ?? ((samples) => observers.inside(() => defaultCollate(samples)) as unknown as B);
    else this.collateFn = ([sample]) => (collateFn ? (collateFn as (sample: unknown) => B)(sample) : (sample as unknown as B));
  }
  /** Number of batches in an epoch. */
  get length(): number { return this.batches ? this.batches.length : (this.sampler.length ?? 0); }

  /** Lists of sample numbers, one list a batch. Like PyTorch, starting an epoch draws one seed for the workers. */
  private *plan(): IterableIterator<number[]> {
    drawSeed(this.generator);
    if (this.batches) yield* this.batches;
    else for (const i of this.sampler) yield [i];
  }

  *[Symbol.iterator](): IterableIterator<B> {
    if (this.numWorkers > 0) throw new TorchError('a DataLoader with numWorkers loads asynchronously: use `for await (const batch of loader)`');
    for (const indices of this.plan()) {
      const samples = indices.map((i) => itemOf(this.dataset, i));
      if (samples.some((s) => s instanceof Promise)) throw new TorchError('the dataset\'s getItem gives promises: use `for await (const batch of loader)`');
      yield this.collateFn(samples as T[]);
    }
  }
  async *[Symbol.asyncIterator](): AsyncIterableIterator<B> {
    const load = async (indices: number[]): Promise<B> => this.collateFn(await Promise.all(indices.map((i) => itemOf(this.dataset, i))));
    const ahead: Promise<B>[] = [];
    for (const indices of this.plan()) {
      const next = load(indices);
      next.catch(() => {}); // an error is reported when its batch is due, not before
      ahead.push(next);
      if (ahead.length > this.numWorkers) yield await ahead.shift()!;
    }
    while (ahead.length) yield await ahead.shift()!;
  }
}
