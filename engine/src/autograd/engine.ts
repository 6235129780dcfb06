import { copyInto } from '../cpu/copy.ts';
import { TorchError } from '../errors.ts';
import { observers } from '../ops/observe.ts';
import { isFloat } from '../tensor/dtype.ts';
import { sameShape, showShape } from '../tensor/layout.ts';
import { Tensor, type Producer } from '../tensor/tensor.ts';
import { AccumulateGrad, alreadyFreed, edgeTo, type GradNode, type TensorMeta, type Watched } from './graph.ts';
import { GradientMemory } from './gradient_memory.ts';
import { enableGrad, noGrad } from './modes.ts';

/** Nodes whose saved tensors were let go of; running one again is an error. */
const freed = new WeakSet<GradNode>();

/** What a pass through the graph is to do. */
interface Pass {
  readonly keepGraph: boolean;
  readonly createGraph: boolean;
  /** Gradients wanted as results (autograd.grad); null: accumulate into the leaves. */
  readonly capture: readonly Tensor[] | null;
}

/** Adds what broadcasting spread out, and converts dtype, so that a gradient fits the tensor it belongs to. */
function fit(g: Tensor, meta: TensorMeta, node: GradNode, index: number): Tensor {
  let out = g;
  if (!sameShape(g.shape, meta.shape)) {
    const lead = g.ndim - meta.shape.length;
    const fits = lead >= 0 && meta.shape.every((s, i) => s === 1 || s === g.shape[i + lead]);
    if (!fits) throw new TorchError(`Function ${node.name} returned an invalid gradient at index ${index} - got ${showShape(g.shape)} but expected shape compatible with ${showShape(meta.shape)}`, { shapes: [g.shape, meta.shape] });
    out = out.sumToSize([...meta.shape]);
  }
  return out.dtype === meta.dtype ? out : out.to(meta.dtype);
}

/** How many of the reachable nodes send a gradient to each node. */
function dependencies(roots: readonly GradNode[]): Map<GradNode, number> {
  const counts = new Map<GradNode, number>(roots.map((r) => [r, 0]));
  const stack = [...counts.keys()];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const e of node.edges) {
      if (!e) continue;
      const n = counts.get(e.node);
      if (n === undefined) stack.push(e.node);
      counts.set(e.node, (n ?? 0) + 1);
    }
  }
  return counts;
}

/** The nodes that lie on a way to one of the wanted tensors: the others need not run. */
function usefulFor(counts: Map<GradNode, number>, wanted: readonly Producer[]): Set<GradNode> {
  const useful = new Set(wanted.map((w) => w.node));
  // Later nodes depend on earlier ones only, so one pass in the order of recording settles it. An accumulator may be younger than its users.
  const nodes = [...counts.keys()].sort((a, b) => rank(a) - rank(b));
  for (const n of nodes) if (n.edges.some((e) => e && useful.has(e.node))) useful.add(n);
  return useful;
}
const rank = (n: GradNode): number => (n instanceof AccumulateGrad ? -1 : n.sequence);

/** Node queue: the latest recorded runs first among those that are ready. */
function takeLatest(ready: GradNode[]): GradNode {
  let best = 0;
  for (let i = 1; i < ready.length; i++) if (rank(ready[i]) > rank(ready[best])) best = i;
  const node = ready[best];
  ready[best] = ready[ready.length - 1];
  ready.pop();
  return node;
}

function pass(roots: readonly Producer[], seeds: readonly Tensor[], options: Pass): (Tensor | null)[] {
  const buffers = new Map<GradNode, (Tensor | null)[]>(), memory = new GradientMemory(!options.createGraph);
  const send = (to: Producer, g: Tensor): void => {
    let slots = buffers.get(to.node);
    if (!slots) buffers.set(to.node, (slots = new Array<Tensor | null>(to.node.outputs.length).fill(null)));
    const old = slots[to.output], sum = old ? old.add(g) : g;
    memory.hold(sum);
    if (old) memory.drop(old);
    slots[to.output] = sum;
  };
  roots.forEach((r, i) => send(r, seeds[i]));
  const counts = dependencies(roots.map((r) => r.node));
  const wanted = options.capture?.map(edgeTo);
  const useful = wanted ? usefulFor(counts, wanted.filter((w) => w !== null)) : null;
  const results = new Array<Tensor | null>(options.capture?.length ?? 0).fill(null);
  const ready = [...new Set(roots.map((r) => r.node))].filter((n) => counts.get(n) === 0);
  while (ready.length) {
    const node = takeLatest(ready);
    let grads = buffers.get(node) ?? new Array<Tensor | null>(node.outputs.length).fill(null);
    buffers.delete(node);
    for (const [output, w] of node.watched ?? []) { const g = grads[output]; if (g) { grads[output] = runHooks(w, g, options, memory); memory.release(g); } }
    wanted?.forEach((w, i) => { if (w?.node === node) { results[i] = grads[w.output]; memory.release(results[i]); } });
    const arrived = grads;
    const skip = useful !== null && !useful.has(node);
    if (node instanceof AccumulateGrad) { if (!options.capture && grads[0]) accumulate(node.variable, grads[0], options, memory); continue; }
    const isTarget = wanted?.some((w) => w?.node === node) ?? false;
    if (!skip && grads.some((g) => g !== null) && !(isTarget && !node.edges.some((e) => e && useful!.has(e.node)))) {
      if (freed.has(node)) throw alreadyFreed();
      for (const h of node.preHooks?.values() ?? []) grads = h(grads) ?? grads;
      let inputs = node.apply(grads);
      const computed = inputs;
      for (const h of node.hooks?.values() ?? []) inputs = h(inputs, grads) ?? inputs;
      // What code outside the engine has seen may be kept there.
      if (node.hooks || node.preHooks || node.runsForeignCode) for (const g of [...arrived, ...grads, ...computed, ...inputs]) memory.release(g);
      for (const g of inputs) if (g) memory.hold(g);
      node.edges.forEach((e, i) => {
        const g = inputs[i];
        if (!e || !g) return;
        send(e, fit(g, e.node.outputs[e.output], node, i));
      });
      for (const g of inputs) if (g) memory.drop(g);
      if (!options.keepGraph) { node.release(); freed.add(node); }
    }
    for (const g of arrived) if (g) memory.drop(g);
    for (const e of node.edges) {
      if (!e) continue;
      const left = counts.get(e.node)! - 1;
      counts.set(e.node, left);
      if (left === 0) ready.push(e.node);
    }
  }
  return results;
}

function runHooks({ tensor, hooks }: Watched, g: Tensor, options: Pass, memory: GradientMemory): Tensor {
  let out = g;
  for (const h of hooks.grad.values()) { memory.release(out); out = h(out) ?? out; }
  memory.release(out);
  if (hooks.retain && !options.capture) tensor.grad = out;
  return out;
}

function accumulate(leaf: Tensor, g: Tensor, options: Pass, memory: GradientMemory): void {
  if (leaf.grad === null) {
    if (options.createGraph) leaf.grad = g;
    else if (memory.isOnlyUse(g)) { leaf.grad = g; memory.release(g); }
    else leaf.grad = steal(g);
  } else if (options.createGraph) leaf.grad = leaf.grad.add(g);
  else noGrad(() => leaf.grad!.add_(g));
  memory.drop(g);
  for (const h of leaf.hooks?.post.values() ?? []) h(leaf);
}

/** A tensor of its own for `.grad`: no graph, contiguous memory that nothing else may write to. */
function steal(g: Tensor): Tensor {
  const out = Tensor.allocate(g.shape, g.dtype, g.device);
  copyInto(out, g);
  return out;
}

function seedFor(t: Tensor, given: Tensor | null | undefined, what: string): Tensor {
  if (!t.requiresGrad) throw new TorchError('element 0 of tensors does not require grad and does not have a grad_fn', { operator: what, shapes: [t.shape] });
  if (given) {
    if (!sameShape(given.shape, t.shape)) throw new TorchError(`Mismatch in shape: grad_output[0] has a shape of torch.Size(${showShape(given.shape)}) and output[0] has a shape of torch.Size(${showShape(t.shape)}).`, { operator: what, shapes: [given.shape, t.shape] });
    return given;
  }
  if (t.count !== 1) throw new TorchError('grad can be implicitly created only for scalar outputs', { operator: what, shapes: [t.shape] });
  const one = Tensor.allocate(t.shape, t.dtype, t.device);
  one.fill_(1);
  return one;
}

const inMode = <T>(createGraph: boolean, fn: () => T): T => (createGraph ? enableGrad(fn) : noGrad(fn));

/** Options of `backward`. */
export interface BackwardOptions { gradient?: Tensor | null; retainGraph?: boolean | null; createGraph?: boolean; inputs?: Tensor | readonly Tensor[] | null }

/**
 * Computes the gradients of `tensors` with respect to the leaves of their graph and adds them to the leaves' `.grad`.
 *
 * @param gradTensors for each tensor the gradient to start from; may be left out for tensors with one element
 */
export function backward(tensors: Tensor | readonly Tensor[], gradTensors?: Tensor | readonly (Tensor | null)[] | null, options: Omit<BackwardOptions, 'gradient'> = {}): void {
  const roots = tensors instanceof Tensor ? [tensors] : [...tensors];
  const given = gradTensors instanceof Tensor ? [gradTensors] : (gradTensors ?? []);
  const createGraph = options.createGraph ?? false, keepGraph = options.retainGraph ?? createGraph;
  observers.event('backward', roots);
  observers.inside(() => inMode(createGraph, () => {
    const seeds = roots.map((t, i) => seedFor(t, given[i], 'backward'));
    const edges = roots.map((t) => edgeTo(t)!);
    const inputs = options.inputs instanceof Tensor ? [options.inputs] : options.inputs;
    if (!inputs) { pass(edges, seeds, { keepGraph, createGraph, capture: null }); return; }
    const grads = pass(edges, seeds, { keepGraph, createGraph, capture: inputs });
    inputs.forEach((x, i) => { const g = grads[i]; if (g) accumulate(x, g, { keepGraph, createGraph, capture: null }, new GradientMemory(false)); });
  }));
}

/** Options of `grad`. */
export interface GradOptions { gradOutputs?: Tensor | readonly (Tensor | null)[] | null; retainGraph?: boolean | null; createGraph?: boolean; allowUnused?: boolean; materializeGrads?: boolean }

/**
 * The gradients of `outputs` with respect to `inputs`, without touching any `.grad`.
 *
 * @returns one tensor for each input (null for an unused one with `allowUnused`)
 */
export function grad(outputs: Tensor | readonly Tensor[], inputs: Tensor | readonly Tensor[], options: GradOptions = {}): Tensor[] {
  const outs = outputs instanceof Tensor ? [outputs] : [...outputs], ins = inputs instanceof Tensor ? [inputs] : [...inputs];
  const given = options.gradOutputs instanceof Tensor ? [options.gradOutputs] : (options.gradOutputs ?? []);
  const createGraph = options.createGraph ?? false, keepGraph = options.retainGraph ?? createGraph;
  for (const x of ins) if (!x.requiresGrad) throw new TorchError('One of the differentiated Tensors does not require grad', { operator: 'grad' });
  observers.event('backward', outs);
  return observers.inside(() => inMode(createGraph, () => {
    const seeds = outs.map((t, i) => seedFor(t, given[i], 'grad'));
    const results = pass(outs.map((t) => edgeTo(t)!), seeds, { keepGraph, createGraph, capture: ins });
    return results.map((g, i) => {
      if (g) return g;
      if (options.materializeGrads) { const z = Tensor.allocate(ins[i].shape, ins[i].dtype, ins[i].device); z.zero_(); return z; }
      if (!options.allowUnused) throw new TorchError('One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior. (Here: { allowUnused: true }.)', { operator: 'grad' });
      return null as unknown as Tensor;
    });
  }));
}

/** Checks what `requiresGrad_` and (with a capital letter, as in PyTorch) the constructors allow. */
export function assertDifferentiable(t: Tensor, first: 'O' | 'o' = 'O'): void {
  if (!isFloat(t.dtype)) throw new TorchError(`${first}nly Tensors of floating point and complex dtype can require gradients`, { dtypes: [t.dtype] });
}
