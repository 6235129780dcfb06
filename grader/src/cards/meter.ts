/** Shows how far a long claim is while it runs: a bar that is redrawn, or now and then a line. */
import type { Watcher } from '../run/sandbox.ts';
import { bar, type Terminal } from './terminal.ts';

export interface Meter extends Watcher {
  /** Removes the bar. */
  clear(): void;
}

export function meter(terminal: Terminal, stream: NodeJS.WriteStream = process.stderr): Meter {
  const live = terminal.tty && stream.isTTY === true;
  let shown = false;
  let lastLine = -Infinity;
  return {
    onProgress(fraction, text) {
      const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
      const line = `  ${bar(fraction, terminal)}  ${clean}`.slice(0, terminal.width);
      if (live) {
        stream.write(`\r\u001b[K${line}`);
        shown = true;
      } else if (performance.now() - lastLine > 2000) {
        lastLine = performance.now();
        stream.write(`${line}\n`);
      }
    },
    clear() {
      if (shown) stream.write('\r\u001b[K');
      shown = false;
    },
  };
}
