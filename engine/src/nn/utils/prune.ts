// nn.utils.prune: weights set to zero by a mask that stays with the module until `remove`.
import { noGrad } from '../../autograd/modes.ts';
import { TorchError } from '../../errors.ts';
import { functions } from '../../ops/install.ts';
import { likes, tensor, type LikeOps } from '../../ops/create.ts';
import { rand } from '../../ops/random.ts';
import { showShape } from '../../tensor/layout.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Module } from '../module.ts';
import { Parameter } from '../parameter.ts';
import { ComputedTensors, parameterOf, slots, type Computed } from './slots.ts';

const { onesLike } = functions<LikeOps>(likes);

interface Pruned extends Computed { readonly original: Parameter }
const pruned = new ComputedTensors<Pruned>();

/** A share of `size` between 0 and 1 (a fraction), or a number of units (an integer: 1 is one unit). */
function countOf(amount: number, size: number): number {
  if (!(amount >= 0) || (!Number.isInteger(amount) && amount > 1)) throw new TorchError(`amount=${amount} should either be a float in the range [0.0, 1.0] or a non-negative integer`);
  if (Number.isInteger(amount) && amount > size) throw new TorchError(`amount=${amount} should be smaller than the number of parameters to prune=${size}`);
  return Number.isInteger(amount) ? amount : Math.round(amount * size);
}

/** The parameter or, where it is pruned already, what stands behind it. */
const originalOf = (m: Module, name: string): Parameter => pruned.get(m, name)?.original ?? parameterOf(m, name);
const maskOf = (m: Module, name: string): Tensor => slots(m)[`${name}_mask`] ?? onesLike(originalOf(m, name));
const numbersOf = (t: Tensor): number[] => t.flatten().tolist() as number[];

/** Keeps the mask with the module: parameter `name_orig`, buffer `name_mask`, and `name` computed before each call. */
function install<M extends Module>(module: M, name: string, mask: Tensor): M {
  const original = originalOf(module, name), kept = mask.mul(maskOf(module, name)).to(original.dtype);
  pruned.take(module, name);
  delete slots(module)[name];
  delete slots(module)[`${name}_orig`];
  module.registerParameter(`${name}_orig`, original);
  module.registerBuffer(`${name}_mask`, kept);
  const compute = (m: Module): Tensor => slots(m)[`${name}_orig`]!.mul(slots(m)[`${name}_mask`]!);
  slots(module)[name] = compute(module);
  pruned.set(module, name, { original, compute, handle: module.registerForwardPreHook((m) => { slots(m)[name] = compute(m); }) });
  return module;
}

/** The mask without the `amount` of those that are left whose scores are the smallest; `scores` gets the places left. */
function dropSmallest(module: Module, name: string, amount: number, scores: (places: number[]) => readonly number[]): Tensor {
  const mask = maskOf(module, name), list = numbersOf(mask), places = list.flatMap((m, i) => (m ? [i] : [])), values = scores(places);
  const order = places.map((_, k) => k).sort((a, b) => values[a] - values[b]).slice(0, countOf(amount, places.length));
  for (const k of order) list[places[k]] = 0;
  return tensor(list, { dtype: mask.dtype }).reshape([...mask.shape]);
}

/** Starts with a mask of ones: nothing is pruned yet. Returns the module, as the others do. */
export const identity = <M extends Module>(module: M, name: string): M => install(module, name, onesLike(originalOf(module, name)));

/** Prunes weights at random. A whole `amount` is a number of weights, a fraction a share of those that are left. */
export const randomUnstructured = <M extends Module>(module: M, name: string, amount: number): M =>
  install(module, name, dropSmallest(module, name, amount, (places) => numbersOf(rand(places.length)).map((r) => -r)));

/** Prunes the weights of the smallest size, or of the smallest `importanceScores` (of the weight's shape). */
export function l1Unstructured<M extends Module>(module: M, name: string, amount: number, importanceScores: Tensor | null = null): M {
  if (importanceScores && showShape(importanceScores.shape) !== showShape(originalOf(module, name).shape)) throw new TorchError('importance_scores should have the same shape as parameter ' + name + ' of ' + String(module), { shapes: [importanceScores.shape] });
  const sizes = numbersOf((importanceScores ?? originalOf(module, name)).detach().abs());
  return install(module, name, dropSmallest(module, name, amount, (places) => places.map((i) => sizes[i])));
}

/** Prunes whole slices along `dim` (units, channels): those of the smallest `n`-norm. */
export function lnStructured<M extends Module>(module: M, name: string, amount: number, n: number, dim: number, importanceScores: Tensor | null = null): M {
  const weight = (importanceScores ?? originalOf(module, name)).detach();
  if (weight.ndim < 2) throw new TorchError(`Structured pruning can only be applied to multidimensional tensors. Found tensor of shape torch.Size(${showShape(weight.shape)}) with ${weight.ndim} dims`, { shapes: [weight.shape] });
  const d = dim < 0 ? dim + weight.ndim : dim, rows = (t: Tensor): Tensor => t.transpose(0, d).flatten(1), mask = maskOf(module, name);
  const norms = rows(weight).unbind(0).map((row) => row.norm(n).item() as number), alive = numbersOf(rows(mask).sum(1)).flatMap((s, i) => (s ? [i] : []));
  const drop = alive.sort((a, b) => norms[a] - norms[b]).slice(0, countOf(amount, alive.length)), out = mask.clone();
  for (const i of drop) out.select(d, i).zero_();
  return install(module, name, out);
}

/** Prunes by a mask of your own: zeros where weights are to go. */
export const customFromMask = <M extends Module>(module: M, name: string, mask: Tensor): M => install(module, name, mask);

/** Prunes the smallest weights of several modules, compared with each other. */
export function globalUnstructured(parameters: Iterable<readonly [Module, string]>, amount: number): void {
  const list = [...parameters], all = list.flatMap(([m, name], k) => { const mask = numbersOf(maskOf(m, name)); return numbersOf(originalOf(m, name).detach().abs()).flatMap((size, i) => (mask[i] ? [{ k, i, size }] : [])); });
  const drop = [...all].sort((a, b) => a.size - b.size).slice(0, countOf(amount, all.length)), masks = list.map(([m, name]) => numbersOf(maskOf(m, name)));
  for (const { k, i } of drop) masks[k][i] = 0;
  list.forEach(([m, name], k) => install(m, name, tensor(masks[k]).reshape([...originalOf(m, name).shape])));
}

/** Makes pruning permanent: `name` is a plain parameter again (the one from before), with zeros in it. Returns the module. */
export function remove<M extends Module>(module: M, name: string): M {
  const entry = pruned.take(module, name);
  if (!entry) throw new TorchError(`Parameter '${name}' of module ${String(module)} has to be pruned before pruning can be removed`);
  noGrad(() => entry.original.copy_(entry.compute(module)));
  for (const part of ['orig', 'mask']) delete slots(module)[`${name}_${part}`];
  module.registerParameter(name, entry.original);
  return module;
}

/** Is any weight of the module, or of one below it, pruned? */
export const isPruned = (module: Module): boolean => [...module.modules()].some((m) => pruned.has(m));
