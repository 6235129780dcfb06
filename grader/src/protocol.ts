/** Messages between the command and the child process in which an attempt runs. */
import type { ClaimResult } from './verdict.ts';

/** What to check; the first message to a warmed child, the token included, arrives before the attempt is loaded. */
export interface RunRequest {
  type: 'run';
  /** Key of the signature under the report; never visible to the attempt. */
  token: string;
  /** Bundles to import. */
  check: string;
  attempt: string;
  /** The learner's source file: what the attempt sees as its own place. */
  source: string;
  seed: number;
  /** Only this claim, by its index. */
  only?: number;
  /** Slow claims too, after a failure. */
  all: boolean;
  blocked: readonly string[];
  /** Another request follows in this process; for attempts that are trusted, as those of `dev check`. */
  keep: boolean;
}

/** Loads a check before the attempt is there. */
export interface PrepareRequest { type: 'prepare'; check: string }

/** Runs a bug's program as `npx tsx` would, without a check. */
export interface ProgramRequest { type: 'program'; attempt: string; source: string; token: string }

export type Request = RunRequest | PrepareRequest | ProgramRequest;

export type Message =
  | { type: 'ready' }
  | { type: 'claims'; sentences: string[] }
  | { type: 'claim'; index: number }
  /** A claim is decided; shown if the process does not live to report. */
  | { type: 'result'; result: ClaimResult }
  | { type: 'progress'; fraction: number; text: string }
  /** `process.exit` was called; the process ends. */
  | { type: 'exit'; code: number }
  /** `report` is JSON, `signature` its HMAC-SHA256 under the token. */
  | { type: 'report'; report: string; signature: string }
  /** The check itself is broken. */
  | { type: 'broken'; message: string };
