// Runs kernels of both builds on a memory of their own, at addresses above 2 GiB, with guard zones around every block.
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { expect } from 'vitest'

if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd')

export type Kernels = Readonly<Record<string, (...args: (number | bigint)[]) => number>>

const memory = new WebAssembly.Memory({ initial: 65536, maximum: 65536, shared: true })
const bytes = new Uint8Array(memory.buffer)
const START = 2 ** 31 + 65536
const GUARD = 64
const FILL = 0xff // floats read from a guard or from fresh memory are NaN

function instantiate(build: string): Kernels {
  const module = new WebAssembly.Module(readFileSync(new URL(`../dist/kernels/${build}.wasm`, import.meta.url)))
  return new WebAssembly.Instance(module, { env: { memory, abort: () => { throw new Error('kernel aborted') } } }).exports as Kernels
}

/** Both builds, for `describe.each`. */
export const builds: [string, Kernels][] = ['relaxed', 'simd'].map(name => [name, instantiate(name)])

type TypedArray = Float32Array | Float64Array | BigInt64Array | Uint8Array | Int8Array | Int32Array | Uint16Array | Int16Array | Uint32Array | BigUint64Array
type Constructor<A> = { new (buffer: ArrayBufferLike, offset: number, length: number): A; BYTES_PER_ELEMENT: number }

/** A block of kernel memory: `data` reads and writes it, `ptr` is its address. */
export interface Block<A> { ptr: number; data: A }

let top = START
let zones: number[] = []

/** A block of `n` elements, at an address that is only as aligned as the element. */
export function block<A extends TypedArray>(type: Constructor<A>, n: number, fill?: (i: number) => number): Block<A> {
  const size = type.BYTES_PER_ELEMENT
  top = Math.ceil(top / 8) * 8 + size
  if (zones.length === 0) zones.push(guard())
  const ptr = top
  bytes.fill(FILL, ptr, ptr + n * size)
  top += n * size
  zones.push(guard())
  const data = new type(memory.buffer, ptr, n)
  if (fill) for (let i = 0; i < n; i++) (data as { [i: number]: number | bigint })[i] = data instanceof BigInt64Array ? BigInt(fill(i)) : fill(i)
  return { ptr, data }
}

function guard(): number {
  const at = top
  bytes.fill(FILL, at, at + GUARD)
  top = Math.ceil((top + GUARD) / 8) * 8
  return at
}

/** A scratch block of exactly `size` bytes, the (possibly negative) result of a `*_scratch` kernel. */
export function scratch(size: number): number { return block(Uint8Array, size >>> 0).ptr }

/** Frees all blocks; fails if a kernel wrote outside them. */
export function release(): void {
  for (const at of zones) for (let i = 0; i < GUARD; i++) if (bytes[at + i] !== FILL) throw new Error(`kernel wrote outside its blocks, near ${at - START}`)
  zones = []
  top = START
}

/** Deterministic random numbers (mulberry32). */
export function random(seed: number) {
  let s = seed >>> 0
  const uniform = (): number => {
    s = (s + 0x6d2b79f5) >>> 0
    let t = s
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    uniform,
    /** Uniform in [-1, 1), exact in float32. */
    value: (): number => Math.fround(uniform() * 2 - 1),
    /** An integer from lo to hi, both included. */
    int: (lo: number, hi: number): number => lo + Math.floor(uniform() * (hi - lo + 1)),
    pick: <T>(...options: T[]): T => options[Math.floor(uniform() * options.length)],
  }
}

/** Every element of `got` within `tolerance` of `want` (absolute), NaN equal to NaN. */
export function expectClose(got: ArrayLike<number>, want: ArrayLike<number>, tolerance: number, context: string): void {
  if (got.length !== want.length) expect.fail(`${context}: ${got.length} elements, expected ${want.length}`)
  for (let i = 0; i < want.length; i++) {
    const same = Object.is(got[i], want[i]) || Math.abs(got[i] - want[i]) <= tolerance || (Number.isNaN(got[i]) && Number.isNaN(want[i]))
    if (!same) expect.fail(`${context}: element ${i} of ${want.length} is ${got[i]}, expected ${want[i]}`)
  }
  expect(got.length).toBe(want.length)
}
