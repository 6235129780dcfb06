import { afterEach, describe, expect, test } from 'vitest'
import { block, builds, expectClose, random, release, scratch, type Kernels } from './kernels.harness.ts'

afterEach(release)

/** Sizes of a convolution; D, KD, sd … are 1 and pd is 0 for a 2-d one. */
interface Shape {
  N: number; C: number; D: number; H: number; W: number; O: number; KD: number; KH: number; KW: number
  sd: number; sh: number; sw: number; pd: number; ph: number; pw: number; dd: number; dh: number; dw: number; groups: number
}
const flat = { D: 1, KD: 1, sd: 1, pd: 0, dd: 1 }
const outputs = (size: number, k: number, s: number, p: number, d: number) => Math.max(0, Math.floor((size + 2 * p - d * (k - 1) - 1) / s) + 1)

/** Calls back with the flat positions (x, w, y) of every product of the convolution. */
function products(s: Shape, OD: number, OH: number, OW: number, visit: (x: number, w: number, y: number) => void): void {
  const channels = s.C / s.groups, filters = s.O / s.groups
  for (let n = 0; n < s.N; n++) for (let o = 0; o < s.O; o++) for (let c = 0; c < channels; c++)
    for (let a = 0; a < OD; a++) for (let b = 0; b < OH; b++) for (let e = 0; e < OW; e++)
      for (let i = 0; i < s.KD; i++) for (let j = 0; j < s.KH; j++) for (let k = 0; k < s.KW; k++) {
        const d = a * s.sd - s.pd + i * s.dd, h = b * s.sh - s.ph + j * s.dh, w = e * s.sw - s.pw + k * s.dw
        if (d < 0 || h < 0 || w < 0 || d >= s.D || h >= s.H || w >= s.W) continue
        const channel = Math.floor(o / filters) * channels + c
        visit((((n * s.C + channel) * s.D + d) * s.H + h) * s.W + w, (((o * channels + c) * s.KD + i) * s.KH + j) * s.KW + k, (((n * s.O + o) * OD + a) * OH + b) * OW + e)
      }
}

/** Forward, input, weight and bias gradients of one shape against plain float64 loops. */
function check(kernels: Kernels, type: 'f32' | 'f64', dims: 2 | 3, s: Shape, seed: number): void {
  const R = random(seed)
  const [OD, OH, OW] = [outputs(s.D, s.KD, s.sd, s.pd, s.dd), outputs(s.H, s.KH, s.sh, s.ph, s.dh), outputs(s.W, s.KW, s.sw, s.pw, s.dw)]
  const columns = s.C / s.groups * s.KD * s.KH * s.KW
  const make = (n: number, fill?: () => number) => block<any>(type === 'f32' ? Float32Array : Float64Array, n, fill)
  const x = make(s.N * s.C * s.D * s.H * s.W, R.value), w = make(s.O * columns, R.value), bias = make(s.O, R.value)
  const y = make(s.N * s.O * OD * OH * OW), g = make(y.data.length, R.value)
  const gx = make(x.data.length), gw = make(w.data.length), gb = make(s.O)
  const withBias = R.int(0, 1)
  const geometry = dims === 2
    ? [s.N, s.C, s.H, s.W, s.O, OH, OW, s.KH, s.KW, s.sh, s.sw, s.ph, s.pw, s.dh, s.dw, s.groups]
    : [s.N, s.C, s.D, s.H, s.W, s.O, OD, OH, OW, s.KD, s.KH, s.KW, s.sd, s.sh, s.sw, s.pd, s.ph, s.pw, s.dd, s.dh, s.dw, s.groups]
  const spare = dims === 2 ? [scratch(kernels[`conv2d_scratch_${type}`](...geometry))] : []

  const positions = OD * OH * OW
  const wantY = new Float64Array(y.data.length).map((_, i) => withBias ? bias.data[Math.floor(i / positions) % s.O] : 0)
  const wantX = new Float64Array(gx.data.length), wantW = new Float64Array(gw.data.length), wantB = new Float64Array(s.O)
  products(s, OD, OH, OW, (i, j, k) => {
    wantY[k] += x.data[i] * w.data[j]
    wantX[i] += g.data[k] * w.data[j]
    wantW[j] += g.data[k] * x.data[i]
  })
  for (let i = 0; i < g.data.length; i++) wantB[Math.floor(i / positions) % s.O] += g.data[i]

  const name = `conv${dims}d`, context = `${type} ${JSON.stringify(s)} bias ${withBias} seed ${seed}`
  const exact = type === 'f32' ? 3e-7 : 1e-14
  // Split over images, and over columns of the weight, as threads would.
  const half = s.N >> 1, cut = R.int(0, columns)
  for (const [n0, n1] of [[0, half], [half, s.N]]) {
    kernels[`${name}_${type}`](x.ptr, w.ptr, withBias ? bias.ptr : 0, y.ptr, ...geometry, n0, n1, ...spare)
    kernels[`${name}_backward_input_${type}`](g.ptr, w.ptr, gx.ptr, ...geometry, n0, n1, ...spare)
  }
  for (const [j0, j1] of [[0, cut], [cut, columns]]) kernels[`${name}_backward_weight_${type}`](g.ptr, x.ptr, gw.ptr, ...geometry, 0, s.N, j0, j1, ...spare)
  kernels[`conv_backward_bias_${type}`](g.ptr, gb.ptr, s.N, s.O, positions, 0, s.O)
  expectClose(y.data, wantY, exact * (columns + 4), `forward ${context}`)
  expectClose(gx.data, wantX, exact * (s.O * s.KD * s.KH * s.KW + 4), `input gradient ${context}`)
  expectClose(gw.data, wantW, exact * (s.N * positions + 4), `weight gradient ${context}`)
  expectClose(gb.data, wantB, exact * (s.N * positions + 4), `bias gradient ${context}`)
  release()
}

const square = (N: number, C: number, size: number, O: number, k: number, s = 1, p = 0, d = 1, groups = 1): Shape =>
  ({ ...flat, N, C, H: size, W: size, O, KH: k, KW: k, sh: s, sw: s, ph: p, pw: p, dh: d, dw: d, groups })

describe.each(builds)('convolution, %s build', (_, kernels) => {
  test('the usual layers', () => {
    check(kernels, 'f32', 2, square(3, 1, 28, 6, 3, 1, 1), 1)
    check(kernels, 'f32', 2, square(2, 3, 32, 8, 3, 1, 1), 2)
    check(kernels, 'f32', 2, square(2, 16, 14, 20, 3, 2, 1), 3)
    check(kernels, 'f32', 2, square(2, 24, 7, 9, 1), 4)
    check(kernels, 'f32', 2, square(2, 24, 8, 9, 1, 2), 5)
    check(kernels, 'f32', 2, square(2, 3, 33, 5, 7, 2, 3), 6)
    check(kernels, 'f32', 2, square(2, 6, 20, 6, 3, 1, 1, 1, 6), 7)
    check(kernels, 'f32', 2, square(2, 6, 21, 12, 3, 2, 1, 1, 6), 8)
    check(kernels, 'f32', 2, square(2, 8, 9, 12, 3, 1, 1, 1, 2), 9)
    check(kernels, 'f32', 2, square(2, 4, 8, 4, 4, 2, 1), 10)
    check(kernels, 'f32', 2, square(1, 2, 12, 3, 3, 1, 2, 2), 11)
  })

  test('more than one block of channels, filters and positions', () => {
    check(kernels, 'f32', 2, square(1, 270, 3, 5, 1), 20)
    check(kernels, 'f32', 2, square(1, 30, 4, 270, 3, 2, 1), 21)
    check(kernels, 'f32', 2, square(1, 3, 5, 140, 3, 1, 1), 24)
    check(kernels, 'f32', 2, square(1, 2, 37, 3, 3, 1, 1), 22)
    check(kernels, 'f32', 2, square(20, 5, 4, 6, 3), 23)
  })

  test('degenerate shapes', () => {
    check(kernels, 'f32', 2, square(0, 2, 5, 3, 3), 30)
    check(kernels, 'f32', 2, square(2, 2, 5, 0, 3), 31)
    check(kernels, 'f32', 2, square(2, 1, 1, 1, 1), 32)
    check(kernels, 'f32', 2, square(2, 3, 1, 4, 3, 1, 1), 33) // a kernel larger than the image
    check(kernels, 'f32', 2, square(2, 2, 3, 2, 5, 3, 2), 34)
    check(kernels, 'f32', 2, { ...square(2, 3, 9, 4, 3), H: 1, KH: 1 }, 35) // conv1d
    check(kernels, 'f32', 2, { ...square(2, 4, 9, 4, 3, 1, 1, 1, 4), H: 1, KH: 1, ph: 0 }, 36)
    check(kernels, 'f32', 2, { ...square(2, 2, 9, 3, 2, 2, 1), W: 1, KW: 1 }, 37)
  })

  test.each(['f32', 'f64'] as const)('random shapes, %s', type => {
    const R = random(5)
    for (let i = 0; i < (type === 'f32' ? 150 : 60); i++) {
      const groups = R.pick(1, 1, 2, 3), C = groups * R.int(1, 3), O = groups * R.int(1, 5)
      const shape = { ...flat, N: R.int(1, 3), C, O, groups, H: R.int(1, 11), W: R.int(1, 13), KH: R.int(1, 4), KW: R.int(1, 4), sh: R.int(1, 3), sw: R.int(1, 3), ph: R.int(0, 3), pw: R.int(0, 3), dh: R.int(1, 2), dw: R.int(1, 2) }
      check(kernels, type, 2, shape, 100 + i)
    }
  })

  test.each(['f32', 'f64'] as const)('conv3d, random shapes, %s', type => {
    const R = random(6)
    for (let i = 0; i < 40; i++) {
      const groups = R.pick(1, 1, 2), C = groups * R.int(1, 2), O = groups * R.int(1, 2)
      check(kernels, type, 3, {
        N: R.int(1, 3), C, O, groups, D: R.int(1, 5), H: R.int(1, 5), W: R.int(1, 6), KD: R.int(1, 3), KH: R.int(1, 3), KW: R.int(1, 3),
        sd: R.int(1, 2), sh: R.int(1, 3), sw: R.int(1, 2), pd: R.int(0, 2), ph: R.int(0, 2), pw: R.int(0, 2), dd: R.int(1, 2), dh: R.int(1, 2), dw: R.int(1, 2),
      }, 300 + i)
    }
  })

  test('transposed convolution: an output larger than the windows reach, and fewer windows than would fit', () => {
    const R = random(8)
    for (const groups of [1, 3]) for (const [H, W, OH, OW, s, p, d, k] of [[9, 8, 3, 3, 3, 1, 1, 3], [8, 9, 4, 4, 2, 1, 2, 2], [7, 12, 3, 5, 2, 0, 1, 3], [10, 10, 3, 3, 2, 0, 3, 2]]) {
      const C = 3, O = 6, N = 2, channels = C / groups
      const g = block(Float32Array, N * O * OH * OW, R.value), w = block(Float32Array, O * channels * k * k, R.value), gx = block(Float32Array, N * C * H * W)
      const geometry = [N, C, H, W, O, OH, OW, k, k, s, s, p, p, d, d, groups]
      kernels.conv2d_backward_input_f32(g.ptr, w.ptr, gx.ptr, ...geometry, 0, N, scratch(kernels.conv2d_scratch_f32(...geometry)))
      const want = new Float64Array(gx.data.length)
      products({ ...flat, N, C, H, W, O, KH: k, KW: k, sh: s, sw: s, ph: p, pw: p, dh: d, dw: d, groups }, 1, OH, OW, (i, j, q) => { want[i] += g.data[q] * w.data[j] })
      expectClose(gx.data, want, 1e-5, `${H}×${W} from ${OH}×${OW}, groups ${groups}`)
      release()
    }
  })

  test('the weight gradient does not depend on how its columns are split', () => {
    const R = random(9), s = square(3, 5, 9, 6, 3, 1, 1)
    const x = block(Float32Array, 3 * 5 * 81, R.value), g = block(Float32Array, 3 * 6 * 81, R.value), whole = block(Float32Array, 6 * 45), parts = block(Float32Array, 6 * 45)
    const geometry = [s.N, s.C, s.H, s.W, s.O, 9, 9, 3, 3, 1, 1, 1, 1, 1, 1, 1], spare = scratch(kernels.conv2d_scratch_f32(...geometry))
    kernels.conv2d_backward_weight_f32(g.ptr, x.ptr, whole.ptr, ...geometry, 0, 3, 0, 45, spare)
    for (const [j0, j1] of [[0, 7], [7, 24], [24, 45]]) kernels.conv2d_backward_weight_f32(g.ptr, x.ptr, parts.ptr, ...geometry, 0, 3, j0, j1, spare)
    expect([...parts.data]).toEqual([...whole.data])
  })
})
