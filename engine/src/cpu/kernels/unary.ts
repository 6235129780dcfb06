// Elementwise functions of float32, four at a time: (x, out, n), contiguous.
import { exp4, expm1_4, log4, signBits, splat, tanh4 } from './math'
import { erf4, geluErf4, geluTanh4, sigmoid4, silu4, softplus4 } from './math-activation'
import { unary4 } from './pointwise-loops'

@final class Neg { @inline f(x: v128): v128 { return v128.xor(x, signBits()) } }
@final class Abs { @inline f(x: v128): v128 { return v128.andnot(x, signBits()) } }
@final class Sqrt { @inline f(x: v128): v128 { return f32x4.sqrt(x) } }
@final class Reciprocal { @inline f(x: v128): v128 { return f32x4.div(splat(1), x) } }
@final class Rsqrt { @inline f(x: v128): v128 { return f32x4.div(splat(1), f32x4.sqrt(x)) } }
@final class Square { @inline f(x: v128): v128 { return f32x4.mul(x, x) } }
@final class Ceil { @inline f(x: v128): v128 { return f32x4.ceil(x) } }
@final class Floor { @inline f(x: v128): v128 { return f32x4.floor(x) } }
@final class Round { @inline f(x: v128): v128 { return f32x4.nearest(x) } }
@final class Trunc { @inline f(x: v128): v128 { return f32x4.trunc(x) } }
@final class Sign { @inline f(x: v128): v128 { return v128.or(v128.and(f32x4.gt(x, splat(0)), splat(1)), v128.and(f32x4.lt(x, splat(0)), splat(-1))) } }
@final class Relu { @inline f(x: v128): v128 { return v128.andnot(x, f32x4.lt(x, splat(0))) } }
@final class Exp { @inline f(x: v128): v128 { return exp4(x) } }
@final class Expm1 { @inline f(x: v128): v128 { return expm1_4(x) } }
@final class Log { @inline f(x: v128): v128 { return log4(x) } }
@final class Tanh { @inline f(x: v128): v128 { return tanh4(x) } }
@final class Sigmoid { @inline f(x: v128): v128 { return sigmoid4(x) } }
@final class Silu { @inline f(x: v128): v128 { return silu4(x) } }
@final class GeluErf { @inline f(x: v128): v128 { return geluErf4(x) } }
@final class GeluTanh { @inline f(x: v128): v128 { return geluTanh4(x) } }
@final class Softplus { @inline f(x: v128): v128 { return softplus4(x) } }
@final class LogSigmoid { @inline f(x: v128): v128 { return v128.xor(softplus4(v128.xor(x, signBits())), signBits()) } }
@final class Erf { @inline f(x: v128): v128 { return erf4(x) } }

export function neg_f32(x: usize, out: usize, n: usize): void { unary4<Neg>(x, out, n) }
export function abs_f32(x: usize, out: usize, n: usize): void { unary4<Abs>(x, out, n) }
export function sqrt_f32(x: usize, out: usize, n: usize): void { unary4<Sqrt>(x, out, n) }
export function reciprocal_f32(x: usize, out: usize, n: usize): void { unary4<Reciprocal>(x, out, n) }
export function rsqrt_f32(x: usize, out: usize, n: usize): void { unary4<Rsqrt>(x, out, n) }
export function square_f32(x: usize, out: usize, n: usize): void { unary4<Square>(x, out, n) }
export function ceil_f32(x: usize, out: usize, n: usize): void { unary4<Ceil>(x, out, n) }
export function floor_f32(x: usize, out: usize, n: usize): void { unary4<Floor>(x, out, n) }
export function round_f32(x: usize, out: usize, n: usize): void { unary4<Round>(x, out, n) }
export function trunc_f32(x: usize, out: usize, n: usize): void { unary4<Trunc>(x, out, n) }
export function sign_f32(x: usize, out: usize, n: usize): void { unary4<Sign>(x, out, n) }
export function relu_f32(x: usize, out: usize, n: usize): void { unary4<Relu>(x, out, n) }
export function exp_f32(x: usize, out: usize, n: usize): void { unary4<Exp>(x, out, n) }
export function expm1_f32(x: usize, out: usize, n: usize): void { unary4<Expm1>(x, out, n) }
export function log_f32(x: usize, out: usize, n: usize): void { unary4<Log>(x, out, n) }
export function tanh_f32(x: usize, out: usize, n: usize): void { unary4<Tanh>(x, out, n) }
export function sigmoid_f32(x: usize, out: usize, n: usize): void { unary4<Sigmoid>(x, out, n) }
export function silu_f32(x: usize, out: usize, n: usize): void { unary4<Silu>(x, out, n) }
export function gelu_erf_f32(x: usize, out: usize, n: usize): void { unary4<GeluErf>(x, out, n) }
export function gelu_tanh_f32(x: usize, out: usize, n: usize): void { unary4<GeluTanh>(x, out, n) }
export function softplus_f32(x: usize, out: usize, n: usize): void { unary4<Softplus>(x, out, n) }
export function log_sigmoid_f32(x: usize, out: usize, n: usize): void { unary4<LogSigmoid>(x, out, n) }
export function erf_f32(x: usize, out: usize, n: usize): void { unary4<Erf>(x, out, n) }
