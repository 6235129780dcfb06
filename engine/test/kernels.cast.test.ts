// Every pair of storage types on edge values, and copies between layouts, in both builds.
import { afterEach, describe, expect, it } from 'vitest'
import { block, builds, random, release, type Block } from './kernels.harness.ts'

afterEach(release)

const types = ['f32', 'f64', 'f16', 'bf16', 'i64', 'i32', 'i16', 'i8', 'u8', 'bool'] as const
type Type = (typeof types)[number]
const arrays = { f32: Float32Array, f64: Float64Array, f16: Uint16Array, bf16: Uint16Array, i64: BigInt64Array, i32: Int32Array, i16: Int16Array, i8: Int8Array, u8: Uint8Array, bool: Uint8Array }
type Storage = InstanceType<(typeof arrays)[Type]>
const isFloat = (type: Type): boolean => ['f32', 'f64', 'f16', 'bf16'].includes(type)

/** A value rounded to `bits` of mantissa, exponents from `low` (subnormal below) to `high`, ties to even. */
function roundTo(v: number, bits: number, low: number, high: number): number {
  if (!Number.isFinite(v) || v === 0) return v
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(v))), low)
  const unit = 2 ** (exponent - bits)
  const scaled = Math.abs(v) / unit
  const whole = Math.floor(scaled)
  const up = scaled - whole > 0.5 || (scaled - whole === 0.5 && whole % 2 === 1)
  const rounded = (whole + Number(up)) * unit
  return Math.sign(v) * (rounded >= 2 ** (high + 1) ? Infinity : rounded) || (v < 0 ? -0 : 0)
}

/** The number that 16 bits with e exponent bits stand for. */
function decode(bits: number, e: number): number {
  const m = 15 - e
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> m) & ((1 << e) - 1)
  const fraction = bits & ((1 << m) - 1)
  const bias = (1 << (e - 1)) - 1
  if (exponent === (1 << e) - 1) return fraction ? NaN : sign * Infinity
  return sign * (exponent ? (1 + fraction / 2 ** m) * 2 ** (exponent - bias) : (fraction / 2 ** m) * 2 ** (1 - bias))
}

const read = (type: Type, v: number | bigint): number | bigint => (type === 'f16' ? decode(Number(v), 5) : type === 'bf16' ? decode(Number(v), 8) : type === 'bool' ? Number(v !== 0) : v)

/** What PyTorch on x86 makes of a value: truncation, wrap-around, the smallest integer for what does not fit. */
function convert(v: number | bigint, to: Type): number | bigint {
  const single = typeof v === 'bigint' ? nearestSingle(v) : Math.fround(v)
  switch (to) {
    case 'f64': return Number(v)
    case 'f32': return single
    case 'f16': return roundTo(single, 10, -14, 15)
    case 'bf16': return roundTo(single, 7, -126, 127)
    case 'bool': return Number(Number(v) !== 0)
  }
  const width = { i64: 64, i32: 32, i16: 16, i8: 8, u8: 8 }[to]
  let whole: bigint
  if (typeof v === 'bigint') whole = v
  else {
    // The conversion instruction has 64 bits for int64 and uint8, 32 for the others.
    const limit = to === 'i64' || to === 'u8' ? 2 ** 63 : 2 ** 31
    const t = Math.trunc(v)
    whole = t >= -limit && t < limit ? BigInt(t) : BigInt(-limit)
  }
  if (to === 'u8') return Number(BigInt.asUintN(8, whole))
  return to === 'i64' ? BigInt.asIntN(64, whole) : Number(BigInt.asIntN(width, whole))
}

/** An integer to float32 with a single rounding. */
function nearestSingle(v: bigint): number {
  const magnitude = v < 0n ? -v : v
  const shift = BigInt(Math.max(magnitude.toString(2).length - 24, 0))
  const unit = 1n << shift
  const rest = magnitude % unit
  let whole = magnitude / unit
  if (rest * 2n > unit || (rest * 2n === unit && whole % 2n === 1n && shift > 0n)) whole += 1n
  return Number(v < 0n ? -(whole * unit) : whole * unit)
}

const floats = [
  0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 0.999, -0.999, NaN, Infinity, -Infinity, 127.9, 128, -128.9, -129, 255.5, 256, 300.7, -300.7, 32767.5, 32768, 70000.5, -70000.5,
  2147483520, 2147483648, -2147483648, -2147483904, 4294967301, 3e9, -3e9, 9.2e18, 9.3e18, -9.3e18, 1e20, -1e20, 65504, 65519, 65519.996, 65520, 65536, 3.4e38, 1e-45, 1e-40, -1e-40, 6e-8, 2.98e-8, 2.980232594e-8, 6.1e-5, 6.09e-5, 5.96e-8, 1e-7, 3.3895e38, 1.00390625, 1.01171875, 1.0009765625, 1.00048828125, 1.00146484375, 0.1, 1 / 3, 1e300, 1e-300, 2049, 2051, 16777217,
]
const wholes = [0n, 1n, -1n, 127n, 128n, -128n, -129n, 255n, 256n, 300n, 32767n, 32768n, 65519n, 65520n, 2147483647n, 2147483648n, -2147483649n, 16777217n, 16777219n, 9007199791611905n, 9007199254740993n, 2n ** 63n - 1n, -(2n ** 63n), 257n, 259n, 2049n, 2051n]

function source(from: Type): Block<Storage> {
  if (from === 'f16' || from === 'bf16') return block<Storage>(Uint16Array as never, 65536, i => i)
  const values: (number | bigint)[] = isFloat(from) ? floats : from === 'bool' ? [0, 1, 1, 0, 1] : wholes.map(v => (from === 'i64' ? v : Number(BigInt.asIntN(32, v))))
  const out = block<Storage>(arrays[from] as never, values.length)
  values.forEach((v, i) => { (out.data as { [i: number]: number | bigint })[i] = v })
  return out
}

describe.each(builds)('%s build', (_, k) => {
  describe.each(types)('from %s', from => {
    it.each(types.filter(to => to !== from))('to %s', to => {
      const x = source(from)
      const n = x.data.length
      const y = block<Storage>(arrays[to] as never, n)
      k[`cast_${from}_${to}`](x.ptr, y.ptr, n)
      for (let i = 0; i < n; i++) {
        const value = read(from, x.data[i])
        const want = convert(isFloat(from) ? value : BigInt(value), to)
        const got = to === 'bool' ? y.data[i] : read(to, y.data[i])
        if (!Object.is(got, want)) expect.fail(`${from} ${value} became ${to} ${got}, expected ${want}`)
      }
      expect(n).toBeGreaterThan(4)
    })
  })

  it('tails of every length', () => {
    for (let n = 0; n < 40; n++) {
      const x = block(Float32Array, n, i => i - 3.25)
      const y = block(Uint16Array, n)
      const z = block(Float32Array, n)
      for (const half of ['f16', 'bf16']) {
        k[`cast_f32_${half}`](x.ptr, y.ptr, n)
        k[`cast_${half}_f32`](y.ptr, z.ptr, n)
        expect([...z.data]).toEqual([...x.data])
      }
      const b = block(Uint8Array, n, i => i % 2)
      k.cast_bool_f32(b.ptr, z.ptr, n)
      expect([...z.data]).toEqual([...b.data])
      const w = block(BigInt64Array, n)
      k.cast_f32_i64(x.ptr, w.ptr, n)
      expect([...w.data]).toEqual(Array.from(x.data, v => BigInt(Math.trunc(v))))
      release()
    }
  })

  it('rounding in place', () => {
    const { value } = random(4)
    const x = block(Float32Array, 1001, () => value() * 2 ** (30 * value()))
    const y = block(Float32Array, 1001)
    k.round_f16(x.ptr, y.ptr, 1001)
    expect([...y.data]).toEqual(Array.from(x.data, v => roundTo(v, 10, -14, 15)))
    k.round_bf16(x.ptr, x.ptr, 1001)
    expect(Math.max(...Array.from(x.data, v => Math.abs(v - roundTo(v, 7, -126, 127))))).toBe(0)
  })

  describe.each([[1, Uint8Array], [2, Uint16Array], [4, Uint32Array], [8, BigUint64Array]] as const)('copies of %d bytes', (size, array) => {
    type Unsigned = Uint8Array | Uint16Array | Uint32Array | BigUint64Array
    const i32 = (values: number[]): number => block(Int32Array, values.length, i => values[i]).ptr
    const data = (n: number): Block<Unsigned> => {
      const out = block<Unsigned>(array as never, n)
      for (let i = 0; i < n; i++) (out.data as { [i: number]: number | bigint })[i] = size === 8 ? BigInt(i) : (i * 7) % 251
      return out
    }

    /** dims, source strides and offset, target strides and offset, elements that either block needs */
    function check(dims: number[], from: number[], fromAt: number, to: number[], toAt: number, n: number, m: number): void {
      const src = data(n)
      const dst = data(m)
      const want = [...dst.data]
      const walk = (d: number, s: number, t: number): void => {
        if (d === dims.length) want[t] = src.data[s]
        else for (let i = 0; i < dims[d]; i++) walk(d + 1, s + i * from[d], t + i * to[d])
      }
      walk(0, fromAt, toAt)
      k[`copy_strided_${size}`](src.ptr + fromAt * size, dst.ptr + toAt * size, dims.length, i32(dims), i32(from), i32(to))
      expect([JSON.stringify([dims, from, to]), ...dst.data]).toEqual([JSON.stringify([dims, from, to]), ...want])
      release()
    }

    it('transposes, permutations, broadcasts, reversals', () => {
      check([], [], 3, [], 2, 5, 5)
      check([5], [2], 0, [1], 0, 10, 5)
      check([5], [1], 0, [3], 0, 5, 15)
      check([200], [1], 0, [1], 0, 200, 200)
      check([5], [0], 1, [1], 0, 3, 5)
      check([5], [-1], 4, [1], 0, 5, 5)
      check([3, 4], [0, 1], 0, [4, 1], 0, 4, 12)
      check([3, 4], [1, 0], 0, [4, 1], 0, 3, 12)
      for (const [r, c] of [[1, 1], [4, 4], [5, 7], [16, 16], [17, 33], [35, 18], [3, 40]]) {
        check([r, c], [1, r], 0, [c, 1], 0, r * c, r * c)
        check([r, c], [1, r + 3], 2, [c + 2, 1], 1, (r + 3) * c + 2, (c + 2) * r + 1)
        check([r, c], [-1, r], r - 1, [c, 1], 0, r * c, r * c)
      }
      check([2, 3, 4, 5], [60, 20, 5, 1], 0, [60, 1, 15, 3], 0, 120, 120)
      check([2, 3, 4, 5], [60, 1, 15, 3], 0, [60, 20, 5, 1], 0, 120, 120)
      check([4, 3, 5], [1, 4, 12], 0, [15, 5, 1], 0, 60, 60)
      check([4, 3, 5], [1, 20, 4], 0, [15, 5, 1], 0, 60, 60)
      check([6, 20, 30], [1, 180, 6], 0, [600, 30, 1], 0, 3600, 3600)
      check([2, 0, 3], [3, 3, 1], 0, [3, 3, 1], 0, 6, 6)
      check([2, 3, 1], [3, 1, 1], 0, [3, 1, 1], 0, 6, 6)
    })

    it('copy_bytes moves overlapping ranges', () => {
      const x = block(Uint8Array, 50, i => i)
      k.copy_bytes(x.ptr, x.ptr + 5, 40)
      expect([...x.data]).toEqual(Array.from({ length: 50 }, (_, i) => (i >= 5 && i < 45 ? i - 5 : i)))
    })
  })
})
