/** Which exercises an id on the command line means. */
import path from 'node:path';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { Exercise, Track } from './catalogue.ts';

/**
 * `04` or a chapter's name (all its exercises), `04/03`, `04.3`, `bugs/03`, a path, or a unique part of a name.
 * Throws a `UsageError` with suggestions.
 */
export function select(track: Track, id: string): Exercise[] {
  const found = byNumber(track, id) ?? byPath(track, id) ?? byName(track, id);
  if (found.length > 0) return found;
  throw new UsageError(`There is no exercise ${id}.`, suggestions(track, id));
}

/** One exercise; a chapter is refused. */
export function selectOne(track: Track, id: string): Exercise {
  const found = select(track, id);
  if (found.length === 1) return found[0]!;
  throw new UsageError(`${id} is a whole chapter; name one exercise.`, found.map(label));
}

/** `01/02  dataset_loader`. */
export function label(exercise: Exercise): string {
  return `${exercise.id}  ${exercise.name.slice(3)}`;
}

function byNumber(track: Track, id: string): Exercise[] | undefined {
  const match = /^(?:(bugs)|(\d{1,2}))(?:[/.](\d{1,2}))?$/.exec(id);
  if (match === null) return undefined;
  const [, bugs, chapter, number] = match;
  const inChapter = (e: Exercise): boolean => (bugs !== undefined ? e.bug : e.chapter === chapter!.padStart(2, '0'));
  const all = track.exercises.filter(inChapter);
  const found = number === undefined ? all : all.filter((e) => e.number === number.padStart(2, '0'));
  if (found.length > 0) return found;
  if (number !== undefined && all.length > 0) {
    throw new UsageError(`There is no exercise ${id}; the chapter has ${all.length}:`, all.map(label));
  }
  throw new UsageError(`There is no chapter ${id}.`, [...new Set(track.exercises.map((e) => e.chapter))].map((c) => track.chapters.get(c) ?? c));
}

function byPath(track: Track, id: string): Exercise[] | undefined {
  if (!/[\\/]|\.ts$/.test(id)) return undefined;
  for (const base of [process.cwd(), track.root]) {
    const file = path.resolve(base, id);
    const found = track.exercises.filter((e) => [e.file, e.check, e.json, e.solution, e.file.slice(0, -3)].includes(file)
      || path.dirname(e.file) === file || file.startsWith(e.wrong + path.sep));
    if (found.length > 0) return found;
  }
  return undefined;
}

function byName(track: Track, id: string): Exercise[] {
  if (id === '') throw new UsageError('The id is empty; track list shows the exercises.');
  const word = id.toLowerCase().replaceAll('-', '_');
  const chapters = [...track.chapters].filter(([, name]) => name.toLowerCase() === word || name.slice(3).toLowerCase() === word);
  if (chapters.length === 1) return track.exercises.filter((e) => e.chapter === chapters[0]![0]);
  const exact = track.exercises.filter((e) => e.name === word || e.name.slice(3) === word);
  if (exact.length === 1) return exact;
  const containing = track.exercises.filter((e) => e.name.toLowerCase().includes(word));
  if (containing.length > 1) throw new UsageError(`${id} may mean several exercises:`, containing.map(label));
  return containing;
}

function suggestions(track: Track, id: string): string[] {
  const names = track.exercises.map((e) => e.name.slice(3));
  const word = id.toLowerCase().split('/').at(-1)!;
  return nearest(word, names, 3).map((name) => label(track.exercises.find((e) => e.name.slice(3) === name)!));
}
