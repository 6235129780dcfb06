/** `track dev new`: the files of a new exercise, valid from the start. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { exitCode, UsageError } from '../errors.ts';
import type { Session } from '../session.ts';
import { writeAtomically } from '../write.ts';

export function newCommand(session: Session, name: string): number {
  const { track } = session;
  const match = /^(bugs|\d\d(?:_\w+)?)\/([a-z][a-z0-9_]*)$/.exec(name);
  if (match === null) throw new UsageError('A new exercise is named chapter/name, in snake_case: 03/loss_curve or bugs/frozen_norm.');
  const [, where, title] = match as unknown as [string, string, string];
  const bug = where === 'bugs';
  const folder = bug ? 'bugs' : track.chapters.get(where.slice(0, 2)) ?? (where.length > 3 ? where : undefined);
  if (folder === undefined) throw new UsageError(`There is no chapter ${where} yet; give its full name: ${where}_name/${title}.`);
  const directory = path.join(track.root, ...(bug ? ['bugs'] : ['challenges', folder]));
  const taken = track.exercises.filter((e) => path.dirname(e.file) === directory);
  if (taken.some((e) => e.name.slice(3) === title)) throw new UsageError(`${folder}/${title} exists already.`);
  const number = String(Math.max(0, ...taken.map((e) => Number(e.number))) + 1).padStart(2, '0');
  const base = `${number}_${title}`;
  const solutions = path.join(track.root, 'solutions', folder);
  const files: [string, string][] = [
    [path.join(directory, `${base}.ts`), bug ? buggyProgram : stub],
    [path.join(directory, `${base}.check.ts`), check(base)],
    [path.join(directory, `${base}.json`), metadata(title.replaceAll('_', ' '))],
    [path.join(solutions, `${base}.ts`), solution],
    ...wrongAttempts.map(([wrong, text]): [string, string] => [path.join(solutions, `${base}.wrong`, `${wrong}.ts`), text]),
  ];
  for (const [file, text] of files) {
    if (existsSync(file)) throw new UsageError(`${track.shown(file)} exists already.`);
    writeAtomically(file, text);
  }
  session.print(`${files.map(([file]) => track.shown(file)).join('\n')}\n\nThey hold an example that track dev check accepts; replace it.`);
  return exitCode.pass;
}

const doc = `/**
 * Learning goal: one sentence.
 *
 * Implement \`twice\`: what it takes and gives, with shapes.
 *
 * Why it matters: where this is met in practice.
 */
`;

const stub = `${doc}import { todo } from '@track/grader';

/** Twice each of the numbers (N,), as a new list (N,). */
export function twice(numbers: readonly number[]): number[] {
  throw todo();
}
`;

const buggyProgram = `/**
 * Symptom: what the program shows when it runs, and what it should show.
 */

/** Twice each of the numbers (N,), as a new list (N,). */
export function twice(numbers: readonly number[]): number[] {
  return numbers.map((n) => n * n);
}

console.log('twice 3 is', twice([3]));
`;

const solution = `/** Twice each of the numbers (N,), as a new list (N,). */
export function twice(numbers: readonly number[]): number[] {
  return numbers.map((n) => 2 * n);
}
`;

const wrongAttempts: readonly [string, string][] = [
  ['drops_last', `// claim: twice gives one number for each number
export function twice(numbers: readonly number[]): number[] {
  return numbers.slice(1).map((n) => 2 * n);
}
`],
  ['squares', `// claim: each number is doubled
export function twice(numbers: readonly number[]): number[] {
  return numbers.map((n) => n * n);
}
`],
  ['in_place', `// claim: the list that is passed in stays as it was
export function twice(numbers: readonly number[]): number[] {
  const list = numbers as number[];
  list.forEach((n, i) => { list[i] = 2 * n; });
  return list.slice();
}
`],
];

const check = (base: string): string => `import { check } from '@track/grader/check';

export default check<typeof import('./${base}.ts')>(({ claim }) => {
  claim('twice gives one number for each number', ({ attempt, expect, random }) => {
    const numbers = Array.from({ length: random.int(3, 6) }, () => random.normal());
    expect(attempt.twice(numbers).length, 'the length of the result').toBe(numbers.length);
  });

  claim('each number is doubled', ({ attempt, expect, random }) => {
    const numbers = [random.uniform(3, 4), random.uniform(-5, -4), 0];
    const result = attempt.twice([...numbers]);
    expect(result, { name: 'twice(numbers)', inputs: { numbers } }).toBeClose(numbers.map((n) => n + n), {
      mistakes: [{ value: () => numbers.map((n) => n * n), says: 'you square each number instead of doubling it' }],
    });
  });

  claim('the list that is passed in stays as it was', ({ attempt, expect }) => {
    const numbers = [1, 2, 3];
    attempt.twice(numbers);
    expect(numbers, 'the list after the call').toEqual([1, 2, 3]);
  });
});
`;

const metadata = (title: string): string => `${JSON.stringify({
  title,
  level: 'B',
  minutes: 10,
  topics: ['topic'],
  hints: ['The concept, in a sentence or two.', 'The function to call, or the approach.', 'The trace of shapes, or almost the code.'],
  learned: 'What the learner can do now.',
}, null, 2)}\n`;
