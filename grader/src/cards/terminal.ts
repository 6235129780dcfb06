/** What the output can show: colour, width, characters, links. */
import { Chalk, type ChalkInstance } from 'chalk';
import { pathToFileURL } from 'node:url';

export interface Terminal {
  readonly tty: boolean;
  readonly color: ChalkInstance;
  readonly width: number;
  /** Marks and bars. */
  readonly symbols: typeof unicode;
  /** A file name that opens the file where the terminal knows links (OSC 8). */
  link(text: string, file: string): string;
}

const unicode = { pass: '✓', fail: '✗', todo: '○', skip: '·', full: '█', empty: '░', rule: '─' };
const ascii: typeof unicode = { pass: 'ok  ', fail: 'FAIL', todo: 'todo', skip: '-   ', full: '#', empty: '.', rule: '-' };

/** Reads `--plain`, `NO_COLOR`, `FORCE_COLOR` and the stream. */
export function terminal(plain: boolean, stream: NodeJS.WriteStream = process.stdout): Terminal {
  const tty = stream.isTTY === true;
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  const colored = !plain && !NO_COLOR && (forced || (tty && TERM !== 'dumb'));
  const links = tty && !plain && TERM !== 'dumb';
  return {
    tty: tty && !plain,
    color: new Chalk({ level: colored ? 2 : 0 }),
    get width() { return Math.max(40, Math.min(stream.columns ?? 80, 100)); },
    symbols: plain ? ascii : unicode,
    link: (text, file) => (links ? `\u001b]8;;${pathToFileURL(file).href}\u001b\\${text}\u001b]8;;\u001b\\` : text),
  };
}

/** Breaks text at spaces so that it fits between `indent` columns and the width; later lines are indented too. */
export function wrap(text: string, width: number, indent = 0): string {
  const room = Math.max(20, width - indent);
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (let word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > room) {
        lines.push(line);
        line = '';
      }
      while (word.length > room) {
        lines.push(word.slice(0, room));
        word = word.slice(room);
      }
      line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

const listItem = /^\s*(-|•|\d+[.)])\s+/;

/**
 * Breaks a text with paragraphs anew, every line indented. A blank line or a list item begins a new paragraph; further
 * lines of an item hang under its text; other indented lines, such as a table of shapes, stay lines of their own.
 */
export function reflow(text: string, width: number, indent = 0): string {
  const paragraphs: { head: string; words: string }[] = [];
  let joins: 'nothing' | 'flush' | 'any' = 'nothing';
  for (const line of text.split('\n')) {
    const words = line.trim();
    const head = (listItem.exec(line) ?? /^\s*/.exec(line)!)[0];
    if (words === '') {
      paragraphs.push({ head: '', words });
      joins = 'nothing';
    } else if (listItem.test(line)) {
      paragraphs.push({ head, words: line.slice(head.length) });
      joins = 'any';
    } else if (joins === 'any' || (joins === 'flush' && head === '')) {
      paragraphs.at(-1)!.words += ` ${words}`;
    } else {
      paragraphs.push({ head, words });
      joins = head === '' ? 'flush' : 'nothing';
    }
  }
  return paragraphs
    .map(({ head, words }) => (words === '' ? '' : ' '.repeat(indent) + head + wrap(words, width, indent + head.length)))
    .join('\n');
}

/** `████░░░░ 50%`. */
export function bar(fraction: number, { symbols }: Terminal, cells = 20): string {
  const full = Math.round(fraction * cells);
  return `${symbols.full.repeat(full)}${symbols.empty.repeat(cells - full)} ${String(Math.round(fraction * 100)).padStart(3)}%`;
}
