/** The classes a failing claim can have; the card shows it in front of the sentence. */
export const failureClasses = [
  'TYPE', 'THREW', 'SHAPE', 'DTYPE', 'VALUE', 'GRAD', 'MODE', 'MEMORY', 'TIMEOUT', 'OUTPUT', 'BLOCKED',
  'SYNTAX', 'EXIT', 'TAMPERED',
] as const;

/**
 * - TYPE not the kind of value that was asked for (a missing export, a number for a tensor, a wrong device)
 * - THREW an exception, a rejected promise, or no exception where one was asked for
 * - SHAPE, DTYPE, VALUE a tensor (or plain value) that differs, in this order
 * - GRAD a gradient that is missing or differs
 * - MODE train/eval, gradient mode or another switch left in the wrong position
 * - MEMORY, TIMEOUT, OUTPUT a limit was passed
 * - BLOCKED an operator that this exercise asks the learner to build
 * - SYNTAX the file does not build
 * - EXIT the process ended before the check did
 * - TAMPERED a built-in was changed
 */
export type FailureClass = (typeof failureClasses)[number];

/** Why a claim does not hold, in parts that the card arranges. Every text is ready to print. */
export interface Failure {
  class: FailureClass;
  /** What happened, in a sentence. */
  says: string;
  expected?: string;
  got?: string;
  /** Index of the first element that differs, `[0, 2]`. */
  at?: string;
  /** What probably caused it. */
  diagnosis?: string;
  /** Largest absolute difference. */
  maxAbsDiff?: number;
  /** The inputs that it failed on, up to 20 numbers each, by name. */
  inputs?: Record<string, string>;
  /** The attempt's export that the claim used last. */
  used?: string;
  /** Stack of an exception, as V8 wrote it; the parent process maps it to the learner's lines. */
  stack?: string;
  /** Where in the learner's file; the path is absolute, line and column count from 1. */
  where?: { file: string; line: number; column?: number };
  /** Some lines of source around `where`. */
  frame?: string;
}

/** Thrown by an assertion of a claim. */
export class ClaimFailure extends Error {
  override readonly name = 'ClaimFailure';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.says);
    this.failure = failure;
  }
}
