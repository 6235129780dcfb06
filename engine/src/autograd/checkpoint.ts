// torch.utils.checkpoint: memory saved by computing activations twice.
import { currentAutocast, withAutocast, type AutocastState } from '../amp/autocast_mode.ts';
import { TorchError } from '../errors.ts';
import { Module } from '../nn/module.ts';
import { isOptions } from '../ops/schema.ts';
import { defaultGenerator } from '../random/generator.ts';
import { sameShape, showShape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { metaOf, SavedTensor, savedTensorsHooks, withSavedHooks, type SavedHooks, type TensorMeta } from './graph.ts';
import { enableGrad, isGradEnabled } from './modes.ts';

/** Options of `checkpoint`, after the arguments of the function. */
export interface CheckpointOptions {
  /** Draws the same random numbers again (dropout!) when recomputing. Default true. */
  preserveRngState?: boolean;
  /** Accepted for PyTorch's sake; this is always the variant without reentrant backward. */
  useReentrant?: boolean | null;
}

/** One call of `checkpoint`: the arguments to run it again with, and which tensors backward will ask for. */
class Segment implements SavedHooks {
  private readonly args: readonly unknown[];
  private readonly rng: Uint8Array | null;
  private readonly autocast: AutocastState | null = currentAutocast();
  private readonly expected: TensorMeta[] = [];
  private recomputed: (Tensor | null)[] = [];
  private live = 0;
  private readonly fn: (...args: never[]) => unknown;
  constructor(fn: (...args: never[]) => unknown, args: readonly unknown[], preserveRng: boolean) {
    this.fn = fn;
    this.rng = preserveRng ? defaultGenerator.getState() : null;
    // Through SavedTensor, so that changes in place are noticed and an outer checkpoint takes these over as well.
    this.args = args.map((a) => (a instanceof Tensor ? new SavedTensor(a, null) : a));
  }
  pack(t: Tensor): number {
    this.live++;
    return this.expected.push(metaOf(t)) - 1;
  }
  unpack(index: unknown): Tensor {
    const i = index as number;
    if (!this.recomputed[i]) this.recompute();
    const t = this.recomputed[i]!;
    this.recomputed[i] = null; // let go of it as soon as it was used
    return t;
  }
  release(): void {
    if (--this.live > 0) return;
    this.recomputed = [];
    for (const a of this.args) if (a instanceof SavedTensor) a.release();
  }
  private recompute(): void {
    const list: Tensor[] = [], now = this.rng && defaultGenerator.getState();
    const args = this.args.map((a) => (a instanceof SavedTensor ? a.unpack('checkpoint') : a)) as never[];
    if (this.rng) defaultGenerator.setState(this.rng);
    try {
      // Packed as their numbers, so that this second graph, which is thrown away, doesn't count as memory held for backward.
      enableGrad(() => withAutocast(this.autocast, () => savedTensorsHooks((t) => list.push(t.detach()) - 1, (i) => list[i as number], () => this.fn(...args))));
    } finally { if (now) defaultGenerator.setState(now); }
    if (list.length !== this.expected.length) throw new TorchError(`torch.utils.checkpoint: A different number of tensors was saved during the original forward and recomputation.\nNumber of tensors saved during forward: ${this.expected.length}\nNumber of tensors saved during recomputation: ${list.length}`, { operator: 'checkpoint' });
    this.expected.forEach((m, i) => {
      const t = list[i];
      if (!sameShape(m.shape, t.shape) || m.dtype !== t.dtype || m.device !== t.device) throw new TorchError(`torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during the forward pass.\ntensor at position ${i}:\nsaved metadata: shape ${showShape(m.shape)}, dtype torch.${m.dtype}, device ${m.device}\nrecomputed metadata: shape ${showShape(t.shape)}, dtype torch.${t.dtype}, device ${t.device}`, { operator: 'checkpoint', shapes: [m.shape, t.shape], dtypes: [m.dtype, t.dtype] });
    });
    this.recomputed = list;
  }
}

const isCheckpointOptions = (v: unknown): v is CheckpointOptions => isOptions(v) && Object.keys(v).length > 0 && Object.keys(v).every((k) => k === 'preserveRngState' || k === 'useReentrant');

/**
 * Calls `fn(...args)` without keeping what its operators save for backward: backward calls `fn` again to get it. Memory
 * for time: one more forward pass. `fn` must compute the same both times; random numbers are drawn again as they were.
 *
 * @example const y = torch.utils.checkpoint.checkpoint(block, x, { useReentrant: false });
 */
export function checkpoint<A extends unknown[], R>(fn: (...args: A) => R, ...args: [...A] | [...A, CheckpointOptions]): R {
  const last = args[args.length - 1], options = isCheckpointOptions(last) ? last : {}, inputs = (options === last ? args.slice(0, -1) : args) as unknown as A;
  if (!isGradEnabled()) return fn(...inputs);
  const segment = new Segment(fn as (...a: never[]) => unknown, inputs, options.preserveRngState ?? true);
  return withSavedHooks(segment, () => fn(...inputs));
}

/**
 * Runs a Sequential (or a list of functions) in `segments` parts, each of them but the last through `checkpoint`.
 *
 * @example checkpointSequential(model, 4, x)
 */
export function checkpointSequential(functions: Module | readonly ((x: never) => unknown)[], segments: number, input: Tensor, options: CheckpointOptions = {}): Tensor {
  const list = (functions instanceof Module ? [...functions.children()] : functions) as readonly ((x: unknown) => unknown)[], size = Math.floor(list.length / segments);
  if (size < 1) throw new TorchError(`checkpoint_sequential: ${list.length} functions cannot be cut into ${segments} segments`, { operator: 'checkpointSequential' });
  const run = (from: number, to: number) => (x: unknown): unknown => list.slice(from, to).reduce((y, f) => f(y), x);
  let x: unknown = input;
  for (let k = 0; k < segments - 1; k++) x = checkpoint(run(k * size, (k + 1) * size), x, options);
  return run((segments - 1) * size, list.length)(x) as Tensor;
}
