import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import { TorchError, type Tensor } from '../src/index.ts';
import { spy } from '../src/testing/index.ts';

const { ConcatDataset, DataLoader, defaultCollate, randomSplit, RandomSampler, Subset, SubsetRandomSampler, TensorDataset, WeightedRandomSampler } = torch.utils.data;
const seven = (): InstanceType<typeof TensorDataset> => new TensorDataset(torch.arange(7));
const batches = (loader: Iterable<Tensor[]>): unknown[] => [...loader].map(([b]) => b.tolist());
const generator = (seed: number): torch.Generator => new torch.Generator().manualSeed(seed);
const next = (g: torch.Generator): number => torch.rand(1, { generator: g }).item() as number;

// The orders and the numbers after them are those of PyTorch 1.13.
describe('order', () => {
  it('of a loader with a generator of its own', () => {
    const g = generator(3), loader = new DataLoader(seven(), { batchSize: 3, shuffle: true, generator: g });
    expect([0, 1, 2].map(() => batches(loader))).toEqual([[[3, 4, 2], [0, 1, 6], [5]], [[6, 1, 2], [3, 4, 0], [5]], [[4, 2, 6], [0, 3, 5], [1]]]);
    expect(next(g)).toBeCloseTo(0.4433074, 6);
  });
  it('of each sampler', () => {
    let g = generator(3);
    const twice = (s: Iterable<number>): unknown[] => [[...s], [...s], Number(next(g).toFixed(6))];
    expect(twice(new RandomSampler(seven(), { replacement: true, numSamples: 5, generator: g }))).toEqual([[5, 3, 3, 4, 0], [6, 2, 4, 5, 0], 0.451031]);
    g = generator(3);
    expect([[...new RandomSampler(seven(), { numSamples: 10, generator: g })], next(g).toFixed(6)]).toEqual([[5, 3, 4, 6, 0, 2, 1, 2, 6, 3], '0.149841']);
    g = generator(3);
    expect(twice(new SubsetRandomSampler([5, 1, 3], { generator: g }))).toEqual([[1, 5, 3], [1, 3, 5], 0.471614]);
    g = generator(3);
    expect(twice(new WeightedRandomSampler([0.1, 0.2, 0.7], 4, true, { generator: g }))).toEqual([[0, 1, 2, 1], [2, 2, 1, 2], 0.175605]);
  });
  it('an epoch draws a seed from the default generator even without shuffling', () => {
    torch.manualSeed(3);
    expect(batches(new DataLoader(seven(), { batchSize: 3 }))).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(torch.rand(1).item()).toBeCloseTo(0.2858425, 6);
  });
  it('of randomSplit, by sizes and by shares', () => {
    const ten = Array.from({ length: 10 }, (_, i) => i);
    expect(randomSplit(ten, [0.33, 0.33, 0.34], { generator: generator(4) }).map((p) => [...p.indices])).toEqual([[0, 4, 9, 6], [7, 3, 2], [8, 1, 5]]);
    expect(randomSplit(ten, [4, 3, 3], generator(4)).map((p) => [...p.indices])).toEqual([[0, 4, 9, 6], [7, 3, 2], [8, 1, 5]]);
    expect(() => randomSplit(ten, [4, 4])).toThrow(/Sum of input lengths does not equal/);
  });
});

describe('batches', () => {
  it('keep a short last batch unless told', () => {
    expect([new DataLoader(seven(), { batchSize: 3 }).length, new DataLoader(seven(), { batchSize: 3, dropLast: true }).length]).toEqual([3, 2]);
    expect(batches(new DataLoader(seven(), { batchSize: 3, dropLast: true }))).toEqual([[0, 1, 2], [3, 4, 5]]);
  });
  it('are put together by PyTorch\'s rule', () => {
    const got = defaultCollate([{ x: torch.ones(2), n: 1, f: 0.5, b: true, s: 'a', l: [1, torch.zeros(1)] as const }, { x: torch.zeros(2), n: 2, f: 2, b: false, s: 'b', l: [3, torch.ones(1)] as const }]);
    expect([got.x.tolist(), got.n.dtype, got.f.dtype, got.b.tolist(), got.s, got.l[0].tolist(), got.l[1].shape]).toEqual([[[1, 1], [0, 0]], 'int64', 'float64', [true, false], ['a', 'b'], [1, 3], [2, 1]]);
    expect(() => defaultCollate([torch.ones(2), torch.ones(3)])).toThrow('stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 1');
    expect(() => defaultCollate([null])).toThrow(TorchError);
  });
  it('carry gradients and promote dtypes where samples need it', () => {
    const w = torch.ones(2, { requiresGrad: true }), both = defaultCollate([w.mul(2), w.mul(3)]);
    both.mul(torch.tensor([[1, 10], [100, 1000]])).sum().backward();
    expect([both.tolist(), w.grad!.tolist()]).toEqual([[[2, 2], [3, 3]], [302, 3020]]);
    expect(defaultCollate([torch.ones(1), torch.ones(1, { dtype: 'float64' })]).dtype).toBe('float64');
  });
  it('go through a collate function of one\'s own, whose operators are the program\'s', () => {
    const loader = new DataLoader([1, 2, 3], { batchSize: 2, collateFn: (list: number[]) => torch.tensor(list).cumsum(0) });
    const seen = spy(() => [...loader].map((b) => b.tolist()));
    expect([seen.result, seen.count('cumsum')]).toEqual([[[1, 3], [3]], 2]);
    expect(spy(() => batches(new DataLoader(seven(), { batchSize: 7 }))).count('stack')).toBe(0);
    expect([...new DataLoader([1, 2], { batchSize: null })]).toEqual([1, 2]);
    expect([...new DataLoader([1, 2], { batchSize: null, collateFn: (x: unknown) => Number(x) * 10 })]).toEqual([10, 20]);
  });
});

describe('loading', () => {
  const slow = (log: string[]) => ({ length: 4, async getItem(i: number): Promise<number> { log.push(`start ${i}`); await new Promise((r) => setTimeout(r, 4 - i)); log.push(`end ${i}`); return i; } });
  it('ahead keeps the order', async () => {
    const log: string[] = [], got: unknown[] = [];
    for await (const b of new DataLoader(slow(log), { batchSize: 1, numWorkers: 2 })) got.push(b.tolist());
    expect(got).toEqual([[0], [1], [2], [3]]);
    expect(log.indexOf('start 1')).toBeLessThan(log.indexOf('end 0'));
    const plain: string[] = [];
    for await (const b of new DataLoader(slow(plain), { batchSize: 1 })) b.tolist();
    expect(plain.indexOf('start 1')).toBeGreaterThan(plain.indexOf('end 0'));
  });
  it('reports an error with its batch', async () => {
    const failing = { length: 3, getItem: (i: number): Promise<number> => (i === 2 ? Promise.reject(new Error('no sample 2')) : Promise.resolve(i)) }, got: unknown[] = [];
    await expect((async () => { for await (const b of new DataLoader(failing, { numWorkers: 3 })) got.push(b.tolist()); })()).rejects.toThrow('no sample 2');
    expect(got).toEqual([[0], [1]]);
    expect(() => [...new DataLoader(failing, { batchSize: 2 })]).toThrow(/use `for await/);
  });
  it('refuses options that contradict each other', () => {
    expect(() => new DataLoader([1], { shuffle: true, sampler: [0] })).toThrow('sampler option is mutually exclusive with shuffle');
    expect(() => new DataLoader([1], { batchSize: 0 })).toThrow(/batch_size should be a positive integer/);
    expect(() => new DataLoader({ length: 1 } as never)).toThrow(/getItem/);
    expect(() => new DataLoader([], { shuffle: true })).toThrow(/num_samples=0/);
  });
});

describe('streams', () => {
  class Digits extends torch.utils.data.IterableDataset<number> { override *[Symbol.iterator](): Iterator<number> { for (let i = 0; i < 5; i++) yield i; } }
  it('are batched as they come', () => {
    expect([...new DataLoader(new Digits(), { batchSize: 2 })].map((b) => b.tolist())).toEqual([[0, 1], [2, 3], [4]]);
    expect([...new DataLoader(new Digits(), { batchSize: 2, dropLast: true })].map((b) => b.tolist())).toEqual([[0, 1], [2, 3]]);
    expect([...new DataLoader(new Digits(), { batchSize: null })]).toEqual([0, 1, 2, 3, 4]);
  });
  it('may be asynchronous', async () => {
    class Slow extends torch.utils.data.IterableDataset<number> { override async *[Symbol.asyncIterator](): AsyncIterator<number> { for (let i = 0; i < 3; i++) { await null; yield i; } } }
    const got: unknown[] = [];
    for await (const b of new DataLoader(new Slow(), { batchSize: 2 })) got.push(b.tolist());
    expect(got).toEqual([[0, 1], [2]]);
    expect(() => [...new DataLoader(new Slow())]).toThrow('use `for await');
  });
  it('have no order, no numbers and no length but their own', () => {
    expect(() => new DataLoader(new Digits(), { shuffle: true })).toThrow('DataLoader with IterableDataset: expected unspecified shuffle option');
    expect(() => new DataLoader(new Digits()).length).toThrow("object of type 'Digits' has no len()");
    expect(new DataLoader(new (class extends Digits { override get length(): number { return 5; } })(), { batchSize: 2 }).length).toBe(3);
  });
});

describe('worker threads', () => {
  const here = (name: string): URL => new URL(`./datasets/${name}`, import.meta.url);
  interface Batch extends Array<unknown> { 0: Tensor; 1: Tensor; 2: { thread: Tensor; draw: Tensor } }
  const all = async (loader: AsyncIterable<unknown>): Promise<Batch[]> => { const got: Batch[] = []; for await (const b of loader) got.push(b as Batch); return got; };
  it('load a module\'s dataset in the order of the sampler, with a random stream for each', async () => {
    torch.manualSeed(1);
    const loader = new DataLoader(here('squares.ts'), { batchSize: 2, numWorkers: 2 });
    expect([loader.length, loader.dataset.length]).toEqual([4, 7]);
    const first = await all(loader), second = await all(loader);
    expect(first.map(([x]) => [x.dtype, x.tolist()])).toEqual([[0, 1], [2, 3], [4, 5], [6]].map((list) => ['int16', list.map((i) => [[i], [i * i]])]));
    expect(first.map(([, half]) => [half.dtype, half.tolist()])).toEqual([['float64', [0, 0.5]], ['float64', [1, 1.5]], ['float64', [2, 2.5]], ['int64', [3]]]);
    expect(first.map(([, , { thread }]) => thread.tolist())).toEqual([[0, 0], [1, 1], [0, 0], [1]]);
    const draws = [first, second].map((epoch) => epoch.map(([, , { draw }]) => draw.at(0).item()));
    expect(new Set(draws.flat()).size).toBe(8);
    torch.manualSeed(1);
    expect((await all(loader)).map(([, , { draw }]) => draw.at(0).item())).toEqual(draws[0]);
  });
  it('hand samples to a collate function of one\'s own, and shuffle as without threads', async () => {
    const order = async (source: URL | number[]): Promise<unknown> => {
      torch.manualSeed(5);
      const got: unknown[] = [], loader = new DataLoader(source as number[], { batchSize: 3, shuffle: true, numWorkers: 1, collateFn: (list: unknown[]) => list.map((s) => (Array.isArray(s) ? (s[1] as number) * 2 : s)) });
      for await (const b of loader) got.push(b);
      return got;
    };
    expect(await order(here('squares.ts'))).toEqual(await order([0, 1, 2, 3, 4, 5, 6]));
  });
  it('share a stream among themselves', async () => {
    const loader = new DataLoader(here('countdown.ts'), { batchSize: 2, numWorkers: 2 });
    expect((await all(loader)).map((b) => (b as unknown as Tensor).tolist())).toEqual([[10, 8], [9, 7], [6, 4], [5, 3], [2], [1]]);
  });
  it('report what goes wrong in them', async () => {
    const loader = new DataLoader(here('squares.ts?fail'), { batchSize: 2, numWorkers: 1 }), got: unknown[] = [];
    await expect((async () => { for await (const b of loader) got.push(b); })()).rejects.toThrow('Caught RangeError in DataLoader worker process 0.\nsample 5 is broken');
    expect(got.length).toBe(2);
    expect(() => new DataLoader(here('nothing.ts'), { numWorkers: 1 })).toThrow(/cannot load the dataset/);
    expect(() => new DataLoader(here('squares.ts'))).toThrow('numWorkers must be 1 or more');
  });
});

it('datasets combine', () => {
  const both = new ConcatDataset([[1, 2], new Subset([10, 20, 30], [2, 0])]);
  expect([both.length, ...Array.from({ length: 4 }, (_, i) => both.getItem(i))]).toEqual([4, 1, 2, 30, 10]);
  expect(() => both.getItem(4)).toThrow(TorchError);
  expect(() => new TensorDataset(torch.ones(2), torch.ones(3))).toThrow('Size mismatch between tensors');
});
