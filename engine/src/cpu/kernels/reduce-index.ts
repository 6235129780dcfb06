// Extremes with their places in a contiguous [outer, n, inner] array over n. NaN wins; among equals the first does.

@final class Greater { @inline beats<T>(x: T, best: T): bool { return x > best || (x != x && best == best) } }
@final class Less { @inline beats<T>(x: T, best: T): bool { return x < best || (x != x && best == best) } }

/** index[o, i] = the place along n, int64 */
function place<T, O>(x: usize, index: usize, outer: usize, n: usize, inner: usize): void {
  const op = changetype<O>(0)
  const size = sizeof<T>()
  for (; outer > 0; outer--) {
    if (inner == 1) {
      let best = load<T>(x)
      let at: usize = 0
      for (let r: usize = 1; r < n; r++) {
        const v = load<T>(x + r * size)
        if (op.beats<T>(v, best)) {
          best = v
          at = r
        }
      }
      store<i64>(index, at)
    } else {
      memory.fill(index, 0, inner << 3)
      for (let r: usize = 1; r < n; r++) {
        const row = x + r * inner * size
        for (let i: usize = 0; i < inner; i++) {
          const at = <usize>load<i64>(index + (i << 3))
          if (op.beats<T>(load<T>(row + i * size), load<T>(x + (at * inner + i) * size))) store<i64>(index + (i << 3), r)
        }
      }
    }
    x += n * inner * size
    index += inner << 3
  }
}

/** The values as well. */
function valueAndPlace<T, O>(x: usize, values: usize, index: usize, outer: usize, n: usize, inner: usize): void {
  place<T, O>(x, index, outer, n, inner)
  for (; outer > 0; outer--) {
    for (let i: usize = 0; i < inner; i++) {
      store<T>(values, load<T>(x + (<usize>load<i64>(index) * inner + i) * sizeof<T>()))
      values += sizeof<T>()
      index += 8
    }
    x += n * inner * sizeof<T>()
  }
}

export function argmax_f32(x: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { place<f32, Greater>(x, index_out, outer, n, inner) }
export function argmax_f64(x: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { place<f64, Greater>(x, index_out, outer, n, inner) }
export function argmax_i64(x: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { place<i64, Greater>(x, index_out, outer, n, inner) }
export function argmin_f32(x: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { place<f32, Less>(x, index_out, outer, n, inner) }
export function argmin_f64(x: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { place<f64, Less>(x, index_out, outer, n, inner) }
export function argmin_i64(x: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { place<i64, Less>(x, index_out, outer, n, inner) }
export function max_with_index_f32(x: usize, values_out: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { valueAndPlace<f32, Greater>(x, values_out, index_out, outer, n, inner) }
export function max_with_index_f64(x: usize, values_out: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { valueAndPlace<f64, Greater>(x, values_out, index_out, outer, n, inner) }
export function max_with_index_i64(x: usize, values_out: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { valueAndPlace<i64, Greater>(x, values_out, index_out, outer, n, inner) }
export function min_with_index_f32(x: usize, values_out: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { valueAndPlace<f32, Less>(x, values_out, index_out, outer, n, inner) }
export function min_with_index_f64(x: usize, values_out: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { valueAndPlace<f64, Less>(x, values_out, index_out, outer, n, inner) }
export function min_with_index_i64(x: usize, values_out: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { valueAndPlace<i64, Less>(x, values_out, index_out, outer, n, inner) }
