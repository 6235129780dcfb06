/** The learner's files as they were shipped, and copies of what a reset replaced. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeAtomically } from '../write.ts';
import type { Exercise, Track } from './catalogue.ts';

const directory = (track: Track): string => path.join(track.state, 'stubs');
const stubFile = (track: Track, exercise: Exercise): string => path.join(directory(track), track.shown(exercise.file));

/**
 * Keeps every stub at the first command in a clone. A file that was edited before that is taken from git;
 * without git it is kept as it is.
 */
export function keepStubs(track: Track): void {
  if (existsSync(directory(track))) return;
  const edited = editedFiles(track.root);
  for (const exercise of track.exercises) {
    if (!existsSync(exercise.file)) continue;
    const shipped = edited.has(track.shown(exercise.file)) ? committed(track, exercise) : undefined;
    writeAtomically(stubFile(track, exercise), shipped ?? readFileSync(exercise.file, 'utf8'));
  }
}

/** Keeps the stub of one exercise again: after an update, while it reads "not attempted". */
export function keepStub(track: Track, exercise: Exercise): void {
  const text = readFileSync(exercise.file, 'utf8');
  const file = stubFile(track, exercise);
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeAtomically(file, text);
}

/** The text that the exercise was shipped with, or undefined where neither a copy nor git has it. */
export function stubOf(track: Track, exercise: Exercise): string | undefined {
  const file = stubFile(track, exercise);
  return existsSync(file) ? readFileSync(file, 'utf8') : committed(track, exercise);
}

/** Puts the stub back; the learner's file goes to `.track/backups`. Gives the backup's path. */
export function resetToStub(track: Track, exercise: Exercise, stub: string): string | undefined {
  const backup = existsSync(exercise.file) ? keepBackup(track, exercise) : undefined;
  writeAtomically(exercise.file, stub);
  return backup;
}

/** Backups of an exercise, the newest first. */
export function backupsOf(track: Track, exercise: Exercise): string[] {
  const folder = backupFolder(track, exercise);
  return existsSync(folder) ? readdirSync(folder).sort().reverse().map((name) => path.join(folder, name)) : [];
}

/** Brings a backup back; what it replaces becomes a backup itself. */
export function restoreBackup(track: Track, exercise: Exercise, backup: string): void {
  const text = readFileSync(backup, 'utf8');
  if (existsSync(exercise.file)) keepBackup(track, exercise);
  writeAtomically(exercise.file, text);
}

const backupFolder = (track: Track, exercise: Exercise): string => path.join(track.state, 'backups', exercise.id.replace('/', '-'));

function keepBackup(track: Track, exercise: Exercise): string {
  const folder = backupFolder(track, exercise);
  mkdirSync(folder, { recursive: true });
  const moment = new Date().toISOString().replaceAll(':', '-');
  let backup = path.join(folder, `${moment}.ts`);
  for (let k = 1; existsSync(backup); k++) backup = path.join(folder, `${moment}-${k}.ts`);
  copyFileSync(exercise.file, backup);
  return backup;
}

function git(root: string, args: string[]): string | undefined {
  try {
    return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined; // no git, no repository, or no such file in it
  }
}

function editedFiles(root: string): Set<string> {
  return new Set(git(root, ['diff', '--name-only', '--relative', 'HEAD'])?.split('\n') ?? []);
}

/** The oldest version in git: what the learner wrote came later. */
function committed(track: Track, exercise: Exercise): string | undefined {
  const shown = track.shown(exercise.file);
  const first = git(track.root, ['log', '--diff-filter=A', '--format=%H', '--', shown])?.trim().split('\n').at(-1);
  return first ? git(track.root, ['show', `${first}:./${shown}`]) : undefined;
}
