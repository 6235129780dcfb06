/** Assertions of a claim. Each throws a `ClaimFailure` that carries all that the card shows. */
import { ClaimFailure, type Failure, type FailureClass } from '../failure.ts';
import { Todo } from '../todo.ts';
import { difference, equal, firstInequality, type Difference, type Tolerance } from './compare.ts';
import { describe, formatNumber, formatShape } from './describe.ts';
import { isTensor } from './tensors.ts';

/** A known mistake: when the attempt gave `value`, the diagnosis is `says`. */
export interface Mistake {
  /** What the mistake would have given, or a function that computes it (called only when the claim fails). */
  value: unknown;
  /** What is wrong then, to the learner: `your scores are not divided by √d`. */
  says: string;
}

export interface Subject {
  /** What the value is called in messages: `concat(a, b)`. */
  name?: string;
  /** What the attempt was called with; shown when the assertion fails, up to 20 numbers each. */
  inputs?: Record<string, unknown>;
}

export interface Judgement {
  /** Fingerprints of known mistakes (rule R10). */
  mistakes?: readonly Mistake[];
  /** The class to report a differing value under: `GRAD` for gradients, `MODE` for flags. */
  as?: FailureClass;
  /** A sentence that replaces the generated one. */
  says?: string;
}

export interface Expectation {
  /** Tensors or (nested) numbers, compared in the order kind, shape, dtype, device, values, within a tolerance. */
  toBeClose(expected: unknown, options?: Tolerance & Judgement): void;
  /** Plain values, lists, objects, Maps, Sets and tensors, equal to the last bit. */
  toEqual(expected: unknown, options?: Judgement): void;
  /** The very same value (`Object.is`). */
  toBe(expected: unknown, options?: Judgement): void;
  /** Not the same value: two draws, two identities. Lists and tensors are compared by content. */
  toDiffer(other: unknown, options?: Judgement): void;
  /** A tensor with this shape (and dtype, device, requiresGrad where given); says nothing of its values. */
  toBeTensor(expected: { shape?: readonly number[]; dtype?: string; device?: string; requiresGrad?: boolean }, options?: Judgement): void;
  /** `typeof value`, or an instance of a class. */
  toBeA(kind: 'number' | 'string' | 'boolean' | 'function' | 'object' | 'list' | Constructor, options?: Judgement): void;
  toBeGreaterThan(bound: number, options?: Judgement): void;
  toBeAtLeast(bound: number, options?: Judgement): void;
  toBeLessThan(bound: number, options?: Judgement): void;
  toBeAtMost(bound: number, options?: Judgement): void;
  /** A condition on the value in your own words; `what` completes "expected ...": `a permutation of 0..9`. */
  toSatisfy(holds: (value: never) => boolean, what: string, options?: Judgement): void;
}

type Constructor = abstract new (...args: never[]) => unknown;

/** `expect(value)`, `expect(value, 'double(3)')`, `expect(value, { name, inputs })`. */
export type Expect = (got: unknown, subject?: string | Subject) => Expectation;

/** Ends the claim with a failure of your own: class, sentence, and what was expected and given. */
export type Fail = (failure: {
  class: FailureClass; says: string; expected?: unknown; got?: unknown; diagnosis?: string; at?: string;
  inputs?: Record<string, unknown>;
}) => never;

export const fail: Fail = ({ expected, got, inputs, ...rest }) => {
  throw new ClaimFailure({
    ...rest,
    ...(expected === undefined ? {} : { expected: asText(expected) }),
    ...(got === undefined ? {} : { got: asText(got) }),
    ...(inputs === undefined ? {} : { inputs: showInputs(inputs) }),
  });
};

const asText = (value: unknown): string => (typeof value === 'string' ? value : describe(value));

function showInputs(inputs: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, describe(value)]));
}

export const expect: Expect = (got, subject = {}) => {
  const { name = 'the result', inputs } = typeof subject === 'string' ? { name: subject } : subject;

  /** Throws the failure, with the diagnosis of the first known mistake that gave the same value. */
  const report = (failure: Difference | Failure, options: Judgement, same: (mistake: unknown) => boolean): never => {
    const known = options.mistakes?.find(({ value }) => {
      try {
        return same(typeof value === 'function' && !isTensor(value) ? (value as () => unknown)() : value);
      } catch {
        return false; // a mistake that cannot even be computed on this input is not the one that was made
      }
    });
    const renamed = options.as !== undefined && failure.class === 'VALUE' ? { class: options.as } : {};
    throw new ClaimFailure({
      ...failure, ...renamed,
      ...(options.says === undefined ? {} : { says: options.says }),
      ...(known === undefined ? {} : { diagnosis: known.says }),
      ...(inputs === undefined ? {} : { inputs: showInputs(inputs) }),
    });
  };
  const exactly = (mistake: unknown): boolean => equal(got, mistake);

  const bound = (words: string, limit: number, holds: (value: number) => boolean, options: Judgement): void => {
    if (typeof got !== 'number') {
      report({ class: 'TYPE', says: `${name} is not a number`, expected: `a number ${words} ${limit}`, got: describe(got) }, options, exactly);
    } else if (!holds(got)) {
      report({
        class: 'VALUE', says: `${name} is ${formatNumber(got)}, expected ${words} ${formatNumber(limit)}`,
        expected: `${words} ${formatNumber(limit)}`, got: formatNumber(got),
      }, options, exactly);
    }
  };

  return {
    toBeClose(expected, options = {}) {
      const { rtol, atol } = options;
      const tolerance = { ...(rtol === undefined ? {} : { rtol }), ...(atol === undefined ? {} : { atol }) };
      const found = difference(got, expected, name, tolerance);
      if (found) report(found, options, (mistake) => difference(got, mistake, name, tolerance) === undefined);
    },
    toEqual(expected, options = {}) {
      const path = firstInequality(got, expected, '');
      if (path === undefined) return;
      report({
        class: 'VALUE', says: `${name} is not what was expected`, expected: describe(expected), got: describe(got),
        ...(path === '' ? {} : { at: path.replace(/^\./, '') }),
      }, options, exactly);
    },
    toBe(expected, options = {}) {
      if (Object.is(got, expected)) return;
      const twins = equal(got, expected);
      report({
        class: 'VALUE', says: twins ? `${name} has the same content but is another object` : `${name} is not what was expected`,
        expected: twins ? 'the same object' : describe(expected), got: twins ? 'a copy' : describe(got),
      }, options, exactly);
    },
    toDiffer(other, options = {}) {
      if (!equal(got, other)) return;
      report({ class: 'VALUE', says: `${name} did not change`, expected: `something else than ${describe(other)}`, got: describe(got) }, options, exactly);
    },
    toBeTensor(expected, options = {}) {
      const wanted = [
        expected.dtype, expected.shape && formatShape(expected.shape), expected.device && `on ${expected.device}`,
        expected.requiresGrad === undefined ? undefined : `requiresGrad ${expected.requiresGrad}`,
      ].filter((part) => part !== undefined).join(' ');
      const shown = { expected: `tensor ${wanted}`, got: describe(got) };
      if (!isTensor(got)) {
        report({ class: 'TYPE', says: `${name} is not a tensor`, ...shown }, options, exactly);
      } else if (expected.shape && [...got.shape].join() !== expected.shape.join()) {
        report({ class: 'SHAPE', says: `${name} has shape ${formatShape(got.shape)}, expected ${formatShape(expected.shape)}`, ...shown }, options, exactly);
      } else if (expected.dtype !== undefined && got.dtype !== expected.dtype) {
        report({ class: 'DTYPE', says: `${name} has dtype ${got.dtype}, expected ${expected.dtype}`, ...shown }, options, exactly);
      } else if (expected.device !== undefined && got.device !== expected.device) {
        report({ class: 'TYPE', says: `${name} is on device ${got.device}, expected ${expected.device}`, ...shown }, options, exactly);
      } else if (expected.requiresGrad !== undefined && got.requiresGrad !== expected.requiresGrad) {
        report({
          class: 'GRAD', says: expected.requiresGrad ? `${name} is cut off from the graph` : `${name} still carries a graph`,
          expected: `requiresGrad ${expected.requiresGrad}`, got: `requiresGrad ${got.requiresGrad}`,
        }, options, exactly);
      }
    },
    toBeA(kind, options = {}) {
      const holds = typeof kind === 'function' ? got instanceof kind
        : kind === 'list' ? Array.isArray(got)
          : kind === 'object' ? typeof got === 'object' && got !== null : typeof got === kind;
      if (holds) return;
      const wanted = typeof kind === 'function' ? `an instance of ${kind.name}` : `a ${kind}`.replace('a object', 'an object');
      report({ class: 'TYPE', says: `${name} is not ${wanted}`, expected: wanted, got: describe(got) }, options, exactly);
    },
    toBeGreaterThan: (limit, options = {}) => bound('more than', limit, (v) => v > limit, options),
    toBeAtLeast: (limit, options = {}) => bound('at least', limit, (v) => v >= limit, options),
    toBeLessThan: (limit, options = {}) => bound('less than', limit, (v) => v < limit, options),
    toBeAtMost: (limit, options = {}) => bound('at most', limit, (v) => v <= limit, options),
    toSatisfy(holds, what, options = {}) {
      if (holds(got as never)) return;
      report({ class: 'VALUE', says: `${name} is not ${what}`, expected: what, got: describe(got) }, options, exactly);
    },
  };
};

export interface ThrowsOptions extends Judgement {
  /** What the claim calls the call: `loss with unequal lengths`. */
  name?: string;
  inputs?: Record<string, unknown>;
}

/** Expects an error whose message fits; gives the error back. `body` may be async. */
export async function throws(body: () => unknown, pattern: RegExp = /(?:)/, options: ThrowsOptions = {}): Promise<Error> {
  const { name = 'the call', inputs } = options;
  const shown = inputs === undefined ? {} : { inputs: showInputs(inputs) };
  const wanted = pattern.source === '(?:)' ? 'an error' : `an error that fits ${pattern}`;
  let result: unknown;
  try {
    result = await body();
  } catch (error) {
    if (error instanceof Todo || error instanceof ClaimFailure) throw error;
    if (!(error instanceof Error)) {
      throw new ClaimFailure({ class: 'THREW', says: `${name} threw something that is not an Error`, expected: wanted, got: describe(error), ...shown });
    }
    if (error.name === 'BlockedOperator') throw error;
    if (pattern.test(error.message)) return error;
    throw new ClaimFailure({
      class: 'THREW', says: options.says ?? `${name} throws, but with another message`, expected: wanted,
      got: `${error.name}: ${error.message}`, ...(error.stack === undefined ? {} : { stack: error.stack }), ...shown,
    });
  }
  const known = options.mistakes?.find(({ value }) => equal(result, typeof value === 'function' ? (value as () => unknown)() : value));
  throw new ClaimFailure({
    class: 'THREW', says: options.says ?? `${name} does not throw`, expected: wanted, got: `it returned ${describe(result)}`,
    ...(known === undefined ? {} : { diagnosis: known.says }), ...shown,
  });
}
