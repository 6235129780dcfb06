// Running reductions of a contiguous [outer, n, inner] array along n.
import { Add, Mul } from './pointwise-operators'
import { zip } from './pointwise-loops'

@final class Sum2 { @inline f(a: v128, b: v128): v128 { return f64x2.add(a, b) } }
@final class Product2 { @inline f(a: v128, b: v128): v128 { return f64x2.mul(a, b) } }

/** Four columns of float32 (one in all lanes when `single`), n rows, `step` bytes apart, carried in float64. */
function scanColumns<O>(x: usize, out: usize, n: usize, step: usize, first: f64, single: bool): void {
  const op = changetype<O>(0)
  let low = f64x2.splat(first)
  let high = low
  for (; n > 0; n--) {
    const v = single ? v128.load_splat<f32>(x) : v128.load(x)
    low = op.f(low, f64x2.promote_low_f32x4(v))
    high = op.f(high, f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 0)))
    const y = i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2)
    if (single) v128.store_lane<f32>(out, y, 0)
    else v128.store(out, y)
    x += step
    out += step
  }
}

/** float32, carried in float64 as PyTorch does. */
function scan4<O>(x: usize, out: usize, first: f64, outer: usize, n: usize, inner: usize): void {
  const step = inner << 2
  for (; outer > 0; outer--) {
    let i: usize = 0
    for (; i + 4 <= inner; i += 4) scanColumns<O>(x + (i << 2), out + (i << 2), n, step, first, false)
    for (; i < inner; i++) scanColumns<O>(x + (i << 2), out + (i << 2), n, step, first, true)
    x += n * step
    out += n * step
  }
}

function scan<T, O>(x: usize, out: usize, outer: usize, n: usize, inner: usize): void {
  const step = inner * sizeof<T>()
  for (; outer > 0 && n > 0; outer--) {
    memory.copy(out, x, step)
    for (let r: usize = 1; r < n; r++) zip<T, O>(out + (r - 1) * step, x + r * step, out + r * step, inner)
    x += n * step
    out += n * step
  }
}

// Among equals the last one counts, and NaN stays once it has come.
@final class AtLeast { @inline beats<T>(x: T, best: T): bool { return x != x || (best == best && x >= best) } }
@final class AtMost { @inline beats<T>(x: T, best: T): bool { return x != x || (best == best && x <= best) } }

function scanExtreme<T, O>(x: usize, values: usize, index: usize, outer: usize, n: usize, inner: usize): void {
  const op = changetype<O>(0)
  const step = inner * sizeof<T>()
  for (; outer > 0; outer--) {
    for (let r: usize = 0; r < n; r++) {
      for (let i: usize = 0; i < inner; i++) {
        const v = load<T>(x)
        if (r == 0 || op.beats<T>(v, load<T>(values - step))) {
          store<T>(values, v)
          store<i64>(index, r)
        } else {
          store<T>(values, load<T>(values - step))
          store<i64>(index, load<i64>(index - (inner << 3)))
        }
        x += sizeof<T>()
        values += sizeof<T>()
        index += 8
      }
    }
  }
}

export function cumsum_f32(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { scan4<Sum2>(x, out, 0, outer, n, inner) }
export function cumsum_f64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { scan<f64, Add>(x, out, outer, n, inner) }
export function cumsum_i64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { scan<i64, Add>(x, out, outer, n, inner) }
export function cumprod_f32(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { scan4<Product2>(x, out, 1, outer, n, inner) }
export function cumprod_f64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { scan<f64, Mul>(x, out, outer, n, inner) }
export function cumprod_i64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { scan<i64, Mul>(x, out, outer, n, inner) }

export function cummax_f32(x: usize, values_out: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { scanExtreme<f32, AtLeast>(x, values_out, index_out, outer, n, inner) }
export function cummax_f64(x: usize, values_out: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { scanExtreme<f64, AtLeast>(x, values_out, index_out, outer, n, inner) }
export function cummax_i64(x: usize, values_out: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { scanExtreme<i64, AtLeast>(x, values_out, index_out, outer, n, inner) }
export function cummin_f32(x: usize, values_out: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { scanExtreme<f32, AtMost>(x, values_out, index_out, outer, n, inner) }
export function cummin_f64(x: usize, values_out: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { scanExtreme<f64, AtMost>(x, values_out, index_out, outer, n, inner) }
export function cummin_i64(x: usize, values_out: usize, index_out: usize, outer: usize, n: usize, inner: usize): void { scanExtreme<i64, AtMost>(x, values_out, index_out, outer, n, inner) }
