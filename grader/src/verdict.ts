/** The result of checking one attempt: what the card shows and `--json` prints. */
import type { Failure } from './failure.ts';

export type ClaimStatus =
  | 'passed' | 'failed'
  /** It met `throw todo()`. */
  | 'todo'
  /** Not run: a slow claim after a failure, or the process was gone. */
  | 'skipped';

export interface ClaimResult {
  sentence: string;
  status: ClaimStatus;
  ms: number;
  failure?: Failure;
  /** Of a `todo`: where it was met. */
  stack?: string;
}

/** `todo`: the first claim that does not hold meets a part that is yet to be written. */
export type VerdictStatus = 'passed' | 'failed' | 'todo';

/** What the child process reports. */
export interface Report {
  claims: ClaimResult[];
  /** A failure outside of any claim: the file could not be loaded. */
  failure?: Failure;
  drawings: string[];
}

export interface Verdict extends Report {
  version: 1;
  exercise: string;
  title: string;
  file: string;
  status: VerdictStatus;
  seed: number;
  /** The earlier exercise that comes first: the attempt runs its file, and met `throw todo()` there. */
  waitsFor?: { exercise: string; file: string };
  /** What the attempt printed, capped. */
  output: string;
  /** From the start of the attempt to the report. */
  ms: number;
}

/** The first claim that does not hold. */
export function firstOpen(report: Report): ClaimResult | undefined {
  return report.claims.find(({ status }) => status === 'failed' || status === 'todo')
    ?? report.claims.find(({ status }) => status === 'skipped');
}

/** The failure that the card shows. */
export function mainFailure(report: Report): Failure | undefined {
  return report.failure ?? firstOpen(report)?.failure;
}

export function statusOf(report: Report): VerdictStatus {
  if (report.failure !== undefined) return 'failed';
  const open = firstOpen(report);
  if (open === undefined) return 'passed';
  return open.status === 'todo' ? 'todo' : 'failed';
}

/** Not one claim holds or fails: the stub is as it was shipped. */
export function isUntouched(verdict: Verdict): boolean {
  return statusOf(verdict) === 'todo' && verdict.waitsFor === undefined && verdict.claims.every(({ status }) => status === 'todo' || status === 'skipped');
}
