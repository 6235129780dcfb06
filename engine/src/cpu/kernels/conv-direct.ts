// Direct convolutions by plain loops: conv2d for float64, conv3d for both, and the bias gradient of all.
// x[N, C, D, H, W], w[O, C/groups, KD, KH, KW], y[N, O, OD, OH, OW]; strides s*, padding p*, dilation d*.

// Which of the three arrays is the sum of products of the other two.
const FORWARD: i32 = 0
const INPUT: i32 = 1
const WEIGHT: i32 = 2

/** The first output whose window element at `offset` (tap * dilation - padding) is not before the input. */
@inline function first_output(offset: i32, stride: i32): i32 { return offset >= 0 ? 0 : (stride - 1 - offset) / stride }
/** One past the last output whose window element is not behind the input. */
@inline function end_output(offset: i32, stride: i32, size: i32, outputs: i32): i32 {
  return offset >= size ? 0 : min(outputs, (size - 1 - offset) / stride + 1)
}

@inline function direct<T>(
  mode: i32, x: usize, w: usize, y: usize, C: i32, D: i32, H: i32, W: i32, O: i32, OD: i32, OH: i32, OW: i32, KD: i32, KH: i32, KW: i32,
  sd: i32, sh: i32, sw: i32, pd: i32, ph: i32, pw: i32, dd: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32, j0: i32, j1: i32,
): void {
  const size: usize = sizeof<T>()
  const channels = C / groups, filters = O / groups, step = <usize>sw * size
  for (let n = n0; n < n1; ++n) for (let o = 0; o < O; ++o) for (let j = j0; j < j1; ++j) {
    const c = j / (KD * KH * KW), kd = j / (KH * KW) % KD, kh = j / KW % KH, kw = j % KW
    const weight = w + <usize>(o * channels * KD * KH * KW + j) * size
    const planes = x + <usize>((n * C + o / filters * channels + c) * D) * <usize>(H * W) * size
    const out = y + <usize>((n * O + o) * OD) * <usize>(OH * OW) * size
    const fd = kd * dd - pd, fh = kh * dh - ph, fw = kw * dw - pw
    const lo = first_output(fw, sw), hi = end_output(fw, sw, W, OW), endD = end_output(fd, sd, D, OD), endH = end_output(fh, sh, H, OH)
    const scale = mode == WEIGHT ? <T>0 : load<T>(weight)
    let sum: f64 = 0
    for (let d = first_output(fd, sd); d < endD; ++d) for (let h = first_output(fh, sh); h < endH; ++h) {
      let from = planes + <usize>(((d * sd + fd) * H + h * sh + fh) * W + lo * sw + fw) * size
      let to = out + <usize>((d * OH + h) * OW + lo) * size
      for (let i = lo; i < hi; ++i, from += step, to += size) {
        if (mode == FORWARD) store<T>(to, <T>(load<T>(to) + scale * load<T>(from)))
        else if (mode == INPUT) store<T>(from, <T>(load<T>(from) + scale * load<T>(to)))
        else sum += <f64>load<T>(from) * <f64>load<T>(to)
      }
    }
    if (mode == WEIGHT) store<T>(weight, <T>(<f64>load<T>(weight) + sum))
  }
}

@inline function fill_bias<T>(bias: usize, out: usize, O: i32, positions: i32, n0: i32, n1: i32): void {
  let to = out + <usize>(n0 * O) * <usize>positions * sizeof<T>()
  for (let n = n0; n < n1; ++n) for (let o = 0; o < O; ++o) {
    const v: T = bias ? load<T>(bias + <usize>o * sizeof<T>()) : 0
    for (let i = 0; i < positions; ++i, to += sizeof<T>()) store<T>(to, v)
  }
}

@inline function clear_columns<T>(gw: usize, O: i32, columns: i32, j0: i32, j1: i32): void {
  for (let o = 0; o < O; ++o) memory.fill(gw + <usize>(o * columns + j0) * sizeof<T>(), 0, <usize>(j1 - j0) * sizeof<T>())
}

/** As `conv2d_f32`; scratch is not used. */
export function conv2d_f64(
  x: usize, w: usize, bias: usize, out: usize, N: i32, C: i32, H: i32, W: i32, O: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32, scratch: usize,
): void {
  fill_bias<f64>(bias, out, O, OH * OW, n0, n1)
  direct<f64>(FORWARD, x, w, out, C, 1, H, W, O, 1, OH, OW, 1, KH, KW, 1, sh, sw, 0, ph, pw, 1, dh, dw, groups, n0, n1, 0, C / groups * KH * KW)
}

/** As `conv2d_backward_input_f32`; scratch is not used. */
export function conv2d_backward_input_f64(
  g: usize, w: usize, gx: usize, N: i32, C: i32, H: i32, W: i32, O: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32, scratch: usize,
): void {
  fill_bias<f64>(0, gx, C, H * W, n0, n1)
  direct<f64>(INPUT, gx, w, g, C, 1, H, W, O, 1, OH, OW, 1, KH, KW, 1, sh, sw, 0, ph, pw, 1, dh, dw, groups, n0, n1, 0, C / groups * KH * KW)
}

/** As `conv2d_backward_weight_f32`; scratch is not used. */
export function conv2d_backward_weight_f64(
  g: usize, x: usize, gw: usize, N: i32, C: i32, H: i32, W: i32, O: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32, j0: i32, j1: i32, scratch: usize,
): void {
  clear_columns<f64>(gw, O, C / groups * KH * KW, j0, j1)
  direct<f64>(WEIGHT, x, gw, g, C, 1, H, W, O, 1, OH, OW, 1, KH, KW, 1, sh, sw, 0, ph, pw, 1, dh, dw, groups, n0, n1, j0, j1)
}

/** `conv2d_*_f64` need no scratch; the function exists so that callers treat both types alike. */
export function conv2d_scratch_f64(
  N: i32, C: i32, H: i32, W: i32, O: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): usize { return 0 }

/** out[n, O, OD, OH, OW] = conv3d(x[n, C, D, H, W], w[O, C/groups, KD, KH, KW]) + bias[O] (0: none) for n0 ≤ n < n1. */
export function conv3d_f32(
  x: usize, w: usize, bias: usize, out: usize, N: i32, C: i32, D: i32, H: i32, W: i32, O: i32, OD: i32, OH: i32, OW: i32, KD: i32, KH: i32, KW: i32,
  sd: i32, sh: i32, sw: i32, pd: i32, ph: i32, pw: i32, dd: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32,
): void {
  fill_bias<f32>(bias, out, O, OD * OH * OW, n0, n1)
  direct<f32>(FORWARD, x, w, out, C, D, H, W, O, OD, OH, OW, KD, KH, KW, sd, sh, sw, pd, ph, pw, dd, dh, dw, groups, n0, n1, 0, C / groups * KD * KH * KW)
}

/** As `conv3d_f32`, for float64. */
export function conv3d_f64(
  x: usize, w: usize, bias: usize, out: usize, N: i32, C: i32, D: i32, H: i32, W: i32, O: i32, OD: i32, OH: i32, OW: i32, KD: i32, KH: i32, KW: i32,
  sd: i32, sh: i32, sw: i32, pd: i32, ph: i32, pw: i32, dd: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32,
): void {
  fill_bias<f64>(bias, out, O, OD * OH * OW, n0, n1)
  direct<f64>(FORWARD, x, w, out, C, D, H, W, O, OD, OH, OW, KD, KH, KW, sd, sh, sw, pd, ph, pw, dd, dh, dw, groups, n0, n1, 0, C / groups * KD * KH * KW)
}

/** gx[n, C, D, H, W] = the gradient of conv3d in x for n0 ≤ n < n1; D, H and W may be any sizes (conv_transpose3d of g). */
export function conv3d_backward_input_f32(
  g: usize, w: usize, gx: usize, N: i32, C: i32, D: i32, H: i32, W: i32, O: i32, OD: i32, OH: i32, OW: i32, KD: i32, KH: i32, KW: i32,
  sd: i32, sh: i32, sw: i32, pd: i32, ph: i32, pw: i32, dd: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32,
): void {
  fill_bias<f32>(0, gx, C, D * H * W, n0, n1)
  direct<f32>(INPUT, gx, w, g, C, D, H, W, O, OD, OH, OW, KD, KH, KW, sd, sh, sw, pd, ph, pw, dd, dh, dw, groups, n0, n1, 0, C / groups * KD * KH * KW)
}

/** As `conv3d_backward_input_f32`, for float64. */
export function conv3d_backward_input_f64(
  g: usize, w: usize, gx: usize, N: i32, C: i32, D: i32, H: i32, W: i32, O: i32, OD: i32, OH: i32, OW: i32, KD: i32, KH: i32, KW: i32,
  sd: i32, sh: i32, sw: i32, pd: i32, ph: i32, pw: i32, dd: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32,
): void {
  fill_bias<f64>(0, gx, C, D * H * W, n0, n1)
  direct<f64>(INPUT, gx, w, g, C, D, H, W, O, OD, OH, OW, KD, KH, KW, sd, sh, sw, pd, ph, pw, dd, dh, dw, groups, n0, n1, 0, C / groups * KD * KH * KW)
}

/** gw[O, C/groups, KD, KH, KW] = the gradient of conv3d in w, summed over n0 ≤ n < n1; columns j0 ≤ j < j1 as in conv2d. */
export function conv3d_backward_weight_f32(
  g: usize, x: usize, gw: usize, N: i32, C: i32, D: i32, H: i32, W: i32, O: i32, OD: i32, OH: i32, OW: i32, KD: i32, KH: i32, KW: i32,
  sd: i32, sh: i32, sw: i32, pd: i32, ph: i32, pw: i32, dd: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32, j0: i32, j1: i32,
): void {
  clear_columns<f32>(gw, O, C / groups * KD * KH * KW, j0, j1)
  direct<f32>(WEIGHT, x, gw, g, C, D, H, W, O, OD, OH, OW, KD, KH, KW, sd, sh, sw, pd, ph, pw, dd, dh, dw, groups, n0, n1, j0, j1)
}

/** As `conv3d_backward_weight_f32`, for float64. */
export function conv3d_backward_weight_f64(
  g: usize, x: usize, gw: usize, N: i32, C: i32, D: i32, H: i32, W: i32, O: i32, OD: i32, OH: i32, OW: i32, KD: i32, KH: i32, KW: i32,
  sd: i32, sh: i32, sw: i32, pd: i32, ph: i32, pw: i32, dd: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32, j0: i32, j1: i32,
): void {
  clear_columns<f64>(gw, O, C / groups * KD * KH * KW, j0, j1)
  direct<f64>(WEIGHT, x, gw, g, C, D, H, W, O, OD, OH, OW, KD, KH, KW, sd, sh, sw, pd, ph, pw, dd, dh, dw, groups, n0, n1, j0, j1)
}

/** gb[o] = Σ g[n, o, p] over N images and P positions, for the channels o0 ≤ o < o1; summed in float64. */
export function conv_backward_bias_f32(g: usize, gb: usize, N: i32, O: i32, P: i32, o0: i32, o1: i32): void {
  for (let o = o0; o < o1; ++o) {
    let sum: f64 = 0
    for (let n = 0; n < N; ++n) {
      let p = g + (<usize>(n * O + o) * <usize>P << 2), i = P
      let s = f64x2.splat(0), t = s
      for (; i >= 4; i -= 4, p += 16) {
        s = f64x2.add(s, f64x2.promote_low_f32x4(v128.load64_zero(p)))
        t = f64x2.add(t, f64x2.promote_low_f32x4(v128.load64_zero(p, 8)))
      }
      s = f64x2.add(s, t)
      sum += f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1)
      for (; i > 0; --i, p += 4) sum += <f64>load<f32>(p)
    }
    store<f32>(gb + (<usize>o << 2), <f32>sum)
  }
}

/** As `conv_backward_bias_f32`, for float64. */
export function conv_backward_bias_f64(g: usize, gb: usize, N: i32, O: i32, P: i32, o0: i32, o1: i32): void {
  for (let o = o0; o < o1; ++o) {
    let sum: f64 = 0
    for (let n = 0; n < N; ++n) {
      let p = g + (<usize>(n * O + o) * <usize>P << 3)
      for (let i = P; i > 0; --i, p += 8) sum += load<f64>(p)
    }
    store<f64>(gb + (<usize>o << 3), sum)
  }
}
