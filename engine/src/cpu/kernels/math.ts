// Elementary functions on four floats at once.
// Coefficients are our own minimax fits (in float64, rounded to float32 one after the other); errors are measured in
// test/kernels.pointwise.test.ts against float64 references.

const LOG2E: f32 = 1.44269504
// ln 2 in two parts: n · LN2_HIGH is exact for every exponent n, so the reduction loses nothing, fused or not.
const LN2_HIGH: f32 = 0.693359375
const LN2_LOW: f32 = -2.12194440e-4
// Adding 1.5 · 2^23 rounds to an integer and leaves it in the low bits of the sum.
const ROUND: f32 = 12582912.0

/** a · b + c; fused in the relaxed build. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

/** c - a · b; fused in the relaxed build. */
// @ts-ignore: decorator
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c)
  return f32x4.sub(c, f32x4.mul(a, b))
}

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x)
}

/** mask ? a : b, for the masks that comparisons give. */
// @ts-ignore: decorator
@inline
export function choose(a: v128, b: v128, mask: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_laneselect(a, b, mask)
  return v128.bitselect(a, b, mask)
}

// @ts-ignore: decorator
@inline
export function signBits(): v128 {
  return i32x4.splat(0x80000000)
}

/** The magnitude of x with the sign of y. */
// @ts-ignore: decorator
@inline
export function copysign4(x: v128, y: v128): v128 {
  return v128.bitselect(y, x, signBits())
}

/** x / ln 2 rounded to an integer n and added to ROUND, so that n stands in the low bits. */
// @ts-ignore: decorator
@inline
function scaledExponent(x: v128): v128 {
  return madd(x, splat(LOG2E), splat(ROUND))
}

/** 2^n for n = -126…127 in the low bits, 0 for -127, infinity for 128; the bits from 9 up don't matter. */
// @ts-ignore: decorator
@inline
function pow2(n: v128): v128 {
  return i32x4.add(i32x4.shl(n, 23), splat(1))
}

/** n / 2, rounded down, for the n of a scaledExponent, again for pow2; n - half is the rest. */
// @ts-ignore: decorator
@inline
function halfExponent(t: v128): v128 {
  return i32x4.shr_s(t, 1)
}

/** e^r - 1 for |r| <= ln 2 / 2 */
// @ts-ignore: decorator
@inline
function expm1Small(r: v128): v128 {
  const r2 = f32x4.mul(r, r)
  const low = madd(splat(0.1666652113199234), r, splat(0.4999999403953552))
  const high = madd(splat(0.001382073387503624), r2, madd(splat(0.008368677459657192), r, splat(0.04166826605796814)))
  return madd(madd(high, r2, low), r2, r)
}

/** e^r - 1 for the remainder r of x after n · ln 2, n from t = scaledExponent(x). */
// @ts-ignore: decorator
@inline
function expm1Remainder(x: v128, t: v128): v128 {
  const n = f32x4.sub(t, splat(ROUND))
  return expm1Small(nmadd(n, splat(LN2_LOW), nmadd(n, splat(LN2_HIGH), x)))
}

/** e^x, subnormal results included; at most 1.2 ulp (0.95 fused). */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, splat(-104)), splat(88.8))
  const t = scaledExponent(x)
  const p = f32x4.add(expm1Remainder(x, t), splat(1))
  // In two steps, since 2^n itself leaves the normal range at both ends.
  const half = halfExponent(t)
  return f32x4.mul(f32x4.mul(p, pow2(half)), pow2(i32x4.sub(t, half)))
}

/**
 * e^x where sums and quotients take it: 0 instead of subnormal results, infinity from 2^127.5 on; half the scaling.
 */
// @ts-ignore: decorator
@inline
export function expFlush4(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, splat(-88)), splat(89))
  const t = scaledExponent(x)
  return f32x4.mul(f32x4.add(expm1Remainder(x, t), splat(1)), pow2(t))
}

/** v · e^(-x²/2), x² given */
// @ts-ignore: decorator
@inline
export function timesBell4(v: v128, x2: v128): v128 {
  const y = f32x4.pmax(f32x4.mul(x2, splat(-0.5)), splat(-88))
  const t = scaledExponent(y)
  // One constant for ln 2 will do: n is 0 or -1 for |x| < 1, and further out the result is small.
  const u = expm1Small(nmadd(f32x4.sub(t, splat(ROUND)), splat(0.6931471806), y))
  // v + v · u rounds once where v · (1 + u) would twice.
  return f32x4.mul(madd(v, u, v), pow2(t))
}

/** e^x - 1 */
// @ts-ignore: decorator
@inline
export function expm1_4(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, splat(-18)), splat(88.8))
  const t = scaledExponent(clamped)
  const half = halfExponent(t)
  const a = pow2(half)
  const b = pow2(i32x4.sub(t, half))
  // (e^r - 1) · 2^n + (2^n - 1), with 2^n = a · b because 2^128 is no float.
  const y = f32x4.mul(madd(expm1Remainder(clamped, t), a, f32x4.sub(a, f32x4.div(splat(1), b))), b)
  return choose(x, y, f32x4.eq(x, splat(0)))
}

/** tanh x = -u / (u + 2) with u = e^(-2|x|) - 1, accurate near 0 as well; at most 3 ulp. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const z = f32x4.pmax(v128.or(f32x4.mul(x, splat(2)), signBits()), splat(-19))
  const t = scaledExponent(z)
  const scale = pow2(t)
  const u = madd(expm1Remainder(z, t), scale, f32x4.sub(scale, splat(1)))
  return copysign4(f32x4.div(u, f32x4.add(u, splat(2))), x)
}

/** log(1 + f) for sqrt(1/2) <= 1 + f <= sqrt(2), without its leading term f. */
// @ts-ignore: decorator
@inline
function log1pRest(f: v128): v128 {
  const f2 = f32x4.mul(f, f)
  const f4 = f32x4.mul(f2, f2)
  const p01 = madd(splat(-0.2500081956386566), f, splat(0.3333333134651184))
  const p23 = madd(splat(-0.166234090924263), f, splat(0.2000124156475067))
  const p45 = madd(splat(-0.13159610331058502), f, splat(0.14201579988002777))
  const p67 = madd(splat(-0.07636439055204391), f, splat(0.12762217223644257))
  const p = madd(madd(p67, f2, p45), f4, madd(p23, f2, p01))
  return f32x4.mul(f2, madd(f, p, splat(-0.5)))
}

/** log x; -inf at 0, NaN below. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, splat(1.17549435e-38))
  const scaled = choose(f32x4.mul(x, splat(8388608)), x, tiny)
  const e = i32x4.shr_s(i32x4.sub(scaled, i32x4.splat(0x3f3504f3)), 23)
  const f = f32x4.sub(i32x4.sub(scaled, i32x4.shl(e, 23)), splat(1))
  const n = f32x4.sub(f32x4.convert_i32x4_s(e), v128.and(tiny, splat(23)))
  const y = f32x4.add(f, madd(n, splat(LN2_LOW), log1pRest(f)))
  let result = madd(n, splat(LN2_HIGH), y)
  result = choose(result, x, f32x4.lt(x, splat(Infinity)))
  result = choose(splat(-Infinity), result, f32x4.eq(x, splat(0)))
  return v128.or(result, f32x4.lt(x, splat(0)))
}

/** log(1 + z) for 0 <= z <= 1 */
// @ts-ignore: decorator
@inline
export function log1pUnit4(z: v128): v128 {
  const high = f32x4.gt(z, splat(0.41421356))
  const f = choose(f32x4.mul(f32x4.sub(z, splat(1)), splat(0.5)), z, high)
  return f32x4.add(f32x4.add(f, log1pRest(f)), v128.and(high, splat(0.69314718)))
}
