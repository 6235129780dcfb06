import { afterEach, describe, expect, test } from 'vitest'
import { block, builds, expectClose, random, release } from './kernels.harness.ts'

afterEach(release)

const types = { f32: Float32Array, f64: Float64Array } as const
const mean = (v: number[]) => v.reduce((a, b) => a + b, 0) / v.length

/** Mean, 1/√(variance + eps) and gradient in x of a normalised group of elements, in float64; `center` false is RMS norm. */
function reference(x: number[], gw: number[], eps: number, center = true) {
  const m = center ? mean(x) : 0, variance = mean(x.map(v => (v - m) ** 2)), r = 1 / Math.sqrt(variance + eps)
  const hat = x.map(v => (v - m) * r), a = center ? mean(gw) : 0, b = mean(gw.map((v, i) => v * hat[i]))
  return { m, variance, r, hat, gx: gw.map((v, i) => r * (v - a - hat[i] * b)) }
}

describe.each(builds)('normalisation, %s build', (_, kernels) => {
  describe.each(['f32', 'f64'] as const)('%s', type => {
    const make = (n: number, fill?: (i: number) => number) => block<any>(types[type], n, fill)
    const close = (got: ArrayLike<number>, want: ArrayLike<number>, context: string, size = 1) => expectClose(got, want, (type === 'f32' ? 4e-6 : 1e-12) * size, context)

    test.each([true, false])('rows, centered %s (layer norm, else RMS norm)', center => {
      const R = random(1)
      for (const [rows, n] of [[0, 5], [1, 1], [3, 2], [5, 3], [2, 16], [7, 37], [130, 9], [70, 64], [2, 3000]]) for (const affine of [0, 1, 2]) {
        const x = make(rows * n, () => 3 + 2 * R.value()), g = make(rows * n, R.value), w = make(n, R.value), b = make(n, R.value)
        const out = make(rows * n), means = make(rows), rstd = make(rows), gx = make(rows * n), gw = make(n), gb = make(n)
        const wp = affine > 0 ? w.ptr : 0, bp = affine > 1 && center ? b.ptr : 0, eps = 1e-5
        if (center) {
          kernels[`layer_norm_${type}`](x.ptr, wp, bp, out.ptr, means.ptr, rstd.ptr, rows, n, eps)
          kernels[`layer_norm_backward_${type}`](g.ptr, x.ptr, means.ptr, rstd.ptr, wp, gx.ptr, gw.ptr, gb.ptr, rows, n)
        } else {
          kernels[`rms_norm_${type}`](x.ptr, wp, out.ptr, rstd.ptr, rows, n, eps)
          kernels[`rms_norm_backward_${type}`](g.ptr, x.ptr, rstd.ptr, wp, gx.ptr, gw.ptr, rows, n)
        }
        const wantOut: number[] = [], wantM: number[] = [], wantR: number[] = [], wantX: number[] = [], wantW = new Float64Array(n), wantB = new Float64Array(n)
        for (let i = 0; i < rows; i++) {
          const row = [...x.data.subarray(i * n, i * n + n)], gr = [...g.data.subarray(i * n, i * n + n)]
          const r = reference(row, gr.map((v, j) => v * (wp ? w.data[j] : 1)), eps, center)
          wantM.push(r.m)
          wantR.push(r.r)
          wantX.push(...r.gx)
          r.hat.forEach((h, j) => {
            wantOut.push(h * (wp ? w.data[j] : 1) + (bp ? b.data[j] : 0))
            wantW[j] += gr[j] * h
            wantB[j] += gr[j]
          })
        }
        const context = `${rows}×${n} affine ${affine}`, scale = Math.max(1, ...wantR)
        close(out.data, wantOut, `out ${context}`, scale)
        close(rstd.data, wantR, `rstd ${context}`, scale)
        close(gx.data, wantX, `gx ${context}`, scale)
        close(gw.data, wantW, `gw ${context}`, scale * Math.sqrt(rows))
        if (center) {
          close(means.data, wantM, `mean ${context}`, 3)
          close(gb.data, wantB, `gb ${context}`, Math.sqrt(rows))
        }
        release()
      }
    })

    test('a large mean does not drown the variance', () => {
      const R = random(2), n = 5000
      const x = make(n, () => 1000 + R.value()), out = make(n), m = make(1), r = make(1), v = make(1)
      kernels[`layer_norm_${type}`](x.ptr, 0, 0, out.ptr, m.ptr, r.ptr, 1, n, 0)
      kernels[`batch_norm_stats_${type}`](x.ptr, m.ptr, v.ptr, 5, 1, 1000, 0, 1)
      const want = reference([...x.data], [...x.data], 0)
      expectClose(r.data, [want.r], want.r * 1e-6, 'rstd')
      expectClose(v.data, [want.variance], want.variance * 1e-6, 'variance')
      expectClose(m.data, [want.m], 1000 * 6e-8, 'mean')
    })

    test.each([[1, 0], [1, 1], [0, 1]])('batch norm, training %i, affine %i', (training, affine) => {
      const R = random(3)
      for (const [N, C, HW] of [[4, 3, 1], [2, 1, 1], [33, 70, 1], [3, 5, 7], [2, 4, 64], [2, 3, 2500], [1, 2, 9], [130, 6, 1]]) {
        const x = make(N * C * HW, () => R.value() + 2), g = make(N * C * HW, R.value), w = make(C, R.value), b = make(C, R.value)
        const m = make(C, R.value), variance = make(C), r = make(C, i => 1 + i / C), out = make(N * C * HW), gx = make(N * C * HW), gw = make(C), gb = make(C)
        const wp = affine ? w.ptr : 0, bp = affine ? b.ptr : 0, cut = C >> 1, eps = 1e-3
        const want: { m: number; variance: number; r: number }[] = []
        const wantOut: number[] = [], wantX: number[] = [], wantW: number[] = [], wantB: number[] = []
        for (let c = 0; c < C; c++) {
          const at = Array.from({ length: N * HW }, (_, i) => (Math.floor(i / HW) * C + c) * HW + i % HW)
          const gc = at.map(i => g.data[i]), weight = affine ? w.data[c] : 1
          const batch = reference(at.map(i => x.data[i]), gc.map(v => v * weight), eps)
          const used = training ? batch : { m: m.data[c], r: r.data[c], hat: at.map(i => (x.data[i] - m.data[c]) * r.data[c]), gx: gc.map(v => v * weight * r.data[c]) }
          want.push(batch)
          at.forEach((i, k) => {
            wantOut[i] = used.hat[k] * weight + (affine ? b.data[c] : 0)
            wantX[i] = used.gx[k]
          })
          wantW.push(gc.reduce((s, v, k) => s + v * used.hat[k], 0))
          wantB.push(gc.reduce((s, v) => s + v, 0))
        }
        if (training) {
          for (const [c0, c1] of [[0, cut], [cut, C]]) kernels[`batch_norm_stats_${type}`](x.ptr, m.ptr, variance.ptr, N, C, HW, c0, c1)
          close(m.data, want.map(v => v.m), `mean ${N} ${C} ${HW}`, 3)
          close(variance.data, want.map(v => v.variance), `variance ${N} ${C} ${HW}`, 3)
          want.forEach((v, c) => { r.data[c] = v.r })
        }
        for (const [c0, c1] of [[0, cut], [cut, C]]) {
          kernels[`batch_norm_apply_${type}`](x.ptr, m.ptr, r.ptr, wp, bp, out.ptr, N, C, HW, c0, c1)
          kernels[`batch_norm_backward_${type}`](g.ptr, x.ptr, m.ptr, r.ptr, wp, gx.ptr, gw.ptr, gb.ptr, N, C, HW, training, c0, c1)
        }
        const scale = Math.max(1, ...r.data), context = `${N} ${C} ${HW}`
        close(out.data, wantOut, `out ${context}`, scale * 2)
        close(gx.data, wantX, `gx ${context}`, scale * 2)
        close(gw.data, wantW, `gw ${context}`, scale * Math.sqrt(N * HW))
        close(gb.data, wantB, `gb ${context}`, Math.sqrt(N * HW))
        release()
      }
    })

    test('gradients that are not wanted are not written', () => {
      const R = random(4), x = make(12, R.value), g = make(12, R.value), one = make(4, () => 1), gx = make(12, () => 7)
      kernels[`layer_norm_backward_${type}`](g.ptr, x.ptr, one.ptr, one.ptr, 0, 0, 0, one.ptr, 3, 4)
      kernels[`batch_norm_backward_${type}`](g.ptr, x.ptr, one.ptr, one.ptr, 0, gx.ptr, 0, 0, 3, 4, 1, 0, 0, 2)
      close(one.data, [0, 1, 2, 3].map(j => g.data[j] + g.data[4 + j] + g.data[8 + j]), 'gb')
      expect([...gx.data.filter((_: number, i: number) => i % 4 >= 2)]).toEqual(Array(6).fill(7))
    })
  })
})
