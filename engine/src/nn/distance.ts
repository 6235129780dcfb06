import type { Tensor } from '../tensor/tensor.ts';
import { signature } from './arguments.ts';
import * as F from './functional.ts';
import { Module } from './module.ts';

interface CosineOptions { dim?: number; eps?: number }
/** The cosine of the angle between vectors along `dim`. */
export class CosineSimilarity extends Module {
  declare readonly dim: number;
  declare readonly eps: number;
  constructor(dim?: number | CosineOptions, eps?: number | CosineOptions);
  constructor(...args: unknown[]) { super(); Object.assign(this, signature('CosineSimilarity(int dim=1, float eps=1e-8)')(args)); }
  override forward(x1: Tensor, x2: Tensor): Tensor { return F.cosineSimilarity(x1, x2, this.dim, this.eps); }
}
interface PairwiseOptions { p?: number; eps?: number; keepdim?: boolean }
/** The p-norm of the difference along the last dimension. */
export class PairwiseDistance extends Module {
  declare readonly p: number;
  declare readonly eps: number;
  declare readonly keepdim: boolean;
  constructor(p?: number | PairwiseOptions, eps?: number | PairwiseOptions, keepdim?: boolean | PairwiseOptions);
  constructor(...args: unknown[]) { super(); Object.assign(this, signature('PairwiseDistance(float p=2, float eps=1e-6, bool keepdim=False)')(args)); }
  override forward(x1: Tensor, x2: Tensor): Tensor { return F.pairwiseDistance(x1, x2, this.p, this.eps, this.keepdim); }
}
