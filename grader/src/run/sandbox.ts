/** A child process for one attempt: warmed before it is needed, limited in time, memory and output, thrown away after. */
import { fork, type ChildProcess } from 'node:child_process';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Failure } from '../failure.ts';
import type { Message, ProgramRequest, RunRequest } from '../protocol.ts';
import type { ClaimResult, Report } from '../verdict.ts';

export interface Limits {
  seconds: number;
  /** Resident memory of the process, in MiB. */
  memory: number;
}

export interface Watcher {
  onProgress?(fraction: number, text: string): void;
}

/** What came of a run. */
export interface Outcome {
  /** Sentences of the check, known even if the process did not live to report. */
  sentences: string[];
  /** Index of the claim that ran last; -1 while the file loads. */
  reached: number;
  /** The claims that were decided, for want of a report. */
  decided: ClaimResult[];
  /** The signed report, or why there is none. */
  report?: Report;
  failure?: Failure;
  output: string;
  ms: number;
}

/** The check itself does not work: not the learner's fault. */
export class BrokenCheck extends Error {}

/** The run was given up from outside (a new save, a key). */
export class Cancelled extends Error {}

const keptOutput = 16 * 1024;
const outputLimit = 1024 * 1024;
const childFile = fileURLToPath(new URL('./child.js', import.meta.url));

export class Sandbox {
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  #cancel: ((reason: Error) => void) | undefined;
  #gone = false;
  #killed = false;

  constructor(cwd: string) {
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.#child = fork(childFile, [], {
      cwd, env: { ...env, FORCE_COLOR: '0' }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: ['--max-old-space-size=1536'],
    });
    this.#ready = new Promise((resolve) => {
      this.#child.on('message', (message: Message) => {
        if (message.type === 'ready') resolve();
      });
      this.#child.once('exit', () => {
        this.#gone = true;
        resolve(); // the run that follows reports the exit
      });
    });
    this.#child.on('error', () => undefined); // a message to a process that is gone; its exit is what we report
  }

  /** Settles when the engine is loaded. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Loads a check ahead of the run. */
  prepare(check: string): void {
    if (!this.#gone) this.#child.send({ type: 'prepare', check });
  }

  /** Ends the process; a run that is going on is rejected with `Cancelled`. */
  kill(): void {
    this.#killed = true;
    this.#cancel?.(new Cancelled('the run was cancelled'));
    this.#child.kill('SIGKILL');
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    if (this.#child.connected) this.#child.disconnect();
    this.#child.unref();
  }

  /** Whether it can take a request. */
  get alive(): boolean {
    return !this.#gone && !this.#killed;
  }

  /** Runs one request; afterwards the process is gone, unless the request keeps it and it reported. */
  async run(request: Omit<RunRequest, 'token'> | Omit<ProgramRequest, 'token'>, limits: Limits, watcher: Watcher = {}): Promise<Outcome> {
    await this.#ready;
    if (this.#killed) throw new Cancelled('the run was cancelled');
    const child = this.#child;
    const token = randomBytes(32).toString('hex');
    const outcome: Outcome = { sentences: [], reached: -1, decided: [], output: '', ms: 0 };
    const start = performance.now();
    const output = new Output(child);
    let timer: NodeJS.Timeout | undefined;
    let memory: NodeJS.Timeout | undefined;
    let onMessage: (message: Message) => void = () => undefined;
    let onClose: (code: number | null, signal: NodeJS.Signals | null) => void = () => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#cancel = reject;
        const end = (failure: Failure): void => {
          outcome.failure ??= failure;
          resolve();
        };
        timer = setTimeout(() => end({
          class: 'TIMEOUT', says: `it ran longer than ${limits.seconds} s`,
          diagnosis: 'a loop that does not end, or far more work than is asked for',
        }), limits.seconds * 1000);
        memory = setInterval(() => {
          const used = residentMiB(child.pid);
          if (used > limits.memory) end({ class: 'MEMORY', says: `it used more than ${limits.memory} MiB of memory` });
        }, 50);
        output.onFlood = () => end({
          class: 'OUTPUT', says: `it printed more than ${outputLimit / 2 ** 20} MiB`, diagnosis: 'a print inside a loop that runs very often',
        });
        onMessage = (message) => {
          switch (message.type) {
            case 'claims': outcome.sentences = message.sentences; break;
            case 'claim': outcome.reached = message.index; break;
            case 'result': outcome.decided.push(message.result); break;
            case 'progress': watcher.onProgress?.(message.fraction, message.text); break;
            case 'broken': reject(new BrokenCheck(message.message)); break;
            case 'report':
              if (isGenuine(message.report, message.signature, token)) {
                outcome.report = JSON.parse(message.report) as Report;
                resolve();
              } else {
                end({ class: 'TAMPERED', says: 'your file sends a verdict of its own', diagnosis: 'only the check decides whether a claim holds' });
              }
              break;
            default:
          }
        };
        onClose = (code, signal) => end(endOf(code, signal, output.text));
        child.on('message', onMessage);
        // 'close' comes after the pipes are drained, so that the last words of the process are known.
        child.once('close', onClose);
        if (this.#gone) onClose(child.exitCode, child.signalCode);
        else child.send({ ...request, token });
      });
      await new Promise(setImmediate); // what was printed just before the report is in the pipe
    } finally {
      clearTimeout(timer);
      clearInterval(memory);
      this.#cancel = undefined;
      child.off('message', onMessage).off('close', onClose);
      output.close();
      if (request.type !== 'run' || !request.keep || !isClean(outcome)) this.kill();
    }
    outcome.output = output.text;
    outcome.ms = performance.now() - start;
    return outcome;
  }
}

/** The process reported, and what it ran changed nothing that a later run relies on. */
function isClean({ report, failure }: Outcome): boolean {
  return report !== undefined && failure === undefined && report.failure === undefined
    && report.claims.every((claim) => claim.failure?.class !== 'TAMPERED');
}

/** Collects what the child prints, up to a limit. */
class Output {
  text = '';
  onFlood: (() => void) | undefined;
  readonly #streams: readonly Readable[];
  #bytes = 0;

  constructor(child: ChildProcess) {
    this.#streams = [child.stdout!, child.stderr!];
    for (const stream of this.#streams) stream.setEncoding('utf8').on('data', this.#add);
  }

  close(): void {
    for (const stream of this.#streams) stream.off('data', this.#add);
  }

  readonly #add = (chunk: string): void => {
    this.#bytes += chunk.length;
    if (this.text.length < keptOutput) {
      this.text += chunk;
      if (this.text.length >= keptOutput) this.text = `${this.text.slice(0, keptOutput)}\n… (the rest is left out)\n`;
    }
    if (this.#bytes > outputLimit) this.onFlood?.();
  };
}

function isGenuine(report: unknown, signature: unknown, token: string): boolean {
  if (typeof report !== 'string' || typeof signature !== 'string') return false;
  const expected = createHmac('sha256', token).update(report).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** What a process that ended without a report tells by the way it ended. */
function endOf(code: number | null, signal: NodeJS.Signals | null, output: string): Failure {
  if (/heap out of memory|Array buffer allocation failed|Reached heap limit/.test(output)) {
    return { class: 'MEMORY', says: 'it ran out of memory', diagnosis: 'something grows without end: a list, a string, a graph that is kept' };
  }
  if (signal !== null) return { class: 'EXIT', says: `the process was ended by the signal ${signal}` };
  return { class: 'EXIT', says: `the process ended with code ${code} before the check did`, got: lastLines(output) };
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join('\n') || 'nothing printed';

/** Resident memory of a process in MiB; 0 where the system does not tell. */
function residentMiB(pid: number | undefined): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return pages * 4096 / 2 ** 20;
  } catch {
    return 0; // no /proc here; the heap limit still holds
  }
}

