// Elementwise functions that work one element at a time: (x, out, n), contiguous. Those of float32 go through float64,
// so they are correctly rounded but for rare ties.
import { unary } from './pointwise-loops'
import { SQRT_HALF, erf, erfc, geluScale, sigmoid, softplus } from './math-float64'

// Both float types
@final class Exp2 { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.exp2(v)) } }
@final class Log2 { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.log2(v)) } }
@final class Log10 { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.log10(v)) } }
@final class Log1p { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.log1p(v)) } }
@final class Sin { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.sin(v)) } }
@final class Cos { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.cos(v)) } }
@final class Tan { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.tan(v)) } }
@final class Asin { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.asin(v)) } }
@final class Acos { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.acos(v)) } }
@final class Atan { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.atan(v)) } }
@final class Sinh { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.sinh(v)) } }
@final class Cosh { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.cosh(v)) } }
@final class Asinh { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.asinh(v)) } }
@final class Acosh { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.acosh(v)) } }
@final class Atanh { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.atanh(v)) } }
@final class Erfc { @inline f<T>(x: T): T { const v = <f64>x; return <T>(erfc(v)) } }

// Both float types, to bool
@final class Isnan { @inline f<T>(x: T): u8 { const v = <f64>x; return u8(v != v) } }
@final class Isinf { @inline f<T>(x: T): u8 { const v = <f64>x; return u8(Math.abs(v) == Infinity) } }
@final class Isfinite { @inline f<T>(x: T): u8 { const v = <f64>x; return u8(v - v == 0) } }
@final class LogicalNot { @inline f<T>(x: T): u8 { const v = <f64>x; return u8(v == 0) } }

// float64 alone: float32 has them in unary.ts
@final class Neg { @inline f<T>(x: T): T { const v = <f64>x; return <T>(-v) } }
@final class Abs { @inline f<T>(x: T): T { const v = <f64>x; return <T>(Math.abs(v)) } }
@final class Sign { @inline f<T>(x: T): T { const v = <f64>x; return <T>(v > 0 ? 1 : v < 0 ? -1 : 0) } }
@final class Sqrt { @inline f<T>(x: T): T { const v = <f64>x; return <T>(Math.sqrt(v)) } }
@final class Rsqrt { @inline f<T>(x: T): T { const v = <f64>x; return <T>(1 / Math.sqrt(v)) } }
@final class Reciprocal { @inline f<T>(x: T): T { const v = <f64>x; return <T>(1 / v) } }
@final class Square { @inline f<T>(x: T): T { const v = <f64>x; return <T>(v * v) } }
@final class Ceil { @inline f<T>(x: T): T { const v = <f64>x; return <T>(Math.ceil(v)) } }
@final class Floor { @inline f<T>(x: T): T { const v = <f64>x; return <T>(Math.floor(v)) } }
@final class Round { @inline f<T>(x: T): T { const v = <f64>x; return <T>(nearest(v)) } }
@final class Trunc { @inline f<T>(x: T): T { const v = <f64>x; return <T>(Math.trunc(v)) } }
@final class Exp { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.exp(v)) } }
@final class Expm1 { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.expm1(v)) } }
@final class Log { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.log(v)) } }
@final class Tanh { @inline f<T>(x: T): T { const v = <f64>x; return <T>(NativeMath.tanh(v)) } }
@final class Sigmoid { @inline f<T>(x: T): T { const v = <f64>x; return <T>(sigmoid(v)) } }
@final class Relu { @inline f<T>(x: T): T { const v = <f64>x; return <T>(v < 0 ? 0 : v) } }
@final class Silu { @inline f<T>(x: T): T { const v = <f64>x; return <T>(v * sigmoid(v)) } }
@final class GeluErf { @inline f<T>(x: T): T { const v = <f64>x; return <T>(0.5 * v * erfc(-v * SQRT_HALF)) } }
@final class GeluTanh { @inline f<T>(x: T): T { const v = <f64>x; return <T>(v * sigmoid(v * geluScale(v))) } }
@final class Softplus { @inline f<T>(x: T): T { const v = <f64>x; return <T>(softplus(v)) } }
@final class LogSigmoid { @inline f<T>(x: T): T { const v = <f64>x; return <T>(-softplus(-v)) } }
@final class Erf { @inline f<T>(x: T): T { const v = <f64>x; return <T>(erf(v)) } }

// int64
@final class IntegerNeg { @inline f<T>(x: T): T { const v = <i64>x; return <T>(-v) } }
@final class IntegerAbs { @inline f<T>(x: T): T { const v = <i64>x; return <T>(v < 0 ? -v : v) } }
@final class IntegerSign { @inline f<T>(x: T): T { const v = <i64>x; return <T>(i64(v > 0) - i64(v < 0)) } }
@final class IntegerNot { @inline f<T>(x: T): T { const v = <i64>x; return <T>(~v) } }
@final class IntegerLogicalNot { @inline f<T>(x: T): u8 { return u8(x == 0) } }

export function exp2_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Exp2>(x, out, n) }
export function log2_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Log2>(x, out, n) }
export function log10_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Log10>(x, out, n) }
export function log1p_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Log1p>(x, out, n) }
export function sin_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Sin>(x, out, n) }
export function cos_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Cos>(x, out, n) }
export function tan_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Tan>(x, out, n) }
export function asin_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Asin>(x, out, n) }
export function acos_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Acos>(x, out, n) }
export function atan_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Atan>(x, out, n) }
export function sinh_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Sinh>(x, out, n) }
export function cosh_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Cosh>(x, out, n) }
export function asinh_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Asinh>(x, out, n) }
export function acosh_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Acosh>(x, out, n) }
export function atanh_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Atanh>(x, out, n) }
export function erfc_f32(x: usize, out: usize, n: usize): void { unary<f32, f32, Erfc>(x, out, n) }
export function isnan_f32(x: usize, out: usize, n: usize): void { unary<f32, u8, Isnan>(x, out, n) }
export function isinf_f32(x: usize, out: usize, n: usize): void { unary<f32, u8, Isinf>(x, out, n) }
export function isfinite_f32(x: usize, out: usize, n: usize): void { unary<f32, u8, Isfinite>(x, out, n) }
export function logical_not_f32(x: usize, out: usize, n: usize): void { unary<f32, u8, LogicalNot>(x, out, n) }

export function exp2_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Exp2>(x, out, n) }
export function log2_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Log2>(x, out, n) }
export function log10_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Log10>(x, out, n) }
export function log1p_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Log1p>(x, out, n) }
export function sin_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Sin>(x, out, n) }
export function cos_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Cos>(x, out, n) }
export function tan_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Tan>(x, out, n) }
export function asin_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Asin>(x, out, n) }
export function acos_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Acos>(x, out, n) }
export function atan_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Atan>(x, out, n) }
export function sinh_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Sinh>(x, out, n) }
export function cosh_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Cosh>(x, out, n) }
export function asinh_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Asinh>(x, out, n) }
export function acosh_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Acosh>(x, out, n) }
export function atanh_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Atanh>(x, out, n) }
export function erfc_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Erfc>(x, out, n) }
export function neg_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Neg>(x, out, n) }
export function abs_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Abs>(x, out, n) }
export function sign_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Sign>(x, out, n) }
export function sqrt_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Sqrt>(x, out, n) }
export function rsqrt_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Rsqrt>(x, out, n) }
export function reciprocal_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Reciprocal>(x, out, n) }
export function square_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Square>(x, out, n) }
export function ceil_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Ceil>(x, out, n) }
export function floor_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Floor>(x, out, n) }
export function round_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Round>(x, out, n) }
export function trunc_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Trunc>(x, out, n) }
export function exp_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Exp>(x, out, n) }
export function expm1_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Expm1>(x, out, n) }
export function log_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Log>(x, out, n) }
export function tanh_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Tanh>(x, out, n) }
export function sigmoid_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Sigmoid>(x, out, n) }
export function relu_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Relu>(x, out, n) }
export function silu_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Silu>(x, out, n) }
export function gelu_erf_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, GeluErf>(x, out, n) }
export function gelu_tanh_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, GeluTanh>(x, out, n) }
export function softplus_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Softplus>(x, out, n) }
export function log_sigmoid_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, LogSigmoid>(x, out, n) }
export function erf_f64(x: usize, out: usize, n: usize): void { unary<f64, f64, Erf>(x, out, n) }
export function isnan_f64(x: usize, out: usize, n: usize): void { unary<f64, u8, Isnan>(x, out, n) }
export function isinf_f64(x: usize, out: usize, n: usize): void { unary<f64, u8, Isinf>(x, out, n) }
export function isfinite_f64(x: usize, out: usize, n: usize): void { unary<f64, u8, Isfinite>(x, out, n) }
export function logical_not_f64(x: usize, out: usize, n: usize): void { unary<f64, u8, LogicalNot>(x, out, n) }

export function neg_i64(x: usize, out: usize, n: usize): void { unary<i64, i64, IntegerNeg>(x, out, n) }
export function abs_i64(x: usize, out: usize, n: usize): void { unary<i64, i64, IntegerAbs>(x, out, n) }
export function sign_i64(x: usize, out: usize, n: usize): void { unary<i64, i64, IntegerSign>(x, out, n) }
export function not_i64(x: usize, out: usize, n: usize): void { unary<i64, i64, IntegerNot>(x, out, n) }
export function logical_not_i64(x: usize, out: usize, n: usize): void { unary<i64, u8, IntegerLogicalNot>(x, out, n) }
