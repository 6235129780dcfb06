import { TorchError } from '../errors.ts';
import { dtypeInfo } from '../tensor/dtype.ts';
import type { Checkpoint } from './checkpoint.ts';
import { checkpointWorld } from './globals.ts';
import { unpickle, type PickleWorld } from './unpickle.ts';

const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

/**
 * Reads the format of torch.save before version 1.6 (`_use_new_zipfile_serialization=False` since): one pickle after
 * another (magic number, version, system, value, keys of the storages), then each storage as a 64-bit count and its elements.
 */
export function readLegacy(bytes: Uint8Array): Checkpoint {
  const nothing: PickleWorld = { global: () => undefined, persistent: () => undefined };
  if (bytes[0] !== 0x80) throw new TorchError('Invalid magic number; corrupt file? It is no checkpoint of torch.save.', { operator: 'load' });
  let at = 0;
  const next = (world: PickleWorld): unknown => {
    const { value, end } = unpickle(bytes, world, at);
    at = end;
    return value;
  };
  if (next(nothing) !== MAGIC_NUMBER) throw new TorchError('Invalid magic number; corrupt file?', { operator: 'load' });
  const version = next(nothing);
  if (version !== PROTOCOL_VERSION) throw new TorchError(`Invalid protocol version: ${String(version)}`, { operator: 'load' });
  const system = next(nothing);
  if (system instanceof Map && system.get('little_endian') === false) throw new TorchError('Checkpoints of big-endian machines can not be loaded', { operator: 'load' });

  const elementBytes = new Map<string, number>();
  const value = next(checkpointWorld((key, dtype) => elementBytes.set(key, dtypeInfo(dtype).bytes)));
  const keys = next(nothing);
  const storages = new Map<string, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cutOff = (): TorchError => new TorchError('unexpected EOF, the file might be corrupted', { operator: 'load' });
  for (const key of Array.isArray(keys) ? keys.map(String) : []) {
    if (at + 8 > bytes.length) throw cutOff();
    const size = Number(view.getBigInt64(at, true)) * (elementBytes.get(key) ?? 1);
    at += 8;
    if (size < 0 || at + size > bytes.length) throw cutOff();
    storages.set(key, bytes.slice(at, at + size));
    at += size;
  }
  for (const key of elementBytes.keys()) if (!storages.has(key)) throw cutOff();
  return { value, storages };
}
