/**
 * The kernels, `<operation>_<type>`: plain functions on addresses in one shared memory. They allocate nothing, throw
 * nothing and keep no state; the low 64 KiB of the memory are the module's, and no array may end at the 4 GiB mark itself.
 *
 * Types are f32, f64 and i64; other storage types are cast before and after. Copies, fills and selections go by the
 * element's size in bytes (1, 2, 4, 8). Addresses and counts are unsigned 32-bit integers, strides count elements, i64
 * values are bigints, booleans are bytes 0 and 1. Unless it says otherwise an operand is contiguous, and the result may
 * take the place of an operand that is read at the same index.
 *
 * Binary, n1 rows of n0 elements, result contiguous: (a, aStride1, aStride0, b, bStride1, bStride0, out, n1, n0)
 *   f32 f64      add sub mul div maximum minimum fmax fmin copysign fmod remainder floor_divide trunc_divide pow atan2 hypot
 *   i64          add sub mul maximum minimum fmod remainder floor_divide trunc_divide pow and or xor shl shr
 *                (dividing by 0 gives 0)
 *   f32 f64 i64  eq ne lt le gt ge, to bool
 * Unary: (x, out, n)
 *   f32 f64      neg abs sign sqrt rsqrt reciprocal square ceil floor round trunc relu exp exp2 expm1 log log2 log10 log1p
 *                sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sigmoid log_sigmoid softplus silu gelu_erf
 *                gelu_tanh erf erfc; to bool: isnan isinf isfinite logical_not
 *   i64          neg abs sign not; to bool: logical_not
 * Gradients of activations, f32 f64: (g, y, out, n) relu_backward sigmoid_backward tanh_backward, y the result;
 *   (g, x, out, n) gelu_erf_backward gelu_tanh_backward silu_backward, x the input
 * With a scalar, f32 f64: (a, b, alpha, out, n) add_scaled a + alpha b (i64 too); (a, b, weight, out, n) lerp;
 *   (a, b, c, value, out, n) addcmul a + value b c (i64 too), addcdiv a + value b / c
 * Choosing: clamp_<f32 f64 i64>(x, low, high, out, n); where_<1 2 4 8>(condition, cStride1, cStride0, a, aStride1,
 *   aStride0, b, bStride1, bStride0, out, n1, n0); fill_<1 2 4 8>(out, bits, n); masked_fill_<1 2 4 8>(x, mask, bits, out, n)
 * Casts: cast_<from>_<to>(src, dst, n) between f32 f64 f16 bf16 i64 i32 i16 i8 u8 bool; round_f16(x, out, n) round_bf16
 * Copies: copy_bytes(src, dst, bytes); copy_strided_<1 2 4 8>(src, dst, ndim, dims, srcStrides, dstStrides), the last
 *   three i32 arrays in memory
 * Reductions of [outer, n, inner] over n: (x, out, outer, n, inner)
 *   f32 f64 i64  sum max min prod; argmax argmin (out int64); (x, values, index, outer, n, inner) max_with_index
 *                min_with_index; n > 0 for those with an index
 *   f32 f64      sumsq sumabs logsumexp; var(x, out, mean_out, outer, n, inner, correction)
 *   bool         any all
 * Along n of [outer, n, inner]:
 *   f32 f64 i64  (x, out, outer, n, inner) cumsum cumprod; (x, values, index, outer, n, inner) cummax cummin
 *   f32 f64      (x, out, outer, n, inner) softmax log_softmax; (g, y, out, outer, n, inner) softmax_backward
 *                log_softmax_backward, y the result
 * Sorting rows, f32 f64 i64: sort(x, values, index, scratch, rows, n, descending), scratch of n · (8 + element size) bytes
 *
 * Products, convolution, pooling, normalisation, gathering and optimizers say theirs in their files.
 */
export * from './pointwise'
export * from './pointwise-compare'
export * from './matmul'
export * from './conv'
export * from './conv-direct'
export * from './pool'
export * from './norm'
export * from './gather'
export * from './optim'
export { tile_f32 } from './tile'
export * from './unary'
export * from './unary-scalar'
export * from './unary-backward'
export * from './select'
export * from './copy'
export * from './cast'
export * from './reduce'
export * from './pointwise-fused'
export * from './reduce-index'
export * from './scan'
export * from './select-sort'
export * from './softmax'
export * from './softmax-float64'
