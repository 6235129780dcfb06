/** Runs the claims of a check on an attempt, one after the other, and gathers the results. */
import { expect, fail, throws } from '../check/expect.ts';
import { describe } from '../check/describe.ts';
import type { Check, Claim, Claimed } from '../check/index.ts';
import { generator, randomFrom, seedOf } from '../check/random.ts';
import { gradcheck } from '../check/tensors.ts';
import { ClaimFailure, type Failure } from '../failure.ts';
import { Todo } from '../todo.ts';
import type { ClaimResult } from '../verdict.ts';
import { nearest } from '../nearest.ts';
import { lockedBy } from './builtins.ts';
import { ExitCalled } from './exit.ts';

/** What the runner needs of its surroundings; bound before the attempt loads. */
export interface Stage {
  /** Seeds the engine's generator. */
  manualSeed(seed: number): void;
  /** Runs `body` with the exercise's operators blocked. */
  blocked<T>(body: () => T): T;
  /** Lifts the block inside `body`. */
  reference<T>(body: () => T): T;
  announce(index: number): void;
  decided(result: ClaimResult): void;
  progress(fraction: number, text: string): void;
  draw(text: string): void;
  /** Takes what happened outside of any `await` since the last call: an unhandled rejection, `process.exit`. */
  takeStray(): unknown;
  /** The promise's result, or a failure once the event loop has run empty without it. */
  settled<T>(promise: Promise<T>): Promise<T>;
  /** Name of a built-in that was changed. */
  tampered(): string | undefined;
}

export interface RunOptions { seed: number; only?: number; all: boolean }

type Exports = Record<string, unknown>;

const { now } = performance;
const clock = now.bind(performance);
const soon = setImmediate;
const NativePromise = Promise;

/** One turn of the event loop, so that a rejection that nobody handles is seen. */
const turn = (): Promise<void> => new NativePromise((resolve) => void soon(resolve));

export async function runClaims(check: Check, attempt: Exports, stage: Stage, options: RunOptions): Promise<ClaimResult[]> {
  const results: ClaimResult[] = [];
  for (const [index, claim] of check.claims.entries()) {
    const earlier = results.some(({ status }) => status === 'failed' || status === 'todo');
    if ((options.only !== undefined && index !== options.only) || (claim.slow && earlier && !options.all)) {
      results.push({ sentence: claim.sentence, status: 'skipped', ms: 0 });
      continue;
    }
    stage.announce(index);
    const start = clock();
    const found = await failureOf(claim, attempt, stage, seedOf(options.seed, index));
    const { sentence } = claim, ms = clock() - start;
    if (found === undefined) results.push({ sentence, status: 'passed', ms });
    else if (found instanceof Unwritten) results.push({ sentence, status: 'todo', ms, stack: found.stack });
    else results.push({ sentence, status: 'failed', ms, failure: found });
    stage.decided(results.at(-1)!);
    if (results.at(-1)!.failure?.class === 'TAMPERED') break;
  }
  for (const { sentence } of check.claims.slice(results.length)) results.push({ sentence, status: 'skipped', ms: 0 });
  return results;
}

/** A claim met `throw todo()`; the stack says in whose file. */
export class Unwritten {
  readonly stack: string;

  constructor(stack: string) {
    this.stack = stack;
  }
}

/** Runs a claim as often as it takes to decide it. */
async function failureOf(claim: Claim, attempt: Exports, stage: Stage, seed: number): Promise<Failure | Unwritten | undefined> {
  let held = 0;
  let last: Failure | undefined;
  for (let run = 0; run < claim.runs; run++) {
    const failure = await runOnce(claim, attempt, stage, seed + run);
    if (failure instanceof Unwritten) return failure;
    if (failure === undefined) held++;
    else last = failure;
    if (held === claim.needed) return undefined;
    const missed = run + 1 - held;
    if (missed > claim.runs - claim.needed || (failure !== undefined && !isMiss(failure))) break;
  }
  if (last !== undefined && claim.runs > 1 && isMiss(last)) {
    return { ...last, says: `${last.says} (the goal was reached with ${held} of the seeds, ${claim.needed} of ${claim.runs} are needed)` };
  }
  return last;
}

/** A goal that was not reached may be bad luck with a seed; an exception or a wrong shape is not. */
const isMiss = (failure: Failure): boolean => failure.class === 'VALUE';

async function runOnce(claim: Claim, exports: Exports, stage: Stage, seed: number): Promise<Failure | Unwritten | undefined> {
  const next = generator(seed);
  Math.random = generator(seed ^ 0x5bd1e995);
  stage.manualSeed(seed);
  const { attempt, used } = watchExports(exports);
  const claimed: Claimed<unknown> = Object.freeze({
    attempt, seed, random: randomFrom(next), expect, fail, throws,
    gradcheck: (body: (...inputs: never[]) => unknown, inputs: readonly unknown[], options = {}) => gradcheck(body, inputs, next, options, stage.reference),
    reference: stage.reference,
    progress: (fraction: number, text = '') => stage.progress(Math.min(1, Math.max(0, Number(fraction))), String(text)),
    draw: (text: string) => stage.draw(String(text)),
  });
  let failure: Failure | Unwritten | undefined;
  try {
    await stage.settled(Promise.resolve(stage.blocked(async () => claim.body(claimed as never))));
  } catch (error) {
    failure = explain(error);
  }
  await turn();
  const stray = stage.takeStray();
  if (stray !== undefined && failure === undefined) {
    const explained = explain(stray);
    failure = explained instanceof Unwritten || stray instanceof ClaimFailure || stray instanceof ExitCalled ? explained
      : { ...explained, says: `a promise was rejected and nobody waited for it: ${explained.says}` };
  }
  const builtin = stage.tampered();
  if (builtin !== undefined) {
    return tampering(builtin);
  }
  if (failure === undefined || failure instanceof Unwritten || used.length === 0) return failure;
  return { ...failure, used: used.at(-1)! };
}

/** The verdict on a changed built-in. */
export function tampering(builtin: string): Failure {
  return { class: 'TAMPERED', says: `your file changes the built-in ${builtin}`, diagnosis: 'the check relies on it: leave built-ins as they are' };
}

/** What a thrown value means to the learner. */
export function explain(error: unknown): Failure | Unwritten {
  if (error instanceof Todo) return new Unwritten(textOf(() => error.stack));
  if (error instanceof ClaimFailure) return error.failure;
  if (error instanceof ExitCalled) return { class: 'EXIT', says: `your file called process.exit(${error.code})` };
  if (!(error instanceof Error)) {
    return { class: 'THREW', says: `it threw ${describe(error)}, which is not an Error`, got: describe(error), expected: 'no exception' };
  }
  const message = textOf(() => error.message);
  const name = textOf(() => error.name);
  const stack = textOf(() => error.stack);
  const builtin = name === 'TypeError' ? lockedBy(message) : undefined;
  if (builtin !== undefined) return { ...tampering(builtin), stack };
  if (name === 'BlockedOperator') {
    return { class: 'BLOCKED', says: message, diagnosis: 'this exercise is about building it yourself', stack };
  }
  if (name === 'RangeError' && /call stack/.test(message)) {
    return { class: 'THREW', says: 'the call stack is full: a function calls itself without end', stack };
  }
  return { class: 'THREW', says: `${name}: ${message}`, stack };
}

/** A property of a thrown error, which may be a getter of the attempt's own. */
function textOf(read: () => unknown): string {
  try {
    const text = String(read() ?? '');
    return text.length > 4000 ? `${text.slice(0, 4000)}…` : text;
  } catch {
    return '(its text throws when read)';
  }
}

/** The attempt's exports; a missing one fails the claim by name, and the used ones are remembered. */
function watchExports(exports: Exports): { attempt: Exports; used: string[] } {
  const used: string[] = [];
  const attempt = new Proxy(Object.create(null) as Exports, {
    get(_, key) {
      if (typeof key !== 'string') return undefined;
      if (!(key in exports)) throw new ClaimFailure(missingExport(key, Object.keys(exports)));
      used.push(key);
      return exports[key];
    },
    has: (_, key) => key in exports,
    ownKeys: () => Reflect.ownKeys(exports).filter((key) => typeof key === 'string'),
    getOwnPropertyDescriptor: (_, key) => (
      key in exports ? { value: exports[key as string], enumerable: true, configurable: true } : undefined),
  });
  return { attempt, used };
}

function missingExport(name: string, names: readonly string[]): Failure {
  const [close] = nearest(name, names, 1);
  return {
    class: 'TYPE', says: `your file does not export ${name}`, expected: `an export named ${name}`,
    got: names.length === 0 ? 'a file without exports' : `exports ${names.join(', ')}`,
    ...(close === undefined ? {} : { diagnosis: `is ${close} meant to be ${name}?` }),
  };
}
