/** Attempts of every kind, each with the verdict that names what happened; the real command on a fixture track. */
import { describe, expect, test, vi } from 'vitest';
import type { Verdict } from '../src/verdict.ts';
import { firstOpen, mainFailure } from '../src/verdict.ts';
import { fixtureTrack } from './track.ts';

const file = 'challenges/01_basics/01_double.ts';
const json = 'challenges/01_basics/01_double.json';
const doubleAll = 'export const doubleAll = (numbers: readonly number[]) => numbers.map((n) => 2 * n);';
const double = 'export const double = (n: number) => 2 * n;';

interface Case { name: string; attempt: string; class: string; says: RegExp; code?: number; claim?: number; diagnosis?: RegExp; seconds?: number; memory?: number }

const cases: Case[] = [
  { name: 'a value that differs', attempt: `export const double = (n: number) => n + 1;\n${doubleAll}`, class: 'VALUE', says: /double\(n\) is not what/, claim: 2 },
  { name: 'a known mistake', attempt: `export const double = (n: number) => n * n;\n${doubleAll}`, class: 'VALUE', says: /double/, claim: 2, diagnosis: /square the number/ },
  { name: 'a wrong type', attempt: `export const double = (n: number) => String(n);\n${doubleAll}`, class: 'TYPE', says: /double\(3\) is not a number/, claim: 1 },
  { name: 'a wrong length', attempt: `${double}\nexport const doubleAll = (n: number[]) => n.slice(1);`, class: 'SHAPE', says: /has shape/, claim: 3 },
  { name: 'an exception', attempt: `export function double(n: number): number {\n  throw new RangeError('too hot');\n}\n${doubleAll}`, class: 'THREW', says: /RangeError: too hot/, claim: 1 },
  { name: 'a thrown string', attempt: `export const double = () => { throw 'no'; };\n${doubleAll}`, class: 'THREW', says: /threw 'no', which is not an Error/, claim: 1 },
  { name: 'thrown undefined', attempt: `export const double = () => { throw undefined; };\n${doubleAll}`, class: 'THREW', says: /threw undefined/, claim: 1 },
  { name: 'an exception while it loads', attempt: `throw new Error('at once');`, class: 'THREW', says: /while it loads.*at once/ },
  { name: 'an endless loop', attempt: `export function double() { for (;;); }\n${doubleAll}`, class: 'TIMEOUT', says: /longer than 3 s/, seconds: 3, code: 3, claim: 1 },
  { name: 'an endless loop while it loads', attempt: 'for (;;);', class: 'TIMEOUT', says: /longer than 1 s/, seconds: 1, code: 3 },
  { name: 'endless timers', attempt: `export const double = () => new Promise(() => setInterval(() => 0, 5));\n${doubleAll}`, class: 'TYPE', says: /not a number/, claim: 1 },
  { name: 'a promise that never settles', attempt: `let k = 0;\nexport const double = (n: number) => k++ === 0 ? 2 * n : new Promise(() => undefined);\n${doubleAll}`, class: 'TIMEOUT', says: /never settles/, code: 3, claim: 2 },
  { name: 'process.exit(0)', attempt: `export const double = () => process.exit(0);\n${doubleAll}`, class: 'EXIT', says: /process\.exit\(0\)/, claim: 1 },
  { name: 'process.exit(0) that is caught', attempt: `export const double = (n: number) => { try { process.exit(0); } catch { return 2 * n; } };\n${doubleAll}`, class: 'EXIT', says: /process\.exit\(0\)/, claim: 1 },
  { name: 'process.exit(0) while it loads', attempt: 'process.exit(0);', class: 'EXIT', says: /process\.exit\(0\)/ },
  { name: 'a signal to itself', attempt: `export const double = () => process.kill(process.pid, 'SIGKILL');\n${doubleAll}`, class: 'EXIT', says: /signal SIGKILL/, claim: 1 },
  { name: 'an unhandled rejection', attempt: `export const double = (n: number) => { Promise.reject(new Error('lost')); return 2 * n; };\n${doubleAll}`, class: 'THREW', says: /nobody waited for it.*lost/, claim: 1 },
  { name: 'a flood of output', attempt: `export const double = () => { for (;;) console.log('x'.repeat(1000)); };\n${doubleAll}`, class: 'OUTPUT', says: /printed more than/, claim: 1 },
  { name: 'a list that grows without end', attempt: `export const double = () => { const all: unknown[] = []; for (;;) all.push(new Float64Array(4e6).fill(1)); };\n${doubleAll}`, class: 'MEMORY', says: /memory/, claim: 1, memory: 400 },
  { name: 'endless recursion', attempt: `export const double = (n: number): number => 1 + double(n);\n${doubleAll}`, class: 'THREW', says: /call stack is full/, claim: 1 },
  { name: 'a syntax error', attempt: 'export function double(n {\n', class: 'SYNTAX', says: /Expected/ },
  { name: 'an import that does not exist', attempt: `import { x } from './nowhere.ts';\nexport const double = x;`, class: 'SYNTAX', says: /Could not resolve/ },
  { name: 'a package that does not exist', attempt: `import x from 'no-such-package';\nexport const double = x;`, class: 'THREW', says: /no-such-package/ },
  { name: 'a missing export', attempt: `export const duoble = (n: number) => 2 * n;\n${doubleAll}`, class: 'TYPE', says: /does not export double/, claim: 1, diagnosis: /duoble/ },
  { name: 'an empty file', attempt: '', class: 'TYPE', says: /does not export double/, claim: 1 },
  { name: 'an import of the solution', attempt: `export * from '../../solutions/01_basics/01_double.ts';`, class: 'SYNTAX', says: /imports the solution/ },
  { name: 'an import of the check', attempt: `import './01_double.check.ts';\n${double}`, class: 'SYNTAX', says: /imports a check/ },
  { name: 'a changed built-in', attempt: `Array.prototype.map = function () { return []; };\n${double}\n${doubleAll}`, class: 'TAMPERED', says: /Array\.prototype\.map/ },
  { name: 'a deleted global', attempt: `${double}\n${doubleAll}\ndelete (globalThis as { Map?: unknown }).Map;`, class: 'TAMPERED', says: /Map/ },
  { name: 'a built-in changed in a call', attempt: `export const double = (n: number) => { Object.is = () => true; return 7; };\n${doubleAll}`, class: 'TAMPERED', says: /Object\.is/, claim: 1 },
  {
    name: 'a built-in changed for a moment', class: 'TAMPERED', says: /Object\.is/, claim: 1,
    attempt: `const { is } = Object;\nexport const double = () => { Object.is = () => { Object.is = is; return true; }; return 7; };\n${doubleAll}`,
  },
  { name: 'an import of what unblocks operators', attempt: `import { unblocked } from '@track/engine/testing';\nexport const double = unblocked;`, class: 'SYNTAX', says: /is for checks/ },
  {
    name: 'a forged report', class: 'TAMPERED', says: /verdict of its own/,
    attempt: `export const double = (n: number) => { process.send!({ type: 'report', report: '{"claims":[],"drawings":[]}', signature: '00' }); return 1; };\n${doubleAll}`,
  },
];

vi.setConfig({ testTimeout: 180_000 });

describe('an attempt with', () => {
  test.concurrent.for(cases)('$name', async ({ attempt, class: expected, says, code = 1, claim, diagnosis, seconds = 60, memory = 3072 }, { onTestFinished }) => {
    const track = fixtureTrack(onTestFinished);
    track.write(json, track.read(json).replace('"timeLimit": 30', `"timeLimit": ${seconds}, "memoryLimit": ${memory}`));
    track.write(file, attempt);
    const result = await track.run(['check', '01/01', '--json']);
    const verdict = JSON.parse(result.out) as Verdict;
    const failure = mainFailure(verdict);
    expect(failure, JSON.stringify(verdict, null, 1)).toMatchObject({ class: expected, says: expect.stringMatching(says) as string });
    expect(result.code).toBe(code);
    if (claim !== undefined) expect(verdict.claims.indexOf(firstOpen(verdict)!)).toBe(claim - 1);
    if (diagnosis !== undefined) expect(failure!.diagnosis).toMatch(diagnosis);
  });
});

test('a syntax error shows file, line, column and the line itself', async () => {
  const track = fixtureTrack();
  track.write(file, 'export function double(n: number): number {\n  return 2 * ;\n}\n');
  const { out, code } = await track.run(['check', '01/01']);
  expect(out).toContain('challenges/01_basics/01_double.ts:2:14');
  expect(out).toMatch(/> 2 \| {3}return 2 \* ;\n +\| +\^/);
  expect(code).toBe(1);
});

test('an exception is shown at the line that threw it', async () => {
  const track = fixtureTrack();
  track.write(file, `${doubleAll}\n\nexport function double(n: number): number {\n  const deep = () => {\n    throw new Error('here');\n  };\n  return deep();\n}\n`);
  const { out } = await track.run(['check', '01/01']);
  expect(out).toContain('challenges/01_basics/01_double.ts:5:11');
});

test('a file that is missing', async () => {
  const track = fixtureTrack();
  const { rmSync } = await import('node:fs');
  rmSync(`${track.root}/${file}`);
  const { out, code } = await track.run(['check', '01/01']);
  expect(out).toMatch(/01_double\.ts does not exist/);
  expect(out).toMatch(/track reset 01\/01/);
  expect(code).toBe(1);
});

test('the stub reads "not attempted", and is not counted as an attempt', async () => {
  const track = fixtureTrack();
  const { out, code } = await track.run(['check', '01/01']);
  expect(out).toContain('NOT ATTEMPTED');
  expect(out).not.toContain('FAILED');
  expect(code).toBe(1);
  expect(JSON.parse(track.read('.track/progress.json'))).toMatchObject({ exercises: { '01/01': { state: 'new', attempts: 0 } } });
});

test('a part that is yet to be written leaves the finished part standing', async () => {
  const track = fixtureTrack();
  track.write(file, `import { todo } from '@track/grader';\n${double}\nexport function doubleAll(): number[] { throw todo(); }\n`);
  const { out } = await track.run(['check', '01/01']);
  expect(out).toMatch(/TO BE CONTINUED {2}2 of 4 claims hold/);
});

test('an attempt that runs an earlier exercise which is not written waits for it', async () => {
  const track = fixtureTrack();
  track.solve('02_training/01_doubling_loop');
  const own = track.read('challenges/02_training/01_doubling_loop.ts').replace('loss /= 2', 'loss /= double(1)');
  track.write('challenges/02_training/01_doubling_loop.ts', `import { double } from '../01_basics/01_double.ts';\n${own}`);
  const { out, code } = await track.run(['check', '02/01']);
  expect(out).toMatch(/WAITS FOR 01\/01 {2}0 of/);
  expect(out).toMatch(/do\s+01\/01\s+first/);
  expect(out).toContain('challenges/01_basics/01_double.ts');
  expect(code).toBe(1);
  // It is an attempt: what the learner wrote is not taken for the stub.
  expect(JSON.parse(track.read('.track/progress.json'))).toMatchObject({ exercises: { '02/01': { state: 'started', attempts: 1 } } });
  track.solve('01_basics/01_double');
  expect((await track.run(['check', '02/01'])).out).toContain('PASSED');
});

test('the solution passes: what was learned, progress, what is next', async () => {
  const track = fixtureTrack();
  track.solve('01_basics/01_double');
  const { out, code } = await track.run(['check', '01/01']);
  expect(out).toMatch(/PASSED {2}4 of 4 claims hold/);
  expect(out).toContain('You can map a list without touching it.');
  expect(out).toContain('1 of 3 exercises');
  expect(out).toMatch(/next +02\/01 {2}doubling_loop/);
  expect(code).toBe(0);
});

test('what the attempt prints is shown, drawings too, and progress while it runs', async () => {
  const track = fixtureTrack();
  track.solve('02_training/01_doubling_loop');
  track.write('challenges/02_training/01_doubling_loop.ts', `console.log('hello');\n${track.read('challenges/02_training/01_doubling_loop.ts')}`);
  const { out, err, code } = await track.run(['check', '02/01']);
  expect(code).toBe(0);
  expect(out).toContain('loss ▇▅▃▁');
  expect(out).toMatch(/your file printed\n +hello/);
  expect(err).toMatch(/14%.*loss 0\.500/);
});

test('an outcome claim runs more than one seed, and not after a failure', async () => {
  const track = fixtureTrack();
  track.solve('02_training/01_doubling_loop', 'stops_early');
  const early = JSON.parse((await track.run(['check', '02/01', '--json'])).out) as Verdict;
  expect(mainFailure(early)!.says).toMatch(/with 0 of the seeds, 2 of 3 are needed/);
  track.solve('02_training/01_doubling_loop', 'no_loss');
  const none = JSON.parse((await track.run(['check', '02/01', '--json'])).out) as Verdict;
  expect(none.claims.map(({ status }) => status)).toEqual(['failed', 'passed', 'skipped']);
});

test('the same seed gives the same verdict, and --claim repeats one claim', async () => {
  const track = fixtureTrack();
  track.solve('01_basics/01_double', 'squares');
  const run = async (...flags: string[]): Promise<Verdict> => JSON.parse((await track.run(['check', '01/01', '--json', ...flags])).out) as Verdict;
  const first = await run('--seed', '7');
  const again = await run('--seed', '7', '--claim', '2');
  expect(again.claims).toHaveLength(1);
  expect(mainFailure(again)).toEqual(mainFailure(first));
  const { out } = await track.run(['check', '01/01', '--seed', '7']);
  expect(out).toContain('track check 01/01 --claim 2 --seed 7');
});

const checkFile = 'challenges/01_basics/01_double.check.ts';

/** Faults of a check, each with the line that must be named. */
const faults: { name: string; from: string; to: string; says: RegExp }[] = [
  { name: 'a name that is not defined', from: 'const n = random.int(3, 9);', to: 'const n = random.int(3, nine);', says: /check\.ts:9:29 does not work:\nclaim 2, "double is twice its argument"\nReferenceError: nine is not defined\n[\s\S]*> +9 \|/ },
  { name: 'an assertion that does not exist', from: ".toBeA('number')", to: '.toBeNumeric()', says: /check\.ts:5:44 does not work:\nclaim 1,[\s\S]*toBeNumeric is not a function/ },
  { name: 'an exception while it loads', from: 'export default', to: "throw new Error('broken');\nexport default", says: /check\.ts:3:7 does not work:\nError: broken/ },
];

test.for(faults)('a check with $name is at fault, not the file, and progress stays', async ({ from, to, says }) => {
  const track = fixtureTrack();
  track.solve('01_basics/01_double');
  await track.run(['check', '01/01']);
  const before = track.read('.track/progress.json');
  track.solve('01_basics/01_double', 'squares');
  track.write(checkFile, track.read(checkFile).replace(from, to));
  const { out, err, code } = await track.run(['check', '01/01']);
  expect(err).toMatch(/not your file; your progress stays as it is/);
  expect(err).toMatch(says);
  expect(out).toBe('');
  expect(code).toBe(4);
  expect(track.read('.track/progress.json')).toBe(before);
  // The other exercises of a chapter are checked all the same.
  const all = await track.run(['check', '1']);
  expect(all.out).toMatch(/✗ 01\/01 +double +the track itself has a fault here/);
  expect(all.code).toBe(4);
});

test('what the check cannot go on with comes from the attempt where the solution passes', async () => {
  const track = fixtureTrack();
  track.write('bugs/01_square.ts', 'export const twice = (): undefined => undefined;\n');
  const { out, code } = await track.run(['check', 'bugs/01']);
  expect(out).toMatch(/THREW +TypeError: Cannot read properties of undefined/);
  expect(out.replace(/\s+/g, ' ')).toContain('your code does not throw this itself: the check cannot go on with what twice gives');
  expect(out).toContain('bugs/01_square.ts:1:8');
  expect(code).toBe(1);
});

test('a stub names the exercises that it builds on, until they pass', async () => {
  const track = fixtureTrack();
  expect((await track.run(['check', '02/01'])).out).toMatch(/builds on 01\/01, which you have not passed yet/);
  track.solve('01_basics/01_double');
  await track.run(['check', '01/01']);
  expect((await track.run(['check', '02/01'])).out).not.toContain('builds on');
});
