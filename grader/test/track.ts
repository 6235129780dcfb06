/** Fixture tracks for tests: copies in a temporary directory, on which the real command runs. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

const here = import.meta.dirname;
export const bin = path.resolve(here, '../bin/track.js');
const modules = path.resolve(here, '../../node_modules');

export interface Result { code: number | null; out: string; err: string; ms: number }

export interface FixtureTrack {
  root: string;
  run(args: string[], options?: { node?: string[]; env?: Record<string, string>; cwd?: string }): Promise<Result>;
  start(args: string[], env?: Record<string, string>): ChildProcess;
  write(file: string, text: string): void;
  read(file: string): string;
  has(file: string): boolean;
  /** Lays another fixture over the track. */
  add(fixture: string): void;
  /** Puts the solution, or a wrong attempt of that name, in the learner's place. */
  solve(exercise: string, wrong?: string): void;
}

/** A copy of fixtures/track, removed when the test ends; concurrent tests pass their own context's `onTestFinished`. */
export function fixtureTrack(atEnd: typeof onTestFinished = onTestFinished): FixtureTrack {
  const root = mkdtempSync(path.join(tmpdir(), 'track-'));
  cpSync(path.join(here, 'fixtures/track'), root, { recursive: true });
  symlinkSync(modules, path.join(root, 'node_modules'));
  atEnd(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));
  const at = (file: string): string => path.join(root, file);
  const start = (args: string[], env: Record<string, string> = {}, node: string[] = [], cwd = root): ChildProcess => {
    const { FORCE_COLOR: _, NO_COLOR: __, ...inherited } = process.env;
    return spawn(process.execPath, [...node, bin, ...args], { cwd, env: { ...inherited, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  };
  return {
    root,
    start: (args, env) => start(args, env),
    run: (args, { node, env, cwd } = {}) => new Promise((resolve) => {
      const begun = performance.now();
      const child = start(args, env, node, cwd);
      let out = '';
      let err = '';
      child.stdout!.setEncoding('utf8').on('data', (text: string) => { out += text; });
      child.stderr!.setEncoding('utf8').on('data', (text: string) => { err += text; });
      child.stdin!.end();
      child.on('close', (code) => resolve({ code, out, err, ms: performance.now() - begun }));
    }),
    write: (file, text) => writeFileSync(at(file), text),
    read: (file) => readFileSync(at(file), 'utf8'),
    has: (file) => existsSync(at(file)),
    add: (fixture) => cpSync(path.join(here, 'fixtures', fixture), root, { recursive: true }),
    solve(exercise, wrong) {
      const learner = exercise.startsWith('bugs/') ? exercise : `challenges/${exercise}`;
      const from = wrong === undefined ? `solutions/${exercise}.ts` : `solutions/${exercise}.wrong/${wrong}.ts`;
      writeFileSync(at(`${learner}.ts`), readFileSync(at(from)));
    },
  };
}
