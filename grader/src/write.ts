import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

let written = 0;

/**
 * Replaces a file in one step: a reader, or a process killed at any moment, sees the old text or the new one.
 * `durable` also survives a power cut; it waits for the disk.
 */
export function writeAtomically(file: string, text: string, { durable = false } = {}): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.${written++}.tmp`;
  const descriptor = openSync(temporary, 'w');
  try {
    writeFileSync(descriptor, text);
    if (durable) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, file);
}
