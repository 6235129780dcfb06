import { addHook, type RemovableHandle } from '../autograd/hooks.ts';
import { enableGrad, noGrad } from '../autograd/modes.ts';
import { TorchError } from '../errors.ts';
import { observers } from '../ops/observe.ts';
import { isFloat } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';

/** Options of one group of parameters; the names are those of the optimizer's constructor. */
export type ParamGroup<O> = O & { params: Tensor[]; initialLr?: number };
/** What an optimizer optimizes: tensors, or groups with options of their own. */
export type Params<O> = Iterable<Tensor> | Iterable<readonly [string, Tensor]> | Iterable<{ params: Tensor | Iterable<Tensor> } & Partial<O>>;
/** What an optimizer remembers of one parameter. */
export type ParamState = Record<string, StateValue>;
type StateValue = Tensor | number | null | readonly Tensor[];
/** An optimizer's state in PyTorch's own layout: parameters by number, snake_case options. */
export interface OptimizerStateDict {
  state: Map<number, ParamState>;
  param_groups: Record<string, unknown>[];
}

/** PyTorch's spelling of a name (`weight_decay`), and ours of one of theirs. A leading capital stays: `TMax`, `T_max`. */
export const snake = (s: string): string => s.replace(/(?<=\w)[A-Z]/g, (c) => `_${c.toLowerCase()}`);
const camel = (s: string): string => s.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase());

/**
 * The base of all optimizers: parameter groups, state, `zeroGrad`, `step` and state dicts. A subclass implements
 * `update` for one parameter.
 *
 * @example
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 * optimizer.zeroGrad(); loss.backward(); optimizer.step();
 */
export abstract class Optimizer<O extends { lr: number } = { lr: number }> {
  /** The live groups: changing `paramGroups[0].lr` takes effect at the next step. */
  readonly paramGroups: ParamGroup<O>[] = [];
  /** State of each parameter that has taken a step. */
  readonly state = new Map<Tensor, ParamState>();
  readonly defaults: O;
  private readonly preHooks = new Map<number, (o: Optimizer<O>) => void>();
  private readonly postHooks = new Map<number, (o: Optimizer<O>) => void>();
  /** How often `step` ran; schedulers look at it to warn about a wrong order. */
  stepCount = 0;

  constructor(params: Params<O>, defaults: O) {
    this.defaults = defaults;
    if (params instanceof Tensor) throw new TorchError(`params argument given to the optimizer should be an iterable of Tensors or dicts, but got ${params.dtype} Tensor`);
    if (params === null || typeof params !== 'object' || !(Symbol.iterator in params)) throw new TorchError(`params argument given to the optimizer should be an iterable of Tensors or dicts, but got ${typeof params}`);
    const list = [...(params as Iterable<unknown>)];
    if (!list.length) throw new TorchError('optimizer got an empty parameter list');
    const named = list.every((p) => Array.isArray(p) && typeof p[0] === 'string');
    if (list[0] instanceof Tensor || named) this.addParamGroup({ params: named ? list.map((p) => (p as [string, Tensor])[1]) : (list as Tensor[]) } as unknown as Parameters<this['addParamGroup']>[0]);
    else for (const group of list) this.addParamGroup(group as Parameters<this['addParamGroup']>[0]);
  }

  /** Adds parameters, for example of a layer that is to be trained from now on. */
  addParamGroup(group: { params: Tensor | Iterable<Tensor> } & Partial<O>): void {
    const params = group.params instanceof Tensor ? [group.params] : [...group.params];
    for (const p of params) {
      if (!(p instanceof Tensor)) throw new TorchError(`optimizer can only optimize Tensors, but one of the params is ${typeof p}`);
      if (!p.isLeaf) throw new TorchError("can't optimize a non-leaf Tensor");
    }
    if (new Set(params).size < params.length) throw new TorchError('optimizer contains a parameter group with duplicate parameters');
    const known = new Set(this.paramGroups.flatMap((g) => g.params));
    if (params.some((p) => known.has(p))) throw new TorchError('some parameters appear in more than one parameter group');
    this.paramGroups.push({ ...this.defaults, ...Object.fromEntries(Object.entries(group).filter(([, v]) => v !== undefined)), params } as unknown as ParamGroup<O>);
  }

  /** Clears the gradients of all parameters. */
  zeroGrad(setToNone: boolean | { setToNone?: boolean } = true): void {
    const none = typeof setToNone === 'boolean' ? setToNone : (setToNone.setToNone ?? true);
    observers.event('zeroGrad', this);
    for (const group of this.paramGroups) for (const p of group.params) {
      if (!p.grad) continue;
      if (none) p.grad = null; else { p.grad = p.grad.detach(); observers.inside(() => p.grad!.zero_()); }
    }
  }

  /** Changes the parameters by their gradients. A closure recomputes the loss first; its result is returned. */
  step<T = undefined>(closure?: () => T): T | undefined {
    for (const hook of this.preHooks.values()) hook(this);
    const loss = this.run(closure);
    this.stepCount++;
    for (const hook of this.postHooks.values()) hook(this);
    return loss;
  }
  /** Calls the closure and takes the step. */
  protected run<T>(closure?: () => T): T | undefined {
    const loss = closure ? enableGrad(closure) : undefined;
    observers.event('step', this);
    noGrad(() => observers.inside(() => this.apply()));
    return loss;
  }
  /** One step over all groups. */
  protected apply(): void {
    for (const group of this.paramGroups) for (const p of group.params) {
      if (!p.grad) continue;
      this.update(p, p.grad, this.stateOf(p), group);
    }
  }
  /** Changes one parameter in place. Runs without recording. */
  protected abstract update(p: Tensor, grad: Tensor, state: ParamState, group: ParamGroup<O>): void;
  protected stateOf(p: Tensor): ParamState {
    let s = this.state.get(p);
    if (!s) this.state.set(p, (s = {}));
    return s;
  }

  registerStepPreHook(hook: (o: Optimizer<O>) => void): RemovableHandle { return addHook(this.preHooks, hook); }
  registerStepPostHook(hook: (o: Optimizer<O>) => void): RemovableHandle { return addHook(this.postHooks, hook); }

  /** State and options in PyTorch's layout, for `torch.save`. The tensors are the live ones. */
  stateDict(): OptimizerStateDict {
    const numbers = new Map<Tensor, number>();
    for (const g of this.paramGroups) for (const p of g.params) numbers.set(p, numbers.size);
    const state = new Map<number, ParamState>();
    for (const [p, s] of this.state) if (numbers.has(p) && Object.keys(s).length) state.set(numbers.get(p)!, Object.fromEntries(Object.entries(s).map(([k, v]) => [snake(k), v])));
    const param_groups = this.paramGroups.map((g) => ({ ...Object.fromEntries(Object.entries(g).filter(([k]) => k !== 'params').map(([k, v]) => [snake(k), v])), params: g.params.map((p) => numbers.get(p)!) }));
    return { state, param_groups };
  }
  /** Takes over a state dict of an optimizer with the same groups. State tensors are copied. */
  loadStateDict(dict: OptimizerStateDict | { state: unknown; param_groups: unknown }): void {
    const groups = dict.param_groups as Record<string, unknown>[];
    if (groups.length !== this.paramGroups.length) throw new TorchError('loaded state dict has a different number of parameter groups');
    groups.forEach((g, i) => { if ((g.params as number[]).length !== this.paramGroups[i].params.length) throw new TorchError("loaded state dict contains a parameter group that doesn't match the size of optimizer's group"); });
    const entries = dict.state instanceof Map ? [...dict.state] : Object.entries(dict.state as object);
    const saved = new Map(entries.map(([k, v]) => [Number(k), v as ParamState]));
    this.state.clear();
    groups.forEach((g, i) => {
      const mine = this.paramGroups[i];
      (g.params as number[]).forEach((number, k) => {
        const s = saved.get(number), p = mine.params[k];
        if (s) this.state.set(p, Object.fromEntries(Object.entries(s).map(([key, v]) => [camel(key), v instanceof Tensor ? adopt(v, p, key) : Array.isArray(v) ? v.map((t: Tensor) => adopt(t, p, key)) : v])));
      });
      for (const [k, v] of Object.entries(g)) if (k !== 'params') (mine as Record<string, unknown>)[camel(k)] = v;
    });
  }

  toString(): string {
    const groups = this.paramGroups.map((g, i) => `Parameter Group ${i}\n${Object.entries(g).filter(([k]) => k !== 'params').map(([k, v]) => `    ${snake(k)}: ${String(v)}\n`).join('')}`);
    return `${this.constructor.name} (\n${groups.join('\n')})`;
  }
}

/** A state tensor on the parameter's device and, if floating, in its dtype; the step counter stays float32. */
const adopt = (v: Tensor, p: Tensor, key: string): Tensor => (key === 'step' || !isFloat(v.dtype) ? v.clone() : v.to({ device: p.device, dtype: p.dtype }).clone()).detach();

/** The value of a step counter, which PyTorch keeps as a tensor. */
export const stepOf = (state: ParamState): number => (state.step instanceof Tensor ? (state.step.item() as number) : Number(state.step ?? 0));

/** Throws PyTorch's words for an option out of range. */
export function requireOption(ok: boolean, name: string, value: unknown): void {
  if (!ok) throw new TorchError(`Invalid ${name}: ${String(value)}`);
}
