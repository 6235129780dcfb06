
import { copyInto, denseAs } from '../cpu/copy.ts';
import type { StoredArray } from '../cpu/heap.ts';
import { TorchError } from '../errors.ts';
import { bernoulli as drawBernoulli, bernoulliEach, cauchy, exponential, geometric, logNormal } from '../random/distributions.ts';
import { defaultGenerator, type Generator } from '../random/generator.ts';
import { randint as drawRandint, random as drawRandom, randperm as drawRandperm } from '../random/integers.ts';
import { multinomial as drawMultinomial } from '../random/multinomial.ts';
import { normal as drawNormal } from '../random/normal.ts';
import { uniform as drawUniform } from '../random/uniform.ts';
import { getDefaultDtype, isFloat, type DType } from '../tensor/dtype.ts';
import { broadcastShapes } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { deviceName } from '../tensor/device.ts';
import { finish, sizesAndOptions, type SizeAndOptions, type TensorOptions } from './create.ts';
import { observers } from './observe.ts';
import { kernel, type Meta, type Operator, type Table } from './operator.ts';
import { isOptions } from './schema.ts';

/** Options of functions that draw: a generator other than the default one. */
export interface RandomOptions extends TensorOptions { generator?: Generator | null }

/** Seeds the default generator: the same seed gives PyTorch's numbers. Returns the generator. */
export function manualSeed(seed: number): Generator { return defaultGenerator.manualSeed(seed); }
/** Seeds the default generator with a number that differs from run to run, and returns that number. */
export const seed = (): number => defaultGenerator.seed();
/** The seed that the default generator was given last. */
export const initialSeed = (): number => defaultGenerator.initialSeed();
/** The state of the default generator as a uint8 tensor, for `setRngState`. */
export function getRngState(): Tensor {
  const bytes = defaultGenerator.getState(), out = Tensor.allocate([bytes.length], 'uint8', 'cpu');
  out.window().set(bytes as never);
  return out;
}
/** Puts the default generator back into a state that `getRngState` gave. */
export function setRngState(state: Tensor): void { defaultGenerator.setState(Uint8Array.from(denseAs(state, 'uint8').window() as Uint8Array)); }

/** Draws into the memory of `t`, whatever its strides, and tells spies. */
function draw(name: string, t: Tensor, fill: (out: StoredArray) => void): Tensor {
  if (observers.active) observers.event('draw', { name, count: t.count });
  if (t.dense) fill(t.window());
  else { const tmp = Tensor.allocate(t.shape, t.dtype, t.device); fill(tmp.window()); copyInto(t, tmp); }
  return t;
}
const using = (g: Generator | null | undefined): Generator => g ?? defaultGenerator;
const fresh = (shape: readonly number[], dtype: DType, o: RandomOptions): Tensor => Tensor.allocate(shape, dtype, deviceName(o.device ?? 'cpu'));

/** Uniform numbers in [0, 1). @example torch.rand(2, 3) */
export function rand(...args: SizeAndOptions<RandomOptions>): Tensor {
  const [s, o] = sizesAndOptions<RandomOptions>('rand', args), t = fresh(s, floatDtype(o.dtype, 'uniform'), o);
  return finish(draw('rand', t, (out) => drawUniform(using(o.generator), out, t.dtype)), o);
}
/** Normal numbers with mean 0 and standard deviation 1. */
export function randn(...args: SizeAndOptions<RandomOptions>): Tensor {
  const [s, o] = sizesAndOptions<RandomOptions>('randn', args), t = fresh(s, floatDtype(o.dtype, 'normal'), o);
  return finish(draw('randn', t, (out) => drawNormal(using(o.generator), out, t.dtype)), o);
}
function floatDtype(d: DType | null | undefined, what: string): DType {
  if (d && !isFloat(d)) throw new TorchError(`"${what}_kernel_cpu" not implemented for '${d}'`, { operator: what, dtypes: [d] });
  return d ?? getDefaultDtype();
}

/** Integers from `low` (default 0) up to, not including, `high`; int64. @example torch.randint(0, 10, [3]) */
export function randint(high: number, size: readonly number[], options?: RandomOptions): Tensor;
export function randint(low: number, high: number, size: readonly number[], options?: RandomOptions): Tensor;
export function randint(...args: unknown[]): Tensor {
  const last = args[args.length - 1], o = (isOptions(last) ? last : {}) as RandomOptions & { low?: number; high?: number; size?: number[] };
  const rest = isOptions(last) ? args.slice(0, -1) : args, numbers = rest.filter((a): a is number => typeof a === 'number');
  const [low, high] = numbers.length > 1 ? numbers : [o.low ?? 0, numbers[0] ?? o.high];
  const size = (rest.find((a) => Array.isArray(a)) ?? o.size) as number[] | undefined;
  if (high === undefined || size === undefined) throw new TorchError('randint() missing required positional arguments: "high", "size"', { operator: 'randint' });
  if (low >= high) throw new TorchError(`random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`, { operator: 'randint' });
  const t = fresh(size, o.dtype ?? 'int64', o);
  return finish(draw('randint', t, (out) => drawRandint(using(o.generator), out, t.dtype, low, high)), o);
}
/** The numbers 0 … n-1 in random order; int64. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  if (!Number.isInteger(n) || n < 0) throw new TorchError(`n must be non-negative, got ${n}`, { operator: 'randperm' });
  const t = fresh([n], options.dtype ?? 'int64', options);
  return finish(draw('randperm', t, (out) => drawRandperm(using(options.generator), out, t.dtype)), options);
}
/** Normal numbers with the given means and standard deviations (tensors, or numbers with a size). */
export function normal(mean: number | Tensor, std: number | Tensor = 1, size?: readonly number[] | RandomOptions, options: RandomOptions = {}): Tensor {
  const o = isOptions(size) ? (size as RandomOptions) : options;
  for (const s of [std]) if (!(s instanceof Tensor) && s < 0) throw new TorchError(`normal expects std >= 0.0, but found std ${s}`, { operator: 'normal' });
  if (!(mean instanceof Tensor) && !(std instanceof Tensor)) {
    const t = fresh(Array.isArray(size) ? size : [], floatDtype(o.dtype, 'normal'), o);
    return finish(draw('normal', t, (out) => drawNormal(using(o.generator), out, t.dtype, mean, std)), o);
  }
  const shape = broadcastShapes(mean instanceof Tensor ? mean.shape : [], std instanceof Tensor ? std.shape : []);
  const like = mean instanceof Tensor ? mean : (std as Tensor), t = Tensor.allocate(shape, like.dtype, like.device);
  return draw('normal', t, (out) => drawNormal(using(o.generator), out, t.dtype)).mul(std).add(mean);
}
/** Uniform numbers in [0, 1) of the shape of `input`. */
export const randLike = (input: Tensor, o: RandomOptions = {}): Tensor => rand([...input.shape], { ...o, dtype: o.dtype ?? input.dtype, device: o.device ?? input.device });
/** Normal numbers of the shape of `input`. */
export const randnLike = (input: Tensor, o: RandomOptions = {}): Tensor => randn([...input.shape], { ...o, dtype: o.dtype ?? input.dtype, device: o.device ?? input.device });
/** Integers from `low` up to, not including, `high`, of the shape of `input`. */
export function randintLike(input: Tensor, low: number, high?: number, o: RandomOptions = {}): Tensor {
  return randint(high === undefined ? 0 : low, high ?? low, [...input.shape], { ...o, dtype: o.dtype ?? input.dtype, device: o.device ?? input.device });
}

/** Operators that draw according to a tensor. */
export interface RandomOps {
  /** 1 with the probability that each element gives, else 0. */
  bernoulli(p?: number | { p?: number; generator?: Generator | null }, options?: { generator?: Generator | null }): Tensor;
  /** Indices drawn with the (unnormalised) probabilities of each row; int64. */
  multinomial(numSamples: number | { numSamples: number; replacement?: boolean; generator?: Generator | null }, replacement?: boolean | { replacement?: boolean; generator?: Generator | null }, options?: { generator?: Generator | null }): Tensor;
}
const same = ([x]: readonly unknown[]): Meta => ({ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype });
export const randoms: Table<RandomOps> = {
  bernoulli: kernel<{ p: number | null; generator: Generator | null }>({
    schema: 'bernoulli(Tensor input, float? p=None, *, Generator? generator=None)',
    meta: same,
    cpu([out], [x], { p, generator }) {
      const given = x as Tensor;
      if (p !== null) { probability(p); draw('bernoulli', out, (o) => drawBernoulli(using(generator), o, out.dtype, p)); return; }
      const values = denseAs(given, given.dtype === 'float32' ? 'float32' : 'float64').window() as Float32Array | Float64Array;
      for (const v of values) probability(v);
      draw('bernoulli', out, (o) => bernoulliEach(using(generator), o, out.dtype, values, given.dtype));
    },
    grad: (g) => [g.mul(0)],
  }),
  multinomial: kernel<{ numSamples: number; replacement: boolean; generator: Generator | null }>({
    schema: 'multinomial(Tensor input, int num_samples, bool replacement=False, *, Generator? generator=None)',
    meta([x], { numSamples, replacement }) {
      const t = x as Tensor;
      if (t.ndim < 1 || t.ndim > 2) throw new TorchError('prob_dist must be 1 or 2 dim', { operator: 'multinomial', shapes: [t.shape] });
      if (!isFloat(t.dtype)) throw new TorchError(`multinomial only supports floating-point dtypes for input, got: ${t.dtype}`, { operator: 'multinomial', dtypes: [t.dtype] });
      if (numSamples <= 0) throw new TorchError('cannot sample n_sample <= 0 samples', { operator: 'multinomial' });
      if (!replacement && numSamples > t.shape[t.ndim - 1]) throw new TorchError('cannot sample n_sample > prob_dist.size(-1) samples without replacement', { operator: 'multinomial' });
      return { shape: [...t.shape.slice(0, -1), numSamples], dtype: 'int64' };
    },
    cpu([out], [x], { numSamples, replacement, generator }) {
      const t = x as Tensor, rows = t.ndim === 2 ? t.shape[0] : 1, weights = denseAs(t, 'float64').window() as Float64Array, n = t.shape[t.ndim - 1];
      for (let r = 0; r < rows; r++) {
        let sum = 0;
        for (let i = 0; i < n; i++) { const w = weights[r * n + i]; if (!(w >= 0 && w < Infinity)) throw new TorchError('probability tensor contains either `inf`, `nan` or element < 0', { operator: 'multinomial' }); sum += w; }
        if (sum <= 0) throw new TorchError('invalid multinomial distribution (sum of probabilities <= 0)', { operator: 'multinomial' });
      }
      if (observers.active) observers.event('draw', { name: 'multinomial', count: out.count });
      const picked = drawMultinomial(using(generator), weights, t.dtype, rows, numSamples, replacement), to = out.window() as BigInt64Array;
      for (let i = 0; i < picked.length; i++) to[i] = BigInt(picked[i]);
    },
    grad: 'draws integers',
  }),
};
function probability(p: number): void {
  if (!(p >= 0 && p <= 1)) throw new TorchError(`bernoulli_ expects p to be in [0, 1], but got p=${p}`, { operator: 'bernoulli' });
}

/** Operators that exist only in place and fill a tensor with random numbers. */
export interface RandomFillOps {
  /** Uniform in [from, to). */
  uniform(from?: number | { from?: number; to?: number; generator?: Generator | null }, to?: number | { generator?: Generator | null }, options?: { generator?: Generator | null }): Tensor;
  normal(mean?: number | { mean?: number; std?: number; generator?: Generator | null }, std?: number | { generator?: Generator | null }, options?: { generator?: Generator | null }): Tensor;
  /** Integers from `from` up to, not including, `to`; over the whole range of the dtype without arguments. */
  random(from?: number | { from?: number; to?: number; generator?: Generator | null }, to?: number | { generator?: Generator | null }, options?: { generator?: Generator | null }): Tensor;
  exponential(lambd?: number | { lambd?: number; generator?: Generator | null }, options?: { generator?: Generator | null }): Tensor;
  geometric(p: number | { p: number; generator?: Generator | null }, options?: { generator?: Generator | null }): Tensor;
  cauchy(median?: number | { median?: number; sigma?: number; generator?: Generator | null }, sigma?: number | { generator?: Generator | null }, options?: { generator?: Generator | null }): Tensor;
  logNormal(mean?: number | { mean?: number; std?: number; generator?: Generator | null }, std?: number | { generator?: Generator | null }, options?: { generator?: Generator | null }): Tensor;
}
/** A record that fills its first input in place. */
const fill = (schema: string, run: (out: StoredArray, t: Tensor, attrs: Record<string, number | null> & { generator: Generator | null }) => void): Operator =>
  kernel<Record<string, number | null> & { generator: Generator | null }>({
    schema: schema.replace(')', ', *, Generator? generator=None)'),
    meta: same,
    cpu([out], _, attrs) { draw(schema.slice(0, schema.indexOf('(')), out, (o) => run(o, out, attrs)); },
    write(x, _, attrs) { draw(schema.slice(0, schema.indexOf('(')), x, (o) => run(o, x, attrs)); },
    grad: (g) => [g.mul(0)],
  });
export const randomFills: Table<RandomFillOps> = {
  uniform: fill('uniform(Tensor input, float from=0, float to=1)', (o, t, a) => {
    if (a.from! > a.to!) throw new TorchError(`uniform_ expects to return a [from, to) range, but found from=${a.from} > to=${a.to}`, { operator: 'uniform_' });
    drawUniform(using(a.generator), o, t.dtype, a.from!, a.to!);
  }),
  normal: fill('normal(Tensor input, float mean=0, float std=1)', (o, t, a) => {
    if (a.std! < 0) throw new TorchError(`normal expects std >= 0.0, but found std ${a.std}`, { operator: 'normal_' });
    drawNormal(using(a.generator), o, t.dtype, a.mean!, a.std!);
  }),
  random: fill('random(Tensor input, int? from=None, int? to=None)', (o, t, a) => {
    if (a.from === null) drawRandom(using(a.generator), o, t.dtype);
    else drawRandint(using(a.generator), o, t.dtype, a.to === null ? 0 : a.from, a.to ?? a.from);
  }),
  exponential: fill('exponential(Tensor input, float lambd=1)', (o, t, a) => exponential(using(a.generator), o, t.dtype, a.lambd!)),
  geometric: fill('geometric(Tensor input, float p)', (o, t, a) => geometric(using(a.generator), o, t.dtype, a.p!)),
  cauchy: fill('cauchy(Tensor input, float median=0, float sigma=1)', (o, t, a) => cauchy(using(a.generator), o, t.dtype, a.median!, a.sigma!)),
  logNormal: fill('logNormal(Tensor input, float mean=1, float std=2)', (o, t, a) => logNormal(using(a.generator), o, t.dtype, a.mean!, a.std!)),
};
export const randomInPlace = ['bernoulli'] as const;
export const randomFillInPlace = ['uniform', 'normal', 'random', 'exponential', 'geometric', 'cauchy', 'logNormal'] as const;
