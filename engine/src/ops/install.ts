import { Tensor } from '../tensor/tensor.ts';
import { invoke, invokeInPlace, ready, type Operator } from './operator.ts';
import type { Functions } from './signatures.ts';

type AnyTable = Readonly<Record<string, Operator>>;
const proto = Tensor.prototype as unknown as Record<string, unknown>;

function define(name: string, method: (...args: unknown[]) => unknown): void {
  if (Object.hasOwn(proto, name)) throw new Error(`two operators named ${name}`);
  Object.defineProperty(method, 'name', { value: name });
  Object.defineProperty(proto, name, { value: method, writable: true, configurable: true, enumerable: false });
}

/** Gives tensors a method for each operator of the family, and an in-place method for each name of `inPlace`. */
export function installMethods(table: AnyTable, inPlace: readonly string[] = [], onlyInPlace = false): void {
  for (const [name, op] of Object.entries(table)) {
    const c = ready(name, op);
    if (!onlyInPlace) define(name, function (this: Tensor, ...args: unknown[]) { return invoke(c, [this, ...args], 1); });
    if (inPlace.includes(name)) define(`${name}_`, function (this: Tensor, ...args: unknown[]) { return invokeInPlace(c, [this, ...args]); });
  }
}

/** The operators of a family as functions. */
export function functions<M>(table: { readonly [K in keyof M]: Operator }): Functions<M> {
  const out: Record<string, unknown> = {};
  for (const [name, op] of Object.entries(table) as [string, Operator][]) {
    const c = ready(name, op);
    out[name] = Object.defineProperty((...args: unknown[]) => invoke(c, args, 0), 'name', { value: name });
  }
  return out as Functions<M>;
}
