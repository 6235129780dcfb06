import type { StoredArray } from '../cpu/heap.ts';
import { TorchError } from '../errors.ts';
import type { DType } from '../tensor/dtype.ts';
import { encode } from './encode.ts';
import type { Generator } from './generator.ts';
import { normalDouble } from './normal.ts';
import { uniformDouble, uniformFloat } from './uniform.ts';

function requireThat(condition: boolean, operator: string, message: string): void {
  if (!condition) throw new TorchError(`${operator} ${message}`, { operator });
}
function fill(out: StoredArray, dtype: DType, draw: () => number): void {
  encode(out, dtype, (o) => { for (let i = 0; i < o.length; i++) o[i] = draw(); });
}

/** Fills `out` with ones of probability `p`, else zeros: `Tensor.bernoulli_(p)`, the mask of dropout. Draws in double precision. */
export function bernoulli(gen: Generator, out: StoredArray, dtype: DType, p: number): void {
  requireThat(p >= 0 && p <= 1, 'bernoulli_', `expects p to be in [0, 1], but got p=${p}`);
  // Not through fill: masks of dropout are drawn in every step of a training, and a direct loop without a branch takes half the time.
  encode(out, dtype, (o) => { for (let i = 0; i < o.length; i++) o[i] = Number(uniformDouble(gen) < p); });
}

/**
 * Fills `out` with ones of probability `p[i]`, else zeros: `torch.bernoulli(p)`, `Tensor.bernoulli_(tensor)`. Draws in
 * double precision where `pDtype` is float64, else in single: another stream than that of one p for all.
 */
export function bernoulliEach(gen: Generator, out: StoredArray, dtype: DType, p: ArrayLike<number>, pDtype: DType): void {
  const draw = pDtype === 'float64' ? uniformDouble : uniformFloat;
  let i = 0;
  fill(out, dtype, () => {
    const pi = p[i++];
    requireThat(pi >= 0 && pi <= 1, 'bernoulli', `Expected p_in >= 0 && p_in <= 1 to be true, but got false. (p is ${pi})`);
    return draw(gen) < pi ? 1 : 0;
  });
}

/** Fills `out` with values of density λ·exp(−λx): `Tensor.exponential_(lambda)`. */
export function exponential(gen: Generator, out: StoredArray, dtype: DType, lambda = 1): void {
  requireThat(lambda > 0, 'exponential_', `expects lambda > 0.0, but found lambda=${lambda}`);
  fill(out, dtype, () => (-1 / lambda) * Math.log1p(-uniformDouble(gen)));
}

/** Fills `out` with the number of trials up to the first success of probability `p`: `Tensor.geometric_(p)`. */
export function geometric(gen: Generator, out: StoredArray, dtype: DType, p: number): void {
  requireThat(p > 0 && p < 1, 'geometric_', `expects p to be in (0, 1), but got p=${p}`);
  fill(out, dtype, () => Math.ceil(Math.log(uniformDouble(gen)) / Math.log1p(-p)));
}

/** Fills `out` with values of a Cauchy distribution of location `median` and scale `sigma`: `Tensor.cauchy_(median, sigma)`. */
export function cauchy(gen: Generator, out: StoredArray, dtype: DType, median = 0, sigma = 1): void {
  requireThat(sigma > 0, 'cauchy_', `expects sigma > 0.0, but found sigma=${sigma}`);
  fill(out, dtype, () => median + sigma * Math.tan(Math.PI * (uniformDouble(gen) - 0.5)));
}

/** Fills `out` with exponentials of normal values: `Tensor.log_normal_(mean, std)`. `mean` and `std` are those of the logarithm. */
export function logNormal(gen: Generator, out: StoredArray, dtype: DType, mean = 1, std = 2): void {
  requireThat(std > 0, 'log_normal_', `expects std > 0.0, but found std=${std}`);
  fill(out, dtype, () => Math.exp(normalDouble(gen, mean, std)));
}
