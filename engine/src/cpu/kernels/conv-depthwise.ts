// Depthwise conv2d for float32 (one input channel a group, any number of filters on it): no matrix product, just rows.
import { madd } from './math'
import { copy_into } from './conv-image'

@inline function gather(p: usize, step: usize): v128 {
  return f32x4(load<f32>(p), load<f32>(p + step), load<f32>(p + 2 * step), load<f32>(p + 3 * step))
}

/** One output row: the window of output j starts at `x + j * step`; its rows are `rowStep`, its columns `colStep` bytes apart. */
function window_row(x: usize, step: usize, w: usize, KH: i32, KW: i32, rowStep: usize, colStep: usize, bias: f32, out: usize, OW: i32): void {
  let n = OW
  if (step == 4) {
    for (; n >= 16; n -= 16) {
      let s0 = f32x4.splat(bias), s1 = s0, s2 = s0, s3 = s0
      let row = x, weight = w
      for (let i = KH; i > 0; --i, row += rowStep) {
        let p = row
        for (let j = KW; j > 0; --j, p += colStep, weight += 4) {
          const v = v128.load_splat<f32>(weight)
          s0 = madd(v, v128.load(p), s0)
          s1 = madd(v, v128.load(p, 16), s1)
          s2 = madd(v, v128.load(p, 32), s2)
          s3 = madd(v, v128.load(p, 48), s3)
        }
      }
      v128.store(out, s0)
      v128.store(out, s1, 16)
      v128.store(out, s2, 32)
      v128.store(out, s3, 48)
      x += 64
      out += 64
    }
  }
  for (; n >= 4; n -= 4) {
    let s = f32x4.splat(bias)
    let row = x, weight = w
    for (let i = KH; i > 0; --i, row += rowStep) {
      let p = row
      for (let j = KW; j > 0; --j, p += colStep, weight += 4) {
        s = madd(v128.load_splat<f32>(weight), step == 4 ? v128.load(p) : gather(p, step), s)
      }
    }
    v128.store(out, s)
    x += step << 2
    out += 16
  }
  for (; n > 0; --n) {
    let s = bias, row = x, weight = w
    for (let i = KH; i > 0; --i, row += rowStep) {
      let p = row
      for (let j = KW; j > 0; --j, p += colStep, weight += 4) s += load<f32>(weight) * load<f32>(p)
    }
    store<f32>(out, s)
    x += step
    out += 4
  }
}

/** to[j] += scale * from[j] for j < n, the targets `step` bytes apart. */
function add_scaled_row(from: usize, scale: f32, to: usize, n: i32, step: usize): void {
  let i = n
  const v = f32x4.splat(scale)
  if (step == 4) for (; i >= 4; i -= 4, from += 16, to += 16) v128.store(to, madd(v, v128.load(from), v128.load(to)))
  for (; i > 0; --i, from += 4, to += step) store<f32>(to, load<f32>(to) + scale * load<f32>(from))
}

/** Σ g[i, j] · x[i, j] over OH × OW, the columns of x `step` bytes apart. */
function dot_rows(g: usize, x: usize, OH: i32, OW: i32, rowStep: usize, step: usize): f32 {
  let s = f32x4.splat(0), t = s, u = s, v = s
  let rest: f32 = 0
  for (let i = OH; i > 0; --i, x += rowStep) {
    let p = x, n = OW
    if (step == 4) for (; n >= 16; n -= 16, g += 64, p += 64) {
      s = madd(v128.load(g), v128.load(p), s)
      t = madd(v128.load(g, 16), v128.load(p, 16), t)
      u = madd(v128.load(g, 32), v128.load(p, 32), u)
      v = madd(v128.load(g, 48), v128.load(p, 48), v)
    }
    for (; n >= 4; n -= 4, g += 16, p += step << 2) s = madd(v128.load(g), step == 4 ? v128.load(p) : gather(p, step), s)
    for (; n > 0; --n, g += 4, p += step) rest += load<f32>(g) * load<f32>(p)
  }
  s = f32x4.add(f32x4.add(s, t), f32x4.add(u, v))
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3)) + rest
}

export function depthwise_forward(
  x: usize, w: usize, bias: usize, out: usize, C: i32, H: i32, W: i32, O: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, n0: i32, n1: i32, scratch: usize,
): void {
  const HP = H + 2 * ph, WP = W + 2 * pw, filters = O / C, padded = ph > 0 || pw > 0
  const plane = <usize>H * <usize>W << 2, outRow = <usize>OW << 2, taps = <usize>(KH * KW) << 2
  const rowStep = <usize>(sh * WP) << 2
  if (padded) memory.fill(scratch, 0, <usize>HP * <usize>WP << 2)
  for (let n = n0; n < n1; ++n) for (let c = 0; c < C; ++c) {
    let image = x + <usize>(n * C + c) * plane
    if (padded) {
      copy_into(image, 1, H, W, ph, pw, HP, WP, scratch)
      image = scratch
    }
    for (let o = c * filters; o < (c + 1) * filters; ++o) {
      const b: f32 = bias ? load<f32>(bias + (<usize>o << 2)) : 0
      let to = out + <usize>((n * O + o) * OH) * outRow
      for (let i = 0, from = image; i < OH; ++i, from += rowStep, to += outRow) {
        window_row(from, <usize>sw << 2, w + <usize>o * taps, KH, KW, <usize>(dh * WP) << 2, <usize>dw << 2, b, to, OW)
      }
    }
  }
}

export function depthwise_backward_input(
  g: usize, w: usize, gx: usize, C: i32, H: i32, W: i32, O: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, n0: i32, n1: i32, scratch: usize,
): void {
  const HP = H + 2 * ph, WP = W + 2 * pw, filters = O / C, padded = ph > 0 || pw > 0
  const plane = <usize>H * <usize>W << 2, outRow = <usize>OW << 2
  for (let n = n0; n < n1; ++n) for (let c = 0; c < C; ++c) {
    const to = gx + <usize>(n * C + c) * plane
    const image = padded ? scratch : to
    memory.fill(image, 0, <usize>HP * <usize>WP << 2)
    for (let o = c * filters; o < (c + 1) * filters; ++o) {
      const from = g + <usize>((n * O + o) * OH) * outRow
      for (let i = 0; i < KH; ++i) for (let j = 0; j < KW; ++j) {
        const scale = load<f32>(w + (<usize>((o * KH + i) * KW + j) << 2))
        for (let r = 0; r < OH; ++r) {
          add_scaled_row(from + <usize>r * outRow, scale, image + (<usize>((r * sh + i * dh) * WP + j * dw) << 2), OW, <usize>sw << 2)
        }
      }
    }
    if (padded) copy_into(image, 1, HP, WP, -ph, -pw, H, W, to)
  }
}

export function depthwise_backward_weight(
  g: usize, x: usize, gw: usize, C: i32, H: i32, W: i32, O: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, n0: i32, n1: i32, j0: i32, j1: i32, scratch: usize,
): void {
  const HP = H + 2 * ph, WP = W + 2 * pw, filters = O / C, padded = ph > 0 || pw > 0
  const plane = <usize>H * <usize>W << 2, outPlane = <usize>OH * <usize>OW << 2
  if (padded) memory.fill(scratch, 0, <usize>HP * <usize>WP << 2)
  for (let n = n0; n < n1; ++n) for (let c = 0; c < C; ++c) {
    let image = x + <usize>(n * C + c) * plane
    if (padded) {
      copy_into(image, 1, H, W, ph, pw, HP, WP, scratch)
      image = scratch
    }
    for (let o = c * filters; o < (c + 1) * filters; ++o) for (let k = j0; k < j1; ++k) {
      const at = <usize>(k / KW * dh * WP + k % KW * dw) << 2
      let s = dot_rows(g + <usize>(n * O + o) * outPlane, image + at, OH, OW, <usize>(sh * WP) << 2, <usize>sw << 2)
      const to = gw + (<usize>(o * KH * KW + k) << 2)
      if (n > n0) s += load<f32>(to)
      store<f32>(to, s)
    }
  }
}
