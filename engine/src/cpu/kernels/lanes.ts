// Vectors of float32 or float64 (and int64 where the instruction exists), from one generic source.

/** Elements of T in a vector. */
@inline export function lanes<T>(): i32 { return 16 / sizeof<T>() }

/** a * b + c, with one rounding in the relaxed build. */
@inline export function fused<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c)
  return v128.add<T>(v128.mul<T>(a, b), c)
}
