// Reductions of a contiguous [outer, n, inner] array over n.
import {
  IntegerMaximum, IntegerMinimum, Maximum, Maximum4, Minimum, Minimum4, Mul, Mul4,
} from './pointwise-operators'
import { zip, zip4 } from './pointwise-loops'
import { Absolute4, Deviation4, RUN, Square4, Term4, ZERO, sumRow4 } from './reduce-rows'

@final class Term { @inline of<T>(x: T, m: T): T { return x } }
@final class Square { @inline of<T>(x: T, m: T): T { return x * x } }
@final class Absolute { @inline of<T>(x: T, m: T): T { return x < 0 ? <T>-x : x } }
@final class Deviation { @inline of<T>(x: T, m: T): T { return (x - m) * (x - m) } }

/** Sixteen columns of n rows, `step` bytes apart, in three levels of accumulators; m and out point at sixteen floats. */
function sumColumns16<O>(x: usize, n: usize, step: usize, m: usize, out: usize): void {
  const op = changetype<O>(0)
  const m0 = m ? v128.load(m) : ZERO
  const m1 = m ? v128.load(m, 16) : ZERO
  const m2 = m ? v128.load(m, 32) : ZERO
  const m3 = m ? v128.load(m, 48) : ZERO
  let c0 = ZERO
  let c1 = ZERO
  let c2 = ZERO
  let c3 = ZERO
  while (n > 0) {
    let b0 = ZERO
    let b1 = ZERO
    let b2 = ZERO
    let b3 = ZERO
    for (let run: usize = 0; run < RUN && n > 0; run++) {
      let a0 = ZERO
      let a1 = ZERO
      let a2 = ZERO
      let a3 = ZERO
      const rows = min<usize>(n, RUN)
      for (let r: usize = 0; r < rows; r++) {
        a0 = op.add(a0, v128.load(x), m0)
        a1 = op.add(a1, v128.load(x, 16), m1)
        a2 = op.add(a2, v128.load(x, 32), m2)
        a3 = op.add(a3, v128.load(x, 48), m3)
        x += step
      }
      n -= rows
      b0 = f32x4.add(b0, a0)
      b1 = f32x4.add(b1, a1)
      b2 = f32x4.add(b2, a2)
      b3 = f32x4.add(b3, a3)
    }
    c0 = f32x4.add(c0, b0)
    c1 = f32x4.add(c1, b1)
    c2 = f32x4.add(c2, b2)
    c3 = f32x4.add(c3, b3)
  }
  v128.store(out, c0)
  v128.store(out, c1, 16)
  v128.store(out, c2, 32)
  v128.store(out, c3, 48)
}

/** The same for four columns, or for one in every lane. */
function sumColumns4<O>(x: usize, n: usize, step: usize, m: v128, single: bool): v128 {
  const op = changetype<O>(0)
  let c = ZERO
  while (n > 0) {
    let b = ZERO
    for (let run: usize = 0; run < RUN && n > 0; run++) {
      let a = ZERO
      const rows = min<usize>(n, RUN)
      for (let r: usize = 0; r < rows; r++) {
        a = op.add(a, single ? v128.load_splat<f32>(x) : v128.load(x), m)
        x += step
      }
      n -= rows
      b = f32x4.add(b, a)
    }
    c = f32x4.add(c, b)
  }
  return c
}

/** out[o, i] = sum over n; m (the means of a variance) is laid out as out, or 0. */
function sum4<O>(x: usize, out: usize, m: usize, outer: usize, n: usize, inner: usize): void {
  const step = inner << 2
  for (; outer > 0; outer--) {
    if (inner == 1) {
      store<f32>(out, <f32>sumRow4<O>(x, n, m ? v128.load_splat<f32>(m) : ZERO))
    } else {
      let i: usize = 0
      for (; i + 16 <= inner; i += 16) {
        sumColumns16<O>(x + (i << 2), n, step, m ? m + (i << 2) : 0, out + (i << 2))
      }
      for (; i + 4 <= inner; i += 4) {
        const mean = m ? v128.load(m + (i << 2)) : ZERO
        v128.store(out + (i << 2), sumColumns4<O>(x + (i << 2), n, step, mean, false))
      }
      for (; i < inner; i++) {
        const mean = m ? v128.load_splat<f32>(m + (i << 2)) : ZERO
        v128.store_lane<f32>(out + (i << 2), sumColumns4<O>(x + (i << 2), n, step, mean, true), 0)
      }
    }
    x += n * step
    out += step
    if (m) m += step
  }
}

/** The same in T: rows in runs of 128, columns row by row. */
function sum<T, O>(x: usize, out: usize, m: usize, outer: usize, n: usize, inner: usize): void {
  const op = changetype<O>(0)
  const size = sizeof<T>()
  for (; outer > 0; outer--) {
    for (let i: usize = 0; i < inner; i++) store<T>(out + i * size, 0)
    for (let r: usize = 0; r < n; ) {
      if (inner == 1) {
        const mean = m ? load<T>(m) : <T>0
        let run: T = 0
        for (const end = min<usize>(n, r + 128); r < end; r++) {
          run += op.of<T>(load<T>(x), mean)
          x += size
        }
        store<T>(out, load<T>(out) + run)
      } else {
        for (let i: usize = 0; i < inner; i++) {
          const p = out + i * size
          store<T>(p, load<T>(p) + op.of<T>(load<T>(x), m ? load<T>(m + i * size) : <T>0))
          x += size
        }
        r++
      }
    }
    out += inner * size
    if (m) m += inner * size
  }
}

/** x[i] /= divisor */
function divide<T>(x: usize, divisor: f64, n: usize): void {
  for (const end = x + n * sizeof<T>(); x < end; x += sizeof<T>()) store<T>(x, <T>(<f64>load<T>(x) / divisor))
}

// Folds: products and extremes. `first` is the result of an empty reduction.

/** out[o, i] = f(… f(f(first, x[o, 0, i]), x[o, 1, i]) …) */
function fold4<O>(x: usize, out: usize, first: f32, outer: usize, n: usize, inner: usize): void {
  const op = changetype<O>(0)
  const step = inner << 2
  for (; outer > 0; outer--) {
    if (inner == 1) {
      let a = f32x4.splat(first)
      let b = a
      let c = a
      let d = a
      const end = x + (n << 2)
      for (const wide = x + ((n & ~15) << 2); x < wide; x += 64) {
        a = op.f(a, v128.load(x))
        b = op.f(b, v128.load(x, 16))
        c = op.f(c, v128.load(x, 32))
        d = op.f(d, v128.load(x, 48))
      }
      a = op.f(op.f(a, b), op.f(c, d))
      a = op.f(a, i64x2.shuffle(a, a, 1, 0))
      a = op.f(a, i32x4.shuffle(a, a, 1, 0, 3, 2))
      for (; x < end; x += 4) a = op.f(a, v128.load_splat<f32>(x))
      v128.store_lane<f32>(out, a, 0)
    } else {
      for (let i: usize = 0; i < inner; i++) store<f32>(out + (i << 2), first)
      for (let r: usize = 0; r < n; r++) {
        zip4<O>(out, x, out, inner)
        x += step
      }
    }
    out += step
  }
}

/** The same in T. */
function fold<T, O>(x: usize, out: usize, first: T, outer: usize, n: usize, inner: usize): void {
  const op = changetype<O>(0)
  const size = sizeof<T>()
  for (; outer > 0; outer--) {
    if (inner == 1) {
      let a = first
      for (const end = x + n * size; x < end; x += size) a = op.f<T>(a, load<T>(x))
      store<T>(out, a)
    } else {
      for (let i: usize = 0; i < inner; i++) store<T>(out + i * size, first)
      for (let r: usize = 0; r < n; r++) {
        zip<T, O>(out, x, out, inner)
        x += inner * size
      }
    }
    out += inner * size
  }
}

@final class Any { @inline f<T>(a: T, b: T): T { return <T>(a != 0 || b != 0) } }
@final class All { @inline f<T>(a: T, b: T): T { return <T>(a != 0 && b != 0) } }

export function sum_f32(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { sum4<Term4>(x, out, 0, outer, n, inner) }
export function sum_f64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { sum<f64, Term>(x, out, 0, outer, n, inner) }
export function sum_i64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { sum<i64, Term>(x, out, 0, outer, n, inner) }
export function sumsq_f32(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { sum4<Square4>(x, out, 0, outer, n, inner) }
export function sumsq_f64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { sum<f64, Square>(x, out, 0, outer, n, inner) }
export function sumabs_f32(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { sum4<Absolute4>(x, out, 0, outer, n, inner) }
export function sumabs_f64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { sum<f64, Absolute>(x, out, 0, outer, n, inner) }

/** Mean and variance, Σ (x - mean)² / max(n - correction, 0), in two passes; mean_out has the shape of out. */
export function var_f32(x: usize, out: usize, mean_out: usize, outer: usize, n: usize, inner: usize, correction: f64): void {
  sum4<Term4>(x, mean_out, 0, outer, n, inner)
  divide<f32>(mean_out, <f64>n, outer * inner)
  sum4<Deviation4>(x, out, mean_out, outer, n, inner)
  divide<f32>(out, max<f64>(<f64>n - correction, 0), outer * inner)
}

export function var_f64(x: usize, out: usize, mean_out: usize, outer: usize, n: usize, inner: usize, correction: f64): void {
  sum<f64, Term>(x, mean_out, 0, outer, n, inner)
  divide<f64>(mean_out, <f64>n, outer * inner)
  sum<f64, Deviation>(x, out, mean_out, outer, n, inner)
  divide<f64>(out, max<f64>(<f64>n - correction, 0), outer * inner)
}

export function prod_f32(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { fold4<Mul4>(x, out, 1, outer, n, inner) }
export function prod_f64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { fold<f64, Mul>(x, out, 1, outer, n, inner) }
export function prod_i64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { fold<i64, Mul>(x, out, 1, outer, n, inner) }
export function max_f32(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { fold4<Maximum4>(x, out, -Infinity, outer, n, inner) }
export function max_f64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { fold<f64, Maximum>(x, out, -Infinity, outer, n, inner) }
export function max_i64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { fold<i64, IntegerMaximum>(x, out, i64.MIN_VALUE, outer, n, inner) }
export function min_f32(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { fold4<Minimum4>(x, out, Infinity, outer, n, inner) }
export function min_f64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { fold<f64, Minimum>(x, out, Infinity, outer, n, inner) }
export function min_i64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { fold<i64, IntegerMinimum>(x, out, i64.MAX_VALUE, outer, n, inner) }
export function any(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { fold<u8, Any>(x, out, 0, outer, n, inner) }
export function all(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { fold<u8, All>(x, out, 1, outer, n, inner) }
