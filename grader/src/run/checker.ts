/** Checks attempts: builds, runs in a sandbox, and makes the verdict. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { TrackError, UsageError } from '../errors.ts';
import type { Failure } from '../failure.ts';
import type { Exercise, Track } from '../track/catalogue.ts';
import { firstOpen, statusOf, type ClaimResult, type Report, type Verdict } from '../verdict.ts';
import { BuildFailed, Bundler, codeFrame, warmCompiler, type Bundle, type Fence } from './bundle.ts';
import { takeEarlySandbox } from './early.ts';
import { locate, mapStack, thrownIn } from './locate.ts';
import { BrokenCheck, Sandbox, type Limits, type Outcome, type Watcher } from './sandbox.ts';

export interface CheckOptions {
  seed?: number;
  /** Only the claim with this number, from 1. */
  claim?: number;
  /** Another file than the learner's: a solution or a wrong attempt. */
  attempt?: string;
  /** Slow claims too, after a failure. */
  all?: boolean;
  /** Factor on the time limit, for runs that share the machine. */
  patience?: number;
  /** A process that is already warm; otherwise one is started. */
  sandbox?: Sandbox;
  /** The process lives on for another check; only for attempts that are trusted. */
  keep?: boolean;
  watcher?: Watcher;
}

export function newSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}

export class Checker {
  readonly track: Track;
  readonly #bundler: Bundler;

  constructor(track: Track) {
    this.track = track;
    this.#bundler = new Bundler(track.state);
  }

  /** A process that loads the engine, for a check to come. */
  sandbox(): Sandbox {
    return takeEarlySandbox() ?? new Sandbox(this.track.root);
  }

  /** The check as a module; a check that does not build is the track's fault. */
  async bundleCheck(exercise: Exercise): Promise<Bundle> {
    try {
      return await this.#bundler.bundle(exercise.check);
    } catch (error) {
      if (!(error instanceof BuildFailed)) throw error;
      const { says, where } = error.failure;
      throw new TrackError(`${this.track.shown(where?.file ?? exercise.check)}${where ? `:${where.line}` : ''}: ${says}`);
    }
  }

  /** The source files that an attempt is made of, if it builds. */
  async inputs(exercise: Exercise): Promise<string[]> {
    try {
      return (await this.#bundler.bundle(exercise.file, this.#fence(exercise))).inputs;
    } catch {
      return [exercise.file]; // it does not build: the check says so
    }
  }

  async check(exercise: Exercise, options: CheckOptions = {}): Promise<Verdict> {
    const { seed = newSeed(), attempt = exercise.file } = options;
    const sandbox = options.sandbox ?? this.sandbox();
    try {
      void warmCompiler();
      const metadata = await this.track.metadata(exercise);
      const make = (report: Report, outcome?: Outcome): Verdict => ({
        version: 1, exercise: exercise.id, title: metadata.title, file: attempt, status: statusOf(report), seed,
        ...report, output: outcome?.output ?? '', ms: Math.round(outcome?.ms ?? 0),
      });
      const check = this.bundleCheck(exercise);
      void check.then(({ file }) => sandbox.prepare(file), () => undefined); // awaited below
      let bundle: Bundle;
      try {
        if (!existsSync(attempt)) throw new BuildFailed(this.#missing(exercise, attempt));
        bundle = await this.#bundler.bundle(attempt, attempt === exercise.file ? this.#fence(exercise) : undefined);
      } catch (error) {
        if (!(error instanceof BuildFailed)) throw error;
        await check;
        return make({ claims: [], drawings: [], failure: error.failure });
      }
      const outcome = await sandbox.run({
        type: 'run', check: (await check).file, attempt: bundle.file, source: attempt, seed,
        ...(options.claim === undefined ? {} : { only: options.claim - 1 }), all: options.all ?? false, blocked: metadata.blocked, keep: options.keep ?? false,
      }, { seconds: metadata.timeLimit * (options.patience ?? 1), memory: metadata.memoryLimit }, options.watcher);
      const report = outcome.report ?? reportOf(outcome);
      if (options.claim !== undefined && !(options.claim >= 1 && options.claim <= outcome.sentences.length)) {
        throw new UsageError(`${exercise.id} has claims 1 to ${outcome.sentences.length}.`);
      }
      await this.#acquit(exercise, report, [(await check).file, bundle.file], { ...options, seed, attempt });
      if (options.claim !== undefined) report.claims = report.claims.filter((_, i) => i === options.claim! - 1);
      const earlier = this.#earlier(exercise, report, bundle.file);
      return { ...make(located(report, attempt, bundle.file), outcome), ...(earlier === undefined ? {} : { waitsFor: earlier }) };
    } catch (error) {
      if (error instanceof BrokenCheck) throw this.#brokenCheck(exercise, error.message, (await this.bundleCheck(exercise)).file);
      throw error;
    } finally {
      if (!options.keep) sandbox.kill();
    }
  }

  /**
   * Throws a `TrackError` where the check itself, not the attempt, caused the exception that the verdict would show: where
   * a name in it is not defined, and where the model solution meets the exception too. What else is thrown in the check's
   * own lines comes from what the attempt gave it.
   */
  async #acquit(exercise: Exercise, report: Report, [check, attempt]: [string, string], options: CheckOptions): Promise<void> {
    const claim = report.claims.findIndex(({ status }) => status === 'failed' || status === 'todo');
    const { failure } = report.claims[claim] ?? {};
    const { class: kind, stack } = failure ?? {};
    if ((kind !== 'THREW' && kind !== 'BLOCKED') || stack === undefined || thrownIn(stack, [check, attempt]) !== check) return;
    if (options.attempt === exercise.solution || /ReferenceError: .* is not defined/.test(stack)) {
      throw this.#brokenCheck(exercise, `claim ${claim + 1}, "${report.claims[claim]!.sentence}"\n${stack}`, check);
    }
    const { sandbox: _, watcher: __, keep: ___, ...same } = options;
    if (existsSync(exercise.solution)) await this.check(exercise, { ...same, claim: claim + 1, attempt: exercise.solution });
    failure!.diagnosis ??= `your code does not throw this itself: the check cannot go on with what ${failure!.used ?? 'it'} gives`;
  }

  /** Says where in the check an error was thrown, in words that end with a stack. */
  #brokenCheck(exercise: Exercise, message: string, bundle: string): TrackError {
    const [place] = mapStack(message, bundle);
    const says = message.replace(/\n\s+at [\s\S]*$/, '');
    if (place === undefined) return new TrackError(`${this.track.shown(exercise.check)} does not work:\n${says}`);
    return new TrackError(`${this.track.shown(place.file)}:${place.line}:${place.column} does not work:\n${says}\n\n${codeFrame(place.file, place.line, place.column)}`);
  }

  /** Runs a program (a bug as it was shipped) to its end, without a check. */
  async runProgram(file: string, limits: Limits): Promise<Outcome> {
    const bundle = await this.#bundler.bundle(file);
    return this.sandbox().run({ type: 'program', attempt: bundle.file, source: file }, limits);
  }

  /** The exercise whose file, imported by this attempt, is still to be written where the first open claim needs it. */
  #earlier(exercise: Exercise, report: Report, bundle: string): Verdict['waitsFor'] {
    const { stack } = firstOpen(report) ?? {};
    const file = stack === undefined ? undefined : mapStack(stack, bundle)[0]?.file;
    const earlier = this.track.exercises.find((e) => e.file === file && e !== exercise);
    return earlier && { exercise: earlier.id, file: earlier.file };
  }

  #missing(exercise: Exercise, attempt: string): Failure {
    return {
      class: 'SYNTAX', says: `${this.track.shown(attempt)} does not exist`,
      ...(attempt === exercise.file ? { diagnosis: `track reset ${exercise.id} brings back the file as it was shipped` } : {}),
    };
  }

  /** An attempt is checked on its own merits: no answer and no check may be imported. */
  #fence(exercise: Exercise): Fence {
    const solutions = path.join(this.track.root, 'solutions') + path.sep;
    return {
      forbids(file) {
        if (file.startsWith(solutions)) return 'your file imports the solution; write it yourself';
        if (/\.check(\.[cm]?[jt]s)?$/.test(file)) return `your file imports a check (${path.basename(file)}); it is of no use to an attempt`;
        return file === exercise.json ? 'your file imports the metadata of the exercise' : undefined;
      },
    };
  }
}

/** The report of a process that did not live to send one. */
function reportOf({ sentences, reached, decided, failure }: Outcome): Report {
  if (failure === undefined) throw new Error('a run ended without a report and without a reason');
  if (reached === -1) return { claims: [], drawings: [], failure };
  const claims = sentences.map((sentence, i): ClaimResult => {
    const known = decided[i];
    if (known !== undefined && i !== reached) return known;
    return i === reached ? { sentence, status: 'failed', ms: 0, failure } : { sentence, status: 'skipped', ms: 0 };
  });
  return { claims, drawings: [] };
}

function located(report: Report, source: string, bundle: string): Report {
  const place = <T extends { failure?: Failure }>(item: T): T =>
    (item.failure === undefined ? item : { ...item, failure: locate(item.failure, source, bundle) });
  return place({ ...report, claims: report.claims.map(({ stack: _, ...claim }) => place(claim)) });
}
