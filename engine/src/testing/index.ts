// @track/engine/testing: what checks of exercises watch a program with.
import { nodesCreated, savedTensorBytes } from '../autograd/graph.ts';
import { isGradEnabled } from '../autograd/modes.ts';
import { memoryStats, sweep } from '../cpu/heap.ts';
import type { Module } from '../nn/module.ts';
import { observers, type Observer } from '../ops/observe.ts';
import { Tensor } from '../tensor/tensor.ts';

/** A call of an operator by its public name (`relu_` for the in-place form). */
export interface OperatorCall {
  readonly name: string;
  /** 0: the program's own call. More: a call inside an operator, an optimizer's step or backward. */
  readonly depth: number;
  /** The tensors among the arguments. */
  readonly shapes: readonly (readonly number[])[];
  readonly dtypes: readonly string[];
  readonly devices: readonly string[];
  readonly gradEnabled: boolean;
}
/** A call of a module. */
export interface ForwardCall {
  readonly module: Module;
  /** 0: called by the program itself; more: by another module's forward. */
  readonly depth: number;
  readonly training: boolean;
  readonly gradEnabled: boolean;
}
/** What `spy` saw. */
export interface SpyReport<T> {
  readonly result: T;
  /** All operator calls, in order. */
  readonly calls: readonly OperatorCall[];
  /** All module calls, in order. */
  readonly forwards: readonly ForwardCall[];
  /**
   * The training loop's steps in order: `train`, `eval`, `zeroGrad`, `forward` (of an outermost module), `backward`, `clip`,
   * `step`, `schedulerStep`; of a GradScaler `scale`, `unscale` (called by the program) and `update`.
   */
  readonly order: readonly string[];
  /** Random draws: by which function, and how many numbers. */
  readonly draws: readonly { readonly name: string; readonly count: number }[];
  /** Copies from one device to another. */
  readonly transfers: readonly { readonly from: string; readonly to: string; readonly bytes: number }[];
  /** Nodes of the backward graph that were recorded. */
  readonly graphNodes: number;
  /** How often the program itself called an operator. */
  count(name: string): number;
}

/**
 * Runs a program and reports what it did with the engine. `fn` may be async; then the report comes as a promise.
 *
 * @example
 * const seen = spy(() => validate(model, loader));
 * seen.draws.length === 0 && seen.forwards.every((f) => !f.training);
 */
export function spy<T>(fn: () => Promise<T>): Promise<SpyReport<T>>;
export function spy<T>(fn: () => T): SpyReport<T>;
export function spy<T>(fn: () => T | Promise<T>): SpyReport<T> | Promise<SpyReport<T>> {
  const calls: OperatorCall[] = [], forwards: ForwardCall[] = [], order: string[] = [];
  const draws: { name: string; count: number }[] = [], transfers: { from: string; to: string; bytes: number }[] = [];
  const nodes = nodesCreated();
  let modules = 0;
  const observer: Observer = {
    called(name, args, depth) {
      const tensors = args.flat().filter((a): a is Tensor => a instanceof Tensor);
      calls.push({ name, depth, shapes: tensors.map((t) => t.shape), dtypes: tensors.map((t) => t.dtype), devices: tensors.map((t) => t.device), gradEnabled: isGradEnabled() });
    },
    event(kind, detail) {
      switch (kind) {
        case 'forward': {
          const module = detail as Module;
          if (modules === 0) order.push('forward');
          forwards.push({ module, depth: modules++, training: module.training, gradEnabled: isGradEnabled() });
          break;
        }
        case 'forwardEnd': modules--; break;
        case 'draw': draws.push(detail as { name: string; count: number }); break;
        case 'transfer': transfers.push(detail as { from: string; to: string; bytes: number }); break;
        default: order.push(kind);
      }
    },
  };
  const report = (result: T): SpyReport<T> => ({
    result, calls, forwards, order, draws, transfers, graphNodes: nodesCreated() - nodes,
    count: (name) => calls.filter((c) => c.depth === 0 && c.name === name).length,
  });
  return watching(observer, fn, (r) => report(r as T)) as SpyReport<T> | Promise<SpyReport<T>>;
}

/** A blocked operator was called. `operator` is its name. */
export class BlockedOperator extends Error {
  readonly operator: string;
  constructor(operator: string) {
    super(`${operator} is blocked in this exercise: building it is the task`);
    this.name = 'BlockedOperator';
    this.operator = operator;
  }
}

/**
 * Runs `fn`, in which the program's own calls of the named operators throw `BlockedOperator`. A name also blocks the
 * in-place form. A module's class (`Linear`), `backward`, `step` and `zeroGrad` may be named as well. Calls inside
 * other operators are not affected.
 *
 * @example blocked(['softmax', 'logSoftmax', 'Softmax'], () => attempt.attention(q, k, v));
 */
export function blocked<T>(names: readonly string[], fn: () => T): T {
  const refused = new Set(names.map((n) => n.replace(/^.*\./, '')));
  const observer: Observer = {
    called(name, _args, depth) { if (depth === 0 && lifted === 0 && refused.has(name.replace(/_$/, ''))) throw new BlockedOperator(name); },
    event(kind, detail) {
      if (lifted > 0) return;
      if (refused.has(kind)) throw new BlockedOperator(kind);
      if (kind === 'forward' && refused.has((detail as Module).constructor.name)) throw new BlockedOperator((detail as Module).constructor.name);
    },
  };
  return watching(observer, fn, (r) => r) as T;
}

let lifted = 0;

/** Runs a synchronous `fn` in which nothing is blocked: for the expected values of a check inside `blocked`. */
export function unblocked<T>(fn: () => T): T {
  lifted++;
  try { return fn(); } finally { lifted--; }
}

/** Runs `fn` under an observer, and `then` on its result, at once or when its promise settles. */
function watching(observer: Observer, fn: () => unknown, then: (result: unknown) => unknown): unknown {
  observers.add(observer);
  let result: unknown;
  try { result = fn(); } catch (e) { observers.remove(observer); throw e; }
  if (!(result instanceof Promise)) { observers.remove(observer); return then(result); }
  return result.then((r) => { observers.remove(observer); return then(r); }, (e: unknown) => { observers.remove(observer); throw e; });
}

/** Bytes and number of the tensors that are alive, after a full garbage collection: for claims about leaks. */
export function liveMemory(): { bytes: number; tensors: number } {
  sweep();
  const { liveBytes, tensors } = memoryStats();
  return { bytes: liveBytes, tensors };
}
/** Bytes that recorded graphs hold for backward at this moment. */
export const savedBytes = savedTensorBytes;
