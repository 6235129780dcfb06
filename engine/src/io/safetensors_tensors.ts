// The namespace `safetensors` of @track/engine: the functions of Python's safetensors.torch.
import { heap } from '../cpu/heap.ts';
import { TorchError } from '../errors.ts';
import { deviceName } from '../tensor/device.ts';
import { Tensor } from '../tensor/tensor.ts';
import { readFile, writeFile } from './save.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** What a safetensors file holds. */
type TensorDict = Readonly<Record<string, Tensor>>;

/**
 * Writes tensors by name to a safetensors file: a JSON header and the bare numbers, nothing that could run.
 *
 * @param metadata strings to keep with them
 * @throws TorchError for tensors that are not contiguous, or that share memory (the format has no way to say so)
 * @example safetensors.saveFile(model.stateDict(), 'model.safetensors')
 */
export function saveFile(tensors: TensorDict, path: string | URL, metadata?: Record<string, string>): void {
  const entries = Object.entries(tensors);
  for (const [name, t] of entries) {
    if (!(t instanceof Tensor)) throw new TorchError(`Key \`${name}\` is invalid, expected torch.Tensor but received ${t === null ? 'NoneType' : typeof t}`, { operator: 'saveFile' });
    if (!t.dense) throw new TorchError(`You are trying to save a non contiguous tensor: \`${name}\` which is not allowed. It either means you are trying to save tensors which are reference of each other in which case it's recommended to save only the full tensors, and reslice at load time, or simply call \`.contiguous()\` on your tensor to pack it before saving.`, { operator: 'saveFile', shapes: [t.shape] });
  }
  const byPlace = entries.filter(([, t]) => t.count).sort(([, a], [, b]) => a.ptr - b.ptr);
  byPlace.forEach(([name, t], i) => {
    const [before, u] = byPlace[i - 1] ?? [];
    if (u && t.ptr < u.ptr + u.nbytes) throw new TorchError(`Some tensors share memory, this will lead to duplicate memory on disk and potential differences when loading them again: [{'${before}', '${name}'}]. Save one of them only, or a clone.`, { operator: 'saveFile', shapes: [u.shape, t.shape] });
  });
  writeFile(path, writeSafetensors(entries.map(([name, t]) => [name, { dtype: t.dtype, shape: t.shape, bytes: heap.u8.subarray(t.ptr, t.ptr + t.nbytes) }]), metadata));
}

/**
 * Reads the tensors of a safetensors file by name.
 *
 * @throws TorchError naming the path if there is no such file; if it is damaged
 */
export function loadFile(path: string | URL, { device = 'cpu' }: { device?: string } = {}): Record<string, Tensor> {
  const on = deviceName(device), { tensors } = readSafetensors(readFile(path));
  return Object.fromEntries([...tensors].map(([name, { dtype, shape, bytes }]) => {
    const t = Tensor.allocate(shape, dtype, on);
    heap.u8.set(bytes, t.ptr);
    return [name, t];
  }));
}
