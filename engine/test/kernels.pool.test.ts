import { afterEach, describe, expect, test } from 'vitest'
import { block, builds, expectClose, random, release } from './kernels.harness.ts'

afterEach(release)

const types = { f32: Float32Array, f64: Float64Array } as const
const names = Object.keys(types) as (keyof typeof types)[]

/** A window as a list of flat positions in its plane, and what PyTorch divides its sum by when padding counts. */
interface Window { inside: number[]; padded: number }

function windows(H: number, W: number, OH: number, OW: number, KH: number, KW: number, sh: number, sw: number, ph: number, pw: number, dh: number, dw: number): Window[] {
  const list: Window[] = []
  for (let i = 0; i < OH; i++) for (let j = 0; j < OW; j++) {
    const window: Window = { inside: [], padded: 0 }
    for (let a = 0; a < KH; a++) for (let b = 0; b < KW; b++) {
      const h = i * sh - ph + a * dh, w = j * sw - pw + b * dw
      if (h >= 0 && w >= 0 && h < H && w < W) window.inside.push(h * W + w)
      if (h < H + ph && w < W + pw) window.padded++
    }
    list.push(window)
  }
  return list
}

/** The sizes that PyTorch's rule gives; `ceil` as in ceil_mode. */
function outputs(size: number, k: number, s: number, p: number, d: number, ceil: boolean): number {
  let n = Math.floor((size + 2 * p - d * (k - 1) - 1 + (ceil ? s - 1 : 0)) / s) + 1
  if (ceil && (n - 1) * s >= size + p) n--
  return n
}

describe.each(builds)('pooling, %s build', (_, kernels) => {
  describe.each(names)('%s', type => {
    const make = (n: number, fill?: () => number) => block<any>(types[type], n, fill)

    test('max pooling, its indices and its gradient', () => {
      const R = random(1)
      let cases = 0
      for (let seed = 0; cases < 200; seed++) {
        const [KH, KW, sh, sw, dh, dw] = [R.int(1, 4), R.int(1, 4), R.int(1, 3), R.int(1, 3), R.int(1, 2), R.int(1, 2)]
        const ph = R.int(0, KH >> 1), pw = R.int(0, KW >> 1), H = R.int(1, 12), W = R.int(1, 23), NC = R.int(0, 3), ceil = R.int(0, 1) === 1
        const OH = outputs(H, KH, sh, ph, dh, ceil), OW = outputs(W, KW, sw, pw, dw, ceil)
        if (OH < 1 || OW < 1) continue
        cases++
        // Few distinct values, so that ties occur; the first maximum counts.
        const x = make(NC * H * W, () => R.pick(R.int(0, 3), R.int(-3, 0), -Infinity)), out = make(NC * OH * OW), idx = block(BigInt64Array, NC * OH * OW)
        const g = make(out.data.length, R.value), gx = make(x.data.length)
        kernels[`max_pool2d_${type}`](x.ptr, out.ptr, idx.ptr, NC, H, W, OH, OW, KH, KW, sh, sw, ph, pw, dh, dw)
        kernels[`max_pool2d_backward_${type}`](g.ptr, idx.ptr, gx.ptr, NC, H * W, OH * OW)
        const list = windows(H, W, OH, OW, KH, KW, sh, sw, ph, pw, dh, dw)
        const want: number[] = [], where: number[] = [], wantX = new Float64Array(gx.data.length)
        for (let c = 0; c < NC; c++) for (const [k, { inside }] of list.entries()) {
          const best = inside.reduce((a, b) => x.data[c * H * W + b] > x.data[c * H * W + a] ? b : a)
          want.push(x.data[c * H * W + best])
          where.push(best)
          wantX[c * H * W + best] += g.data[c * list.length + k]
        }
        expect([...out.data], `seed ${seed}`).toEqual(want)
        expect(Array.from(idx.data, Number), `seed ${seed}`).toEqual(where)
        expectClose(gx.data, wantX, 1e-6, `gradient, seed ${seed}`)
        const alone = make(out.data.length)
        kernels[`max_pool2d_${type}`](x.ptr, alone.ptr, 0, NC, H, W, OH, OW, KH, KW, sh, sw, ph, pw, dh, dw)
        expect([...alone.data]).toEqual(want)
        release()
      }
    })

    test('NaN wins, the last of several', () => {
      const x = make(40, () => 1), out = make(18), idx = block(BigInt64Array, 18)
      x.data[3] = x.data[22] = NaN // row 0 column 3, row 1 column 2
      kernels[`max_pool2d_${type}`](x.ptr, out.ptr, idx.ptr, 1, 2, 20, 1, 18, 2, 3, 1, 1, 0, 0, 1, 1)
      expect([...out.data]).toEqual(Array.from({ length: 18 }, (_, j) => j <= 3 ? NaN : 1))
      expect(Array.from(idx.data, Number)).toEqual(Array.from({ length: 18 }, (_, j) => j <= 2 ? 22 : j))
    })

    test('average pooling and its gradient', () => {
      const R = random(2)
      let cases = 0
      for (let seed = 0; cases < 200; seed++) {
        const [KH, KW, sh, sw] = [R.int(1, 4), R.int(1, 4), R.int(1, 3), R.int(1, 3)]
        const ph = R.int(0, KH >> 1), pw = R.int(0, KW >> 1), H = R.int(1, 9), W = R.int(1, 9), NC = R.int(0, 3), ceil = R.int(0, 1) === 1
        const OH = outputs(H, KH, sh, ph, 1, ceil), OW = outputs(W, KW, sw, pw, 1, ceil), include = R.int(0, 1), divisor = R.pick(0, 0, 3)
        if (OH < 1 || OW < 1) continue
        cases++
        const x = make(NC * H * W, R.value), out = make(NC * OH * OW), g = make(NC * OH * OW, R.value), gx = make(NC * H * W)
        kernels[`avg_pool2d_${type}`](x.ptr, out.ptr, NC, H, W, OH, OW, KH, KW, sh, sw, ph, pw, include, divisor)
        kernels[`avg_pool2d_backward_${type}`](g.ptr, gx.ptr, NC, H, W, OH, OW, KH, KW, sh, sw, ph, pw, include, divisor)
        const want: number[] = [], wantX = new Float64Array(gx.data.length), list = windows(H, W, OH, OW, KH, KW, sh, sw, ph, pw, 1, 1)
        for (let c = 0; c < NC; c++) for (const [k, { inside, padded }] of list.entries()) {
          const by = divisor || (include ? padded : inside.length)
          want.push(inside.length ? inside.reduce((s, i) => s + x.data[c * H * W + i], 0) / by : 0)
          for (const i of inside) wantX[c * H * W + i] += g.data[c * list.length + k] / by
        }
        expectClose(out.data, want, 1e-6, `forward, seed ${seed}`)
        expectClose(gx.data, wantX, 1e-6, `gradient, seed ${seed}`)
        release()
      }
    })

    test('adaptive pooling', () => {
      const R = random(3)
      for (let seed = 0; seed < 100; seed++) {
        const H = R.int(1, 11), W = R.int(1, 11), OH = R.int(1, 13), OW = R.int(1, 7), NC = R.int(1, 3)
        const x = make(NC * H * W, R.value), out = make(NC * OH * OW), g = make(NC * OH * OW, R.value), gx = make(NC * H * W)
        const top = make(NC * OH * OW), idx = block(BigInt64Array, NC * OH * OW)
        kernels[`adaptive_avg_pool2d_${type}`](x.ptr, out.ptr, NC, H, W, OH, OW)
        kernels[`adaptive_avg_pool2d_backward_${type}`](g.ptr, gx.ptr, NC, H, W, OH, OW)
        kernels[`adaptive_max_pool2d_${type}`](x.ptr, top.ptr, idx.ptr, NC, H, W, OH, OW)
        const want: number[] = [], best: number[] = [], wantX = new Float64Array(gx.data.length)
        for (let c = 0; c < NC; c++) for (let i = 0; i < OH; i++) for (let j = 0; j < OW; j++) {
          const inside: number[] = []
          for (let h = Math.floor(i * H / OH); h < Math.ceil((i + 1) * H / OH); h++) for (let w = Math.floor(j * W / OW); w < Math.ceil((j + 1) * W / OW); w++) inside.push(h * W + w)
          want.push(inside.reduce((s, k) => s + x.data[c * H * W + k], 0) / inside.length)
          best.push(inside.reduce((a, b) => x.data[c * H * W + b] > x.data[c * H * W + a] ? b : a))
          for (const k of inside) wantX[c * H * W + k] += g.data[want.length - 1] / inside.length
        }
        expectClose(out.data, want, 1e-6, `forward, seed ${seed}`)
        expectClose(gx.data, wantX, 1e-6, `gradient, seed ${seed}`)
        expect(Array.from(idx.data, Number)).toEqual(best)
        expect([...top.data]).toEqual(best.map((k, o) => x.data[Math.floor(o / (OH * OW)) * H * W + k]))
        release()
      }
    })
  })
})
