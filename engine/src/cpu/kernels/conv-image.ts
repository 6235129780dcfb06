// Moves between an image and its zero-padded copy, for the float32 convolutions.

/** Copies x[channels, H, W] into the inside of out[channels, H + 2 ph, W + 2 pw]; the border is left as it is. */
export function pad(x: usize, channels: i32, H: i32, W: i32, ph: i32, pw: i32, out: usize): void {
  const WP = W + 2 * pw, step = <usize>WP << 2
  for (let c = 0; c < channels; ++c) {
    let to = out + (<usize>(c * (H + 2 * ph) + ph) * <usize>WP + <usize>pw << 2)
    for (let i = 0; i < H; ++i) {
      copy_row(x, to, W)
      x += <usize>W << 2
      to += step
    }
  }
}

/** Copies the inside of image[channels, H + 2 ph, W + 2 pw] to out[channels, H, W]. */
export function crop(image: usize, channels: i32, H: i32, W: i32, ph: i32, pw: i32, out: usize): void {
  const WP = W + 2 * pw, step = <usize>WP << 2
  for (let c = 0; c < channels; ++c) {
    let from = image + (<usize>(c * (H + 2 * ph) + ph) * <usize>WP + <usize>pw << 2)
    for (let i = 0; i < H; ++i) {
      copy_row(from, out, W)
      out += <usize>W << 2
      from += step
    }
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
