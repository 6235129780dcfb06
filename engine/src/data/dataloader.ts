import { TorchError } from '../errors.ts';
import { observers } from '../ops/observe.ts';
import type { Generator } from '../random/generator.ts';
import { defaultCollate, type Collated } from './collate.ts';
import { isIterable, itemOf, IterableDataset, type Dataset, type DatasetLike } from './dataset.ts';
import { BatchSampler, drawSeed, RandomSampler, SequentialSampler, type Sampler } from './sampler.ts';
import { WorkerPool } from './worker_pool.ts';

/** Options of a `DataLoader`. */
export interface DataLoaderOptions<T, B> {
  /** Samples in a batch; null gives the samples one by one, not put together. Default 1. */
  batchSize?: number | null;
  /** A new random order every epoch. */
  shuffle?: boolean;
  sampler?: Iterable<number> & { readonly length?: number };
  batchSampler?: Sampler<number[]>;
  /**
   * Batches that are prepared ahead at once (samples are loaded asynchronously), or worker threads for a dataset given as
   * a module. 0: one batch at a time, also with a plain `for`.
   */
  numWorkers?: number;
  /** How samples become a batch; PyTorch's rule unless given. */
  collateFn?: (samples: T[]) => B;
  /** Leaves out a last batch that is not full. */
  dropLast?: boolean;
  generator?: Generator;
}

/** Stands for a dataset that only worker threads have. */
class RemoteDataset implements Dataset<never> {
  readonly url: URL;
  readonly length: number;
  constructor(url: URL, length: number) { this.url = url; this.length = length; }
  getItem(): never { throw new TorchError(`the dataset ${this.url.href} is loaded in worker threads only`); }
}
/** Stands for a stream of samples in worker threads. */
class RemoteStream extends IterableDataset<never> {}

/**
 * Goes through a dataset in batches. A dataset given as the URL of a module (its default export is the dataset, or a
 * function that gives it) is loaded in `numWorkers` worker threads, which also put the batches together.
 *
 * @example
 * const loader = new DataLoader(dataset, { batchSize: 32, shuffle: true });
 * for await (const [x, y] of loader) train(x, y);
 * @example
 * new DataLoader(new URL('./images.ts', import.meta.url), { batchSize: 32, shuffle: true, numWorkers: 4 });
 */
export class DataLoader<T, B = Collated<T>> implements AsyncIterable<B>, Iterable<B> {
  readonly dataset: DatasetLike<T>;
  readonly batchSize: number | null;
  readonly numWorkers: number;
  readonly sampler: Iterable<number> & { readonly length?: number };
  private readonly dropLast: boolean;
  private readonly batches: Sampler<number[]> | null;
  /** Null for the default, which worker threads know as well. */
  private readonly collateFn: ((samples: T[]) => B) | null;
  private readonly generator: Generator | undefined;
  private readonly pool: WorkerPool | null;
  constructor(source: DatasetLike<T> | URL, options: DataLoaderOptions<T, B> = {}) {
    const { batchSize = 1, shuffle = false, sampler, batchSampler, numWorkers = 0, dropLast = false } = options;
    if (!Number.isInteger(numWorkers) || numWorkers < 0) throw new TorchError('num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.');
    if (sampler && shuffle) throw new TorchError('sampler option is mutually exclusive with shuffle');
    if (batchSampler && (options.batchSize !== undefined || shuffle || sampler || dropLast)) throw new TorchError('batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last');
    if (batchSize === null && dropLast) throw new TorchError('batch_size=None option disables auto-batching and is mutually exclusive with drop_last');
    if (source instanceof URL && numWorkers === 0) throw new TorchError('DataLoader: a dataset given as a module is loaded in worker threads: numWorkers must be 1 or more');
    this.pool = source instanceof URL ? new WorkerPool(source.href, numWorkers) : null;
    const dataset = !(source instanceof URL) ? source : (this.pool!.length === null ? new RemoteStream() : new RemoteDataset(source, this.pool!.length)) as Dataset<T>, stream = isIterable(dataset);
    if (stream && (shuffle || sampler || batchSampler)) throw new TorchError(`DataLoader with IterableDataset: expected unspecified ${shuffle ? 'shuffle' : sampler ? 'sampler' : 'batch_sampler'} option, but got one`);
    if (!stream && (typeof dataset !== 'object' || dataset === null || typeof dataset.length !== 'number')) throw new TorchError('DataLoader: a dataset needs a numeric `length` (write `get length()`) and `getItem(index)`');
    if (!stream && !Array.isArray(dataset) && typeof (dataset as { getItem?: unknown }).getItem !== 'function') throw new TorchError('DataLoader: a dataset needs a method `getItem(index)`');
    this.dataset = dataset;
    this.batchSize = batchSampler ? null : batchSize;
    this.numWorkers = numWorkers;
    this.dropLast = dropLast;
    this.generator = options.generator;
    this.collateFn = options.collateFn ?? null;
    this.sampler = sampler ?? (shuffle ? new RandomSampler(dataset, options.generator ? { generator: options.generator } : {}) : stream ? [] : new SequentialSampler(dataset));
    this.batches = stream ? null : (batchSampler ?? (batchSize === null ? null : new BatchSampler(this.sampler, batchSize, dropLast)));
  }
  /** Number of batches in an epoch. Of a stream that tells its length it is an estimate. */
  get length(): number {
    if (isIterable(this.dataset)) { const n = this.dataset.length; return this.batchSize === null ? n : this.dropLast ? Math.floor(n / this.batchSize) : Math.ceil(n / this.batchSize); }
    return this.batches ? this.batches.length : (this.sampler.length ?? 0);
  }

  /** One batch of samples, or the sample itself where there are no batches; the function then gets one sample, not a list, as in PyTorch. */
  private put(samples: T[]): B {
    if (this.batchSize === null && !this.batches) return this.collateFn ? (this.collateFn as unknown as (sample: T) => B)(samples[0]) : (samples[0] as unknown as B);
    return this.collateFn ? this.collateFn(samples) : (observers.inside(() => defaultCollate(samples)) as unknown as B);
  }
  /** Lists of sample numbers, one list a batch. */
  private *plan(): IterableIterator<number[]> {
    if (this.batches) yield* this.batches;
    else for (const i of this.sampler) yield [i];
  }

  *[Symbol.iterator](): IterableIterator<B> {
    if (this.numWorkers > 0) throw new TorchError('a DataLoader with numWorkers loads asynchronously: use `for await (const batch of loader)`');
    drawSeed(this.generator); // like PyTorch, starting an epoch draws one seed for the workers
    if (isIterable(this.dataset)) { yield* this.stream(this.dataset as IterableDataset<T>); return; }
    for (const indices of this.plan()) {
      const samples = indices.map((i) => itemOf(this.dataset, i));
      if (samples.some((s) => s instanceof Promise)) throw new TorchError('the dataset\'s getItem gives promises: use `for await (const batch of loader)`');
      yield this.put(samples as T[]);
    }
  }
  private *stream(dataset: IterableDataset<T>): IterableIterator<B> {
    if (!dataset[Symbol.iterator]) throw new TorchError('the dataset gives its samples asynchronously: use `for await (const batch of loader)`');
    const size = this.batchSize ?? 1;
    let list: T[] = [];
    for (const sample of dataset as Iterable<T>) { list.push(sample); if (list.length === size) { yield this.put(list); list = []; } }
    if (list.length && !this.dropLast) yield this.put(list);
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<B> {
    const seed = drawSeed(this.generator);
    if (this.pool) {
      const inWorkers = this.collateFn === null && (this.batches !== null || this.batchSize !== null), plan = isIterable(this.dataset) ? { size: this.batchSize ?? 1, dropLast: this.dropLast } : this.plan();
      for await (const got of this.pool.epoch(plan, seed, inWorkers)) yield inWorkers ? (got as B) : this.put(got as T[]);
      return;
    }
    if (isIterable(this.dataset)) {
      const size = this.batchSize ?? 1;
      let list: T[] = [];
      for await (const sample of this.dataset as AsyncIterable<T>) { list.push(sample); if (list.length === size) { yield this.put(list); list = []; } }
      if (list.length && !this.dropLast) yield this.put(list);
      return;
    }
    const load = async (indices: number[]): Promise<B> => this.put(await Promise.all(indices.map((i) => itemOf(this.dataset, i))));
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
