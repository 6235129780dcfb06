import { noGrad } from '../autograd/modes.ts';
import { TorchError } from '../errors.ts';
import type { Generator } from '../random/generator.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { observers } from '../ops/observe.ts';

type Nonlinearity = 'linear' | 'conv1d' | 'conv2d' | 'conv3d' | 'convTranspose1d' | 'convTranspose2d' | 'convTranspose3d' | 'sigmoid' | 'tanh' | 'relu' | 'leaky_relu' | 'leakyRelu' | 'selu';
type Rng = { generator?: Generator | null };

/** Initialisation is not the program's own use of operators: it is neither recorded for backward nor logged. */
const quietly = <T>(fn: () => T): T => noGrad(() => observers.inside(fn));
/** Values of the trailing options object before the positional ones. */
function pick<T extends object>(options: T | undefined | unknown, defaults: T): T {
  return { ...defaults, ...(typeof options === 'object' && options !== null ? Object.fromEntries(Object.entries(options).filter(([, v]) => v !== undefined)) : {}) };
}

/** The factor by which a nonlinearity needs its inputs scaled so that variance is kept (He et al. 2015, PyTorch's table). */
export function calculateGain(nonlinearity: Nonlinearity, param?: number | null): number {
  switch (nonlinearity) {
    case 'tanh': return 5 / 3;
    case 'relu': return Math.SQRT2;
    case 'leaky_relu': case 'leakyRelu': return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2));
    case 'selu': return 3 / 4;
    case 'linear': case 'sigmoid': case 'conv1d': case 'conv2d': case 'conv3d': case 'convTranspose1d': case 'convTranspose2d': case 'convTranspose3d': return 1;
    default: throw new TorchError(`Unsupported nonlinearity ${String(nonlinearity)}`);
  }
}

/** Numbers of inputs and outputs that a weight of this shape connects: a kernel's area counts for both. */
export function calculateFans(t: Tensor): { fanIn: number; fanOut: number } {
  if (t.ndim < 2) throw new TorchError('Fan in and fan out can not be computed for tensor with fewer than 2 dimensions', { shapes: [t.shape] });
  const area = t.shape.slice(2).reduce((a, b) => a * b, 1);
  return { fanIn: t.shape[1] * area, fanOut: t.shape[0] * area };
}

/** Fills with numbers uniform in [a, b). */
export function uniform_(t: Tensor, a: number | ({ a?: number; b?: number } & Rng) = 0, b: number | Rng = 1, options: Rng = {}): Tensor {
  const o = pick(typeof a === 'object' ? a : typeof b === 'object' ? b : options, { a: typeof a === 'number' ? a : 0, b: typeof b === 'number' ? b : 1, generator: null as Generator | null });
  return quietly(() => t.uniform_(o.a, o.b, { generator: o.generator }));
}
/** Fills with normal numbers. */
export function normal_(t: Tensor, mean: number | ({ mean?: number; std?: number } & Rng) = 0, std: number | Rng = 1, options: Rng = {}): Tensor {
  const o = pick(typeof mean === 'object' ? mean : typeof std === 'object' ? std : options, { mean: typeof mean === 'number' ? mean : 0, std: typeof std === 'number' ? std : 1, generator: null as Generator | null });
  return quietly(() => t.normal_(o.mean, o.std, { generator: o.generator }));
}
export function constant_(t: Tensor, val: number | { val: number }): Tensor { return quietly(() => t.fill_(typeof val === 'object' ? val.val : val)); }
export const ones_ = (t: Tensor): Tensor => constant_(t, 1);
export const zeros_ = (t: Tensor): Tensor => constant_(t, 0);

/** Glorot & Bengio 2010, uniform: the bound is gain * sqrt(6 / (fanIn + fanOut)). */
export function xavierUniform_(t: Tensor, gain: number | ({ gain?: number } & Rng) = 1, options: Rng = {}): Tensor {
  const o = pick(typeof gain === 'object' ? gain : options, { gain: typeof gain === 'number' ? gain : 1, generator: null as Generator | null }), { fanIn, fanOut } = calculateFans(t);
  const bound = Math.sqrt(3) * o.gain * Math.sqrt(2 / (fanIn + fanOut));
  return uniform_(t, -bound, bound, { generator: o.generator });
}
/** Glorot & Bengio 2010, normal. */
export function xavierNormal_(t: Tensor, gain: number | ({ gain?: number } & Rng) = 1, options: Rng = {}): Tensor {
  const o = pick(typeof gain === 'object' ? gain : options, { gain: typeof gain === 'number' ? gain : 1, generator: null as Generator | null }), { fanIn, fanOut } = calculateFans(t);
  return normal_(t, 0, o.gain * Math.sqrt(2 / (fanIn + fanOut)), { generator: o.generator });
}

interface KaimingOptions extends Rng { a?: number; mode?: 'fan_in' | 'fan_out'; nonlinearity?: Nonlinearity }
function kaimingStd(t: Tensor, o: Required<Omit<KaimingOptions, 'generator'>>): number {
  const mode = String(o.mode).toLowerCase();
  if (mode !== 'fan_in' && mode !== 'fan_out') throw new TorchError(`Mode ${o.mode} not supported, please use one of ['fan_in', 'fan_out']`);
  const { fanIn, fanOut } = calculateFans(t);
  return calculateGain(o.nonlinearity, o.a) / Math.sqrt(mode === 'fan_in' ? fanIn : fanOut);
}
const kaimingDefaults = (a: unknown, mode?: unknown, nonlinearity?: unknown): Required<KaimingOptions> => pick([a, mode, nonlinearity].find((x) => typeof x === 'object'), {
  a: typeof a === 'number' ? a : 0, mode: typeof mode === 'string' ? (mode as 'fan_in') : 'fan_in', nonlinearity: typeof nonlinearity === 'string' ? (nonlinearity as 'relu') : 'leaky_relu', generator: null as unknown as Generator,
});
/** He et al. 2015, uniform: keeps the variance through layers with rectifiers. */
export function kaimingUniform_(t: Tensor, a: number | KaimingOptions = 0, mode?: 'fan_in' | 'fan_out' | KaimingOptions, nonlinearity?: Nonlinearity | KaimingOptions): Tensor {
  if (t.shape.includes(0)) return t;
  const o = kaimingDefaults(a, mode, nonlinearity), bound = Math.sqrt(3) * kaimingStd(t, o);
  return uniform_(t, -bound, bound, { generator: o.generator });
}
/** He et al. 2015, normal. */
export function kaimingNormal_(t: Tensor, a: number | KaimingOptions = 0, mode?: 'fan_in' | 'fan_out' | KaimingOptions, nonlinearity?: Nonlinearity | KaimingOptions): Tensor {
  if (t.shape.includes(0)) return t;
  const o = kaimingDefaults(a, mode, nonlinearity);
  return normal_(t, 0, kaimingStd(t, o), { generator: o.generator });
}

/** Normal numbers, drawn anew where they fall outside [a, b]. */
export function truncNormal_(t: Tensor, mean: number | ({ mean?: number; std?: number; a?: number; b?: number } & Rng) = 0, std = 1, a = -2, b = 2): Tensor {
  const o = pick(mean, { mean: typeof mean === 'number' ? mean : 0, std, a, b, generator: null as Generator | null });
  if (!(o.a < o.b)) throw new TorchError(`minimum value ${o.a} should be less than maximum value ${o.b}`, { operator: 'truncNormal_' });
  return quietly(() => {
    t.normal_(o.mean, o.std, { generator: o.generator });
    for (let outside = t.lt(o.a).logicalOr(t.gt(o.b)); outside.any().item(); outside = t.lt(o.a).logicalOr(t.gt(o.b)))
      t.copy_(t.detach().clone().normal_(o.mean, o.std, { generator: o.generator }).where(outside, t));
    return t;
  });
}

/** The identity for a matrix. */
export function eye_(t: Tensor): Tensor {
  if (t.ndim !== 2) throw new TorchError('Only tensors with 2 dimensions are supported', { shapes: [t.shape] });
  return quietly(() => { t.zero_(); t.diagonal().fill_(1); return t; });
}
/** The Dirac delta for a convolution weight: the layer passes its input channels on. */
export function dirac_(t: Tensor, groups: number | { groups?: number } = 1): Tensor {
  const g = typeof groups === 'object' ? (groups.groups ?? 1) : groups;
  if (t.ndim < 3 || t.ndim > 5) throw new TorchError('Only tensors with 3, 4, or 5 dimensions are supported', { shapes: [t.shape] });
  if (t.shape[0] % g !== 0) throw new TorchError('dim 0 must be divisible by groups', { shapes: [t.shape] });
  return quietly(() => {
    t.zero_();
    const out = t.shape[0] / g;
    for (let k = 0; k < g; k++) for (let d = 0; d < Math.min(out, t.shape[1]); d++) {
      let cell = t.select(0, k * out + d).select(0, d);
      for (const size of t.shape.slice(2)) cell = cell.select(0, Math.floor(size / 2));
      cell.fill_(1);
    }
    return t;
  });
}
/** A (semi-)orthogonal matrix from the QR decomposition of a normal one (Saxe et al. 2013). */
export function orthogonal_(t: Tensor, gain: number | ({ gain?: number } & Rng) = 1): Tensor {
  const o = pick(gain, { gain: typeof gain === 'number' ? gain : 1, generator: null as Generator | null });
  if (t.ndim < 2) throw new TorchError('Only tensors with 2 or more dimensions are supported', { shapes: [t.shape] });
  if (t.numel() === 0) return t;
  return quietly(() => {
    const rows = t.shape[0], cols = t.numel() / rows;
    const a = t.newEmpty([rows, cols]).normal_(0, 1, { generator: o.generator });
    const [q, r] = (rows < cols ? a.t() : a).qr() as unknown as [Tensor, Tensor];
    const fixed = q.mul(r.diagonal().sign());
    t.viewAs(t).copy_((rows < cols ? fixed.t() : fixed).reshape([...t.shape]));
    return t.mul_(o.gain);
  });
}
/** Each column gets the given share of zeros, the rest are normal numbers. */
export function sparse_(t: Tensor, sparsity: number, std = 0.01, options: Rng = {}): Tensor {
  if (t.ndim !== 2) throw new TorchError('Only tensors with 2 dimensions are supported', { shapes: [t.shape] });
  const zeros = Math.ceil(sparsity * t.shape[0]);
  return quietly(() => {
    t.normal_(0, std, { generator: options.generator ?? null });
    for (let c = 0; c < t.shape[1]; c++) {
      const order = t.newEmpty([t.shape[0]]).uniform_(0, 1, { generator: options.generator ?? null }).argsort().narrow(0, 0, zeros);
      t.select(1, c).indexFill_(0, order, 0);
    }
    return t;
  });
}
