import { inspect } from 'node:util';
import { addHook, type RemovableHandle } from '../autograd/hooks.ts';
import { noGrad } from '../autograd/modes.ts';
import { TorchError } from '../errors.ts';
import { observers } from '../ops/observe.ts';
import { isFloat, type DType } from '../tensor/dtype.ts';
import { sameShape, showShape } from '../tensor/layout.ts';
import { assignData, Tensor } from '../tensor/tensor.ts';
import { ModuleBackwardHooks, type ModuleBackwardHook } from './backward_hooks.ts';
import { Parameter } from './parameter.ts';

/** A state dict: name to tensor, in PyTorch's order and under PyTorch's names. */
export type StateDict = Record<string, Tensor>;
/** What `loadStateDict` found: names that the module has and the dict lacks, and the other way round. */
export interface LoadReport { missingKeys: string[]; unexpectedKeys: string[] }

// The arguments and the result of a module of unknown class: PyTorch types them as Any as well.
type Anything = any;

type ForwardPreHook = (module: Module, args: unknown[]) => unknown;
type ForwardHook = (module: Module, args: unknown[], output: unknown) => unknown;

interface Hidden {
  training: boolean;
  readonly buffers: Map<string, { persistent: boolean }>;
  readonly absent: Set<string>;
  readonly preHooks: Map<number, ForwardPreHook>;
  readonly hooks: Map<number, ForwardHook>;
  readonly backward: ModuleBackwardHooks;
}
const hidden = new WeakMap<object, Hidden>();
const of = (m: Module): Hidden => hidden.get(m)!;

/**
 * A part of a model: it holds parameters, buffers and other modules as properties, and is called like a function, which
 * runs its hooks and `forward`. What sits in a plain array or object is not found; use `ModuleList`, `ModuleDict`.
 *
 * @example
 * class Net extends nn.Module {
 *   fc1 = new nn.Linear(4, 8);
 *   fc2 = new nn.Linear(8, 2);
 *   forward(x: Tensor): Tensor { return this.fc2(F.relu(this.fc1(x))); }
 * }
 * const net = new Net();
 * net(torch.randn(3, 4)); // shape [3, 2]
 */
export class Module {
  constructor() {
    // An instance is a function with the class's prototype, so that it can be called.
    const self = ((...args: unknown[]) => call(self, args)) as unknown as this;
    Object.setPrototypeOf(self, new.target.prototype as object);
    // A function's own `name` and `length` are read-only: a subclass that sets this.name would throw.
    delete (self as { name?: unknown }).name;
    delete (self as { length?: unknown }).length;
    hidden.set(self, { training: true, buffers: new Map(), absent: new Set(), preHooks: new Map(), hooks: new Map(), backward: new ModuleBackwardHooks() });
    return self;
  }

  /** Computes the output; a subclass defines it. Call the module itself, not this, so that hooks run. */
  forward(..._inputs: Anything[]): Anything {
    throw new TorchError(`Module [${this.constructor.name}] is missing the required "forward" function`);
  }

  /** True in training mode, false in evaluation mode: dropout and batch normalisation behave differently. */
  get training(): boolean { return of(this).training; }
  set training(value: boolean) { of(this).training = value; }

  /** Switches this module and all below it to training mode (or with `false` to evaluation mode). Returns the module. */
  train(mode = true): this {
    if (typeof mode !== 'boolean') throw new TorchError('training mode is expected to be boolean');
    for (const m of this.modules()) of(m).training = mode;
    observers.event(mode ? 'train' : 'eval', this);
    return this;
  }
  /** Switches to evaluation mode: dropout off, batch normalisation on running statistics. Returns the module. */
  eval(): this { return this.train(false); }

  /** Adds a tensor that is part of the state but not learned; it moves with `to` and, if persistent, is saved. */
  registerBuffer(name: string, tensor: Tensor | null, persistent: boolean | { persistent?: boolean } = true): void {
    checkName(this, name);
    of(this).buffers.set(name, { persistent: typeof persistent === 'boolean' ? persistent : (persistent.persistent ?? true) });
    slots(this)[name] = tensor;
  }
  /** Adds a parameter under a name; null reserves the name. */
  registerParameter(name: string, parameter: Parameter | null): void {
    checkName(this, name);
    if (parameter === null) of(this).absent.add(name);
    slots(this)[name] = parameter;
  }
  /** Adds a module under a name. */
  addModule(name: string, module: Module | null): void { checkName(this, name); slots(this)[name] = module; }
  registerModule(name: string, module: Module | null): void { this.addModule(name, module); }

  /** Direct children with their names. A module that appears twice is given once. */
  *namedChildren(): IterableIterator<[string, Module]> {
    const seen = new Set<Module>();
    for (const [name, v] of own(this)) if (v instanceof Module && !seen.has(v)) { seen.add(v); yield [name, v]; }
  }
  *children(): IterableIterator<Module> { for (const [, m] of this.namedChildren()) yield m; }
  /** This module (under the name '') and all below it, parents first. */
  *namedModules(memo: Set<Module> = new Set(), prefix = ''): IterableIterator<[string, Module]> {
    if (memo.has(this)) return;
    memo.add(this);
    yield [prefix, this];
    for (const [name, v] of own(this)) if (v instanceof Module) yield* v.namedModules(memo, prefix ? `${prefix}.${name}` : name);
  }
  *modules(): IterableIterator<Module> { for (const [, m] of this.namedModules()) yield m; }
  /** Parameters with dotted names, each once. */
  *namedParameters(prefix = '', recurse = true): IterableIterator<[string, Parameter]> {
    const seen = new Set<Parameter>();
    for (const [path, m] of recurse ? this.namedModules(new Set(), prefix) : [[prefix, this] as [string, Module]])
      for (const [name, v] of own(m)) if (v instanceof Parameter && !of(m).buffers.has(name) && !seen.has(v)) { seen.add(v); yield [path ? `${path}.${name}` : name, v]; }
  }
  *parameters(recurse = true): IterableIterator<Parameter> { for (const [, p] of this.namedParameters('', recurse)) yield p; }
  *namedBuffers(prefix = '', recurse = true): IterableIterator<[string, Tensor]> {
    const seen = new Set<Tensor>();
    for (const [path, m] of recurse ? this.namedModules(new Set(), prefix) : [[prefix, this] as [string, Module]])
      for (const name of of(m).buffers.keys()) { const v = slots(m)[name]; if (v instanceof Tensor && !seen.has(v)) { seen.add(v); yield [path ? `${path}.${name}` : name, v]; } }
  }
  *buffers(recurse = true): IterableIterator<Tensor> { for (const [, b] of this.namedBuffers('', recurse)) yield b; }

  /** The module at a dotted path: `net.getSubmodule('encoder.0')`. */
  getSubmodule(path: string): Module {
    let m: Module = this;
    for (const name of path ? path.split('.') : []) {
      const next = slots(m)[name];
      if (next === undefined) throw new TorchError(`${m.constructor.name} has no attribute \`${name}\``);
      if (!(next instanceof Module)) throw new TorchError(`\`${name}\` is not an nn.Module`);
      m = next;
    }
    return m;
  }
  getParameter(path: string): Parameter {
    const cut = path.lastIndexOf('.'), p = slots(this.getSubmodule(path.slice(0, Math.max(cut, 0))))[path.slice(cut + 1)];
    if (!(p instanceof Parameter)) throw new TorchError(`\`${path.slice(cut + 1)}\` is not an nn.Parameter`);
    return p;
  }

  /**
   * Parameters and persistent buffers by name. The tensors share memory with the module: clone them to keep a snapshot.
   */
  stateDict(prefix = '', into: StateDict = {}): StateDict {
    const { buffers } = of(this);
    for (const [name, v] of own(this)) if (v instanceof Parameter && !buffers.has(name)) into[prefix + name] = v.detach();
    for (const [name, { persistent }] of buffers) { const v = slots(this)[name]; if (v instanceof Tensor && persistent) into[prefix + name] = v.detach(); }
    for (const [name, v] of own(this)) if (v instanceof Module) v.stateDict(`${prefix}${name}.`, into);
    return into;
  }
  /**
   * Copies values from a state dict into the parameters and buffers of the same names. With `strict` (the default) names
   * that are missing or unexpected are an error; a wrong shape always is.
   */
  loadStateDict(state: StateDict | ReadonlyMap<string, Tensor>, strict: boolean | { strict?: boolean } = true): LoadReport {
    const isStrict = typeof strict === 'boolean' ? strict : (strict.strict ?? true);
    const given = new Map(state instanceof Map ? state : Object.entries(state as StateDict)), mine = this.stateDict(), errors: string[] = [];
    const missingKeys = Object.keys(mine).filter((k) => !given.has(k)), unexpectedKeys = [...given.keys()].filter((k) => !Object.hasOwn(mine, k));
    const quoted = (keys: string[]): string => keys.map((k) => `"${k}"`).join(', ');
    if (isStrict && missingKeys.length) errors.push(`Missing key(s) in state_dict: ${quoted(missingKeys)}. `);
    if (isStrict && unexpectedKeys.length) errors.push(`Unexpected key(s) in state_dict: ${quoted(unexpectedKeys)}. `);
    for (const [k, t] of Object.entries(mine)) {
      const from = given.get(k);
      if (!from) continue;
      if (!(from instanceof Tensor)) errors.push(`While copying the parameter named "${k}", expected torch.Tensor or Tensor-like object from checkpoint but received ${typeof from}`);
      else if (!sameShape(from.shape, t.shape)) errors.push(`size mismatch for ${k}: copying a param with shape torch.Size(${showShape(from.shape)}) from checkpoint, the shape in current model is torch.Size(${showShape(t.shape)}).`);
      else noGrad(() => t.copy_(from.device === t.device ? from : from.to(t.device)));
    }
    if (errors.length) throw new TorchError(`Error(s) in loading state_dict for ${this.constructor.name}:\n\t${errors.join('\n\t')}`);
    return { missingKeys, unexpectedKeys };
  }

  /** Moves or converts parameters and buffers in place (floating ones only, for a dtype). Returns the module. */
  to(...args: [string | DType | Tensor | { device?: string; dtype?: DType }]): this {
    const target = args[0];
    return this._apply((t) => {
      if (typeof target === 'string') return dtypeName(target) && !isFloat(t.dtype) ? t : t.to(target as DType);
      if (target instanceof Tensor) return t.to({ device: target.device, ...(isFloat(t.dtype) ? { dtype: target.dtype } : {}) });
      return t.to({ ...(target.device ? { device: target.device } : {}), ...(target.dtype && isFloat(t.dtype) ? { dtype: target.dtype } : {}) });
    });
  }
  cpu(): this { return this.to('cpu'); }
  cuda(device = 0): this { return this.to(`cuda:${device}`); }
  float(): this { return this.to('float32'); }
  double(): this { return this.to('float64'); }
  half(): this { return this.to('float16'); }
  bfloat16(): this { return this.to('bfloat16'); }

  /** Replaces each parameter's and buffer's data by what `fn` makes of it. */
  _apply(fn: (t: Tensor) => Tensor): this {
    noGrad(() => {
      for (const m of this.modules()) {
        for (const [name, v] of own(m)) if (v instanceof Parameter && !of(m).buffers.has(name)) { const g = v.grad; v.grad = null; assignData(v, fn(v.detach())); if (g) v.grad = fn(g); }
        for (const name of of(m).buffers.keys()) { const v = slots(m)[name]; if (v instanceof Tensor) slots(m)[name] = fn(v); }
      }
    });
    return this;
  }
  /** Calls `fn` with every module, children first. Returns the module. */
  apply(fn: (m: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }
  /** Turns gradients of all parameters on or off. Returns the module. */
  requiresGrad_(requires = true): this { for (const p of this.parameters()) p.requiresGrad_(requires); return this; }
  /** Clears the gradients of all parameters. */
  zeroGrad(setToNone: boolean | { setToNone?: boolean } = true): void {
    const none = typeof setToNone === 'boolean' ? setToNone : (setToNone.setToNone ?? true);
    observers.event('zeroGrad', this);
    for (const p of this.parameters()) if (p.grad) { if (none) p.grad = null; else { p.grad = p.grad.detach(); p.grad.zero_(); } }
  }

  /** Runs before `forward` with `(module, args)`; what it returns (a list, or one value) replaces the arguments. */
  registerForwardPreHook(hook: ForwardPreHook): RemovableHandle { return addHook(of(this).preHooks, hook); }
  /** Runs after `forward` with `(module, args, output)`; what it returns replaces the output. */
  registerForwardHook(hook: ForwardHook): RemovableHandle { return addHook(of(this).hooks, hook); }
  /** Runs in backward with `(module, gradInput, gradOutput)`; what it returns replaces the gradients of the inputs. */
  registerFullBackwardHook(hook: ModuleBackwardHook): RemovableHandle { return addHook(of(this).backward.hooks, hook); }
  /** Runs in backward before the module's own with `(module, gradOutput)`; what it returns replaces the gradients of the outputs. */
  registerFullBackwardPreHook(hook: (module: Module, gradOutput: (Tensor | null)[]) => (Tensor | null)[] | void): RemovableHandle { return addHook(of(this).backward.preHooks, hook); }

  /** What the printed form shows in the brackets after the class's name. */
  extraRepr(): string { return ''; }
  /** The printed form, as PyTorch has it: one line a child, indented. */
  toString(): string {
    const extra = this.extraRepr(), lines: string[] = [];
    for (const [name, v] of own(this)) if (v instanceof Module) lines.push(`(${name}): ${v.toString().split('\n').join('\n  ')}`);
    if (!lines.length) return `${this._name()}(${extra.includes('\n') ? `\n  ${extra.split('\n').join('\n  ')}\n` : extra})`;
    return `${this._name()}(\n  ${[...(extra ? [extra] : []), ...lines].join('\n  ')}\n)`;
  }
  _name(): string { return this.constructor.name; }
  [inspect.custom](): string { return this.toString(); }
}
/** A module of the same class with the same mode, buffer names and hooks, and no properties yet: what `deepcopy` begins with. */
export function emptyTwin<M extends Module>(m: M): M {
  const self = ((...args: unknown[]) => call(self, args)) as unknown as M, h = of(m), backward = new ModuleBackwardHooks();
  Object.setPrototypeOf(self, Object.getPrototypeOf(m) as object);
  delete (self as { name?: unknown }).name;
  delete (self as { length?: unknown }).length;
  for (const kind of ['hooks', 'preHooks'] as const) for (const [id, hook] of h.backward[kind]) backward[kind].set(id, hook as never);
  hidden.set(self, { training: h.training, buffers: new Map(h.buffers), absent: new Set(h.absent), preHooks: new Map(h.preHooks), hooks: new Map(h.hooks), backward });
  return self;
}
/** A module is called with the arguments of its `forward`. */
export interface Module { (...inputs: Parameters<this['forward']>): ReturnType<this['forward']> }
type Parameters<F> = F extends (...args: infer A) => unknown ? A : never;

/** A module's properties by name. */
const slots = (m: Module): Record<string, unknown> => m as unknown as Record<string, unknown>;
const own = (m: Module): [string, unknown][] => Object.entries(m);
const dtypeName = (s: string): boolean => !/^(cpu|cuda|sim|ort|webgpu)/.test(s);

function checkName(m: Module, name: string): void {
  if (typeof name !== 'string' || name === '') throw new TorchError('parameter, buffer or module name should be a non-empty string');
  if (name.includes('.')) throw new TorchError(`name can't contain ".", got: ${name}`);
  if (name in m && !of(m).buffers.has(name) && !of(m).absent.has(name) && !Object.hasOwn(m, name)) throw new TorchError(`attribute '${name}' already exists`);
}

function call(m: Module, args: unknown[]): unknown {
  if (!observers.active) return run(m, args);
  observers.event('forward', m);
  try { return run(m, args); } finally { observers.event('forwardEnd', m); }
}

function run(m: Module, args: unknown[]): unknown {
  const h = of(m);
  let inputs = args;
  for (const hook of h.preHooks.values()) { const r = hook(m, inputs); if (r !== undefined && r !== null) inputs = Array.isArray(r) ? r : [r]; }
  const backward = h.backward.active;
  if (backward) inputs = h.backward.wrapInputs(m, inputs);
  let output: unknown = (m.forward as (...a: unknown[]) => unknown)(...inputs);
  for (const hook of h.hooks.values()) { const r = hook(m, inputs, output); if (r !== undefined && r !== null) output = r; }
  return backward ? h.backward.wrapOutput(m, output) : output;
}
