/** `track dev`: the proofs hold for a sound exercise, and each of them notices what it is there for. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { leakedByStub, leakedLines } from '../src/dev/leaks.ts';
import { fixtureTrack, type FixtureTrack } from './track.ts';

vi.setConfig({ testTimeout: 300_000 });

test('a sound track is proved, and what did not change is not proved again', async () => {
  const track = fixtureTrack();
  const first = await track.run(['dev', 'check']);
  expect(first.out).toMatch(/\n3 exercises, \d+ proofs, 0 failed\n$/);
  expect(first.code).toBe(0);
  const again = await track.run(['dev', 'check']);
  expect(again.out).toMatch(/3 unchanged[\s\S]*3 exercises, \d+ proofs, 0 failed/);
  track.write('challenges/01_basics/01_double.json', track.read('challenges/01_basics/01_double.json').replace('"B"', '"I"'));
  expect((await track.run(['dev', 'check'])).out).toMatch(/01\/01 +double[\s\S]*2 unchanged/);
});

const exercise = 'challenges/01_basics/01_double';
const solution = 'solutions/01_basics/01_double';
type Edit = (track: FixtureTrack) => void;
const edit = (file: string, from: string, to: string): Edit => (track) => {
  const before = track.read(file);
  if (!before.includes(from)) throw new Error(`${file} does not contain ${from}`);
  track.write(file, before.replace(from, to));
};
const remove = (file: string): Edit => (track) => rmSync(path.join(track.root, file));

/** Flaws that are found in one run, each with what is said of it. */
interface Flawed { name: string; id: string; flaws: readonly (readonly [Edit, RegExp])[] }

const flawed: Flawed[] = [
  { name: 'metadata', id: '01/01', flaws: [
    [edit(`${exercise}.json`, '"minutes": 5', '"minute": 5'), /metadata is valid[\s\S]*minutes/],
    [edit(`${exercise}.json`, '"A new list leaves the old one alone.", ', ''), /exactly three hints/],
  ] },
  { name: 'types, the solution, hints, comments, claims', id: '01/01', flaws: [
    [edit(`${exercise}.ts`, 'throw todo();', 'throw todo(3);'), /01_double\.ts type-checks: .*TS2345/],
    [edit(`${solution}.ts`, '2 * n', '3 * n'), /the solution passes with seed 11: .*double is twice/],
    [remove(`${solution}.wrong/text.ts`), /at least three wrong attempts: there are 2/],
    [edit(`${exercise}.check.ts`, '({ claim }) => {', "({ claim }) => {\n  claim('it exports something', () => undefined);"), /"it exports something" rejects a wrong attempt: no wrong attempt fails it/],
    [edit(`${exercise}.json`, 'Array.prototype.map makes a new list.', 'return numbers.map(double); does it.'), /hint 2 contains no line of the solution: it contains: return numbers\.map\(double\);/],
    [edit(`${exercise}.ts`, 'Implement `double`', '`return numbers.map(double)`'), /comments of the file contain no line/],
  ] },
  { name: 'a finished stub, wrong attempts', id: '01/01', flaws: [
    [(track) => track.solve('01_basics/01_double'), /the stub reads "not attempted": passed/],
    [edit(`${solution}.wrong/squares.ts`, 'n * n', '2 * n'), /squares\.ts is rejected by the claim it names: named "double is twice its argument"; passed/],
    [edit(`${solution}.wrong/in_place.ts`, '// claim: ', '// '), /its first line is not/],
    [edit(`${solution}.wrong/text.ts`, 'gives a number', 'gives the number'), /no claim reads "double gives the number"/],
  ] },
  { name: 'a stub that throws, a wrong attempt that names another claim', id: '01/01', flaws: [
    [edit(`${exercise}.ts`, 'throw todo();', "throw new Error('no');"), /the stub reads "not attempted": first open claim: "double gives a number" \(failed: THREW/],
    [edit(`${solution}.wrong/squares.ts`, 'double is twice its argument', 'double gives a number'), /squares\.ts[\s\S]*named "double gives a number"; first open claim: "double is twice its argument"/],
  ] },
  { name: 'a solution that is lost', id: '01/01', flaws: [[remove(`${solution}.ts`), /missing: solutions\/01_basics\/01_double\.ts/]] },
  { name: 'a check that does not load', id: '01/01', flaws: [[(track) => track.write(`${exercise}.check.ts`, 'export default 1;'), /the check works: .*does not work/]] },
  { name: 'a bug that passes', id: 'bugs', flaws: [[(track) => track.solve('bugs/01_square'), /the check rejects the program: passed/]] },
  { name: 'a bug that does not run to its end', id: 'bugs', flaws: [
    [(track) => track.write('bugs/01_square.ts', `${track.read('bugs/01_square.ts')}\nthrow new Error('loud');\n`), /the program runs to its end: THREW .*loud/],
  ] },
];

test.for(flawed)('flaws are found: $name', async ({ id, flaws }) => {
  const track = fixtureTrack();
  for (const [spoil] of flaws) spoil(track);
  const { out, code } = await track.run(['dev', 'check', id]);
  for (const [, says] of flaws) expect(out).toMatch(says);
  expect(out).toMatch(/exercises?, \d+ proofs?, [1-9]\d* failed/);
  expect(code).toBe(1);
});

test('an attempt that ends its process, or leaves traces in it, spoils no other proof', async () => {
  const track = fixtureTrack();
  track.write(`${solution}.wrong/endless.ts`, '// claim: double gives a number\nexport function double() { for (;;); }\n');
  edit(`${solution}.wrong/in_place.ts`, 'export function doubleAll', 'Object.assign(globalThis, { trace: 1 });\n\nexport function doubleAll')(track);
  edit(`${solution}.wrong/squares.ts`, 'n * n', "'trace' in globalThis ? 2 * n : n * n")(track); // without a process of its own it would pass
  edit(`${exercise}.json`, '"timeLimit": 30', '"timeLimit": 2')(track);
  const { out, code } = await track.run(['dev', 'check', '01/01']);
  expect(out).toMatch(/1 exercise, \d+ proofs, 0 failed/);
  expect(code).toBe(0);
});

test('the result for machines', async () => {
  const track = fixtureTrack();
  edit(`${exercise}.json`, '"minutes": 5', '"minute": 5')(track);
  const { out, code } = await track.run(['dev', 'check', '01', '--json']);
  expect(JSON.parse(out)).toMatchObject({ exercises: 1, failed: 1, proofs: [{ exercise: '01/01', ok: false }] });
  expect(code).toBe(1);
});

test('a new exercise is sound from the start, numbered after the others', async () => {
  const track = fixtureTrack();
  expect((await track.run(['dev', 'new', '01/loss_curve'])).out).toContain('challenges/01_basics/02_loss_curve.ts');
  expect((await track.run(['dev', 'new', 'bugs/frozen_norm'])).out).toContain('bugs/02_frozen_norm.ts');
  expect((await track.run(['dev', 'new', '09_fresh/start'])).out).toContain('challenges/09_fresh/01_start.ts');
  const { out, code } = await track.run(['dev', 'check', '--json']);
  expect(JSON.parse(out)).toMatchObject({ exercises: 6, failed: 0 });
  expect(code).toBe(0);
  expect((await track.run(['dev', 'new', '01/loss_curve'])).code).toBe(2);
  expect((await track.run(['dev', 'new', '08/none'])).err).toContain('There is no chapter 08');
  expect((await track.run(['dev', 'new', 'Bad Name'])).code).toBe(2);
});

test('signatures, imports and given code are no leak; formulas in comments are', () => {
  const model = "import { a } from 'b';\nexport function f(x: number): number {\n  const given = 3 * x;\n  return given + Math.exp(x);\n}\n";
  const stub = "/** exp of x */\nimport { a } from 'b';\nexport function f(x: number): number {\n  const given = 3 * x;\n  throw todo();\n}\n";
  expect(leakedByStub(stub, model)).toEqual([]);
  expect(leakedByStub(stub.replace('exp of x', 'return given + Math.exp(x)'), model)).toEqual(['return given + Math.exp(x);']);
  expect(leakedLines('const given = 3 * x', model, stub)).toEqual([]);
  expect(leakedLines('Then `return  given+Math.exp( x )`.', model, stub)).toEqual(['return given + Math.exp(x);']);
});
