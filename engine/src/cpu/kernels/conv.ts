// conv2d for float32 and its gradients as matrix products over the weight matrix W[O, K], K = C/groups * KH * KW.
//
// With the image padded in scratch, element k of the window at output position p lies at image + tap[k] + place[p]:
// two small tables of byte offsets replace an im2col matrix in memory. Forward and weight gradient gather through
// them while packing a panel, the input gradient scatters through them.
import { gemm_f32, gemm_scratch_f32 } from './matmul'
import { TILE_BYTES, even_block, pack_a_f32, pack_b_f32, store_transposed, tiles_f32, up } from './panels'
import { depthwise_backward_input, depthwise_backward_weight, depthwise_forward } from './conv-depthwise'
import { add_row, crop, pad } from './conv-image'

const KC: i32 = 256
/** Output positions in a block of the forward pass: its packed columns take 128 KiB. */
const FORWARD_BLOCK: i32 = 128
/** Output positions, and rows of Wᵀ, in a block of the input gradient: 64 KiB of columns. */
const INPUT_BLOCK: i32 = 256
const INPUT_ROWS: i32 = 64

/** Images taken together by the weight gradient, so that its inner dimension is not tiny. */
@inline function image_group(images: i32, positions: i32): i32 {
  return max(1, min(images, KC / max(1, positions)))
}

/**
 * Bytes of scratch for `conv2d_f32`, `conv2d_backward_input_f32` and `conv2d_backward_weight_f32` alike:
 * the same geometry, N being the number of images of one call.
 */
export function conv2d_scratch_f32(
  N: i32, C: i32, H: i32, W: i32, O: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): usize {
  const channels = C / groups, filters = O / groups, taps = channels * KH * KW, positions = OH * OW
  if (filters <= 0 || positions <= 0) return 0
  const group = image_group(N, positions)
  const image = <usize>channels * <usize>(H + 2 * ph) * <usize>(W + 2 * pw) << 2
  const tables = up(taps, 4) + up(group * positions, 8) << 2
  const weights = (up(taps, 4) + 4) * (up(filters, 4) + 4) << 2
  const input = (<usize>filters * <usize>INPUT_BLOCK << 2) + (<usize>INPUT_ROWS * <usize>INPUT_BLOCK << 2)
  const forward = <usize>KC * <usize>FORWARD_BLOCK << 2
  const weight = <usize>KC * (up(filters, 4) + 8) << 2
  const pointwise = gemm_scratch_f32(taps, positions, filters)
  return TILE_BYTES + image * <usize>group + tables + weights + max(max(input, pointwise), max(forward, weight))
}

function tap_table(out: usize, channels: i32, KH: i32, KW: i32, dh: i32, dw: i32, HP: i32, WP: i32): void {
  for (let c = 0; c < channels; ++c) for (let i = 0; i < KH; ++i) for (let j = 0; j < KW; ++j) {
    store<u32>(out, <u32>((c * HP + i * dh) * WP + j * dw) << 2)
    out += 4
  }
}

/** Offsets of `images` × OH × OW windows; the table is filled up to a multiple of 8 with position 0. */
function place_table(out: usize, images: i32, image: usize, OH: i32, OW: i32, sh: i32, sw: i32, WP: i32): void {
  const end = out + (up(images * OH * OW, 8) << 2)
  for (let n = 0; n < images; ++n) for (let i = 0; i < OH; ++i) for (let j = 0; j < OW; ++j) {
    store<u32>(out, <u32>(<usize>n * image + (<usize>(i * sh * WP + j * sw) << 2)))
    out += 4
  }
  for (; out < end; out += 4) store<u32>(out, 0)
}

// Offsets ascend by at least one element, so four of them are adjacent when the last is three elements from the first.
@inline function adjacent(place: usize): bool { return load<u32>(place, 12) - load<u32>(place) == 12 }

/** Half a panel of the forward pass: 4 positions of `kc` taps. */
function gather_positions(image: usize, tap: usize, kc: i32, place: usize, out: usize): void {
  const end = tap + (<usize>kc << 2)
  const p0 = image + load<u32>(place)
  if (adjacent(place)) {
    for (; tap < end; tap += 4, out += 32) v128.store(out, v128.load(p0 + load<u32>(tap)))
    return
  }
  const p1 = image + load<u32>(place, 4), p2 = image + load<u32>(place, 8), p3 = image + load<u32>(place, 12)
  for (; tap < end; tap += 4, out += 32) {
    const at: usize = load<u32>(tap)
    store<f32>(out, load<f32>(p0 + at))
    store<f32>(out, load<f32>(p1 + at), 4)
    store<f32>(out, load<f32>(p2 + at), 8)
    store<f32>(out, load<f32>(p3 + at), 12)
  }
}

/** Half a panel of the weight gradient: 4 taps (fewer repeat the first) of `kc` positions. */
function gather_taps(image: usize, tap: usize, taps: i32, place: usize, kc: i32, out: usize): void {
  const end = place + (<usize>kc << 2)
  const p0 = image + load<u32>(tap)
  const p1 = taps > 1 ? image + load<u32>(tap, 4) : p0
  const p2 = taps > 2 ? image + load<u32>(tap, 8) : p0
  const p3 = taps > 3 ? image + load<u32>(tap, 12) : p0
  while (place < end) {
    const at: usize = load<u32>(place)
    if (place + 16 <= end && adjacent(place)) {
      store_transposed(v128.load(p0 + at), v128.load(p1 + at), v128.load(p2 + at), v128.load(p3 + at), out, 32)
      place += 16
      out += 128
      continue
    }
    store<f32>(out, load<f32>(p0 + at))
    store<f32>(out, load<f32>(p1 + at), 4)
    store<f32>(out, load<f32>(p2 + at), 8)
    store<f32>(out, load<f32>(p3 + at), 12)
    place += 4
    out += 32
  }
}

/**
 * out[n, O, OH, OW] = conv2d(x[n, C, H, W], w[O, C/groups, KH, KW]) + bias[O] (0: none) for the images n0 ≤ n < n1.
 * All contiguous; `x` and `out` are the addresses of image 0. OH and OW must be the sizes PyTorch's formula gives (or
 * less). `scratch`: `conv2d_scratch_f32` bytes.
 */
export function conv2d_f32(
  x: usize, w: usize, bias: usize, out: usize, N: i32, C: i32, H: i32, W: i32, O: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32, scratch: usize,
): void {
  const channels = C / groups, filters = O / groups, taps = channels * KH * KW, positions = OH * OW
  if (filters <= 0 || positions <= 0 || n0 >= n1) return
  const HP = H + 2 * ph, WP = W + 2 * pw
  if (channels == 1 && groups > 1) {
    depthwise_forward(x, w, bias, out, C, H, W, O, OH, OW, KH, KW, sh, sw, ph, pw, dh, dw, n0, n1, scratch)
    return
  }
  const plane = <usize>H * <usize>W << 2, outPlane = <usize>positions << 2
  const padded = ph > 0 || pw > 0
  const spare = scratch
  const image = spare + TILE_BYTES
  const tap = image + (padded ? <usize>channels * <usize>HP * <usize>WP << 2 : 0)
  const place = tap + (<usize>taps << 2)
  const packedA = place + (up(positions, 8) << 2)
  // The bias is one more column of W, against a row of ones.
  const depth = taps + i32(bias != 0)
  const packedB = packedA + (up(filters, 4) * <usize>depth << 2)
  const block = even_block(depth, KC)
  tap_table(tap, channels, KH, KW, dh, dw, HP, WP)
  place_table(place, 1, 0, OH, OW, sh, sw, WP)
  if (padded) memory.fill(image, 0, tap - image)
  if (depth == 0) {
    for (let n = n0; n < n1; ++n) memory.fill(out + <usize>n * <usize>O * outPlane, 0, <usize>O * outPlane)
    return
  }

  for (let g = 0; g < groups; ++g) {
    pack_weights(w + (<usize>(g * filters) * <usize>taps << 2), bias ? bias + (<usize>(g * filters) << 2) : 0, filters, taps, block, packedA)
    for (let n = n0; n < n1; ++n) {
      let from = x + <usize>(n * C + g * channels) * plane
      if (padded) {
        pad(from, channels, H, W, ph, pw, image)
        from = image
      }
      const to = out + <usize>(n * O + g * filters) * outPlane
      for (let j0 = 0; j0 < positions; j0 += FORWARD_BLOCK) {
        const nc = min(FORWARD_BLOCK, positions - j0)
        for (let k0 = 0; k0 < depth; k0 += block) {
          const kc = min(block, depth - k0)
          const ones = bias != 0 && k0 + kc == depth
          const gathered = kc - i32(ones)
          let panel = packedB
          for (let j = 0; j < nc; j += 8) {
            const at = place + (<usize>(j0 + j) << 2)
            gather_positions(from, tap + (<usize>k0 << 2), gathered, at, panel)
            gather_positions(from, tap + (<usize>k0 << 2), gathered, at + 16, panel + 16)
            panel += <usize>kc << 5
            if (ones) {
              v128.store(panel - 32, f32x4.splat(1))
              v128.store(panel - 16, f32x4.splat(1))
            }
          }
          tiles_f32(
            filters, nc, kc, packedA + (up(filters, 4) * <usize>k0 << 2), packedB, <usize>kc << 5, 32,
            to + (<usize>j0 << 2), outPlane, 0, i32(k0 > 0), spare,
          )
        }
      }
    }
  }
}

/** Panels of W[filters, taps] with the bias as last column, in blocks of `block` columns. */
function pack_weights(w: usize, bias: usize, filters: i32, taps: i32, block: i32, out: usize): void {
  const depth = taps + i32(bias != 0), row = <usize>taps << 2
  for (let k0 = 0; k0 < depth; k0 += block) {
    const kc = min(block, depth - k0), panel = <usize>kc << 4
    pack_a_f32(w + (<usize>k0 << 2), row, 4, filters, min(kc, taps - k0), out, panel)
    if (bias && k0 + kc == depth) pack_a_f32(bias, 4, 0, filters, 1, out + panel - 16, panel)
    out += up(filters, 4) * <usize>kc << 2
  }
}

/**
 * gx[n, C, H, W] = the gradient of conv2d in x, from g[n, O, OH, OW], for the images n0 ≤ n < n1. Also conv_transpose2d
 * of g: H and W may be any sizes whose padded image holds every window. `scratch`: `conv2d_scratch_f32` bytes.
 */
export function conv2d_backward_input_f32(
  g: usize, w: usize, gx: usize, N: i32, C: i32, H: i32, W: i32, O: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32, scratch: usize,
): void {
  const channels = C / groups, filters = O / groups, taps = channels * KH * KW, positions = OH * OW
  if (channels <= 0 || n0 >= n1) return
  const plane = <usize>H * <usize>W << 2, outPlane = <usize>positions << 2
  if (filters <= 0 || positions <= 0 || taps <= 0) {
    memory.fill(gx + <usize>(n0 * C) * plane, 0, <usize>((n1 - n0) * C) * plane)
    return
  }
  const HP = H + 2 * ph, WP = W + 2 * pw
  if (channels == 1 && groups > 1) {
    depthwise_backward_input(g, w, gx, C, H, W, O, OH, OW, KH, KW, sh, sw, ph, pw, dh, dw, n0, n1, scratch)
    return
  }
  if (KH == 1 && KW == 1 && OH == H && OW == W && ph == 0 && pw == 0 && sh == 1 && sw == 1) {
    for (let n = n0; n < n1; ++n) for (let q = 0; q < groups; ++q) {
      gemm_f32(
        channels, positions, filters, w + (<usize>(q * filters) * <usize>taps << 2), 1, taps,
        g + <usize>(n * O + q * filters) * outPlane, positions, 1, gx + <usize>(n * C + q * channels) * plane, positions, 0, 0, scratch,
      )
    }
    return
  }
  const padded = ph > 0 || pw > 0
  const imageBytes = <usize>channels * <usize>HP * <usize>WP << 2
  const spare = scratch
  const image = spare + TILE_BYTES
  const tap = image + (padded ? imageBytes : 0)
  const packedA = tap + (<usize>taps << 2)
  const packedB = packedA + (up(taps, 4) * <usize>filters << 2)
  const columns = packedB + (<usize>filters * <usize>INPUT_BLOCK << 2)
  const block = even_block(filters, KC)
  tap_table(tap, channels, KH, KW, dh, dw, HP, WP)

  for (let q = 0; q < groups; ++q) {
    const weights = w + (<usize>(q * filters) * <usize>taps << 2)
    for (let k0 = 0; k0 < filters; k0 += block) {
      const kc = min(block, filters - k0)
      pack_a_f32(weights + (<usize>k0 * <usize>taps << 2), 4, <usize>taps << 2, taps, kc, packedA + (up(taps, 4) * <usize>k0 << 2), <usize>kc << 4)
    }
    for (let n = n0; n < n1; ++n) {
      const from = g + <usize>(n * O + q * filters) * outPlane
      const to = gx + <usize>(n * C + q * channels) * plane
      const target = padded ? image : to
      memory.fill(target, 0, imageBytes)
      for (let j0 = 0; j0 < positions; j0 += INPUT_BLOCK) {
        const nc = min(INPUT_BLOCK, positions - j0)
        for (let k0 = 0; k0 < filters; k0 += block) {
          const kc = min(block, filters - k0)
          pack_b_f32(from + <usize>k0 * outPlane + (<usize>j0 << 2), outPlane, 4, kc, nc, packedB + (<usize>k0 * up(nc, 8) << 2))
        }
        for (let i0 = 0; i0 < taps; i0 += INPUT_ROWS) {
          const mc = min(INPUT_ROWS, taps - i0)
          for (let k0 = 0; k0 < filters; k0 += block) {
            const kc = min(block, filters - k0)
            tiles_f32(
              mc, nc, kc, packedA + (up(taps, 4) * <usize>k0 << 2) + (<usize>i0 * <usize>kc << 2),
              packedB + (<usize>k0 * up(nc, 8) << 2), <usize>kc << 5, 32, columns, <usize>INPUT_BLOCK << 2, 0, i32(k0 > 0), spare,
            )
          }
          for (let i = 0; i < mc; ++i) {
            scatter(columns + (<usize>(i * INPUT_BLOCK) << 2), j0, nc, target + load<u32>(tap + (<usize>(i0 + i) << 2)), OW, sh * WP, sw)
          }
        }
      }
      if (padded) crop(image, channels, H, W, ph, pw, to)
    }
  }
}

/** Adds the output positions j0 … j0 + count of one tap to the image. */
function scatter(columns: usize, j0: i32, count: i32, image: usize, OW: i32, rowStep: i32, sw: i32): void {
  let row = j0 / OW, at = j0 - row * OW
  while (count > 0) {
    const run = min(OW - at, count)
    add_row(columns, image + (<usize>(row * rowStep + at * sw) << 2), run, sw)
    columns += <usize>run << 2
    count -= run
    at = 0
    row += 1
  }
}

/**
 * gw[O, C/groups, KH, KW] = the gradient of conv2d in w, from g[n, O, OH, OW] and x[n, C, H, W], summed over the images
 * n0 ≤ n < n1. Only columns j0 ≤ j < j1 of the matrix gw[O, C/groups * KH * KW] are written: threads split by columns
 * need no partial sums. `scratch`: `conv2d_scratch_f32` bytes for n1 - n0 images.
 */
export function conv2d_backward_weight_f32(
  g: usize, x: usize, gw: usize, N: i32, C: i32, H: i32, W: i32, O: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32, j0: i32, j1: i32, scratch: usize,
): void {
  const channels = C / groups, filters = O / groups, taps = channels * KH * KW, positions = OH * OW
  if (O <= 0 || j0 >= j1) return
  const row = <usize>taps << 2
  if (positions <= 0 || n0 >= n1) {
    for (let o = 0; o < O; ++o) memory.fill(gw + <usize>o * row + (<usize>j0 << 2), 0, <usize>(j1 - j0) << 2)
    return
  }
  if (channels == 1 && groups > 1) {
    depthwise_backward_weight(g, x, gw, C, H, W, O, OH, OW, KH, KW, sh, sw, ph, pw, dh, dw, n0, n1, j0, j1, scratch)
    return
  }
  const HP = H + 2 * ph, WP = W + 2 * pw
  const plane = <usize>H * <usize>W << 2, outPlane = <usize>positions << 2
  const padded = ph > 0 || pw > 0
  const group = image_group(n1 - n0, positions)
  const imageBytes = <usize>channels * <usize>HP * <usize>WP << 2
  const imageStep = padded ? imageBytes : <usize>C * plane
  const spare = scratch
  const image = spare + TILE_BYTES
  const tap = image + (padded ? imageBytes * <usize>group : 0)
  const place = tap + (<usize>taps << 2)
  const packedA = place + (up(group * positions, 8) << 2)
  const block = even_block(group * positions, KC)
  const packedB = packedA + (up(filters, 4) * <usize>block << 2)
  tap_table(tap, channels, KH, KW, dh, dw, HP, WP)
  place_table(place, group, imageStep, OH, OW, sh, sw, WP)
  if (padded) memory.fill(image, 0, imageBytes * <usize>group)

  for (let q = 0; q < groups; ++q) {
    const to = gw + <usize>(q * filters) * row
    for (let n = n0; n < n1; n += group) {
      const images = min(group, n1 - n), depth = images * positions
      let from = x + <usize>(n * C + q * channels) * plane
      if (padded) {
        for (let i = 0; i < images; ++i) pad(from + <usize>(i * C) * plane, channels, H, W, ph, pw, image + <usize>i * imageBytes)
        from = image
      }
      for (let k0 = 0; k0 < depth; k0 += block) {
        const kc = min(block, depth - k0)
        pack_positions(g + <usize>(n * O + q * filters) * outPlane, O, filters, positions, k0, kc, packedA)
        for (let j = j0; j < j1; j += 8) {
          const at = tap + (<usize>j << 2), cols = min(8, j1 - j)
          gather_taps(from, at, min(4, cols), place + (<usize>k0 << 2), kc, packedB)
          if (cols > 4) gather_taps(from, at + 16, cols - 4, place + (<usize>k0 << 2), kc, packedB + 16)
          tiles_f32(filters, cols, kc, packedA, packedB, 0, 32, to + (<usize>j << 2), row, 0, i32(n > n0 || k0 > 0), spare)
        }
      }
    }
  }
}

/** Panels of g[filters, positions] for the positions k0 … k0 + kc, counted through consecutive images of O planes. */
function pack_positions(g: usize, O: i32, filters: i32, positions: i32, k0: i32, kc: i32, out: usize): void {
  const panel = <usize>kc << 4, row = <usize>positions << 2
  let image = k0 / positions, at = k0 - image * positions
  while (kc > 0) {
    const run = min(positions - at, kc)
    pack_a_f32(g + <usize>(image * O) * row + (<usize>at << 2), row, 4, filters, run, out, panel)
    out += <usize>run << 4
    kc -= run
    at = 0
    image += 1
  }
}
