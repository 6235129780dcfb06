import { afterEach, describe, expect, test } from 'vitest'
import { block, builds, expectClose, random, release } from './kernels.harness.ts'

afterEach(release)

const sizes = { 1: Uint8Array, 2: Uint16Array, 4: Float32Array, 8: Float64Array } as const
const types = { f32: Float32Array, f64: Float64Array, i64: BigInt64Array } as const
const bytes = [1, 2, 4, 8] as const
const numbers = ['f32', 'f64', 'i64'] as const

describe.each(builds)('gathering, %s build', (_, kernels) => {
  const R = random(11)
  const indices = (n: number, size: number) => block(BigInt64Array, n, () => R.int(0, size - 1))
  const small = () => R.int(0, 200)
  const values = (a: { data: ArrayLike<number | bigint> }) => Array.from(a.data, Number)

  test('index_check and index_wrap find the first bad index', () => {
    const idx = block(BigInt64Array, 5), out = block(BigInt64Array, 5)
    idx.data.set([0n, 3n, -4n, -1n, 2n])
    expect(kernels.index_check(idx.ptr, 2, 4)).toBe(-1)
    expect(kernels.index_check(idx.ptr, 5, 4)).toBe(2)
    expect(kernels.index_check(idx.ptr, 2, 3)).toBe(1)
    expect(kernels.index_check(idx.ptr, 0, 0)).toBe(-1)
    expect(kernels.index_check(idx.ptr, 1, 0)).toBe(0)
    expect(kernels.index_wrap(idx.ptr, out.ptr, 5, 4)).toBe(-1)
    expect([...out.data]).toEqual([0n, 3n, 0n, 3n, 2n])
    expect(kernels.index_wrap(idx.ptr, idx.ptr, 5, 3)).toBe(1)
    idx.data[0] = 2n ** 40n
    expect(kernels.index_check(idx.ptr, 5, 4)).toBe(0)
    expect(kernels.index_wrap(idx.ptr, out.ptr, 5, 4)).toBe(0)
    idx.data[0] = -(2n ** 63n)
    expect(kernels.index_wrap(idx.ptr, out.ptr, 5, 4)).toBe(0)
  })

  test.each(bytes)('index_select, %i bytes', size => {
    for (const [outer, n, inner, k] of [[1, 5, 1, 7], [3, 4, 1, 2], [2, 3, 17, 5], [1, 6, 64, 3], [2, 3, 0, 2], [2, 3, 5, 0]]) {
      const x = block<any>(sizes[size], outer * n * inner, small), idx = indices(k, n), out = block<any>(sizes[size], outer * k * inner)
      kernels[`index_select_${size}`](x.ptr, idx.ptr, out.ptr, outer, n, inner, k)
      const want = Array.from({ length: outer * k * inner }, (_, t) => x.data[(Math.floor(t / inner / k) * n + Number(idx.data[Math.floor(t / inner) % k])) * inner + t % inner])
      expect(values(out)).toEqual(want)
      release()
    }
  })

  test.each(numbers)('index_add with repeated indices, %s', type => {
    for (const [outer, n, inner, k] of [[1, 3, 1, 9], [2, 3, 4, 7], [2, 4, 13, 5], [1, 2, 3, 0]]) {
      const out = block<any>(types[type], outer * n * inner, small), src = block<any>(types[type], outer * k * inner, small), idx = indices(k, n)
      const want = values(out)
      src.data.forEach((v: number | bigint, t: number) => { want[(Math.floor(t / inner / k) * n + Number(idx.data[Math.floor(t / inner) % k])) * inner + t % inner] += 3 * Number(v) })
      kernels[`index_add_${type}`](out.ptr, idx.ptr, src.ptr, outer, n, inner, k, type === 'i64' ? 3n : 3)
      expect(values(out)).toEqual(want)
      release()
    }
  })

  /** Sizes of an indexed tensor and of its smaller index, and the strides of the former (a view, its outer size larger). */
  const shape = (outer: number, n: number, inner: number) => ({ strides: [n * (inner + 2) + 1, inner + 2, 1] as const, size: outer * (n * (inner + 2) + 1) })
  const positions = (outer: number, k: number, inner: number) => {
    const list: [number, number, number][] = []
    for (let o = 0; o < outer; o++) for (let j = 0; j < k; j++) for (let i = 0; i < inner; i++) list.push([o, j, i])
    return list
  }
  const cases = [[1, 5, 1, 3], [3, 4, 1, 6], [2, 3, 7, 5], [1, 1, 1, 1], [2, 3, 4, 0]]

  test.each(bytes)('gather and scatter, %i bytes', size => {
    for (const [outer, n, inner, k] of cases) {
      const s = shape(outer, n, inner), x = block<any>(sizes[size], s.size, small), idx = indices(outer * k * inner, n), out = block<any>(sizes[size], idx.data.length)
      const flat = positions(outer, k, inner).map(([o, , i], t) => o * s.strides[0] + Number(idx.data[t]) * s.strides[1] + i)
      kernels[`gather_${size}`](x.ptr, ...s.strides, idx.ptr, out.ptr, outer, k, inner)
      expect(values(out)).toEqual(flat.map(p => x.data[p]))
      const from = shape(outer, k, inner), src = block<any>(sizes[size], from.size, small), want = values(x)
      positions(outer, k, inner).forEach(([o, j, i], t) => { want[flat[t]] = src.data[o * from.strides[0] + j * from.strides[1] + i] })
      kernels[`scatter_${size}`](x.ptr, ...s.strides, idx.ptr, src.ptr, ...from.strides, outer, k, inner)
      expect(values(x)).toEqual(want)
      for (const p of flat) want[p] = want[0]
      const scalar = block<any>(sizes[size], 1, () => want[0])
      kernels[`scatter_${size}`](x.ptr, ...s.strides, idx.ptr, scalar.ptr, 0, 0, 0, outer, k, inner)
      expect(values(x)).toEqual(want)
      release()
    }
  })

  test.each(numbers)('scatter_add, _mul, _max, _min, %s', type => {
    const combine = { add: (a: number, b: number) => a + b, mul: (a: number, b: number) => a * b, max: Math.max, min: Math.min }
    for (const [name, f] of Object.entries(combine)) for (const [outer, n, inner, k] of cases) {
      const s = shape(outer, n, inner), x = block<any>(types[type], s.size, () => R.int(-3, 3)), idx = indices(outer * k * inner, n), src = block<any>(types[type], idx.data.length, () => R.int(-3, 3))
      const want = values(x)
      positions(outer, k, inner).forEach(([o, , i], t) => {
        const p = o * s.strides[0] + Number(idx.data[t]) * s.strides[1] + i
        want[p] = f(want[p], Number(src.data[t]))
      })
      kernels[`scatter_${name}_${type}`](x.ptr, ...s.strides, idx.ptr, src.ptr, k * inner, inner, 1, outer, k, inner)
      expect(values(x).map(v => v + 0), name).toEqual(want.map(v => v + 0))
      release()
    }
  })

  test('scatter_max and _min keep NaN', () => {
    const x = block(Float32Array, 3), src = block(Float32Array, 3), idx = block(BigInt64Array, 3, i => i)
    for (const name of ['max', 'min']) {
      x.data.set([NaN, 1, 1])
      src.data.set([0, NaN, 1])
      kernels[`scatter_${name}_f32`](x.ptr, 0, 1, 0, idx.ptr, src.ptr, 0, 1, 0, 1, 3, 1)
      expect([...x.data]).toEqual([NaN, NaN, 1])
    }
  })

  test.each(bytes)('flat positions and masks, %i bytes', size => {
    const n = 37, k = 20
    const x = block<any>(sizes[size], n, small), idx = indices(k, n), out = block<any>(sizes[size], k), src = block<any>(sizes[size], k, small)
    kernels[`take_flat_${size}`](x.ptr, idx.ptr, out.ptr, k)
    expect(values(out)).toEqual(Array.from(idx.data, p => x.data[Number(p)]))
    const want = values(x)
    idx.data.forEach((p, i) => { want[Number(p)] = src.data[i] })
    kernels[`put_flat_${size}`](x.ptr, idx.ptr, src.ptr, k, 1)
    expect(values(x)).toEqual(want)
    kernels[`put_flat_${size}`](x.ptr, idx.ptr, src.ptr, k, 0)
    for (const p of idx.data) want[Number(p)] = src.data[0]
    expect(values(x)).toEqual(want)

    const mask = block(Uint8Array, n, () => R.pick(0, 0, 1)), count = kernels.mask_count(mask.ptr, n)
    expect(count).toBe(mask.data.filter(v => v).length)
    const chosen = block<any>(sizes[size], count), where = block(BigInt64Array, count), fresh = block<any>(sizes[size], count, small)
    expect(kernels[`masked_select_${size}`](x.ptr, mask.ptr, chosen.ptr, n)).toBe(count)
    expect(kernels.nonzero(mask.ptr, where.ptr, n)).toBe(count)
    expect(values(where)).toEqual([...mask.data.keys()].filter(i => mask.data[i]))
    expect(values(chosen)).toEqual(values(where).map(i => want[i]))
    kernels[`masked_scatter_${size}`](x.ptr, mask.ptr, fresh.ptr, n)
    values(where).forEach((p, i) => { want[p] = fresh.data[i] })
    expect(values(x)).toEqual(want)
  })

  test.each(numbers)('put_flat_add, %s', type => {
    const x = block<any>(types[type], 5, small), idx = indices(40, 5), src = block<any>(types[type], 40, small), want = values(x)
    idx.data.forEach((p, i) => { want[Number(p)] += Number(src.data[i]) })
    kernels[`put_flat_add_${type}`](x.ptr, idx.ptr, src.ptr, 40, 1)
    expectClose(values(x), want, 0, type)
  })
})
