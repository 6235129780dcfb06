import { edgeTo, GradNode, metaOf, SavedTensor, type TensorMeta } from '../autograd/graph.ts';
import { enableGrad, isGradEnabled, isInferenceModeEnabled } from '../autograd/modes.ts';
import { temporaries } from '../cpu/heap.ts';
import { TorchError } from '../errors.ts';
import { isFloat } from '../tensor/dtype.ts';
import { setViewProducer, Tensor, type Producer } from '../tensor/tensor.ts';
import type { Callable, GradContext, Input, KernelOperator, Saves, ViewOperator } from './operator.ts';

type Recorded = KernelOperator<never> | ViewOperator<never>;

const needsOf = (inputs: readonly Input[]): boolean[] => inputs.map((x) => x instanceof Tensor && x.requiresGrad);
const edgesOf = (inputs: readonly Input[], need: readonly boolean[]): (Producer | null)[] => inputs.map((x, i) => (need[i] ? edgeTo(x as Tensor) : null));
const metasOf = (inputs: readonly Input[]): (TensorMeta | null)[] => inputs.map((x) => (x instanceof Tensor ? metaOf(x) : null));

/** The backward step of one call of an operator. */
class OperatorNode extends GradNode {
  readonly name: string;
  private readonly op: Recorded;
  private readonly attrs: never;
  private readonly need: readonly boolean[];
  private readonly metas: readonly (TensorMeta | null)[];
  private readonly x: (SavedTensor | Input)[];
  private readonly y: SavedTensor[] = [];
  constructor(c: Callable, inputs: readonly Input[], attrs: never, need: readonly boolean[], outputs: readonly TensorMeta[], before: Tensor | null = null) {
    super(edgesOf(inputs, need), outputs);
    this.name = c.node;
    this.op = c.op as Recorded;
    this.attrs = attrs;
    this.need = need;
    this.metas = metasOf(inputs);
    const wanted = savesOf(this.op, need, attrs).x ?? [];
    this.x = inputs.map((v, i) => (v instanceof Tensor ? (wanted.includes(i) ? new SavedTensor(before !== null && v === inputs[0] ? before : v, null) : null) : v));
  }
  saveOutputs(outputs: readonly Tensor[]): void {
    for (const i of savesOf(this.op, this.need, this.attrs).y ?? []) this.y[i] = new SavedTensor(outputs[i], this, i);
  }
  apply(grads: (Tensor | null)[]): (Tensor | null)[] {
    const rule = this.op.grad;
    if (typeof rule === 'string') throw new Error(`${this.name} has no gradient: ${rule}`);
    const context: GradContext<never> = {
      x: this.x.map((v) => (v instanceof SavedTensor ? v.unpack(this.name) : v)) as Tensor[],
      y: this.y.map((v) => v.unpack(this.name)),
      attrs: this.attrs, need: this.need, inputs: this.metas,
    };
    const run = (): (Tensor | null)[] => [...rule(grads[0] as Tensor, context, grads)];
    return isGradEnabled() ? run() : temporaries(run);
  }
  override release(): void {
    for (const s of this.x) if (s instanceof SavedTensor) s.release();
    for (const s of this.y) s?.release();
  }
}

const none: Saves = {};
const savesOf = (op: Recorded, need: readonly boolean[], attrs: never): Saves => (typeof op.saves === 'function' ? op.saves(need, attrs) : (op.saves ?? none));

/** True where a call must be recorded: gradients are on, an input wants one, and the operator has one. */
function wanted(c: Callable, inputs: readonly Input[]): boolean {
  if (!isGradEnabled() || typeof (c.op as Recorded).grad === 'string') return false;
  for (const x of inputs) if (x instanceof Tensor && x.requiresGrad) return true;
  return false;
}

/** Attaches the backward step to freshly computed outputs. */
export function recordNode(c: Callable, inputs: readonly Input[], outputs: readonly Tensor[], attrs: never): void {
  if (!wanted(c, inputs)) return;
  const node = new OperatorNode(c, inputs, attrs, needsOf(inputs), outputs.map(metaOf));
  outputs.forEach((o, i) => { if (isFloat(o.dtype)) o.producer = { node, output: i }; });
  node.saveOutputs(outputs);
}

/** Views taken without recording of what requires grad. */
export const cutOff = new WeakSet<Tensor>();

/** Attaches base and backward step to a view, or to the several views that one call gave. */
export function recordView(c: Callable, x: Tensor, outputs: readonly Tensor[], inputs: readonly Input[], attrs: never): void {
  const base = x.viewOf?.base ?? x;
  for (const out of outputs) {
    // A view taken without recording is cut off from the history of what it looks into.
    if (isGradEnabled() || !base.requiresGrad) out.viewOf = { base, graphVersion: x.storage.version };
    else if (!x.inference) cutOff.add(out);
    if (x.inference) out.inference = true;
  }
  if (!wanted(c, inputs)) return;
  const node = new OperatorNode(c, inputs, attrs, needsOf(inputs), outputs.map(metaOf));
  outputs.forEach((out, output) => { out.producer = { node, output }; });
}

/** Runs `write`, which changes x, and gives x (or, where x is a view, its base) the new history. */
export function recordInPlace(c: Callable, x: Tensor, inputs: readonly Input[], attrs: never, write: () => void): void {
  const record = wanted(c, inputs) && isFloat(x.dtype);
  const need = record ? needsOf(inputs) : [];
  // What the gradient needs of x is about to be overwritten.
  const before = record && savesOf(c.op as Recorded, need, attrs).x?.includes(0) ? x.clone() : null;
  const node = record ? new OperatorNode(c, inputs, attrs, need, [metaOf(x)], before) : null;
  write();
  x.storage.version++;
  if (!node) return;
  adoptHistory(x, node);
  node.saveOutputs([x]);
}

/** Hooks stay with the value that they were registered on; the gradient that is retained is that of the new value. */
function passHooksOn(x: Tensor, node: GradNode): void {
  if (!x.hooks) return;
  const retain = x.hooks.retain;
  x.hooks.retain = false;
  x.hooks = retain ? { grad: new Map(), post: new Map(), retain } : null;
  if (x.hooks) (node.watched ??= new Map()).set(0, { tensor: x, hooks: x.hooks });
}

/** Makes `node` the producer of x after an in-place change; a view passes it on to its base. */
export function adoptHistory(x: Tensor, node: GradNode): void {
  if (x.viewOf === null) { passHooksOn(x, node); x.producer = { node, output: 0 }; x.leafRequiresGrad = false; return; }
  const base = x.viewOf.base;
  base.producer = { node: new CopySlices(base, x, node), output: 0 };
  base.leafRequiresGrad = false;
  x.viewOf.graphVersion = -1;
}

/** The history of a base of which a view was changed in place: the view's part goes through the operator, the rest straight on. */
class CopySlices extends GradNode {
  readonly name = 'CopySlices';
  override readonly runsForeignCode: boolean;
  private readonly node: GradNode;
  private readonly layout: { shape: readonly number[]; strides: readonly number[]; offset: number };
  constructor(base: Tensor, view: Tensor, node: GradNode) {
    super([edgeTo(base), ...node.edges.slice(1)], [metaOf(base)]);
    if (!base.dense) throw new TorchError('an in-place change of a view whose base is not contiguous cannot be differentiated; change a contiguous clone instead', { shapes: [base.shape, view.shape] });
    this.node = node;
    this.runsForeignCode = node.runsForeignCode;
    this.layout = { shape: view.shape, strides: view.strides, offset: view.offset - base.offset };
  }
  apply(grads: (Tensor | null)[]): (Tensor | null)[] {
    const whole = (grads[0] as Tensor).clone();
    const part = whole.asStrided([...this.layout.shape], [...this.layout.strides], this.layout.offset);
    const [own, ...others] = this.node.apply([part.clone()]);
    if (own) part.copy_(own.expand(part.shape)); else part.zero_();
    return [whole, ...others];
  }
  override release(): void { this.node.release(); }
}

// A view whose base was changed in place since it was taken reads its gradient through the base's new history.
setViewProducer((t) => {
  const v = t.viewOf!;
  if (v.graphVersion !== t.storage.version && v.base.requiresGrad) {
    v.graphVersion = t.storage.version;
    t.producer = enableGrad(() => v.base.asStrided([...t.shape], [...t.strides], t.offset)).producer;
  }
  return t.producer;
});
