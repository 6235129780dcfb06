// One optimizer step over contiguous arrays, in place, with the roundings of PyTorch's own sequence of operators: each
// operator rounds to the array's type once, and `add` with alpha, `lerp` and `addcmul` fuse their last multiply-add, as
// they do in PyTorch on any CPU with FMA (our build without relaxed SIMD rounds twice there). Hyperparameters are
// float64, as Python's numbers are, and are rounded when they meet the array.
import { fused } from './lanes'

// A step works on whole vectors; for the elements left over `whole` is false, and lane 0 is the element.
@inline function read<T>(p: usize, whole: bool): v128 {
  return whole ? v128.load(p) : v128.splat<T>(load<T>(p))
}

@inline function write<T>(p: usize, v: v128, whole: bool): void {
  if (whole) v128.store(p, v)
  else store<T>(p, v128.extract_lane<T>(v, 0))
}

@inline function sgd_at<T>(
  whole: bool, p: usize, g: usize, buf: usize, rate: v128, mu: v128, keep: v128, decay: v128, decays: bool, nesterov: i32, first: i32,
): void {
  const x = read<T>(p, whole)
  let d = read<T>(g, whole)
  if (decays) d = fused<T>(decay, x, d)
  if (buf) {
    const b = first ? d : fused<T>(keep, d, v128.mul<T>(read<T>(buf, whole), mu))
    write<T>(buf, b, whole)
    d = nesterov ? fused<T>(mu, b, d) : b
  }
  write<T>(p, fused<T>(rate, d, x), whole)
}

@inline function sgd<T>(
  p: usize, g: usize, buf: usize, n: i32, lr: f64, momentum: f64, dampening: f64, weightDecay: f64, nesterov: i32, first: i32,
): void {
  const rate = v128.splat<T>(<T>-lr), mu = v128.splat<T>(<T>momentum)
  const keep = v128.splat<T>(<T>(1 - dampening)), decay = v128.splat<T>(<T>weightDecay)
  const end = <usize>n * sizeof<T>(), wide = end & ~15
  let i: usize = 0
  for (; i < wide; i += 16) sgd_at<T>(true, p + i, g + i, buf ? buf + i : 0, rate, mu, keep, decay, weightDecay != 0, nesterov, first)
  for (; i < end; i += sizeof<T>()) sgd_at<T>(false, p + i, g + i, buf ? buf + i : 0, rate, mu, keep, decay, weightDecay != 0, nesterov, first)
}

@inline function adam_at<T>(
  whole: bool, p: usize, g: usize, m: usize, v: usize, vmax: usize, toM: v128, near: bool, b2: v128, toV: v128,
  decay: v128, shrink: v128, decays: bool, decoupled: i32, epsilon: v128, rate: v128, root: v128,
): void {
  let x = read<T>(p, whole), d = read<T>(g, whole)
  if (decays) {
    if (decoupled) x = v128.mul<T>(x, shrink)
    else d = fused<T>(decay, x, d)
  }
  const m0 = read<T>(m, whole)
  const m1 = fused<T>(toM, v128.sub<T>(d, m0), near ? m0 : d)
  const v1 = fused<T>(v128.mul<T>(toV, d), d, v128.mul<T>(read<T>(v, whole), b2))
  write<T>(m, m1, whole)
  write<T>(v, v1, whole)
  let top = v1
  if (vmax) {
    top = v128.max<T>(read<T>(vmax, whole), v1)
    write<T>(vmax, top, whole)
  }
  const denominator = v128.add<T>(v128.div<T>(v128.sqrt<T>(top), root), epsilon)
  write<T>(p, v128.add<T>(x, v128.div<T>(v128.mul<T>(rate, m1), denominator)), whole)
}

@inline function adam<T>(
  p: usize, g: usize, m: usize, v: usize, vmax: usize, n: i32, lr: f64, beta1: f64, beta2: f64, eps: f64,
  weightDecay: f64, decoupled: i32, correction1: f64, correction2Sqrt: f64,
): void {
  // lerp counts from the nearer end.
  const weight = <T>(1 - beta1), near = abs(weight) < <T>0.5, decays = weightDecay != 0
  const toM = v128.splat<T>(near ? weight : <T>(weight - <T>1))
  const b2 = v128.splat<T>(<T>beta2), toV = v128.splat<T>(<T>(1 - beta2))
  const decay = v128.splat<T>(<T>weightDecay), shrink = v128.splat<T>(<T>(1 - lr * weightDecay)), epsilon = v128.splat<T>(<T>eps)
  const rate = v128.splat<T>(<T>-(lr / correction1)), root = v128.splat<T>(<T>correction2Sqrt)
  const end = <usize>n * sizeof<T>(), wide = end & ~15
  let i: usize = 0
  for (; i < wide; i += 16) adam_at<T>(true, p + i, g + i, m + i, v + i, vmax ? vmax + i : 0, toM, near, b2, toV, decay, shrink, decays, decoupled, epsilon, rate, root)
  for (; i < end; i += sizeof<T>()) adam_at<T>(false, p + i, g + i, m + i, v + i, vmax ? vmax + i : 0, toM, near, b2, toV, decay, shrink, decays, decoupled, epsilon, rate, root)
}

/**
 * torch.optim.SGD's step on p[n] with the gradient g[n]. `buf`: the momentum buffer, 0 without momentum; `first`: the
 * buffer is not initialised yet and becomes the gradient.
 */
export function sgd_step_f32(
  p: usize, g: usize, buf: usize, n: i32, lr: f64, momentum: f64, dampening: f64, weightDecay: f64, nesterov: i32, first: i32,
): void { sgd<f32>(p, g, buf, n, lr, momentum, dampening, weightDecay, nesterov, first) }

/** As `sgd_step_f32`, for float64. */
export function sgd_step_f64(
  p: usize, g: usize, buf: usize, n: i32, lr: f64, momentum: f64, dampening: f64, weightDecay: f64, nesterov: i32, first: i32,
): void { sgd<f64>(p, g, buf, n, lr, momentum, dampening, weightDecay, nesterov, first) }

/**
 * torch.optim.Adam's step (AdamW's with `decoupled`) on p[n] with the gradient g[n], moments m[n] and v[n], and `vmax`,
 * the running maximum of amsgrad or 0. correction1 = 1 - beta1^t and correction2Sqrt = √(1 - beta2^t) for step t.
 */
export function adam_step_f32(
  p: usize, g: usize, m: usize, v: usize, vmax: usize, n: i32, lr: f64, beta1: f64, beta2: f64, eps: f64,
  weightDecay: f64, decoupled: i32, correction1: f64, correction2Sqrt: f64,
): void { adam<f32>(p, g, m, v, vmax, n, lr, beta1, beta2, eps, weightDecay, decoupled, correction1, correction2Sqrt) }

/** As `adam_step_f32`, for float64. */
export function adam_step_f64(
  p: usize, g: usize, m: usize, v: usize, vmax: usize, n: i32, lr: f64, beta1: f64, beta2: f64, eps: f64,
  weightDecay: f64, decoupled: i32, correction1: f64, correction2Sqrt: f64,
): void { adam<f64>(p, g, m, v, vmax, n, lr, beta1, beta2, eps, weightDecay, decoupled, correction1, correction2Sqrt) }
