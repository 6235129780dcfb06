import type { RemovableHandle } from '../../autograd/hooks.ts';
import { TorchError } from '../../errors.ts';
import type { Module } from '../module.ts';
import { Parameter } from '../parameter.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** A module's properties by name. */
export const slots = (m: Module): Record<string, Tensor | null | undefined> => m as unknown as Record<string, Tensor | null | undefined>;

/** The parameter `name` of a module. */
export function parameterOf(m: Module, name: string): Parameter {
  const p = slots(m)[name];
  if (!(p instanceof Parameter)) throw new TorchError(`Module '${m.constructor.name}' has no parameter '${name}'`);
  return p;
}

/** A tensor of a module that is computed anew before each call of it, from parameters that stand in for it. */
export interface Computed { readonly handle: RemovableHandle; compute(m: Module): Tensor }

/** The computed tensors of modules by kind (`weightNorm`, `spectralNorm`, `prune`) and name. */
export class ComputedTensors<C extends Computed> {
  private readonly all = new WeakMap<Module, Map<string, C>>();
  get(m: Module, name: string): C | undefined { return this.all.get(m)?.get(name); }
  has(m: Module): boolean { return (this.all.get(m)?.size ?? 0) > 0; }
  set(m: Module, name: string, c: C): void {
    const byName = this.all.get(m) ?? new Map<string, C>();
    this.all.set(m, byName.set(name, c));
  }
  /** Takes the computed tensor off and returns what made it. */
  take(m: Module, name: string): C | undefined {
    const c = this.get(m, name);
    if (!c) return undefined;
    c.handle.remove();
    this.all.get(m)!.delete(name);
    delete slots(m)[name];
    return c;
  }
}
