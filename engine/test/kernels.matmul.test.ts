import { afterEach, describe, expect, test } from 'vitest'
import { block, builds, expectClose, random, release, scratch, type Kernels } from './kernels.harness.ts'

afterEach(release)

interface Matrix { rs: number; cs: number; size: number }
/** Strides of an r × c matrix: row-major, column-major, padded, or spread in both directions. */
function layout(kind: string, r: number, c: number): Matrix {
  const size = (rs: number, cs: number) => r && c ? (r - 1) * rs + (c - 1) * cs + 1 : 0
  const [rs, cs] = { row: [c, 1], column: [1, r], padded: [c + 3, 1], paddedColumn: [1, r + 5], spread: [2 * c + 1, 2], repeated: [0, 1] }[kind] as [number, number]
  return { rs, cs, size: size(rs, cs) }
}

const types = { f32: Float32Array, f64: Float64Array, i64: BigInt64Array } as const

function check(kernels: Kernels, type: keyof typeof types, seed: number, m: number, n: number, k: number, kindA: string, kindB: string): void {
  const R = random(seed)
  const A = layout(kindA, m, k), B = layout(kindB, k, n), rsc = n + R.int(0, 2)
  const accumulate = R.int(0, 1), withBias = R.int(0, 1)
  const value = type === 'i64' ? () => R.int(-9, 9) : R.value
  const a = block<any>(types[type], A.size, value), b = block<any>(types[type], B.size, value)
  const c = block<any>(types[type], m ? (m - 1) * rsc + n : 0, value), bias = block<any>(types[type], n, value)
  const want = Array.from(c.data, Number)
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) {
    let s = (accumulate ? want[i * rsc + j] : 0) + (withBias ? Number(bias.data[j]) : 0)
    for (let l = 0; l < k; l++) s += Number(a.data[i * A.rs + l * A.cs]) * Number(b.data[l * B.rs + j * B.cs])
    want[i * rsc + j] = s
  }
  const spare = scratch(kernels[`gemm_scratch_${type}`](m, n, k))
  kernels[`gemm_${type}`](m, n, k, a.ptr, A.rs, A.cs, b.ptr, B.rs, B.cs, c.ptr, rsc, accumulate, withBias ? bias.ptr : 0, spare)
  const tolerance = { f32: 2e-7 * (k + 8), f64: 1e-13, i64: 0 }[type]
  expectClose(Array.from(c.data as ArrayLike<number | bigint>, Number), want, tolerance, `${type} ${m}×${k}·${k}×${n} ${kindA} ${kindB} accumulate ${accumulate} bias ${withBias} seed ${seed}`)
  release()
}

describe.each(builds)('matrix product, %s build', (_, kernels) => {
  const kinds = ['row', 'column', 'padded', 'paddedColumn', 'spread', 'repeated']

  test('every small shape', () => {
    let seed = 1
    for (let m = 0; m <= 9; m++) for (let n = 0; n <= 9; n++) for (const k of [0, 1, 2, 3, 5, 8, 17]) {
      seed++
      check(kernels, 'f32', seed, m, n, k, kinds[seed % 6], kinds[(seed * 7 + 3) % 5])
    }
  })

  test('every pair of layouts on every path', () => {
    const shapes = [[1, 33, 70], [37, 1, 50], [5, 21, 40], [8, 40, 19], [30, 6, 30], [40, 16, 33], [33, 35, 37], [12, 129, 31]]
    for (const [m, n, k] of shapes) for (const ka of kinds) for (const kb of kinds) check(kernels, 'f32', m * n + k, m, n, k, ka, kb)
  })

  test('blocks in all three directions', () => {
    check(kernels, 'f32', 5, 131, 75, 300, 'row', 'column')
    check(kernels, 'f32', 6, 131, 75, 517, 'column', 'row')
    check(kernels, 'f32', 7, 9, 1100, 260, 'padded', 'row')
    check(kernels, 'f32', 8, 5, 1050, 260, 'row', 'row')
    check(kernels, 'f32', 9, 300, 7, 600, 'row', 'spread')
  })

  test('random shapes', () => {
    const R = random(99)
    for (let i = 0; i < 150; i++) check(kernels, 'f32', 1000 + i, R.int(0, 70), R.int(0, 70), R.int(0, 70), R.pick(...kinds), R.pick(...kinds))
  })

  test.each(['f64', 'i64'] as const)('%s', type => {
    const R = random(7)
    for (let i = 0; i < 150; i++) check(kernels, type, 2000 + i, R.int(0, 20), R.int(0, 20), R.int(0, 20), R.pick(...kinds), R.pick(...kinds))
  })

  test('int64 wraps', () => {
    const a = block(BigInt64Array, 1), b = block(BigInt64Array, 1), c = block(BigInt64Array, 1)
    a.data[0] = 2n ** 62n + 1n
    b.data[0] = 6n
    kernels.gemm_i64(1, 1, 1, a.ptr, 1, 1, b.ptr, 1, 1, c.ptr, 1, 0, 0, 0)
    expect(c.data[0]).toBe(BigInt.asIntN(64, (2n ** 62n + 1n) * 6n))
  })

  test.each(['f32', 'f64', 'i64'] as const)('a batch, with an operand repeated, %s', type => {
    const R = random(3), batch = 3, m = 6, n = 11, k = 20
    const value = () => R.int(-4, 4)
    const a = block<any>(types[type], batch * m * k, value), b = block<any>(types[type], k * n, value), c = block<any>(types[type], batch * m * n)
    kernels[`bgemm_${type}`](batch, m * k, 0, m * n, m, n, k, a.ptr, k, 1, b.ptr, n, 1, c.ptr, n, 0, 0, scratch(kernels[`gemm_scratch_${type}`](m, n, k)))
    const want: number[] = []
    for (let i = 0; i < batch * m; i++) for (let j = 0; j < n; j++) {
      let s = 0
      for (let l = 0; l < k; l++) s += Number(a.data[i * k + l]) * Number(b.data[l * n + j])
      want.push(s)
    }
    expect(Array.from(c.data as ArrayLike<number | bigint>, Number)).toEqual(want)
  })

  test('not a number and infinity stay in their row', () => {
    const m = 5, n = 9, k = 40
    const a = block(Float32Array, m * k, () => 1), b = block(Float32Array, n * k, () => 1), c = block(Float32Array, m * n)
    a.data[2 * k + 39] = NaN
    a.data[4 * k] = Infinity
    for (const [rs, cs] of [[n, 1], [1, k]]) {
      kernels.gemm_f32(m, n, k, a.ptr, k, 1, b.ptr, rs, cs, c.ptr, n, 0, 0, scratch(kernels.gemm_scratch_f32(m, n, k)))
      expect([...c.data]).toEqual(Array.from({ length: m * n }, (_, i) => i / n >> 0 === 2 ? NaN : i / n >> 0 === 4 ? Infinity : k))
    }
  })
})
