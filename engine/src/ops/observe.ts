import type { Input } from './operator.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Sees the operators that run: what `@track/engine/testing` builds its spies and blocks on. */
export interface Observer {
  /** A call by its public name; `depth` 0 is the program's own call, more is a call inside an operator. May throw to refuse it. */
  called?(name: string, args: readonly unknown[], depth: number): void;
  /** A kernel or view ran. */
  ran?(name: string, inputs: readonly Input[], outputs: readonly Tensor[]): void;
  /** Something else worth noting: `zeroGrad`, `backward`, `step`, `forward`, `draw`, `transfer`. */
  event?(kind: string, detail: unknown): void;
}

let depth = 0;
const list = new Set<Observer>();

/** The observers at work; `active` is false, and costs nothing, while there are none. */
export const observers = {
  active: false,
  add(o: Observer): void { list.add(o); observers.active = true; },
  remove(o: Observer): void { list.delete(o); observers.active = list.size > 0; },
  enter(name: string, args: readonly unknown[]): { depth: number } {
    for (const o of list) o.called?.(name, args, depth);
    return { depth: depth++ };
  },
  leave(at: { depth: number }): void { depth = at.depth; },
  ran(name: string, inputs: readonly Input[], outputs: readonly Tensor[]): void { for (const o of list) o.ran?.(name, inputs, outputs); },
  event(kind: string, detail: unknown): void { for (const o of list) o.event?.(kind, detail); },
  /** Runs engine code whose operator calls are not the program's own. */
  inside<T>(fn: () => T): T { depth++; try { return fn(); } finally { depth--; } },
};
