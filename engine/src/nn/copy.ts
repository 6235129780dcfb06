import { heap, Storage } from '../cpu/heap.ts';
import { TorchError } from '../errors.ts';
import { Tensor } from '../tensor/tensor.ts';
import { emptyTwin, Module } from './module.ts';
import { Parameter } from './parameter.ts';

/**
 * A copy of a module, a tensor or a tree of them that shares no memory with the original, as Python's `copy.deepcopy`
 * makes: gradients, training mode, buffers and hooks included. What was shared inside (tied weights, views of one memory)
 * is shared in the copy. Functions and objects of other classes are taken over as they are.
 *
 * @throws TorchError for a tensor that was computed and is part of a graph
 * @example const teacher = torch.deepcopy(model).eval();
 */
export function deepcopy<T>(value: T): T {
  const made = new Map<unknown, unknown>(), memory = new Map<number, Storage>();
  const storageOf = (s: Storage): Storage => {
    let twin = memory.get(s.ptr);
    if (!twin) { memory.set(s.ptr, (twin = new Storage(s.nbytes))); heap.u8.copyWithin(twin.ptr, s.ptr, s.ptr + s.nbytes); }
    return twin;
  };
  const tensorOf = (t: Tensor): Tensor => {
    if (!t.isLeaf) throw new TorchError('Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment. Copy its detach() instead.');
    const plain = new Tensor(storageOf(t.storage), t.dtype, t, t.device), out = t instanceof Parameter ? new Parameter(plain, t.requiresGrad) : plain;
    out.leafRequiresGrad = t.leafRequiresGrad;
    made.set(t, out);
    if (t.grad) out.grad = copy(t.grad) as Tensor;
    return out;
  };
  const copy = (v: unknown): unknown => {
    if (made.has(v)) return made.get(v);
    if (v instanceof Tensor) return tensorOf(v);
    const keep = <O>(o: O): O => { made.set(v, o); return o; };
    if (v instanceof Module) {
      const out = keep(emptyTwin(v));
      for (const key of Object.keys(v)) Object.defineProperty(out, key, { ...Object.getOwnPropertyDescriptor(v, key), value: copy((v as unknown as Record<string, unknown>)[key]) });
      return out;
    }
    if (Array.isArray(v)) { const out = keep<unknown[]>([]); for (const x of v) out.push(copy(x)); return out; }
    if (v instanceof Map) { const out = keep(new Map<unknown, unknown>()); for (const [k, x] of v) out.set(copy(k), copy(x)); return out; }
    if (typeof v === 'object' && v !== null && Object.getPrototypeOf(v) === Object.prototype) {
      const out = keep<Record<string, unknown>>({});
      for (const [k, x] of Object.entries(v)) out[k] = copy(x);
      return out;
    }
    return v;
  };
  return copy(value) as T;
}
