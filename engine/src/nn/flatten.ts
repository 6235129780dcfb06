import type { Tensor } from '../tensor/tensor.ts';
import { py, signature } from './arguments.ts';
import { Module } from './module.ts';

interface FlattenOptions { startDim?: number; endDim?: number }
const flattenArguments = signature<Required<FlattenOptions>>('Flatten(int start_dim=1, int end_dim=-1)');
/** Merges the dimensions from `startDim` to `endDim` (all but the batch unless given) into one. */
export class Flatten extends Module {
  declare readonly startDim: number;
  declare readonly endDim: number;
  constructor(startDim?: number | FlattenOptions, endDim?: number | FlattenOptions);
  constructor(...args: unknown[]) { super(); Object.assign(this, flattenArguments(args)); }
  override forward(input: Tensor): Tensor { return input.flatten(this.startDim, this.endDim); }
  override extraRepr(): string { return `start_dim=${this.startDim}, end_dim=${this.endDim}`; }
}
/** Splits dimension `dim` into dimensions of the given sizes. */
export class Unflatten extends Module {
  declare readonly dim: number;
  declare readonly unflattenedSize: readonly number[];
  constructor(dim: number, unflattenedSize: readonly number[]) {
    super();
    Object.assign(this, signature('Unflatten(int dim, int[] unflattened_size)')([dim, unflattenedSize]));
  }
  override forward(input: Tensor): Tensor { return input.unflatten(this.dim, [...this.unflattenedSize]); }
  override extraRepr(): string { return `dim=${this.dim}, unflattened_size=${py(this.unflattenedSize)}`; }
}
