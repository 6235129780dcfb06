import { TorchError } from '../errors.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

type Slots = Record<string, unknown>;
const slots = (m: Module): Slots => m as unknown as Slots;
const place = (index: number, length: number): number => {
  const at = index < 0 ? index + length : index;
  if (!Number.isInteger(at) || at < 0 || at >= length) throw new TorchError(`index ${index} is out of range`);
  return at;
};

/**
 * Modules that run one after the other. Takes modules, or one object of named modules.
 *
 * @example const net = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1));
 */
export class Sequential extends Module {
  constructor(...modules: Module[] | [Record<string, Module>]) {
    super();
    if (modules.length === 1 && !(modules[0] instanceof Module)) for (const [name, m] of Object.entries(modules[0] as Record<string, Module>)) this.addModule(name, m);
    else (modules as Module[]).forEach((m, i) => {
      if (!(m instanceof Module)) throw new TorchError(`${typeof m} is not a Module subclass`);
      this.addModule(String(i), m);
    });
  }
  override forward(input: Tensor): Tensor {
    let x = input;
    for (const m of all(this)) x = m(x) as Tensor;
    return x;
  }
  get size(): number { return all(this).length; }
  /** The module at a position; negative counts from the end. */
  get(index: number): Module { const list = all(this); return list[place(index, list.length)]; }
  append(module: Module): this { this.addModule(String(this.size), module); return this; }
  extend(modules: Iterable<Module>): this { for (const m of modules) this.append(m); return this; }
  /** The modules from `start` to `end` as a Sequential of their own; they are shared, not copied. */
  slice(start?: number, end?: number): Sequential { return new (this.constructor as typeof Sequential)(...all(this).slice(start, end)); }
  *[Symbol.iterator](): IterableIterator<Module> { yield* all(this); }
}

/** A list of modules whose parameters are found; a plain array's are not. */
export class ModuleList extends Module {
  constructor(modules: Iterable<Module> = []) { super(); this.extend(modules); }
  get size(): number { return all(this).length; }
  get(index: number): Module { const list = all(this); return list[place(index, list.length)]; }
  set(index: number, module: Module): void { slots(this)[String(place(index, this.size))] = module; }
  append(module: Module): this { if (!(module instanceof Module)) throw new TorchError(`${typeof module} is not a Module subclass`); this.addModule(String(this.size), module); return this; }
  extend(modules: Iterable<Module>): this { for (const m of modules) this.append(m); return this; }
  insert(index: number, module: Module): void {
    const list = all(this);
    list.splice(index, 0, module);
    list.forEach((m, i) => { slots(this)[String(i)] = m; });
  }
  map<T>(fn: (m: Module, i: number) => T): T[] { return all(this).map(fn); }
  *[Symbol.iterator](): IterableIterator<Module> { yield* all(this); }
}

/** Modules by name, in the order in which they were added. */
export class ModuleDict extends Module {
  constructor(modules: Readonly<Record<string, Module>> | Iterable<[string, Module]> = {}) {
    super();
    this.update(modules);
  }
  get size(): number { return this.keys().length; }
  get(name: string): Module { const m = slots(this)[name]; if (!(m instanceof Module)) throw new TorchError(`'${name}'`); return m; }
  set(name: string, module: Module): void { if (this.has(name)) slots(this)[name] = module; else this.addModule(name, module); }
  has(name: string): boolean { return Object.hasOwn(this, name) && slots(this)[name] instanceof Module; }
  /** Removes a module and returns it. */
  pop(name: string): Module { const m = this.get(name); delete slots(this)[name]; return m; }
  keys(): string[] { return [...this.namedChildren()].map(([n]) => n); }
  values(): Module[] { return all(this); }
  items(): [string, Module][] { return Object.entries(this).filter((e): e is [string, Module] => e[1] instanceof Module); }
  update(modules: Readonly<Record<string, Module>> | Iterable<[string, Module]>): void {
    const list = Symbol.iterator in modules ? [...(modules as Iterable<[string, Module]>)] : Object.entries(modules as Record<string, Module>);
    for (const [name, m] of list) this.set(name, m);
  }
  *[Symbol.iterator](): IterableIterator<string> { yield* this.keys(); }
}

/** A list of parameters that a module finds. */
export class ParameterList extends Module {
  constructor(values: Iterable<Tensor> = []) { super(); for (const v of values) this.append(v); }
  private list(): Parameter[] { return Object.values(this).filter((v): v is Parameter => v instanceof Parameter); }
  get size(): number { return this.list().length; }
  get(index: number): Parameter { const l = this.list(); return l[place(index, l.length)]; }
  append(value: Tensor): this { slots(this)[String(this.size)] = value instanceof Parameter ? value : new Parameter(value); return this; }
  extend(values: Iterable<Tensor>): this { for (const v of values) this.append(v); return this; }
  *[Symbol.iterator](): IterableIterator<Parameter> { yield* this.list(); }
}

/** Parameters by name that a module finds. */
export class ParameterDict extends Module {
  constructor(values: Readonly<Record<string, Tensor>> = {}) { super(); for (const [k, v] of Object.entries(values)) this.set(k, v); }
  get(name: string): Parameter { const p = slots(this)[name]; if (!(p instanceof Parameter)) throw new TorchError(`'${name}'`); return p; }
  set(name: string, value: Tensor): void { slots(this)[name] = value instanceof Parameter ? value : new Parameter(value); }
  has(name: string): boolean { return slots(this)[name] instanceof Parameter; }
  keys(): string[] { return Object.entries(this).filter(([, v]) => v instanceof Parameter).map(([k]) => k); }
  values(): Parameter[] { return this.keys().map((k) => this.get(k)); }
}

/** Children in order; one that appears twice is given twice, as it runs twice. */
const all = (m: Module): Module[] => Object.values(m).filter((v): v is Module => v instanceof Module);
