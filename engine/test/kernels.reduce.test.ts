// Reductions, softmax, running reductions and sorting against plain loops in float64, in both builds.
import { afterEach, describe, expect, it } from 'vitest'
import { block, builds, expectClose, random, release, type Block } from './kernels.harness.ts'

afterEach(release)

type Type = 'f32' | 'f64' | 'i64'
type Numbers = Float32Array | Float64Array | BigInt64Array
const arrays = { f32: Float32Array, f64: Float64Array, i64: BigInt64Array }
const make = (type: Type, n: number, fill?: (i: number) => number): Block<Numbers> => block<Numbers>(arrays[type] as never, n, fill)
const list = (b: Block<ArrayLike<number | bigint>>): number[] => Array.from(b.data, Number)

// [outer, n, inner]: rows, columns of every leftover width, runs longer than a block of sums
const shapes: [number, number, number][] = [[1, 1, 1], [3, 7, 1], [2, 16, 1], [1, 1000, 1], [4, 3, 2], [2, 5, 3], [3, 9, 4], [2, 33, 7], [1, 40, 16], [2, 70, 21], [1, 1100, 37], [5, 1, 6], [0, 3, 4], [3, 4, 0]]

/** The lines along n: for each outer and inner, the n numbers. */
function lines(x: number[], [outer, n, inner]: [number, number, number]): number[][] {
  const out: number[][] = []
  for (let o = 0; o < outer; o++) for (let i = 0; i < inner; i++) out.push(Array.from({ length: n }, (_, r) => x[(o * n + r) * inner + i]))
  return out
}
/** The inverse: lines of n numbers back to the [outer, n, inner] order. */
function unlines(rows: number[][], [outer, n, inner]: [number, number, number]): number[] {
  const out: number[] = new Array(outer * n * inner)
  rows.forEach((row, at) => row.forEach((v, r) => { out[(Math.floor(at / inner) * n + r) * inner + (at % inner)] = v }))
  return out
}

const sum = (row: number[]): number => row.reduce((a, b) => a + b, 0)
const beats = (v: number, best: number, sign: number): boolean => v * sign > best * sign || (Number.isNaN(v) && !Number.isNaN(best))
const best = (row: number[], sign: number): number => row.reduce((at, v, i) => (beats(v, row[at], sign) ? i : at), 0)

describe.each(builds)('%s build', (_, k) => {
  describe.each(shapes)('[%d, %d, %d]', (outer, n, inner) => {
    const shape: [number, number, number] = [outer, n, inner]
    const count = outer * n * inner

    it.each(['f32', 'f64', 'i64'] as const)('sums, products and extremes of %s', type => {
      const { value, int } = random(count + 1)
      const x = make(type, count, () => (type === 'i64' ? int(-9, 9) : value()))
      const rows = lines(list(x), shape)
      const out = make(type, outer * inner)
      const tolerance = type === 'f32' ? 1e-6 * Math.sqrt(n) : 1e-13 * n
      const check = (name: string, f: (row: number[]) => number, tol = tolerance): void => {
        k[`${name}_${type}`](x.ptr, out.ptr, outer, n, inner)
        expectClose(list(out), rows.map(f), tol, name)
      }
      check('sum', sum)
      check('max', row => Math.max(...row), 0)
      check('min', row => Math.min(...row), 0)
      if (type !== 'i64') {
        check('sumsq', row => sum(row.map(v => v * v)), (type === 'f32' ? 2e-7 : 1e-15) * n)
        check('sumabs', row => sum(row.map(Math.abs)), (type === 'f32' ? 2e-7 : 1e-15) * n)
        check('prod', row => row.reduce((a, b) => a * b, 1))
      }
      const index = block(BigInt64Array, outer * inner)
      for (const [name, sign] of [['max', 1], ['min', -1]] as const) {
        k[`arg${name}_${type}`](x.ptr, index.ptr, outer, n, inner)
        expect(list(index)).toEqual(rows.map(row => best(row, sign)))
        index.data.fill(-1n)
        k[`${name}_with_index_${type}`](x.ptr, out.ptr, index.ptr, outer, n, inner)
        expect(list(index)).toEqual(rows.map(row => best(row, sign)))
        expect(list(out)).toEqual(rows.map(row => row[best(row, sign)]))
      }
    })

    it.each(['f32', 'f64'] as const)('mean and variance of %s', type => {
      const { value } = random(count + 2)
      const x = make(type, count, () => 3 + value())
      const rows = lines(list(x), shape)
      const out = make(type, outer * inner)
      const mean = make(type, outer * inner)
      k[`var_${type}`](x.ptr, out.ptr, mean.ptr, outer, n, inner, 1)
      const tolerance = type === 'f32' ? 1e-6 : 1e-13
      const means = rows.map(row => sum(row) / n)
      expectClose(list(mean), means, tolerance, 'mean')
      expectClose(list(out), rows.map((row, i) => sum(row.map(v => (v - means[i]) ** 2)) / (n - 1)), tolerance, 'var')
    })

    it.each(['f32', 'f64'] as const)('softmax, log-softmax, logsumexp of %s and the gradients', type => {
      const { value } = random(count + 3)
      const x = make(type, count, () => 20 * value())
      const g = make(type, count, value)
      const y = make(type, count)
      const rows = lines(list(x), shape)
      const tolerance = type === 'f32' ? 2e-7 : 1e-15
      const logSum = rows.map(row => {
        const m = Math.max(...row)
        return m + Math.log(sum(row.map(v => Math.exp(v - m))))
      })
      k[`softmax_${type}`](x.ptr, y.ptr, outer, n, inner)
      const soft = rows.map((row, l) => row.map(v => Math.exp(v - logSum[l])))
      expectClose(list(y), unlines(soft, shape), tolerance * 2, 'softmax')
      const dx = make(type, count)
      k[`softmax_backward_${type}`](g.ptr, y.ptr, dx.ptr, outer, n, inner)
      const gs = lines(list(g), shape)
      const dot = (a: number[], b: number[]): number => sum(a.map((v, i) => v * b[i]))
      const dots = soft.map((row, l) => dot(row, gs[l]))
      expectClose(list(dx), unlines(soft.map((row, l) => row.map((p, i) => p * (gs[l][i] - dots[l]))), shape), tolerance * 4, 'softmax backward')
      k[`log_softmax_${type}`](x.ptr, y.ptr, outer, n, inner)
      expectClose(list(y), unlines(rows.map((row, l) => row.map(v => v - logSum[l])), shape), tolerance * 40, 'log_softmax')
      k[`log_softmax_backward_${type}`](g.ptr, y.ptr, dx.ptr, outer, n, inner)
      const sums = gs.map(sum)
      expectClose(list(dx), unlines(soft.map((row, l) => row.map((p, i) => gs[l][i] - p * sums[l])), shape), tolerance * 4 * Math.sqrt(n), 'log_softmax backward')
      const out = make(type, outer * inner)
      k[`logsumexp_${type}`](x.ptr, out.ptr, outer, n, inner)
      expectClose(list(out), logSum, tolerance * 20, 'logsumexp')
    })

    it.each(['f32', 'f64', 'i64'] as const)('running sums, products and extremes of %s', type => {
      const { value, int } = random(count + 4)
      const x = make(type, count, () => (type === 'i64' ? int(-2, 2) : int(0, 3) ? value() : 0.5))
      const rows = lines(list(x), shape)
      const out = make(type, count)
      const index = block(BigInt64Array, count)
      const running = (f: (a: number, b: number) => number) => unlines(rows.map(row => row.map((_, i) => row.slice(1, i + 1).reduce(f, row[0]))), shape)
      const short = n <= 100
      k[`cumsum_${type}`](x.ptr, out.ptr, outer, n, inner)
      if (short) expectClose(list(out), running((a, b) => a + b), type === 'f32' ? 1e-6 : 1e-13, 'cumsum')
      if (short && type !== 'i64') {
        k[`cumprod_${type}`](x.ptr, out.ptr, outer, n, inner)
        expectClose(list(out), running((a, b) => a * b), 1e-7, 'cumprod')
      }
      for (const [name, sign] of [['max', 1], ['min', -1]] as const) {
        k[`cum${name}_${type}`](x.ptr, out.ptr, index.ptr, outer, n, inner)
        const places = rows.map(row => {
          let at = 0
          return row.map((v, i) => (at = v * sign >= row[at] * sign ? i : at))
        })
        expect(list(index)).toEqual(unlines(places, shape))
        expect(list(out)).toEqual(unlines(places.map((p, l) => p.map(i => rows[l][i])), shape))
      }
    })
  })

  it('products and running products of int64 wrap', () => {
    const x = block(BigInt64Array, 3, i => 2 ** 32 + i)
    const out = block(BigInt64Array, 3)
    k.prod_i64(x.ptr, out.ptr, 1, 3, 1)
    expect(out.data[0]).toBe(BigInt.asIntN(64, x.data[0] * x.data[1] * x.data[2]))
    k.cumprod_i64(x.ptr, out.ptr, 1, 3, 1)
    expect([...out.data]).toEqual([x.data[0], BigInt.asIntN(64, x.data[0] * x.data[1]), BigInt.asIntN(64, x.data[0] * x.data[1] * x.data[2])])
  })

  it('a sum of a million floats is as good as float32 can hold', () => {
    const n = 1_000_003
    const x = block(Float32Array, n, i => Math.fround(0.1 + (i % 7) * 1e-3))
    const out = block(Float32Array, 17)
    const want = x.data.reduce((a, b) => a + b, 0)
    k.sum_f32(x.ptr, out.ptr, 1, n, 1)
    expect(Math.abs(out.data[0] / want - 1)).toBeLessThan(1.2e-7)
    const rows = Math.floor(n / 17)
    k.sum_f32(x.ptr, out.ptr, 1, rows, 17)
    for (let i = 0; i < 17; i++) {
      let column = 0
      for (let r = 0; r < rows; r++) column += x.data[r * 17 + i]
      expect(Math.abs(out.data[i] / column - 1)).toBeLessThan(1e-6)
    }
  })

  it('empty reductions, NaN and infinities', () => {
    const out = block(Float32Array, 3)
    const x = block(Float32Array, 12, i => [1, NaN, 2, 5, -Infinity, -Infinity, -Infinity, -Infinity, 1, 2, Infinity, 3][i])
    k.sum_f32(x.ptr, out.ptr, 3, 0, 1)
    expect([...out.data]).toEqual([0, 0, 0])
    k.prod_f32(x.ptr, out.ptr, 1, 0, 3)
    expect([...out.data]).toEqual([1, 1, 1])
    k.max_f32(x.ptr, out.ptr, 3, 4, 1)
    expect([...out.data]).toEqual([NaN, -Infinity, Infinity])
    const index = block(BigInt64Array, 3)
    for (const type of ['f32', 'f64'] as const) {
      const y = make(type, 8, i => [3, NaN, 5, NaN, 4, 4, 1, 1][i])
      k[`argmax_${type}`](y.ptr, index.ptr, 2, 4, 1)
      expect(list(index).slice(0, 2)).toEqual([1, 0])
      k[`argmin_${type}`](y.ptr, index.ptr, 2, 4, 1)
      expect(list(index).slice(0, 2)).toEqual([1, 2])
      const running = make(type, 4)
      const places = block(BigInt64Array, 4)
      k[`cummax_${type}`](y.ptr, running.ptr, places.ptr, 1, 4, 1)
      expect([list(running), list(places)]).toEqual([[3, NaN, NaN, NaN], [0, 1, 1, 3].map((v, i) => (i === 2 ? 1 : v))])
    }
    const y = block(Float32Array, 12)
    k.softmax_f32(x.ptr, y.ptr, 3, 4, 1)
    expect([...y.data.subarray(0, 8)]).toEqual(Array(8).fill(NaN))
    k.logsumexp_f32(x.ptr, out.ptr, 3, 4, 1)
    expect([...out.data]).toEqual([NaN, -Infinity, Infinity])
    const masked = block(Float32Array, 5, i => (i % 2 ? -Infinity : i))
    for (const inner of [1, 5]) {
      k.softmax_f32(masked.ptr, y.ptr, 1, 5 / inner, inner)
      if (inner === 1) expect([y.data[1], y.data[3]]).toEqual([0, 0])
    }
    expect([y.data[0], y.data[1], y.data[2]]).toEqual([1, NaN, 1])
  })

  it('any and all', () => {
    const x = block(Uint8Array, 12, i => [0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1][i])
    const out = block(Uint8Array, 4)
    k.any(x.ptr, out.ptr, 3, 4, 1)
    expect([...out.data.subarray(0, 3)]).toEqual([0, 1, 1])
    k.all(x.ptr, out.ptr, 1, 3, 4)
    expect([...out.data]).toEqual([0, 0, 0, 0])
    k.any(x.ptr, out.ptr, 1, 3, 4)
    expect([...out.data]).toEqual([1, 0, 1, 1])
    k.all(x.ptr + 6, out.ptr, 2, 1, 1)
    expect([...out.data.subarray(0, 2)]).toEqual([1, 1])
    k.any(x.ptr, out.ptr, 1, 0, 1)
    k.all(x.ptr, out.ptr + 1, 1, 0, 1)
    expect([...out.data.subarray(0, 2)]).toEqual([0, 1])
  })

  it.each(['f32', 'f64', 'i64'] as const)('stable sorting of %s, NaN as the greatest', type => {
    const { int } = random(21)
    for (const n of [0, 1, 2, 15, 16, 17, 33, 100, 1000]) {
      for (const descending of [0, 1]) {
        const x = make(type, 3 * n, () => (type !== 'i64' && int(0, 9) === 0 ? NaN : int(-20, 20)))
        const values = make(type, 3 * n)
        const index = block(BigInt64Array, 3 * n)
        const work = block(Uint8Array, n * 16)
        k[`sort_${type}`](x.ptr, values.ptr, index.ptr, work.ptr, 3, n, descending)
        for (let row = 0; row < 3; row++) {
          const line = list(x).slice(row * n, row * n + n)
          const order = line.map((_, i) => i).sort((i, j) => {
            const [a, b] = [line[i], line[j]]
            const compared = Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : Number.isNaN(b) ? -1 : a - b
            return (descending ? -compared : compared) || i - j
          })
          expect(list(index).slice(row * n, row * n + n)).toEqual(order)
          expect(list(values).slice(row * n, row * n + n)).toEqual(order.map(i => line[i]))
        }
        release()
      }
    }
  })
})
