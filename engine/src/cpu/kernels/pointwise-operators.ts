// The operators of pointwise.ts and of the reductions: f on four floats (names ending in 4) or on one value of T.
import { copysign4 } from './math'

@final export class Add4 { @inline f(a: v128, b: v128): v128 { return f32x4.add(a, b) } }
@final export class Sub4 { @inline f(a: v128, b: v128): v128 { return f32x4.sub(a, b) } }
@final export class Mul4 { @inline f(a: v128, b: v128): v128 { return f32x4.mul(a, b) } }
@final export class Div4 { @inline f(a: v128, b: v128): v128 { return f32x4.div(a, b) } }
@final export class Maximum4 { @inline f(a: v128, b: v128): v128 { return f32x4.max(a, b) } }
@final export class Minimum4 { @inline f(a: v128, b: v128): v128 { return f32x4.min(a, b) } }
@final export class Copysign4 { @inline f(a: v128, b: v128): v128 { return copysign4(a, b) } }
// A NaN operand loses: where b is NaN the comparison fails and a stays, where a is NaN b is taken.
@final export class Fmax4 { @inline f(a: v128, b: v128): v128 { return v128.bitselect(b, f32x4.pmax(a, b), f32x4.ne(a, a)) } }
@final export class Fmin4 { @inline f(a: v128, b: v128): v128 { return v128.bitselect(b, f32x4.pmin(a, b), f32x4.ne(a, a)) } }

@final export class Add { @inline f<T>(a: T, b: T): T { return a + b } }
@final export class Sub { @inline f<T>(a: T, b: T): T { return a - b } }
@final export class Mul { @inline f<T>(a: T, b: T): T { return a * b } }
@final export class Div { @inline f<T>(a: T, b: T): T { return a / b } }
@final export class Maximum { @inline f<T>(a: T, b: T): T { return max<T>(a, b) } }
@final export class Minimum { @inline f<T>(a: T, b: T): T { return min<T>(a, b) } }
@final export class IntegerMaximum { @inline f<T>(a: T, b: T): T { return a > b ? a : b } }
@final export class IntegerMinimum { @inline f<T>(a: T, b: T): T { return a < b ? a : b } }
@final export class Fmax { @inline f<T>(a: T, b: T): T { return a != a || a < b ? b : a } }
@final export class Fmin { @inline f<T>(a: T, b: T): T { return a != a || b < a ? b : a } }
@final export class Copysign { @inline f<T>(a: T, b: T): T { return copysign<T>(a, b) } }

@final export class Fmod { @inline f<T>(a: T, b: T): T { return fmod<T>(a, b) } }
@final export class Remainder { @inline f<T>(a: T, b: T): T { return remainder<T>(a, b) } }
@final export class FloorDivide { @inline f<T>(a: T, b: T): T { return floorDivide<T>(a, b) } }
@final export class TruncDivide { @inline f<T>(a: T, b: T): T { return truncDivide<T>(a, b) } }
@final export class Pow { @inline f<T>(a: T, b: T): T { return power<T>(a, b) } }
@final export class Atan2 { @inline f<T>(a: T, b: T): T { return <T>NativeMath.atan2(<f64>a, <f64>b) } }
@final export class Hypot { @inline f<T>(a: T, b: T): T { return <T>NativeMath.hypot(<f64>a, <f64>b) } }

@final export class And { @inline f<T>(a: T, b: T): T { return a & b } }
@final export class Or { @inline f<T>(a: T, b: T): T { return a | b } }
@final export class Xor { @inline f<T>(a: T, b: T): T { return a ^ b } }
// Shifts by a negative amount or by the width and more shift everything out.
@final export class Shl { @inline f<T>(a: T, b: T): T { return <u64>b < 64 ? a << b : 0 } }
@final export class Shr { @inline f<T>(a: T, b: T): T { return a >> (<u64>b < 64 ? b : 63) } }

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
