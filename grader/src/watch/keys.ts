/** Single keys from the terminal; without one, each character that arrives on standard input. */
export interface Keys {
  /** Gives the terminal to another program meanwhile. */
  pause(): void;
  resume(): void;
  close(): void;
}

export function readKeys(onKey: (key: string) => void, input: NodeJS.ReadStream = process.stdin): Keys {
  const raw = (on: boolean): void => {
    if (input.isTTY) input.setRawMode(on);
  };
  const onData = (chunk: string): void => {
    if (chunk.startsWith('\u001b')) return; // arrows and the like
    for (const key of chunk) onKey(key === '\u0003' || key === '\u0004' ? 'q' : key);
  };
  input.setEncoding('utf8');
  input.on('data', onData);
  raw(true);
  return {
    pause() {
      raw(false);
      input.pause();
    },
    resume() {
      raw(true);
      input.resume();
    },
    close() {
      raw(false);
      input.off('data', onData);
      input.pause();
    },
  };
}
