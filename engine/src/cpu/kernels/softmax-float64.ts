// The float64 forms of softmax.ts, one column after the other.

function columnMax(x: usize, n: usize, step: usize): f64 {
  let m: f64 = -Infinity
  for (let at: usize = 0; at < n * step; at += step) m = max<f64>(m, load<f64>(x + at))
  return m
}

function columnExpSum(x: usize, m: f64, n: usize, step: usize): f64 {
  let sum: f64 = 0
  for (let at: usize = 0; at < n * step; at += step) sum += NativeMath.exp(load<f64>(x + at) - m)
  return sum
}

function softmax(x: usize, out: usize, outer: usize, n: usize, inner: usize, log: bool): void {
  const step = inner << 3
  for (; outer > 0; outer--) {
    for (let i: usize = 0; i < step; i += 8) {
      const m = columnMax(x + i, n, step)
      const sum = columnExpSum(x + i, m, n, step)
      const shift = NativeMath.log(sum)
      for (let at: usize = i; at < n * step; at += step) {
        const d = load<f64>(x + at) - m
        store<f64>(out + at, log ? d - shift : NativeMath.exp(d) / sum)
      }
    }
    x += n * step
    out += n * step
  }
}

function backward(g: usize, y: usize, out: usize, outer: usize, n: usize, inner: usize, log: bool): void {
  const step = inner << 3
  for (; outer > 0; outer--) {
    for (let i: usize = 0; i < step; i += 8) {
      let sum: f64 = 0
      for (let at: usize = i; at < n * step; at += step) sum += log ? load<f64>(g + at) : load<f64>(g + at) * load<f64>(y + at)
      for (let at: usize = i; at < n * step; at += step) {
        const d = load<f64>(g + at)
        const v = load<f64>(y + at)
        store<f64>(out + at, log ? d - NativeMath.exp(v) * sum : v * (d - sum))
      }
    }
    g += n * step
    y += n * step
    out += n * step
  }
}

export function logsumexp_f64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void {
  const step = inner << 3
  for (; outer > 0; outer--) {
    for (let i: usize = 0; i < step; i += 8) {
      const m = columnMax(x + i, n, step)
      const shift = abs<f64>(m) == Infinity ? 0 : m
      store<f64>(out + i, NativeMath.log(columnExpSum(x + i, shift, n, step)) + shift)
    }
    x += n * step
    out += step
  }
}

export function softmax_f64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { softmax(x, out, outer, n, inner, false) }
export function log_softmax_f64(x: usize, out: usize, outer: usize, n: usize, inner: usize): void { softmax(x, out, outer, n, inner, true) }
export function softmax_backward_f64(g: usize, y: usize, out: usize, outer: usize, n: usize, inner: usize): void { backward(g, y, out, outer, n, inner, false) }
export function log_softmax_backward_f64(g: usize, y: usize, out: usize, outer: usize, n: usize, inner: usize): void { backward(g, y, out, outer, n, inner, true) }
