// conv2d for float32 and its gradients, on the tile of the matrix product. W is the matrix W[O, K], K = C/groups * KH * KW.
//
// With the image padded in scratch, element k of the window at output position p lies at image + tap[k] + place[p]:
// two small tables of byte offsets replace an im2col matrix. The tile reads the image in place through them where 8
// positions are adjacent; other panels are gathered first, and so are images whose channels are a multiple of 1 KiB
// apart, because those would evict each other from L1.
import { depthwise_backward_input, depthwise_backward_weight, depthwise_forward } from './conv-depthwise'
import { add_row, copy_into } from './conv-image'
import { even_block, pack_a_f32, pack_b_f32, store_transposed, tiles_f32, up } from './panels'
import { MR, NR, TILE_BYTES, tile_edge, tile_places_f32, tile_taps_f32 } from './tile'

const KC: i32 = 256
/** Rows of W, and output positions, in a block of `correlate`: the rows take 128 KiB. */
const ROWS: i32 = 128
const POSITIONS: i32 = 128
/** Output positions, and rows of Wᵀ, in a block of the strided input gradient: 64 KiB of columns. */
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
  const image = <usize>(channels * group) * <usize>(H + 2 * ph) * <usize>(W + 2 * pw) << 2
  const gradient = <usize>filters * <usize>(H + dh * (KH - 1)) * <usize>(W + dw * (KW - 1)) << 2
  const tables = up(max(channels, filters) * KH * KW, 4) + up(max(group * positions, H * W), 8) << 2
  const weights = max((up(taps, 4) + 4) * (up(filters, 8) + 4), up(channels, 4) * <usize>(filters * KH * KW)) << 2
  const blocks = <usize>max(filters * INPUT_BLOCK + INPUT_ROWS * INPUT_BLOCK, KC * (<i32>up(filters, 8) + NR)) << 2
  return TILE_BYTES + max(image, gradient) + tables + weights + blocks
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

@inline function every_second(place: usize): bool {
  const at = load<u32>(place)
  return load<u32>(place, 4) - at == 8 && load<u32>(place, 8) - at == 16 && load<u32>(place, 12) - at == 24
}

/** Half a panel: 4 positions of `kc` taps. */
function gather(image: usize, tap: usize, kc: i32, place: usize, out: usize): void {
  const end = tap + (<usize>kc << 2)
  const p0 = image + load<u32>(place)
  if (adjacent(place)) {
    for (; tap < end; tap += 4, out += 32) v128.store(out, v128.load(p0 + load<u32>(tap)))
    return
  }
  if (every_second(place)) {
    for (; tap < end; tap += 4, out += 32) {
      const p = p0 + load<u32>(tap)
      v128.store(out, v128.shuffle<f32>(v128.load(p), v128.load(p, 12), 0, 2, 5, 7))
    }
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

/**
 * out[rows, positions] = W · windows of the image: `packedA` holds W in blocks of `block` columns, `depth` in all, the last
 * of them (the bias) against ones if `ones`. `channel`: elements of a channel of the image; `panel`: KC × 8 floats of
 * scratch.
 */
function correlate(
  image: usize, channel: i32, tap: usize, place: usize, positions: i32, packedA: usize, rows: i32, depth: i32, ones: bool, block: i32,
  out: usize, outRow: usize, panel: usize, spare: usize,
): void {
  for (let j0 = 0; j0 < positions; j0 += POSITIONS) for (let k0 = 0; k0 < depth; k0 += block) {
    const kc = min(block, depth - k0), last = ones && k0 + kc == depth, count = kc - i32(last)
    const taps = tap + (<usize>k0 << 2), add = i32(k0 > 0)
    for (let i0 = 0; i0 < rows; i0 += ROWS) {
      const mc = min(ROWS, rows - i0)
      const a = packedA + (up(rows, MR) * <usize>k0 + <usize>i0 * <usize>kc << 2)
      for (let j = j0; j < min(j0 + POSITIONS, positions); j += NR) {
        const at = place + (<usize>j << 2), to = out + <usize>i0 * outRow + (<usize>j << 2)
        if (load<u32>(at, 28) - load<u32>(at) == 28 && (channel & 255) != 0) {
          in_place(mc, count, a, <usize>kc << 4, taps, image + load<u32>(at), to, outRow, add, last, spare)
          continue
        }
        gather(image, taps, count, at, panel)
        gather(image, taps, count, at + 16, panel + 16)
        if (last) {
          v128.store(panel + (<usize>count << 5), f32x4.splat(1))
          v128.store(panel + (<usize>count << 5), f32x4.splat(1), 16)
        }
        tiles_f32(mc, min(NR, positions - j), kc, a, panel, 0, 32, to, outRow, 0, add, spare)
      }
    }
  }
}

/** The tiles of one panel of 8 adjacent positions. */
function in_place(
  rows: i32, count: i32, a: usize, panelA: usize, taps: usize, b: usize, c: usize, cStep: usize, add: i32, ones: bool, spare: usize,
): void {
  for (; rows >= MR; rows -= MR) {
    tile_taps_f32(count, a, taps, b, c, cStep, add, ones)
    a += panelA
    c += cStep << 2
  }
  if (rows > 0) {
    tile_taps_f32(count, a, taps, b, spare, 32, 0, ones)
    tile_edge(spare, c, cStep, rows, NR, 0, add)
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
  if (depth == 0) {
    memory.fill(out + <usize>(n0 * O) * outPlane, 0, <usize>((n1 - n0) * O) * outPlane)
    return
  }
  const panel = packedA + (up(filters, 4) * <usize>depth << 2)
  const block = even_block(depth, KC)
  tap_table(tap, channels, KH, KW, dh, dw, HP, WP)
  place_table(place, 1, 0, OH, OW, sh, sw, WP)
  if (padded) memory.fill(image, 0, tap - image)
  for (let g = 0; g < groups; ++g) {
    pack_weights(w + (<usize>(g * filters) * <usize>taps << 2), bias ? bias + (<usize>(g * filters) << 2) : 0, filters, taps, block, packedA)
    for (let n = n0; n < n1; ++n) {
      let from = x + <usize>(n * C + g * channels) * plane
      if (padded) {
        copy_into(from, channels, H, W, ph, pw, HP, WP, image)
        from = image
      }
      correlate(from, HP * WP, tap, place, positions, packedA, filters, depth, bias != 0, block, out + <usize>(n * O + g * filters) * outPlane, outPlane, panel, spare)
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
  // One or two channels would fill a tile of four rows badly.
  if (sh == 1 && sw == 1 && channels > 2) {
    input_gradient(g, w, gx, C, H, W, O, OH, OW, KH, KW, ph, pw, dh, dw, groups, n0, n1, scratch)
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
          pack_b_f32(from + <usize>k0 * outPlane + (<usize>j0 << 2), outPlane, 4, kc, nc, packedB + (<usize>k0 * up(nc, 8) << 2), <usize>kc << 5)
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
      if (padded) copy_into(image, channels, HP, WP, -ph, -pw, H, W, to)
    }
  }
}

/** The input gradient at stride 1: a convolution of the padded g with the windows of W turned round. */
function input_gradient(
  g: usize, w: usize, gx: usize, C: i32, H: i32, W: i32, O: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, n0: i32, n1: i32, scratch: usize,
): void {
  const channels = C / groups, filters = O / groups, window = KH * KW, depth = filters * window
  const top = dh * (KH - 1) - ph, left = dw * (KW - 1) - pw, HP = H + dh * (KH - 1), WP = W + dw * (KW - 1)
  const padded = top != 0 || left != 0 || HP != OH || WP != OW
  const plane = <usize>H * <usize>W << 2, outPlane = <usize>OH * <usize>OW << 2
  const spare = scratch
  const image = spare + TILE_BYTES
  const tap = image + (padded ? <usize>filters * <usize>HP * <usize>WP << 2 : 0)
  const place = tap + (<usize>depth << 2)
  const packedA = place + (up(H * W, 8) << 2)
  const panel = packedA + (up(channels, 4) * <usize>depth << 2)
  const block = even_block(depth, KC)
  tap_table(tap, filters, KH, KW, dh, dw, HP, WP)
  for (let o = 0; o < filters; ++o) reverse(tap + (<usize>(o * window) << 2), window)
  place_table(place, 1, 0, H, W, 1, 1, WP)
  if (padded) memory.fill(image, 0, tap - image)
  for (let q = 0; q < groups; ++q) {
    pack_turned(w + (<usize>(q * filters * channels * window) << 2), channels, filters, window, block, packedA)
    for (let n = n0; n < n1; ++n) {
      let from = g + <usize>(n * O + q * filters) * outPlane
      if (padded) {
        copy_into(from, filters, OH, OW, top, left, HP, WP, image)
        from = image
      }
      correlate(from, HP * WP, tap, place, H * W, packedA, channels, depth, false, block, gx + <usize>(n * C + q * channels) * plane, plane, panel, spare)
    }
  }
}

function reverse(table: usize, n: i32): void {
  for (let i = table, j = table + (<usize>(n - 1) << 2); i < j; i += 4, j -= 4) {
    const t = load<u32>(i)
    store<u32>(i, load<u32>(j))
    store<u32>(j, t)
  }
}

/** Panels of W as a matrix [channels, filters * window], in blocks of `block` columns. */
function pack_turned(w: usize, channels: i32, filters: i32, window: i32, block: i32, out: usize): void {
  const depth = filters * window
  for (let k0 = 0; k0 < depth; k0 += block) {
    const kc = min(block, depth - k0), panel = <usize>kc << 4
    let to = out + (up(channels, 4) * <usize>k0 << 2)
    for (let k = k0; k < k0 + kc;) {
      const o = k / window, at = k - o * window, run = min(window - at, k0 + kc - k)
      pack_a_f32(w + (<usize>(o * channels * window + at) << 2), <usize>window << 2, 4, channels, run, to, panel)
      to += <usize>run << 4
      k += run
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
  const packedB = place + (up(group * positions, 8) << 2)
  const block = even_block(group * positions, KC)
  // gwᵀ[tap, filter], whose tiles read the image in place.
  const turned = packedB + (up(filters, 8) * <usize>block << 2), turnedRow = up(filters, 8) << 2
  tap_table(tap, channels, KH, KW, dh, dw, HP, WP)
  place_table(place, group, imageStep, OH, OW, sh, sw, WP)
  if (padded) memory.fill(image, 0, imageBytes * <usize>group)

  for (let q = 0; q < groups; ++q) {
    for (let n = n0; n < n1; n += group) {
      const images = min(group, n1 - n), depth = images * positions
      let from = x + <usize>(n * C + q * channels) * plane
      if (padded) {
        for (let i = 0; i < images; ++i) copy_into(from + <usize>(i * C) * plane, channels, H, W, ph, pw, HP, WP, image + <usize>i * imageBytes)
        from = image
      }
      for (let k0 = 0; k0 < depth; k0 += block) {
        const kc = min(block, depth - k0), add = i32(n > n0 || k0 > 0)
        pack_positions(g + <usize>(n * O + q * filters) * outPlane, O, filters, positions, k0, kc, packedB)
        for (let o = 0; o < filters; o += NR) for (let j = j0; j < j1; j += MR) {
          const at = tap + (<usize>j << 2), rows = j1 - j
          // Taps past the last repeat the first; their rows of gwᵀ are not used.
          const a0 = from + load<u32>(at), a1 = rows > 1 ? from + load<u32>(at, 4) : a0
          const a2 = rows > 2 ? from + load<u32>(at, 8) : a0, a3 = rows > 3 ? from + load<u32>(at, 12) : a0
          tile_places_f32(
            kc, a0, a1, a2, a3, place + (<usize>k0 << 2), packedB + (<usize>o * <usize>kc << 2),
            turned + <usize>(j - j0) * turnedRow + (<usize>o << 2), turnedRow, add,
          )
        }
      }
    }
    turn(turned, turnedRow, j1 - j0, filters, gw + <usize>(q * filters) * row + (<usize>j0 << 2), row)
  }
}

/** Panels of g[filters, positions] for the positions k0 … k0 + kc, counted through consecutive images of O planes. */
function pack_positions(g: usize, O: i32, filters: i32, positions: i32, k0: i32, kc: i32, out: usize): void {
  const panel = <usize>kc << 5, row = <usize>positions << 2
  let image = k0 / positions, at = k0 - image * positions
  while (kc > 0) {
    const run = min(positions - at, kc)
    pack_b_f32(g + <usize>(image * O) * row + (<usize>at << 2), 4, row, run, filters, out, panel)
    out += <usize>run << 5
    kc -= run
    at = 0
    image += 1
  }
}

/** to[j, i] = from[i, j] for m × n elements. */
function turn(from: usize, fromRow: usize, m: i32, n: i32, to: usize, toRow: usize): void {
  for (let i = 0; i < m; i += 4) for (let j = 0; j < n; j += 4) {
    const p = from + <usize>i * fromRow + (<usize>j << 2), q = to + <usize>j * toRow + (<usize>i << 2)
    if (m - i >= 4 && n - j >= 4) {
      store_transposed(v128.load(p), v128.load(p + fromRow), v128.load(p + 2 * fromRow), v128.load(p + 3 * fromRow), q, toRow)
      continue
    }
    for (let a = 0; a < min(4, m - i); ++a) for (let b = 0; b < min(4, n - j); ++b) {
      store<f32>(q + <usize>b * toRow + (<usize>a << 2), load<f32>(p + <usize>a * fromRow + (<usize>b << 2)))
    }
  }
}
