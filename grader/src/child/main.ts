/**
 * The process in which an attempt runs. It starts before it is needed, loads the engine, and waits; then it gets one
 * request, binds what it will need, loads the check, and only then the attempt.
 */
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Check } from '../check/index.ts';
import { trustOnly } from '../check/tensors.ts';
import { ClaimFailure, type Failure } from '../failure.ts';
import type { Message, ProgramRequest, Request, RunRequest } from '../protocol.ts';
import type { ClaimResult, Report } from '../verdict.ts';
import { lockMethods, prototypesIn, watchBuiltins } from './builtins.ts';
import { explain, runClaims, tampering, Unwritten, type Stage } from './claims.ts';
import { ExitCalled } from './exit.ts';
import { sealer } from './seal.ts';

interface EngineRoot { manualSeed(seed: number): unknown; Tensor: { prototype: object }; nn: { Parameter: { prototype: object } }; optim: object }
interface EngineTesting { blocked<T>(names: readonly string[], body: () => T): T; unblocked<T>(body: () => T): T }

// Deep enough to reach the learner's line through the engine's frames.
Error.stackTraceLimit = 60;

if (process.send === undefined) throw new Error('this file is started by the command track');
const send = process.send.bind(process) as (message: Message) => boolean;
const stringify = JSON.stringify;
/** What `process.exit` ends in; not in the public types. */
interface Exiting { reallyExit(code?: unknown): never }
const exit = (process as unknown as Exiting).reallyExit.bind(process);
let loads = 0;
/** A fresh instance at each call: what one run left in a module's variables is no business of the next. */
const load = (file: string): Promise<Record<string, unknown>> => import(`${pathToFileURL(file).href}?${loads++}`) as Promise<Record<string, unknown>>;
// The names are variables so that the bundler leaves the imports to run time.
const engineName = '@track/engine';
const testingName = '@track/engine/testing';

// What is printed reaches the parent even from a loop that never ends; otherwise it would pile up in this process.
for (const stream of [process.stdout, process.stderr]) {
  (stream as unknown as { _handle?: { setBlocking?(on: boolean): void } })._handle?.setBlocking?.(true);
}

/** An engine that does not load is reported by the attempt that imports it, in its own words. */
const engine: Promise<EngineRoot | undefined> = import(engineName).then((module) => module as EngineRoot, () => undefined);
const checks = new Map<string, Promise<Record<string, unknown>>>();

process.on('disconnect', () => exit(0));
process.on('message', onRequest);
void engine.then(() => {
  send({ type: 'ready' });
  dieWithParent();
});

function onRequest(request: Request): void {
  if (request.type === 'prepare') void loadCheck(request.check).catch(() => undefined); // reported when it is run
  else if (request.type === 'run') void run(request);
  else void runProgram(request);
}

/** An endless loop keeps this thread from noticing that the command was killed; another thread does. */
function dieWithParent(): void {
  const code = `const parent = process.ppid;
    setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 500);`;
  new Worker(code, { eval: true }).unref();
}

function loadCheck(file: string): Promise<Record<string, unknown>> {
  const known = checks.get(file);
  if (known !== undefined) return known;
  const loading = load(file);
  checks.set(file, loading);
  return loading;
}

async function run(request: RunRequest): Promise<void> {
  const root = await engine;
  const seal = sealer(request.token);
  let check: Check;
  try {
    const module = await loadCheck(request.check);
    check = module['default'] as Check;
    if (!Array.isArray((check as Partial<Check> | undefined)?.claims)) throw new Error('it has no default export made by check(...)');
  } catch (error) {
    send({ type: 'broken', message: error instanceof Error ? error.stack ?? error.message : String(error) });
    return;
  }
  const testing = request.blocked.length > 0 ? await import(testingName) as EngineTesting : undefined;
  send({ type: 'claims', sentences: check.claims.map(({ sentence }) => sentence) });

  const report: Report = { claims: [], drawings: [] };
  let sent = false;
  const finish = (): void => {
    if (sent) return;
    sent = true;
    if (request.keep) strays.release();
    const text = stringify(report);
    send({ type: 'report', report: text, signature: seal(text) });
  };
  const strays = guardProcess();
  const tampered = watchBuiltins(root && { ...prototypesIn('nn', root.nn), ...prototypesIn('optim', root.optim) });
  if (root !== undefined) {
    lockMethods('Tensor.prototype', root.Tensor.prototype);
    trustOnly(root.Tensor, root.nn.Parameter);
  }
  const stage: Stage = {
    manualSeed: (seed) => void root?.manualSeed(seed),
    blocked: (body) => (testing === undefined ? body() : testing.blocked(request.blocked, body)),
    reference: (body) => (testing === undefined ? body() : testing.unblocked(body)),
    announce: (index) => void send({ type: 'claim', index }),
    decided: (result) => void send({ type: 'result', result }),
    progress: (fraction, text) => void send({ type: 'progress', fraction, text: text.slice(0, 200) }),
    draw: (text) => void report.drawings.push(text),
    takeStray: strays.take,
    settled: strays.settled,
    tampered,
  };
  Object.freeze(stage);

  let attempt: Record<string, unknown>;
  try {
    attempt = await strays.settled(load(request.attempt));
    const stray = strays.take();
    if (stray !== undefined) throw stray;
    const builtin = tampered();
    if (builtin !== undefined) {
      report.failure = tampering(builtin);
      return finish();
    }
  } catch (error) {
    const failure = explain(error);
    if (failure instanceof Unwritten) report.claims = check.claims.map(({ sentence }): ClaimResult => ({ sentence, status: 'todo', ms: 0, stack: failure.stack }));
    else report.failure = failedToLoad(failure);
    return finish();
  }
  report.claims = await runClaims(check, attempt, stage, request);
  finish();
}

function neverSettles(): ClaimFailure {
  return new ClaimFailure({
    class: 'TIMEOUT', says: 'it waits for a promise that never settles',
    diagnosis: 'somewhere resolve() is not called, or an iterator never ends',
  });
}

/** Imports a program that runs by itself; the report has no claims. */
async function runProgram(request: ProgramRequest): Promise<void> {
  await engine;
  const seal = sealer(request.token);
  const strays = guardProcess();
  process.argv[1] = request.source;
  const report: Report = { claims: [], drawings: [] };
  try {
    await strays.settled(load(request.attempt));
    await new Promise(setImmediate);
    const stray = strays.take();
    if (stray !== undefined) throw stray;
  } catch (error) {
    const failure = explain(error);
    if (!(failure instanceof Unwritten)) report.failure = failure;
  }
  const text = stringify(report);
  send({ type: 'report', report: text, signature: seal(text) });
}

function failedToLoad(failure: Failure): Failure {
  if (failure.class !== 'THREW') return failure;
  return { ...failure, says: `the file ends with an exception while it loads: ${failure.says}` };
}

/**
 * Ending the process becomes an exception; a rejection that nobody handles and an exception in a timer are kept for
 * the claim that is running. `release` takes this back, for the next request.
 */
function guardProcess(): { take(): unknown; settled<T>(promise: Promise<T>): Promise<T>; release(): void } {
  let stray: unknown;
  const keep = (error: unknown): void => { stray ??= error ?? new Error('undefined was thrown'); };
  process.on('unhandledRejection', keep);
  process.on('uncaughtException', keep);
  const refuse = (code?: unknown): never => {
    const called = new ExitCalled(code);
    keep(called);
    throw called;
  };
  const { exit: ownExit, abort } = process;
  process.exit = refuse;
  (process as unknown as Exiting).reallyExit = refuse;
  process.abort = refuse;
  // From here on only the report speaks to the parent, and nothing of the attempt listens to it.
  process.removeAllListeners('message');
  // With nothing left to happen, a promise that is still awaited never settles.
  process.channel?.unref();
  let giveUp: (error: unknown) => void = () => undefined;
  const runEmpty = (): void => giveUp(neverSettles());
  process.on('beforeExit', runEmpty);
  return {
    settled: <T>(promise: Promise<T>) => new Promise<T>((resolve, reject) => {
      giveUp = reject;
      promise.then(resolve, reject);
    }),
    take() {
      const taken = stray;
      stray = undefined;
      return taken;
    },
    release() {
      process.off('unhandledRejection', keep).off('uncaughtException', keep).off('beforeExit', runEmpty);
      Object.assign(process, { exit: ownExit, reallyExit: exit, abort });
      process.on('message', onRequest);
      process.channel?.ref();
    },
  };
}
