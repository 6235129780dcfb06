import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TorchError } from '../src/errors.ts';
import { readCheckpoint, writeCheckpoint } from '../src/io/checkpoint.ts';
import { TensorSpec } from '../src/io/globals.ts';
import { Global, Persistent, pickle, Reduce } from '../src/io/pickle.ts';
import { readSafetensors, writeSafetensors, type PlainTensor } from '../src/io/safetensors.ts';
import { unpickle } from '../src/io/unpickle.ts';
import { readZip, writeZip } from '../src/io/zip.ts';
import type { DType } from '../src/tensor/dtype.ts';
import { fromBFloat16, fromHalf } from '../src/tensor/read.ts';

const folder = new URL('fixtures/checkpoints/', import.meta.url);
const file = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const files = readdirSync(folder).filter((f) => f.endsWith('.pt') && !f.startsWith('malicious'));

/** A tensor's elements in row-major order. */
function elements(t: TensorSpec, bytes: Uint8Array): (number | boolean)[] {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const readers: Record<DType, (i: number) => number | boolean> = {
    float32: (i) => v.getFloat32(4 * i, true), float64: (i) => v.getFloat64(8 * i, true), float16: (i) => fromHalf(v.getUint16(2 * i, true)), bfloat16: (i) => fromBFloat16(v.getUint16(2 * i, true)),
    int64: (i) => Number(v.getBigInt64(8 * i, true)), int32: (i) => v.getInt32(4 * i, true), int16: (i) => v.getInt16(2 * i, true), int8: (i) => v.getInt8(i), uint8: (i) => v.getUint8(i), bool: (i) => v.getUint8(i) !== 0,
  };
  const out: (number | boolean)[] = [];
  const go = (d: number, at: number): void => {
    if (d === t.shape.length) out.push(readers[t.dtype](at));
    else for (let i = 0; i < t.shape[d]; i++) go(d + 1, at + i * t.stride[d]);
  };
  go(0, t.offset);
  return out;
}
/** The tree in the form of the recorded JSON. */
function described(v: unknown, storages: ReadonlyMap<string, Uint8Array>): unknown {
  if (v instanceof TensorSpec) return { $: 'tensor', dtype: v.dtype, shape: [...v.shape], data: elements(v, storages.get(v.storageKey)!) };
  if (Array.isArray(v)) return v.map((x) => described(x, storages));
  if (v !== null && typeof v === 'object') return Object.fromEntries([...(v instanceof Map ? v : Object.entries(v))].map(([k, x]) => [String(k), described(x, storages)]));
  return v;
}
const wanted = (name: string) => JSON.parse(new TextDecoder().decode(file(name.replace(/(\.legacy)?\.pt$/, '.json')))) as unknown;

describe('files of torch.save', () => {
  it.each(files)('%s', (name) => {
    const { value, storages } = readCheckpoint(file(name));
    expect(described(value, storages)).toEqual(wanted(name));
  });
  it.each(files)('%s, written and read again', (name) => {
    const first = readCheckpoint(file(name));
    const again = readCheckpoint(writeCheckpoint(first.value, first.storages));
    expect(described(again.value, again.storages)).toEqual(wanted(name));
    expect(again.storages.size).toBe(first.storages.size);
  });
  it.each(['views.pt', 'views.legacy.pt'])('%s: views share their storage', (name) => {
    const { value, storages } = readCheckpoint(file(name));
    const v = value as Record<string, TensorSpec>;
    expect(new Set([v.t, v.slice, v.shared_a, v.shared_b].map((t) => t.storageKey)).size).toBe(1);
    expect(storages.get(v.t.storageKey)!.length).toBe(24 * 4);
    expect([v.shared_b.offset, v.t.stride]).toEqual([6, [1, 6]]);
    expect(storages.size).toBe(3);
  });
  it('keeps what marks a parameter, and where a tensor was', () => {
    const { w } = readCheckpoint(file('parameter.pt')).value as Record<string, TensorSpec>;
    expect([w.parameter, w.requiresGrad, w.location]).toEqual([true, true, 'cpu']);
    const { w: again } = readCheckpoint(writeCheckpoint({ w }, readCheckpoint(file('parameter.pt')).storages)).value as Record<string, TensorSpec>;
    expect(again).toEqual(w);
  });
  it('makes tensors as it is told, each once', () => {
    const spec = new TensorSpec({ storageKey: '0', dtype: 'float32', offset: 1, shape: [2], stride: [1] });
    const bytes = writeCheckpoint({ a: spec, b: [spec] }, new Map([['0', new Uint8Array(12)]]));
    const { value } = readCheckpoint(bytes, (t, storage) => ({ made: t.shape, of: storage.length }));
    expect(value).toEqual({ a: { made: [2], of: 12 }, b: [{ made: [2], of: 12 }] });
    const { a, b } = value as { a: object; b: object[] };
    expect(b[0]).toBe(a);
  });
});

describe('what a checkpoint may hold', () => {
  const round = (value: unknown) => readCheckpoint(writeCheckpoint(value, new Map())).value;
  it('numbers, strings, lists, tuples, dicts, None', () => {
    const value = {
      ints: [0, 255, 256, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, -1, -129, -(2 ** 31), -(2 ** 31) - 1, -(2 ** 53) + 1], floats: [0.5, -0, NaN, Infinity, -Infinity, 1e300, 5e-324],
      text: ['', 'naïve ☃ 😀', 'x'.repeat(300)], none: null, flags: [true, false], nested: { a: { b: [[[]]] } }, tuple: Object.freeze([1, 'two', Object.freeze([])]), map: new Map<unknown, unknown>([[0, 'a'], [1, { b: 2 }]]),
    };
    const got = round(value) as typeof value;
    expect(got).toEqual(value);
    expect(Object.isFrozen(got.tuple)).toBe(true);
    expect(Object.isFrozen(got.ints)).toBe(false);
    expect(round(2n ** 80n)).toBe(2n ** 80n);
    expect(round(-(2n ** 63n))).toBe(-(2n ** 63n));
    expect(round({ lost: undefined })).toEqual({ lost: null });
  });
  it('one object stays one, and may hold itself', () => {
    const list: unknown[] = [];
    list.push(list);
    const shared = { x: 1 };
    const got = round({ a: shared, b: shared, list }) as { a: object; b: object; list: unknown[] };
    expect(got.a).toBe(got.b);
    expect(got.list[0]).toBe(got.list);
  });
  it('more than 256 objects', () => {
    const value = Array.from({ length: 400 }, (_, i) => ({ [`key${i}`]: `value${i % 300}` }));
    expect(round(value)).toEqual(value);
  });
  it('a key __proto__ is a key', () => {
    const got = round(new Map([['__proto__', { polluted: true }]])) as object;
    expect(Object.getOwnPropertyNames(got)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
  it('devices, dtypes and sizes are read as strings and tuples', () => {
    const g = (name: string) => new Global('torch', name);
    const data = pickle({ device: new Reduce(g('device'), ['cuda', 1]), dtype: g('bfloat16'), size: new Reduce(g('Size'), [Object.freeze([2, 3])]) });
    expect(readCheckpoint(writeZip([['archive/data.pkl', data]])).value).toEqual({ device: 'cuda:1', dtype: 'bfloat16', size: [2, 3] });
  });
  it.each<[string, unknown, RegExp]>([
    ['functions', { f: () => 1 }, /cannot pickle 'function' object/],
    ['instances of classes', { d: new Date(0) }, /cannot pickle 'Date' object/],
    ['symbols', Symbol('s'), /cannot pickle 'symbol' object/],
  ])('%s are refused', (_, value, message) => {
    expect(() => writeCheckpoint(value, new Map())).toThrow(TorchError);
    expect(() => writeCheckpoint(value, new Map())).toThrow(message);
  });
  it('two dtypes on one storage, and tensors outside of theirs, are refused', () => {
    const t = (dtype: DType, shape: number[], storageKey = '0') => new TensorSpec({ storageKey, dtype, offset: 0, shape, stride: [1] });
    const storages = new Map([['0', new Uint8Array(8)]]);
    expect(() => writeCheckpoint([t('float32', [1]), t('int32', [1])], storages)).toThrow(/view the same data as different types/);
    expect(() => writeCheckpoint(t('float32', [3]), storages)).toThrow(/requiring a storage size of 12 are out of bounds for storage of size 8/);
    expect(() => writeCheckpoint(t('float32', [1], '7'), storages)).toThrow(/no storage '7'/);
  });
  it('records lie at multiples of 64 bytes', () => {
    const storage = new Uint8Array(64).map((_, i) => i ^ 0xa5);
    const bytes = writeCheckpoint([1, new TensorSpec({ storageKey: '0', dtype: 'uint8', offset: 0, shape: [64], stride: [1] })], new Map([['0', storage]]));
    expect(Buffer.from(bytes).indexOf(Buffer.from(storage)) % 64).toBe(0);
    expect([...readZip(bytes).keys()]).toEqual(['archive/data.pkl', 'archive/byteorder', 'archive/data/0', 'archive/version']);
  });
});

describe('files that are no checkpoints', () => {
  const fails = (bytes: Uint8Array, message: RegExp) => {
    expect(() => readCheckpoint(bytes)).toThrow(TorchError);
    expect(() => readCheckpoint(bytes)).toThrow(message);
  };
  const zip = (value: unknown, more: [string, Uint8Array][] = []) => writeZip([['a/data.pkl', pickle(value)], ...more]);
  const tensor = (id: unknown[], ...args: unknown[]) => new Reduce(new Global('torch._utils', '_rebuild_tensor_v2'), [new Persistent(id), ...args]);
  const floats = new Global('torch', 'FloatStorage');
  it('a pickle that calls eval runs nothing', () => fails(file('malicious.pt'), /Weights only load failed\. Unsupported global: GLOBAL __builtin__\.eval was not an allowed global/));
  it('other classes', () => fails(zip(new Reduce(new Global('__main__', 'Net'), [])), /GLOBAL __main__\.Net was not an allowed global by default/));
  it('names that every object has', () => fails(zip(new Global('', 'constructor')), /not an allowed global/));
  it('a function as a value', () => fails(zip(new Global('torch', 'device')), /A function is no value/));
  it('persistent objects but storages', () => fails(zip(new Persistent(['module', 1, 2, 3, 4])), /Only persistent_load of storage is allowed, but got module/));
  it('a missing storage', () => fails(zip(tensor(['storage', floats, '5', 'cpu', 4], 0, Object.freeze([4]), Object.freeze([1]), false)), /failed locating file data\/5/));
  it.each<[string, unknown[]]>([['too large', [0, [1e9], [1]]], ['too far', [4, [1], [1]]], ['stride too large', [0, [2, 2], [3, 2]]]])('a tensor outside its storage: %s', (_, [offset, shape, stride]) =>
    fails(zip(tensor(['storage', floats, '0', 'cpu', 4], offset, Object.freeze(shape), Object.freeze(stride), false), [['a/data/0', new Uint8Array(16)]]), /out of bounds for storage of size 16/));
  it.each<[string, unknown[]]>([['negative offset', [-1, [1], [1]]], ['negative stride', [3, [2], [-1]]], ['fractions', [0.5, [1], [1]]], ['unequal lengths', [0, [1, 1], [1]]], ['no lists', [0, 1, 1]]])('a malformed tensor: %s', (_, [offset, shape, stride]) =>
    fails(zip(tensor(['storage', floats, '0', 'cpu', 4], offset, shape, stride, false), [['a/data/0', new Uint8Array(16)]]), /arguments of a tensor are malformed/));
  it('TorchScript, other archives, other files', () => {
    fails(writeZip([['m/data.pkl', pickle(1)], ['m/constants.pkl', pickle(1)]]), /TorchScript archive/);
    fails(writeZip([['hello.txt', new Uint8Array(3)]]), /failed locating file data\.pkl/);
    fails(new TextEncoder().encode('PK, not really'), /failed reading zip archive/);
    fails(new TextEncoder().encode('hello'), /Invalid magic number; corrupt file\?/);
    fails(pickle({ a: 1 }), /Invalid magic number; corrupt file\?/);
    fails(new Uint8Array(0), /Invalid magic number/);
    fails(zip(1, [['a/byteorder', new TextEncoder().encode('big')]]), /big-endian/);
  });
  it('nesting without end', () => {
    const n = 100_000, deep = new Uint8Array([0x80, 2, ...Array<number>(n).fill(0x5d), ...Array<number>(n - 1).fill(0x61), 0x2e]); // n lists, each appended to the one before
    fails(writeZip([['a/data.pkl', deep]]), /nested too deeply/);
  });
  it('damaged files end in a TorchError or a value, never in another error', () => {
    let seed = 12345;
    const random = (n: number) => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return (seed >>> 8) % n; };
    let errors = 0;
    for (const name of ['training.legacy.pt', 'views.legacy.pt', 'state_dict.pt', 'parameter.pt'])
      for (let i = 0; i < 400; i++) {
        let bytes = file(name).slice();
        if (i % 4 === 0) bytes = bytes.slice(0, random(bytes.length));
        else for (let k = 0; k <= i % 3; k++) bytes[random(Math.min(bytes.length, 1500))] = random(256);
        try { readCheckpoint(bytes); } catch (e) { errors++; expect(e).toBeInstanceOf(TorchError); }
      }
    expect(errors).toBeGreaterThan(400);
  });
});

describe('pickles', () => {
  it('several follow one another', () => {
    const nothing = { global: () => undefined, persistent: () => undefined };
    const a = pickle('first'), b = pickle([2]), both = new Uint8Array([...a, ...b]);
    const { value, end } = unpickle(both, nothing);
    expect([value, end]).toEqual(['first', a.length]);
    expect(unpickle(both, nothing, end)).toEqual({ value: [2], end: both.length });
  });
});

describe('safetensors', () => {
  const bytesOf = (a: Float32Array | BigInt64Array | Uint16Array) => new Uint8Array(a.buffer);
  const t = (dtype: DType, shape: number[], bytes: Uint8Array): PlainTensor => ({ dtype, shape, bytes });
  it('writes the bytes of the format\'s own library', () => {
    const got = writeSafetensors([['t', t('float32', [2, 2], new Uint8Array(16))]]);
    const header = '{"t":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}       ';
    expect(Buffer.from(got)).toEqual(Buffer.concat([Buffer.from([64, 0, 0, 0, 0, 0, 0, 0]), Buffer.from(header), Buffer.alloc(16)]));
  });
  it('lays tensors out by dtype, then by name', () => {
    const tensors: [string, PlainTensor][] = [['b', t('float32', [1], bytesOf(new Float32Array([1.5])))], ['m', t('bool', [3], new Uint8Array([1, 0, 1]))], ['a', t('float32', [], bytesOf(new Float32Array([-2])))], ['h', t('float16', [2, 0], new Uint8Array(0))], ['ï"', t('int64', [2], bytesOf(new BigInt64Array([1n, -1n])))]];
    const got = writeSafetensors(tensors, { format: 'pt' });
    const length = Number(new DataView(got.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(new TextDecoder().decode(got.subarray(8, 8 + length)).trimEnd()).toBe('{"__metadata__":{"format":"pt"},"ï\\"":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},"a":{"dtype":"F32","shape":[],"data_offsets":[16,20]},"b":{"dtype":"F32","shape":[1],"data_offsets":[20,24]},"h":{"dtype":"F16","shape":[2,0],"data_offsets":[24,24]},"m":{"dtype":"BOOL","shape":[3],"data_offsets":[24,27]}}');
    const read = readSafetensors(got);
    expect(read.metadata).toEqual({ format: 'pt' });
    expect([...read.tensors.keys()]).toEqual(['ï"', 'a', 'b', 'h', 'm']);
    for (const [name, tensor] of tensors) expect(read.tensors.get(name)).toEqual(tensor);
    expect(Buffer.from(writeSafetensors(read.tensors, read.metadata))).toEqual(Buffer.from(got));
  });
  const raw = (header: string, data = new Uint8Array(0)) => { const h = new TextEncoder().encode(header), out = new Uint8Array(8 + h.length + data.length); new DataView(out.buffer).setBigUint64(0, BigInt(h.length), true); out.set(h, 8); out.set(data, 8 + h.length); return out; };
  it.each<[string, Uint8Array, RegExp]>([
    ['too short', new Uint8Array(3), /header too small/],
    ['a header beyond the file', new Uint8Array([9, 0, 0, 0, 0, 0, 0, 0]), /invalid header length/],
    ['a huge header', new Uint8Array(8).fill(255), /header too large/],
    ['no JSON', raw('{"a"'), /invalid JSON/],
    ['a list', raw('[]'), /must be \{/],
    ['an unknown dtype', raw('{"a":{"dtype":"F8_E4M3","shape":[0],"data_offsets":[0,0]}}'), /F8_E4M3/],
    ['a wrong size', raw('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', new Uint8Array(4)), /invalid offset for tensor `a`/],
    ['an overlap', raw('{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}', new Uint8Array(3)), /invalid offset for tensor `b`/],
    ['data that is missing', raw('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', new Uint8Array(2)), /describes 4 bytes, the file has 2/],
    ['data left over', raw('{}', new Uint8Array(2)), /describes 0 bytes, the file has 2/],
    ['malformed offsets', raw('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}'), /malformed/],
    ['null for a tensor', raw('{"a":null}'), /dtype undefined/],
    ['metadata of numbers', raw('{"__metadata__":{"a":1}}'), /something else than strings/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(TorchError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });
  it('refuses to write bytes that are no such tensor', () => expect(() => writeSafetensors([['a', t('float32', [2], new Uint8Array(4))]])).toThrow(/needs 8 bytes, not 4/));
});
