/** What must be true of an exercise before a learner meets it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { TrackError } from '../errors.ts';
import type { Checker, CheckOptions } from '../run/checker.ts';
import type { Outcome, Sandbox } from '../run/sandbox.ts';
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
  const note: Note = (name, problem) => {
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

  const runs = new Runs(checker, exercise);
  try {
    await proveRuns(exercise, metadata, runs, note);
  } catch (error) {
    if (!(error instanceof TrackError)) throw error;
    note('the check works', error.message);
  } finally {
    runs.close();
  }
  proveNoLeak(exercise, metadata, note);
  return proofs;
}

type Note = (name: string, problem?: string) => void;

/** What the check says of the file as it is shipped, of the solution, and of the wrong attempts. */
async function proveRuns(exercise: Exercise, metadata: Metadata, runs: Runs, note: Note): Promise<void> {
  const rejected = new Set<string>();
  const failing: Verdict[] = [];
  const reject = (verdict: Verdict): void => {
    failing.push(verdict);
    for (const { sentence, status } of verdict.claims) if (status === 'failed') rejected.add(sentence);
  };
  const [firstSeed, ...otherSeeds] = seeds as [number, ...number[]];
  const passes = ({ status }: Verdict): boolean => status === 'passed';
  const proveSolution = async (seed: number): Promise<Verdict> => {
    const verdict = await runs.run({ attempt: exercise.solution, seed }, passes);
    note(`the solution passes with seed ${seed}`, passes(verdict) ? undefined : summary(verdict));
    return verdict;
  };

  const sentences = (await proveSolution(firstSeed)).claims.map(({ sentence }) => sentence);
  if (exercise.bug) {
    const { report, failure } = await runs.program(metadata);
    const ended = failure ?? report?.failure;
    if (metadata.throws) note('the program ends with an exception', ended === undefined ? 'it runs to its end' : undefined);
    else note('the program runs to its end', ended === undefined ? undefined : `${ended.class} ${ended.says}`);
    const failed = ({ status }: Verdict): boolean => status === 'failed';
    const verdict = await runs.run({ attempt: exercise.file, seed: firstSeed }, failed);
    reject(verdict);
    note('the check rejects the program', failed(verdict) ? undefined : summary(verdict));
  } else {
    const verdict = await runs.run({ attempt: exercise.file, seed: firstSeed }, isUntouched);
    note('the stub reads "not attempted"', isUntouched(verdict) ? undefined : summary(verdict));
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
    const asNamed = (verdict: Verdict): boolean => {
      const first = firstOpen(verdict);
      return first?.sentence === claim && first.status === 'failed';
    };
    const verdict = await runs.run({ attempt: file, seed: firstSeed }, asNamed);
    reject(verdict);
    note(name, asNamed(verdict) ? undefined : `named "${claim}"; ${summary(verdict)}`);
  }
  // Slow claims are left out after a failure; one that nothing failed so far gets a second look.
  for (const { file, claims } of [...failing]) {
    if (!claims.some(({ sentence, status }) => status === 'skipped' && !rejected.has(sentence))) continue;
    reject(await runs.run({ attempt: file, seed: firstSeed, all: true }, () => true));
  }
  for (const sentence of sentences) {
    note(`"${sentence}" rejects a wrong attempt`, rejected.has(sentence) ? undefined : 'no wrong attempt fails it');
  }
  for (const seed of otherSeeds) await proveSolution(seed);
}

function proveNoLeak(exercise: Exercise, { hints }: Metadata, note: Note): void {
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

/**
 * The runs of one exercise, in one process as long as it lives: to start one takes longer than most checks. A verdict that
 * is not as hoped is asked for again in a process of its own, as a learner's is: an earlier attempt may have left traces.
 */
class Runs {
  readonly #checker: Checker;
  readonly #exercise: Exercise;
  #sandbox: Sandbox | undefined;

  constructor(checker: Checker, exercise: Exercise) {
    this.#checker = checker;
    this.#exercise = exercise;
  }

  async run(options: CheckOptions, asHoped: (verdict: Verdict) => boolean): Promise<Verdict> {
    const used = this.#sandbox?.alive === true;
    if (!used) this.#sandbox = this.#checker.sandbox();
    const verdict = await this.#checker.check(this.#exercise, { ...options, patience, sandbox: this.#sandbox!, keep: true });
    if (!used || asHoped(verdict)) return verdict;
    this.close();
    return this.run(options, asHoped);
  }

  /** A bug as it is shipped, run to its end. */
  program({ timeLimit, memoryLimit }: Metadata): Promise<Outcome> {
    return this.#checker.runProgram(this.#exercise.file, { seconds: timeLimit * patience, memory: memoryLimit });
  }

  close(): void {
    this.#sandbox?.kill();
    this.#sandbox = undefined;
  }
}
