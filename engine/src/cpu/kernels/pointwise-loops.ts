// The loops that elementwise kernels share. An operator is a class O with a method f; `changetype<O>(0)` is a null
// reference that only selects it at compile time (f never looks at `this`), so that every kernel is its own inlined loop.
//
// Functions whose names end in 4 work on four floats; what is left over goes through the same vector code one lane at a
// time, so that a value never depends on its place in the tensor or on how threads share the work.

/** out[i] = f(x[i]), n floats. Two vectors a turn hide the latency of long formulas. */
export function unary4<O>(x: usize, out: usize, n: usize): void {
  const op = changetype<O>(0)
  const end = out + (n << 2)
  const wide = out + ((n & ~7) << 2)
  while (out < wide) {
    const low = op.f(v128.load(x))
    const high = op.f(v128.load(x, 16))
    v128.store(out, low)
    v128.store(out, high, 16)
    x += 32
    out += 32
  }
  while (out < end) {
    v128.store_lane<f32>(out, op.f(v128.load_splat<f32>(x)), 0)
    x += 4
    out += 4
  }
}

/** out[i] = f(x[i]) from T to R. */
export function unary<T, R, O>(x: usize, out: usize, n: usize): void {
  const op = changetype<O>(0)
  const end = out + n * sizeof<R>()
  while (out < end) {
    store<R>(out, op.f<T>(load<T>(x)))
    x += sizeof<T>()
    out += sizeof<R>()
  }
}

/** out[i] = f(a[i], b[i]), n floats, contiguous. */
export function zip4<O>(a: usize, b: usize, out: usize, n: usize): void {
  const op = changetype<O>(0)
  const end = out + (n << 2)
  const wide = out + ((n & ~7) << 2)
  while (out < wide) {
    const low = op.f(v128.load(a), v128.load(b))
    const high = op.f(v128.load(a, 16), v128.load(b, 16))
    v128.store(out, low)
    v128.store(out, high, 16)
    a += 32
    b += 32
    out += 32
  }
  while (out < end) {
    v128.store_lane<f32>(out, op.f(v128.load_splat<f32>(a), v128.load_splat<f32>(b)), 0)
    a += 4
    b += 4
    out += 4
  }
}

/** out[i] = f(a[i], b[i]) in T, contiguous. */
export function zip<T, O>(a: usize, b: usize, out: usize, n: usize): void {
  binary<T, T, O>(a, 0, 1, b, 0, 1, out, 1, n)
}

/**
 * n1 rows of n0 floats: out[i, j] = f(a[i · sa1 + j · sa0], b[i · sb1 + j · sb0]), out contiguous.
 * Inner strides (1, 1), (1, 0) and (0, 1) run four at a time.
 */
export function binary4<O>(
  a: usize, sa1: isize, sa0: isize, b: usize, sb1: isize, sb0: isize, out: usize, n1: usize, n0: usize,
): void {
  const op = changetype<O>(0)
  for (; n1 > 0; n1--) {
    let p = a
    let q = b
    const end = out + (n0 << 2)
    const wide = out + ((n0 & ~3) << 2)
    if (sa0 == 1 && sb0 == 1) {
      while (out < wide) {
        v128.store(out, op.f(v128.load(p), v128.load(q)))
        p += 16
        q += 16
        out += 16
      }
    } else if (sa0 == 1 && sb0 == 0) {
      const v = v128.load_splat<f32>(q)
      while (out < wide) {
        v128.store(out, op.f(v128.load(p), v))
        p += 16
        out += 16
      }
    } else if (sa0 == 0 && sb0 == 1) {
      const v = v128.load_splat<f32>(p)
      while (out < wide) {
        v128.store(out, op.f(v, v128.load(q)))
        q += 16
        out += 16
      }
    }
    while (out < end) {
      v128.store_lane<f32>(out, op.f(v128.load_splat<f32>(p), v128.load_splat<f32>(q)), 0)
      p += sa0 << 2
      q += sb0 << 2
      out += 4
    }
    a += sa1 << 2
    b += sb1 << 2
  }
}

/** The same in T, with results of type R. */
export function binary<T, R, O>(
  a: usize, sa1: isize, sa0: isize, b: usize, sb1: isize, sb0: isize, out: usize, n1: usize, n0: usize,
): void {
  const op = changetype<O>(0)
  for (; n1 > 0; n1--) {
    let p = a
    let q = b
    const end = out + n0 * sizeof<R>()
    while (out < end) {
      store<R>(out, op.f<T>(load<T>(p), load<T>(q)))
      p += sa0 * sizeof<T>()
      q += sb0 * sizeof<T>()
      out += sizeof<R>()
    }
    a += sa1 * sizeof<T>()
    b += sb1 * sizeof<T>()
  }
}

/** Comparisons: f gives a mask for four floats; out holds one byte, 0 or 1, an element. */
export function compare4<O>(
  a: usize, sa1: isize, sa0: isize, b: usize, sb1: isize, sb0: isize, out: usize, n1: usize, n0: usize,
): void {
  const op = changetype<O>(0)
  for (; n1 > 0; n1--) {
    let p = a
    let q = b
    const end = out + n0
    if (sa0 == 1 && (sb0 == 1 || sb0 == 0)) {
      const wide = out + (n0 & ~3)
      const v = v128.load_splat<f32>(q)
      const step: usize = sb0 == 1 ? 16 : 0
      while (out < wide) {
        const m = op.f(v128.load(p), step ? v128.load(q) : v)
        const bytes = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(m, m), m)
        v128.store_lane<u32>(out, v128.and(bytes, i8x16.splat(1)), 0)
        p += 16
        q += step
        out += 4
      }
    }
    while (out < end) {
      const m = op.f(v128.load_splat<f32>(p), v128.load_splat<f32>(q))
      store<u8>(out, <u8>(i32x4.extract_lane(m, 0) & 1))
      p += sa0 << 2
      q += sb0 << 2
      out++
    }
    a += sa1 << 2
    b += sb1 << 2
  }
}
