// Matrix products. Strides are in elements unless a name says bytes. No function allocates or traps; each may be
// split over threads by shifting its pointers (rows of A and C, or columns of B and C): the sums of one element
// of C are taken in an order that depends on k alone, as long as every part keeps more than 8 rows and 16 columns.
import { madd } from './math'
import { even_block, pack_a_f32, pack_b_f32, tiles_f32, tiles_rows_f32, up } from './panels'
import { MR, NR, TILE_BYTES } from './tile'

// A block of A is MC × KC (128 KiB, for L2), a block of B is KC × NC (for L3), one of its panels KC × 8 (8 KiB, for L1).
const MC: i32 = 128
const KC: i32 = 256
const NC: i32 = 1024
// Up to this many multiplications a plain loop beats any preparation.
const TINY: f64 = 256

/** Bytes of scratch that `gemm_f32` needs. */
export function gemm_scratch_f32(m: i32, n: i32, k: i32): usize {
  if (m <= 0 || n <= 0 || k <= 0) return 0
  if (m == 1 || n == 1) return <usize>k << 2
  const kc = <usize>even_block(k, KC)
  return TILE_BYTES + (kc << 2) * (up(min(m, MC), MR) + up(min(n, NC), NR))
}

/** `gemm_f64` needs no scratch; the function exists so that callers treat all types alike. */
export function gemm_scratch_f64(m: i32, n: i32, k: i32): usize { return 0 }
/** `gemm_i64` needs no scratch. */
export function gemm_scratch_i64(m: i32, n: i32, k: i32): usize { return 0 }

/**
 * C[m, n] = A[m, k] · B[k, n] (+ C if `accumulate`) (+ bias[n] in every row, unless `bias` is 0).
 * A and B have any strides `rs*` (rows) and `cs*` (columns), in elements; C has contiguous rows, `rsc` apart.
 * `scratch`: `gemm_scratch_f32(m, n, k)` bytes. C must not overlap A or B.
 */
export function gemm_f32(
  m: i32, n: i32, k: i32, a: usize, rsa: isize, csa: isize, b: usize, rsb: isize, csb: isize,
  c: usize, rsc: isize, accumulate: i32, bias: usize, scratch: usize,
): void {
  if (m <= 0 || n <= 0) return
  if (k <= 0 || <f64>m * <f64>n * <f64>k <= TINY) {
    gemm_simple<f32>(m, n, k, a, rsa, csa, b, rsb, csb, c, rsc, accumulate, bias)
    return
  }
  if (m == 1) {
    gemv(n, k, b, csb, rsb, a, csa, c, 1, accumulate, bias, 4, scratch)
    return
  }
  if (n == 1) {
    gemv(m, k, a, rsa, csa, b, rsb, c, rsc, accumulate, bias, 0, scratch)
    return
  }
  if ((m <= 8 || n <= 2 * NR) && rsb == 1 && csa == 1 && k >= 16) {
    gemm_dot(m, n, k, a, rsa << 2, b, csb << 2, c, rsc << 2, accumulate, bias)
    return
  }
  gemm_blocked(m, n, k, a, rsa << 2, csa << 2, b, rsb << 2, csb << 2, c, rsc << 2, accumulate, bias, scratch)
}

/** As `gemm_f32`, for float64. `scratch` is not used. */
export function gemm_f64(
  m: i32, n: i32, k: i32, a: usize, rsa: isize, csa: isize, b: usize, rsb: isize, csb: isize,
  c: usize, rsc: isize, accumulate: i32, bias: usize, scratch: usize,
): void {
  gemm_simple<f64>(m, n, k, a, rsa, csa, b, rsb, csb, c, rsc, accumulate, bias)
}

/** As `gemm_f32`, for int64 (wraps). `scratch` is not used. */
export function gemm_i64(
  m: i32, n: i32, k: i32, a: usize, rsa: isize, csa: isize, b: usize, rsb: isize, csb: isize,
  c: usize, rsc: isize, accumulate: i32, bias: usize, scratch: usize,
): void {
  gemm_simple<i64>(m, n, k, a, rsa, csa, b, rsb, csb, c, rsc, accumulate, bias)
}

/**
 * `batch` products as `gemm_f32`, the operands `bsa`, `bsb`, `bsc` elements apart (0 repeats an operand).
 * `scratch`: `gemm_scratch_f32(m, n, k)` bytes.
 */
export function bgemm_f32(
  batch: i32, bsa: isize, bsb: isize, bsc: isize,
  m: i32, n: i32, k: i32, a: usize, rsa: isize, csa: isize, b: usize, rsb: isize, csb: isize,
  c: usize, rsc: isize, accumulate: i32, bias: usize, scratch: usize,
): void {
  for (let i = 0; i < batch; ++i) {
    gemm_f32(m, n, k, a, rsa, csa, b, rsb, csb, c, rsc, accumulate, bias, scratch)
    a += bsa << 2; b += bsb << 2; c += bsc << 2
  }
}

/** As `bgemm_f32`, for float64. */
export function bgemm_f64(
  batch: i32, bsa: isize, bsb: isize, bsc: isize,
  m: i32, n: i32, k: i32, a: usize, rsa: isize, csa: isize, b: usize, rsb: isize, csb: isize,
  c: usize, rsc: isize, accumulate: i32, bias: usize, scratch: usize,
): void {
  for (let i = 0; i < batch; ++i) {
    gemm_simple<f64>(m, n, k, a, rsa, csa, b, rsb, csb, c, rsc, accumulate, bias)
    a += bsa << 3; b += bsb << 3; c += bsc << 3
  }
}

/** As `bgemm_f32`, for int64. */
export function bgemm_i64(
  batch: i32, bsa: isize, bsb: isize, bsc: isize,
  m: i32, n: i32, k: i32, a: usize, rsa: isize, csa: isize, b: usize, rsb: isize, csb: isize,
  c: usize, rsc: isize, accumulate: i32, bias: usize, scratch: usize,
): void {
  for (let i = 0; i < batch; ++i) {
    gemm_simple<i64>(m, n, k, a, rsa, csa, b, rsb, csb, c, rsc, accumulate, bias)
    a += bsa << 3; b += bsb << 3; c += bsc << 3
  }
}

@inline function put<T>(c: usize, bias: usize, accumulate: i32, v: T): void {
  if (bias) v = <T>(v + load<T>(bias))
  if (accumulate) v = <T>(v + load<T>(c))
  store<T>(c, v)
}

/** A 2 × 4 tile of scalars straight from memory; columns outside, so that four columns of B stay in L1. */
function gemm_simple<T>(
  m: i32, n: i32, k: i32, a: usize, rsa: isize, csa: isize, b: usize, rsb: isize, csb: isize,
  c: usize, rsc: isize, accumulate: i32, bias: usize,
): void {
  const size: usize = sizeof<T>()
  const aStep = csa * size, bStep = rsb * size, aRow = rsa * size, bCol = csb * size, cRow = rsc * size
  for (let j = 0; j < n; j += 4) {
    const cols = n - j
    // Columns and rows past the edge repeat the first; their sums are not stored.
    const q0 = b + <usize>j * bCol
    const q1 = cols > 1 ? q0 + bCol : q0, q2 = cols > 2 ? q1 + bCol : q0, q3 = cols > 3 ? q2 + bCol : q0
    const biasJ = bias ? bias + <usize>j * size : 0
    for (let i = 0; i < m; i += 2) {
      let p0 = a + <usize>i * aRow, p1 = i + 1 < m ? p0 + aRow : p0
      let b0 = q0, b1 = q1, b2 = q2, b3 = q3
      let s00: T = 0, s01: T = 0, s02: T = 0, s03: T = 0, s10: T = 0, s11: T = 0, s12: T = 0, s13: T = 0
      for (let l = k; l > 0; --l) {
        const x = load<T>(p0), y = load<T>(p1)
        const v0 = load<T>(b0), v1 = load<T>(b1), v2 = load<T>(b2), v3 = load<T>(b3)
        s00 += x * v0; s01 += x * v1; s02 += x * v2; s03 += x * v3
        s10 += y * v0; s11 += y * v1; s12 += y * v2; s13 += y * v3
        p0 += aStep; p1 += aStep
        b0 += bStep; b1 += bStep; b2 += bStep; b3 += bStep
      }
      let to = c + <usize>i * cRow + <usize>j * size
      put<T>(to, biasJ, accumulate, s00)
      if (cols > 1) put<T>(to + size, biasJ ? biasJ + size : 0, accumulate, s01)
      if (cols > 2) put<T>(to + 2 * size, biasJ ? biasJ + 2 * size : 0, accumulate, s02)
      if (cols > 3) put<T>(to + 3 * size, biasJ ? biasJ + 3 * size : 0, accumulate, s03)
      if (i + 1 == m) continue
      to += cRow
      put<T>(to, biasJ, accumulate, s10)
      if (cols > 1) put<T>(to + size, biasJ ? biasJ + size : 0, accumulate, s11)
      if (cols > 2) put<T>(to + 2 * size, biasJ ? biasJ + 2 * size : 0, accumulate, s12)
      if (cols > 3) put<T>(to + 3 * size, biasJ ? biasJ + 3 * size : 0, accumulate, s13)
    }
  }
}

/** The sums of four vectors, as one vector. */
@inline function sum4(r0: v128, r1: v128, r2: v128, r3: v128): v128 {
  const t0 = f32x4.add(v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), v128.shuffle<f32>(r0, r1, 2, 6, 3, 7))
  const t1 = f32x4.add(v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), v128.shuffle<f32>(r2, r3, 2, 6, 3, 7))
  return f32x4.add(v128.shuffle<f32>(t0, t1, 0, 1, 4, 5), v128.shuffle<f32>(t0, t1, 2, 3, 6, 7))
}

/**
 * y[i] = Σ A[i, l] x[l] (+ y) (+ bias) for m rows, y `incy` elements apart, the bias `biasStep` bytes (0 repeats it).
 * `scratch` holds a contiguous copy of x where x is strided.
 */
function gemv(
  m: i32, k: i32, a: usize, rs: isize, cs: isize, x: usize, incx: isize,
  y: usize, incy: isize, accumulate: i32, bias: usize, biasStep: usize, scratch: usize,
): void {
  if (incx != 1) {
    for (let l = 0; l < k; ++l) store<f32>(scratch + (<usize>l << 2), load<f32>(x + ((<usize>l * incx) << 2)))
    x = scratch
  }
  const yStep: usize = incy << 2
  for (let i = 0, to = y; i < m; ++i, to += yStep) {
    let v: f32 = accumulate ? load<f32>(to) : 0
    if (bias) v += load<f32>(bias + <usize>i * biasStep)
    store<f32>(to, v)
  }
  if (cs == 1 && k > 1) gemv_rows(m, k, a, rs << 2, x, y, yStep)
  else if (rs == 1 && incy == 1) gemv_columns(m, k, a, cs << 2, x, y)
  else gemv_strided(m, k, a, rs << 2, cs << 2, x, y, yStep)
}

/** Contiguous rows: four dot products at a time. */
function gemv_rows(m: i32, k: i32, a: usize, row: usize, x: usize, y: usize, yStep: usize): void {
  const whole = <usize>(k & ~3) << 2, all = <usize>k << 2
  for (let i = 0; i < m; i += 4) {
    const p0 = a + <usize>i * row
    const p1 = i + 1 < m ? p0 + row : p0, p2 = i + 2 < m ? p1 + row : p0, p3 = i + 3 < m ? p2 + row : p0
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0
    let l: usize = 0
    for (; l + 32 <= whole; l += 32) {
      const u = v128.load(x + l), v = v128.load(x + l, 16)
      s0 = madd(u, v128.load(p0 + l), s0); t0 = madd(v, v128.load(p0 + l, 16), t0)
      s1 = madd(u, v128.load(p1 + l), s1); t1 = madd(v, v128.load(p1 + l, 16), t1)
      s2 = madd(u, v128.load(p2 + l), s2); t2 = madd(v, v128.load(p2 + l, 16), t2)
      s3 = madd(u, v128.load(p3 + l), s3); t3 = madd(v, v128.load(p3 + l, 16), t3)
    }
    if (l < whole) {
      const u = v128.load(x + l)
      s0 = madd(u, v128.load(p0 + l), s0)
      s1 = madd(u, v128.load(p1 + l), s1)
      s2 = madd(u, v128.load(p2 + l), s2)
      s3 = madd(u, v128.load(p3 + l), s3)
      l += 16
    }
    let s = sum4(f32x4.add(s0, t0), f32x4.add(s1, t1), f32x4.add(s2, t2), f32x4.add(s3, t3))
    for (; l < all; l += 4) {
      const v = f32x4(load<f32>(p0 + l), load<f32>(p1 + l), load<f32>(p2 + l), load<f32>(p3 + l))
      s = madd(v128.load_splat<f32>(x + l), v, s)
    }
    const to = y + <usize>i * yStep
    store<f32>(to, load<f32>(to) + f32x4.extract_lane(s, 0))
    if (i + 1 < m) store<f32>(to + yStep, load<f32>(to + yStep) + f32x4.extract_lane(s, 1))
    if (i + 2 < m) store<f32>(to + 2 * yStep, load<f32>(to + 2 * yStep) + f32x4.extract_lane(s, 2))
    if (i + 3 < m) store<f32>(to + 3 * yStep, load<f32>(to + 3 * yStep) + f32x4.extract_lane(s, 3))
  }
}

/** Contiguous columns: y += x[l] · column l, four columns a pass, so that the matrix is read once and in order. */
function gemv_columns(m: i32, k: i32, a: usize, col: usize, x: usize, y: usize): void {
  const whole = <usize>(m & ~3) << 2, all = <usize>m << 2
  let l = 0
  for (; l + 4 <= k; l += 4) {
    const p0 = a + <usize>l * col, p1 = p0 + col, p2 = p1 + col, p3 = p2 + col, at = x + (<usize>l << 2)
    const x0 = v128.load_splat<f32>(at), x1 = v128.load_splat<f32>(at, 4)
    const x2 = v128.load_splat<f32>(at, 8), x3 = v128.load_splat<f32>(at, 12)
    let i: usize = 0
    for (; i < whole; i += 16) {
      const s = madd(x0, v128.load(p0 + i), f32x4.mul(x1, v128.load(p1 + i)))
      const t = madd(x2, v128.load(p2 + i), f32x4.mul(x3, v128.load(p3 + i)))
      v128.store(y + i, f32x4.add(v128.load(y + i), f32x4.add(s, t)))
    }
    for (; i < all; i += 4) {
      const s = load<f32>(at) * load<f32>(p0 + i) + load<f32>(at, 4) * load<f32>(p1 + i)
      const t = load<f32>(at, 8) * load<f32>(p2 + i) + load<f32>(at, 12) * load<f32>(p3 + i)
      store<f32>(y + i, load<f32>(y + i) + (s + t))
    }
  }
  for (; l < k; ++l) {
    const p = a + <usize>l * col, v = load<f32>(x + (<usize>l << 2)), w = f32x4.splat(v)
    let i: usize = 0
    for (; i < whole; i += 16) v128.store(y + i, madd(w, v128.load(p + i), v128.load(y + i)))
    for (; i < all; i += 4) store<f32>(y + i, load<f32>(y + i) + v * load<f32>(p + i))
  }
}

function gemv_strided(m: i32, k: i32, a: usize, row: usize, col: usize, x: usize, y: usize, yStep: usize): void {
  for (let i = 0; i < m; ++i) {
    let p = a + <usize>i * row
    let s: f32 = 0
    for (let l = 0; l < k; ++l) {
      s += load<f32>(p) * load<f32>(x + (<usize>l << 2))
      p += col
    }
    store<f32>(y, load<f32>(y) + s)
    y += yStep
  }
}

/** Few rows or few columns, both contiguous along k (a small batch, or few classes, in a linear layer): 2 × 4 dot products, nothing packed. */
function gemm_dot(
  m: i32, n: i32, k: i32, a: usize, row: usize, b: usize, col: usize, c: usize, cRow: usize, accumulate: i32, bias: usize,
): void {
  const whole = <usize>(k & ~3) << 2, all = <usize>k << 2
  for (let j = 0; j < n; j += 4) {
    const cols = n - j
    const q0 = b + <usize>j * col
    const q1 = cols > 1 ? q0 + col : q0, q2 = cols > 2 ? q1 + col : q0, q3 = cols > 3 ? q2 + col : q0
    for (let i = 0; i < m; i += 2) {
      const p0 = a + <usize>i * row, p1 = i + 1 < m ? p0 + row : p0
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0
      let l: usize = 0
      for (; l < whole; l += 16) {
        const x = v128.load(p0 + l), y = v128.load(p1 + l)
        let v = v128.load(q0 + l)
        s0 = madd(x, v, s0); t0 = madd(y, v, t0)
        v = v128.load(q1 + l)
        s1 = madd(x, v, s1); t1 = madd(y, v, t1)
        v = v128.load(q2 + l)
        s2 = madd(x, v, s2); t2 = madd(y, v, t2)
        v = v128.load(q3 + l)
        s3 = madd(x, v, s3); t3 = madd(y, v, t3)
      }
      let s = sum4(s0, s1, s2, s3), t = sum4(t0, t1, t2, t3)
      for (; l < all; l += 4) {
        const v = f32x4(load<f32>(q0 + l), load<f32>(q1 + l), load<f32>(q2 + l), load<f32>(q3 + l))
        s = madd(v128.load_splat<f32>(p0 + l), v, s)
        t = madd(v128.load_splat<f32>(p1 + l), v, t)
      }
      const to = c + <usize>i * cRow + (<usize>j << 2), biasJ = bias ? bias + (<usize>j << 2) : 0
      put_row(to, biasJ, accumulate, cols, s)
      if (i + 1 < m) put_row(to + cRow, biasJ, accumulate, cols, t)
    }
  }
}

@inline function put_row(c: usize, bias: usize, accumulate: i32, cols: i32, v: v128): void {
  if (cols >= 4) {
    if (bias) v = f32x4.add(v, v128.load(bias))
    if (accumulate) v = f32x4.add(v, v128.load(c))
    v128.store(c, v)
    return
  }
  put<f32>(c, bias, accumulate, f32x4.extract_lane(v, 0))
  if (cols > 1) put<f32>(c + 4, bias ? bias + 4 : 0, accumulate, f32x4.extract_lane(v, 1))
  if (cols > 2) put<f32>(c + 8, bias ? bias + 8 : 0, accumulate, f32x4.extract_lane(v, 2))
}

/** Goto's blocking: panels of A in L2, one panel of B in L1, the tile in registers. Strides in bytes. */
function gemm_blocked(
  m: i32, n: i32, k: i32, a: usize, aRow: usize, aCol: usize, b: usize, bRow: usize, bCol: usize,
  c: usize, cRow: usize, accumulate: i32, bias: usize, scratch: usize,
): void {
  const block = even_block(k, KC)
  const spare = scratch
  const packedA = spare + TILE_BYTES
  const packedB = packedA + up(min(m, MC), MR) * (<usize>block << 2)
  // An operand that only one or two tiles read is not worth packing.
  const packA = n > 2 * NR
  const packB = m > 2 * MR || bCol != 4
  for (let j0 = 0; j0 < n; j0 += NC) {
    const nc = min(NC, n - j0)
    for (let k0 = 0; k0 < k; k0 += block) {
      const kc = min(block, k - k0)
      const blockB = b + <usize>k0 * bRow + <usize>j0 * bCol
      const whole = packB ? 0 : nc & ~(NR - 1)
      pack_b_f32(blockB + <usize>whole * bCol, bRow, bCol, kc, nc - whole, packedB, <usize>kc << 5)
      const add = accumulate | i32(k0 > 0)
      const row = bias && k0 == 0 ? bias + (<usize>j0 << 2) : 0
      for (let i0 = 0; i0 < m; i0 += MC) {
        const mc = min(MC, m - i0)
        const blockA = a + <usize>i0 * aRow + <usize>k0 * aCol
        const to = c + <usize>i0 * cRow + (<usize>j0 << 2)
        if (packA) pack_a_f32(blockA, aRow, aCol, mc, kc, packedA, <usize>kc << 4)
        block_product(mc, whole, kc, packA ? packedA : 0, blockA, aRow, aCol, blockB, 32, bRow, to, cRow, row, add, spare)
        const skip = <usize>whole << 2
        block_product(mc, nc - whole, kc, packA ? packedA : 0, blockA, aRow, aCol, packedB, <usize>kc << 5, 32, to + skip, cRow, row ? row + skip : 0, add, spare)
      }
    }
  }
}

@inline function block_product(
  m: i32, n: i32, kc: i32, packedA: usize, a: usize, aRow: usize, aCol: usize, b: usize, panelB: usize, stepB: usize,
  c: usize, cRow: usize, bias: usize, accumulate: i32, spare: usize,
): void {
  if (packedA) tiles_f32(m, n, kc, packedA, b, panelB, stepB, c, cRow, bias, accumulate, spare)
  else tiles_rows_f32(m, n, kc, a, aRow, aCol, b, panelB, stepB, c, cRow, bias, accumulate, spare)
}
