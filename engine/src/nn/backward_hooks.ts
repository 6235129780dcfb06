import { Function, type FunctionContext } from '../autograd/function.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Module } from './module.ts';

/** Gets the gradients of a module's inputs and outputs; may return other gradients for the inputs. */
export type ModuleBackwardHook = (module: Module, gradInput: (Tensor | null)[], gradOutput: (Tensor | null)[]) => (Tensor | null)[] | Tensor | void;
type PreHook = (module: Module, gradOutput: (Tensor | null)[]) => (Tensor | null)[] | void;

/** Passes tensors on unchanged, and shows their gradients to `seen` on the way back. */
class Passage extends Function {
  static forward(ctx: FunctionContext, seen: (grads: (Tensor | null)[]) => (Tensor | null)[], ...tensors: Tensor[]): Tensor[] { ctx.seen = seen; ctx.setMaterializeGrads(false); return tensors; }
  static backward(ctx: FunctionContext, ...grads: (Tensor | null)[]): (Tensor | null)[] { return [null, ...(ctx.seen as (g: (Tensor | null)[]) => (Tensor | null)[])(grads)]; }
}

/** The backward hooks of one module: gates before and after it in the graph that see the gradients go by. */
export class ModuleBackwardHooks {
  readonly hooks = new Map<number, ModuleBackwardHook>();
  readonly preHooks = new Map<number, PreHook>();
  private outputGrads: (Tensor | null)[] = [];
  private gated = false;
  get active(): boolean { return this.hooks.size + this.preHooks.size > 0; }

  wrapInputs(module: Module, args: unknown[]): unknown[] {
    this.gated = args.some((a) => a instanceof Tensor && a.requiresGrad);
    return this.gated ? through(args, (grads) => this.run(module, grads)) : args;
  }
  wrapOutput(module: Module, output: unknown): unknown {
    const list = Array.isArray(output) ? output : [output];
    const wrapped = through(list, (grads) => {
      let g = grads;
      for (const hook of this.preHooks.values()) g = hook(module, g) ?? g;
      this.outputGrads = g;
      if (!this.gated) this.run(module, []); // no input wants a gradient: the hook runs as soon as the outputs' are known
      return g;
    });
    return Array.isArray(output) ? wrapped : wrapped[0];
  }
  private run(module: Module, grads: (Tensor | null)[]): (Tensor | null)[] {
    let g = grads;
    for (const hook of this.hooks.values()) { const r = hook(module, g, this.outputGrads); if (r) g = r instanceof Tensor ? [r] : r; }
    return g;
  }
}

function through(values: unknown[], seen: (grads: (Tensor | null)[]) => (Tensor | null)[]): unknown[] {
  const at = values.flatMap((v, i) => (v instanceof Tensor ? [i] : []));
  if (!at.length) return values;
  const out = Passage.apply(seen, ...at.map((i) => values[i] as Tensor));
  return values.map((v, i) => (at.includes(i) ? out[at.indexOf(i)] : v));
}
