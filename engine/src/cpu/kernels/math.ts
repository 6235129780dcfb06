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

/** The magnitude of x with the sign of y. */
// @ts-ignore: decorator
@inline
export function copysign4(x: v128, y: v128): v128 {
  return v128.bitselect(y, x, i32x4.splat(0x80000000))
}

/** x / ln 2 rounded to an integer n and added to ROUND, so that n stands in the low bits. */
// @ts-ignore: decorator
@inline
function scaledExponent(x: v128): v128 {
  return madd(x, splat(LOG2E), splat(ROUND))
}

/** 2^n for n = -126…127 in the low bits; the bits from 9 up don't matter. */
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

/** e^r - 1 for the remainder r of x after n · ln 2: |r| <= ln 2 / 2. */
// @ts-ignore: decorator
@inline
function expm1Remainder(x: v128, t: v128): v128 {
  const n = f32x4.sub(t, splat(ROUND))
  let r = nmadd(n, splat(LN2_HIGH), x)
  r = nmadd(n, splat(LN2_LOW), r)
  let q = madd(splat(0.001382073387503624), r, splat(0.008368677459657192))
  q = madd(q, r, splat(0.04166826605796814))
  q = madd(q, r, splat(0.1666652113199234))
  q = madd(q, r, splat(0.4999999403953552))
  return madd(f32x4.mul(r, r), q, r)
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
  return v128.bitselect(x, y, f32x4.eq(x, splat(0)))
}

/** tanh x = -u / (u + 2) with u = e^(-2|x|) - 1, accurate near 0 as well; at most 3 ulp. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const z = f32x4.pmax(f32x4.mul(f32x4.abs(x), splat(-2)), splat(-19))
  const t = scaledExponent(z)
  const scale = pow2(t)
  const u = madd(expm1Remainder(z, t), scale, f32x4.sub(scale, splat(1)))
  const y = f32x4.div(f32x4.neg(u), f32x4.add(u, splat(2)))
  return copysign4(y, x)
}

/** 1 / (1 + e^-x), through e^-|x| so that neither tail loses digits. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const z = exp4(f32x4.neg(f32x4.abs(x)))
  const numerator = v128.bitselect(z, splat(1), f32x4.lt(x, splat(0)))
  return f32x4.div(numerator, f32x4.add(z, splat(1)))
}

/** log(1 + f) for sqrt(1/2) <= 1 + f <= sqrt(2), without its leading term f. */
// @ts-ignore: decorator
@inline
function log1pRest(f: v128): v128 {
  const f2 = f32x4.mul(f, f)
  let p = madd(splat(-0.07636439055204391), f, splat(0.12762217223644257))
  p = madd(p, f, splat(-0.13159610331058502))
  p = madd(p, f, splat(0.14201579988002777))
  p = madd(p, f, splat(-0.166234090924263))
  p = madd(p, f, splat(0.2000124156475067))
  p = madd(p, f, splat(-0.2500081956386566))
  p = madd(p, f, splat(0.3333333134651184))
  return nmadd(f2, splat(0.5), f32x4.mul(f32x4.mul(f2, f), p))
}

/** log x; -inf at 0, NaN below. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, splat(1.17549435e-38))
  const scaled = v128.bitselect(f32x4.mul(x, splat(8388608)), x, tiny)
  const e = i32x4.shr_s(i32x4.sub(scaled, i32x4.splat(0x3f3504f3)), 23)
  const f = f32x4.sub(i32x4.sub(scaled, i32x4.shl(e, 23)), splat(1))
  const n = f32x4.sub(f32x4.convert_i32x4_s(e), v128.and(tiny, splat(23)))
  const y = f32x4.add(f, madd(n, splat(LN2_LOW), log1pRest(f)))
  let result = madd(n, splat(LN2_HIGH), y)
  result = v128.bitselect(result, x, f32x4.lt(x, splat(Infinity)))
  result = v128.bitselect(splat(-Infinity), result, f32x4.eq(x, splat(0)))
  return v128.or(result, f32x4.lt(x, splat(0)))
}

/** log(1 + z) for 0 <= z <= 1 */
// @ts-ignore: decorator
@inline
export function log1pUnit4(z: v128): v128 {
  const high = f32x4.gt(z, splat(0.41421356))
  const f = v128.bitselect(f32x4.mul(f32x4.sub(z, splat(1)), splat(0.5)), z, high)
  return f32x4.add(f32x4.add(f, log1pRest(f)), v128.and(high, splat(0.69314718)))
}

/** max(x, 0) + log(1 + e^-|x|) = log(1 + e^x) */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  const z = exp4(f32x4.neg(f32x4.abs(x)))
  return f32x4.add(f32x4.pmax(x, splat(0)), log1pUnit4(z))
}

/**
 * The upper tail of the normal distribution is Q(t) = e^(-t²/2) · numerator(t) / denominator(t) for 0 <= t <= 13.3,
 * with a relative error of 5e-9 before rounding; all coefficients are positive, so nothing cancels.
 */
// @ts-ignore: decorator
@inline
function tailNumerator(t: v128): v128 {
  let p = madd(splat(0.004020189934969701), t, splat(0.03998416491500849))
  p = madd(p, t, splat(0.1813067320550768))
  p = madd(p, t, splat(0.4356862745766194))
  return madd(p, t, splat(0.5))
}

// @ts-ignore: decorator
@inline
function tailDenominator(t: v128): v128 {
  let q = madd(splat(0.01007697854346283), t, splat(0.10023281954628853))
  q = madd(q, t, splat(0.4643802639883953))
  q = madd(q, t, splat(1.1944840895403928))
  q = madd(q, t, splat(1.6692574682243821))
  return madd(q, t, splat(1))
}

/** |x|, at most 13: there the tail is far below anything that float32 adds to. */
// @ts-ignore: decorator
@inline
function tailArgument(x: v128): v128 {
  return f32x4.pmin(f32x4.abs(x), splat(13))
}

/** e^(-t²/2) for 0 <= t <= 13, where adding to the exponent's bits scales a normal float. */
// @ts-ignore: decorator
@inline
function bell(t: v128): v128 {
  const x = f32x4.mul(f32x4.mul(t, splat(-0.5)), t)
  const n = scaledExponent(x)
  return i32x4.add(f32x4.add(expm1Remainder(x, n), splat(1)), i32x4.shl(n, 23))
}

/** GELU x · Φ(x) = max(x, 0) - |x| · Q(|x|), which keeps the relative accuracy of the negative tail. */
// @ts-ignore: decorator
@inline
export function geluErf4(x: v128): v128 {
  const t = tailArgument(x)
  const ratio = f32x4.div(f32x4.mul(t, tailNumerator(t)), tailDenominator(t))
  return nmadd(bell(t), ratio, f32x4.pmax(x, splat(0)))
}

/** d GELU / dx = Φ(x) + x · φ(x) */
// @ts-ignore: decorator
@inline
export function geluErfSlope4(x: v128): v128 {
  const t = tailArgument(x)
  const e = bell(t)
  const ratio = f32x4.div(tailNumerator(t), tailDenominator(t))
  // For x >= 0 the slope at x is 1 minus the slope at -x.
  const slope = f32x4.mul(e, nmadd(t, splat(0.3989422804), ratio))
  return v128.bitselect(slope, f32x4.sub(splat(1), slope), f32x4.lt(x, splat(0)))
}

// 2 · sqrt(2/π) and the cubic's factor of the tanh approximation of GELU.
const GELU_SCALE: f32 = 1.5957691216
const GELU_CUBIC: f32 = 0.044715

/** GELU's tanh form: x/2 · (1 + tanh u) = x · sigmoid(2u), u = sqrt(2/π) (x + 0.044715 x³) */
// @ts-ignore: decorator
@inline
export function geluTanh4(x: v128): v128 {
  const slope = madd(f32x4.mul(x, x), splat(GELU_SCALE * GELU_CUBIC), splat(GELU_SCALE))
  return f32x4.mul(x, sigmoid4(f32x4.mul(x, slope)))
}

// @ts-ignore: decorator
@inline
export function geluTanhSlope4(x: v128): v128 {
  const x2 = f32x4.mul(x, x)
  const s = sigmoid4(f32x4.mul(x, madd(x2, splat(GELU_SCALE * GELU_CUBIC), splat(GELU_SCALE))))
  const du = madd(x2, splat(3 * GELU_SCALE * GELU_CUBIC), splat(GELU_SCALE))
  return madd(f32x4.mul(f32x4.mul(x, du), s), f32x4.sub(splat(1), s), s)
}

// @ts-ignore: decorator
@inline
export function silu4(x: v128): v128 {
  return f32x4.mul(x, sigmoid4(x))
}

// @ts-ignore: decorator
@inline
export function siluSlope4(x: v128): v128 {
  const s = sigmoid4(x)
  return madd(f32x4.mul(x, s), f32x4.sub(splat(1), s), s)
}

/** erf x: an odd polynomial up to 0.9, 1 - 2 Q(sqrt(2) |x|) beyond. */
// @ts-ignore: decorator
@inline
export function erf4(x: v128): v128 {
  const x2 = f32x4.mul(x, x)
  let p = madd(splat(7.943100354168564e-5), x2, splat(-0.0008039752719923854))
  p = madd(p, x2, splat(0.005191753152757883))
  p = madd(p, x2, splat(-0.026855560019612312))
  p = madd(p, x2, splat(0.11283624172210693))
  p = madd(p, x2, splat(-0.3761262893676758))
  p = madd(p, x2, splat(0.12837916612625122))
  const near = madd(x, p, x)
  const t = tailArgument(f32x4.mul(x, splat(1.41421356)))
  const tail = f32x4.mul(bell(t), f32x4.div(tailNumerator(t), tailDenominator(t)))
  const far = copysign4(nmadd(tail, splat(2), splat(1)), x)
  return v128.bitselect(near, far, f32x4.lt(f32x4.abs(x), splat(0.9)))
}
