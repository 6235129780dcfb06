import { TorchError } from '../errors.ts';

/** A class or function that the reader is to look up: `new Global('torch', 'FloatStorage')`. */
export class Global {
  readonly module: string;
  readonly name: string;
  constructor(module: string, name: string) { this.module = module; this.name = name; }
}
/** A call that the reader is to make. */
export class Reduce {
  readonly fn: Global;
  readonly args: readonly unknown[];
  constructor(fn: Global, args: readonly unknown[]) { this.fn = fn; this.args = args; }
}
/** An object outside the pickle. */
export class Persistent {
  readonly id: readonly unknown[];
  constructor(id: readonly unknown[]) { this.id = id; }
}

/**
 * Writes a value as a pickle of Python's protocol 2, as PyTorch does.
 *
 * Map and plain object → dict, array → list, frozen array → tuple, null and undefined → None, string → str, boolean →
 * bool, number → int where integral (float otherwise), bigint → int. An object met twice is written once.
 *
 * @param replace gives what to write instead of an object (a tensor's `Reduce`), or undefined to write it as it is
 */
export function pickle(value: unknown, replace: (object: object) => unknown = () => undefined): Uint8Array {
  const out = new ByteWriter();
  const memo = new Map<unknown, number>();
  /** Remembers what has just been written under `key`. */
  const remember = (key: unknown): void => {
    const i = memo.size;
    memo.set(key, i);
    if (i < 256) out.bytes(0x71, i);
    else { out.bytes(0x72); out.uint32(i); }
  };
  /** Writes a reference, if `key` was written before. */
  const recall = (key: unknown): boolean => {
    const i = memo.get(key);
    if (i === undefined) return false;
    if (i < 256) out.bytes(0x68, i);
    else { out.bytes(0x6a); out.uint32(i); }
    return true;
  };
  const tuple = (items: readonly unknown[]): void => {
    if (items.length > 3) out.bytes(0x28);
    for (const item of items) write(item);
    out.bytes([0x29, 0x85, 0x86, 0x87][items.length] ?? 0x74);
  };
  const global = (g: Global): void => {
    const key = `global ${g.module}.${g.name}`;
    if (recall(key)) return;
    out.bytes(0x63);
    out.text(`${g.module}\n${g.name}\n`);
    remember(key);
  };
  const dict = (entries: Iterable<readonly [unknown, unknown]>): void => {
    out.bytes(0x28);
    for (const [k, v] of entries) { write(k); write(v); }
    out.bytes(0x75);
  };

  const write = (v: unknown): void => {
    switch (typeof v) {
      case 'undefined': out.bytes(0x4e); return;
      case 'boolean': out.bytes(v ? 0x88 : 0x89); return;
      case 'number': writeNumber(out, v); return;
      case 'bigint': writeInt(out, v); return;
      case 'string': {
        const key = `string ${v}`;
        if (recall(key)) return;
        const encoded = new TextEncoder().encode(v);
        out.bytes(0x58);
        out.uint32(encoded.length);
        out.append(encoded);
        remember(key);
        return;
      }
      case 'object': break;
      default: throw notPicklable(typeof v);
    }
    if (v === null) { out.bytes(0x4e); return; }
    if (recall(v)) return;
    if (v instanceof Global) { global(v); return; }
    if (v instanceof Persistent) { tuple(v.id); out.bytes(0x51); return; }
    if (v instanceof Reduce) { global(v.fn); tuple(v.args); out.bytes(0x52); remember(v); return; }
    const instead = replace(v);
    if (instead !== undefined) { write(instead); if (!memo.has(v)) remember(v); return; }
    if (Array.isArray(v)) {
      if (Object.isFrozen(v)) { tuple(v); if (v.length) remember(v); return; }
      out.bytes(0x5d);
      remember(v);
      out.bytes(0x28);
      for (const item of v) write(item);
      out.bytes(0x65);
      return;
    }
    const prototype: unknown = Object.getPrototypeOf(v);
    if (!(v instanceof Map) && prototype !== Object.prototype && prototype !== null)
      throw notPicklable((v.constructor as { name?: string } | undefined)?.name ?? 'object');
    out.bytes(0x7d);
    remember(v);
    dict(v instanceof Map ? v : Object.entries(v));
  };

  out.bytes(0x80, 2);
  write(value);
  out.bytes(0x2e);
  return out.finish();
}

const notPicklable = (type: string): TorchError => new TorchError(
  `cannot pickle '${type}' object. Tensors, numbers, strings, arrays, Maps and plain objects can be saved; of a module or an optimizer, save its stateDict().`,
  { operator: 'save' },
);

function writeNumber(out: ByteWriter, x: number): void {
  if (Number.isSafeInteger(x) && !Object.is(x, -0)) { writeInt(out, BigInt(x)); return; }
  out.bytes(0x47);
  out.float64(x);
}

function writeInt(out: ByteWriter, x: bigint): void {
  if (x >= 0n && x < 256n) out.bytes(0x4b, Number(x));
  else if (x >= 0n && x < 65536n) out.bytes(0x4d, Number(x) & 255, Number(x) >> 8);
  else if (BigInt.asIntN(32, x) === x) { out.bytes(0x4a); out.uint32(Number(BigInt.asUintN(32, x))); }
  else {
    let n = 1;
    while (BigInt.asIntN(8 * n, x) !== x) n++;
    if (n > 255) throw new TorchError('cannot pickle an integer of more than 255 bytes', { operator: 'save' });
    out.bytes(0x8a, n);
    for (let i = 0; i < n; i++) out.bytes(Number((x >> BigInt(8 * i)) & 255n));
  }
}

/** Bytes that grow at the end. */
class ByteWriter {
  private buffer = new Uint8Array(1024);
  private length = 0;
  /** Makes room for n more bytes (perhaps in a new buffer) and returns their place. */
  private room(n: number): number {
    if (this.length + n > this.buffer.length) {
      const larger = new Uint8Array(Math.max(2 * this.buffer.length, this.length + n));
      larger.set(this.buffer);
      this.buffer = larger;
    }
    this.length += n;
    return this.length - n;
  }
  bytes(...values: number[]): void { this.append(values); }
  append(bytes: ArrayLike<number>): void { const at = this.room(bytes.length); this.buffer.set(bytes, at); }
  text(s: string): void { this.append(new TextEncoder().encode(s)); }
  uint32(x: number): void { const at = this.room(4); new DataView(this.buffer.buffer).setUint32(at, x, true); }
  /** Big-endian, as pickles hold floats. */
  float64(x: number): void { const at = this.room(8); new DataView(this.buffer.buffer).setFloat64(at, x, false); }
  finish(): Uint8Array { return this.buffer.slice(0, this.length); }
}
