import { inspect } from 'node:util';
import { Storage, stored } from '../cpu/heap.ts';
import { TorchError } from '../errors.ts';
import { isInferenceModeEnabled } from '../autograd/modes.ts';
import type { TensorHooks } from '../autograd/hooks.ts';
import type { GradNode } from '../autograd/graph.ts';
import { dtypeInfo, type DType } from './dtype.ts';
import { contiguousStrides, isContiguous, numelOf, type Layout, type Shape } from './layout.ts';
import type { TensorMethods } from '../ops/methods.ts';
import { show } from './show.ts';
import { readNested, type Nested } from './read.ts';

/** Where a tensor that is a view comes from: the tensor that it looks into, and the version of the memory that its history fits. */
export interface ViewOf { readonly base: Tensor; graphVersion: number }

/** A gradient function's place in the graph of a tensor: the node and which of its outputs the tensor is. */
export interface Producer { readonly node: GradNode; readonly output: number }

/**
 * A multi-dimensional array of one dtype on one device, as in PyTorch. Made by `tensor`, `zeros`, `randn` and the like.
 * Views share memory with the tensor they were taken of.
 *
 * @example
 * const x = torch.tensor([[1, 2], [3, 4]]);
 * x.mul(2).sum(0); // tensor([ 8., 12.])
 */
export class Tensor {
  /** Memory, shared by all views. */
  readonly storage: Storage;
  readonly shape: readonly number[];
  /** Steps in elements along each dimension; `stride()` is the public name. */
  readonly strides: readonly number[];
  /** First element's place in the storage, in elements. */
  readonly offset: number;
  readonly dtype: DType;
  /** `'cpu'`, `'sim:0'`, … */
  readonly device: string;
  /** Number of elements. */
  readonly count: number;
  readonly dense: boolean;
  private gradValue: Tensor | null = null;
  /** True for a leaf that asks for a gradient; `requiresGrad` also covers results. */
  leafRequiresGrad = false;
  producer: Producer | null = null;
  viewOf: ViewOf | null = null;
  hooks: TensorHooks | null = null;
  /** The node that adds to `.grad`, made when first needed. */
  accumulator: GradNode | null = null;
  /** Made inside `inferenceMode`: can't be saved for backward. */
  inference = false;

  constructor(storage: Storage, dtype: DType, layout: Layout, device: string) {
    this.storage = storage;
    this.dtype = dtype;
    this.shape = layout.shape;
    this.strides = layout.strides;
    this.offset = layout.offset;
    this.device = device;
    this.count = numelOf(layout.shape);
    this.dense = isContiguous(layout.shape, layout.strides);
  }

  /** A new tensor with memory of its own, uninitialised. */
  static allocate(shape: Shape, dtype: DType, device: string): Tensor {
    const n = numelOf(shape);
    const t = new Tensor(new Storage(n * dtypeInfo(dtype).bytes), dtype, { shape, strides: contiguousStrides(shape), offset: 0 }, device);
    t.inference = isInferenceModeEnabled();
    return t;
  }

  /** Address of the first element, in bytes. */
  get ptr(): number { return this.storage.ptr + this.offset * dtypeInfo(this.dtype).bytes; }
  /** The elements of a contiguous tensor as they are stored, as a window on the memory (not a copy). */
  window(): ReturnType<typeof stored> { return stored(this.dtype, this.ptr, this.count); }

  get ndim(): number { return this.shape.length; }
  /** Counts in-place changes of the memory that this tensor shares. */
  get _version(): number { return this.storage.version; }
  get isLeaf(): boolean { return this.gradFn === null; }

  get requiresGrad(): boolean { return this.leafRequiresGrad || this.gradFn !== null; }
  set requiresGrad(value: boolean) { this.requiresGrad_(value); }

  /** The node that computes this tensor's gradient, or null for a leaf. A view whose base was changed in place gets a new one. */
  get gradFn(): GradNode | null { return this.viewOf === null ? (this.producer?.node ?? null) : (currentProducer(this)?.node ?? null); }

  /** The accumulated gradient of a leaf, or of a tensor with `retainGrad()`. */
  get grad(): Tensor | null { return this.gradValue; }
  set grad(g: Tensor | null) {
    if (g !== null) {
      if (!(g instanceof Tensor)) throw new TorchError(`assigned grad expected to be a Tensor or None but got grad of type ${typeof g}`);
      if (g.shape.join() !== this.shape.join()) throw new TorchError(`assigned grad has data of a different size`, { shapes: [this.shape, g.shape] });
      if (g.dtype !== this.dtype) throw new TorchError(`assigned grad has data of a different type`, { dtypes: [this.dtype, g.dtype] });
      if (g.device !== this.device) throw new TorchError(`assigned grad has data located on a different device`);
    }
    this.gradValue = g;
  }

  /** PyTorch's repr. */
  toString(): string { return show(this); }
  [inspect.custom](): string { return this.toString(); }
  [Symbol.toPrimitive](hint: string): number | string { return hint === 'number' ? this.item() as number : show(this); }
  /** Slices along the first dimension, for `for (const row of x)`. */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    if (!this.ndim) throw new TorchError('iteration over a 0-d tensor');
    for (let i = 0; i < this.shape[0]; i++) yield this.select(0, i);
  }

  /** The value of a tensor with one element, as a number or boolean. */
  item(): number | boolean {
    if (this.count !== 1) throw new TorchError(`a Tensor with ${this.count} elements cannot be converted to Scalar`, { operator: 'item', shapes: [this.shape] });
    return readNested(this, this.ndim, 0) as number | boolean;
  }
  /** The values as nested lists of numbers or booleans. */
  tolist(): Nested { return readNested(this, 0, 0); }
}

// A bundler renames a class that mentions itself.
Object.defineProperty(Tensor, 'name', { value: 'Tensor' });

// Merged into the class: the operators' methods (types from the families' interfaces, bodies from the operator tables).
export interface Tensor extends TensorMethods {}

let currentProducer: (t: Tensor) => Producer | null = (t) => t.producer;
/** Installed by autograd: finds the producer of a view, anew where its base was changed in place. */
export function setViewProducer(f: (t: Tensor) => Producer | null): void { currentProducer = f; }

/** What makes a number or tensor an operand. */
export type Operand = Tensor | number | boolean;

type Mutable = { -readonly [K in 'storage' | 'shape' | 'strides' | 'offset' | 'dtype' | 'device' | 'count' | 'dense']: Tensor[K] };
/** Makes `t` look at the memory of `from`, keeping its identity, gradient and place in the graph: what `x.data = y` and `module.to(device)` do. */
export function assignData(t: Tensor, from: Tensor): void {
  const to = t as unknown as Mutable;
  to.storage = from.storage; to.shape = from.shape; to.strides = from.strides; to.offset = from.offset;
  to.dtype = from.dtype; to.device = from.device; to.count = from.count; to.dense = from.dense;
  t.accumulator = null; // it remembers the old shape, dtype and device
}
