// Softmax, log-softmax, their gradients and logsumexp of a contiguous [outer, n, inner] array over n. float32 works on
// four elements of a row (inner = 1) or on four columns, with the exponentials computed once.
import { expFlush4, log4, madd } from './math'
import { RUN, Term4, ZERO, sumLanes, sumRow4 } from './reduce-rows'

@final class Keep {
  @inline put(p: usize, v: v128): void { v128.store(p, v) }
  @inline put1(p: usize, v: v128): void { v128.store_lane<f32>(p, v, 0) }
}
@final class Drop {
  @inline put(p: usize, v: v128): void {}
  @inline put1(p: usize, v: v128): void {}
}

// Rows

/** The largest of a row; NaN is passed over here, since its exponential spoils the sum anyway. */
function rowMax(x: usize, n: usize): v128 {
  let a = f32x4.splat(-Infinity)
  let b = a
  const end = x + (n << 2)
  for (const wide = x + ((n & ~7) << 2); x < wide; x += 32) {
    a = f32x4.pmax(a, v128.load(x))
    b = f32x4.pmax(b, v128.load(x, 16))
  }
  a = f32x4.pmax(a, b)
  for (; x < end; x += 4) a = f32x4.pmax(a, v128.load_splat<f32>(x))
  a = f32x4.pmax(a, i64x2.shuffle(a, a, 1, 0))
  return f32x4.pmax(a, i32x4.shuffle(a, a, 1, 0, 3, 2))
}

/** Σ e^(x - m) of a row, with the terms kept in out if K says so. */
function rowExpSum<K>(x: usize, m: v128, out: usize, n: usize): f64 {
  const keep = changetype<K>(0)
  let total: f64 = 0
  while (n >= 8) {
    let a = ZERO
    let b = ZERO
    const count = min<usize>(n & ~7, 8 * RUN)
    for (const end = x + (count << 2); x < end; x += 32) {
      const low = expFlush4(f32x4.sub(v128.load(x), m))
      const high = expFlush4(f32x4.sub(v128.load(x, 16), m))
      keep.put(out, low)
      keep.put(out + 16, high)
      a = f32x4.add(a, low)
      b = f32x4.add(b, high)
      out += 32
    }
    total += sumLanes(f32x4.add(a, b))
    n -= count
  }
  for (; n > 0; n--) {
    const e = expFlush4(f32x4.sub(v128.load_splat<f32>(x), m))
    keep.put1(out, e)
    total += <f64>f32x4.extract_lane(e, 0)
    x += 4
    out += 4
  }
  return total
}

/** out = x · factor */
function rowScale(x: usize, factor: f32, out: usize, n: usize): void {
  const f = f32x4.splat(factor)
  const end = out + (n << 2)
  for (const wide = out + ((n & ~3) << 2); out < wide; out += 16) {
    v128.store(out, f32x4.mul(v128.load(x), f))
    x += 16
  }
  for (; out < end; out += 4) {
    store<f32>(out, load<f32>(x) * factor)
    x += 4
  }
}

/** out = (x - m) - logSum */
function rowShift(x: usize, m: v128, logSum: f32, out: usize, n: usize): void {
  const l = f32x4.splat(logSum)
  const end = out + (n << 2)
  for (const wide = out + ((n & ~3) << 2); out < wide; out += 16) {
    v128.store(out, f32x4.sub(f32x4.sub(v128.load(x), m), l))
    x += 16
  }
  for (; out < end; out += 4) {
    v128.store_lane<f32>(out, f32x4.sub(f32x4.sub(v128.load_splat<f32>(x), m), l), 0)
    x += 4
  }
}

/** Σ g · y of a row. */
function rowDot(g: usize, y: usize, n: usize): f64 {
  let total: f64 = 0
  while (n >= 8) {
    let a = ZERO
    let b = ZERO
    const count = min<usize>(n & ~7, 8 * RUN)
    for (const end = g + (count << 2); g < end; g += 32) {
      a = madd(v128.load(g), v128.load(y), a)
      b = madd(v128.load(g, 16), v128.load(y, 16), b)
      y += 32
    }
    total += sumLanes(f32x4.add(a, b))
    n -= count
  }
  for (; n > 0; n--) {
    total += <f64>load<f32>(g) * <f64>load<f32>(y)
    g += 4
    y += 4
  }
  return total
}

@final class Softmax4 {
  @inline slope(g: v128, y: v128, s: v128): v128 { return f32x4.mul(y, f32x4.sub(g, s)) }
  @inline term(g: v128, y: v128): v128 { return f32x4.mul(g, y) }
}
@final class LogSoftmax4 {
  @inline slope(g: v128, y: v128, s: v128): v128 { return f32x4.sub(g, f32x4.mul(expFlush4(y), s)) }
  @inline term(g: v128, y: v128): v128 { return g }
}

/** out = slope(g, y, s) along a row. */
function rowSlope<O>(g: usize, y: usize, sum: f32, out: usize, n: usize): void {
  const op = changetype<O>(0)
  const s = f32x4.splat(sum)
  const end = out + (n << 2)
  for (const wide = out + ((n & ~3) << 2); out < wide; out += 16) {
    v128.store(out, op.slope(v128.load(g), v128.load(y), s))
    g += 16
    y += 16
  }
  for (; out < end; out += 4) {
    v128.store_lane<f32>(out, op.slope(v128.load_splat<f32>(g), v128.load_splat<f32>(y), s), 0)
    g += 4
    y += 4
  }
}

// Columns: four side by side, or a single one in all lanes.

// @ts-ignore: decorator
@inline
function get(p: usize, single: bool): v128 {
  return single ? v128.load_splat<f32>(p) : v128.load(p)
}

// @ts-ignore: decorator
@inline
function put(p: usize, v: v128, single: bool): void {
  if (single) v128.store_lane<f32>(p, v, 0)
  else v128.store(p, v)
}

function columnMax(x: usize, n: usize, step: usize, single: bool): v128 {
  let m = f32x4.splat(-Infinity)
  for (; n > 0; n--) {
    m = f32x4.pmax(m, get(x, single))
    x += step
  }
  return m
}

function columnExpSum(x: usize, m: v128, n: usize, step: usize, single: bool): v128 {
  let total = ZERO
  while (n > 0) {
    const rows = min<usize>(n, RUN)
    let run = ZERO
    for (let r: usize = 0; r < rows; r++) {
      run = f32x4.add(run, expFlush4(f32x4.sub(get(x, single), m)))
      x += step
    }
    total = f32x4.add(total, run)
    n -= rows
  }
  return total
}

function columnSoftmax(x: usize, out: usize, n: usize, step: usize, single: bool, log: bool): void {
  const m = columnMax(x, n, step, single)
  const sum = columnExpSum(x, m, n, step, single)
  const shift = log4(sum)
  const factor = f32x4.div(f32x4.splat(1), sum)
  for (; n > 0; n--) {
    const d = f32x4.sub(get(x, single), m)
    put(out, log ? f32x4.sub(d, shift) : f32x4.mul(expFlush4(d), factor), single)
    x += step
    out += step
  }
}

function columnBackward<O>(g: usize, y: usize, out: usize, n: usize, step: usize, single: bool): void {
  const op = changetype<O>(0)
  let sum = ZERO
  for (let at: usize = 0; at < n * step; ) {
    let run = ZERO
    for (const end = min<usize>(n * step, at + RUN * step); at < end; at += step) {
      run = f32x4.add(run, op.term(get(g + at, single), get(y + at, single)))
    }
    sum = f32x4.add(sum, run)
  }
  for (let at: usize = 0; at < n * step; at += step) {
    put(out + at, op.slope(get(g + at, single), get(y + at, single), sum), single)
  }
}

// Whole arrays

function softmax4(x: usize, out: usize, outer: usize, n: usize, inner: usize, log: bool): void {
  const step = inner << 2
  for (; outer > 0; outer--) {
    if (inner == 1) {
      const m = rowMax(x, n)
      if (log) {
        rowShift(x, m, <f32>NativeMath.log(rowExpSum<Drop>(x, m, 0, n)), out, n)
      } else {
        const sum = rowExpSum<Keep>(x, m, out, n)
        rowScale(out, <f32>(1 / sum), out, n)
      }
    } else {
      let i: usize = 0
      for (; i + 4 <= inner; i += 4) columnSoftmax(x + (i << 2), out + (i << 2), n, step, false, log)
      for (; i < inner; i++) columnSoftmax(x + (i << 2), out + (i << 2), n, step, true, log)
    }
    x += n * step
    out += n * step
  }
}

function backward4<O>(g: usize, y: usize, out: usize, outer: usize, n: usize, inner: usize, log: bool): void {
  const step = inner << 2
  for (; outer > 0; outer--) {
    if (inner == 1) {
      rowSlope<O>(g, y, <f32>(log ? sumRow4<Term4>(g, n, ZERO) : rowDot(g, y, n)), out, n)
    } else {
      let i: usize = 0
      for (; i + 4 <= inner; i += 4) columnBackward<O>(g + (i << 2), y + (i << 2), out + (i << 2), n, step, false)
      for (; i < inner; i++) columnBackward<O>(g + (i << 2), y + (i << 2), out + (i << 2), n, step, true)
    }
    g += n * step
    y += n * step
    out += n * step
  }
}

/** An infinite maximum is not subtracted: that of a row of -inf alone would give NaN. */
export function logsumexp_f32(x: usize, out: usize, outer: usize, n: usize, inner: usize): void {
  const step = inner << 2
  for (; outer > 0; outer--) {
    for (let i: usize = 0; i < inner; ) {
      const single = i + 4 > inner
      const p = x + (i << 2)
      let m = inner == 1 ? rowMax(p, n) : columnMax(p, n, step, single)
      m = v128.and(m, f32x4.lt(f32x4.abs(m), f32x4.splat(Infinity)))
      const sum = inner == 1 ? f32x4.splat(<f32>rowExpSum<Drop>(p, m, 0, n)) : columnExpSum(p, m, n, step, single)
      put(out + (i << 2), f32x4.add(log4(sum), m), single)
      i += single ? 1 : 4
    }
    x += n * step
    out += step
  }
}

export function softmax_f32(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { softmax4(x, out, outer, n, inner, false) }
export function log_softmax_f32(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { softmax4(x, out, outer, n, inner, true) }
export function softmax_backward_f32(g: usize, y: usize, out: usize, outer: usize, n: usize, inner: usize): void { backward4<Softmax4>(g, y, out, outer, n, inner, false) }
export function log_softmax_backward_f32(g: usize, y: usize, out: usize, outer: usize, n: usize, inner: usize): void { backward4<LogSoftmax4>(g, y, out, outer, n, inner, true) }
