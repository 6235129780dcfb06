/** Commands that show something about one exercise. */
import { existsSync, readFileSync } from 'node:fs';
import { reflow, wrap } from '../cards/terminal.ts';
import { lineDiff } from '../cards/diff.ts';
import { exitCode, TrackError, UsageError } from '../errors.ts';
import { commandId, type GlobalOptions, type Session } from '../session.ts';
import type { Exercise } from '../track/catalogue.ts';
import { selectOne } from '../track/select.ts';

export const levels = { B: 'beginner', I: 'intermediate', A: 'advanced', E: 'expert' } as const;

/** The exercise that an optional id means: by default the next open one. */
export function chosen(session: Session, id: string | undefined): Exercise {
  if (id !== undefined) return selectOne(session.track, id);
  const next = session.nextPending();
  if (session.track.exercises.length === 0) throw new UsageError('This track has no exercises yet.');
  if (next === undefined) throw new UsageError('Every exercise passes; name one.');
  return next;
}

export async function nextCommand(session: Session, { json }: GlobalOptions): Promise<number> {
  const exercise = session.nextPending();
  if (exercise === undefined) {
    session.print(json ? 'null' : 'Every exercise passes.');
    return exitCode.pass;
  }
  session.print(json ? JSON.stringify({ id: exercise.id, name: exercise.name, file: exercise.file, ...await session.track.metadata(exercise) }, null, 2)
    : await assignment(session, exercise));
  session.track.saveCache();
  return exitCode.pass;
}

/** `03.2 · SGD by hand`, or `Bug 02 · …`: the first line of a file; the command has its own heading. */
const ownHeading = /^(\d\d\.\d+|Bug \d+) · .*\n*/;

/** What an exercise asks, where, and how to check it. */
export async function assignment(session: Session, exercise: Exercise): Promise<string> {
  const { terminal: { color, width, link }, track } = session;
  const metadata = await track.metadata(exercise);
  const missing = metadata.requires.filter((id) => session.progress.entry(id).state !== 'passed');
  const text = existsSync(exercise.file) ? docstring(readFileSync(exercise.file, 'utf8')).replace(ownHeading, '') : '';
  const id = commandId(exercise);
  return [
    color.bold(wrap(`${exercise.id} ${metadata.title}`, width)),
    color.dim(wrap(`${levels[metadata.level]}, about ${metadata.minutes} min, ${metadata.topics.join(', ')}`, width)),
    ...(text === '' ? [] : ['', reflow(text, width, 2)]),
    '',
    ...(missing.length === 0 ? [] : [`  builds on  ${missing.join(', ')}`]),
    `  file       ${link(color.cyan(track.shown(exercise.file)), exercise.file)}`,
    `  check      track check ${id}`,
    `  or watch   track watch ${id}, which checks it at every save`,
    `  help       track hint ${id}`,
  ].join('\n');
}

/** The first block comment of a file, without its asterisks. */
export function docstring(source: string): string {
  const match = /^\s*\/\*\*?([\s\S]*?)\*\//.exec(source);
  return match === null ? '' : match[1]!.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd()).join('\n').trim();
}

export async function hintCommand(session: Session, id: string | undefined, { level }: { level?: number }): Promise<number> {
  if (level !== undefined && (level < 1 || level > 3)) throw new UsageError('There are three hints: --level 1, 2 or 3.');
  const exercise = chosen(session, id);
  session.print(await hint(session, exercise, level));
  return exitCode.pass;
}

const hintNames = ['the concept', 'the approach', 'almost the code'] as const;

/** The next hint, or the one of this level; remembers how many were shown. */
export async function hint(session: Session, exercise: Exercise, level?: number): Promise<string> {
  const { hints } = await session.track.metadata(exercise);
  const shown = session.progress.entry(exercise.id).hints;
  const number = level ?? Math.min(3, shown + 1);
  if (number > shown) session.progress.update(exercise.id, (entry) => ({ ...entry, hints: Math.max(entry.hints, number) }));
  const { color, width } = session.terminal;
  const after = number === 3 ? `That was the last hint. track solution ${commandId(exercise)} shows the model solution.`
    : `For the next hint call track hint ${commandId(exercise)} again.`;
  return [
    color.bold(`${exercise.id} hint ${number} of 3: ${hintNames[number - 1]}`), '',
    `  ${wrap(hints[number - 1]!, width, 2)}`, '', color.dim(`  ${after}`),
  ].join('\n');
}

export function solutionCommand(session: Session, id: string | undefined, { show }: { show?: boolean }): number {
  const exercise = chosen(session, id);
  session.print(solution(session, exercise, show === true));
  return exitCode.pass;
}

/** The model solution; refused before the first attempt unless `show`. */
export function solution(session: Session, exercise: Exercise, show: boolean): string {
  unlock(session, exercise, show);
  return `${session.terminal.color.dim(session.track.shown(exercise.solution))}\n\n${readFileSync(exercise.solution, 'utf8')}`;
}

function unlock(session: Session, exercise: Exercise, show: boolean): void {
  if (!existsSync(exercise.solution)) throw new TrackError(`${session.track.shown(exercise.solution)} is missing`);
  if (!show && session.progress.entry(exercise.id).attempts === 0) {
    throw new UsageError(`The solution of ${exercise.id} opens after your first attempt (track check ${commandId(exercise)}), or with --show.`);
  }
}

export function diffCommand(session: Session, id: string | undefined, { show }: { show?: boolean }): number {
  const exercise = chosen(session, id);
  session.print(diff(session, exercise, show === true));
  return exitCode.pass;
}

/** What differs between the learner's file and the solution. */
export function diff(session: Session, exercise: Exercise, show: boolean): string {
  unlock(session, exercise, show);
  if (!existsSync(exercise.file)) throw new UsageError(`${session.track.shown(exercise.file)} does not exist.`);
  const { color } = session.terminal;
  const lines = lineDiff(readFileSync(exercise.file, 'utf8').split('\n'), readFileSync(exercise.solution, 'utf8').split('\n'));
  if (lines.every(({ sign }) => sign === ' ')) return 'Your file and the solution are the same.';
  return [
    color.red(`- ${session.track.shown(exercise.file)}`), color.green(`+ ${session.track.shown(exercise.solution)}`), '',
    ...lines.map(({ sign, text }) => (sign === '-' ? color.red : sign === '+' ? color.green : color.dim)(`${sign} ${text}`)),
  ].join('\n');
}
