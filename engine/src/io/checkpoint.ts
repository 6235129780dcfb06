import { TorchError } from '../errors.ts';
import { dtypeInfo, type DType } from '../tensor/dtype.ts';
import { checkpointWorld, reduceOf, TensorSpec } from './globals.ts';
import { readLegacy } from './legacy.ts';
import { pickle } from './pickle.ts';
import { refused, unpickle } from './unpickle.ts';
import { readZip, writeZip } from './zip.ts';

/** What a checkpoint holds: a tree of values with a TensorSpec for each tensor, and the bytes of the storages. */
export interface Checkpoint {
  readonly value: unknown;
  readonly storages: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads what `torch.save` wrote, in the ZIP format and the older one. Nothing in the file can run code.
 *
 * dict → plain object, or Map where a key is no string; OrderedDict likewise; list → array; tuple and torch.Size →
 * frozen array; None → null; numbers, strings, booleans as they are; a dtype → its name; a device → `'cuda:0'`.
 *
 * @param tensor makes the value of a tensor; left out, tensors stay TensorSpecs. A tensor that is met twice is made once
 * @throws TorchError if the file is damaged or holds anything else
 * @example
 * const { value, storages } = readCheckpoint(fs.readFileSync('model.pt'));
 */
export function readCheckpoint(bytes: Uint8Array, tensor: (spec: TensorSpec, storage: Uint8Array) => unknown = (spec) => spec): Checkpoint {
  const zip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const { value, storages } = zip ? readZipFormat(bytes) : readLegacy(bytes);
  return { value: plain(value, (spec) => tensor(spec, within(spec, storages))), storages };
}

function readZipFormat(bytes: Uint8Array): Checkpoint {
  const entries = readZip(bytes);
  const main = [...entries.keys()].find((name) => name.endsWith('/data.pkl'));
  if (main === undefined) throw new TorchError('PytorchStreamReader failed locating file data.pkl: file not found. A ZIP archive, but not of torch.save.', { operator: 'load' });
  const root = main.slice(0, -'data.pkl'.length);
  if (entries.has(`${root}constants.pkl`)) throw new TorchError('torch.load can not read a TorchScript archive (it was saved by torch.jit.save). In Python, save the state dict instead: torch.save(model.state_dict(), path)', { operator: 'load' });
  const order = entries.get(`${root}byteorder`);
  if (order && new TextDecoder().decode(order) === 'big') throw new TorchError('Checkpoints of big-endian machines can not be loaded', { operator: 'load' });
  const storages = new Map<string, Uint8Array>();
  const { value } = unpickle(entries.get(main) as Uint8Array, checkpointWorld((key) => {
    const data = entries.get(`${root}data/${key}`);
    if (!data) throw new TorchError(`PytorchStreamReader failed locating file data/${key}: file not found`, { operator: 'load' });
    storages.set(key, data);
  }));
  return { value, storages };
}

/** The bytes of a tensor's storage, once it is sure that the tensor lies within them. */
function within(spec: TensorSpec, storages: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const storage = storages.get(spec.storageKey);
  if (!storage) throw new TorchError(`There is no storage '${spec.storageKey}'`, { operator: 'storage' });
  const empty = spec.shape.includes(0);
  const needed = empty ? 0 : (spec.offset + 1 + spec.shape.reduce((n, size, d) => n + (size - 1) * spec.stride[d], 0)) * dtypeInfo(spec.dtype).bytes;
  if (needed > storage.length)
    throw new TorchError(`setStorage: sizes [${spec.shape.join(', ')}], strides [${spec.stride.join(', ')}], storage offset ${spec.offset}, and itemsize ${dtypeInfo(spec.dtype).bytes} requiring a storage size of ${needed} are out of bounds for storage of size ${storage.length}`, { operator: 'load', shapes: [spec.shape], dtypes: [spec.dtype] });
  return storage;
}

/** Deeper trees are no checkpoints, and would exhaust the stack. */
const MAX_DEPTH = 1000;

/** The tree of an unpickled value in JavaScript's terms. What was one object stays one. */
function plain(root: unknown, tensor: (spec: TensorSpec) => unknown): unknown {
  const made = new Map<object, unknown>();
  const keep = <T>(from: object, to: T): T => { made.set(from, to); return to; };
  const convert = (v: unknown, depth: number): unknown => {
    if (typeof v === 'function') throw refused('A function is no value');
    if (typeof v !== 'object' || v === null) return v;
    if (made.has(v)) return made.get(v);
    if (depth > MAX_DEPTH) throw refused('The values are nested too deeply');
    if (v instanceof TensorSpec) return keep(v, tensor(v));
    if (Array.isArray(v)) {
      if (Object.isFrozen(v)) return keep(v, Object.freeze(v.map((x) => convert(x, depth + 1))));
      const list = keep<unknown[]>(v, []);
      for (const x of v) list.push(convert(x, depth + 1));
      return list;
    }
    if (!(v instanceof Map)) throw refused('A class or a storage without a tensor is no value');
    if (![...v.keys()].every((k) => typeof k === 'string')) {
      const map = keep(v, new Map<unknown, unknown>());
      for (const [k, x] of v) map.set(convert(k, depth + 1), convert(x, depth + 1));
      return map;
    }
    const object = keep<Record<string, unknown>>(v, {});
    // Defined, not assigned: a key '__proto__' must not become the prototype.
    for (const [k, x] of v) Object.defineProperty(object, k as string, { value: convert(x, depth + 1), writable: true, enumerable: true, configurable: true });
    return object;
  };
  return convert(root, 0);
}

/**
 * Writes a checkpoint that `torch.load` reads, in the ZIP format of `torch.save`.
 *
 * @param value plain objects, Maps, arrays (frozen ones become tuples), numbers, strings, booleans, null, TensorSpecs
 * @param storages the bytes by storage key; looked at after the values, so `tensor` may add to it as it goes
 * @param tensor gives the TensorSpec of a tensor, undefined for any other object
 * @param name the archive's inner folder; torch.save takes the file's name
 */
export function writeCheckpoint(value: unknown, storages: ReadonlyMap<string, Uint8Array>, tensor: (object: object) => TensorSpec | undefined = () => undefined, name = 'archive'): Uint8Array {
  const used = new Map<string, DType>();
  const numel = new Map<string, number>();
  const data = pickle(value, (object) => {
    const spec = object instanceof TensorSpec ? object : tensor(object);
    if (!spec) return undefined;
    const before = used.get(spec.storageKey);
    if (before !== undefined && before !== spec.dtype) throw new TorchError('Cannot save multiple tensors or storages that view the same data as different types', { operator: 'save', dtypes: [before, spec.dtype] });
    used.set(spec.storageKey, spec.dtype);
    if (!numel.has(spec.storageKey)) numel.set(spec.storageKey, Math.floor(within(spec, storages).length / dtypeInfo(spec.dtype).bytes));
    return reduceOf(spec, numel.get(spec.storageKey) as number);
  });
  const ascii = (s: string): Uint8Array => new TextEncoder().encode(s);
  const records: [string, Uint8Array][] = [['data.pkl', data], ['byteorder', ascii('little')]];
  for (const key of used.keys()) records.push([`data/${key}`, storages.get(key) as Uint8Array]);
  records.push(['version', ascii('3\n')]);
  return writeZip(records.map(([path, content]) => [`${name}/${path}`, content]));
}
