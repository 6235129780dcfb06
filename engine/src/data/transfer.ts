import { heap } from '../cpu/heap.ts';
import { dense } from '../cpu/copy.ts';
import { isOptions } from '../ops/schema.ts';
import { dtypeInfo, type DType } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';

/** A tensor on its way from one thread to another; each thread's tensors live in a memory of its own. */
class Packed {
  readonly packedTensor: true = true;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  constructor(t: Tensor) {
    const d = dense(t.detach()), size = d.count * dtypeInfo(d.dtype).bytes;
    this.dtype = d.dtype;
    this.shape = d.shape;
    this.bytes = size ? heap.u8.slice(d.ptr, d.ptr + size) : new Uint8Array();
  }
}
const isPacked = (v: unknown): v is Packed => typeof v === 'object' && v !== null && 'packedTensor' in v;

/** `value` with its tensors made ready to be sent; what they hand over to the other thread is added to `transfer`. */
export function pack(value: unknown, transfer: ArrayBuffer[]): unknown {
  if (value instanceof Tensor) { const p = new Packed(value); transfer.push(p.bytes.buffer as ArrayBuffer); return p; }
  if (Array.isArray(value)) return value.map((v) => pack(v, transfer));
  return isOptions(value) ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, pack(v, transfer)])) : value;
}
/** What `pack` made, as it was. */
export function unpack(value: unknown): unknown {
  if (isPacked(value)) {
    const t = Tensor.allocate(value.shape, value.dtype, 'cpu');
    if (value.bytes.length) heap.u8.set(value.bytes, t.ptr);
    return t;
  }
  if (Array.isArray(value)) return value.map(unpack);
  return isOptions(value) ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, unpack(v)])) : value;
}
