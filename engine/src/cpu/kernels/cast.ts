// Casts between all storage types: (src, dst, n), contiguous.
//
// Each storage type is a class that reads and writes one element as float64 or as int64, whichever holds the source
// exactly. Floats become integers as x86 C++ (and so PyTorch) does it: truncated toward zero; NaN and what does not fit
// give the smallest integer of the conversion's width, which int16 and int8 take from 32 bits and uint8 from 64.
import { fromBrain4, fromHalf4, toBrain4, toHalf4 } from './math-half'
import { unary4 } from './pointwise-loops'

// @ts-ignore: decorator
@inline
function toInt32(v: f64): i32 {
  return v > -2147483649.0 && v < 2147483648.0 ? <i32>v : i32.MIN_VALUE
}

// @ts-ignore: decorator
@inline
function toInt64(v: f64): i64 {
  return v >= -9223372036854775808.0 && v < 9223372036854775808.0 ? <i64>v : i64.MIN_VALUE
}

@final class F32 {
  @inline get size(): usize { return 4 }
  @inline float(p: usize): f64 { return load<f32>(p) }
  @inline putFloat(p: usize, v: f64): void { store<f32>(p, <f32>v) }
  @inline putInt(p: usize, v: i64): void { store<f32>(p, <f32>v) }
}

@final class F64 {
  @inline get size(): usize { return 8 }
  @inline float(p: usize): f64 { return load<f64>(p) }
  @inline putFloat(p: usize, v: f64): void { store<f64>(p, v) }
  @inline putInt(p: usize, v: i64): void { store<f64>(p, <f64>v) }
}

@final class F16 {
  @inline get size(): usize { return 2 }
  @inline float(p: usize): f64 { return f32x4.extract_lane(fromHalf4(i32x4.splat(load<u16>(p))), 0) }
  @inline putFloat(p: usize, v: f64): void { v128.store_lane<u16>(p, toHalf4(f32x4.splat(<f32>v)), 0) }
  @inline putInt(p: usize, v: i64): void { v128.store_lane<u16>(p, toHalf4(f32x4.splat(<f32>v)), 0) }
  @inline up(bits: v128): v128 { return fromHalf4(bits) }
  @inline down(x: v128): v128 { return toHalf4(x) }
}

@final class Bf16 {
  @inline get size(): usize { return 2 }
  @inline float(p: usize): f64 { return f32x4.extract_lane(fromBrain4(i32x4.splat(load<u16>(p))), 0) }
  @inline putFloat(p: usize, v: f64): void { v128.store_lane<u16>(p, toBrain4(f32x4.splat(<f32>v)), 0) }
  @inline putInt(p: usize, v: i64): void { v128.store_lane<u16>(p, toBrain4(f32x4.splat(<f32>v)), 0) }
  @inline up(bits: v128): v128 { return fromBrain4(bits) }
  @inline down(x: v128): v128 { return toBrain4(x) }
}

@final class I64 {
  @inline get size(): usize { return 8 }
  @inline int(p: usize): i64 { return load<i64>(p) }
  @inline putFloat(p: usize, v: f64): void { store<i64>(p, toInt64(v)) }
  @inline putInt(p: usize, v: i64): void { store<i64>(p, v) }
}

@final class I32 {
  @inline get size(): usize { return 4 }
  @inline int(p: usize): i64 { return load<i32>(p) }
  @inline putFloat(p: usize, v: f64): void { store<i32>(p, toInt32(v)) }
  @inline putInt(p: usize, v: i64): void { store<i32>(p, <i32>v) }
}

@final class I16 {
  @inline get size(): usize { return 2 }
  @inline int(p: usize): i64 { return load<i16>(p) }
  @inline putFloat(p: usize, v: f64): void { store<i16>(p, <i16>toInt32(v)) }
  @inline putInt(p: usize, v: i64): void { store<i16>(p, <i16>v) }
}

@final class I8 {
  @inline get size(): usize { return 1 }
  @inline int(p: usize): i64 { return load<i8>(p) }
  @inline putFloat(p: usize, v: f64): void { store<i8>(p, <i8>toInt32(v)) }
  @inline putInt(p: usize, v: i64): void { store<i8>(p, <i8>v) }
}

@final class U8 {
  @inline get size(): usize { return 1 }
  @inline int(p: usize): i64 { return load<u8>(p) }
  @inline putFloat(p: usize, v: f64): void { store<u8>(p, <u8>toInt64(v)) }
  @inline putInt(p: usize, v: i64): void { store<u8>(p, <u8>v) }
}

@final class Bool {
  @inline get size(): usize { return 1 }
  @inline int(p: usize): i64 { return i64(load<u8>(p) != 0) }
  @inline putFloat(p: usize, v: f64): void { store<u8>(p, u8(v != 0)) }
  @inline putInt(p: usize, v: i64): void { store<u8>(p, u8(v != 0)) }
}

function fromFloat<S, D>(src: usize, dst: usize, n: usize): void {
  const s = changetype<S>(0)
  const d = changetype<D>(0)
  for (const end = dst + n * d.size; dst < end; dst += d.size) {
    d.putFloat(dst, s.float(src))
    src += s.size
  }
}

function fromInt<S, D>(src: usize, dst: usize, n: usize): void {
  const s = changetype<S>(0)
  const d = changetype<D>(0)
  for (const end = dst + n * d.size; dst < end; dst += d.size) {
    d.putInt(dst, s.int(src))
    src += s.size
  }
}

/** float32 to 16 bits, eight at a time. */
function narrow<D>(src: usize, dst: usize, n: usize): void {
  const d = changetype<D>(0)
  for (const wide = dst + ((n & ~7) << 1); dst < wide; dst += 16) {
    v128.store(dst, i16x8.narrow_i32x4_u(d.down(v128.load(src)), d.down(v128.load(src, 16))))
    src += 32
  }
  fromFloat<F32, D>(src, dst, n & 7)
}

/** 16 bits to float32, eight at a time. */
function widen<S>(src: usize, dst: usize, n: usize): void {
  const s = changetype<S>(0)
  for (const wide = dst + ((n & ~7) << 2); dst < wide; dst += 32) {
    const v = v128.load(src)
    v128.store(dst, s.up(i32x4.extend_low_i16x8_u(v)))
    v128.store(dst, s.up(i32x4.extend_high_i16x8_u(v)), 16)
    src += 16
  }
  fromFloat<S, F32>(src, dst, n & 7)
}

@final class RoundHalf { @inline f(x: v128): v128 { return fromHalf4(toHalf4(x)) } }
@final class RoundBrain { @inline f(x: v128): v128 { return fromBrain4(toBrain4(x)) } }

/** float32 values rounded to what float16 can hold. */
export function round_f16(x: usize, out: usize, n: usize): void { unary4<RoundHalf>(x, out, n) }
/** float32 values rounded to what bfloat16 can hold. */
export function round_bf16(x: usize, out: usize, n: usize): void { unary4<RoundBrain>(x, out, n) }

export function cast_f32_f64(src: usize, dst: usize, n: usize): void { fromFloat<F32, F64>(src, dst, n) }
export function cast_f32_f16(src: usize, dst: usize, n: usize): void { narrow<F16>(src, dst, n) }
export function cast_f32_bf16(src: usize, dst: usize, n: usize): void { narrow<Bf16>(src, dst, n) }
export function cast_f32_i64(src: usize, dst: usize, n: usize): void { fromFloat<F32, I64>(src, dst, n) }
export function cast_f32_i32(src: usize, dst: usize, n: usize): void { fromFloat<F32, I32>(src, dst, n) }
export function cast_f32_i16(src: usize, dst: usize, n: usize): void { fromFloat<F32, I16>(src, dst, n) }
export function cast_f32_i8(src: usize, dst: usize, n: usize): void { fromFloat<F32, I8>(src, dst, n) }
export function cast_f32_u8(src: usize, dst: usize, n: usize): void { fromFloat<F32, U8>(src, dst, n) }
export function cast_f32_bool(src: usize, dst: usize, n: usize): void { fromFloat<F32, Bool>(src, dst, n) }
export function cast_f64_f32(src: usize, dst: usize, n: usize): void { fromFloat<F64, F32>(src, dst, n) }
export function cast_f64_f16(src: usize, dst: usize, n: usize): void { fromFloat<F64, F16>(src, dst, n) }
export function cast_f64_bf16(src: usize, dst: usize, n: usize): void { fromFloat<F64, Bf16>(src, dst, n) }
export function cast_f64_i64(src: usize, dst: usize, n: usize): void { fromFloat<F64, I64>(src, dst, n) }
export function cast_f64_i32(src: usize, dst: usize, n: usize): void { fromFloat<F64, I32>(src, dst, n) }
export function cast_f64_i16(src: usize, dst: usize, n: usize): void { fromFloat<F64, I16>(src, dst, n) }
export function cast_f64_i8(src: usize, dst: usize, n: usize): void { fromFloat<F64, I8>(src, dst, n) }
export function cast_f64_u8(src: usize, dst: usize, n: usize): void { fromFloat<F64, U8>(src, dst, n) }
export function cast_f64_bool(src: usize, dst: usize, n: usize): void { fromFloat<F64, Bool>(src, dst, n) }
export function cast_f16_f32(src: usize, dst: usize, n: usize): void { widen<F16>(src, dst, n) }
export function cast_f16_f64(src: usize, dst: usize, n: usize): void { fromFloat<F16, F64>(src, dst, n) }
export function cast_f16_bf16(src: usize, dst: usize, n: usize): void { fromFloat<F16, Bf16>(src, dst, n) }
export function cast_f16_i64(src: usize, dst: usize, n: usize): void { fromFloat<F16, I64>(src, dst, n) }
export function cast_f16_i32(src: usize, dst: usize, n: usize): void { fromFloat<F16, I32>(src, dst, n) }
export function cast_f16_i16(src: usize, dst: usize, n: usize): void { fromFloat<F16, I16>(src, dst, n) }
export function cast_f16_i8(src: usize, dst: usize, n: usize): void { fromFloat<F16, I8>(src, dst, n) }
export function cast_f16_u8(src: usize, dst: usize, n: usize): void { fromFloat<F16, U8>(src, dst, n) }
export function cast_f16_bool(src: usize, dst: usize, n: usize): void { fromFloat<F16, Bool>(src, dst, n) }
export function cast_bf16_f32(src: usize, dst: usize, n: usize): void { widen<Bf16>(src, dst, n) }
export function cast_bf16_f64(src: usize, dst: usize, n: usize): void { fromFloat<Bf16, F64>(src, dst, n) }
export function cast_bf16_f16(src: usize, dst: usize, n: usize): void { fromFloat<Bf16, F16>(src, dst, n) }
export function cast_bf16_i64(src: usize, dst: usize, n: usize): void { fromFloat<Bf16, I64>(src, dst, n) }
export function cast_bf16_i32(src: usize, dst: usize, n: usize): void { fromFloat<Bf16, I32>(src, dst, n) }
export function cast_bf16_i16(src: usize, dst: usize, n: usize): void { fromFloat<Bf16, I16>(src, dst, n) }
export function cast_bf16_i8(src: usize, dst: usize, n: usize): void { fromFloat<Bf16, I8>(src, dst, n) }
export function cast_bf16_u8(src: usize, dst: usize, n: usize): void { fromFloat<Bf16, U8>(src, dst, n) }
export function cast_bf16_bool(src: usize, dst: usize, n: usize): void { fromFloat<Bf16, Bool>(src, dst, n) }
export function cast_i64_f32(src: usize, dst: usize, n: usize): void { fromInt<I64, F32>(src, dst, n) }
export function cast_i64_f64(src: usize, dst: usize, n: usize): void { fromInt<I64, F64>(src, dst, n) }
export function cast_i64_f16(src: usize, dst: usize, n: usize): void { fromInt<I64, F16>(src, dst, n) }
export function cast_i64_bf16(src: usize, dst: usize, n: usize): void { fromInt<I64, Bf16>(src, dst, n) }
export function cast_i64_i32(src: usize, dst: usize, n: usize): void { fromInt<I64, I32>(src, dst, n) }
export function cast_i64_i16(src: usize, dst: usize, n: usize): void { fromInt<I64, I16>(src, dst, n) }
export function cast_i64_i8(src: usize, dst: usize, n: usize): void { fromInt<I64, I8>(src, dst, n) }
export function cast_i64_u8(src: usize, dst: usize, n: usize): void { fromInt<I64, U8>(src, dst, n) }
export function cast_i64_bool(src: usize, dst: usize, n: usize): void { fromInt<I64, Bool>(src, dst, n) }
export function cast_i32_f32(src: usize, dst: usize, n: usize): void { fromInt<I32, F32>(src, dst, n) }
export function cast_i32_f64(src: usize, dst: usize, n: usize): void { fromInt<I32, F64>(src, dst, n) }
export function cast_i32_f16(src: usize, dst: usize, n: usize): void { fromInt<I32, F16>(src, dst, n) }
export function cast_i32_bf16(src: usize, dst: usize, n: usize): void { fromInt<I32, Bf16>(src, dst, n) }
export function cast_i32_i64(src: usize, dst: usize, n: usize): void { fromInt<I32, I64>(src, dst, n) }
export function cast_i32_i16(src: usize, dst: usize, n: usize): void { fromInt<I32, I16>(src, dst, n) }
export function cast_i32_i8(src: usize, dst: usize, n: usize): void { fromInt<I32, I8>(src, dst, n) }
export function cast_i32_u8(src: usize, dst: usize, n: usize): void { fromInt<I32, U8>(src, dst, n) }
export function cast_i32_bool(src: usize, dst: usize, n: usize): void { fromInt<I32, Bool>(src, dst, n) }
export function cast_i16_f32(src: usize, dst: usize, n: usize): void { fromInt<I16, F32>(src, dst, n) }
export function cast_i16_f64(src: usize, dst: usize, n: usize): void { fromInt<I16, F64>(src, dst, n) }
export function cast_i16_f16(src: usize, dst: usize, n: usize): void { fromInt<I16, F16>(src, dst, n) }
export function cast_i16_bf16(src: usize, dst: usize, n: usize): void { fromInt<I16, Bf16>(src, dst, n) }
export function cast_i16_i64(src: usize, dst: usize, n: usize): void { fromInt<I16, I64>(src, dst, n) }
export function cast_i16_i32(src: usize, dst: usize, n: usize): void { fromInt<I16, I32>(src, dst, n) }
export function cast_i16_i8(src: usize, dst: usize, n: usize): void { fromInt<I16, I8>(src, dst, n) }
export function cast_i16_u8(src: usize, dst: usize, n: usize): void { fromInt<I16, U8>(src, dst, n) }
export function cast_i16_bool(src: usize, dst: usize, n: usize): void { fromInt<I16, Bool>(src, dst, n) }
export function cast_i8_f32(src: usize, dst: usize, n: usize): void { fromInt<I8, F32>(src, dst, n) }
export function cast_i8_f64(src: usize, dst: usize, n: usize): void { fromInt<I8, F64>(src, dst, n) }
export function cast_i8_f16(src: usize, dst: usize, n: usize): void { fromInt<I8, F16>(src, dst, n) }
export function cast_i8_bf16(src: usize, dst: usize, n: usize): void { fromInt<I8, Bf16>(src, dst, n) }
export function cast_i8_i64(src: usize, dst: usize, n: usize): void { fromInt<I8, I64>(src, dst, n) }
export function cast_i8_i32(src: usize, dst: usize, n: usize): void { fromInt<I8, I32>(src, dst, n) }
export function cast_i8_i16(src: usize, dst: usize, n: usize): void { fromInt<I8, I16>(src, dst, n) }
export function cast_i8_u8(src: usize, dst: usize, n: usize): void { fromInt<I8, U8>(src, dst, n) }
export function cast_i8_bool(src: usize, dst: usize, n: usize): void { fromInt<I8, Bool>(src, dst, n) }
export function cast_u8_f32(src: usize, dst: usize, n: usize): void { fromInt<U8, F32>(src, dst, n) }
export function cast_u8_f64(src: usize, dst: usize, n: usize): void { fromInt<U8, F64>(src, dst, n) }
export function cast_u8_f16(src: usize, dst: usize, n: usize): void { fromInt<U8, F16>(src, dst, n) }
export function cast_u8_bf16(src: usize, dst: usize, n: usize): void { fromInt<U8, Bf16>(src, dst, n) }
export function cast_u8_i64(src: usize, dst: usize, n: usize): void { fromInt<U8, I64>(src, dst, n) }
export function cast_u8_i32(src: usize, dst: usize, n: usize): void { fromInt<U8, I32>(src, dst, n) }
export function cast_u8_i16(src: usize, dst: usize, n: usize): void { fromInt<U8, I16>(src, dst, n) }
export function cast_u8_i8(src: usize, dst: usize, n: usize): void { fromInt<U8, I8>(src, dst, n) }
export function cast_u8_bool(src: usize, dst: usize, n: usize): void { fromInt<U8, Bool>(src, dst, n) }
export function cast_bool_f32(src: usize, dst: usize, n: usize): void { fromInt<Bool, F32>(src, dst, n) }
export function cast_bool_f64(src: usize, dst: usize, n: usize): void { fromInt<Bool, F64>(src, dst, n) }
export function cast_bool_f16(src: usize, dst: usize, n: usize): void { fromInt<Bool, F16>(src, dst, n) }
export function cast_bool_bf16(src: usize, dst: usize, n: usize): void { fromInt<Bool, Bf16>(src, dst, n) }
export function cast_bool_i64(src: usize, dst: usize, n: usize): void { fromInt<Bool, I64>(src, dst, n) }
export function cast_bool_i32(src: usize, dst: usize, n: usize): void { fromInt<Bool, I32>(src, dst, n) }
export function cast_bool_i16(src: usize, dst: usize, n: usize): void { fromInt<Bool, I16>(src, dst, n) }
export function cast_bool_i8(src: usize, dst: usize, n: usize): void { fromInt<Bool, I8>(src, dst, n) }
export function cast_bool_u8(src: usize, dst: usize, n: usize): void { fromInt<Bool, U8>(src, dst, n) }
