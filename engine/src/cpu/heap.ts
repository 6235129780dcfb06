import { queryObjects } from 'node:v8';
import { inspect } from 'node:util';
import { TorchError } from '../errors.ts';
import { dtypeInfo, type DType } from '../tensor/dtype.ts';

const PAGE = 65536;

/** The most memory that the host grants: 4 GiB of address space, less where it is limited. Untouched pages cost nothing. */
function reserve(): WebAssembly.Memory {
  for (let pages = 65536; ; pages >>= 1) {
    try { return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }); }
    catch (e) { if (pages <= 1024) throw e; }
  }
}

/** The one memory in which all tensors of the process live, shared with worker threads. */
export const memory = reserve();
const buffer = memory.buffer;
/** The whole memory seen as arrays of each element type. */
export const heap = {
  u8: new Uint8Array(buffer), i8: new Int8Array(buffer), i16: new Int16Array(buffer), u16: new Uint16Array(buffer), i32: new Int32Array(buffer),
  u32: new Uint32Array(buffer), f32: new Float32Array(buffer), f64: new Float64Array(buffer), i64: new BigInt64Array(buffer),
};

/** The array that reads elements of `dtype` as they are stored; float16 and bfloat16 are read as their bits. */
export type StoredArray = Uint8Array | Int8Array | Int16Array | Uint16Array | Int32Array | Float32Array | Float64Array | BigInt64Array;
const arrays: Record<DType, StoredArray> = {
  bool: heap.u8, uint8: heap.u8, int8: heap.i8, int16: heap.i16, int32: heap.i32, int64: heap.i64, float16: heap.u16, bfloat16: heap.u16, float32: heap.f32, float64: heap.f64,
};
/** A window on `n` elements of `dtype` at byte address `ptr`. */
export function stored(dtype: DType, ptr: number, n: number): StoredArray {
  const a = arrays[dtype], at = ptr / dtypeInfo(dtype).bytes;
  return a.subarray(at, at + n);
}

// Size classes: multiples of 16 bytes up to 1 KiB, then four steps to each power of two. A freed block goes to its class's list.
function classOf(bytes: number): number {
  if (bytes <= 1024) return (bytes + 15) >> 4;
  const e = 31 - Math.clz32((bytes - 1) >>> 0), step = 2 ** (e - 2);
  return 64 + (e - 10) * 4 + Math.ceil((bytes - 2 ** e) / step);
}
const classBytes: number[] = [];
for (let c = 0; c <= 64; c++) classBytes[c] = Math.max(c, 1) * 16;
for (let e = 10; e < 32; e++) for (let s = 1; s <= 4; s++) classBytes[64 + (e - 10) * 4 + s] = 2 ** e + s * 2 ** (e - 2);
const free: number[][] = classBytes.map(() => []);

// Below the first page lie the kernels' constants.
let top = PAGE;
let liveBytes = 0, peakBytes = 0, sweeps = 0;
const FIRST_SWEEP = 512 * 2 ** 20;
let sweepAt = Math.min(FIRST_SWEEP, buffer.byteLength / 4);

// One slot for each living storage: its block, size class, and how often the slot was reused (a late finalizer of an earlier owner is ignored).
const slotPtr: number[] = [], slotClass: number[] = [], slotUse: number[] = [], slotBorn: number[] = [], freeSlots: number[] = [];
let marks: Uint8Array | null = null;
let epoch = 0;
/**
 * Marks the start of an operator. A kernel is given addresses, which keep nothing alive: a sweep therefore spares what
 * was allocated since the operator began.
 */
export function beginOperator(): void { epoch++; }
/** A point in time, for `Storage.bornSince`. */
export const now = (): number => ++epoch;

// Slots (and how often each had been reused) that were taken while `temporaries` runs.
let arena: number[] | null = null;
/**
 * Runs `fn`, and frees at once all memory that was taken meanwhile but for the tensors that it returns. For the engine's
 * own code only: nothing may keep a tensor made inside beyond what is returned.
 */
export function temporaries<T extends readonly ({ readonly storage: Storage } | null | undefined)[]>(fn: () => T): T {
  if (arena) return fn();
  const mine: number[] = arena = [];
  try {
    const results = fn(), kept = new Set(results.map((r) => r?.storage.slot));
    for (let i = 0; i < mine.length; i += 2) if (!kept.has(mine[i]) && slotUse[mine[i]] === mine[i + 1] && slotPtr[mine[i]] !== 0) release(mine[i]);
    return results;
  } finally { arena = null; }
}

/** A block of memory, shared by all views of a tensor. Freed when no tensor refers to it any more. */
export class Storage {
  /** Byte address in `memory`. */
  readonly ptr: number;
  /** Bytes asked for. */
  readonly nbytes: number;
  /** Counts in-place writes; autograd compares it with the count at the time a tensor was saved. */
  version = 0;
  readonly slot: number;
  private readonly use: number;
  constructor(nbytes: number) {
    this.nbytes = nbytes;
    this.slot = acquire(nbytes);
    this.use = slotUse[this.slot];
    this.ptr = slotPtr[this.slot];
    arena?.push(this.slot, this.use);
    if (nbytes >= FINALIZE_FROM) registry.register(this, this.slot * 2 ** 20 + (slotUse[this.slot] % 2 ** 20));
  }
  /** True for memory taken after the point in time `mark`. */
  bornSince(mark: number): boolean { return slotBorn[this.slot] >= mark; }
  /** Frees the memory now. For the engine's own code, which knows that no tensor looks at it any more. */
  free(): void { if (slotUse[this.slot] === this.use && slotPtr[this.slot] !== 0) release(this.slot); }
  /** `v8.queryObjects` visits every living storage and prints it: this is how `sweep` learns what is alive. */
  [inspect.custom](): string {
    if (marks && slotUse[this.slot] === this.use) marks[this.slot] = 1;
    return 'Storage';
  }
}

// Registering costs up to 0.65 µs, so small blocks wait for the sweep.
const FINALIZE_FROM = 65536;
const registry = new FinalizationRegistry<number>((held) => {
  const slot = Math.floor(held / 2 ** 20);
  if (slotUse[slot] % 2 ** 20 === held % 2 ** 20 && slotPtr[slot] !== 0) release(slot);
});

function release(slot: number): void {
  const c = slotClass[slot];
  free[c].push(slotPtr[slot]);
  liveBytes -= classBytes[c];
  slotPtr[slot] = 0;
  slotUse[slot]++;
  freeSlots.push(slot);
}

function acquire(nbytes: number): number {
  const c = classOf(nbytes), size = classBytes[c];
  if (size === undefined || size > buffer.byteLength) throw outOfMemory(nbytes);
  if (liveBytes + size > sweepAt) sweep();
  let ptr = free[c].pop();
  if (ptr === undefined) {
    if (top + size > buffer.byteLength) { sweep(); ptr = free[c].pop() ?? fromLarger(c); if (ptr === undefined) throw outOfMemory(nbytes); }
    else { ptr = top; top += size; }
  }
  const slot = freeSlots.pop() ?? slotPtr.length;
  slotPtr[slot] = ptr; slotClass[slot] = c; slotUse[slot] ??= 0; slotBorn[slot] = epoch;
  liveBytes += size;
  if (liveBytes > peakBytes) peakBytes = liveBytes;
  return slot;
}

/** When the address space is used up, a larger free block serves a smaller request; the rest goes back to the lists. */
function fromLarger(c: number): number | undefined {
  for (let k = c + 1; k < free.length; k++) {
    const ptr = free[k].pop();
    if (ptr === undefined) continue;
    let at = ptr + classBytes[c], left = classBytes[k] - classBytes[c];
    for (let j = k - 1; j >= 0 && left >= 16; j--) while (classBytes[j] <= left) { free[j].push(at); at += classBytes[j]; left -= classBytes[j]; }
    return ptr;
  }
  return undefined;
}

/**
 * Frees what no tensor refers to, synchronously: finalizers do not run inside synchronous code, so a training loop
 * without `await` depends on this. Costs a full garbage collection.
 */
export function sweep(): void {
  marks = new Uint8Array(slotPtr.length);
  const warn = process.emitWarning;
  process.emitWarning = () => {}; // queryObjects announces itself as experimental, once
  try { queryObjects(Storage, { format: 'summary' }); } finally { process.emitWarning = warn; }
  const seen = marks;
  marks = null;
  for (let s = 0; s < seen.length; s++) if (!seen[s] && slotPtr[s] !== 0 && slotBorn[s] !== epoch) release(s);
  sweeps++;
  sweepAt = Math.min(Math.max(FIRST_SWEEP, liveBytes * 2), buffer.byteLength);
}

const mib = (n: number): string => (n >= 2 ** 30 ? `${(n / 2 ** 30).toFixed(2)} GiB` : `${(n / 2 ** 20).toFixed(2)} MiB`);
function outOfMemory(nbytes: number): TorchError {
  return new TorchError(`CPU out of memory. Tried to allocate ${mib(nbytes)} (${mib(liveBytes)} already allocated; ${mib(buffer.byteLength)} total capacity)`);
}

/** What the tensors of the process hold, in bytes (blocks, so up to a quarter more than the tensors' own sizes). */
export function memoryStats(): { liveBytes: number; peakBytes: number; reservedBytes: number; capacityBytes: number; tensors: number; sweeps: number } {
  return { liveBytes, peakBytes, reservedBytes: top, capacityBytes: buffer.byteLength, tensors: slotPtr.length - freeSlots.length, sweeps };
}

// Scratch memory that a kernel uses during one call; it grows to the largest request and stays.
let area: Storage | null = null;
/** Address of at least `nbytes` of scratch, valid until the next call of `scratch`. */
export function scratch(nbytes: number): number {
  if (area === null || nbytes > area.nbytes) {
    const outer = arena;
    arena = null; // scratch outlives the operator that asked for more of it
    area = new Storage(nbytes);
    arena = outer;
  }
  return area.ptr;
}
