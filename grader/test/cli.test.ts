/** The command line: ids, hints, the solution's lock, reset and restore, metadata, and how it fails. */
import { cpSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { bin, fixtureTrack } from './track.ts';

vi.setConfig({ testTimeout: 180_000 });

test('an unknown id suggests the nearest', async () => {
  const { code, err } = await fixtureTrack().run(['check', 'duoble']);
  expect(err).toMatch(/There is no exercise duoble\.[\s\S]*01\/01 {2}double/);
  expect(code).toBe(2);
});

test('an ambiguous id lists what it may mean', async () => {
  const { code, err } = await fixtureTrack().run(['check', 'oub']);
  expect(err).toMatch(/several exercises:[\s\S]*01\/01 {2}double[\s\S]*02\/01 {2}doubling_loop/);
  expect(code).toBe(2);
});

test('unknown chapters, exercises, commands and flags are wrong usage', async () => {
  const track = fixtureTrack();
  expect(await track.run(['check', '77'])).toMatchObject({ code: 2, err: expect.stringContaining('There is no chapter 77') as string });
  expect(await track.run(['check', '01/09'])).toMatchObject({ code: 2, err: expect.stringContaining('01/01  double') as string });
  expect(await track.run(['chekc'])).toMatchObject({ code: 2, err: 'There is no command chekc; track --help lists them.\nDid you mean\n  track check\n' });
  expect(await track.run(['03/01'])).toMatchObject({ code: 2, err: expect.stringContaining('  track check 03/01') as string });
  expect(await track.run(['check', ''])).toMatchObject({ code: 2, err: 'The id is empty; track list shows the exercises.\n' });
  expect((await track.run(['check', '--sede', '3'])).code).toBe(2);
  expect((await track.run(['check', '01/01', '--seed', 'x'])).code).toBe(2);
  expect(await track.run(['check', '01/01', '--claim', '9'])).toMatchObject({ code: 2, err: '01/01 has claims 1 to 4.\n' });
  expect((await track.run(['list'], { cwd: path.parse(track.root).root })).err).toContain('not a track');
});

test.each(['01/01', '1/1', '01.1', 'double.ts', 'challenges/01_basics/01_double.ts', '01_double', 'DOUBLE'])('the id %s names one exercise', async (id) => {
  const { out, code } = await fixtureTrack().run(['list', id === 'double.ts' ? 'challenges/01_basics/01_double' : id, '--json']);
  expect(code).toBe(0);
  expect((JSON.parse(out) as { id: string }[]).map((e) => e.id)).toEqual(['01/01']);
});

test.each(['bugs/01', '04/01', '04.1', 'square', 'bugs/01_square.ts'])('the id %s names the bug', async (id) => {
  const { out } = await fixtureTrack().run(['list', id, '--json']);
  expect((JSON.parse(out) as { id: string }[]).map((e) => e.id)).toEqual(['04/01']);
});

test('a track without exercises says so', async () => {
  const track = fixtureTrack();
  for (const folder of ['challenges/01_basics', 'challenges/02_training', 'bugs']) rmSync(path.join(track.root, folder), { recursive: true });
  for (const command of ['check', 'watch', 'hint']) expect(await track.run([command])).toMatchObject({ code: 2, err: 'This track has no exercises yet.\n' });
  expect((await track.run(['status'])).code).toBe(0);
});

test('a path works from any directory of the track', async () => {
  const track = fixtureTrack();
  const { out } = await track.run(['list', '01_double.ts', '--json'], { cwd: path.join(track.root, 'challenges/01_basics') });
  expect((JSON.parse(out) as { id: string }[]).map((e) => e.id)).toEqual(['01/01']);
});

test('a chapter is a line an exercise, and the card of the first that is open', async () => {
  const track = fixtureTrack();
  track.solve('bugs/01_square');
  const passed = await track.run(['check', '04']);
  expect(passed.out).toMatch(/✓ bugs\/01 +square +3 of 3/);
  expect(passed.code).toBe(0);
  track.solve('bugs/01_square', 'drops_last');
  const failed = await track.run(['check', 'bugs']);
  expect(failed.out).toMatch(/✗ bugs\/01[\s\S]*\n\n✗ 04\/01 square/);
  expect(failed.code).toBe(1);
});

test('next, list and status tell where one is', async () => {
  const track = fixtureTrack();
  const next = await track.run(['next']);
  expect(next.out).toMatch(/01\/01 Double a list[\s\S]*gives back a new list[\s\S]*challenges\/01_basics\/01_double\.ts[\s\S]*track check 01\/01/);
  expect(next.out).not.toContain('throw todo');
  track.solve('01_basics/01_double');
  await track.run(['check', '01']);
  expect((await track.run(['next', '--json'])).out).toContain('"id": "02/01"');
  expect((await track.run(['list'])).out).toMatch(/✓ 01\/01 +Double a list +B +5 min/);
  expect((await track.run(['status'])).out).toMatch(/01_basics +█+ 100% {2}1 of 1[\s\S]*1 of 3 exercises pass; next is 02\/01/);
});

test('the heading of a file does not repeat that of the command', async () => {
  const track = fixtureTrack();
  const file = 'challenges/01_basics/01_double.ts';
  track.write(file, track.read(file).replace(' * Learning goal', ' * 01.1 · Double a list\n *\n * Learning goal'));
  const { out } = await track.run(['next']);
  expect(out).toMatch(/^01\/01 Double a list\nbeginner, about 5 min, lists\n\n {2}Learning goal/);
});

test.each([['check', '01/01'], ['list'], ['hint', '01/01'], ['watch']])('track %s with a state folder that cannot be written says so', async (...args) => {
  const track = fixtureTrack();
  track.write('.track', 'a file where the folder should be'); // the permissions of a folder would not stop root
  const { code, err } = await track.run(args);
  expect(err).toMatch(/^The file system refuses: (ENOTDIR|EEXIST)[\s\S]*make that folder writable/);
  expect(code).toBe(4);
});

test('hints come one a call and are remembered', async () => {
  const track = fixtureTrack();
  expect((await track.run(['hint', '01/01'])).out).toMatch(/hint 1 of 3[\s\S]*A new list/);
  expect((await track.run(['hint', '01/01'])).out).toMatch(/hint 2 of 3[\s\S]*prototype\.map/);
  expect((await track.run(['hint', '01/01'])).out).toMatch(/hint 3 of 3/);
  expect((await track.run(['hint', '01/01'])).out).toMatch(/hint 3 of 3/);
  expect((await track.run(['hint', '01/01', '--level', '1'])).out).toMatch(/hint 1 of 3/);
  expect((await track.run(['hint', '01/01', '--level', '4'])).code).toBe(2);
});

test('the solution opens after an attempt, or by --show', async () => {
  const track = fixtureTrack();
  const locked = await track.run(['solution', '01/01']);
  expect(locked).toMatchObject({ code: 2, out: '' });
  expect(locked.err).toContain('opens after your first attempt');
  expect((await track.run(['solution', '01/01', '--show'])).out).toContain('return 2 * n;');
  track.solve('01_basics/01_double', 'squares');
  await track.run(['check', '01/01']);
  expect((await track.run(['solution', '01/01'])).out).toContain('return 2 * n;');
  expect((await track.run(['diff', '01/01'])).out).toMatch(/- {3}return n \* n;\n\+ {3}return 2 \* n;/);
});

test('reset puts the stub back and keeps a backup; restore brings it back', async () => {
  const track = fixtureTrack();
  const file = 'challenges/01_basics/01_double.ts';
  const stub = track.read(file);
  await track.run(['check', '01/01']);
  track.solve('01_basics/01_double');
  const mine = track.read(file);
  expect((await track.run(['check', '01/01'])).code).toBe(0);
  expect((await track.run(['reset', '01/01'])).out).toMatch(/\.track\/backups\/01-01\/.*\.ts/);
  expect(track.read(file)).toBe(stub);
  expect((await track.run(['next', '--json'])).out).toContain('"id": "01/01"');
  await track.run(['restore', '01/01']);
  expect(track.read(file)).toBe(mine);
  expect((await track.run(['restore', '01/01', '--list'])).out.trim().split('\n')).toHaveLength(2);
  rmSync(path.join(track.root, file));
  await track.run(['reset', '01/01']);
  expect(track.read(file)).toBe(stub);
});

test('broken metadata names file and field, and spoils only its own exercise', async () => {
  const track = fixtureTrack();
  const json = 'challenges/01_basics/01_double.json';
  track.write(json, track.read(json).replace('"B"', '"beginner"').replace('"minutes": 5', '"minutes": -5'));
  const { code, err } = await track.run(['check', '01/01']);
  expect(err).toMatch(/challenges\/01_basics\/01_double\.json is not valid:[\s\S]*level:[\s\S]*minutes:/);
  expect(code).toBe(4);
  const list = await track.run(['list']);
  expect(list.code).toBe(0);
  expect(list.out).toMatch(/01\/01 +challenges\/01_basics\/01_double\.json is not valid[\s\S]*02\/01 +A loop/);
  track.write(json, '{ "title": ');
  expect((await track.run(['check', '01/01'])).err).toContain('is not JSON');
  track.write(json, JSON.stringify({ ...JSON.parse(fixtureTrack().read(json)) as object, hints: ['one'] }));
  expect((await track.run(['check', '01/01'])).err).toMatch(/hints: exactly three hints/);
});

test('a check that does not work is the fault of the track', async () => {
  const track = fixtureTrack();
  track.write('challenges/01_basics/01_double.check.ts', 'export default 3;');
  expect(await track.run(['check', '01/01'])).toMatchObject({ code: 4, err: expect.stringMatching(/not your file[\s\S]*01_double\.check\.ts does not work/) as string });
  track.write('challenges/01_basics/01_double.check.ts', 'export default (');
  expect(await track.run(['check', '01/01'])).toMatchObject({ code: 4, err: expect.stringMatching(/01_double\.check\.ts:1/) as string });
});

test('a Node that is too old is told so', async () => {
  const track = fixtureTrack();
  track.write('old.cjs', "Object.defineProperty(process.versions, 'node', { value: '18.20.1' });");
  const { code, err } = await track.run(['list'], { node: ['--require', path.join(track.root, 'old.cjs')] });
  expect(err).toBe('track needs Node 20.11 or newer; this is Node 18.20.1.\n');
  expect(code).toBe(2);
});

test('a command that is not built says how to build it', async () => {
  const track = fixtureTrack();
  cpSync(path.dirname(bin), path.join(track.root, 'bin'), { recursive: true });
  const { spawnSync } = await import('node:child_process');
  const result = spawnSync(process.execPath, [path.join(track.root, 'bin/track.js')], { encoding: 'utf8' });
  expect(result.stderr).toContain('npm run build');
  expect(result.status).toBe(4);
});

test('the linked command works from the package directory that npm makes', async () => {
  const track = fixtureTrack();
  symlinkSync(bin, path.join(track.root, 'linked'));
  const { spawnSync } = await import('node:child_process');
  expect(spawnSync(path.join(track.root, 'linked'), ['list'], { cwd: track.root, encoding: 'utf8' }).stdout).toContain('Double a list');
});

test.each(['watch', 'next', 'check', 'list', 'status', 'hint', 'solution', 'diff', 'reset', 'restore', 'doctor'])('%s --help shows examples', async (command) => {
  const { out, code } = await fixtureTrack().run([command, '--help']);
  expect(out).toMatch(/Examples:\n {2}track /);
  expect(code).toBe(0);
});

test('plain output has no colour and only ASCII; a terminal is not needed for either', async () => {
  const track = fixtureTrack();
  track.solve('01_basics/01_double', 'squares');
  const plain = await track.run(['check', '01/01', '--plain'], { env: { FORCE_COLOR: '1' } });
  // eslint-disable-next-line no-control-regex
  expect(plain.out.replace(/your file printed[\s\S]*/, '')).toMatch(/^[\x0a\x20-\x7e]*$/);
  const colored = await track.run(['check', '01/01'], { env: { FORCE_COLOR: '1' } });
  expect(colored.out).toContain('\u001b[');
  const none = await track.run(['check', '01/01'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
  expect(none.out).not.toContain('\u001b[');
  expect(none.out.split('\n').every((line) => line.length <= 80)).toBe(true);
});

test('--json has a stable shape', async () => {
  const track = fixtureTrack();
  track.solve('01_basics/01_double', 'squares');
  const verdict = JSON.parse((await track.run(['check', '01/01', '--json', '--seed', '5'])).out) as { claims: { ms: number }[]; ms: number };
  for (const timed of [verdict, ...verdict.claims]) timed.ms = 0;
  await expect(JSON.stringify(verdict, null, 2).replaceAll(track.root, '<root>')).toMatchFileSnapshot('golden/verdict.json');
});

test('the card of a failure looks as it always did', async () => {
  const track = fixtureTrack();
  track.solve('01_basics/01_double', 'squares');
  const { out } = await track.run(['check', '01/01', '--seed', '5']);
  await expect(out).toMatchFileSnapshot('golden/failed.txt');
});
