/** The verdict as text: a list of claims, and for the first that does not hold all that helps to repair it. */
import path from 'node:path';
import type { Failure } from '../failure.ts';
import { mainFailure, type ClaimResult, type Verdict } from '../verdict.ts';
import { bar, wrap, type Terminal } from './terminal.ts';

/** What the card needs to know besides the verdict. */
export interface CardContext {
  root: string;
  /** How the exercise is called in commands. */
  id: string;
  learned: string;
  passedCount: number;
  total: number;
  /** Exercises that this one builds on and that do not pass yet. */
  buildsOn: readonly string[];
  /** The next exercise that is open, if any. */
  next?: string;
  /** The claim was chosen on the command line. */
  claim?: number;
}

export function card(verdict: Verdict, context: CardContext, terminal: Terminal): string {
  const parts = [
    header(verdict, terminal),
    ...verdict.claims.map((claim) => claimLine(claim, terminal)),
    ...(verdict.status === 'passed' ? passing(verdict, context, terminal)
      : verdict.status === 'todo' ? open(verdict, context, terminal) : failing(verdict, context, terminal)),
  ];
  return `${parts.join('\n')}\n`;
}

function header(verdict: Verdict, { color, symbols, width }: Terminal): string {
  const held = verdict.claims.filter(({ status }) => status === 'passed').length;
  const count = verdict.claims.length === 0 ? '' : `${held} of ${verdict.claims.length} claims hold`;
  const [mark, word] = verdict.status === 'passed' ? [symbols.pass, 'PASSED']
    : verdict.status === 'todo' ? [symbols.todo, verdict.waitsFor ? `WAITS FOR ${verdict.waitsFor.exercise}` : held === 0 ? 'NOT ATTEMPTED' : 'TO BE CONTINUED'] : [symbols.fail, 'FAILED'];
  const paint = verdict.status === 'passed' ? color.green : verdict.status === 'todo' ? color.yellow : color.red;
  const left = `${mark.trim()} ${verdict.exercise} ${verdict.title}`;
  const right = count === '' ? word : `${word}  ${count}`;
  const gap = width - left.length - right.length;
  return gap >= 2 ? `${paint.bold(left)}${' '.repeat(gap)}${paint(right)}` : `${paint.bold(wrap(left, width, 2))}\n  ${paint(right)}`;
}

function claimLine({ sentence, status }: ClaimResult, { color, symbols, width }: Terminal): string {
  const [mark, paint] = status === 'passed' ? [symbols.pass, color.green]
    : status === 'failed' ? [symbols.fail, color.red]
      : status === 'todo' ? [symbols.todo, color.yellow] : [symbols.skip, color.dim];
  const text = wrap(sentence, width, 3 + mark.length);
  return `  ${paint(mark)} ${status === 'passed' || status === 'skipped' ? color.dim(text) : text}`;
}

const labelWidth = 12;

/** `  expected  tensor float32 …`; a long label has a line of its own. */
function row(label: string, text: string, { color, width }: Terminal, paint = (wrapped: string): string => wrapped): string {
  const gap = label.length > labelWidth - 3 ? `\n${' '.repeat(labelWidth)}` : ' ';
  return `  ${color.dim(label.padEnd(labelWidth - 3))}${gap}${paint(wrap(text, width, labelWidth))}`;
}

function failing(verdict: Verdict, context: CardContext, terminal: Terminal): string[] {
  const failure = mainFailure(verdict);
  if (failure === undefined) return [];
  const { color, width } = terminal;
  const lines = ['', `  ${color.red.bold(failure.class)}  ${color.bold(wrap(failure.says, width, failure.class.length + 4))}`];
  if (failure.expected !== undefined) lines.push(row('expected', failure.expected, terminal));
  if (failure.got !== undefined) lines.push(row('got', failure.got, terminal));
  if (failure.at !== undefined) lines.push(row('first at', failure.at, terminal));
  if (failure.maxAbsDiff !== undefined && failure.at !== undefined) {
    lines.push(row('off by', `at most ${Number(failure.maxAbsDiff.toPrecision(3))}`, terminal));
  }
  for (const [name, text] of Object.entries(failure.inputs ?? {})) lines.push(row(`with ${name}`, text, terminal));
  if (failure.diagnosis !== undefined) lines.push(row('probably', failure.diagnosis, terminal, color.yellow));
  lines.push(...place(failure, context, terminal), ...printed(verdict, terminal));
  const index = verdict.claims.findIndex((claim) => claim.failure === failure);
  const number = context.claim ?? index + 1;
  if (index !== -1) lines.push(row('again', `track check ${context.id} --claim ${number} --seed ${verdict.seed}`, terminal));
  lines.push(row('help', `track hint ${context.id}`, terminal));
  return lines;
}

function place({ where, frame }: Failure, { root }: CardContext, terminal: Terminal): string[] {
  if (where === undefined) return [];
  const shown = `${path.relative(root, where.file)}:${where.line}${where.column === undefined ? '' : `:${where.column}`}`;
  const lines = [row('at', terminal.link(terminal.color.cyan(shown), where.file), { ...terminal, width: Infinity })];
  if (frame) lines.push(...frame.split('\n').map((line) => `    ${line.slice(0, terminal.width - 4)}`));
  return lines;
}

/** The last lines that the attempt printed. */
function printed({ output }: Verdict, { color, width }: Terminal): string[] {
  const text = output.trimEnd();
  if (text === '') return [];
  const all = text.split('\n');
  const kept = all.slice(-12);
  const left = all.length - kept.length;
  return [
    color.dim(left === 0 ? '  your file printed' : `  your file printed (the last ${kept.length} of ${all.length} lines)`),
    ...kept.map((line) => `    ${line.length > width - 4 ? `${line.slice(0, width - 5)}…` : line}`),
  ];
}

function open(verdict: Verdict, context: CardContext, terminal: Terminal): string[] {
  const file = path.relative(context.root, verdict.file);
  if (verdict.waitsFor !== undefined) {
    const { exercise, file: earlier } = verdict.waitsFor, shown = path.relative(context.root, earlier);
    return [
      '',
      row('first', `your file runs your own code of ${exercise}, which is not written yet: do ${exercise} first, then check this one again`, terminal),
      row('to do', terminal.link(terminal.color.cyan(shown), earlier), { ...terminal, width: Infinity }),
      row('check', `track check ${exercise}`, terminal),
      ...printed(verdict, terminal),
    ];
  }
  return [
    '',
    ...(context.buildsOn.length === 0 ? [] : [row('builds on', `${context.buildsOn.join(', ')}, which you have not passed yet`, terminal)]),
    row('to do', terminal.link(terminal.color.cyan(file), verdict.file), { ...terminal, width: Infinity }),
    row('', 'its text says what is asked; replace throw todo() and save', terminal),
    row('help', `track hint ${context.id}`, terminal),
    ...printed(verdict, terminal),
  ];
}

function passing(verdict: Verdict, context: CardContext, terminal: Terminal): string[] {
  const lines = verdict.drawings.flatMap((drawing) => ['', ...drawing.replace(/\n$/, '').split('\n').map((line) => `  ${line}`)]);
  lines.push(...printed(verdict, terminal), '', row('learned', context.learned, terminal));
  const fraction = context.total === 0 ? 0 : context.passedCount / context.total;
  lines.push(row('progress', `${bar(fraction, terminal)}  ${context.passedCount} of ${context.total} exercises`, terminal));
  lines.push(row('next', context.next ?? 'nothing is left: every exercise passes', terminal));
  return lines;
}
