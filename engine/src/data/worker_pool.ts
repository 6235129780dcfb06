import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort, type WorkerOptions } from 'node:worker_threads';
import { TorchError } from '../errors.ts';
import { unpack } from './transfer.ts';

/** What a worker thread starts with: its dataset's module, and where it says that it is ready. */
export interface Start { readonly url: string; readonly ready: Int32Array; readonly port: MessagePort }
/** What it says then: the number of samples (null: a stream of them), or what went wrong. */
export interface Facts { readonly length?: number | null; readonly error?: string }
/** What a worker is asked for: to begin an epoch, the samples of these numbers, or the next `count` of a stream. */
export interface Task { readonly id: number; readonly epoch?: { readonly id: number; readonly numWorkers: number; readonly seed: number }; readonly indices?: readonly number[]; readonly count?: number; readonly collate?: boolean }
/** Its answer: the batch (or the samples), how many samples there are in it, and whether the stream has ended. */
export interface Answer { readonly id: number; readonly value: unknown; readonly size: number; readonly done: boolean; readonly error?: string; readonly errorName?: string }

const PREFETCH = 2; // tasks that wait at each worker, as PyTorch's prefetch_factor
const LOADING_MS = 60_000;

/** What a worker thread runs. Threads don't inherit the TypeScript loader that runs the sources, so it is loaded there first. */
const entry = import.meta.url.endsWith('.ts')
  ? { eval: true, code: `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then((tsx) => { tsx.register(); return import(${JSON.stringify(new URL('./worker.ts', import.meta.url).href)}); })` }
  : { eval: false, code: new URL('./data_worker.js', import.meta.url) };

/** One worker thread and the answers that it owes. The process doesn't wait for an idle one. */
class Channel {
  readonly index: number;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, { resolve(a: Answer): void; reject(e: Error): void }>();
  private next = 0;
  private readonly ready = new Int32Array(new SharedArrayBuffer(4));
  private readonly port: MessagePort;
  private failure: TorchError | null = null;
  constructor(url: string, index: number) {
    this.index = index;
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    port1.unref();
    this.worker = new Worker(entry.code, { eval: entry.eval, workerData: { url, ready: this.ready, port: port2 } satisfies Start, transferList: [port2] } as WorkerOptions);
    this.worker.unref();
    this.worker.on('message', (a: Answer) => { const w = this.waiting.get(a.id); this.waiting.delete(a.id); if (!this.waiting.size) this.worker.unref(); w?.resolve(a); });
    this.worker.on('error', (e) => this.fail(`DataLoader worker (id ${index}) failed: ${e.message}`));
    this.worker.on('exit', (code) => this.fail(`DataLoader worker (id ${index}) exited unexpectedly with exit code ${code}.`));
  }
  private fail(message: string): void {
    this.failure = new TorchError(message, { operator: 'DataLoader' });
    for (const w of this.waiting.values()) w.reject(this.failure);
    this.waiting.clear();
  }
  /** Waits, without giving way to other code, until the dataset is loaded. */
  facts(): Facts {
    if (Atomics.wait(this.ready, 0, 0, LOADING_MS) === 'timed-out') throw new TorchError(`DataLoader: the dataset's module did not load within ${LOADING_MS / 1000} s`, { operator: 'DataLoader' });
    return receiveMessageOnPort(this.port)!.message as Facts;
  }
  ask(task: Omit<Task, 'id'>): Promise<Answer> {
    if (this.failure) return Promise.reject(this.failure);
    const id = this.next++, answer = new Promise<Answer>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.worker.ref();
    this.worker.postMessage({ ...task, id } satisfies Task);
    return answer;
  }
  stop(): void { void this.worker.terminate(); }
}

const abandoned = new FinalizationRegistry<readonly Channel[]>((channels) => { for (const c of channels) c.stop(); });

/** The worker threads of a DataLoader over a dataset's module. They stay for the next epoch, and end with the loader or the process. */
export class WorkerPool {
  private readonly channels: readonly Channel[];
  /** Number of samples, or null for a stream. */
  readonly length: number | null;
  constructor(url: string, workers: number) {
    this.channels = Array.from({ length: workers }, (_, i) => new Channel(url, i));
    const facts = this.channels.map((c) => c.facts()), wrong = facts.find((f) => f.error !== undefined);
    if (wrong) { for (const c of this.channels) c.stop(); throw new TorchError(`DataLoader: cannot load the dataset ${url}: ${wrong.error!}`, { operator: 'DataLoader' }); }
    this.length = facts[0].length ?? null;
    abandoned.register(this, this.channels);
  }

  /**
   * Batches in the order of `plan`, or of a stream in batches of `size`, the workers taking turns.
   *
   * @param seed of this epoch; worker i starts its random stream from `seed + i`
   * @param collate whether the workers put samples together; otherwise the samples come as a list
   */
  async *epoch(plan: Iterator<readonly number[]> | { size: number; dropLast: boolean }, seed: number, collate: boolean): AsyncIterableIterator<unknown> {
    const answers: { from: Channel; answer: Promise<Answer> }[] = [], active = [...this.channels], stream = 'size' in plan ? plan : null;
    await Promise.all(active.map((c) => c.ask({ epoch: { id: c.index, numWorkers: active.length, seed: seed + c.index } })));
    let turn = 0;
    const ask = (): void => {
      if (!active.length) return;
      const from = active[turn++ % active.length], next = stream ? null : (plan as Iterator<readonly number[]>).next();
      if (next?.done) { active.length = 0; return; }
      const answer = from.ask(stream ? { count: stream.size, collate } : { indices: next!.value, collate });
      answer.catch(() => {}); // an error is reported when its batch is due, not before
      answers.push({ from, answer });
    };
    for (let i = this.channels.length * PREFETCH; i > 0; i--) ask();
    for (let due = answers.shift(); due; due = answers.shift()) {
      const a = await due.answer;
      if (a.error !== undefined) throw new TorchError(`Caught ${a.errorName!} in DataLoader worker process ${due.from.index}.\n${a.error}`, { operator: 'DataLoader' });
      if (a.done && active.includes(due.from)) active.splice(active.indexOf(due.from), 1);
      ask();
      if (a.size && !(stream?.dropLast && a.size < stream.size)) yield unpack(a.value);
    }
  }
}
