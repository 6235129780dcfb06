// Moving elements by index, by the element's size in bytes or, where they are combined, by type.
// Indices are int64 and trusted: run `index_check` or `index_wrap` first. Sizes and strides are in elements.
import { lanes } from './lanes'

/** Position of the first index outside 0 ≤ i < size, or -1. */
export function index_check(idx: usize, n: i32, size: i32): i32 {
  for (let i = 0; i < n; ++i, idx += 8) if (load<u64>(idx) >= <u64>size) return i
  return -1
}

/** out = idx with negative indices counted from the end; returns the position of the first outside -size ≤ i < size, or -1. `out` may be `idx`. */
export function index_wrap(idx: usize, out: usize, n: i32, size: i32): i32 {
  for (let i = 0; i < n; ++i, idx += 8, out += 8) {
    const v = load<i64>(idx), at = v < 0 ? v + size : v
    if (<u64>at >= <u64>size) return i
    store<i64>(out, at)
  }
  return -1
}

@inline function copy_row<T>(from: usize, to: usize, n: i32): void {
  const end = to + <usize>n * sizeof<T>()
  for (; to + 16 <= end; to += 16, from += 16) v128.store(to, v128.load(from))
  for (; to < end; to += sizeof<T>(), from += sizeof<T>()) store<T>(to, load<T>(from))
}

function index_select<T>(x: usize, idx: usize, out: usize, outer: i32, size: i32, inner: i32, k: i32): void {
  const row = <usize>inner * sizeof<T>()
  for (let o = 0; o < outer; ++o, x += <usize>size * row) for (let j = 0; j < k; ++j, out += row) {
    const from = x + <usize>load<i64>(idx + (<usize>j << 3)) * row
    if (inner == 1) store<T>(out, load<T>(from))
    else copy_row<T>(from, out, inner)
  }
}

@inline function index_add<T>(out: usize, idx: usize, src: usize, outer: i32, size: i32, inner: i32, k: i32, alpha: T): void {
  const row = <usize>inner * sizeof<T>(), a = v128.splat<T>(alpha)
  for (let o = 0; o < outer; ++o, out += <usize>size * row) for (let j = 0; j < k; ++j) {
    let to = out + <usize>load<i64>(idx + (<usize>j << 3)) * row, i = inner
    for (; i >= lanes<T>(); i -= lanes<T>(), to += 16, src += 16) {
      v128.store(to, v128.add<T>(v128.load(to), v128.mul<T>(a, v128.load(src))))
    }
    for (; i > 0; --i, to += sizeof<T>(), src += sizeof<T>()) store<T>(to, <T>(load<T>(to) + alpha * load<T>(src)))
  }
}

function gather<T>(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, out: usize, outer: i32, k: i32, inner: i32): void {
  for (let o = 0; o < outer; ++o) for (let j = 0; j < k; ++j) {
    let from = x + <usize>o * xOuter * sizeof<T>()
    for (let i = 0; i < inner; ++i, idx += 8, out += sizeof<T>(), from += xInner * sizeof<T>()) {
      store<T>(out, load<T>(from + <usize>load<i64>(idx) * xDim * sizeof<T>()))
    }
  }
}

// What scatter does with the old element a and the new one b.
@final class Put { @inline f<T>(a: T, b: T): T { return b } }
@final class Add { @inline f<T>(a: T, b: T): T { return <T>(a + b) } }
@final class Mul { @inline f<T>(a: T, b: T): T { return <T>(a * b) } }
@final class Max { @inline f<T>(a: T, b: T): T { return b > a || b != b ? b : a } }
@final class Min { @inline f<T>(a: T, b: T): T { return b < a || b != b ? b : a } }

@inline function scatter<T, Op>(
  x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize,
  outer: i32, k: i32, inner: i32,
): void {
  const size: usize = sizeof<T>()
  for (let o = 0; o < outer; ++o) for (let j = 0; j < k; ++j) {
    let to = x + <usize>o * xOuter * size, from = src + (<usize>o * srcOuter + <usize>j * srcDim) * size
    for (let i = 0; i < inner; ++i, idx += 8, to += xInner * size, from += srcInner * size) {
      const at = to + <usize>load<i64>(idx) * xDim * size
      store<T>(at, changetype<Op>(0).f<T>(load<T>(at), load<T>(from)))
    }
  }
}

@inline function put_flat<T, Op>(x: usize, idx: usize, src: usize, n: i32, step: i32): void {
  for (let i = 0; i < n; ++i, idx += 8, src += <usize>step * sizeof<T>()) {
    const at = x + <usize>load<i64>(idx) * sizeof<T>()
    store<T>(at, changetype<Op>(0).f<T>(load<T>(at), load<T>(src)))
  }
}

function take_flat<T>(x: usize, idx: usize, out: usize, n: i32): void {
  for (let i = 0; i < n; ++i, idx += 8, out += sizeof<T>()) store<T>(out, load<T>(x + <usize>load<i64>(idx) * sizeof<T>()))
}

function masked_select<T>(x: usize, mask: usize, out: usize, n: i32): i32 {
  const start = out
  for (let i = 0; i < n; ++i, x += sizeof<T>(), ++mask) if (load<u8>(mask)) {
    store<T>(out, load<T>(x))
    out += sizeof<T>()
  }
  return <i32>((out - start) / sizeof<T>())
}

function masked_scatter<T>(x: usize, mask: usize, src: usize, n: i32): void {
  for (let i = 0; i < n; ++i, x += sizeof<T>(), ++mask) if (load<u8>(mask)) {
    store<T>(x, load<T>(src))
    src += sizeof<T>()
  }
}

/** The flat positions of the set bytes of mask[n], as int64; returns their count. `out` must hold them all (see `mask_count`). */
export function nonzero(mask: usize, out: usize, n: i32): i32 {
  const start = out
  for (let i = 0; i < n; ++i, ++mask) if (load<u8>(mask)) {
    store<i64>(out, i)
    out += 8
  }
  return <i32>(out - start >> 3)
}

/** Number of set bytes of mask[n]. */
export function mask_count(mask: usize, n: i32): i32 {
  let count = 0
  for (let i = 0; i < n; ++i, ++mask) count += i32(load<u8>(mask) != 0)
  return count
}

/** out[outer, k, inner] = rows idx[k] of x[outer, size, inner]. */
export function index_select_1(x: usize, idx: usize, out: usize, outer: i32, size: i32, inner: i32, k: i32): void { index_select<u8>(x, idx, out, outer, size, inner, k) }
export function index_select_2(x: usize, idx: usize, out: usize, outer: i32, size: i32, inner: i32, k: i32): void { index_select<u16>(x, idx, out, outer, size, inner, k) }
export function index_select_4(x: usize, idx: usize, out: usize, outer: i32, size: i32, inner: i32, k: i32): void { index_select<u32>(x, idx, out, outer, size, inner, k) }
export function index_select_8(x: usize, idx: usize, out: usize, outer: i32, size: i32, inner: i32, k: i32): void { index_select<u64>(x, idx, out, outer, size, inner, k) }

/** Rows idx[k] of out[outer, size, inner] += alpha * src[outer, k, inner], in order (an index may repeat). */
export function index_add_f32(out: usize, idx: usize, src: usize, outer: i32, size: i32, inner: i32, k: i32, alpha: f32): void { index_add<f32>(out, idx, src, outer, size, inner, k, alpha) }
export function index_add_f64(out: usize, idx: usize, src: usize, outer: i32, size: i32, inner: i32, k: i32, alpha: f64): void { index_add<f64>(out, idx, src, outer, size, inner, k, alpha) }
export function index_add_i64(out: usize, idx: usize, src: usize, outer: i32, size: i32, inner: i32, k: i32, alpha: i64): void { index_add<i64>(out, idx, src, outer, size, inner, k, alpha) }

/** out[o, j, i] = x[o, idx[o, j, i], i]: idx and out contiguous [outer, k, inner], x with any strides (outer, dim, inner). */
export function gather_1(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, out: usize, outer: i32, k: i32, inner: i32): void { gather<u8>(x, xOuter, xDim, xInner, idx, out, outer, k, inner) }
export function gather_2(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, out: usize, outer: i32, k: i32, inner: i32): void { gather<u16>(x, xOuter, xDim, xInner, idx, out, outer, k, inner) }
export function gather_4(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, out: usize, outer: i32, k: i32, inner: i32): void { gather<u32>(x, xOuter, xDim, xInner, idx, out, outer, k, inner) }
export function gather_8(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, out: usize, outer: i32, k: i32, inner: i32): void { gather<u64>(x, xOuter, xDim, xInner, idx, out, outer, k, inner) }

/** x[o, idx[o, j, i], i] = src[o, j, i]: idx contiguous [outer, k, inner], x and src with any strides (all 0 for a scalar source). */
export function scatter_1(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<u8, Put>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }
export function scatter_2(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<u16, Put>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }
export function scatter_4(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<u32, Put>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }
export function scatter_8(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<u64, Put>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }

/** As `scatter_4`, but x += src. */
export function scatter_add_f32(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<f32, Add>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }
export function scatter_add_f64(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<f64, Add>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }
export function scatter_add_i64(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<i64, Add>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }

/** As `scatter_4`, but x *= src. */
export function scatter_mul_f32(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<f32, Mul>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }
export function scatter_mul_f64(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<f64, Mul>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }
export function scatter_mul_i64(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<i64, Mul>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }

/** As `scatter_4`, but x = max(x, src), NaN winning. */
export function scatter_max_f32(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<f32, Max>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }
export function scatter_max_f64(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<f64, Max>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }
export function scatter_max_i64(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<i64, Max>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }

/** As `scatter_4`, but x = min(x, src), NaN winning. */
export function scatter_min_f32(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<f32, Min>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }
export function scatter_min_f64(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<f64, Min>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }
export function scatter_min_i64(x: usize, xOuter: isize, xDim: isize, xInner: isize, idx: usize, src: usize, srcOuter: isize, srcDim: isize, srcInner: isize, outer: i32, k: i32, inner: i32): void { scatter<i64, Min>(x, xOuter, xDim, xInner, idx, src, srcOuter, srcDim, srcInner, outer, k, inner) }

/** out[i] = x[idx[i]] for flat positions. */
export function take_flat_1(x: usize, idx: usize, out: usize, n: i32): void { take_flat<u8>(x, idx, out, n) }
export function take_flat_2(x: usize, idx: usize, out: usize, n: i32): void { take_flat<u16>(x, idx, out, n) }
export function take_flat_4(x: usize, idx: usize, out: usize, n: i32): void { take_flat<u32>(x, idx, out, n) }
export function take_flat_8(x: usize, idx: usize, out: usize, n: i32): void { take_flat<u64>(x, idx, out, n) }

/** x[idx[i]] = src[i * step] for flat positions; step 0 repeats one source. The last of equal positions stays. */
export function put_flat_1(x: usize, idx: usize, src: usize, n: i32, step: i32): void { put_flat<u8, Put>(x, idx, src, n, step) }
export function put_flat_2(x: usize, idx: usize, src: usize, n: i32, step: i32): void { put_flat<u16, Put>(x, idx, src, n, step) }
export function put_flat_4(x: usize, idx: usize, src: usize, n: i32, step: i32): void { put_flat<u32, Put>(x, idx, src, n, step) }
export function put_flat_8(x: usize, idx: usize, src: usize, n: i32, step: i32): void { put_flat<u64, Put>(x, idx, src, n, step) }

/** x[idx[i]] += src[i * step] for flat positions, in order. */
export function put_flat_add_f32(x: usize, idx: usize, src: usize, n: i32, step: i32): void { put_flat<f32, Add>(x, idx, src, n, step) }
export function put_flat_add_f64(x: usize, idx: usize, src: usize, n: i32, step: i32): void { put_flat<f64, Add>(x, idx, src, n, step) }
export function put_flat_add_i64(x: usize, idx: usize, src: usize, n: i32, step: i32): void { put_flat<i64, Add>(x, idx, src, n, step) }

/** out = the elements of x[n] whose mask byte is set; returns their count. */
export function masked_select_1(x: usize, mask: usize, out: usize, n: i32): i32 { return masked_select<u8>(x, mask, out, n) }
export function masked_select_2(x: usize, mask: usize, out: usize, n: i32): i32 { return masked_select<u16>(x, mask, out, n) }
export function masked_select_4(x: usize, mask: usize, out: usize, n: i32): i32 { return masked_select<u32>(x, mask, out, n) }
export function masked_select_8(x: usize, mask: usize, out: usize, n: i32): i32 { return masked_select<u64>(x, mask, out, n) }

/** The elements of x[n] whose mask byte is set = src, one after the other. */
export function masked_scatter_1(x: usize, mask: usize, src: usize, n: i32): void { masked_scatter<u8>(x, mask, src, n) }
export function masked_scatter_2(x: usize, mask: usize, src: usize, n: i32): void { masked_scatter<u16>(x, mask, src, n) }
export function masked_scatter_4(x: usize, mask: usize, src: usize, n: i32): void { masked_scatter<u32>(x, mask, src, n) }
export function masked_scatter_8(x: usize, mask: usize, src: usize, n: i32): void { masked_scatter<u64>(x, mask, src, n) }
