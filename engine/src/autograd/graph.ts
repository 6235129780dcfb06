import { TorchError } from '../errors.ts';
import { isFloat, type DType } from '../tensor/dtype.ts';
import { showShape, type Shape } from '../tensor/layout.ts';
import { Tensor, type Producer } from '../tensor/tensor.ts';
import type { RemovableHandle, TensorHooks } from './hooks.ts';
import { addHook } from './hooks.ts';

/** Shape, dtype and device of a tensor that a gradient must fit. */
export interface TensorMeta { readonly shape: Shape; readonly dtype: DType; readonly device: string }
export const metaOf = (t: Tensor): TensorMeta => ({ shape: t.shape, dtype: t.dtype, device: t.device });

export type NodeHook = (gradInputs: (Tensor | null)[], gradOutputs: (Tensor | null)[]) => (Tensor | null)[] | void | null;

let sequence = 0;
let created = 0;
/** How many nodes were recorded since the process began; a spy reads it before and after. */
export const nodesCreated = (): number => created;

/** A tensor with what is to happen to its gradient. */
export interface Watched { readonly tensor: Tensor; readonly hooks: TensorHooks }

/** A node of the backward graph: takes the gradients of its outputs and gives those of its inputs. */
export abstract class GradNode {
  /** As PyTorch prints it: `AddBackward0`. */
  abstract readonly name: string;
  /** Where the gradient of each input goes; null where none is wanted. */
  readonly edges: readonly (Producer | null)[];
  /** What each output is like: a gradient that nobody sent is zeros of this. */
  readonly outputs: readonly TensorMeta[];
  /** Later nodes run first. */
  readonly sequence = sequence++;
  hooks: Map<number, NodeHook> | null = null;
  preHooks: Map<number, (gradOutputs: (Tensor | null)[]) => (Tensor | null)[] | void> | null = null;
  /** Tensors of which this node is the producer and that have hooks or retain their gradient, by output. */
  watched: Map<number, Watched> | null = null;
  constructor(edges: readonly (Producer | null)[], outputs: readonly TensorMeta[]) { this.edges = edges; this.outputs = outputs; created++; }
  /** True where `apply` runs code that is not the engine's, which may keep the tensors that it sees. */
  readonly runsForeignCode: boolean = false;
  abstract apply(grads: (Tensor | null)[]): (Tensor | null)[];
  /** Lets go of what was saved. */
  release(): void {}
  get nextFunctions(): [GradNode | null, number][] { return this.edges.map((e) => [e?.node ?? null, e?.output ?? 0]); }
  /** Calls `hook(gradInputs, gradOutputs)` after this node ran. */
  registerHook(hook: NodeHook): RemovableHandle { return addHook((this.hooks ??= new Map()), hook); }
  /** Calls `hook(gradOutputs)` before this node runs. */
  registerPrehook(hook: (gradOutputs: (Tensor | null)[]) => (Tensor | null)[] | void): RemovableHandle { return addHook((this.preHooks ??= new Map()), hook); }
}

/** The end of the graph at a leaf: adds what arrives to `.grad`. */
export class AccumulateGrad extends GradNode {
  readonly name = 'AccumulateGrad';
  readonly variable: Tensor;
  constructor(variable: Tensor) {
    super([], [metaOf(variable)]);
    this.variable = variable;
    if (variable.hooks) this.watched = new Map([[0, { tensor: variable, hooks: variable.hooks }]]);
  }
  apply(): (Tensor | null)[] { return []; }
}

/** Where the gradient of a tensor is to be sent, or null where it needs none. */
export function edgeTo(t: Tensor): Producer | null {
  const made = t.viewOf === null ? t.producer : t.gradFn === null ? null : t.producer;
  if (made !== null) return made;
  return t.leafRequiresGrad ? { node: (t.accumulator ??= new AccumulateGrad(t)), output: 0 } : null;
}

/** How saved tensors are kept; `autograd.graph.savedTensorsHooks` replaces it for a while. */
export interface SavedHooks {
  pack(t: Tensor): unknown;
  unpack(packed: unknown): Tensor;
  /** The graph lets go of what `pack` gave. */
  release?(packed: unknown): void;
}
let savedHooks: SavedHooks | null = null;
/** Runs `fn`; tensors that are saved for backward meanwhile go through the hooks. */
export function withSavedHooks<T>(hooks: SavedHooks, fn: () => T): T {
  const before = savedHooks;
  savedHooks = hooks;
  try { return fn(); } finally { savedHooks = before; }
}
/** Runs `fn`; tensors that are saved for backward meanwhile go through `pack` and come back through `unpack`. */
export const savedTensorsHooks = <T>(pack: (t: Tensor) => unknown, unpack: (packed: unknown) => Tensor, fn: () => T): T => withSavedHooks({ pack, unpack }, fn);

let savedBytes = 0;
/** Bytes of the tensors that graphs hold for backward at this moment. A tensor saved twice counts twice. */
export const savedTensorBytes = (): number => savedBytes;
const bytesOf = (t: Tensor): number => t.count * (t.storage.nbytes ? elementSize(t) : 0);
const elementSize = (t: Tensor): number => ({ bool: 1, uint8: 1, int8: 1, int16: 2, int32: 4, int64: 8, float16: 2, bfloat16: 2, float32: 4, float64: 8 })[t.dtype];

/** A tensor kept for backward, with the version that it had. */
export class SavedTensor {
  private value: Tensor | null;
  /** What a hook made of it, and its place in the graph, which the hook does not know of. */
  private packed: { hooks: SavedHooks; value: unknown; history: Producer | null } | null = null;
  private readonly version: number;
  private readonly outputOf: GradNode | null;
  private readonly output: number;
  private readonly bytes: number;
  /** `node` is given when `t` is an output of that node: then only its data is kept, or the graph would hold itself alive. */
  constructor(t: Tensor, node: GradNode | null, output = 0) {
    if (t.inference) throw new TorchError('Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor and use it in autograd.');
    this.version = t.storage.version;
    this.outputOf = node;
    this.output = output;
    if (savedHooks) {
      this.value = null;
      const value = savedHooks.pack(node ? t.detach() : t);
      this.packed = { hooks: savedHooks, value, history: node ? { node, output } : t.requiresGrad ? edgeTo(t) : null };
      this.bytes = value instanceof Tensor ? bytesOf(value) : 0;
    } else {
      this.value = node ? new Tensor(t.storage, t.dtype, t, t.device) : t;
      this.bytes = bytesOf(t);
    }
    savedBytes += this.bytes;
  }
  unpack(operator: string): Tensor {
    if (this.packed) {
      const { hooks, value, history } = this.packed, data = hooks.unpack(value), t = new Tensor(data.storage, data.dtype, data, data.device);
      t.producer = history;
      return t;
    }
    const t = this.value;
    if (t === null) throw alreadyFreed();
    if (t.storage.version !== this.version) {
      throw new TorchError(
        `one of the variables needed for gradient computation has been modified by an inplace operation: [torch.${dtypeTensor(t)} ${showShape(t.shape)}]${this.outputOf ? `, which is output ${this.output} of ${this.outputOf.name},` : ''} is at version ${t.storage.version}; expected version ${this.version} instead. Hint: ${operator} saved this tensor in forward; use the out-of-place form of whatever changed it, or change a clone.`,
        { operator, shapes: [t.shape], dtypes: [t.dtype] },
      );
    }
    if (this.outputOf === null) return t;
    const again = new Tensor(t.storage, t.dtype, t, t.device);
    if (isFloat(t.dtype)) again.producer = { node: this.outputOf, output: this.output };
    return again;
  }
  release(): void {
    if (this.value || this.packed) savedBytes -= this.bytes;
    if (this.packed) this.packed.hooks.release?.(this.packed.value);
    this.value = null;
    this.packed = null;
  }
}
const dtypeTensor = (t: Tensor): string => ({ float32: 'FloatTensor', float64: 'DoubleTensor', float16: 'HalfTensor', bfloat16: 'BFloat16Tensor', int64: 'LongTensor', int32: 'IntTensor', int16: 'ShortTensor', int8: 'CharTensor', uint8: 'ByteTensor', bool: 'BoolTensor' })[t.dtype];

/** What a second backward through a freed graph says. */
export const alreadyFreed = (): TorchError => new TorchError(
  'Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward. Here: backward({ retainGraph: true }).');
