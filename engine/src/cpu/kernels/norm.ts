// Normalisation of rows (layer_norm, rms_norm) and of channels (batch_norm), for float32 and float64 from one source.
// Sums run in vectors of at most BLOCK elements, whose totals add up in float64; variances take a second pass.
// Rows and channels are independent: threads split rows by shifting pointers, channels by the range c0 ≤ c < c1 (at
// multiples of 4, so that the sums of a channel do not depend on the split).
import { fused, lanes } from './lanes'

const BLOCK: i32 = 1024

@inline function total<T>(s: v128): f64 {
  if (sizeof<T>() == 8) return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1)
  return <f64>(f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1)) + <f64>(f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3))
}

/** Σ x. */
function sum<T>(x: usize, n: i32): f64 {
  let all: f64 = 0
  for (let left = n; left > 0; left -= BLOCK) {
    let s = v128.splat<T>(0), t = s, u = s, v = s, i = min(left, BLOCK)
    for (; i >= 4 * lanes<T>(); i -= 4 * lanes<T>(), x += 64) {
      s = v128.add<T>(s, v128.load(x))
      t = v128.add<T>(t, v128.load(x, 16))
      u = v128.add<T>(u, v128.load(x, 32))
      v = v128.add<T>(v, v128.load(x, 48))
    }
    for (; i >= lanes<T>(); i -= lanes<T>(), x += 16) s = v128.add<T>(s, v128.load(x))
    all += total<T>(v128.add<T>(v128.add<T>(s, t), v128.add<T>(u, v)))
    for (; i > 0; --i, x += sizeof<T>()) all += <f64>load<T>(x)
  }
  return all
}

/** Σ (x - mean)². */
function squares<T>(x: usize, n: i32, mean: T): f64 {
  let all: f64 = 0
  const m = v128.splat<T>(mean)
  for (let left = n; left > 0; left -= BLOCK) {
    let s = v128.splat<T>(0), t = s, u = s, v = s, i = min(left, BLOCK)
    for (; i >= 4 * lanes<T>(); i -= 4 * lanes<T>(), x += 64) {
      let d = v128.sub<T>(v128.load(x), m)
      s = fused<T>(d, d, s)
      d = v128.sub<T>(v128.load(x, 16), m)
      t = fused<T>(d, d, t)
      d = v128.sub<T>(v128.load(x, 32), m)
      u = fused<T>(d, d, u)
      d = v128.sub<T>(v128.load(x, 48), m)
      v = fused<T>(d, d, v)
    }
    for (; i >= lanes<T>(); i -= lanes<T>(), x += 16) {
      const d = v128.sub<T>(v128.load(x), m)
      s = fused<T>(d, d, s)
    }
    all += total<T>(v128.add<T>(v128.add<T>(s, t), v128.add<T>(u, v)))
    for (; i > 0; --i, x += sizeof<T>()) {
      const d = <f64>(load<T>(x) - mean)
      all += d * d
    }
  }
  return all
}

/** Σ g w (x - mean); w = 0 stands for ones. */
function product<T>(g: usize, w: usize, x: usize, n: i32, mean: T): f64 {
  let all: f64 = 0
  const m = v128.splat<T>(mean)
  for (let left = n; left > 0; left -= BLOCK) {
    let s = v128.splat<T>(0), t = s, i = min(left, BLOCK)
    for (; i >= 2 * lanes<T>(); i -= 2 * lanes<T>(), g += 32, x += 32) {
      let a = v128.load(g), b = v128.load(g, 16)
      if (w) {
        a = v128.mul<T>(a, v128.load(w))
        b = v128.mul<T>(b, v128.load(w, 16))
        w += 32
      }
      s = fused<T>(a, v128.sub<T>(v128.load(x), m), s)
      t = fused<T>(b, v128.sub<T>(v128.load(x, 16), m), t)
    }
    all += total<T>(v128.add<T>(s, t))
    for (; i > 0; --i, g += sizeof<T>(), x += sizeof<T>()) {
      let a = load<T>(g)
      if (w) {
        a = <T>(a * load<T>(w))
        w += sizeof<T>()
      }
      all += <f64>a * <f64>(load<T>(x) - mean)
    }
  }
  return all
}

/** Σ g w; w = 0 stands for ones. */
@inline function weighted<T>(g: usize, w: usize, n: i32): f64 { return w ? product<T>(g, 0, w, n, 0) : sum<T>(g, n) }

/** out = (x - mean) * rstd * w + b along a row. */
function normalize<T>(x: usize, w: usize, b: usize, out: usize, n: i32, mean: T, rstd: T): void {
  const m = v128.splat<T>(mean), r = v128.splat<T>(rstd)
  const end = <usize>n * sizeof<T>(), wide = end & ~15
  let i: usize = 0
  if (w && b) for (; i + 64 <= wide; i += 64) {
    const p = x + i, q = w + i, s = b + i, to = out + i
    v128.store(to, fused<T>(v128.mul<T>(v128.sub<T>(v128.load(p), m), r), v128.load(q), v128.load(s)))
    v128.store(to, fused<T>(v128.mul<T>(v128.sub<T>(v128.load(p, 16), m), r), v128.load(q, 16), v128.load(s, 16)), 16)
    v128.store(to, fused<T>(v128.mul<T>(v128.sub<T>(v128.load(p, 32), m), r), v128.load(q, 32), v128.load(s, 32)), 32)
    v128.store(to, fused<T>(v128.mul<T>(v128.sub<T>(v128.load(p, 48), m), r), v128.load(q, 48), v128.load(s, 48)), 48)
  }
  for (; i < wide; i += 16) {
    let v = v128.mul<T>(v128.sub<T>(v128.load(x + i), m), r)
    if (w) v = v128.mul<T>(v, v128.load(w + i))
    if (b) v = v128.add<T>(v, v128.load(b + i))
    v128.store(out + i, v)
  }
  for (; i < end; i += sizeof<T>()) {
    let v = <T>((load<T>(x + i) - mean) * rstd)
    if (w) v = <T>(v * load<T>(w + i))
    if (b) v = <T>(v + load<T>(b + i))
    store<T>(out + i, v)
  }
}

/** gx = scale * g * w + slope * (x - mean) + shift along a row. */
@inline function linear_row<T>(g: usize, w: usize, x: usize, gx: usize, n: i32, mean: T, scale: T, slope: T, shift: T): void {
  const m = v128.splat<T>(mean), a = v128.splat<T>(scale), s = v128.splat<T>(slope), t = v128.splat<T>(shift)
  let i = n
  for (; i >= lanes<T>(); i -= lanes<T>(), g += 16, x += 16, gx += 16) {
    let v = v128.load(g)
    if (w) {
      v = v128.mul<T>(v, v128.load(w))
      w += 16
    }
    v128.store(gx, fused<T>(a, v, fused<T>(s, v128.sub<T>(v128.load(x), m), t)))
  }
  for (; i > 0; --i, g += sizeof<T>(), x += sizeof<T>(), gx += sizeof<T>()) {
    let v = load<T>(g)
    if (w) {
      v = <T>(v * load<T>(w))
      w += sizeof<T>()
    }
    store<T>(gx, <T>(scale * v + (slope * (load<T>(x) - mean) + shift)))
  }
}

/** gw[j] += Σ g (x - mean) rstd and gb[j] += Σ g over `count` (1 or 4) rows; mean = 0 stands for zeros. */
@inline function add_columns<T>(count: i32, g: usize, x: usize, mean: usize, rstd: usize, gw: usize, gb: usize, n: i32): void {
  const size: usize = sizeof<T>(), row = <usize>n * size, end = row, zero = v128.splat<T>(0)
  const m0 = mean ? v128.load_splat<T>(mean) : zero, r0 = v128.load_splat<T>(rstd)
  const m1 = mean && count > 1 ? v128.load_splat<T>(mean, sizeof<T>()) : zero, r1 = count > 1 ? v128.load_splat<T>(rstd, sizeof<T>()) : zero
  const m2 = mean && count > 1 ? v128.load_splat<T>(mean, 2 * sizeof<T>()) : zero, r2 = count > 1 ? v128.load_splat<T>(rstd, 2 * sizeof<T>()) : zero
  const m3 = mean && count > 1 ? v128.load_splat<T>(mean, 3 * sizeof<T>()) : zero, r3 = count > 1 ? v128.load_splat<T>(rstd, 3 * sizeof<T>()) : zero
  let i: usize = 0
  for (; i + 16 <= end; i += 16) {
    let p = g + i, q = x + i
    let v = v128.load(p), b = v, w = v128.mul<T>(v128.mul<T>(v128.sub<T>(v128.load(q), m0), r0), v)
    if (count > 1) {
      p += row; q += row; v = v128.load(p)
      b = v128.add<T>(b, v)
      w = fused<T>(v128.mul<T>(v128.sub<T>(v128.load(q), m1), r1), v, w)
      p += row; q += row; v = v128.load(p)
      b = v128.add<T>(b, v)
      w = fused<T>(v128.mul<T>(v128.sub<T>(v128.load(q), m2), r2), v, w)
      p += row; q += row; v = v128.load(p)
      b = v128.add<T>(b, v)
      w = fused<T>(v128.mul<T>(v128.sub<T>(v128.load(q), m3), r3), v, w)
    }
    if (gw) v128.store(gw + i, v128.add<T>(v128.load(gw + i), w))
    if (gb) v128.store(gb + i, v128.add<T>(v128.load(gb + i), b))
  }
  for (; i < end; i += size) {
    let w: T = 0, b: T = 0
    for (let k = 0; k < count; ++k) {
      const v = load<T>(g + <usize>k * row + i), at = <usize>k * size
      b = <T>(b + v)
      w = <T>(w + v * (load<T>(x + <usize>k * row + i) - (mean ? load<T>(mean + at) : <T>0)) * load<T>(rstd + at))
    }
    if (gw) store<T>(gw + i, <T>(load<T>(gw + i) + w))
    if (gb) store<T>(gb + i, <T>(load<T>(gb + i) + b))
  }
}

/** gw[j] = Σ g (x - mean) rstd and gb[j] = Σ g over the rows, four rows a pass. */
@inline function column_sums<T>(g: usize, x: usize, mean: usize, rstd: usize, gw: usize, gb: usize, rows: i32, n: i32): void {
  const size: usize = sizeof<T>(), row = <usize>n * size
  if (gw) memory.fill(gw, 0, row)
  if (gb) memory.fill(gb, 0, row)
  let i = 0
  for (; i + 4 <= rows; i += 4) add_columns<T>(4, g + <usize>i * row, x + <usize>i * row, mean ? mean + <usize>i * size : 0, rstd + <usize>i * size, gw, gb, n)
  for (; i < rows; ++i) add_columns<T>(1, g + <usize>i * row, x + <usize>i * row, mean ? mean + <usize>i * size : 0, rstd + <usize>i * size, gw, gb, n)
}

@inline function layer_norm<T>(x: usize, w: usize, b: usize, out: usize, mean: usize, rstd: usize, rows: i32, n: i32, eps: f64): void {
  const step = <usize>n * sizeof<T>()
  for (let i = 0; i < rows; ++i, x += step, out += step, mean += sizeof<T>(), rstd += sizeof<T>()) {
    const m = <T>(sum<T>(x, n) / <f64>n), r = <T>(1 / sqrt<f64>(squares<T>(x, n, m) / <f64>n + eps))
    store<T>(mean, m)
    store<T>(rstd, r)
    normalize<T>(x, w, b, out, n, m, r)
  }
}

@inline function layer_norm_backward<T>(
  g: usize, x: usize, mean: usize, rstd: usize, w: usize, gx: usize, gw: usize, gb: usize, rows: i32, n: i32,
): void {
  if (gw || gb) column_sums<T>(g, x, mean, rstd, gw, gb, rows, n)
  if (!gx) return
  const step = <usize>n * sizeof<T>()
  for (let i = 0; i < rows; ++i, g += step, x += step, gx += step, mean += sizeof<T>(), rstd += sizeof<T>()) {
    const m = load<T>(mean), r = <f64>load<T>(rstd), by = r / <f64>n
    // gx = r (g w - mean(g w) - x̂ mean(g w x̂)) with x̂ = (x - m) r
    linear_row<T>(g, w, x, gx, n, m, <T>r, <T>(-by * r * r * product<T>(g, w, x, n, m)), <T>(-by * weighted<T>(g, w, n)))
  }
}

@inline function rms_norm<T>(x: usize, w: usize, out: usize, rstd: usize, rows: i32, n: i32, eps: f64): void {
  const step = <usize>n * sizeof<T>()
  for (let i = 0; i < rows; ++i, x += step, out += step, rstd += sizeof<T>()) {
    const r = <T>(1 / sqrt<f64>(squares<T>(x, n, 0) / <f64>n + eps))
    store<T>(rstd, r)
    normalize<T>(x, w, 0, out, n, 0, r)
  }
}

@inline function rms_norm_backward<T>(g: usize, x: usize, rstd: usize, w: usize, gx: usize, gw: usize, rows: i32, n: i32): void {
  if (gw) column_sums<T>(g, x, 0, rstd, gw, 0, rows, n)
  if (!gx) return
  const step = <usize>n * sizeof<T>()
  for (let i = 0; i < rows; ++i, g += step, x += step, gx += step, rstd += sizeof<T>()) {
    const r = <f64>load<T>(rstd)
    linear_row<T>(g, w, x, gx, n, 0, <T>r, <T>(-r * r * r / <f64>n * product<T>(g, w, x, n, 0)), 0)
  }
}

/** Layer norm of each of `rows` contiguous rows of n: out = (x - mean) * rstd * w + b; w, b of n elements or 0. Writes mean[rows] and rstd[rows]. */
export function layer_norm_f32(x: usize, w: usize, b: usize, out: usize, mean: usize, rstd: usize, rows: i32, n: i32, eps: f64): void { layer_norm<f32>(x, w, b, out, mean, rstd, rows, n, eps) }
/** As `layer_norm_f32`, for float64. */
export function layer_norm_f64(x: usize, w: usize, b: usize, out: usize, mean: usize, rstd: usize, rows: i32, n: i32, eps: f64): void { layer_norm<f64>(x, w, b, out, mean, rstd, rows, n, eps) }
/** Gradients of layer norm; each of gx[rows, n], gw[n], gb[n] may be 0 (not wanted). gw and gb sum over the rows given. */
export function layer_norm_backward_f32(g: usize, x: usize, mean: usize, rstd: usize, w: usize, gx: usize, gw: usize, gb: usize, rows: i32, n: i32): void { layer_norm_backward<f32>(g, x, mean, rstd, w, gx, gw, gb, rows, n) }
/** As `layer_norm_backward_f32`, for float64. */
export function layer_norm_backward_f64(g: usize, x: usize, mean: usize, rstd: usize, w: usize, gx: usize, gw: usize, gb: usize, rows: i32, n: i32): void { layer_norm_backward<f64>(g, x, mean, rstd, w, gx, gw, gb, rows, n) }
/** RMS norm of each of `rows` rows of n: out = x * rstd * w, rstd = 1 / √(mean(x²) + eps), written to rstd[rows]. */
export function rms_norm_f32(x: usize, w: usize, out: usize, rstd: usize, rows: i32, n: i32, eps: f64): void { rms_norm<f32>(x, w, out, rstd, rows, n, eps) }
/** As `rms_norm_f32`, for float64. */
export function rms_norm_f64(x: usize, w: usize, out: usize, rstd: usize, rows: i32, n: i32, eps: f64): void { rms_norm<f64>(x, w, out, rstd, rows, n, eps) }
/** Gradients of RMS norm; gx and gw may be 0. */
export function rms_norm_backward_f32(g: usize, x: usize, rstd: usize, w: usize, gx: usize, gw: usize, rows: i32, n: i32): void { rms_norm_backward<f32>(g, x, rstd, w, gx, gw, rows, n) }
/** As `rms_norm_backward_f32`, for float64. */
export function rms_norm_backward_f64(g: usize, x: usize, rstd: usize, w: usize, gx: usize, gw: usize, rows: i32, n: i32): void { rms_norm_backward<f64>(g, x, rstd, w, gx, gw, rows, n) }

@inline function plane_of(x: usize, n: i32, C: i32, c: i32, bytes: usize): usize { return x + <usize>(n * C + c) * bytes }

// With HW = 1 a channel is a column of x[N, C]: a vector takes the columns c … c + lanes together, rows in blocks of 64
// whose totals are added up apart.

/** Σ (x - mean) for a vector of columns; `second` 0: plain sum, 1: times itself, 2: times g. */
@inline function column_total<T>(second: i32, x: usize, g: usize, step: usize, N: i32, mean: v128): v128 {
  let all = v128.splat<T>(0)
  for (let left = N; left > 0; left -= 64) {
    let s = v128.splat<T>(0)
    for (let i = min(left, 64); i > 0; --i, x += step, g += step) {
      const d = v128.sub<T>(v128.load(x), mean)
      s = second == 0 ? v128.add<T>(s, d) : fused<T>(d, second == 1 ? d : v128.load(g), s)
    }
    all = v128.add<T>(all, s)
  }
  return all
}

@inline function column_stats<T>(x: usize, mean: usize, variance: usize, N: i32, C: i32, c: i32): void {
  const at = <usize>c * sizeof<T>(), step = <usize>C * sizeof<T>(), count = v128.splat<T>(<T>N)
  // The second sum corrects the rounding of the first.
  let m = v128.div<T>(column_total<T>(0, x + at, 0, step, N, v128.splat<T>(0)), count)
  m = v128.add<T>(m, v128.div<T>(column_total<T>(0, x + at, 0, step, N, m), count))
  v128.store(mean + at, m)
  v128.store(variance + at, v128.div<T>(column_total<T>(1, x + at, 0, step, N, m), count))
}

@inline function column_apply<T>(x: usize, mean: usize, invstd: usize, w: usize, b: usize, out: usize, N: i32, C: i32, c: i32): void {
  const at = <usize>c * sizeof<T>(), step = <usize>C * sizeof<T>()
  let scale = v128.load(invstd + at), shift = b ? v128.load(b + at) : v128.splat<T>(0)
  if (w) scale = v128.mul<T>(scale, v128.load(w + at))
  shift = v128.sub<T>(shift, v128.mul<T>(v128.load(mean + at), scale))
  for (let n = 0, p = x + at, to = out + at; n < N; ++n, p += step, to += step) v128.store(to, fused<T>(v128.load(p), scale, shift))
}

@inline function column_backward<T>(
  g: usize, x: usize, mean: usize, invstd: usize, w: usize, gx: usize, gw: usize, gb: usize, N: i32, C: i32, training: i32, c: i32,
): void {
  const at = <usize>c * sizeof<T>(), step = <usize>C * sizeof<T>(), count = v128.splat<T>(<T>N)
  const m = v128.load(mean + at), r = v128.load(invstd + at), zero = v128.splat<T>(0)
  const sumG = column_total<T>(0, g + at, 0, step, N, zero), sumGX = column_total<T>(2, x + at, g + at, step, N, m)
  if (gw) v128.store(gw + at, v128.mul<T>(sumGX, r))
  if (gb) v128.store(gb + at, sumG)
  if (!gx) return
  const scale = w ? v128.mul<T>(r, v128.load(w + at)) : r
  const by = v128.neg<T>(v128.div<T>(scale, count))
  const slope = training ? v128.mul<T>(by, v128.mul<T>(v128.mul<T>(r, r), sumGX)) : zero, shift = training ? v128.mul<T>(by, sumG) : zero
  for (let n = 0, i = at; n < N; ++n, i += step) {
    v128.store(gx + i, fused<T>(scale, v128.load(g + i), fused<T>(slope, v128.sub<T>(v128.load(x + i), m), shift)))
  }
}

@inline function batch_norm_stats<T>(x: usize, mean: usize, variance: usize, N: i32, C: i32, HW: i32, c0: i32, c1: i32): void {
  const bytes = <usize>HW * sizeof<T>(), count = <f64>N * <f64>HW
  if (HW == 1) for (; c0 + lanes<T>() <= c1; c0 += lanes<T>()) column_stats<T>(x, mean, variance, N, C, c0)
  for (let c = c0; c < c1; ++c) {
    let s: f64 = 0
    for (let n = 0; n < N; ++n) s += sum<T>(plane_of(x, n, C, c, bytes), HW)
    const m = <T>(s / count)
    s = 0
    for (let n = 0; n < N; ++n) s += squares<T>(plane_of(x, n, C, c, bytes), HW, m)
    store<T>(mean + <usize>c * sizeof<T>(), m)
    store<T>(variance + <usize>c * sizeof<T>(), <T>(s / count))
  }
}

@inline function batch_norm_apply<T>(x: usize, mean: usize, invstd: usize, w: usize, b: usize, out: usize, N: i32, C: i32, HW: i32, c0: i32, c1: i32): void {
  const bytes = <usize>HW * sizeof<T>()
  if (HW == 1) for (; c0 + lanes<T>() <= c1; c0 += lanes<T>()) column_apply<T>(x, mean, invstd, w, b, out, N, C, c0)
  for (let n = 0; n < N; ++n) for (let c = c0; c < c1; ++c) {
    const at = <usize>c * sizeof<T>()
    const scale = <T>(load<T>(invstd + at) * (w ? load<T>(w + at) : <T>1))
    const shift = <T>((b ? load<T>(b + at) : <T>0) - load<T>(mean + at) * scale)
    const s = v128.splat<T>(scale), t = v128.splat<T>(shift)
    let p = plane_of(x, n, C, c, bytes), to = plane_of(out, n, C, c, bytes), i = HW
    for (; i >= lanes<T>(); i -= lanes<T>(), p += 16, to += 16) v128.store(to, fused<T>(v128.load(p), s, t))
    for (; i > 0; --i, p += sizeof<T>(), to += sizeof<T>()) store<T>(to, <T>(load<T>(p) * scale + shift))
  }
}

@inline function batch_norm_backward<T>(
  g: usize, x: usize, mean: usize, invstd: usize, w: usize, gx: usize, gw: usize, gb: usize, N: i32, C: i32, HW: i32, training: i32, c0: i32, c1: i32,
): void {
  const bytes = <usize>HW * sizeof<T>(), count = <f64>N * <f64>HW
  if (HW == 1) for (; c0 + lanes<T>() <= c1; c0 += lanes<T>()) column_backward<T>(g, x, mean, invstd, w, gx, gw, gb, N, C, training, c0)
  for (let c = c0; c < c1; ++c) {
    const at = <usize>c * sizeof<T>(), m = load<T>(mean + at), r = <f64>load<T>(invstd + at)
    let sumG: f64 = 0, sumGX: f64 = 0
    if (gw || gb || training) for (let n = 0; n < N; ++n) {
      const p = plane_of(g, n, C, c, bytes)
      sumG += sum<T>(p, HW)
      sumGX += product<T>(p, 0, plane_of(x, n, C, c, bytes), HW, m)
    }
    if (gw) store<T>(gw + at, <T>(sumGX * r))
    if (gb) store<T>(gb + at, <T>sumG)
    if (!gx) continue
    // Statistics of the batch depend on x: gx = w r (g - mean(g) - x̂ mean(g x̂)); running ones do not.
    const scale = r * (w ? <f64>load<T>(w + at) : 1)
    const slope = training ? <T>(-scale * r * r * sumGX / count) : <T>0, shift = training ? <T>(-scale * sumG / count) : <T>0
    for (let n = 0; n < N; ++n) {
      linear_row<T>(plane_of(g, n, C, c, bytes), 0, plane_of(x, n, C, c, bytes), plane_of(gx, n, C, c, bytes), HW, m, <T>scale, slope, shift)
    }
  }
}

/** Mean and biased variance of each channel c0 ≤ c < c1 of x[N, C, HW]. */
export function batch_norm_stats_f32(x: usize, mean: usize, variance: usize, N: i32, C: i32, HW: i32, c0: i32, c1: i32): void { batch_norm_stats<f32>(x, mean, variance, N, C, HW, c0, c1) }
/** As `batch_norm_stats_f32`, for float64. */
export function batch_norm_stats_f64(x: usize, mean: usize, variance: usize, N: i32, C: i32, HW: i32, c0: i32, c1: i32): void { batch_norm_stats<f64>(x, mean, variance, N, C, HW, c0, c1) }
/** out = (x - mean[c]) * invstd[c] * w[c] + b[c] for c0 ≤ c < c1; w and b may be 0. */
export function batch_norm_apply_f32(x: usize, mean: usize, invstd: usize, w: usize, b: usize, out: usize, N: i32, C: i32, HW: i32, c0: i32, c1: i32): void { batch_norm_apply<f32>(x, mean, invstd, w, b, out, N, C, HW, c0, c1) }
/** As `batch_norm_apply_f32`, for float64. */
export function batch_norm_apply_f64(x: usize, mean: usize, invstd: usize, w: usize, b: usize, out: usize, N: i32, C: i32, HW: i32, c0: i32, c1: i32): void { batch_norm_apply<f64>(x, mean, invstd, w, b, out, N, C, HW, c0, c1) }
/**
 * Gradients of batch norm for c0 ≤ c < c1; gx[N, C, HW], gw[C], gb[C] may be 0. `training`: mean and invstd are the
 * batch's own statistics, so that gx passes through them; otherwise they are constants.
 */
export function batch_norm_backward_f32(g: usize, x: usize, mean: usize, invstd: usize, w: usize, gx: usize, gw: usize, gb: usize, N: i32, C: i32, HW: i32, training: i32, c0: i32, c1: i32): void { batch_norm_backward<f32>(g, x, mean, invstd, w, gx, gw, gb, N, C, HW, training, c0, c1) }
/** As `batch_norm_backward_f32`, for float64. */
export function batch_norm_backward_f64(g: usize, x: usize, mean: usize, invstd: usize, w: usize, gx: usize, gw: usize, gb: usize, N: i32, C: i32, HW: i32, training: i32, c0: i32, c1: i32): void { batch_norm_backward<f64>(g, x, mean, invstd, w, gx, gw, gb, N, C, HW, training, c0, c1) }
