// Copies between layouts, by the element's size in bytes.

/** memory.copy: overlapping ranges are right. */
export function copy_bytes(src: usize, dst: usize, bytes: usize): void {
  memory.copy(dst, src, bytes)
}

// The side of the square that a transposing copy finishes before it moves on: 16 rows of 64 bytes stay in the cache.
const TILE: usize = 16

/** One row of n elements. */
// @ts-ignore: decorator
@inline
function copyRow<T>(src: usize, dst: usize, n: usize, srcStep: isize, dstStep: isize): void {
  if (srcStep == sizeof<T>() && dstStep == sizeof<T>()) {
    if (n * sizeof<T>() >= 128) {
      memory.copy(dst, src, n * sizeof<T>())
      return
    }
    const end = src + n * sizeof<T>()
    for (const wide = src + ((n * sizeof<T>()) & ~15); src < wide; src += 16) {
      v128.store(dst, v128.load(src))
      dst += 16
    }
    for (; src < end; src += sizeof<T>()) {
      store<T>(dst, load<T>(src))
      dst += sizeof<T>()
    }
    return
  }
  for (; n > 0; n--) {
    store<T>(dst, load<T>(src))
    src += srcStep
    dst += dstStep
  }
}

/** dst[j][i] = src[i][j] for 4 × 4 elements of 4 bytes; the steps are between rows. */
// @ts-ignore: decorator
@inline
function transpose4x4(src: usize, dst: usize, srcStep: isize, dstStep: isize): void {
  const a = v128.load(src)
  const b = v128.load(src + srcStep)
  const c = v128.load(src + 2 * srcStep)
  const d = v128.load(src + 3 * srcStep)
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5)
  const cd = i32x4.shuffle(c, d, 0, 4, 1, 5)
  const abHigh = i32x4.shuffle(a, b, 2, 6, 3, 7)
  const cdHigh = i32x4.shuffle(c, d, 2, 6, 3, 7)
  v128.store(dst, i64x2.shuffle(ab, cd, 0, 2))
  v128.store(dst + dstStep, i64x2.shuffle(ab, cd, 1, 3))
  v128.store(dst + 2 * dstStep, i64x2.shuffle(abHigh, cdHigh, 0, 2))
  v128.store(dst + 3 * dstStep, i64x2.shuffle(abHigh, cdHigh, 1, 3))
}

/**
 * n1 × n0 elements where the source is contiguous along n1 and the target along n0: by tiles, so that both sides use
 * the whole of every cache line they touch. srcStep is between columns of the source, dstStep between rows of the target.
 */
function transpose<T>(src: usize, dst: usize, n1: usize, n0: usize, srcStep: isize, dstStep: isize): void {
  for (let i: usize = 0; i < n1; i += TILE) {
    const rows = min<usize>(TILE, n1 - i)
    for (let j: usize = 0; j < n0; j += TILE) {
      const columns = min<usize>(TILE, n0 - j)
      const s = src + i * sizeof<T>() + j * srcStep
      const d = dst + i * dstStep + j * sizeof<T>()
      let r: usize = 0
      if (sizeof<T>() == 4) {
        for (; r + 4 <= rows; r += 4) {
          let c: usize = 0
          for (; c + 4 <= columns; c += 4) {
            transpose4x4(s + r * 4 + c * srcStep, d + r * dstStep + c * 4, srcStep, dstStep)
          }
          for (let k = r; k < r + 4; k++) {
            copyRow<T>(s + k * 4 + c * srcStep, d + k * dstStep + c * 4, columns - c, srcStep, 4)
          }
        }
      }
      for (; r < rows; r++) copyRow<T>(s + r * sizeof<T>(), d + r * dstStep, columns, srcStep, sizeof<T>())
    }
  }
}

/** Dimension d of an i32 array. */
// @ts-ignore: decorator
@inline
function at(array: usize, d: i32): isize {
  return load<i32>(array + (<usize>d << 2))
}

/**
 * The dimensions from d on, but for `row`, which the innermost two-dimensional copy takes together with the last one.
 */
function copyFrom<T>(
  src: usize, dst: usize, d: i32, row: i32, ndim: i32, dims: usize, srcStrides: usize, dstStrides: usize,
): void {
  if (d == row) d++
  const last = ndim - 1
  if (d < last) {
    const srcStep = at(srcStrides, d) * sizeof<T>()
    const dstStep = at(dstStrides, d) * sizeof<T>()
    for (let n = at(dims, d); n > 0; n--) {
      copyFrom<T>(src, dst, d + 1, row, ndim, dims, srcStrides, dstStrides)
      src += srcStep
      dst += dstStep
    }
    return
  }
  const n0 = <usize>at(dims, last)
  const src0 = at(srcStrides, last) * sizeof<T>()
  const dst0 = at(dstStrides, last) * sizeof<T>()
  if (row < 0) {
    copyRow<T>(src, dst, n0, src0, dst0)
    return
  }
  const n1 = <usize>at(dims, row)
  const src1 = at(srcStrides, row) * sizeof<T>()
  const dst1 = at(dstStrides, row) * sizeof<T>()
  if (src1 == sizeof<T>() && dst0 == sizeof<T>() && src0 != sizeof<T>() && src0 != 0) {
    transpose<T>(src, dst, n1, n0, src0, dst1)
    return
  }
  for (let i = n1; i > 0; i--) {
    copyRow<T>(src, dst, n0, src0, dst0)
    src += src1
    dst += dst1
  }
}

/**
 * Copies an n-dimensional array; dims and strides are i32 arrays in memory, strides in elements, negative or 0 allowed.
 * Merge dimensions that are contiguous in both before the call: the last two carry the inner loops.
 */
function copyStrided<T>(src: usize, dst: usize, ndim: i32, dims: usize, srcStrides: usize, dstStrides: usize): void {
  if (ndim == 0) {
    store<T>(dst, load<T>(src))
    return
  }
  // The source's contiguous dimension, if it isn't the last, is best walked next to the target's.
  let row = ndim - 2
  for (let d = 0; d < ndim - 1; d++) {
    if (at(srcStrides, d) == 1 && at(dims, d) > 1 && at(srcStrides, ndim - 1) != 1) row = d
  }
  copyFrom<T>(src, dst, 0, row, ndim, dims, srcStrides, dstStrides)
}

export function copy_strided_1(src: usize, dst: usize, ndim: i32, dims: usize, srcStrides: usize, dstStrides: usize): void { copyStrided<u8>(src, dst, ndim, dims, srcStrides, dstStrides) }
export function copy_strided_2(src: usize, dst: usize, ndim: i32, dims: usize, srcStrides: usize, dstStrides: usize): void { copyStrided<u16>(src, dst, ndim, dims, srcStrides, dstStrides) }
export function copy_strided_4(src: usize, dst: usize, ndim: i32, dims: usize, srcStrides: usize, dstStrides: usize): void { copyStrided<u32>(src, dst, ndim, dims, srcStrides, dstStrides) }
export function copy_strided_8(src: usize, dst: usize, ndim: i32, dims: usize, srcStrides: usize, dstStrides: usize): void { copyStrided<u64>(src, dst, ndim, dims, srcStrides, dstStrides) }
