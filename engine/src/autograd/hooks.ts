import type { Tensor } from '../tensor/tensor.ts';

/** Takes a gradient, and returns the one to use in its place or nothing. */
export type GradHook = (grad: Tensor) => Tensor | void | null;

/** What removes a hook again. */
export class RemovableHandle {
  private static next = 0;
  readonly id = RemovableHandle.next++;
  private readonly list: Map<number, unknown>;
  constructor(list: Map<number, unknown>) { this.list = list; }
  /** Takes the hook off; a second call does nothing. */
  remove(): void { this.list.delete(this.id); }
}

/** Adds `hook` to `list` and returns the handle that removes it. */
export function addHook<H>(list: Map<number, H>, hook: H): RemovableHandle {
  const handle = new RemovableHandle(list);
  list.set(handle.id, hook);
  return handle;
}

/** The hooks of one tensor: on its gradient, and after it was accumulated into `.grad`. */
export interface TensorHooks { grad: Map<number, GradHook>; post: Map<number, (t: Tensor) => void>; retain: boolean }
