/** What the learner has done so far: `.track/progress.json`. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { writeAtomically } from './write.ts';

const moment = z.iso.datetime();

const entrySchema = z.object({
  state: z.enum(['passed', 'started', 'new']),
  /** Checks of a file that was no longer the stub. */
  attempts: z.int().nonnegative(),
  firstAt: moment.optional(),
  lastAt: moment.optional(),
  passedAt: moment.optional(),
  /** How many hints were shown. */
  hints: z.int().min(0).max(3),
  /** Hash of the check that gave the last verdict. */
  check: z.string().optional(),
});

const progressSchema = z.object({
  version: z.literal(1),
  exercises: z.record(z.string(), entrySchema),
});

export type ProgressEntry = z.infer<typeof entrySchema>;
export type Progress = z.infer<typeof progressSchema>;

export const untouched: Readonly<ProgressEntry> = Object.freeze({ state: 'new', attempts: 0, hints: 0 });

export class ProgressFile {
  readonly #file: string;
  readonly #lock: string;
  readonly #warn: (message: string) => void;

  /** `warn` is told when a file that can't be read was kept aside. */
  constructor(stateDirectory: string, warn: (message: string) => void) {
    this.#file = path.join(stateDirectory, 'progress.json');
    this.#lock = path.join(stateDirectory, 'progress.lock');
    this.#warn = warn;
  }

  read(): Progress {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { version: 1, exercises: {} };
      throw error;
    }
    try {
      return progressSchema.parse(JSON.parse(text));
    } catch {
      return this.#setAside();
    }
  }

  entry(id: string): ProgressEntry {
    return this.read().exercises[id] ?? { ...untouched };
  }

  /** Changes one entry; reads again under a lock, so that two commands at once lose nothing. */
  update(id: string, change: (entry: ProgressEntry) => ProgressEntry): ProgressEntry {
    mkdirSync(path.dirname(this.#file), { recursive: true });
    const release = this.#acquire();
    try {
      const progress = this.read();
      const entry = change(progress.exercises[id] ?? { ...untouched });
      progress.exercises[id] = entry;
      writeAtomically(this.#file, `${JSON.stringify(progress, null, 1)}\n`, { durable: true });
      return entry;
    } finally {
      release();
    }
  }

  #setAside(): Progress {
    const aside = this.#file.replace(/\.json$/, `.corrupt-${new Date().toISOString().replaceAll(':', '-')}.json`);
    if (existsSync(this.#file)) renameSync(this.#file, aside);
    this.#warn(`The progress file could not be read; it is kept as ${path.basename(aside)} and a new one was started.`);
    return { version: 1, exercises: {} };
  }

  /** An exclusive file that names its holder; one whose holder is dead, or that is older than any honest one, is taken over. */
  #acquire(): () => void {
    for (;;) {
      try {
        writeFileSync(this.#lock, String(process.pid), { flag: 'wx' });
        return () => rmSync(this.#lock, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      if (isAbandoned(this.#lock)) rmSync(this.#lock, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function isAbandoned(lock: string): boolean {
  const stat = statSync(lock, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  const age = Date.now() - stat.mtimeMs;
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    if (holder === 0) return age > 5000; // killed before it wrote its name
    process.kill(holder, 0);
    return age > 60_000; // a slow machine may take seconds; after a minute another process has that number
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
