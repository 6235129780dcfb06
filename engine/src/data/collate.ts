import { TorchError } from '../errors.ts';
import { Tensor } from '../tensor/tensor.ts';
import { tensor } from '../ops/create.ts';
import { stack } from '../ops/join.ts';
import { isOptions } from '../ops/schema.ts';
import { copyInto } from '../cpu/copy.ts';
import { sameShape, showShape } from '../tensor/layout.ts';

/** What a batch of `T` looks like: tensors are stacked, numbers become a tensor, lists and objects are batched inside. */
export type Collated<T> = T extends Tensor | number | boolean | bigint ? Tensor : T extends string ? string[]
  : T extends readonly unknown[] ? { -readonly [K in keyof T]: Collated<T[K]> } : T extends object ? { [K in keyof T]: Collated<T[K]> } : unknown;

/**
 * Puts samples together as PyTorch's default: tensors are stacked along a new first dimension, integers become int64,
 * fractions float64, booleans bool, strings a list; lists and plain objects are put together field by field.
 */
export function defaultCollate<T>(batch: readonly T[]): Collated<T> { return collate(batch) as Collated<T>; }

function collate(batch: readonly unknown[]): unknown {
  const first = batch[0];
  if (first instanceof Tensor) return stackTensors(batch as readonly Tensor[]);
  if (typeof first === 'number') return tensor(batch as number[], { dtype: (batch as number[]).every((n) => Number.isInteger(n)) ? 'int64' : 'float64' });
  if (typeof first === 'boolean' || typeof first === 'bigint') return tensor(batch as boolean[]);
  if (typeof first === 'string') return [...batch];
  if (Array.isArray(first)) {
    if (batch.some((b) => !Array.isArray(b) || b.length !== first.length)) throw new TorchError('each element in list of batch should be of equal size');
    return first.map((_, i) => collate(batch.map((b) => (b as unknown[])[i])));
  }
  if (isOptions(first)) return Object.fromEntries(Object.keys(first).map((k) => [k, collate(batch.map((b) => (b as Record<string, unknown>)[k]))]));
  throw new TorchError(`default_collate: batch must contain tensors, numbers, dicts or lists; found ${first === null ? 'NoneType' : (first as object)?.constructor?.name ?? typeof first}`);
}

/** One copy for each sample into the batch's memory. */
function stackTensors(list: readonly Tensor[]): Tensor {
  const { shape, dtype, device } = list[0];
  list.forEach((t, i) => { if (!sameShape(t.shape, shape)) throw new TorchError(`stack expects each tensor to be equal size, but got ${showShape(shape)} at entry 0 and ${showShape(t.shape)} at entry ${i}`, { operator: 'stack', shapes: [shape, t.shape] }); });
  if (list.some((t) => t.requiresGrad || t.dtype !== dtype || t.device !== device)) return stack(list);
  const out = Tensor.allocate([list.length, ...shape], dtype, device);
  list.forEach((t, i) => copyInto(new Tensor(out.storage, dtype, { shape, strides: out.strides.slice(1), offset: i * out.strides[0] }, device), t));
  return out;
}
