import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The bytes of a file of engine/data, unpacked where it is packed. data/README.md names sources and licences. */
export function shipped(name: string): Uint8Array {
  // src/io/ and dist/js/ lie equally deep, so one path serves both.
  const bytes = readFileSync(new URL(`../../data/${name}`, import.meta.url));
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}
/** The lines of a shipped text file. */
export const shippedLines = (name: string): string[] => new TextDecoder().decode(shipped(name)).trimEnd().split('\n');
