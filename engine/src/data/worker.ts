// What runs in the worker threads of a DataLoader: loads the dataset's module and answers with batches.
import { parentPort, workerData } from 'node:worker_threads';
import { defaultCollate } from './collate.ts';
import { isIterable, itemOf, type Dataset, type IterableDataset } from './dataset.ts';
import { defaultGenerator } from '../random/generator.ts';
import { pack } from './transfer.ts';
import { importModule } from './import_module.ts';
import { setWorkerInfo } from './worker_info.ts';
import type { Answer, Facts, Start, Task } from './worker_pool.ts';

const { url, ready, port } = workerData as Start;
const report = (facts: Facts): void => { port.postMessage(facts); Atomics.store(ready, 0, 1); Atomics.notify(ready, 0); };

let dataset: Dataset, samples: Iterator<unknown> | AsyncIterator<unknown> | null = null;
try {
  const { default: given } = await importModule(url);
  dataset = (typeof given === 'function' ? await (given as () => unknown)() : given) as Dataset;
  const iterable = isIterable(dataset);
  if (!iterable && (typeof dataset?.length !== 'number' || !(Array.isArray(dataset) || typeof dataset.getItem === 'function'))) throw new Error('the default export is no dataset: it has no `length` and `getItem(index)`');
  report({ length: iterable ? null : dataset.length });
} catch (e) { report({ error: e instanceof Error ? e.message : String(e) }); }

async function load(task: Task): Promise<{ list: unknown[]; done: boolean }> {
  if (task.indices) return { list: await Promise.all(task.indices.map((i) => itemOf(dataset, i))), done: false };
  if (task.epoch) {
    setWorkerInfo({ ...task.epoch, dataset });
    defaultGenerator.manualSeed(task.epoch.seed);
    samples = isIterable(dataset) ? iteratorOf(dataset) : null;
    return { list: [], done: false };
  }
  const list: unknown[] = [];
  for (let i = 0; i < task.count!; i++) { const next = await samples!.next(); if (next.done) return { list, done: true }; list.push(next.value); }
  return { list, done: false };
}
const iteratorOf = (d: IterableDataset<unknown>): Iterator<unknown> | AsyncIterator<unknown> => (d[Symbol.asyncIterator] ? d[Symbol.asyncIterator]!() : d[Symbol.iterator]!());

// One task after the other, in the order of asking.
let last: Promise<unknown> = Promise.resolve();
parentPort!.on('message', (task: Task) => {
  last = last.then(async () => {
    const transfer: ArrayBuffer[] = [];
    let answer: Answer;
    try {
      const { list, done } = await load(task);
      answer = { id: task.id, done, size: list.length, value: list.length ? pack(task.collate ? defaultCollate(list) : list, transfer) : null };
    } catch (e) { answer = { id: task.id, done: false, size: 0, value: null, error: e instanceof Error ? e.message : String(e), errorName: e instanceof Error ? e.name : 'Error' }; }
    parentPort!.postMessage(answer, transfer);
  });
});
