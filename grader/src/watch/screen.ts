/** What watch mode shows: one screen that is drawn anew in a terminal, or texts one after the other without one. */
import { bar, wrap, type Terminal } from '../cards/terminal.ts';

export class Screen {
  readonly #terminal: Terminal;
  readonly #out: NodeJS.WriteStream;
  #main: () => string = () => '';
  #notes: (() => string)[] = [];
  #footer = '';
  #status = '';
  #lastLine = -Infinity;

  constructor(terminal: Terminal, out: NodeJS.WriteStream = process.stdout) {
    this.#terminal = terminal;
    this.#out = out;
    if (terminal.tty) out.on('resize', () => this.#draw());
  }

  /** Replaces the screen; a function, so that it can be laid out again after a resize. */
  show(main: () => string, footer: string): void {
    this.#main = main;
    this.#notes = [];
    this.#footer = footer;
    this.#status = '';
    if (this.#terminal.tty) this.#draw();
    else this.#out.write(`${main().trimEnd()}\n`);
  }

  /** Adds below what is shown: the types, a hint, a note. */
  append(note: () => string): void {
    this.#notes.push(note);
    if (this.#terminal.tty) this.#draw();
    else this.#out.write(`${note().trimEnd()}\n`);
  }

  /** A line at the bottom while something runs; '' removes it. */
  status(text: string): void {
    if (text === this.#status) return;
    this.#status = text;
    if (this.#terminal.tty) this.#out.write(`\r\u001b[K${text.slice(0, this.#terminal.width)}`);
  }

  progress(fraction: number, text: string): void {
    const line = `${bar(fraction, this.#terminal)}  ${text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')}`;
    if (this.#terminal.tty) this.status(line);
    else if (performance.now() - this.#lastLine > 2000) {
      this.#lastLine = performance.now();
      this.#out.write(`  ${line}\n`);
    }
  }

  #draw(): void {
    const { color } = this.#terminal;
    const body = [this.#main(), ...this.#notes.map((note) => note())].map((text) => text.trimEnd()).join('\n\n');
    this.#out.write(`\u001b[2J\u001b[H${body}\n\n${color.dim(wrap(this.#footer, this.#terminal.width))}\n${this.#status}`);
  }
}
