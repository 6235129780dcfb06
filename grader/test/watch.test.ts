/** Watch mode as people use it: the real command, saves while it runs, keys at any time. */
import { EventEmitter } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FSWatcher } from 'chokidar';
import { expect, onTestFinished, test, vi } from 'vitest';
import { watchFiles } from '../src/watch/files.ts';
import { fixtureTrack, type FixtureTrack } from './track.ts';

vi.setConfig({ testTimeout: 180_000 });

const file = 'challenges/01_basics/01_double.ts';

interface Watching {
  /** Waits until the text appears after what was seen before. */
  sees(pattern: RegExp): Promise<string>;
  press(keys: string): void;
  closed: Promise<number | null>;
  all(): string;
}

function watching(track: FixtureTrack, args = ['watch', '01/01']): Watching {
  const child = track.start(args);
  onTestFinished(() => { child.kill('SIGKILL'); });
  let text = '';
  let seen = 0;
  for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
  return {
    sees: (pattern) => vi.waitFor(() => {
      const match = pattern.exec(text.slice(seen));
      if (match === null) throw new Error(`${pattern} does not appear in:\n${text.slice(seen)}`);
      seen += match.index + match[0].length;
      return match[0];
    }, { timeout: 60_000, interval: 20 }),
    press: (keys) => void child.stdin!.write(keys),
    closed: new Promise((resolve) => child.once('close', resolve)),
    all: () => text,
  };
}

test('a save gives a verdict, and then the types; passing does not jump ahead', async () => {
  const track = fixtureTrack();
  const watch = watching(track, []);
  await watch.sees(/NOT ATTEMPTED[\s\S]*types +✓/);
  track.solve('01_basics/01_double', 'squares');
  await watch.sees(/FAILED {2}3 of 4 claims hold[\s\S]*types +✓/);
  track.solve('01_basics/01_double');
  await watch.sees(/PASSED {2}4 of 4[\s\S]*types +✓/);
  track.write(file, `${track.read(file)}\nconst s: string = 3;\n`);
  await watch.sees(/PASSED {2}4 of 4[\s\S]*types +1 problem[\s\S]*01_double\.ts:11:7[\s\S]*TS2322/);
  expect(watch.all()).not.toContain('02/01 A loop');
  watch.press('n');
  await watch.sees(/02\/01 A loop that reports/);
  watch.press('q');
  expect(await watch.closed).toBe(0);
});

test('a save during a run cancels it: only the last text is judged', async () => {
  const track = fixtureTrack();
  const json = 'challenges/01_basics/01_double.json';
  track.write(json, track.read(json).replace('"timeLimit": 30', '"timeLimit": 600'));
  const watch = watching(track);
  await watch.sees(/types +✓/);
  track.write(file, 'export function double() { for (;;); }');
  await new Promise((resolve) => setTimeout(resolve, 400));
  track.solve('01_basics/01_double', 'in_place');
  await new Promise((resolve) => setTimeout(resolve, 5));
  track.solve('01_basics/01_double');
  await watch.sees(/PASSED/);
  expect(watch.all()).not.toContain('TIMEOUT');
  watch.press('q');
  expect(await watch.closed).toBe(0);
});

test('keys work while an attempt hangs', async () => {
  const track = fixtureTrack();
  const json = 'challenges/01_basics/01_double.json';
  track.write(json, track.read(json).replace('"timeLimit": 30', '"timeLimit": 600'));
  track.write(file, 'for (;;);');
  const watch = watching(track);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  watch.press('?');
  await watch.sees(/n {2}next exercise/);
  watch.press('h');
  await watch.sees(/hint 1 of 3/);
  watch.press('l');
  await watch.sees(/> . 01\/01/);
  watch.press('q');
  expect(await watch.closed).toBe(0);
});

test('keys: claim source, solution, diff, reset, previous', async () => {
  const track = fixtureTrack();
  const stub = track.read(file);
  const watch = watching(track);
  await watch.sees(/types +✓/);
  watch.press('s');
  await watch.sees(/opens after your first attempt/);
  track.solve('01_basics/01_double', 'squares');
  await watch.sees(/types +✓/);
  watch.press('t');
  await watch.sees(/01_double\.check\.ts:8[\s\S]*claim\('double is twice its argument'[\s\S]*\}\);/);
  watch.press('d');
  await watch.sees(/- {3}return n \* n;/);
  watch.press('s');
  await watch.sees(/return 2 \* n;/);
  watch.press('x');
  await watch.sees(/Press x again/);
  watch.press('x');
  await watch.sees(/is as it was shipped/);
  await watch.sees(/NOT ATTEMPTED/);
  expect(track.read(file)).toBe(stub);
  watch.press('n');
  await watch.sees(/02\/01 A loop/);
  watch.press('p');
  await watch.sees(/01\/01 Double/);
  watch.press('q');
  expect(await watch.closed).toBe(0);
});

test('saving another exercise goes there', async () => {
  const track = fixtureTrack();
  const watch = watching(track);
  await watch.sees(/types +✓/);
  track.solve('bugs/01_square');
  await watch.sees(/04\/01 square +PASSED/);
  watch.press('q');
  await watch.closed;
});

test('an attempt that does not build, then one that does', async () => {
  const track = fixtureTrack();
  const watch = watching(track);
  await watch.sees(/types +✓/);
  track.write(file, 'export function double(n {');
  await watch.sees(/SYNTAX/);
  track.solve('01_basics/01_double');
  await watch.sees(/PASSED/);
  watch.press('q');
  expect(await watch.closed).toBe(0);
});

test('a file system without events is polled, with a note', async () => {
  const state = mkdtempSync(path.join(tmpdir(), 'watch-'));
  onTestFinished(() => rmSync(state, { recursive: true, force: true }));
  const notes: string[] = [];
  const changes: string[] = [];
  let poller: EventEmitter | undefined;
  const silent = (polling: boolean): FSWatcher => {
    const emitter = Object.assign(new EventEmitter(), { close: () => Promise.resolve() });
    if (polling) poller = emitter;
    setImmediate(() => emitter.emit('ready'));
    return emitter as unknown as FSWatcher;
  };
  const watch = await watchFiles({
    directories: [state], state, onChange: (changed) => changes.push(changed), onNote: (note) => notes.push(note),
    open: (_, polling) => silent(polling),
  });
  await vi.waitFor(() => expect(notes).toEqual([expect.stringContaining('polling')]), { timeout: 30_000 });
  await vi.waitFor(() => expect(poller).toBeDefined(), { timeout: 30_000 });
  poller!.emit('change', path.join(state, 'a.ts'));
  expect(changes).toEqual([path.join(state, 'a.ts')]);
  await watch.close();
});

test('a real file system needs no polling', async () => {
  const state = mkdtempSync(path.join(tmpdir(), 'watch-'));
  onTestFinished(() => rmSync(state, { recursive: true, force: true }));
  const notes: string[] = [];
  const changes: string[] = [];
  const watch = await watchFiles({ directories: [state], state: path.join(state, '.track'), onChange: (c) => changes.push(c), onNote: (n) => notes.push(n), patience: 120_000 });
  writeFileSync(path.join(state, 'a.ts'), 'x');
  await vi.waitFor(() => expect(changes).toContain(path.join(state, 'a.ts')), { timeout: 60_000 });
  // The event of the probe has come, or its file would still be there.
  await vi.waitFor(() => expect(readdirSync(path.join(state, '.track/probe'))).toEqual([]), { timeout: 60_000 });
  expect(notes).toEqual([]);
  await watch.close();
});
