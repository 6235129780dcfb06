/** The learner's progress survives two commands at once, a kill, and a file that was spoiled. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ProgressFile } from '../src/progress.ts';
import { fixtureTrack } from './track.ts';

vi.setConfig({ testTimeout: 180_000 });

function stateDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'progress-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const silent = (message: string): void => { throw new Error(`unexpected: ${message}`); };

test('a corrupt file is kept aside with a message, and work goes on', async () => {
  const track = fixtureTrack();
  mkdirSync(path.join(track.root, '.track'));
  track.write('.track/progress.json', '{ "version": 1, "exercises": { "01/01": { "state": "pas');
  track.solve('01_basics/01_double');
  const { code, err } = await track.run(['check', '01/01']);
  expect(code).toBe(0);
  expect(err).toMatch(/could not be read; it is kept as progress\.corrupt-/);
  const aside = readdirSync(path.join(track.root, '.track')).find((name) => name.startsWith('progress.corrupt-'))!;
  expect(track.read(`.track/${aside}`)).toContain('"pas');
  expect(JSON.parse(track.read('.track/progress.json'))).toMatchObject({ version: 1, exercises: { '01/01': { state: 'passed' } } });
});

test('a file with a field of the wrong kind counts as corrupt', () => {
  const state = stateDirectory();
  writeFileSync(path.join(state, 'progress.json'), JSON.stringify({ version: 1, exercises: { '01/01': { state: 'done', attempts: 1, hints: 0 } } }));
  const messages: string[] = [];
  expect(new ProgressFile(state, (m) => messages.push(m)).read().exercises).toEqual({});
  expect(messages).toHaveLength(1);
});

test('writers in several processes lose no update', async () => {
  const state = stateDirectory();
  const module = path.resolve(import.meta.dirname, '../src/progress.ts');
  const script = `
    const { ProgressFile } = await import(${JSON.stringify(module)});
    const file = new ProgressFile(${JSON.stringify(state)}, (m) => { throw new Error(m); });
    for (let i = 0; i < 40; i++) file.update('01/01', (e) => ({ ...e, attempts: e.attempts + 1 }));
  `;
  const writer = (): Promise<number | null> => new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { cwd: import.meta.dirname, stdio: 'inherit' });
    child.on('close', resolve);
  });
  expect(await Promise.all([writer(), writer(), writer()])).toEqual([0, 0, 0]);
  expect(new ProgressFile(state, silent).entry('01/01').attempts).toBe(120);
});

test('kill -9 at any moment leaves a file that can be read', async () => {
  const state = stateDirectory();
  const module = path.resolve(import.meta.dirname, '../src/progress.ts');
  const script = `
    const { ProgressFile } = await import(${JSON.stringify(module)});
    const file = new ProgressFile(${JSON.stringify(state)}, (m) => { throw new Error(m); });
    const count = () => file.update('01/01', (e) => ({ ...e, attempts: e.attempts + 1 }));
    count();
    console.log('ready');
    for (;;) count();
  `;
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { cwd: import.meta.dirname });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, 20 + 17 * round));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const before = new ProgressFile(state, silent).entry('01/01').attempts;
    expect(before).toBeGreaterThan(0);
    expect(new ProgressFile(state, silent).update('01/01', (e) => ({ ...e, attempts: e.attempts + 1 })).attempts).toBe(before + 1);
  }
});

test('a lock that a killed process left behind is taken over', () => {
  const state = stateDirectory();
  const lock = path.join(state, 'progress.lock');
  writeFileSync(lock, '');
  const long = new Date(Date.now() - 60_000);
  utimesSync(lock, long, long);
  new ProgressFile(state, silent).update('01/01', (e) => ({ ...e, hints: 1 }));
  expect(JSON.parse(readFileSync(path.join(state, 'progress.json'), 'utf8'))).toMatchObject({ exercises: { '01/01': { hints: 1 } } });
});

/** Processes of attempts that work in this directory. */
function attemptsIn(root: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(root) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('child.js');
    } catch {
      return false; // it ended meanwhile, or is not ours
    }
  });
}

test.skipIf(process.platform !== 'linux')('a run that is killed leaves the state as it was, and the next one works', async () => {
  const track = fixtureTrack();
  track.solve('01_basics/01_double');
  await track.run(['check', '01/01']);
  const before = track.read('.track/progress.json');
  track.write('challenges/01_basics/01_double.ts', 'for (;;);');
  const child = track.start(['check', '01/01']);
  await vi.waitFor(() => expect(attemptsIn(track.root)).toHaveLength(1), { timeout: 60_000, interval: 50 });
  await new Promise((resolve) => setTimeout(resolve, 400));
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('close', resolve));
  expect(track.read('.track/progress.json')).toBe(before);
  // The process of the attempt does not outlive the command for long.
  await vi.waitFor(() => expect(attemptsIn(track.root)).toEqual([]), { timeout: 60_000, interval: 200 });
  track.solve('01_basics/01_double');
  expect((await track.run(['check', '01/01'])).code).toBe(0);
});
