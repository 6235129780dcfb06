// Gradients of activations, contiguous: out[i] = g[i] · f'(…), where the second operand is the input x or the result y.
import { nmadd, splat } from './math'
import { geluErfSlope4, geluTanhSlope4, siluSlope4 } from './math-activation'
import { SQRT_HALF, erfc, geluScale, sigmoid } from './math-float64'
import { zip, zip4 } from './pointwise-loops'

@final class Relu4 { @inline f(g: v128, y: v128): v128 { return v128.andnot(g, f32x4.le(y, splat(0))) } }
@final class Sigmoid4 { @inline f(g: v128, y: v128): v128 { return f32x4.mul(f32x4.mul(g, y), f32x4.sub(splat(1), y)) } }
@final class Tanh4 { @inline f(g: v128, y: v128): v128 { return f32x4.mul(g, nmadd(y, y, splat(1))) } }
@final class GeluErf4 { @inline f(g: v128, x: v128): v128 { return f32x4.mul(g, geluErfSlope4(x)) } }
@final class GeluTanh4 { @inline f(g: v128, x: v128): v128 { return f32x4.mul(g, geluTanhSlope4(x)) } }
@final class Silu4 { @inline f(g: v128, x: v128): v128 { return f32x4.mul(g, siluSlope4(x)) } }

@final class Relu { @inline f<T>(g: T, y: T): T { return y <= 0 ? 0 : g } }
@final class Sigmoid { @inline f<T>(g: T, y: T): T { return g * y * (1 - y) } }
@final class Tanh { @inline f<T>(g: T, y: T): T { return g * (1 - y * y) } }
@final class GeluErf { @inline f<T>(g: T, x: T): T { return g * geluErfSlope(x) } }
@final class GeluTanh { @inline f<T>(g: T, x: T): T { return g * geluTanhSlope(x) } }
@final class Silu { @inline f<T>(g: T, x: T): T { return g * siluSlope(x) } }

/** Φ(x) + x · φ(x) */
function geluErfSlope(x: f64): f64 {
  return 0.5 * erfc(-x * SQRT_HALF) + x * 0.3989422804014327 * NativeMath.exp(-0.5 * x * x)
}

function geluTanhSlope(x: f64): f64 {
  const s = sigmoid(x * geluScale(x))
  return s + x * s * (1 - s) * 1.5957691216057308 * (1 + 3 * 0.044715 * x * x)
}

function siluSlope(x: f64): f64 {
  const s = sigmoid(x)
  return s + x * s * (1 - s)
}

export function relu_backward_f32(g: usize, y: usize, out: usize, n: usize): void { zip4<Relu4>(g, y, out, n) }
export function sigmoid_backward_f32(g: usize, y: usize, out: usize, n: usize): void { zip4<Sigmoid4>(g, y, out, n) }
export function tanh_backward_f32(g: usize, y: usize, out: usize, n: usize): void { zip4<Tanh4>(g, y, out, n) }
export function gelu_erf_backward_f32(g: usize, x: usize, out: usize, n: usize): void { zip4<GeluErf4>(g, x, out, n) }
export function gelu_tanh_backward_f32(g: usize, x: usize, out: usize, n: usize): void { zip4<GeluTanh4>(g, x, out, n) }
export function silu_backward_f32(g: usize, x: usize, out: usize, n: usize): void { zip4<Silu4>(g, x, out, n) }
export function relu_backward_f64(g: usize, y: usize, out: usize, n: usize): void { zip<f64, Relu>(g, y, out, n) }
export function sigmoid_backward_f64(g: usize, y: usize, out: usize, n: usize): void { zip<f64, Sigmoid>(g, y, out, n) }
export function tanh_backward_f64(g: usize, y: usize, out: usize, n: usize): void { zip<f64, Tanh>(g, y, out, n) }
export function gelu_erf_backward_f64(g: usize, x: usize, out: usize, n: usize): void { zip<f64, GeluErf>(g, x, out, n) }
export function gelu_tanh_backward_f64(g: usize, x: usize, out: usize, n: usize): void { zip<f64, GeluTanh>(g, x, out, n) }
export function silu_backward_f64(g: usize, x: usize, out: usize, n: usize): void { zip<f64, Silu>(g, x, out, n) }
