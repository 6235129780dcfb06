import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { heap, Storage } from '../cpu/heap.ts';
import { TorchError } from '../errors.ts';
import { Parameter } from '../nn/parameter.ts';
import { deviceName } from '../tensor/device.ts';
import { Tensor } from '../tensor/tensor.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { TensorSpec } from './globals.ts';

/** Where loaded tensors go: one device for all, a device for each that they were saved from, or a function of that one. */
export type MapLocation = string | Readonly<Record<string, string>> | ((location: string) => string | null | undefined);
// Whoever saved a file knows what is in it: PyTorch types it as Any as well.
type Loaded = any;

/** Options of `load`. */
export interface LoadOptions {
  mapLocation?: MapLocation | null;
  /** Accepted for PyTorch's sake. Files are always read in the safe way: nothing in them can run code. */
  weightsOnly?: boolean;
}

/**
 * Writes a value to a file that PyTorch's `torch.load` reads too. Synchronous.
 *
 * The value is a tree of tensors, parameters, numbers, strings, booleans, null, arrays (frozen ones become tuples), plain
 * objects and Maps: state dicts of modules and optimizers, or an object that holds several of them. Tensors that share
 * memory share it again after loading; a view takes the whole memory that it looks into along (clone it to avoid that).
 *
 * @throws TorchError for a value of another kind, or a path that cannot be written
 * @example torch.save({ model: model.stateDict(), optimizer: optimizer.stateDict(), epoch }, 'training.pt')
 */
export function save(value: unknown, path: string | URL): void {
  const keys = new Map<number, string>(), storages = new Map<string, Uint8Array>();
  const describe = (object: object): TensorSpec | undefined => {
    if (!(object instanceof Tensor)) return undefined;
    const t = object, { ptr, nbytes } = t.storage;
    let storageKey = keys.get(ptr);
    if (storageKey === undefined) {
      keys.set(ptr, (storageKey = String(keys.size)));
      storages.set(storageKey, heap.u8.subarray(ptr, ptr + nbytes));
    }
    return new TensorSpec({ storageKey, dtype: t.dtype, offset: t.offset, shape: t.shape, stride: t.strides, requiresGrad: t.requiresGrad, parameter: t instanceof Parameter });
  };
  writeFile(path, writeCheckpoint(value, storages, describe, parse(nameOf(path)).name));
}

/**
 * Reads what `save` or PyTorch's `torch.save` wrote (state dicts and trees of tensors, not whole pickled modules), in
 * today's and in the older file format. Synchronous.
 *
 * dict → plain object, or Map where a key is no string; list → array; tuple → frozen array; None → null; parameters are
 * `nn.Parameter` again, and tensors that shared memory share it.
 *
 * @throws TorchError naming the path if there is no such file; if it is damaged; if it holds anything but plain values
 * @example model.loadStateDict(torch.load('model.pt', { mapLocation: 'cpu' }))
 */
export function load(path: string | URL, { mapLocation }: LoadOptions = {}): Loaded {
  const made = new Map<Uint8Array, Storage>();
  const tensor = (spec: TensorSpec, bytes: Uint8Array): Tensor => {
    let storage = made.get(bytes);
    if (!storage) {
      made.set(bytes, (storage = new Storage(bytes.length)));
      heap.u8.set(bytes, storage.ptr);
    }
    const t = new Tensor(storage, spec.dtype, { shape: spec.shape, strides: spec.stride, offset: spec.offset }, target(spec.location, mapLocation));
    if (spec.parameter) return new Parameter(t, spec.requiresGrad);
    t.leafRequiresGrad = spec.requiresGrad;
    return t;
  };
  return readCheckpoint(readFile(path), tensor).value;
}

function target(location: string, map: MapLocation | null | undefined): string {
  const mapped = typeof map === 'string' ? map : typeof map === 'function' ? map(location) : map?.[location];
  const device = mapped ?? location;
  if (device.startsWith('cuda') && !mapped)
    throw new TorchError("Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU. Here: { mapLocation: 'cpu' }.", { operator: 'load' });
  return deviceName(device);
}

const nameOf = (path: string | URL): string => (path instanceof URL ? fileURLToPath(path) : path);

/** The bytes of a file. */
export function readFile(path: string | URL): Uint8Array {
  const name = nameOf(path);
  try {
    return readFileSync(name);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new TorchError(`[Errno 2] No such file or directory: '${name}'`, { operator: 'load' });
    if (code === 'EISDIR') throw new TorchError(`[Errno 21] Is a directory: '${name}'`, { operator: 'load' });
    throw new TorchError(`'${name}' can't be read: ${message}`, { operator: 'load' });
  }
}

/** Writes the bytes of a file. */
export function writeFile(path: string | URL, bytes: Uint8Array): void {
  const name = nameOf(path);
  try {
    writeFileSync(name, bytes);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new TorchError(`Parent directory ${parse(name).dir} does not exist.`, { operator: 'save' });
    throw new TorchError(`File ${name} cannot be opened: ${message}`, { operator: 'save' });
  }
}
