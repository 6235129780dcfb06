// float16 and bfloat16 on four values at once: float32 in or out, 16 bits in each 32-bit lane.
import { choose } from './math'

/** float32 to float16 bits, to nearest even. */
// @ts-ignore: decorator
@inline
export function toHalf4(x: v128): v128 {
  const sign = v128.and(i32x4.shr_u(x, 16), i32x4.splat(0x8000))
  const m = v128.and(x, i32x4.splat(0x7fffffff))
  const odd = v128.and(i32x4.shr_u(m, 13), i32x4.splat(1))
  const normal = i32x4.shr_u(i32x4.add(i32x4.add(m, i32x4.splat(0xfff - 0x38000000)), odd), 13)
  // Below 2^-14 the sum with 0.5 has the subnormal's last place as its own last place, so the addition rounds.
  const subnormal = i32x4.sub(f32x4.add(m, f32x4.splat(0.5)), i32x4.splat(0x3f000000))
  let bits = choose(subnormal, normal, i32x4.lt_s(m, i32x4.splat(0x38800000)))
  bits = choose(i32x4.splat(0x7c00), bits, i32x4.ge_s(m, i32x4.splat(0x47800000)))
  bits = choose(i32x4.splat(0x7e00), bits, i32x4.gt_s(m, i32x4.splat(0x7f800000)))
  return v128.or(bits, sign)
}

/** float16 bits to float32. */
// @ts-ignore: decorator
@inline
export function fromHalf4(bits: v128): v128 {
  const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16)
  const m = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13)
  // Multiplying by 2^112 moves the exponent's bias and normalises subnormals; infinity and NaN keep a full exponent.
  const scaled = f32x4.mul(m, f32x4.splat(5192296858534827628530496329220096.0))
  const full = v128.and(i32x4.ge_s(m, i32x4.splat(0x0f800000)), i32x4.splat(0x7f800000))
  return v128.or(v128.or(sign, scaled), full)
}

/** float32 to bfloat16 bits, to nearest even. */
// @ts-ignore: decorator
@inline
export function toBrain4(x: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1))
  const bits = i32x4.shr_u(i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd), 16)
  return choose(i32x4.splat(0x7fc0), bits, f32x4.ne(x, x))
}

/** bfloat16 bits to float32. */
// @ts-ignore: decorator
@inline
export function fromBrain4(bits: v128): v128 {
  return i32x4.shl(bits, 16)
}
