/**
 * What a check file imports: `import { check } from '@track/grader/check';`.
 *
 * A check is a list of *claims*, each one sentence in plain words that the learner reads. They run in order, each
 * with a fresh seed; a claim holds when its body ends without a failure. A complete `01_scores.check.ts`:
 *
 * ```ts
 * import * as torch from '@track/engine';
 * import { check } from '@track/grader/check';
 *
 * export default check<typeof import('./01_scores.ts')>(({ claim, outcome }) => {
 *   claim('scores(q, k) has one row for each query and one column for each key', ({ attempt, expect }) => {
 *     const scores = attempt.scores(torch.randn(5, 4), torch.randn(7, 4));
 *     expect(scores, 'scores(q, k)').toBeTensor({ shape: [5, 7], dtype: 'float32' });
 *   });
 *
 *   claim('each score is the dot product of query and key, divided by the root of the depth', ({ attempt, expect }) => {
 *     const [q, k] = [torch.randn(5, 4), torch.randn(7, 4)];
 *     const dots = q.matmul(k.t());
 *     expect(attempt.scores(q, k), { name: 'scores(q, k)', inputs: { q, k } }).toBeClose(dots.div(2), {
 *       mistakes: [
 *         { value: dots, says: 'your scores are not divided by √d' },
 *         { value: () => dots.div(4), says: 'your scores are divided by d, not by √d' },
 *       ],
 *     });
 *   });
 *
 *   claim('gradients flow to queries and keys', async ({ attempt, gradcheck }) => {
 *     await gradcheck((q: torch.Tensor, k: torch.Tensor) => attempt.scores(q, k), [torch.randn(2, 3), torch.randn(4, 3)], {
 *       name: 'scores', names: ['q', 'k'],
 *     });
 *   });
 *
 *   claim('depths that differ are refused', async ({ attempt, throws }) => {
 *     await throws(() => attempt.scores(torch.randn(5, 4), torch.randn(7, 3)), /depth|size|shape/);
 *   });
 *
 *   outcome('training reaches 95% on held-out digits', async ({ attempt, seed, expect, progress, draw }) => {
 *     const run = await attempt.train({ seed, onEpoch: (e: number, loss: number) => progress(e / 5, `loss ${loss.toFixed(3)}`) });
 *     expect(run.accuracy, 'accuracy').toBeAtLeast(0.95);
 *     draw(run.curve);
 *   });
 * });
 * ```
 *
 * Good to know
 * - Before each claim the engine's generator (`manualSeed`) and `Math.random` are seeded with the claim's own seed;
 *   `random` draws plain numbers. Every run has another seed; the card shows it and `--seed` repeats it.
 * - Class of a failure: `expect` gives TYPE, SHAPE, DTYPE, VALUE by itself; `{ as: 'GRAD' }` or `{ as: 'MODE' }` names
 *   it where a value stands for a gradient or a flag; `fail({ class, says, expected, got })` is yours altogether.
 * - `throw todo()` in the attempt is "not attempted", and passes through `throws`.
 * - A missing export is reported by itself, with the nearest name; don't test for it.
 * - Operators named in `blocked` of the json are blocked in the whole claim, for your reference too: compute it in
 *   `reference(() => torch.softmax(x, -1))`.
 * - All claims run, also after one that failed, except `outcome` claims and `claim(sentence, { slow: true }, body)`.
 *   A wrong attempt's first line, `// claim: <sentence>`, names the first claim that fails.
 * - The time limit (json, 10 s by default) is for all claims together.
 * - `await` what is async: `gradcheck`, `throws`.
 */
import type { Expect, Fail } from './expect.ts';
import type { Random } from './random.ts';
import type { GradcheckOptions } from './tensors.ts';
import type { throws } from './expect.ts';

export type { Expect, Expectation, Fail, Judgement, Mistake, Subject, ThrowsOptions } from './expect.ts';
export type { Tolerance } from './compare.ts';
export type { Random } from './random.ts';
export type { GradcheckOptions } from './tensors.ts';
export { ClaimFailure, type Failure, type FailureClass } from '../failure.ts';

/** What the body of a claim gets. */
export interface Claimed<Attempt> {
  /** The exports of the learner's file. */
  attempt: Attempt;
  /** This claim's seed: another one at each run. */
  seed: number;
  /** Plain random numbers from this seed. */
  random: Random;
  /** `expect(value, 'double(3)').toBeClose(6)`. */
  expect: Expect;
  /** Ends the claim with a failure in your own words. */
  fail: Fail;
  /** `await throws(() => attempt.f(bad), /size/)`. */
  throws: typeof throws;
  /**
   * Compares the gradients of `body` at `inputs` with central differences in float64, under a random cotangent:
   * `await gradcheck((x: Tensor) => attempt.f(x), [torch.randn(2, 3)], { name: 'f', names: ['x'] })`.
   * Inputs (tensors or nested numbers) are handed to `body` as float64 leaves; it returns a tensor or several.
   */
  gradcheck(body: (...inputs: never[]) => unknown, inputs: readonly unknown[], options?: GradcheckOptions): Promise<void>;
  /** Runs `body` with no operator blocked, to compute what is expected; gives back its result. */
  reference<T>(body: () => T): T;
  /** Shows how far a long claim is: a fraction from 0 to 1 and a few words. */
  progress(fraction: number, text?: string): void;
  /** Text that the verdict shows when all claims hold: a loss curve, digits drawn with characters. */
  draw(text: string): void;
}

export type ClaimBody<Attempt> = (claimed: Claimed<Attempt>) => void | Promise<void>;

export interface ClaimOptions {
  /** Takes seconds: left out when an earlier claim failed. */
  slow?: boolean;
}

export interface ClaimBuilder<Attempt> {
  /** States one sentence and how to find out whether it is true. */
  claim(sentence: string, body: ClaimBody<Attempt>): void;
  claim(sentence: string, options: ClaimOptions, body: ClaimBody<Attempt>): void;
  /**
   * A claim on what training reaches (rule R8): `body` runs with up to three seeds and the claim holds when two of
   * them do. It is `slow`.
   */
  outcome(sentence: string, body: ClaimBody<Attempt>): void;
}

/** One claim, as the runner sees it. */
export interface Claim<Attempt = never> {
  readonly sentence: string;
  readonly slow: boolean;
  /** In how many runs the body must hold, of how many. */
  readonly needed: number;
  readonly runs: number;
  readonly body: ClaimBody<Attempt>;
}

/** A check, as the runner sees it. */
export interface Check<Attempt = never> {
  readonly claims: readonly Claim<Attempt>[];
}

/**
 * Defines a check; the default export of `MM_name.check.ts`. `Attempt` is the type of the learner's module, so that a
 * check which calls something that the stub does not export is a type error.
 */
export function check<Attempt>(define: (builder: ClaimBuilder<Attempt>) => void): Check<Attempt> {
  const claims: Claim<Attempt>[] = [];
  const add = (claim: Claim<Attempt>): void => {
    if (claims.some(({ sentence }) => sentence === claim.sentence)) throw new Error(`two claims read "${claim.sentence}"`);
    claims.push(Object.freeze(claim));
  };
  define({
    claim(sentence: string, ...rest: [ClaimBody<Attempt>] | [ClaimOptions, ClaimBody<Attempt>]) {
      const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest;
      add({ sentence, slow: options.slow ?? false, needed: 1, runs: 1, body });
    },
    outcome: (sentence, body) => add({ sentence, slow: true, needed: 2, runs: 3, body }),
  });
  if (claims.length === 0) throw new Error('a check needs at least one claim');
  return Object.freeze({ claims: Object.freeze(claims) });
}
