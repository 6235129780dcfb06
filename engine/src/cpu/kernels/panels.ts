// Packing the operands of the float32 matrix product, and the loops over its tiles.
// Panels hold 4 rows of A or 8 columns of B, k-major, so that the tile reads both with constant strides. Strides are in
// bytes.
import { MR, NR, tile_edge, tile_f32, tile_rows_f32 } from './tile'

/** Rounds a block of k up so that the blocks are even: 288 is taken as 2 × 144, not 256 + 32. */
@inline export function even_block(k: i32, most: i32): i32 {
  const blocks = (k + most - 1) / most
  return min(k, ((k + blocks - 1) / blocks + 7) & ~7)
}

/** x rounded up to a multiple of `to`, a power of two. */
@inline export function up(x: i32, to: i32): usize { return <usize>((x + to - 1) & ~(to - 1)) }

/**
 * C[m, n] = packed A · B (+ bias) (+ C): all tiles of a block. The panels of B lie `panelB` bytes apart and their rows
 * `stepB`: (kc * 32, 32) where B is packed, (32, its row stride) where B is read in place and n is a multiple of 8.
 */
export function tiles_f32(
  m: i32, n: i32, kc: i32, packedA: usize, b: usize, panelB: usize, stepB: usize,
  c: usize, cStep: usize, bias: usize, accumulate: i32, spare: usize,
): void {
  const panelA = <usize>kc << 4
  for (let j = 0; j < n; j += NR) {
    const cols = min(NR, n - j)
    let a = packedA, to = c
    for (let i = 0; i < m; i += MR) {
      const rows = min(MR, m - i)
      if (rows == MR && cols == NR) {
        tile_f32(kc, a, b, stepB, to, cStep, bias, accumulate)
      } else {
        tile_f32(kc, a, b, stepB, spare, 32, 0, 0)
        tile_edge(spare, to, cStep, rows, cols, bias, accumulate)
      }
      a += panelA
      to += cStep << 2
    }
    b += panelB
    c += 32
    if (bias) bias += 32
  }
}

/** As `tiles_f32` for an A in place, its rows `rowA` and its columns `stepA` bytes apart. */
export function tiles_rows_f32(
  m: i32, n: i32, kc: i32, a: usize, rowA: usize, stepA: usize, b: usize, panelB: usize, stepB: usize,
  c: usize, cStep: usize, bias: usize, accumulate: i32, spare: usize,
): void {
  for (let j = 0; j < n; j += NR) {
    const cols = min(NR, n - j)
    let a0 = a, to = c
    for (let i = 0; i < m; i += MR) {
      const rows = min(MR, m - i)
      // Rows past the edge repeat the first; their results stay in the spare tile.
      const a1 = rows > 1 ? a0 + rowA : a0, a2 = rows > 2 ? a1 + rowA : a0, a3 = rows > 3 ? a2 + rowA : a0
      if (rows == MR && cols == NR) {
        tile_rows_f32(kc, a0, a1, a2, a3, stepA, b, stepB, to, cStep, bias, accumulate)
      } else {
        tile_rows_f32(kc, a0, a1, a2, a3, stepA, b, stepB, spare, 32, 0, 0)
        tile_edge(spare, to, cStep, rows, cols, bias, accumulate)
      }
      a0 += rowA << 2
      to += cStep << 2
    }
    b += panelB
    c += 32
    if (bias) bias += 32
  }
}

/** Writes the transpose of four vectors to `out`, rows `step` bytes apart. */
@inline export function store_transposed(r0: v128, r1: v128, r2: v128, r3: v128, out: usize, step: usize): void {
  const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5)
  const t2 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
  v128.store(out, v128.shuffle<f64>(t0, t1, 0, 2))
  v128.store(out + step, v128.shuffle<f64>(t0, t1, 1, 3))
  v128.store(out + (step << 1), v128.shuffle<f64>(t2, t3, 0, 2))
  v128.store(out + step * 3, v128.shuffle<f64>(t2, t3, 1, 3))
}

/**
 * Packs 4 lanes (`lanes` of them real, the others repeat the first and are never stored) of kc values.
 * Lane l, position k is at `s + l * lane + k * step`; it goes to `out + k * outStep + 4 * l`.
 */
function pack_lanes(s: usize, lane: usize, step: usize, lanes: i32, kc: i32, out: usize, outStep: usize): void {
  let p0 = s
  let p1 = lanes > 1 ? s + lane : s
  let p2 = lanes > 2 ? s + (lane << 1) : s
  let p3 = lanes > 3 ? s + lane * 3 : s
  let k = kc
  if (step == 4) {
    for (; k >= 4; k -= 4) {
      store_transposed(v128.load(p0), v128.load(p1), v128.load(p2), v128.load(p3), out, outStep)
      p0 += 16; p1 += 16; p2 += 16; p3 += 16
      out += outStep << 2
    }
  }
  for (; k > 0; --k) {
    store<f32>(out, load<f32>(p0))
    store<f32>(out, load<f32>(p1), 4)
    store<f32>(out, load<f32>(p2), 8)
    store<f32>(out, load<f32>(p3), 12)
    p0 += step; p1 += step; p2 += step; p3 += step
    out += outStep
  }
}

/** Packs `panels` full panels of A whose rows are adjacent in memory: eight k at a time, so that reads stream. */
function pack_a_adjacent(s: usize, step: usize, panels: i32, kc: i32, out: usize, panel: usize): void {
  for (let k0 = 0; k0 < kc; k0 += 8) {
    const count = min(8, kc - k0)
    let from = s + <usize>k0 * step, to = out + (<usize>k0 << 4)
    for (let i = 0; i < panels; ++i) {
      let f = from, t = to
      for (let k = 0; k < count; ++k) {
        v128.store(t, v128.load(f))
        f += step
        t += 16
      }
      from += 16
      to += panel
    }
  }
}

function pack_b_adjacent(s: usize, step: usize, panels: i32, kc: i32, out: usize, panel: usize): void {
  for (let k0 = 0; k0 < kc; k0 += 8) {
    const count = min(8, kc - k0)
    let from = s + <usize>k0 * step, to = out + (<usize>k0 << 5)
    for (let i = 0; i < panels; ++i) {
      let f = from, t = to
      for (let k = 0; k < count; ++k) {
        v128.store(t, v128.load(f))
        v128.store(t, v128.load(f, 16), 16)
        f += step
        t += 32
      }
      from += 32
      to += panel
    }
  }
}

/** Packs A[m, kc] (element i, k at `a + i * row + k * col`) into ceil(m / 4) panels of kc × 4, `panel` bytes apart. */
export function pack_a_f32(a: usize, row: usize, col: usize, m: i32, kc: i32, out: usize, panel: usize): void {
  let i = 0
  if (row == 4) {
    pack_a_adjacent(a, col, m >> 2, kc, out, panel)
    i = m & ~3
  }
  for (; i < m; i += 4) {
    pack_lanes(a + <usize>i * row, row, col, min(4, m - i), kc, out + <usize>(i >> 2) * panel, 16)
  }
}

/** Packs B[kc, n] (element k, j at `b + k * row + j * col`) into ceil(n / 8) panels of kc × 8, `panel` bytes apart. */
export function pack_b_f32(b: usize, row: usize, col: usize, kc: i32, n: i32, out: usize, panel: usize): void {
  let j = 0
  if (col == 4) {
    pack_b_adjacent(b, row, n >> 3, kc, out, panel)
    j = n & ~7
  }
  for (; j < n; j += 8) {
    const s = b + <usize>j * col, to = out + <usize>(j >> 3) * panel
    pack_lanes(s, col, row, min(4, n - j), kc, to, 32)
    if (n - j > 4) pack_lanes(s + (col << 2), col, row, min(4, n - j - 4), kc, to + 16, 32)
  }
}
