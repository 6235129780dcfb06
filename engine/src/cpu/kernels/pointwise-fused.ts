// Updates with a scalar that training does at every step, contiguous; out may be a.
import { madd, nmadd } from './math'

@final class AddScaled4 { @inline f(a: v128, b: v128, v: v128): v128 { return madd(v, b, a) } }
@final class AddScaled { @inline f<T>(a: T, b: T, v: T): T { return a + v * b } }
// From the nearer end, so that weight 1 gives b exactly.
@final class LerpLow4 { @inline f(a: v128, b: v128, v: v128): v128 { return madd(v, f32x4.sub(b, a), a) } }
@final class LerpHigh4 {
  @inline f(a: v128, b: v128, v: v128): v128 { return nmadd(f32x4.sub(b, a), f32x4.sub(f32x4.splat(1), v), b) }
}
@final class Lerp {
  @inline f<T>(a: T, b: T, v: T): T { return Math.abs(v) < 0.5 ? a + v * (b - a) : b - (b - a) * (1 - v) }
}

@final class Addcmul4 { @inline f(a: v128, b: v128, c: v128, v: v128): v128 { return madd(f32x4.mul(v, b), c, a) } }
@final class Addcmul { @inline f<T>(a: T, b: T, c: T, v: T): T { return a + v * b * c } }
@final class Addcdiv4 {
  @inline f(a: v128, b: v128, c: v128, v: v128): v128 { return f32x4.add(a, f32x4.div(f32x4.mul(v, b), c)) }
}
@final class Addcdiv { @inline f<T>(a: T, b: T, c: T, v: T): T { return a + (v * b) / c } }

/** out[i] = f(a[i], b[i], value) */
function two4<O>(a: usize, b: usize, value: f32, out: usize, n: usize): void {
  const op = changetype<O>(0)
  const v = f32x4.splat(value)
  const end = out + (n << 2)
  for (const wide = out + ((n & ~3) << 2); out < wide; out += 16) {
    v128.store(out, op.f(v128.load(a), v128.load(b), v))
    a += 16
    b += 16
  }
  for (; out < end; out += 4) {
    v128.store_lane<f32>(out, op.f(v128.load_splat<f32>(a), v128.load_splat<f32>(b), v), 0)
    a += 4
    b += 4
  }
}

function two<T, O>(a: usize, b: usize, value: T, out: usize, n: usize): void {
  for (const end = out + n * sizeof<T>(); out < end; out += sizeof<T>()) {
    store<T>(out, changetype<O>(0).f<T>(load<T>(a), load<T>(b), value))
    a += sizeof<T>()
    b += sizeof<T>()
  }
}

/** out[i] = f(a[i], b[i], c[i], value) */
function three4<O>(a: usize, b: usize, c: usize, value: f32, out: usize, n: usize): void {
  const op = changetype<O>(0)
  const v = f32x4.splat(value)
  const end = out + (n << 2)
  for (const wide = out + ((n & ~3) << 2); out < wide; out += 16) {
    v128.store(out, op.f(v128.load(a), v128.load(b), v128.load(c), v))
    a += 16
    b += 16
    c += 16
  }
  for (; out < end; out += 4) {
    const r = op.f(v128.load_splat<f32>(a), v128.load_splat<f32>(b), v128.load_splat<f32>(c), v)
    v128.store_lane<f32>(out, r, 0)
    a += 4
    b += 4
    c += 4
  }
}

function three<T, O>(a: usize, b: usize, c: usize, value: T, out: usize, n: usize): void {
  for (const end = out + n * sizeof<T>(); out < end; out += sizeof<T>()) {
    store<T>(out, changetype<O>(0).f<T>(load<T>(a), load<T>(b), load<T>(c), value))
    a += sizeof<T>()
    b += sizeof<T>()
    c += sizeof<T>()
  }
}

/** a + alpha · b */
export function add_scaled_f32(a: usize, b: usize, alpha: f32, out: usize, n: usize): void { two4<AddScaled4>(a, b, alpha, out, n) }
export function add_scaled_f64(a: usize, b: usize, alpha: f64, out: usize, n: usize): void { two<f64, AddScaled>(a, b, alpha, out, n) }
export function add_scaled_i64(a: usize, b: usize, alpha: i64, out: usize, n: usize): void { two<i64, AddScaled>(a, b, alpha, out, n) }

/** a + weight · (b - a) */
export function lerp_f32(a: usize, b: usize, weight: f32, out: usize, n: usize): void {
  if (Mathf.abs(weight) < 0.5) two4<LerpLow4>(a, b, weight, out, n)
  else two4<LerpHigh4>(a, b, weight, out, n)
}
export function lerp_f64(a: usize, b: usize, weight: f64, out: usize, n: usize): void { two<f64, Lerp>(a, b, weight, out, n) }

/** a + value · b · c */
export function addcmul_f32(a: usize, b: usize, c: usize, value: f32, out: usize, n: usize): void { three4<Addcmul4>(a, b, c, value, out, n) }
export function addcmul_f64(a: usize, b: usize, c: usize, value: f64, out: usize, n: usize): void { three<f64, Addcmul>(a, b, c, value, out, n) }
export function addcmul_i64(a: usize, b: usize, c: usize, value: i64, out: usize, n: usize): void { three<i64, Addcmul>(a, b, c, value, out, n) }

/** a + value · b / c */
export function addcdiv_f32(a: usize, b: usize, c: usize, value: f32, out: usize, n: usize): void { three4<Addcdiv4>(a, b, c, value, out, n) }
export function addcdiv_f64(a: usize, b: usize, c: usize, value: f64, out: usize, n: usize): void { three<f64, Addcdiv>(a, b, c, value, out, n) }
