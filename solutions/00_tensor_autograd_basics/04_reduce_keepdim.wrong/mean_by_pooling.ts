// claim: reduced dimensions are gone, or have size 1 with keepdim
import { nn, type Tensor } from '@track/engine';

/** How many entries of `x` go into one entry of a result that is reduced over `dims`. */
const count = (x: Tensor, dims: readonly number[]): number => dims.reduce((n, dim) => n * x.size(dim), 1);

export function mean(x: Tensor, dims: readonly number[], keepdim: boolean): Tensor {
  const reduced = dims.map((dim) => (dim < 0 ? dim + x.ndim : dim)), kept = [...x.shape.keys()].filter((dim) => !reduced.includes(dim));
  const pooled = nn.functional.adaptiveAvgPool1d(x.permute(...kept, ...reduced).reshape(1, -1, count(x, dims)), 1);
  return pooled.reshape(x.shape.flatMap((size, dim) => (reduced.includes(dim) ? (keepdim ? [1] : []) : [size])));
}

export function variance(x: Tensor, dims: readonly number[], { unbiased, keepdim }: { unbiased: boolean; keepdim: boolean }): Tensor {
  // Distances first: the difference of mean(x²) and mean(x)² loses all digits when the mean is large.
  const squares = x.sub(mean(x, dims, true)).square();
  return squares.sum(dims, keepdim).div(count(x, dims) - (unbiased ? 1 : 0));
}

export function standardize(x: Tensor, dims: readonly number[]): Tensor {
  const spread = variance(x, dims, { unbiased: false, keepdim: true }).add(1e-5).sqrt();
  return x.sub(mean(x, dims, true)).div(spread);
}

export function subtractMax(x: Tensor, dim: number): Tensor {
  return x.sub(x.max(dim, true).values);
}
