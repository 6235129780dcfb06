// Comparisons: the operands as in pointwise.ts, one byte (0 or 1) an element out.
import { binary, compare4 } from './pointwise-loops'

@final class Eq4 { @inline f(a: v128, b: v128): v128 { return f32x4.eq(a, b) } }
@final class Ne4 { @inline f(a: v128, b: v128): v128 { return f32x4.ne(a, b) } }
@final class Lt4 { @inline f(a: v128, b: v128): v128 { return f32x4.lt(a, b) } }
@final class Le4 { @inline f(a: v128, b: v128): v128 { return f32x4.le(a, b) } }
@final class Gt4 { @inline f(a: v128, b: v128): v128 { return f32x4.gt(a, b) } }
@final class Ge4 { @inline f(a: v128, b: v128): v128 { return f32x4.ge(a, b) } }

@final class Eq { @inline f<T>(a: T, b: T): u8 { return u8(a == b) } }
@final class Ne { @inline f<T>(a: T, b: T): u8 { return u8(a != b) } }
@final class Lt { @inline f<T>(a: T, b: T): u8 { return u8(a < b) } }
@final class Le { @inline f<T>(a: T, b: T): u8 { return u8(a <= b) } }
@final class Gt { @inline f<T>(a: T, b: T): u8 { return u8(a > b) } }
@final class Ge { @inline f<T>(a: T, b: T): u8 { return u8(a >= b) } }

export function eq_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { compare4<Eq4>(a, s1, s0, b, t1, t0, o, m, n) }
export function ne_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { compare4<Ne4>(a, s1, s0, b, t1, t0, o, m, n) }
export function lt_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { compare4<Lt4>(a, s1, s0, b, t1, t0, o, m, n) }
export function le_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { compare4<Le4>(a, s1, s0, b, t1, t0, o, m, n) }
export function gt_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { compare4<Gt4>(a, s1, s0, b, t1, t0, o, m, n) }
export function ge_f32(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { compare4<Ge4>(a, s1, s0, b, t1, t0, o, m, n) }
export function eq_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, u8, Eq>(a, s1, s0, b, t1, t0, o, m, n) }
export function ne_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, u8, Ne>(a, s1, s0, b, t1, t0, o, m, n) }
export function lt_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, u8, Lt>(a, s1, s0, b, t1, t0, o, m, n) }
export function le_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, u8, Le>(a, s1, s0, b, t1, t0, o, m, n) }
export function gt_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, u8, Gt>(a, s1, s0, b, t1, t0, o, m, n) }
export function ge_f64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<f64, u8, Ge>(a, s1, s0, b, t1, t0, o, m, n) }
export function eq_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, u8, Eq>(a, s1, s0, b, t1, t0, o, m, n) }
export function ne_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, u8, Ne>(a, s1, s0, b, t1, t0, o, m, n) }
export function lt_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, u8, Lt>(a, s1, s0, b, t1, t0, o, m, n) }
export function le_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, u8, Le>(a, s1, s0, b, t1, t0, o, m, n) }
export function gt_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, u8, Gt>(a, s1, s0, b, t1, t0, o, m, n) }
export function ge_i64(a: usize, s1: isize, s0: isize, b: usize, t1: isize, t0: isize, o: usize, m: usize, n: usize): void { binary<i64, u8, Ge>(a, s1, s0, b, t1, t0, o, m, n) }
