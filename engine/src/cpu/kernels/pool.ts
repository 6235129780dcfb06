// Pooling over the last two dimensions of contiguous planes x[NC, H, W] → out[NC, OH, OW]; 1-d pooling has H = KH = 1.
// Planes are independent: threads split them by shifting the pointers.

/** First window row or column inside the input. */
@inline function window_start(at: i32, dilation: i32): i32 {
  return at >= 0 ? at : at + (dilation - 1 - at) / dilation * dilation
}

// Windows inner_start ≤ j < inner_end of a row need no check of their columns.
@inline function inner_start(stride: i32, padding: i32): i32 { return (padding + stride - 1) / stride }
@inline function inner_end(size: i32, kernel: i32, stride: i32, padding: i32, dilation: i32, outputs: i32): i32 {
  const last = size - 1 - (kernel - 1) * dilation + padding
  return last < 0 ? 0 : min(outputs, last / stride + 1)
}

/** Maximum of x over the window; its flat index goes to `idx` (0: not wanted). NaN wins, and the last of several. */
@inline function window_max<T>(x: usize, h0: i32, h1: i32, dh: i32, w0: i32, w1: i32, dw: i32, W: i32, out: usize, idx: usize): void {
  let best: T = <T>-Infinity, at = h0 * W + w0
  for (let h = h0; h < h1; h += dh) for (let w = w0; w < w1; w += dw) {
    const i = h * W + w, v = load<T>(x + <usize>i * sizeof<T>())
    if (v > best || v != v) {
      best = v
      at = i
    }
  }
  store<T>(out, best)
  if (idx) store<i64>(idx, at)
}

@inline function max_row<T>(
  x: usize, h0: i32, h1: i32, dh: i32, from: i32, to: i32, W: i32, KW: i32, sw: i32, pw: i32, dw: i32, out: usize, idx: usize,
): void {
  for (let j = from; j < to; ++j) {
    const start = j * sw - pw
    window_max<T>(
      x, h0, h1, dh, window_start(start, dw), min(W, start + (KW - 1) * dw + 1), dw, W,
      out + <usize>j * sizeof<T>(), idx ? idx + (<usize>j << 3) : 0,
    )
  }
}

/** Four elements, `stride` elements apart. */
@inline function four(p: usize, stride: i32): v128 {
  if (stride == 1) return v128.load(p)
  if (stride == 2) return v128.shuffle<f32>(v128.load(p), v128.load(p, 12), 0, 2, 5, 7)
  const step = <usize>stride << 2
  return f32x4(load<f32>(p), load<f32>(p + step), load<f32>(p + 2 * step), load<f32>(p + 3 * step))
}

/** Four windows that lie wholly inside the columns, `stride` elements apart, the first at column `start`. */
@inline function max_four(x: usize, h0: i32, h1: i32, dh: i32, start: i32, W: i32, KW: i32, stride: i32, dw: i32, out: usize, idx: usize): void {
  let best = f32x4.splat(-Infinity)
  const lanes = i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(stride))
  let at = i32x4.add(lanes, i32x4.splat(h0 * W + start))
  for (let h = h0; h < h1; h += dh) {
    for (let k = 0, i = h * W + start; k < KW; ++k, i += dw) {
      const v = four(x + (<usize>i << 2), stride)
      const take = v128.or(f32x4.gt(v, best), f32x4.ne(v, v))
      best = v128.bitselect(v, best, take)
      at = v128.bitselect(i32x4.add(lanes, i32x4.splat(i)), at, take)
    }
  }
  v128.store(out, best)
  if (idx) {
    v128.store(idx, i64x2.extend_low_i32x4_s(at))
    v128.store(idx, i64x2.extend_high_i32x4_s(at), 16)
  }
}

/**
 * Max pooling; `idx` (int64, 0: not wanted) gets the index of each maximum in its H·W plane, as in PyTorch. Padding is
 * −∞, NaN propagates.
 */
export function max_pool2d_f32(
  x: usize, out: usize, idx: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32,
  KH: i32, KW: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  const lo = min(OW, inner_start(sw, pw)), hi = max(lo, inner_end(W, KW, sw, pw, dw, OW))
  for (let c = 0; c < NC; ++c) {
    for (let i = 0; i < OH; ++i) {
      const start = i * sh - ph, h0 = window_start(start, dh), h1 = min(H, start + (KH - 1) * dh + 1)
      max_row<f32>(x, h0, h1, dh, 0, lo, W, KW, sw, pw, dw, out, idx)
      let j = lo
      // The last four overlap the ones before.
      if (hi - lo >= 4) for (; j < hi; j += 4) {
        const at = min(j, hi - 4)
        max_four(x, h0, h1, dh, at * sw - pw, W, KW, sw, dw, out + (<usize>at << 2), idx ? idx + (<usize>at << 3) : 0)
      }
      max_row<f32>(x, h0, h1, dh, min(j, hi), OW, W, KW, sw, pw, dw, out, idx)
      out += <usize>OW << 2
      if (idx) idx += <usize>OW << 3
    }
    x += <usize>H * <usize>W << 2
  }
}

/** As `max_pool2d_f32`, for float64. */
export function max_pool2d_f64(
  x: usize, out: usize, idx: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32,
  KH: i32, KW: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32,
): void {
  for (let c = 0; c < NC; ++c) {
    for (let i = 0; i < OH; ++i) {
      const start = i * sh - ph, h0 = window_start(start, dh), h1 = min(H, start + (KH - 1) * dh + 1)
      max_row<f64>(x, h0, h1, dh, 0, OW, W, KW, sw, pw, dw, out, idx)
      out += <usize>OW << 3
      if (idx) idx += <usize>OW << 3
    }
    x += <usize>H * <usize>W << 3
  }
}

// Adaptive pooling's rule: output i covers floor(i * size / outputs) ≤ position < ceil((i + 1) * size / outputs).
@inline function adaptive_start(i: i32, size: i32, outputs: i32): i32 { return <i32>(<i64>i * size / outputs) }
@inline function adaptive_end(i: i32, size: i32, outputs: i32): i32 { return <i32>((<i64>(i + 1) * size + outputs - 1) / outputs) }

@inline function adaptive_max<T>(x: usize, out: usize, idx: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32): void {
  for (let c = 0; c < NC; ++c) {
    for (let i = 0; i < OH; ++i) for (let j = 0; j < OW; ++j) {
      window_max<T>(x, adaptive_start(i, H, OH), adaptive_end(i, H, OH), 1, adaptive_start(j, W, OW), adaptive_end(j, W, OW), 1, W, out, idx)
      out += sizeof<T>()
      if (idx) idx += 8
    }
    x += <usize>H * <usize>W * sizeof<T>()
  }
}

/** Adaptive max pooling; `idx` as in `max_pool2d_f32`. Its gradient is `max_pool2d_backward_f32`. */
export function adaptive_max_pool2d_f32(x: usize, out: usize, idx: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32): void {
  adaptive_max<f32>(x, out, idx, NC, H, W, OH, OW)
}
/** As `adaptive_max_pool2d_f32`, for float64. */
export function adaptive_max_pool2d_f64(x: usize, out: usize, idx: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32): void {
  adaptive_max<f64>(x, out, idx, NC, H, W, OH, OW)
}

@inline function max_backward<T>(g: usize, idx: usize, gx: usize, NC: i32, HW: i32, OHW: i32): void {
  memory.fill(gx, 0, <usize>NC * <usize>HW * sizeof<T>())
  for (let c = 0; c < NC; ++c) {
    for (let i = 0; i < OHW; ++i) {
      const to = gx + <usize>load<i64>(idx) * sizeof<T>()
      store<T>(to, <T>(load<T>(to) + load<T>(g)))
      g += sizeof<T>()
      idx += 8
    }
    gx += <usize>HW * sizeof<T>()
  }
}

/** gx[NC, HW] = the gradient of max pooling, from g[NC, OHW] and the indices of the forward pass. */
export function max_pool2d_backward_f32(g: usize, idx: usize, gx: usize, NC: i32, HW: i32, OHW: i32): void { max_backward<f32>(g, idx, gx, NC, HW, OHW) }
/** As `max_pool2d_backward_f32`, for float64. */
export function max_pool2d_backward_f64(g: usize, idx: usize, gx: usize, NC: i32, HW: i32, OHW: i32): void { max_backward<f64>(g, idx, gx, NC, HW, OHW) }

@inline function window_mean<T>(x: usize, h0: i32, h1: i32, w0: i32, w1: i32, W: i32, divisor: i32): T {
  let sum: T = 0
  for (let h = h0; h < h1; ++h) {
    let p = x + <usize>(h * W + w0) * sizeof<T>()
    for (let w = w0; w < w1; ++w, p += sizeof<T>()) sum += load<T>(p)
  }
  return <T>(sum / <T>divisor)
}

/** Sums of four windows that lie wholly inside the columns, as `max_four`. */
@inline function sum_four(x: usize, h0: i32, h1: i32, start: i32, W: i32, KW: i32, stride: i32): v128 {
  let sum = f32x4.splat(0)
  for (let h = h0; h < h1; ++h) for (let k = 0, i = h * W + start; k < KW; ++k, ++i) sum = f32x4.add(sum, four(x + (<usize>i << 2), stride))
  return sum
}

@inline function spread<T>(gx: usize, h0: i32, h1: i32, w0: i32, w1: i32, W: i32, v: T): void {
  for (let h = h0; h < h1; ++h) {
    let p = gx + <usize>(h * W + w0) * sizeof<T>()
    for (let w = w0; w < w1; ++w, p += sizeof<T>()) store<T>(p, <T>(load<T>(p) + v))
  }
}

@inline function average<T>(
  forward: bool, from: usize, to: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, include: i32, divisor: i32,
): void {
  const size: usize = sizeof<T>(), plane = <usize>H * <usize>W * size
  if (!forward) memory.fill(to, 0, <usize>NC * plane)
  const lo = inner_start(sw, pw), hi = inner_end(W, KW, sw, pw, 1, OW)
  for (let c = 0; c < NC; ++c) for (let i = 0; i < OH; ++i) {
    // PyTorch cuts a window first at the padded border, which counts, then at the input's.
    const top = i * sh - ph, bottom = min(top + KH, H + ph), h0 = max(top, 0), h1 = min(bottom, H)
    for (let j = 0; j < OW; ++j) {
      if (forward && sizeof<T>() == 4 && j >= lo && j + 4 <= hi && h0 < h1) {
        const sum = sum_four(from + <usize>c * plane, h0, h1, j * sw - pw, W, KW, sw)
        const by = divisor ? divisor : (include ? bottom - top : h1 - h0) * KW
        v128.store(to + (<usize>((c * OH + i) * OW + j) << 2), f32x4.div(sum, f32x4.splat(<f32>by)))
        j += 3
        continue
      }
      const left = j * sw - pw, right = min(left + KW, W + pw), w0 = max(left, 0), w1 = min(right, W)
      const o = <usize>((c * OH + i) * OW + j) * size
      if (h0 >= h1 || w0 >= w1) {
        if (forward) store<T>(to + o, 0)
        continue
      }
      const by = divisor ? divisor : include ? (bottom - top) * (right - left) : (h1 - h0) * (w1 - w0)
      if (forward) store<T>(to + o, window_mean<T>(from + <usize>c * plane, h0, h1, w0, w1, W, by))
      else spread<T>(to + <usize>c * plane, h0, h1, w0, w1, W, <T>(load<T>(from + o) / <T>by))
    }
  }
}

/** Average pooling. `include`: count_include_pad; `divisor`: divisor_override (0: none). */
export function avg_pool2d_f32(
  x: usize, out: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32, KH: i32, KW: i32, sh: i32, sw: i32, ph: i32, pw: i32, include: i32, divisor: i32,
): void { average<f32>(true, x, out, NC, H, W, OH, OW, KH, KW, sh, sw, ph, pw, include, divisor) }
/** As `avg_pool2d_f32`, for float64. */
export function avg_pool2d_f64(
  x: usize, out: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32, KH: i32, KW: i32, sh: i32, sw: i32, ph: i32, pw: i32, include: i32, divisor: i32,
): void { average<f64>(true, x, out, NC, H, W, OH, OW, KH, KW, sh, sw, ph, pw, include, divisor) }
/** gx[NC, H, W] = the gradient of `avg_pool2d_f32`, from g[NC, OH, OW]. */
export function avg_pool2d_backward_f32(
  g: usize, gx: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32, KH: i32, KW: i32, sh: i32, sw: i32, ph: i32, pw: i32, include: i32, divisor: i32,
): void { average<f32>(false, g, gx, NC, H, W, OH, OW, KH, KW, sh, sw, ph, pw, include, divisor) }
/** As `avg_pool2d_backward_f32`, for float64. */
export function avg_pool2d_backward_f64(
  g: usize, gx: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32, KH: i32, KW: i32, sh: i32, sw: i32, ph: i32, pw: i32, include: i32, divisor: i32,
): void { average<f64>(false, g, gx, NC, H, W, OH, OW, KH, KW, sh, sw, ph, pw, include, divisor) }

@inline function adaptive_average<T>(forward: bool, from: usize, to: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32): void {
  const size: usize = sizeof<T>(), plane = <usize>H * <usize>W * size
  if (!forward) memory.fill(to, 0, <usize>NC * plane)
  for (let c = 0; c < NC; ++c) for (let i = 0; i < OH; ++i) for (let j = 0; j < OW; ++j) {
    const h0 = adaptive_start(i, H, OH), h1 = adaptive_end(i, H, OH), w0 = adaptive_start(j, W, OW), w1 = adaptive_end(j, W, OW)
    const o = <usize>((c * OH + i) * OW + j) * size, by = (h1 - h0) * (w1 - w0)
    if (forward) store<T>(to + o, window_mean<T>(from + <usize>c * plane, h0, h1, w0, w1, W, by))
    else spread<T>(to + <usize>c * plane, h0, h1, w0, w1, W, <T>(load<T>(from + o) / <T>by))
  }
}

/** Adaptive average pooling: output i covers floor(i·H/OH) ≤ row < ceil((i+1)·H/OH), likewise the columns. */
export function adaptive_avg_pool2d_f32(x: usize, out: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32): void {
  adaptive_average<f32>(true, x, out, NC, H, W, OH, OW)
}
/** As `adaptive_avg_pool2d_f32`, for float64. */
export function adaptive_avg_pool2d_f64(x: usize, out: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32): void {
  adaptive_average<f64>(true, x, out, NC, H, W, OH, OW)
}
/** gx[NC, H, W] = the gradient of `adaptive_avg_pool2d_f32`, from g[NC, OH, OW]. */
export function adaptive_avg_pool2d_backward_f32(g: usize, gx: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32): void {
  adaptive_average<f32>(false, g, gx, NC, H, W, OH, OW)
}
/** As `adaptive_avg_pool2d_backward_f32`, for float64. */
export function adaptive_avg_pool2d_backward_f64(g: usize, gx: usize, NC: i32, H: i32, W: i32, OH: i32, OW: i32): void {
  adaptive_average<f64>(false, g, gx, NC, H, W, OH, OW)
}
