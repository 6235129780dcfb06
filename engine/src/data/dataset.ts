import { TorchError } from '../errors.ts';
import type { Generator } from '../random/generator.ts';
import { randperm } from '../ops/random.ts';
import { observers } from '../ops/observe.ts';
import { Tensor } from '../tensor/tensor.ts';

/** Samples by number: a class with `length` and `getItem`, or a plain array. `getItem` may give a promise. */
export interface Dataset<T = unknown> {
  readonly length: number;
  getItem(index: number): T | Promise<T>;
}
/** What takes the place of a dataset: a dataset or a plain array of samples. */
export type DatasetLike<T> = Dataset<T> | readonly T[];

/** Sample `index` of a dataset or array. Throws for a number that is none of its samples. */
export function itemOf<T>(dataset: DatasetLike<T>, index: number): T | Promise<T> {
  if (!Number.isInteger(index) || index < 0 || index >= dataset.length) throw new TorchError(`index ${index} is out of range for a dataset of ${dataset.length} samples`);
  return Array.isArray(dataset) ? (dataset as readonly T[])[index] : (dataset as Dataset<T>).getItem(index);
}

/**
 * Samples that come one after the other, from a file or a network for example: a subclass has `*[Symbol.iterator]()` or
 * `async *[Symbol.asyncIterator]()`. In worker threads each has the whole stream; `getWorkerInfo` tells which part to take.
 */
export abstract class IterableDataset<T = unknown> implements Dataset<T> {
  [Symbol.iterator]?(): Iterator<T>;
  [Symbol.asyncIterator]?(): AsyncIterator<T>;
  get length(): number { throw new TorchError(`object of type '${this.constructor.name}' has no len()`); }
  getItem(): T { throw new TorchError(`'${this.constructor.name}' is an IterableDataset: its samples have no numbers`); }
}
/** True for a dataset of which the samples can only be taken in turn. */
export const isIterable = (d: unknown): d is IterableDataset => typeof d === 'object' && d !== null && !Array.isArray(d) && (d instanceof IterableDataset || (typeof (d as Dataset).getItem !== 'function' && (Symbol.iterator in d || Symbol.asyncIterator in d)));

/** Rows of tensors of equal first size: sample i is the list of each tensor's row i. */
export class TensorDataset implements Dataset<Tensor[]> {
  readonly tensors: readonly Tensor[];
  constructor(...tensors: Tensor[]) {
    if (tensors.some((t) => t.shape[0] !== tensors[0].shape[0])) throw new TorchError('Size mismatch between tensors', { shapes: tensors.map((t) => t.shape) });
    this.tensors = tensors;
  }
  get length(): number { return this.tensors[0].shape[0]; }
  getItem(index: number): Tensor[] { return this.tensors.map((t) => t.select(0, index)); }
}

/** Some samples of another dataset, by number. */
export class Subset<T> implements Dataset<T> {
  readonly dataset: DatasetLike<T>;
  readonly indices: readonly number[];
  constructor(dataset: DatasetLike<T>, indices: readonly number[]) { this.dataset = dataset; this.indices = indices; }
  get length(): number { return this.indices.length; }
  getItem(index: number): T | Promise<T> { return itemOf(this.dataset, this.indices[index]); }
}

/** Datasets one after the other. */
export class ConcatDataset<T> implements Dataset<T> {
  readonly datasets: readonly DatasetLike<T>[];
  constructor(datasets: Iterable<DatasetLike<T>>) {
    this.datasets = [...datasets];
    if (!this.datasets.length) throw new TorchError('datasets should not be an empty iterable');
  }
  get length(): number { return this.datasets.reduce((n, d) => n + d.length, 0); }
  getItem(index: number): T | Promise<T> {
    let i = index;
    for (const d of this.datasets) { if (i < d.length) return itemOf(d, i); i -= d.length; }
    throw new TorchError(`index ${index} is out of range for a dataset of ${this.length} samples`);
  }
}

/**
 * Splits a dataset at random into parts of the given lengths; fractions that add up to 1 are shares, and what rounding
 * leaves over goes to the first parts in turn.
 */
export function randomSplit<T>(dataset: DatasetLike<T>, lengths: readonly number[], options: { generator?: Generator } | Generator = {}): Subset<T>[] {
  const n = dataset.length, total = lengths.reduce((a, b) => a + b, 0);
  let sizes = [...lengths];
  if (Math.abs(total - 1) < 1e-6 && total <= 1 + 1e-6) {
    sizes = lengths.map((f, i) => { if (f < 0 || f > 1) throw new TorchError(`Fraction at index ${i} is not between 0 and 1`); return Math.floor(n * f); });
    const left = n - sizes.reduce((a, b) => a + b, 0);
    for (let i = 0; i < left; i++) sizes[i % sizes.length]++;
  }
  if (sizes.reduce((a, b) => a + b, 0) !== n) throw new TorchError('Sum of input lengths does not equal the length of the input dataset!');
  const generator = 'generator' in options ? options.generator : (options as Generator);
  const order = observers.inside(() => randperm(n, generator && 'manualSeed' in generator ? { generator } : {}).tolist()) as number[];
  let at = 0;
  return sizes.map((size) => new Subset(dataset, order.slice(at, (at += size))));
}
