/** What must be true of an exercise before a learner meets it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { TrackError } from '../errors.ts';
import type { Checker } from '../run/checker.ts';
import type { Sandbox } from '../run/sandbox.ts';
import type { TypeProblem } from '../run/types.ts';
import type { Exercise } from '../track/catalogue.ts';
import type { Metadata } from '../track/metadata.ts';
import { firstOpen, isUntouched, mainFailure, type Verdict } from '../verdict.ts';
import { leakedByStub, leakedLines } from './leaks.ts';

/** One statement about an exercise, and why it is false if it is. */
export interface Proof { exercise: string; name: string; ok: boolean; detail?: string }

/** The seeds on which a solution must pass. */
const seeds = [11, 222, 3333];
/** Runs share the machine, so they get more time than a learner's. */
const patience = 3;

export function wrongAttempts(exercise: Exercise): string[] {
  if (!existsSync(exercise.wrong)) return [];
  return readdirSync(exercise.wrong).filter((name) => name.endsWith('.ts')).sort().map((name) => path.join(exercise.wrong, name));
}

/** The claim that a wrong attempt says it fails: its first line, `// claim: <sentence>`. */
export function namedClaim(source: string): string | undefined {
  return /^\/\/ claim: (.*\S)\s*$/.exec(source.split('\n', 1)[0]!)?.[1];
}

/** Proves one exercise; `types` are the problems that the compiler found in its files. */
export async function prove(checker: Checker, exercise: Exercise, types: readonly TypeProblem[]): Promise<Proof[]> {
  const proofs: Proof[] = [];
  const { track } = checker;
  const note = (name: string, problem?: string): void => {
    proofs.push({ exercise: exercise.id, name, ok: problem === undefined, ...(problem === undefined ? {} : { detail: problem }) });
  };
  let metadata: Metadata;
  try {
    metadata = await track.metadata(exercise);
    note('metadata is valid, with three hints');
  } catch (error) {
    if (!(error instanceof TrackError)) throw error;
    note('metadata is valid, with three hints', error.message);
    return proofs;
  }
  const missing = [exercise.file, exercise.solution].filter((file) => !existsSync(file));
  note('all files are there', missing.length === 0 ? undefined : `missing: ${missing.map((file) => track.shown(file)).join(', ')}`);
  if (missing.length > 0) return proofs;
  for (const file of [exercise.file, exercise.check, exercise.solution]) {
    const [problem] = types.filter((p) => p.file === file);
    note(`${track.shown(file)} type-checks`, problem && `${problem.line}:${problem.column} ${problem.code} ${problem.message}`);
  }

  const lane = new Lane(checker);
  try {
    const rejected = new Set<string>();
    const run = async (attempt: string, seed: number, all: boolean): Promise<Verdict> =>
      checker.check(exercise, { attempt, seed, all, patience, sandbox: lane.take() });

    if (exercise.bug) await proveBug(checker, exercise, metadata, run, note, rejected);
    else {
      const verdict = await run(exercise.file, seeds[0]!, false);
      note('the stub reads "not attempted"', isUntouched(verdict) ? undefined : summary(verdict));
    }

    let sentences: string[] = [];
    for (const seed of seeds) {
      const verdict = await run(exercise.solution, seed, false);
      if (verdict.claims.length > 0) sentences = verdict.claims.map(({ sentence }) => sentence);
      note(`the solution passes with seed ${seed}`, verdict.status === 'passed' ? undefined : summary(verdict));
    }

    const wrong = wrongAttempts(exercise);
    note('there are at least three wrong attempts', wrong.length >= 3 ? undefined : `there are ${wrong.length}`);
    for (const file of wrong) {
      const claim = namedClaim(readFileSync(file, 'utf8'));
      const name = `${path.basename(file)} is rejected by the claim it names`;
      if (claim === undefined) {
        note(name, 'its first line is not `// claim: <sentence>`');
        continue;
      }
      if (sentences.length > 0 && !sentences.includes(claim)) {
        note(name, `no claim reads "${claim}"`);
        continue;
      }
      const verdict = await run(file, seeds[0]!, true);
      for (const { sentence, status } of verdict.claims) if (status === 'failed') rejected.add(sentence);
      const first = firstOpen(verdict);
      note(name, first?.sentence === claim && first.status === 'failed' ? undefined : `named "${claim}"; ${summary(verdict)}`);
    }
    for (const sentence of sentences) {
      note(`"${sentence}" rejects a wrong attempt`, rejected.has(sentence) ? undefined : 'no wrong attempt fails it');
    }
  } catch (error) {
    if (!(error instanceof TrackError)) throw error;
    note('the check works', error.message);
  } finally {
    lane.close();
  }
  proveNoLeak(exercise, metadata, note);
  return proofs;
}

async function proveBug(
  checker: Checker, exercise: Exercise, metadata: Metadata, run: (attempt: string, seed: number, all: boolean) => Promise<Verdict>,
  note: (name: string, problem?: string) => void, rejected: Set<string>,
): Promise<void> {
  const { report, failure } = await checker.runProgram(exercise.file, {
    seconds: metadata.timeLimit * patience, memory: metadata.memoryLimit,
  });
  const ended = failure ?? report?.failure;
  if (metadata.throws) note('the program ends with an exception', ended === undefined ? 'it runs to its end' : undefined);
  else note('the program runs to its end', ended === undefined ? undefined : `${ended.class} ${ended.says}`);
  const verdict = await run(exercise.file, seeds[0]!, true);
  for (const { sentence, status } of verdict.claims) if (status === 'failed') rejected.add(sentence);
  note('the check rejects the program', verdict.status === 'failed' ? undefined : summary(verdict));
}

function proveNoLeak(exercise: Exercise, { hints }: Metadata, note: (name: string, problem?: string) => void): void {
  const solution = readFileSync(exercise.solution, 'utf8');
  const stub = readFileSync(exercise.file, 'utf8');
  const say = (lines: readonly string[]): string | undefined => (lines.length === 0 ? undefined : `it contains: ${lines[0]}`);
  note('hint 1 contains no line of the solution', say(leakedLines(hints[0], solution, stub)));
  note('hint 2 contains no line of the solution', say(leakedLines(hints[1], solution, stub)));
  note('the comments of the file contain no line of the solution', say(leakedByStub(stub, solution)));
}

function summary(verdict: Verdict): string {
  const open = firstOpen(verdict);
  const failure = mainFailure(verdict);
  const why = failure === undefined ? verdict.status : `${failure.class} ${failure.says}`;
  return open === undefined ? why : `first open claim: "${open.sentence}" (${open.status}: ${why})`;
}

/** Keeps one process warm ahead of each run. */
class Lane {
  readonly #checker: Checker;
  #spare: Sandbox;

  constructor(checker: Checker) {
    this.#checker = checker;
    this.#spare = checker.sandbox();
  }

  take(): Sandbox {
    const taken = this.#spare;
    this.#spare = this.#checker.sandbox();
    return taken;
  }

  close(): void {
    this.#spare.kill();
  }
}
