// The register tile of all float32 matrix products and convolutions: C[4, 8], in four ways of reading A and B.
// 11 live vectors and no unrolling, so that V8 keeps everything in registers; strides are in bytes.
import { madd } from './math'

/** Rows of A in a tile. */
export const MR: i32 = 4
/** Columns of B in a tile. */
export const NR: i32 = 8
/** Bytes of the spare tile that `tile_edge` needs. */
export const TILE_BYTES: usize = 128

@inline function finish(c: usize, bias: usize, accumulate: i32, lo: v128, hi: v128): void {
  if (bias) {
    lo = f32x4.add(lo, v128.load(bias))
    hi = f32x4.add(hi, v128.load(bias, 16))
  }
  if (accumulate) {
    lo = f32x4.add(lo, v128.load(c))
    hi = f32x4.add(hi, v128.load(c, 16))
  }
  v128.store(c, lo)
  v128.store(c, hi, 16)
}

/**
 * C[4, 8] = A·B (+ bias[8]) (+ C if `accumulate`) for a packed panel of A; row k of B lies at `b + k * bStep`.
 * The bench calls it as the ceiling for compute.
 */
export function tile_f32(kc: i32, a: usize, b: usize, bStep: usize, c: usize, cStep: usize, bias: usize, accumulate: i32): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00
  for (let k = kc; k > 0; --k) {
    const b0 = v128.load(b), b1 = v128.load(b, 16)
    let s = v128.load_splat<f32>(a)
    c00 = madd(s, b0, c00); c01 = madd(s, b1, c01)
    s = v128.load_splat<f32>(a, 4)
    c10 = madd(s, b0, c10); c11 = madd(s, b1, c11)
    s = v128.load_splat<f32>(a, 8)
    c20 = madd(s, b0, c20); c21 = madd(s, b1, c21)
    s = v128.load_splat<f32>(a, 12)
    c30 = madd(s, b0, c30); c31 = madd(s, b1, c31)
    a += 16
    b += bStep
  }
  finish(c, bias, accumulate, c00, c01)
  finish(c + cStep, bias, accumulate, c10, c11)
  c += cStep << 1
  finish(c, bias, accumulate, c20, c21)
  finish(c + cStep, bias, accumulate, c30, c31)
}

/** The same tile over an A that is not packed: four row pointers that advance by `aStep`. */
export function tile_rows_f32(
  kc: i32, a0: usize, a1: usize, a2: usize, a3: usize, aStep: usize,
  b: usize, bStep: usize, c: usize, cStep: usize, bias: usize, accumulate: i32,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00
  for (let k = kc; k > 0; --k) {
    const b0 = v128.load(b), b1 = v128.load(b, 16)
    let s = v128.load_splat<f32>(a0)
    c00 = madd(s, b0, c00); c01 = madd(s, b1, c01)
    s = v128.load_splat<f32>(a1)
    c10 = madd(s, b0, c10); c11 = madd(s, b1, c11)
    s = v128.load_splat<f32>(a2)
    c20 = madd(s, b0, c20); c21 = madd(s, b1, c21)
    s = v128.load_splat<f32>(a3)
    c30 = madd(s, b0, c30); c31 = madd(s, b1, c31)
    a0 += aStep; a1 += aStep; a2 += aStep; a3 += aStep
    b += bStep
  }
  finish(c, bias, accumulate, c00, c01)
  finish(c + cStep, bias, accumulate, c10, c11)
  c += cStep << 1
  finish(c, bias, accumulate, c20, c21)
  finish(c + cStep, bias, accumulate, c30, c31)
}

/**
 * The tile of a convolution: row k of B is the 8 adjacent floats at `b + tap[k]` (byte offsets), so the image is read in
 * place. With `ones`, the packed A has one more k, to be added as it is (B would be a row of ones there).
 */
export function tile_taps_f32(kc: i32, a: usize, tap: usize, b: usize, c: usize, cStep: usize, accumulate: i32, ones: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00
  for (let k = kc; k > 0; --k) {
    const at = b + load<u32>(tap)
    const b0 = v128.load(at), b1 = v128.load(at, 16)
    let s = v128.load_splat<f32>(a)
    c00 = madd(s, b0, c00); c01 = madd(s, b1, c01)
    s = v128.load_splat<f32>(a, 4)
    c10 = madd(s, b0, c10); c11 = madd(s, b1, c11)
    s = v128.load_splat<f32>(a, 8)
    c20 = madd(s, b0, c20); c21 = madd(s, b1, c21)
    s = v128.load_splat<f32>(a, 12)
    c30 = madd(s, b0, c30); c31 = madd(s, b1, c31)
    a += 16
    tap += 4
  }
  if (ones) {
    let s = v128.load_splat<f32>(a)
    c00 = f32x4.add(s, c00); c01 = f32x4.add(s, c01)
    s = v128.load_splat<f32>(a, 4)
    c10 = f32x4.add(s, c10); c11 = f32x4.add(s, c11)
    s = v128.load_splat<f32>(a, 8)
    c20 = f32x4.add(s, c20); c21 = f32x4.add(s, c21)
    s = v128.load_splat<f32>(a, 12)
    c30 = f32x4.add(s, c30); c31 = f32x4.add(s, c31)
  }
  finish(c, 0, accumulate, c00, c01)
  finish(c + cStep, 0, accumulate, c10, c11)
  c += cStep << 1
  finish(c, 0, accumulate, c20, c21)
  finish(c + cStep, 0, accumulate, c30, c31)
}

/** The tile of a convolution's weight gradient: element i, k of A is the float at `a<i> + place[k]`; B is a packed panel. */
export function tile_places_f32(
  kc: i32, a0: usize, a1: usize, a2: usize, a3: usize, place: usize, b: usize, c: usize, cStep: usize, accumulate: i32,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00
  for (let k = kc; k > 0; --k) {
    const at: usize = load<u32>(place)
    const b0 = v128.load(b), b1 = v128.load(b, 16)
    let s = v128.load_splat<f32>(a0 + at)
    c00 = madd(s, b0, c00); c01 = madd(s, b1, c01)
    s = v128.load_splat<f32>(a1 + at)
    c10 = madd(s, b0, c10); c11 = madd(s, b1, c11)
    s = v128.load_splat<f32>(a2 + at)
    c20 = madd(s, b0, c20); c21 = madd(s, b1, c21)
    s = v128.load_splat<f32>(a3 + at)
    c30 = madd(s, b0, c30); c31 = madd(s, b1, c31)
    place += 4
    b += 32
  }
  finish(c, 0, accumulate, c00, c01)
  finish(c + cStep, 0, accumulate, c10, c11)
  c += cStep << 1
  finish(c, 0, accumulate, c20, c21)
  finish(c + cStep, 0, accumulate, c30, c31)
}

/** Moves the valid `rows` × `cols` part of a spare tile to C. */
export function tile_edge(tile: usize, c: usize, cStep: usize, rows: i32, cols: i32, bias: usize, accumulate: i32): void {
  for (let i = 0; i < rows; ++i) {
    let j = 0
    if (cols >= 4) {
      let v = v128.load(tile)
      if (bias) v = f32x4.add(v, v128.load(bias))
      if (accumulate) v = f32x4.add(v, v128.load(c))
      v128.store(c, v)
      j = 4
    }
    for (; j < cols; ++j) {
      const at = <usize>j << 2
      let v = load<f32>(tile + at)
      if (bias) v += load<f32>(bias + at)
      if (accumulate) v += load<f32>(c + at)
      store<f32>(c + at, v)
    }
    tile += 32
    c += cStep
  }
}
