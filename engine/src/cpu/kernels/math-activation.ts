// Activations, their slopes and erf on four floats at once.
import { choose, copysign4, expFlush4, log1pUnit4, madd, nmadd, signBits, splat, timesBell4 } from './math'

/** 1 / (1 + e^-x) */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(expFlush4(v128.xor(x, signBits())), splat(1)))
}

/** x · sigmoid(x) */
// @ts-ignore: decorator
@inline
export function silu4(x: v128): v128 {
  return f32x4.div(x, f32x4.add(expFlush4(v128.xor(x, signBits())), splat(1)))
}

/** σ(z) + scale · σ(z) · (1 - σ(z)); with e^-|z| the last factors lose no digits where one of them is small. */
// @ts-ignore: decorator
@inline
function sigmoidSlope(z: v128, scale: v128): v128 {
  const e = expFlush4(v128.or(z, signBits()))
  const near = f32x4.div(splat(1), f32x4.add(e, splat(1)))
  const far = f32x4.mul(e, near)
  return madd(f32x4.mul(scale, near), far, choose(far, near, f32x4.lt(z, splat(0))))
}

/** d silu / dx */
// @ts-ignore: decorator
@inline
export function siluSlope4(x: v128): v128 {
  return sigmoidSlope(x, x)
}

/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, splat(0)), log1pUnit4(expFlush4(v128.or(x, signBits()))))
}

// The upper tail of the normal distribution, Q(x) = e^(-x²/2) · ratio(t) with t = min(|x|, 6): a rational fit of our own
// with a relative error of 1e-8 up to 1 and 2e-7 up to 6 (beyond, Q is below 1e-9 and only its order of magnitude is
// kept). All coefficients are positive, so nothing cancels.
// @ts-ignore: decorator
@inline
function numerator(t: v128): v128 {
  let p = madd(splat(0.012283537561442582), t, splat(0.09831309656690264))
  p = madd(p, t, splat(0.32299445038296015))
  return madd(p, t, splat(0.5))
}

// @ts-ignore: decorator
@inline
function denominator(t: v128): v128 {
  let q = madd(splat(0.030819775502033357), t, splat(0.24569879865552657))
  q = madd(q, t, splat(0.8486779453723435))
  q = madd(q, t, splat(1.443872939910049))
  return madd(q, t, splat(1))
}

// @ts-ignore: decorator
@inline
function tailArgument(x: v128): v128 {
  return f32x4.pmin(v128.andnot(x, signBits()), splat(6))
}

/** GELU x · Φ(x) = max(x, 0) - |x| · Q(|x|), which keeps the relative accuracy of the negative tail. */
// @ts-ignore: decorator
@inline
export function geluErf4(x: v128): v128 {
  const t = tailArgument(x)
  const ratio = f32x4.div(f32x4.mul(t, numerator(t)), denominator(t))
  return f32x4.sub(f32x4.pmax(x, splat(0)), timesBell4(ratio, f32x4.mul(x, x)))
}

/** d GELU / dx = Φ(x) + x · φ(x), which at -x is 1 minus what it is at x. */
// @ts-ignore: decorator
@inline
export function geluErfSlope4(x: v128): v128 {
  const t = tailArgument(x)
  const ratio = f32x4.div(numerator(t), denominator(t))
  const slope = timesBell4(nmadd(t, splat(0.3989422804), ratio), f32x4.mul(x, x))
  return choose(slope, f32x4.sub(splat(1), slope), f32x4.lt(x, splat(0)))
}

// 2 · sqrt(2/π), and the factor of the cubic term in GELU's tanh form.
const GELU_SCALE: f32 = 1.5957691216
const GELU_CUBIC: f32 = 0.044715

/** 2u, u = sqrt(2/π) (x + 0.044715 x³) */
// @ts-ignore: decorator
@inline
function geluArgument(x: v128, x2: v128): v128 {
  return f32x4.mul(x, madd(x2, splat(GELU_SCALE * GELU_CUBIC), splat(GELU_SCALE)))
}

/**
 * GELU's tanh form: x/2 · (1 + tanh u) = x / (1 + e^(-2u)) = max(x, 0) - |x| e / (1 + e) with e = e^(-2|u|); in the last
 * form nothing is rounded twice at the size of x.
 */
// @ts-ignore: decorator
@inline
export function geluTanh4(x: v128): v128 {
  const e = expFlush4(v128.or(geluArgument(x, f32x4.mul(x, x)), signBits()))
  const tail = f32x4.div(f32x4.mul(v128.andnot(x, signBits()), e), f32x4.add(e, splat(1)))
  return f32x4.sub(f32x4.pmax(x, splat(0)), tail)
}

// @ts-ignore: decorator
@inline
export function geluTanhSlope4(x: v128): v128 {
  const x2 = f32x4.mul(x, x)
  const du = madd(x2, splat(3 * GELU_SCALE * GELU_CUBIC), splat(GELU_SCALE))
  return sigmoidSlope(geluArgument(x, x2), f32x4.mul(x, du))
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
  const y = f32x4.mul(x, splat(1.41421356))
  const t = tailArgument(y)
  const tail = timesBell4(f32x4.div(numerator(t), denominator(t)), f32x4.mul(x2, splat(2)))
  const far = copysign4(nmadd(tail, splat(2), splat(1)), x)
  return choose(far, near, f32x4.ge(v128.andnot(x, signBits()), splat(0.9)))
}
