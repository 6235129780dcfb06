// Elementwise arithmetic on two operands. Every kernel has the signature
//   (a, aStride1, aStride0, b, bStride1, bStride0, out, n1, n0)
// with element strides, n1 rows of n0 elements and a contiguous result.
import { binary, binary4 } from './pointwise-loops'
import { copysign4 } from './math'

@final class Add4 { @inline f(a: v128, b: v128): v128 { return f32x4.add(a, b) } }
@final class Sub4 { @inline f(a: v128, b: v128): v128 { return f32x4.sub(a, b) } }
@final class Mul4 { @inline f(a: v128, b: v128): v128 { return f32x4.mul(a, b) } }
@final class Div4 { @inline f(a: v128, b: v128): v128 { return f32x4.div(a, b) } }
@final class Maximum4 { @inline f(a: v128, b: v128): v128 { return f32x4.max(a, b) } }
@final class Minimum4 { @inline f(a: v128, b: v128): v128 { return f32x4.min(a, b) } }
@final class Copysign4 { @inline f(a: v128, b: v128): v128 { return copysign4(a, b) } }
// A NaN operand loses: where b is NaN the comparison fails and a stays, where a is NaN b is taken.
@final class Fmax4 { @inline f(a: v128, b: v128): v128 { return v128.bitselect(b, f32x4.pmax(a, b), f32x4.ne(a, a)) } }
@final class Fmin4 { @inline f(a: v128, b: v128): v128 { return v128.bitselect(b, f32x4.pmin(a, b), f32x4.ne(a, a)) } }

@final class Add { @inline f<T>(a: T, b: T): T { return a + b } }
@final class Sub { @inline f<T>(a: T, b: T): T { return a - b } }
@final class Mul { @inline f<T>(a: T, b: T): T { return a * b } }
@final class Div { @inline f<T>(a: T, b: T): T { return a / b } }
@final class Maximum { @inline f<T>(a: T, b: T): T { return max<T>(a, b) } }
@final class Minimum { @inline f<T>(a: T, b: T): T { return min<T>(a, b) } }
@final class IntegerMaximum { @inline f<T>(a: T, b: T): T { return a > b ? a : b } }
@final class IntegerMinimum { @inline f<T>(a: T, b: T): T { return a < b ? a : b } }
@final class Fmax { @inline f<T>(a: T, b: T): T { return a != a || a < b ? b : a } }
@final class Fmin { @inline f<T>(a: T, b: T): T { return a != a || b < a ? b : a } }
@final class Copysign { @inline f<T>(a: T, b: T): T { return copysign<T>(a, b) } }

@final class Fmod { @inline f<T>(a: T, b: T): T { return fmod<T>(a, b) } }
@final class Remainder { @inline f<T>(a: T, b: T): T { return remainder<T>(a, b) } }
@final class FloorDivide { @inline f<T>(a: T, b: T): T { return floorDivide<T>(a, b) } }
@final class TruncDivide { @inline f<T>(a: T, b: T): T { return truncDivide<T>(a, b) } }
@final class Pow { @inline f<T>(a: T, b: T): T { return power<T>(a, b) } }
@final class Atan2 { @inline f<T>(a: T, b: T): T { return <T>NativeMath.atan2(<f64>a, <f64>b) } }
@final class Hypot { @inline f<T>(a: T, b: T): T { return <T>NativeMath.hypot(<f64>a, <f64>b) } }

@final class And { @inline f<T>(a: T, b: T): T { return a & b } }
@final class Or { @inline f<T>(a: T, b: T): T { return a | b } }
@final class Xor { @inline f<T>(a: T, b: T): T { return a ^ b } }
// Shifts by a negative amount or by the width and more shift everything out.
@final class Shl { @inline f<T>(a: T, b: T): T { return <u64>b < 64 ? a << b : 0 } }
@final class Shr { @inline f<T>(a: T, b: T): T { return a >> (<u64>b < 64 ? b : 63) } }

/** The remainder with the sign of a. Integers: 0 for b = 0, since a kernel must not trap; the caller has raised by then. */
function fmod<T>(a: T, b: T): T {
  if (isInteger<T>()) return b == 0 || b == -1 ? 0 : a % b
  if (sizeof<T>() == 4) {
    // In float64 q · b is exact for two float32 and a quotient below 2^28, and so is the difference.
    const q = trunc<f64>(<f64>a / <f64>b)
    if (q == 0) return a
    if (abs<f64>(q) < 268435456.0) return copysign<T>(<T>(<f64>a - q * <f64>b), a)
  }
  return a % b
}

/** The remainder with the sign of b, as Python's %. */
function remainder<T>(a: T, b: T): T {
  const m = fmod<T>(a, b)
  return m != 0 && m < 0 != b < 0 ? m + b : m
}

function truncDivide<T>(a: T, b: T): T {
  if (isFloat<T>()) return trunc<T>(a / b)
  if (b == 0) return 0
  // The one quotient that overflows is the smallest integer over -1.
  return b == -1 ? <T>(0 - a) : a / b
}

/** floor(a / b), from the remainder, so that it holds that a = b · floorDivide(a, b) + remainder(a, b). */
function floorDivide<T>(a: T, b: T): T {
  if (isInteger<T>()) {
    const q = truncDivide<T>(a, b)
    return b != 0 && a < 0 != b < 0 && q * b != a ? q - 1 : q
  }
  if (b == 0) return a / b
  const m = fmod<T>(a, b)
  let q = <T>((a - m) / b)
  if (m != 0 && m < 0 != b < 0) q -= 1
  if (q == 0) return copysign<T>(0, a / b)
  const low = floor<T>(q)
  return q - low > 0.5 ? low + 1 : low
}

/** a^b. Floats follow C where JavaScript does not: 1^NaN and (-1)^±inf are 1. Integers: 0 for 1/a^|b| with |a| > 1. */
function power<T>(a: T, b: T): T {
  if (isInteger<T>()) {
    if (b < 0) return a == 1 ? 1 : a == -1 ? (b & 1 ? -1 : 1) : 0
    let result: T = 1
    for (; b > 0; b >>= 1) {
      if (b & 1) result *= a
      a *= a
    }
    return result
  }
  if (a == 1 || (a == -1 && abs<T>(b) == <T>Infinity)) return 1
  return <T>NativeMath.pow(<f64>a, <f64>b)
}

// float32
export function add_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary4<Add4>(a, s1, s0, b, t1, t0, o, m, n) }
export function sub_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary4<Sub4>(a, s1, s0, b, t1, t0, o, m, n) }
export function mul_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary4<Mul4>(a, s1, s0, b, t1, t0, o, m, n) }
export function div_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary4<Div4>(a, s1, s0, b, t1, t0, o, m, n) }
export function maximum_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary4<Maximum4>(a, s1, s0, b, t1, t0, o, m, n) }
export function minimum_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary4<Minimum4>(a, s1, s0, b, t1, t0, o, m, n) }
export function fmax_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary4<Fmax4>(a, s1, s0, b, t1, t0, o, m, n) }
export function fmin_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary4<Fmin4>(a, s1, s0, b, t1, t0, o, m, n) }
export function copysign_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary4<Copysign4>(a, s1, s0, b, t1, t0, o, m, n) }
export function fmod_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f32, f32, Fmod>(a, s1, s0, b, t1, t0, o, m, n) }
export function remainder_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f32, f32, Remainder>(a, s1, s0, b, t1, t0, o, m, n) }
export function floor_divide_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f32, f32, FloorDivide>(a, s1, s0, b, t1, t0, o, m, n) }
export function trunc_divide_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f32, f32, TruncDivide>(a, s1, s0, b, t1, t0, o, m, n) }
export function pow_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f32, f32, Pow>(a, s1, s0, b, t1, t0, o, m, n) }
export function atan2_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f32, f32, Atan2>(a, s1, s0, b, t1, t0, o, m, n) }
export function hypot_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f32, f32, Hypot>(a, s1, s0, b, t1, t0, o, m, n) }

// float64
export function add_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Add>(a, s1, s0, b, t1, t0, o, m, n) }
export function sub_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Sub>(a, s1, s0, b, t1, t0, o, m, n) }
export function mul_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Mul>(a, s1, s0, b, t1, t0, o, m, n) }
export function div_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Div>(a, s1, s0, b, t1, t0, o, m, n) }
export function maximum_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Maximum>(a, s1, s0, b, t1, t0, o, m, n) }
export function minimum_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Minimum>(a, s1, s0, b, t1, t0, o, m, n) }
export function fmax_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Fmax>(a, s1, s0, b, t1, t0, o, m, n) }
export function fmin_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Fmin>(a, s1, s0, b, t1, t0, o, m, n) }
export function copysign_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Copysign>(a, s1, s0, b, t1, t0, o, m, n) }
export function fmod_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Fmod>(a, s1, s0, b, t1, t0, o, m, n) }
export function remainder_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Remainder>(a, s1, s0, b, t1, t0, o, m, n) }
export function floor_divide_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, FloorDivide>(a, s1, s0, b, t1, t0, o, m, n) }
export function trunc_divide_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, TruncDivide>(a, s1, s0, b, t1, t0, o, m, n) }
export function pow_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Pow>(a, s1, s0, b, t1, t0, o, m, n) }
export function atan2_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Atan2>(a, s1, s0, b, t1, t0, o, m, n) }
export function hypot_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, f64, Hypot>(a, s1, s0, b, t1, t0, o, m, n) }

// int64
export function add_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, Add>(a, s1, s0, b, t1, t0, o, m, n) }
export function sub_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, Sub>(a, s1, s0, b, t1, t0, o, m, n) }
export function mul_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, Mul>(a, s1, s0, b, t1, t0, o, m, n) }
export function maximum_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, IntegerMaximum>(a, s1, s0, b, t1, t0, o, m, n) }
export function minimum_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, IntegerMinimum>(a, s1, s0, b, t1, t0, o, m, n) }
export function fmod_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, Fmod>(a, s1, s0, b, t1, t0, o, m, n) }
export function remainder_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, Remainder>(a, s1, s0, b, t1, t0, o, m, n) }
export function floor_divide_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, FloorDivide>(a, s1, s0, b, t1, t0, o, m, n) }
export function trunc_divide_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, TruncDivide>(a, s1, s0, b, t1, t0, o, m, n) }
export function pow_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, Pow>(a, s1, s0, b, t1, t0, o, m, n) }
export function and_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, And>(a, s1, s0, b, t1, t0, o, m, n) }
export function or_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, Or>(a, s1, s0, b, t1, t0, o, m, n) }
export function xor_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, Xor>(a, s1, s0, b, t1, t0, o, m, n) }
export function shl_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, Shl>(a, s1, s0, b, t1, t0, o, m, n) }
export function shr_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, i64, Shr>(a, s1, s0, b, t1, t0, o, m, n) }
