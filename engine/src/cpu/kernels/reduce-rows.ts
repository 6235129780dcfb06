// Sums of rows of float32, and the terms that rows and columns add up.
import { madd } from './math'

// A term class adds a function of x (and, for deviations, of the mean m) to an accumulator.
@final export class Term4 { @inline add(sum: v128, x: v128, m: v128): v128 { return f32x4.add(sum, x) } }
@final export class Square4 { @inline add(sum: v128, x: v128, m: v128): v128 { return madd(x, x, sum) } }
@final export class Absolute4 { @inline add(sum: v128, x: v128, m: v128): v128 { return f32x4.add(sum, f32x4.abs(x)) } }
@final export class Deviation4 {
  @inline add(sum: v128, x: v128, m: v128): v128 {
    const d = f32x4.sub(x, m)
    return madd(d, d, sum)
  }
}

export const ZERO: v128 = i32x4(0, 0, 0, 0)
// Additions in float32 that follow one another: few enough that their rounding stays near that of a single one.
export const RUN: usize = 32

/** The sum of the four lanes. */
export function sumLanes(v: v128): f64 {
  const pair = f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 0)))
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1)
}

/** n floats in a row: runs of 32 additions in 16 lanes, their totals in float64. */
export function sumRow4<O>(x: usize, n: usize, m: v128): f64 {
  const op = changetype<O>(0)
  let total: f64 = 0
  while (n >= 16) {
    const count = min<usize>(n & ~15, 16 * RUN)
    let a = ZERO
    let b = ZERO
    let c = ZERO
    let d = ZERO
    for (const end = x + (count << 2); x < end; x += 64) {
      a = op.add(a, v128.load(x), m)
      b = op.add(b, v128.load(x, 16), m)
      c = op.add(c, v128.load(x, 32), m)
      d = op.add(d, v128.load(x, 48), m)
    }
    total += sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)))
    n -= count
  }
  for (; n > 0; n--) {
    total += <f64>f32x4.extract_lane(op.add(ZERO, v128.load_splat<f32>(x), m), 0)
    x += 4
  }
  return total
}
