// Elementwise functions against float64 references, with bounds in units in the last place, in both builds.
import { afterEach, describe, expect, it } from 'vitest'
import { block, builds, random, release } from './kernels.harness.ts'

afterEach(release)

/** erf by the series without alternating signs (Abramowitz & Stegun 7.1.6). */
function erf(x: number): number {
  if (Math.abs(x) > 1) return x > 0 ? 1 - erfc(x) : erfc(-x) - 1
  let term = x
  let sum = x
  for (let n = 1; n < 60; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** erfc by its continued fraction from 1 on (7.1.14). */
function erfc(x: number): number {
  if (x < -1) return 2 - erfc(-x)
  if (x < 1) return 1 - erf(x)
  let tail = 0
  for (let k = 500; k > 0; k--) tail = k / 2 / (x + tail)
  // x² in two parts, since its rounding would be multiplied by its size.
  const high = Math.fround(x)
  return (Math.exp(-high * high) * Math.exp((high - x) * (high + x))) / Math.sqrt(Math.PI) / (x + tail)
}

const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const nearestEven = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))
const cdf = (x: number): number => 0.5 * erfc(-x / Math.SQRT2)
const density = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)
const geluTanhArgument = (x: number): number => 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)
const geluTanhSlope = (x: number): number => {
  const s = sigmoid(geluTanhArgument(x))
  return s + x * s * (1 - s) * 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x)
}
const siluSlope = (x: number): number => sigmoid(x) * (1 + x * (1 - sigmoid(x)))

/** The distance of neighbouring floats at x: mantissa bits 23 for float32, 52 for float64. */
function ulp(x: number, bits: number): number {
  const lowest = bits === 23 ? -126 : -1022
  const exponent = x === 0 ? lowest : Math.max(Math.floor(Math.log2(Math.abs(x))), lowest)
  return 2 ** (exponent - bits)
}

type Range = [low: number, high: number]
const N = 40_003

/** The largest error in ulp over random points of the range, first and last point included. */
function worstUlp(run: (x: number, out: number, n: number) => void, f: (x: number) => number, [low, high]: Range, bits: 23 | 52): number {
  const type = bits === 23 ? Float32Array : Float64Array
  const { value } = random(7)
  const x = block<Float32Array | Float64Array>(type, N, i => (i === 0 ? low : i === N - 1 ? high : low + ((high - low) * (value() + 1)) / 2))
  const y = block<Float32Array | Float64Array>(type, N)
  run(x.ptr, y.ptr, N)
  let worst = 0
  for (let i = 0; i < N; i++) {
    const want = f(x.data[i])
    const error = Object.is(y.data[i], want) ? 0 : Math.abs(y.data[i] - want) / ulp(want, bits)
    if (!(error <= worst)) worst = error
  }
  return worst
}

// name, reference, range, bound in ulp for float32; the bounds for exp, tanh and GELU
const accurate: [string, (x: number) => number, Range, number][] = [
  ['exp', Math.exp, [-103.9, 88.7], 1.2], ['exp', Math.exp, [-1, 1], 1.2],
  ['expm1', Math.expm1, [-20, 88], 2], ['expm1', Math.expm1, [-0.5, 0.5], 2],
  ['tanh', Math.tanh, [-10, 10], 4], ['tanh', Math.tanh, [-0.01, 0.01], 4],
  ['sigmoid', sigmoid, [-87, 30], 2.5], ['log', Math.log, [1e-40, 4], 1], ['log', Math.log, [0.9, 1.1], 1], ['log', Math.log, [1, 3e38], 1],
  ['gelu_erf', x => x * cdf(x), [-1, 1], 4], ['gelu_tanh', x => x * sigmoid(geluTanhArgument(x)), [-1, 1], 4],
  ['silu', x => x * sigmoid(x), [-1, 1], 3], ['softplus', softplus, [-15, 15], 2.5], ['log_sigmoid', x => -softplus(-x), [-15, 15], 2.5],
  ['erf', erf, [-4, 4], 3], ['erf', erf, [-0.1, 0.1], 3], ['erfc', erfc, [-3, 9], 0.51],
  ['exp2', x => 2 ** x, [-30, 30], 0.51], ['log2', Math.log2, [0.01, 100], 0.51], ['log10', Math.log10, [0.01, 100], 0.51], ['log1p', Math.log1p, [-0.9, 9], 0.51],
  ['sin', Math.sin, [-50, 50], 0.51], ['cos', Math.cos, [-50, 50], 0.51], ['tan', Math.tan, [-1.5, 1.5], 0.51],
  ['asin', Math.asin, [-1, 1], 0.51], ['acos', Math.acos, [-1, 1], 0.51], ['atan', Math.atan, [-9, 9], 0.51],
  ['sinh', Math.sinh, [-9, 9], 0.51], ['cosh', Math.cosh, [-9, 9], 0.51], ['asinh', Math.asinh, [-9, 9], 0.51], ['acosh', Math.acosh, [1, 9], 0.51], ['atanh', Math.atanh, [-0.99, 0.99], 0.51],
]

const exact: [string, (x: number) => number][] = [
  ['neg', x => -x], ['abs', Math.abs], ['sign', x => (x > 0 ? 1 : x < 0 ? -1 : 0)], ['sqrt', Math.sqrt], ['reciprocal', x => 1 / x], ['square', x => x * x],
  ['ceil', Math.ceil], ['floor', Math.floor], ['round', nearestEven], ['trunc', Math.trunc], ['relu', x => (x < 0 ? 0 : x)],
]
const special = [0, -0, 1, -1, 0.5, 1.5, 2.5, -0.5, -2.5, NaN, Infinity, -Infinity, 1e-45, -1e-40, 3.4e38, -3.4e38, 8388607.5, 7, -7.25]

describe.each(builds)('%s build', (_, k) => {
  it.each(accurate)('%s_f32 is within its bound (%#)', (name, f, range, bound) => {
    expect(worstUlp(k[`${name}_f32`], f, range, 23)).toBeLessThanOrEqual(bound)
  })

  // The references are float64 themselves, and off by several ulp where they are composed.
  it.each(accurate)('%s_f64 is within 16 ulp, or 64 (%#)', (name, f, range) => {
    const smooth: Range = name.startsWith('log') && range[0] === 0.9 ? [1.1, 2] : range
    expect(worstUlp(k[`${name}_f64`], f, smooth, 52)).toBeLessThanOrEqual(name === 'tan' || name === 'sigmoid' ? 64 : 16)
  })

  it('GELU is within 1.1e-7 or an ulp, and its negative tail keeps its digits', () => {
    for (const [name, f] of [['gelu_erf_f32', (x: number) => x * cdf(x)], ['gelu_tanh_f32', (x: number) => x * sigmoid(geluTanhArgument(x))]] as const) {
      const x = block(Float32Array, N, i => -10 + (20 * i) / (N - 1))
      const y = block(Float32Array, N)
      k[name](x.ptr, y.ptr, N)
      x.data.forEach((v, i) => {
        const want = f(v)
        expect(Math.abs(y.data[i] - want)).toBeLessThanOrEqual(Math.max(1.1e-7, ulp(want, 23)))
        if (v > -5 && v < 0) expect(Math.abs(y.data[i] / want - 1)).toBeLessThan(1e-5)
      })
    }
  })

  it.each(['f32', 'f64'] as const)('exact functions of %s agree everywhere', type => {
    const array = type === 'f32' ? Float32Array : Float64Array
    const round = type === 'f32' ? Math.fround : (v: number) => v
    for (const [name, f] of exact) {
      const x = block<Float32Array | Float64Array>(array, special.length, i => special[i])
      const y = block<Float32Array | Float64Array>(array, special.length)
      k[`${name}_${type}`](x.ptr, y.ptr, special.length)
      expect([name, ...y.data]).toEqual([name, ...Array.from(x.data, v => round(f(v)))])
    }
  })

  it.each(['f32', 'f64'] as const)('rsqrt and the tests of %s', type => {
    const array = type === 'f32' ? Float32Array : Float64Array
    const x = block<Float32Array | Float64Array>(array, special.length, i => special[i])
    const y = block<Float32Array | Float64Array>(array, special.length)
    k[`rsqrt_${type}`](x.ptr, y.ptr, special.length)
    x.data.forEach((v, i) => {
      const want = 1 / Math.sqrt(v)
      if (Number.isFinite(want) && want > 0) expect(Math.abs(y.data[i] / want - 1)).toBeLessThan(2e-7)
      else expect(y.data[i]).toBe(want)
    })
    const tests: [string, (v: number) => boolean][] = [['isnan', Number.isNaN], ['isinf', v => Math.abs(v) === Infinity], ['isfinite', Number.isFinite], ['logical_not', v => v === 0]]
    for (const [name, f] of tests) {
      const b = block(Uint8Array, special.length)
      k[`${name}_${type}`](x.ptr, b.ptr, special.length)
      expect([...b.data]).toEqual(Array.from(x.data, v => Number(f(v))))
    }
  })

  it('the ends of the line', () => {
    const at = (name: string, v: number): number => {
      const x = block(Float32Array, 1, () => v)
      const y = block(Float32Array, 1)
      k[`${name}_f32`](x.ptr, y.ptr, 1)
      return y.data[0]
    }
    for (const name of ['exp', 'expm1', 'log', 'tanh', 'sigmoid', 'silu', 'gelu_erf', 'gelu_tanh', 'erf', 'erfc', 'softplus', 'log_sigmoid', 'relu', 'sin', 'log1p']) expect([name, at(name, NaN)]).toEqual([name, NaN])
    expect([at('exp', Infinity), at('exp', -Infinity), at('exp', 89), at('exp', -104), at('exp', 0)]).toEqual([Infinity, 0, Infinity, 0, 1])
    expect([at('expm1', Infinity), at('expm1', -Infinity), at('expm1', 1e-30), at('expm1', 88.7)]).toEqual([Infinity, -1, Math.fround(1e-30), Math.fround(Math.expm1(Math.fround(88.7)))])
    expect([at('log', 0), at('log', -0), at('log', -1), at('log', Infinity), at('log', 1)]).toEqual([-Infinity, -Infinity, NaN, Infinity, 0])
    expect([at('tanh', Infinity), at('tanh', -Infinity), at('tanh', -0), at('tanh', 1e-40)]).toEqual([1, -1, -0, Math.fround(1e-40)])
    expect([at('sigmoid', Infinity), at('sigmoid', -Infinity), at('sigmoid', 0), at('sigmoid', 100)]).toEqual([1, 0, 0.5, 1])
    expect([at('erf', Infinity), at('erf', -Infinity), at('erf', 0), at('erf', -0)]).toEqual([1, -1, 0, -0])
    expect([at('softplus', 200), at('softplus', -200), at('log_sigmoid', 200), at('log_sigmoid', -200)]).toEqual([200, 0, -0, -200])
    expect([at('gelu_erf', 50), at('gelu_tanh', 50), at('silu', 50)]).toEqual([50, 50, 50])
    for (const name of ['gelu_erf', 'gelu_tanh']) expect(Math.abs(at(name, -50))).toBeLessThan(1e-30)
    // NaN of any payload, as an all-ones mask makes it
    const x = block(Uint32Array, 9, () => 0xffffffff)
    const y = block(Float32Array, 9)
    for (const name of ['exp', 'tanh', 'sigmoid', 'gelu_erf', 'log', 'erf', 'softplus']) {
      k[`${name}_f32`](x.ptr, y.ptr, 9)
      expect([name, ...y.data]).toEqual([name, ...Array(9).fill(NaN)])
    }
  })

  it('a value does not depend on its place', () => {
    const x = block(Float32Array, 67, () => -0.7312)
    const y = block(Float32Array, 67)
    for (const name of ['exp', 'log1p', 'tanh', 'sigmoid', 'gelu_erf', 'gelu_tanh', 'silu', 'softplus', 'erf', 'expm1']) {
      for (const n of [1, 2, 3, 4, 5, 7, 8, 11, 67]) {
        y.data.fill(-9)
        k[`${name}_f32`](x.ptr, y.ptr, n)
        expect(new Set(y.data.subarray(0, n)).size).toBe(1)
        expect(y.data.subarray(n).every(v => v === -9)).toBe(true)
      }
    }
  })

  it.each(['f32', 'f64'] as const)('gradients of activations in %s', type => {
    const array = type === 'f32' ? Float32Array : Float64Array
    const { value } = random(3)
    const n = 1003
    const g = block<Float32Array | Float64Array>(array, n, value)
    const x = block<Float32Array | Float64Array>(array, n, i => (i === 0 ? 0 : 6 * value()))
    const out = block<Float32Array | Float64Array>(array, n)
    const slopes: [string, (v: number) => number][] = [
      ['relu', y => (y > 0 ? 1 : 0)], ['sigmoid', y => y * (1 - y)], ['tanh', y => 1 - y * y],
      ['gelu_erf', v => cdf(v) + v * density(v)], ['gelu_tanh', geluTanhSlope], ['silu', siluSlope],
    ]
    for (const [name, slope] of slopes) {
      k[`${name}_backward_${type}`](g.ptr, x.ptr, out.ptr, n)
      x.data.forEach((v, i) => {
        const want = g.data[i] * slope(v)
        expect(Math.abs(out.data[i] - want)).toBeLessThanOrEqual((type === 'f32' ? 3e-7 : 3e-15) * Math.max(1, Math.abs(slope(v))))
      })
    }
  })

  it('functions of int64', () => {
    const values = [0n, 1n, -1n, 7n, -(2n ** 63n), 2n ** 63n - 1n]
    const x = block(BigInt64Array, values.length)
    x.data.set(values)
    const y = block(BigInt64Array, values.length)
    const b = block(Uint8Array, values.length)
    const cases: [string, (v: bigint) => bigint][] = [['neg', v => -v], ['abs', v => (v < 0n ? -v : v)], ['sign', v => (v > 0n ? 1n : v < 0n ? -1n : 0n)], ['not', v => ~v]]
    for (const [name, f] of cases) {
      k[`${name}_i64`](x.ptr, y.ptr, values.length)
      expect([...y.data]).toEqual(values.map(v => BigInt.asIntN(64, f(v))))
    }
    k.logical_not_i64(x.ptr, b.ptr, values.length)
    expect([...b.data]).toEqual([1, 0, 0, 0, 0, 0])
  })
})
