import type { TypeProblem } from '../run/types.ts';
import type { Session } from '../session.ts';
import { wrap } from './terminal.ts';

/** `types  ✓`, or the first problems. */
export function typeReport({ terminal, track }: Session, problems: readonly TypeProblem[]): string {
  const { color, symbols, width } = terminal;
  if (problems.length === 0) return `  ${color.dim('types')}      ${color.green(symbols.pass)}`;
  const shown = problems.slice(0, 5).map(({ file, line, column, code, message }) =>
    `  ${terminal.link(color.cyan(`${track.shown(file)}:${line}:${column}`), file)} ${code}\n    ${wrap(message, width, 4)}`);
  const rest = problems.length > 5 ? [`  … and ${problems.length - 5} more`] : [];
  return [`  ${color.dim('types')}      ${color.yellow(`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`)}`, ...shown, ...rest].join('\n');
}
