// Elementwise arithmetic on two operands. Every kernel has the signature
//   (a, aStride1, aStride0, b, bStride1, bStride0, out, n1, n0)
// with element strides, n1 rows of n0 elements and a contiguous result.
import { binary, binary4 } from './pointwise-loops'
import {
  Add4, Sub4, Mul4, Div4, Maximum4, Minimum4, Copysign4, Fmax4, Fmin4, Add, Sub, Mul, Div, Maximum, Minimum,
  IntegerMaximum, IntegerMinimum, Fmax, Fmin, Copysign, Fmod, Remainder, FloorDivide, TruncDivide, Pow, Atan2, Hypot,
  And, Or, Xor, Shl, Shr,
} from './pointwise-operators'

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
