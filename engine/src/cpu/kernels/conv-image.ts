// Moves between an image and its padded copy, for the float32 convolutions.

/**
 * Copies from[channels, H, W] into to[channels, toH, toW], its corner at row `top` and column `left` (which may be
 * negative); what falls outside is left out, what is not covered stays as it is.
 */
export function copy_into(from: usize, channels: i32, H: i32, W: i32, top: i32, left: i32, toH: i32, toW: i32, to: usize): void {
  const h0 = max(0, -top), h1 = min(H, toH - top), w0 = max(0, -left), count = min(W, toW - left) - w0
  for (let c = 0; c < channels; ++c) for (let h = h0; h < h1; ++h) {
    copy_row(from + (<usize>((c * H + h) * W + w0) << 2), to + (<usize>((c * toH + h + top) * toW + w0 + left) << 2), count)
  }
}

@inline function copy_row(from: usize, to: usize, n: i32): void {
  let i = n
  for (; i >= 4; i -= 4, from += 16, to += 16) v128.store(to, v128.load(from))
  for (; i > 0; --i, from += 4, to += 4) store<f32>(to, load<f32>(from))
}

/** to[i * step] += from[i] for i < n, `step` in elements. */
@inline export function add_row(from: usize, to: usize, n: i32, step: i32): void {
  let i = n
  if (step == 1) for (; i >= 4; i -= 4, from += 16, to += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)))
  const by = <usize>step << 2
  for (; i > 0; --i, from += 4, to += by) store<f32>(to, load<f32>(to) + load<f32>(from))
}
