// Binary kernels, comparisons, fused updates, selection and filling, in both builds.
import { afterEach, describe, expect, it } from 'vitest'
import { block, builds, random, release } from './kernels.harness.ts'

afterEach(release)

type Float = 'f32' | 'f64'
const arrays = { f32: Float32Array, f64: Float64Array }
const rounding = { f32: Math.fround, f64: (v: number) => v }

// C's fmod is JavaScript's %; the others by their definition.
const remainder = (a: number, b: number): number => {
  const m = a % b
  return m !== 0 && m < 0 !== b < 0 ? m + b : m
}
/** As PyTorch: from the remainder, so that a = b · floor + remainder. */
const floorDivide = (a: number, b: number): number => {
  if (b === 0) return a / b
  const m = a % b
  let q = (a - m) / b
  if (m !== 0 && m < 0 !== b < 0) q -= 1
  if (q === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0
  return q - Math.floor(q) > 0.5 ? Math.floor(q) + 1 : Math.floor(q)
}
const negative = (v: number): boolean => v < 0 || Object.is(v, -0)

const binary: [string, (a: number, b: number) => number][] = [
  ['add', (a, b) => a + b], ['sub', (a, b) => a - b], ['mul', (a, b) => a * b], ['div', (a, b) => a / b],
  ['maximum', Math.max], ['minimum', Math.min],
  ['fmax', (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b))], ['fmin', (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b))],
  ['copysign', (a, b) => (negative(b) ? -Math.abs(a) : Math.abs(a))],
  ['fmod', (a, b) => a % b], ['remainder', remainder], ['floor_divide', floorDivide], ['trunc_divide', (a, b) => Math.trunc(a / b)],
  ['pow', (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b)], ['atan2', Math.atan2], ['hypot', Math.hypot],
]
const special = [0, -0, 1, -1, 2, -2, 0.5, 3.5, -3.5, 7, -7, NaN, Infinity, -Infinity, 1e-40, 1e30, -1e30, 1e-3]
// Zeros of either sign count as equal where the sign is not the point.
const signless = new Set(['maximum', 'minimum', 'fmax', 'fmin', 'remainder'])

function agree(name: string, got: number, want: number, type: Float): boolean {
  if (Object.is(got, want) || (signless.has(name) && got === want)) return true
  const loose = ['pow', 'atan2', 'hypot'].includes(name)
  return loose && Math.abs(got - want) <= Math.abs(want) * (type === 'f32' ? 2 ** -23 : 2 ** -50)
}

const floorDivideBig = (a: bigint, b: bigint): bigint => (a % b !== 0n && a < 0n !== b < 0n ? a / b - 1n : a / b)
const integer: [string, (a: bigint, b: bigint) => bigint][] = [
  ['add', (a, b) => a + b], ['sub', (a, b) => a - b], ['mul', (a, b) => a * b], ['maximum', (a, b) => (a > b ? a : b)], ['minimum', (a, b) => (a < b ? a : b)],
  ['fmod', (a, b) => (b === 0n ? 0n : a % b)], ['remainder', (a, b) => (b === 0n ? 0n : a - b * floorDivideBig(a, b))],
  ['floor_divide', (a, b) => (b === 0n ? 0n : floorDivideBig(a, b))], ['trunc_divide', (a, b) => (b === 0n ? 0n : a / b)],
  ['and', (a, b) => a & b], ['or', (a, b) => a | b], ['xor', (a, b) => a ^ b],
  ['shl', (a, b) => (b >= 0n && b < 64n ? a << b : 0n)], ['shr', (a, b) => (b >= 0n && b < 64n ? a >> b : a >> 63n)],
  ['pow', (a, b) => (b >= 0n ? (b < 70n ? a ** b : [0n, 1n, -1n].includes(a) ? a ** (b % 2n + 2n) : a ** (b % 4n) * 0n + powMod(a, b)) : a === 1n ? 1n : a === -1n ? (b % 2n ? -1n : 1n) : 0n)],
]
/** a^b modulo 2^64 */
function powMod(a: bigint, b: bigint): bigint {
  let result = 1n
  for (; b > 0n; b >>= 1n) {
    if (b & 1n) result = BigInt.asUintN(64, result * a)
    a = BigInt.asUintN(64, a * a)
  }
  return result
}
const integers = [0n, 1n, -1n, 2n, -2n, 3n, -3n, 7n, -7n, 63n, 64n, 100n, 12345678901n, -(2n ** 63n), 2n ** 63n - 1n]

const comparisons: [string, (a: number | bigint, b: number | bigint) => boolean][] = [
  ['eq', (a, b) => a === b], ['ne', (a, b) => a !== b], ['lt', (a, b) => a < b], ['le', (a, b) => a <= b], ['gt', (a, b) => a > b], ['ge', (a, b) => a >= b],
]
// strides of an operand seen as rows by columns: contiguous, one row for all, one column for all, a scalar, every third
const layouts: [string, number, number][] = [['contiguous', 11, 1], ['row', 0, 1], ['column', 1, 0], ['scalar', 0, 0], ['strided', 40, 3]]

describe.each(builds)('%s build', (_, k) => {
  it.each(['f32', 'f64'] as const)('every pair of special values in %s', type => {
    const n = special.length ** 2
    const a = block<Float32Array | Float64Array>(arrays[type], n, i => special[i % special.length])
    const b = block<Float32Array | Float64Array>(arrays[type], n, i => special[Math.floor(i / special.length)])
    const out = block<Float32Array | Float64Array>(arrays[type], n)
    for (const [name, f] of binary) {
      k[`${name}_${type}`](a.ptr, 0, 1, b.ptr, 0, 1, out.ptr, 1, n)
      for (let i = 0; i < n; i++) {
        // Quotients are of rounded operands and are rounded themselves, step by step.
        const want = name === 'floor_divide' && type === 'f32' ? floorDivide32(a.data[i], b.data[i]) : name === 'trunc_divide' ? Math.trunc(rounding[type](a.data[i] / b.data[i])) : rounding[type](f(a.data[i], b.data[i]))
        if (!agree(name, out.data[i], want, type)) expect.fail(`${name}(${a.data[i]}, ${b.data[i]}) is ${out.data[i]}, expected ${want}`)
      }
    }
    expect(out.data.length).toBe(n)
  })

  function floorDivide32(a: number, b: number): number {
    if (b === 0) return Math.fround(a / b)
    const m = Math.fround(a % b)
    let q = Math.fround(Math.fround(a - m) / b)
    if (m !== 0 && m < 0 !== b < 0) q = Math.fround(q - 1)
    if (q === 0) return negative(Math.fround(a / b)) ? -0 : 0
    return q - Math.floor(q) > 0.5 ? Math.floor(q) + 1 : Math.floor(q)
  }

  it('fmod of float32 is exact for large quotients too', () => {
    const { value } = random(5)
    const n = 3001
    const a = block(Float32Array, n, () => value() * 2 ** (60 * value()))
    const b = block(Float32Array, n, () => value() * 2 ** (10 * value()) || 1)
    const out = block(Float32Array, n)
    k.fmod_f32(a.ptr, 0, 1, b.ptr, 0, 1, out.ptr, 1, n)
    expect([...out.data]).toEqual(Array.from(a.data, (v, i) => v % b.data[i]))
  })

  it('every pair of special values in i64', () => {
    const n = integers.length ** 2
    const a = block(BigInt64Array, n)
    const b = block(BigInt64Array, n)
    const out = block(BigInt64Array, n)
    for (let i = 0; i < n; i++) {
      a.data[i] = integers[i % integers.length]
      b.data[i] = integers[Math.floor(i / integers.length)]
    }
    for (const [name, f] of integer) {
      k[`${name}_i64`](a.ptr, 0, 1, b.ptr, 0, 1, out.ptr, 1, n)
      for (let i = 0; i < n; i++) {
        const want = BigInt.asIntN(64, f(a.data[i], b.data[i]))
        if (out.data[i] !== want) expect.fail(`${name}(${a.data[i]}, ${b.data[i]}) is ${out.data[i]}, expected ${want}`)
      }
    }
    expect(out.data.length).toBe(n)
  })

  it.each(['f32', 'f64', 'i64'] as const)('layouts of operands in %s, comparisons included', type => {
    const { int } = random(11)
    const array = type === 'i64' ? BigInt64Array : arrays[type]
    const a = block<Float32Array | Float64Array | BigInt64Array>(array, 400, () => int(-5, 5))
    const b = block<Float32Array | Float64Array | BigInt64Array>(array, 400, () => int(-5, 5))
    for (const [rows, columns] of [[7, 11], [1, 1], [3, 4], [9, 2], [0, 5], [5, 0], [2, 9]]) {
      for (const [la, a1, a0] of layouts) {
        for (const [lb, b1, b0] of layouts) {
          const out = block<Float32Array | Float64Array | BigInt64Array>(array, rows * columns)
          const flags = block(Uint8Array, rows * columns)
          const sub: (number | bigint)[] = []
          const compared: number[][] = comparisons.map(() => [])
          for (let i = 0; i < rows; i++) {
            for (let j = 0; j < columns; j++) {
              const u = a.data[i * a1 + j * a0]
              const v = b.data[i * b1 + j * b0]
              sub.push(typeof u === 'bigint' ? u - (v as bigint) : u - (v as number))
              comparisons.forEach(([, f], c) => compared[c].push(Number(f(u, v))))
            }
          }
          k[`sub_${type}`](a.ptr, a1, a0, b.ptr, b1, b0, out.ptr, rows, columns)
          expect([la, lb, ...out.data]).toEqual([la, lb, ...sub])
          comparisons.forEach(([name], c) => {
            k[`${name}_${type}`](a.ptr, a1, a0, b.ptr, b1, b0, flags.ptr, rows, columns)
            expect([name, la, lb, ...flags.data]).toEqual([name, la, lb, ...compared[c]])
          })
        }
      }
    }
  })

  it('negative strides, NaN in comparisons, the result in the place of an operand', () => {
    const a = block(Float32Array, 9, i => (i === 4 ? NaN : i))
    const b = block(Float32Array, 9, i => i)
    const flags = block(Uint8Array, 9)
    for (const [name, f] of comparisons) {
      k[`${name}_f32`](a.ptr, 0, 1, b.ptr, 0, 1, flags.ptr, 1, 9)
      expect([...flags.data]).toEqual(Array.from(a.data, (v, i) => Number(f(v, i))))
    }
    k.add_f32(b.ptr + 8 * 4, 0, -1, b.ptr, 0, 0, a.ptr, 1, 9)
    expect([...a.data]).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0])
    k.mul_f32(b.ptr, 0, 1, b.ptr, 0, 1, b.ptr, 1, 9)
    expect([...b.data]).toEqual([0, 1, 4, 9, 16, 25, 36, 49, 64])
  })

  it.each(['f32', 'f64'] as const)('fused updates in %s', type => {
    const { value } = random(2)
    const n = 1003
    const [a, b, c] = [0, 1, 2].map(() => block<Float32Array | Float64Array>(arrays[type], n, () => value() + Math.sign(value()) * 1.5))
    const out = block<Float32Array | Float64Array>(arrays[type], n)
    const tolerance = type === 'f32' ? 1e-6 : 2e-15
    const check = (f: (i: number) => number) => out.data.forEach((v, i) => expect(Math.abs(v - f(i))).toBeLessThanOrEqual(tolerance))
    k[`add_scaled_${type}`](a.ptr, b.ptr, 0.75, out.ptr, n)
    check(i => a.data[i] + 0.75 * b.data[i])
    k[`addcmul_${type}`](a.ptr, b.ptr, c.ptr, -0.25, out.ptr, n)
    check(i => a.data[i] - 0.25 * b.data[i] * c.data[i])
    k[`addcdiv_${type}`](a.ptr, b.ptr, c.ptr, 0.5, out.ptr, n)
    check(i => a.data[i] + (0.5 * b.data[i]) / c.data[i])
    for (const w of [0.1, 0.9]) {
      k[`lerp_${type}`](a.ptr, b.ptr, w, out.ptr, n)
      check(i => a.data[i] + w * (b.data[i] - a.data[i]))
    }
    k[`lerp_${type}`](a.ptr, b.ptr, 1, out.ptr, n)
    expect([...out.data]).toEqual([...b.data])
    const y = [...a.data]
    k[`add_scaled_${type}`](a.ptr, b.ptr, -1, a.ptr, n)
    a.data.forEach((v, i) => expect(Math.abs(v - (y[i] - b.data[i]))).toBeLessThanOrEqual(tolerance))
  })

  it('fused updates and clamping of int64', () => {
    const [a, b, c, out] = [[5, -7, 100], [2, 3, -4], [10, 20, 30], [0, 0, 0]].map(v => block(BigInt64Array, 3, i => v[i]))
    k.add_scaled_i64(a.ptr, b.ptr, 3n, out.ptr, 3)
    expect([...out.data]).toEqual([11n, 2n, 88n])
    k.addcmul_i64(a.ptr, b.ptr, c.ptr, -1n, out.ptr, 3)
    expect([...out.data]).toEqual([-15n, -67n, 220n])
    k.clamp_i64(a.ptr, -2n, 50n, out.ptr, 3)
    expect([...out.data]).toEqual([5n, -2n, 50n])
  })

  it.each(['f32', 'f64'] as const)('clamp of %s keeps NaN and prefers the upper bound', type => {
    const values = [-5, -1, 0, 0.5, 1, 7, NaN, Infinity, -Infinity, 2, -2]
    const x = block<Float32Array | Float64Array>(arrays[type], values.length, i => values[i])
    const out = block<Float32Array | Float64Array>(arrays[type], values.length)
    k[`clamp_${type}`](x.ptr, -1, 1, out.ptr, values.length)
    expect([...out.data]).toEqual([-1, -1, 0, 0.5, 1, 1, NaN, 1, -1, 1, -1])
    k[`clamp_${type}`](x.ptr, 3, 2, out.ptr, values.length)
    expect([...out.data]).toEqual(values.map(v => (Number.isNaN(v) ? NaN : 2)))
  })

  it.each([[1, Uint8Array], [2, Uint16Array], [4, Uint32Array], [8, BigUint64Array]] as const)('where, fill and masked_fill of %d bytes', (size, array) => {
    const wide = size === 8
    const value = (i: number) => (wide ? BigInt(i) : i)
    const { int } = random(size)
    const data = (n: number, fill: (i: number) => number) => {
      const out = block<Uint8Array | Uint16Array | Uint32Array | BigUint64Array>(array, n)
      for (let i = 0; i < n; i++) (out.data as { [i: number]: number | bigint })[i] = value(fill(i))
      return out
    }
    const condition = block(Uint8Array, 60, () => int(0, 1))
    const a = data(60, i => i)
    const b = data(60, i => 100 + i)
    const out = data(35, () => 0)
    const strides: [number, number][] = [[7, 1], [0, 1], [1, 0], [0, 0], [8, 1]]
    for (const [c1, c0] of strides) {
      for (const [a1, a0] of strides) {
        k[`where_${size}`](condition.ptr, c1, c0, a.ptr, a1, a0, b.ptr, 7, 1, out.ptr, 5, 7)
        const want = Array.from({ length: out.data.length }, (_, e) => {
          const [i, j] = [Math.floor(e / 7), e % 7]
          return condition.data[i * c1 + j * c0] ? a.data[i * a1 + j * a0] : b.data[i * 7 + j]
        })
        expect(Array.from<number | bigint>(out.data)).toEqual(want)
      }
    }
    k[`masked_fill_${size}`](a.ptr, condition.ptr, value(77), a.ptr, 35)
    expect(Array.from<number | bigint>(a.data)).toEqual(Array.from({ length: a.data.length }, (_, i) => value(i < 35 && condition.data[i] ? 77 : i)))
    for (const n of [0, 1, 3, 16, 17, 33]) {
      b.data.fill(value(1) as never)
      k[`fill_${size}`](b.ptr, value(200), n)
      expect([...b.data]).toEqual(Array.from({ length: b.data.length }, (_, i) => value(i < n ? 200 : 1)))
    }
  })
})
