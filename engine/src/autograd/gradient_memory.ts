import { now, type Storage } from '../cpu/heap.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Knows which gradients of one backward pass are still on their way, and frees the memory of those that have been used.
 * JavaScript would free them too, but only at its next full garbage collection: until then a training loop would fill
 * hundreds of megabytes with gradients that nobody can see.
 *
 * Only memory that was taken during the pass is ever freed, and none that a hook, a custom function or `.grad` has seen.
 */
export class GradientMemory {
  private readonly start = now();
  private readonly uses = new Map<Storage, number>();
  private readonly escaped = new WeakSet<Storage>();
  private readonly active: boolean;
  /** `active` false: everything is left to the garbage collector (with `createGraph`, gradients have a graph of their own). */
  constructor(active: boolean) { this.active = active; }

  /** The gradient waits for a node. */
  hold(g: Tensor): void { if (this.active) this.uses.set(g.storage, (this.uses.get(g.storage) ?? 0) + 1); }
  /** It has been used there. */
  drop(g: Tensor): void {
    if (!this.active) return;
    const left = (this.uses.get(g.storage) ?? 1) - 1;
    if (left > 0) { this.uses.set(g.storage, left); return; }
    this.uses.delete(g.storage);
    if (g.storage.bornSince(this.start) && !this.escaped.has(g.storage)) g.storage.free();
  }
  /** Somebody else may keep it. */
  release(g: Tensor | null | undefined): void { if (g) this.escaped.add(g.storage); }
  /** True where the gradient fills memory of its own that nothing else uses, so that it can become `.grad` as it is. */
  isOnlyUse(g: Tensor): boolean {
    return this.active && g.dense && g.offset === 0 && g.viewOf === null && this.uses.get(g.storage) === 1 && g.storage.bornSince(this.start) && !this.escaped.has(g.storage);
  }
}
