import { meter } from '../cards/meter.ts';
import { exitCode, TrackError, UsageError } from '../errors.ts';
import { chosen as theExercise } from './read.ts';
import { typeReport } from '../cards/types.ts';
import { checkTypes } from '../run/types.ts';
import type { Sandbox } from '../run/sandbox.ts';
import { commandId, type Session } from '../session.ts';
import type { Exercise } from '../track/catalogue.ts';
import { select } from '../track/select.ts';
import { mainFailure, type Verdict } from '../verdict.ts';

export interface CheckFlags { seed?: number; claim?: number; types?: boolean; json?: boolean }

/** `track check [id]`: the card of an exercise, or a line an exercise and the card of the first that is open. */
export async function checkCommand(session: Session, id: string | undefined, flags: CheckFlags): Promise<number> {
  const sandbox = session.checker.sandbox(); // starts while the rest is prepared
  let chosen: Exercise[];
  try {
    chosen = id === undefined ? [theExercise(session, undefined)] : select(session.track, id);
    if (flags.claim !== undefined && chosen.length > 1) throw new UsageError('--claim goes with one exercise.');
  } catch (error) {
    sandbox.kill();
    throw error;
  }
  return chosen.length === 1 && !isChapter(id) ? checkOne(session, chosen[0]!, sandbox, flags) : checkAll(session, chosen, sandbox, flags);
}

const isChapter = (id: string | undefined): boolean => id !== undefined && /^(\d{1,2}|bugs)$/.test(id);

async function checkOne(session: Session, exercise: Exercise, sandbox: Sandbox, flags: CheckFlags): Promise<number> {
  const verdict = await checkAndRecord(session, exercise, sandbox, flags);
  session.print(flags.json ? JSON.stringify(verdict, null, 2) : await session.card(exercise, verdict, flags.claim));
  return flags.types ? await reportTypes(session, exercise) || codeOf(verdict) : codeOf(verdict);
}

/** `--types`: what the compiler says, after the verdict; a problem makes the command fail. */
async function reportTypes(session: Session, exercise: Exercise): Promise<number> {
  const problems = await checkTypes(session.track, [exercise.file]);
  session.print(typeReport(session, problems));
  return problems.length === 0 ? exitCode.pass : exitCode.fail;
}

async function checkAll(session: Session, exercises: readonly Exercise[], first: Sandbox, flags: CheckFlags): Promise<number> {
  const results: (Verdict | { exercise: string; error: string })[] = [];
  let fault: TrackError | undefined;
  let open: [Exercise, Verdict] | undefined;
  let sandbox = first;
  for (const [i, exercise] of exercises.entries()) {
    const following = i + 1 < exercises.length ? session.checker.sandbox() : undefined;
    try {
      const verdict = await checkAndRecord(session, exercise, sandbox, flags);
      results.push(verdict);
      if (verdict.status !== 'passed') open ??= [exercise, verdict];
      if (!flags.json) session.print(line(session, exercise, verdict));
    } catch (error) {
      if (!(error instanceof TrackError)) {
        following?.kill();
        throw error;
      }
      // A fault of one exercise leaves the others to be checked.
      fault ??= error;
      results.push({ exercise: exercise.id, error: error.message });
      if (!flags.json) session.print(faultLine(session, exercise));
    }
    if (following !== undefined) sandbox = following;
  }
  if (flags.json) session.print(JSON.stringify(results, null, 2));
  else if (open !== undefined) session.print(`\n${await session.card(...open)}`);
  if (fault !== undefined) throw fault;
  return open === undefined ? exitCode.pass : exitCode.fail;
}

async function checkAndRecord(session: Session, exercise: Exercise, sandbox: Sandbox, { seed, claim, json }: CheckFlags): Promise<Verdict> {
  const watcher = meter(session.terminal);
  try {
    const verdict = await session.checker.check(exercise, {
      sandbox, ...(seed === undefined ? {} : { seed }), ...(claim === undefined ? {} : { claim }), ...(json ? {} : { watcher }),
    });
    if (claim === undefined) session.record(exercise, verdict); // one claim of several does not pass an exercise
    return verdict;
  } finally {
    watcher.clear();
  }
}

/** `✓ 04/03  condition_dim            5 of 5`. */
export function line({ terminal: { color, symbols } }: Session, exercise: Exercise, verdict: Verdict): string {
  const held = verdict.claims.filter(({ status }) => status === 'passed').length;
  const [mark, paint] = verdict.status === 'passed' ? [symbols.pass, color.green]
    : verdict.status === 'todo' ? [symbols.todo, color.yellow] : [symbols.fail, color.red];
  const failure = mainFailure(verdict);
  const count = verdict.claims.length === 0 ? '' : `${held} of ${verdict.claims.length}`;
  const why = verdict.waitsFor ? `waits for ${verdict.waitsFor.exercise}` : verdict.status === 'todo' && held === 0 ? 'not attempted' : failure === undefined ? '' : `${failure.class} ${failure.says}`;
  return `${paint(mark)} ${commandId(exercise).padEnd(8)} ${exercise.name.slice(3).padEnd(28)} ${count.padEnd(8)} ${color.dim(why.split('\n')[0]!.slice(0, 60))}`.trimEnd();
}

function faultLine({ terminal: { color, symbols } }: Session, exercise: Exercise): string {
  return `${color.red(symbols.fail)} ${commandId(exercise).padEnd(8)} ${exercise.name.slice(3).padEnd(28)} ${''.padEnd(8)} ${color.dim('the track itself has a fault here')}`;
}

export function codeOf(verdict: Verdict): number {
  if (verdict.status === 'passed') return exitCode.pass;
  return mainFailure(verdict)?.class === 'TIMEOUT' ? exitCode.timeLimit : exitCode.fail;
}
