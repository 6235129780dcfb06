/** `track dev check`: the proofs of all exercises, in parallel, remembered by content. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCode } from '../errors.ts';
import { Bundler, BuildFailed } from '../run/bundle.ts';
import { checkTypes, type TypeProblem } from '../run/types.ts';
import { commandId, type Session } from '../session.ts';
import type { Exercise } from '../track/catalogue.ts';
import { select } from '../track/select.ts';
import { writeAtomically } from '../write.ts';
import { prove, wrongAttempts, type Proof } from './proofs.ts';

export interface DevCheckFlags { fresh?: boolean; json?: boolean }

/** Exercises that are proved at once. */
const lanes = 2;

export async function devCheckCommand(session: Session, ids: readonly string[], { fresh, json }: DevCheckFlags): Promise<number> {
  const { track, terminal } = session;
  const exercises = ids.length === 0 ? [...track.exercises] : [...new Set(ids.flatMap((id) => select(track, id)))];
  const known = fresh ? new ProofCache(track.state, {}) : ProofCache.load(track.state);
  const keys = new Map<Exercise, string>();
  const bundler = new Bundler(track.state);
  const machine = machineStamp();
  for (const exercise of exercises) keys.set(exercise, await contentKey(bundler, exercise, machine));
  const stale = exercises.filter((e) => known.get(e.id, keys.get(e)!) === undefined);
  const types = stale.length === 0 ? [] : await typeProblems(session, stale);

  const results = new Map<string, Proof[]>();
  for (const exercise of exercises) {
    const proofs = known.get(exercise.id, keys.get(exercise)!);
    if (proofs !== undefined) results.set(exercise.id, proofs);
  }
  const queue = [...stale];
  const start = performance.now();
  const work = async (): Promise<void> => {
    for (let exercise = queue.shift(); exercise !== undefined; exercise = queue.shift()) {
      const proofs = await prove(session.checker, exercise, types);
      results.set(exercise.id, proofs);
      known.set(exercise.id, keys.get(exercise)!, proofs);
      if (terminal.tty) process.stderr.write('\r\u001b[K');
      if (!json) report(session, exercise, proofs);
      if (terminal.tty) process.stderr.write(`${results.size} of ${exercises.length} exercises, ${((performance.now() - start) / 1000).toFixed(0)} s`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  if (terminal.tty) process.stderr.write('\r\u001b[K');
  track.saveCache();
  known.save();

  const proofs = exercises.flatMap((e) => results.get(e.id) ?? []);
  const failed = proofs.filter(({ ok }) => !ok);
  if (json) session.print(JSON.stringify({ exercises: exercises.length, proofs, failed: failed.length }, null, 2));
  else {
    if (stale.length < exercises.length) session.print(terminal.color.dim(`${exercises.length - stale.length} unchanged since they were last proved`));
    session.print(`${counted(exercises.length, 'exercise')}, ${counted(proofs.length, 'proof')}, ${failed.length} failed`);
  }
  return failed.length === 0 ? exitCode.pass : exitCode.fail;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function report({ terminal: { color, symbols }, print }: Session, exercise: Exercise, proofs: readonly Proof[]): void {
  const failed = proofs.filter(({ ok }) => !ok);
  const mark = failed.length === 0 ? color.green(symbols.pass) : color.red(symbols.fail);
  print(`${mark} ${commandId(exercise).padEnd(8)} ${exercise.name.slice(3).padEnd(28)} ${counted(proofs.length, 'proof')}${failed.length === 0 ? '' : `, ${failed.length} failed`}`);
  for (const { name, detail } of failed) print(`    ${name}: ${color.yellow(detail ?? 'it does not hold')}`);
}

/** One run of the compiler over all stubs, checks and solutions. */
async function typeProblems(session: Session, exercises: readonly Exercise[]): Promise<TypeProblem[]> {
  const files = exercises.flatMap((e) => [e.file, e.check, e.solution]).filter((file) => existsSync(file));
  return checkTypes(session.track, files);
}

/** Hash of everything that the proofs of an exercise depend on. */
async function contentKey(bundler: Bundler, exercise: Exercise, machine: string): Promise<string> {
  const hash = createHash('sha256').update(machine);
  for (const file of [exercise.json, exercise.file, exercise.check, exercise.solution, ...wrongAttempts(exercise)]) {
    hash.update(`\0${path.basename(file)}\0`);
    if (!existsSync(file)) continue;
    hash.update(readFileSync(file));
    if (!file.endsWith('.ts')) continue;
    try {
      // What the file imports by relative path; files of node_modules are part of `machine`.
      for (const input of (await bundler.bundle(file)).inputs) if (input !== file) hash.update(readFileSync(input));
    } catch (error) {
      if (!(error instanceof BuildFailed)) throw error; // the proofs say that it does not build
    }
  }
  return hash.digest('hex');
}

/** The engine and the grader as they are built, and the version of Node. */
function machineStamp(): string {
  const hash = createHash('sha256').update(process.version);
  const stampOf = (directory: string): void => {
    for (const name of readdirSync(directory).sort()) {
      const file = path.join(directory, name);
      if (statSync(file).isFile() && /\.(js|wasm)$/.test(name)) hash.update(name).update(readFileSync(file));
    }
  };
  stampOf(path.dirname(fileURLToPath(import.meta.url)));
  try {
    stampOf(path.dirname(createRequire(import.meta.url).resolve('@track/engine')));
  } catch (error) {
    if (!/MODULE_NOT_FOUND|ENOENT/.test(String((error as NodeJS.ErrnoException).code))) throw error; // an engine that is not built has no content
  }
  return hash.digest('hex');
}

/** Proofs by exercise and content; only complete ones are kept. */
class ProofCache {
  readonly #file: string;
  readonly #entries: Record<string, { key: string; proofs: Proof[] }>;

  constructor(state: string, entries: Record<string, { key: string; proofs: Proof[] }>) {
    this.#file = path.join(state, 'proofs.json');
    this.#entries = entries;
  }

  static load(state: string): ProofCache {
    try {
      return new ProofCache(state, JSON.parse(readFileSync(path.join(state, 'proofs.json'), 'utf8')) as Record<string, { key: string; proofs: Proof[] }>);
    } catch {
      return new ProofCache(state, {}); // nothing was proved yet; it is only a cache
    }
  }

  get(id: string, key: string): Proof[] | undefined {
    const entry = this.#entries[id];
    return entry?.key === key ? entry.proofs : undefined;
  }

  set(id: string, key: string, proofs: Proof[]): void {
    if (proofs.every(({ ok }) => ok)) this.#entries[id] = { key, proofs };
    else delete this.#entries[id];
  }

  save(): void {
    writeAtomically(this.#file, JSON.stringify(this.#entries));
  }
}
