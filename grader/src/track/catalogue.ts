/** The exercises of a track, in the order of study. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { writeAtomically } from '../write.ts';
import type { Metadata } from './metadata.ts';
import { chapterOfBug, studyOrder } from './order.ts';

/** One exercise: its id and where its files are (absolute paths). */
export interface Exercise {
  /** `01/02`: chapter and number. */
  id: string;
  chapter: string;
  number: string;
  /** `02_dataset_loader`. */
  name: string;
  bug: boolean;
  /** What the learner edits. */
  file: string;
  check: string;
  json: string;
  solution: string;
  /** Directory of the wrong attempts. */
  wrong: string;
}

/** A directory that holds a track. */
export class Track {
  readonly root: string;
  /** Everything that the command writes. */
  readonly state: string;
  readonly exercises: readonly Exercise[];
  /** `01` → `01_data_processing`. */
  readonly chapters: ReadonlyMap<string, string>;

  constructor(root: string) {
    this.root = root;
    this.state = path.join(root, '.track');
    const { exercises, chapters } = scan(root);
    this.exercises = exercises;
    this.chapters = chapters;
  }

  /** A path as messages show it. */
  shown(file: string): string {
    return path.relative(this.root, file);
  }

  /** The exercise's metadata, validated again only when its file changed. Throws a `TrackError`. */
  async metadata(exercise: Exercise): Promise<Metadata> {
    const cache = this.#metadataCache();
    const stat = statSync(exercise.json, { throwIfNoEntry: false });
    const stamp = stat === undefined ? '' : `${stat.mtimeMs}:${stat.size}`;
    const known = cache[exercise.id];
    if (known !== undefined && known.stamp === stamp && stamp !== '') return known.metadata;
    const { readMetadata } = await import('./metadata.ts');
    const metadata = readMetadata(exercise.json, this.shown(exercise.json));
    cache[exercise.id] = { stamp, metadata };
    this.#cacheChanged = true;
    return metadata;
  }

  /** Keeps validated metadata for the next start. */
  saveCache(): void {
    if (!this.#cacheChanged) return;
    writeAtomically(this.#cacheFile, JSON.stringify({ version: cacheVersion, entries: this.#metadataCache() }));
    this.#cacheChanged = false;
  }

  #cache: Record<string, { stamp: string; metadata: Metadata }> | undefined;
  #cacheChanged = false;

  get #cacheFile(): string {
    return path.join(this.state, 'metadata.json');
  }

  #metadataCache(): Record<string, { stamp: string; metadata: Metadata }> {
    if (this.#cache !== undefined) return this.#cache;
    try {
      const saved = JSON.parse(readFileSync(this.#cacheFile, 'utf8')) as { version: number; entries: Record<string, { stamp: string; metadata: Metadata }> };
      this.#cache = saved.version === cacheVersion ? saved.entries : {};
    } catch {
      this.#cache = {}; // nothing kept yet; it is only a cache
    }
    return this.#cache;
  }
}

/** To be raised when the schema of metadata changes. */
const cacheVersion = 2;

/** The nearest directory upward that is a track: a package named `track`, or one with `challenges/`. */
export function findRoot(from: string): string | undefined {
  for (let directory = path.resolve(from); ; directory = path.dirname(directory)) {
    if (existsSync(path.join(directory, 'challenges')) || packageName(directory) === 'track') return directory;
    if (path.dirname(directory) === directory) return undefined;
  }
}

function packageName(directory: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) as { name?: string }).name;
  } catch {
    return undefined; // no package here
  }
}

const numbered = /^(\d\d)_\w+$/;
const checkFile = /^(\d\d)_\w+\.check\.ts$/;

function scan(root: string): { exercises: Exercise[]; chapters: Map<string, string> } {
  const exercises: Exercise[] = [];
  const chapters = new Map<string, string>();
  const add = (directory: string, solutions: string, chapterOf: (number: string) => string, bug: boolean): void => {
    for (const entry of list(directory)) {
      const match = checkFile.exec(entry);
      if (match === null) continue;
      const number = match[1]!;
      const name = entry.slice(0, -'.check.ts'.length);
      const chapter = chapterOf(number);
      exercises.push({
        id: `${chapter}/${number}`, chapter, number, name, bug,
        file: path.join(directory, `${name}.ts`), check: path.join(directory, entry), json: path.join(directory, `${name}.json`),
        solution: path.join(solutions, `${name}.ts`), wrong: path.join(solutions, `${name}.wrong`),
      });
    }
  };
  for (const folder of list(path.join(root, 'challenges'))) {
    const match = numbered.exec(folder);
    if (match === null) continue;
    chapters.set(match[1]!, folder);
    add(path.join(root, 'challenges', folder), path.join(root, 'solutions', folder), () => match[1]!, false);
  }
  add(path.join(root, 'bugs'), path.join(root, 'solutions', 'bugs'), chapterOfBug, true);
  return { exercises: studyOrder(exercises), chapters };
}

function list(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}
