import { unzipSync, zipSync, type Zippable } from 'fflate';
import { TorchError } from '../errors.ts';

/** PyTorch starts every record of a checkpoint at a multiple of this, so that it can be mapped into memory. */
const ALIGNMENT = 64;
/** The padding is an extra field of this id ('FB', as PyTorch writes it). */
const PADDING_ID = 0x4246;
const LOCAL_HEADER = 30;
const EXTRA_HEADER = 4;

/** The entries of a ZIP archive by name. */
export function readZip(bytes: Uint8Array): Map<string, Uint8Array> {
  try {
    return new Map(Object.entries(unzipSync(bytes)));
  } catch (cause) {
    throw new TorchError(`PytorchStreamReader failed reading zip archive: ${(cause as Error).message}. The file is cut off or damaged.`, { operator: 'load' });
  }
}

/** A ZIP archive of the entries, stored without compression, the data of each aligned to 64 bytes. The same entries make the same bytes. */
export function writeZip(entries: Iterable<readonly [string, Uint8Array]>): Uint8Array {
  const files: Zippable = {};
  let at = 0;
  for (const [name, data] of entries) {
    const head = LOCAL_HEADER + new TextEncoder().encode(name).length + EXTRA_HEADER;
    const padding = (ALIGNMENT - ((at + head) % ALIGNMENT)) % ALIGNMENT;
    files[name] = [data, { extra: { [PADDING_ID]: new Uint8Array(padding).fill(0x5a) } }];
    at += head + padding + data.length;
  }
  return zipSync(files, { level: 0, mtime: '1980-01-01T00:00:00' });
}
