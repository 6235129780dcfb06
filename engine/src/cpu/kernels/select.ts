// Choosing between values, clamping and filling.
import { splat } from './math'

/** out = condition ? a : b, n1 rows of n0 elements, element strides as in pointwise.ts (the condition is one byte). */
function where<T>(
  c: usize, c1: isize, c0: isize, a: usize, a1: isize, a0: isize, b: usize, b1: isize, b0: isize,
  out: usize, n1: usize, n0: usize,
): void {
  for (; n1 > 0; n1--) {
    let p = c
    let q = a
    let r = b
    for (const end = out + n0 * sizeof<T>(); out < end; out += sizeof<T>()) {
      store<T>(out, select<T>(load<T>(q), load<T>(r), load<u8>(p) != 0))
      p += c0
      q += a0 * sizeof<T>()
      r += b0 * sizeof<T>()
    }
    c += c1
    a += a1 * sizeof<T>()
    b += b1 * sizeof<T>()
  }
}

/** NaN stays NaN; where low > high the result is high, as in PyTorch. */
function clamp<T>(x: usize, low: T, high: T, out: usize, n: usize): void {
  for (const end = out + n * sizeof<T>(); out < end; out += sizeof<T>()) {
    let v = load<T>(x)
    if (v < low) v = low
    if (v > high) v = high
    store<T>(out, v)
    x += sizeof<T>()
  }
}

export function clamp_f32(x: usize, low: f32, high: f32, out: usize, n: usize): void {
  const lows = splat(low)
  const highs = splat(high)
  const wide = out + ((n & ~3) << 2)
  while (out < wide) {
    v128.store(out, f32x4.pmin(f32x4.pmax(v128.load(x), lows), highs))
    x += 16
    out += 16
  }
  clamp<f32>(x, low, high, out, n & 3)
}

function fill<T>(out: usize, value: T, n: usize): void {
  const end = out + n * sizeof<T>()
  for (const wide = out + ((n * sizeof<T>()) & ~15); out < wide; out += 16) v128.store(out, v128.splat<T>(value))
  for (; out < end; out += sizeof<T>()) store<T>(out, value)
}

/** out[i] = mask[i] ? value : x[i] */
function maskedFill<T>(x: usize, mask: usize, value: T, out: usize, n: usize): void {
  for (const end = out + n * sizeof<T>(); out < end; out += sizeof<T>()) {
    store<T>(out, select<T>(value, load<T>(x), load<u8>(mask) != 0))
    x += sizeof<T>()
    mask++
  }
}

export function where_1(c: usize, c1: isize, c0: isize, a: usize, a1: isize, a0: isize, b: usize, b1: isize, b0: isize, out: usize, n1: usize, n0: usize): void { where<u8>(c, c1, c0, a, a1, a0, b, b1, b0, out, n1, n0) }
export function where_2(c: usize, c1: isize, c0: isize, a: usize, a1: isize, a0: isize, b: usize, b1: isize, b0: isize, out: usize, n1: usize, n0: usize): void { where<u16>(c, c1, c0, a, a1, a0, b, b1, b0, out, n1, n0) }
export function where_4(c: usize, c1: isize, c0: isize, a: usize, a1: isize, a0: isize, b: usize, b1: isize, b0: isize, out: usize, n1: usize, n0: usize): void { where<u32>(c, c1, c0, a, a1, a0, b, b1, b0, out, n1, n0) }
export function where_8(c: usize, c1: isize, c0: isize, a: usize, a1: isize, a0: isize, b: usize, b1: isize, b0: isize, out: usize, n1: usize, n0: usize): void { where<u64>(c, c1, c0, a, a1, a0, b, b1, b0, out, n1, n0) }

export function clamp_f64(x: usize, low: f64, high: f64, out: usize, n: usize): void { clamp<f64>(x, low, high, out, n) }
export function clamp_i64(x: usize, low: i64, high: i64, out: usize, n: usize): void { clamp<i64>(x, low, high, out, n) }

// The value of fill and masked_fill is the element's bits: a number up to 4 bytes, a bigint for 8.
export function fill_1(out: usize, value: u32, n: usize): void { fill<u8>(out, <u8>value, n) }
export function fill_2(out: usize, value: u32, n: usize): void { fill<u16>(out, <u16>value, n) }
export function fill_4(out: usize, value: u32, n: usize): void { fill<u32>(out, <u32>value, n) }
export function fill_8(out: usize, value: u64, n: usize): void { fill<u64>(out, <u64>value, n) }
export function masked_fill_1(x: usize, mask: usize, value: u32, out: usize, n: usize): void { maskedFill<u8>(x, mask, <u8>value, out, n) }
export function masked_fill_2(x: usize, mask: usize, value: u32, out: usize, n: usize): void { maskedFill<u16>(x, mask, <u16>value, out, n) }
export function masked_fill_4(x: usize, mask: usize, value: u32, out: usize, n: usize): void { maskedFill<u32>(x, mask, <u32>value, out, n) }
export function masked_fill_8(x: usize, mask: usize, value: u64, out: usize, n: usize): void { maskedFill<u64>(x, mask, <u64>value, out, n) }
