import * as torch from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';

// Inputs on which derivatives are checked: float64, small, all values different and away from the kinks at integers, 0 and ±0.5.

/** One call of an operator: the tensors whose gradients are checked, the function of them, and why it has no second derivative. */
export interface Sample { readonly inputs: readonly Tensor[]; readonly call: (...x: Tensor[]) => unknown; readonly once?: string }

let turn = 0;
/** n numbers between 0 and 1 in no order, with equal gaps. */
function scattered(n: number): number[] {
  const step = [7, 11, 13, 17, 19].find((p) => n % p !== 0)!, shift = turn++;
  return Array.from({ length: n }, (_, i) => ((((i + shift) * step) % n) + 0.31) / n);
}
const sized = (shape: readonly number[], value: (u: number) => number): Tensor =>
  torch.tensor(Float64Array.from(scattered(shape.reduce((a, b) => a * b, 1)), value)).reshape([...shape]).requiresGrad_();

/** Between -2 and 2, but never within 0.05 of a multiple of a half. */
export const any = (...shape: number[]): Tensor => sized(shape, (u) => { const v = 4 * u - 2, half = Math.round(v * 2) / 2, d = v - half; return half + (Math.abs(d) < 0.05 ? (d < 0 ? -0.05 : 0.05) - d + 2 * d : d); });
/** Between `from` and `to`. */
export const between = (from: number, to: number) => (...shape: number[]): Tensor => sized(shape, (u) => from + (to - from) * u);
export const positive = between(0.2, 1.9);
export const unit = between(0.08, 0.92);

export const ints = (values: readonly number[], ...shape: number[]): Tensor => torch.tensor([...values], { dtype: 'int64' }).reshape(shape.length ? shape : [values.length]);
export const bools = (values: readonly number[], ...shape: number[]): Tensor => torch.tensor(values.map(Boolean)).reshape(shape.length ? shape : [values.length]);

/** A matrix with distinct singular values and no small eigenvalue. */
export const matrix = (n: number, m = n): Tensor => torch.noGrad(() => torch.eye(n, m, { dtype: 'float64' }).mul(torch.arange(1, m + 1, 1, { dtype: 'float64' })).add(any(n, m).mul(0.4))).requiresGrad_();
export const batch = (...of: Tensor[]): Tensor => torch.noGrad(() => torch.stack(of)).requiresGrad_();
/** The symmetric part, which has real eigenvalues. */
export const symmetric = (x: Tensor): Tensor => x.add(x.mT).div(2);
/** x xᵀ + 1: symmetric and positive definite. */
export const definite = (x: Tensor): Tensor => x.matmul(x.mT).add(torch.eye(x.shape[x.ndim - 1], { dtype: 'float64' }));
/** With the random stream at the same place at every call, as finite differences need it. */
export const seeded = (fn: (...x: Tensor[]) => unknown) => (...x: Tensor[]): unknown => { torch.manualSeed(3); return fn(...x); };
