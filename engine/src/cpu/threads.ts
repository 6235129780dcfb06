import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { TorchError } from '../errors.ts';
import { heap, memory, Storage } from './heap.ts';
import { kernelModule, kernels } from './kernels.ts';

// Each worker has a block of its own in the shared memory: a ticket that the main thread raises to give it a job, the
// last ticket that it has done, the kernel's number, how many arguments there are, and the arguments as doubles.
const TICKET = 0, DONE = 1, KERNEL = 2, COUNT = 3, ARGUMENTS = 16, MOST = 62;
const BLOCK_BYTES = ARGUMENTS + MOST * 8;

const names = Object.keys(kernels);
const numberOf = new Map(names.map((name, i) => [name, i]));

// What a worker runs. It sleeps until its ticket is raised; `done` starts at -1 and becomes 0 when it is ready.
const program = `
const { workerData: { module, memory, block, names } } = require('node:worker_threads');
const { exports } = new WebAssembly.Instance(module, { env: { memory, abort() { throw new Error('kernel aborted'); } } });
const kernels = names.map((name) => exports[name]), i32 = new Int32Array(memory.buffer), f64 = new Float64Array(memory.buffer);
const at = block / 4, first = (block + ${ARGUMENTS}) / 8;
Atomics.store(i32, at + ${DONE}, 0);
Atomics.notify(i32, at + ${DONE});
for (let ticket = 0; ;) {
  Atomics.wait(i32, at + ${TICKET}, ticket);
  const next = Atomics.load(i32, at + ${TICKET});
  if (next === ticket) continue;
  ticket = next;
  kernels[i32[at + ${KERNEL}]](...f64.subarray(first, first + i32[at + ${COUNT}]));
  Atomics.store(i32, at + ${DONE}, ticket);
  Atomics.notify(i32, at + ${DONE});
}`;

interface Helper { readonly storage: Storage; readonly at: number; readonly first: number; ticket: number }
const helpers: Helper[] = [];
let threads = Math.min(availableParallelism(), 16);

function hire(): Helper {
  const storage = new Storage(BLOCK_BYTES), at = storage.ptr / 4;
  heap.i32[at + TICKET] = 0;
  heap.i32[at + DONE] = -1;
  // Unref: a waiting worker does not keep the program from ending.
  new Worker(program, { eval: true, workerData: { module: kernelModule, memory, block: storage.ptr, names }, execArgv: [], stdin: false }).unref();
  return { storage, at, first: (storage.ptr + ARGUMENTS) / 8, ticket: 0 };
}

/** How many threads kernels may use, the main one included. */
export const getNumThreads = (): number => threads;
/** Sets how many threads kernels may use; as many as there are cores unless set. Results depend at most on this number, never on timing. */
export function setNumThreads(n: number): void {
  if (!Number.isInteger(n) || n < 1) throw new TorchError('set_num_threads expects a positive integer');
  threads = n;
}

/**
 * Runs one kernel several times with different arguments, one time on each thread; returns when all are done. The parts
 * must not write to the same memory. While the workers are still starting, the main thread does their parts.
 */
export function parallel(name: string, parts: readonly (readonly number[])[]): void {
  const kernel = kernels[name], sent: Helper[] = [];
  for (let i = 1; i < parts.length; i++) {
    const helper = (helpers[i - 1] ??= hire());
    if (Atomics.load(heap.i32, helper.at + DONE) !== helper.ticket) continue;
    const part = parts[i];
    heap.i32[helper.at + KERNEL] = numberOf.get(name)!;
    heap.i32[helper.at + COUNT] = part.length;
    heap.f64.set(part, helper.first);
    Atomics.store(heap.i32, helper.at + TICKET, ++helper.ticket);
    Atomics.notify(heap.i32, helper.at + TICKET);
    sent[i] = helper;
  }
  parts.forEach((part, i) => { if (!sent[i]) kernel(...part); });
  for (const helper of sent) {
    if (!helper) continue;
    for (let done = Atomics.load(heap.i32, helper.at + DONE); done !== helper.ticket; done = Atomics.load(heap.i32, helper.at + DONE)) Atomics.wait(heap.i32, helper.at + DONE, done);
  }
}

/**
 * Cuts 0 … n into as many ranges as there are threads and as the work is worth: none smaller than `least`, boundaries at
 * multiples of `step`. One range where cutting doesn't pay.
 */
export function ranges(n: number, least: number, step = 1): [from: number, to: number][] {
  const count = Math.max(1, Math.min(threads, Math.floor(n / Math.max(least, 1))));
  const out: [number, number][] = [];
  for (let i = 0, from = 0; i < count; i++) {
    const to = i === count - 1 ? n : Math.min(n, Math.round(((i + 1) * n) / count / step) * step);
    if (to > from) out.push([from, to]);
    from = to;
  }
  return out;
}
