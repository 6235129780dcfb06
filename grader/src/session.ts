/** One call of the command: the track it is in, the learner's progress, and where the output goes. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { card } from './cards/card.ts';
import { terminal, type Terminal } from './cards/terminal.ts';
import { UsageError } from './errors.ts';
import { ProgressFile } from './progress.ts';
import { Checker } from './run/checker.ts';
import { findRoot, Track, type Exercise } from './track/catalogue.ts';
import { label } from './track/select.ts';
import { keepStub, keepStubs } from './track/stubs.ts';
import { isUntouched, type Verdict } from './verdict.ts';

export interface GlobalOptions { plain?: boolean; json?: boolean }

export class Session {
  readonly track: Track;
  readonly progress: ProgressFile;
  readonly checker: Checker;
  readonly terminal: Terminal;

  constructor(options: GlobalOptions) {
    const root = findRoot(process.cwd());
    if (root === undefined) throw new UsageError('This is not a track: no directory from here upward has challenges/. Go to the folder that you cloned.');
    this.track = new Track(root);
    this.terminal = terminal(options.plain === true);
    this.progress = new ProgressFile(this.track.state, (message) => process.stderr.write(`${message}\n`));
    this.checker = new Checker(this.track);
  }

  print(text: string): void {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  isPassed(exercise: Exercise): boolean {
    return this.progress.entry(exercise.id).state === 'passed';
  }

  /** The first exercise in the order of study that is not passed, after `after` if given (and then from the start). */
  nextPending(after?: Exercise): Exercise | undefined {
    const { exercises } = this.progress.read();
    const open = (e: Exercise): boolean => exercises[e.id]?.state !== 'passed' && e !== after;
    const from = after === undefined ? 0 : this.track.exercises.indexOf(after) + 1;
    return this.track.exercises.slice(from).find(open) ?? this.track.exercises.slice(0, from).find(open);
  }

  /** Notes a verdict on the learner's own file. */
  record(exercise: Exercise, verdict: Verdict): void {
    keepStubs(this.track);
    const untouched = isUntouched(verdict);
    if (untouched) keepStub(this.track, exercise);
    const now = new Date().toISOString();
    const check = createHash('sha256').update(readFileSync(exercise.check)).digest('hex').slice(0, 16);
    this.progress.update(exercise.id, (entry) => {
      if (untouched) return { ...entry, check, state: 'new' };
      const passed = verdict.status === 'passed';
      return {
        ...entry, check, attempts: entry.attempts + 1, firstAt: entry.firstAt ?? now, lastAt: now,
        state: passed ? 'passed' : 'started',
        ...(passed ? { passedAt: entry.passedAt ?? now } : {}),
      };
    });
    this.track.saveCache();
  }

  async card(exercise: Exercise, verdict: Verdict, claim?: number): Promise<string> {
    const { exercises } = this.progress.read();
    const next = this.nextPending(exercise);
    const metadata = await this.track.metadata(exercise);
    return card(verdict, {
      root: this.track.root, id: commandId(exercise), learned: metadata.learned,
      passedCount: this.track.exercises.filter((e) => exercises[e.id]?.state === 'passed').length,
      total: this.track.exercises.length,
      buildsOn: metadata.requires.filter((id) => exercises[id]?.state !== 'passed'),
      ...(next === undefined ? {} : { next: label(next) }), ...(claim === undefined ? {} : { claim }),
    }, this.terminal);
  }
}

/** `01/02`, or `bugs/07`. */
export function commandId(exercise: Exercise): string {
  return exercise.bug ? `bugs/${exercise.number}` : exercise.id;
}
