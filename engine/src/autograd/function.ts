import { TorchError } from '../errors.ts';
import { Tensor } from '../tensor/tensor.ts';
import { isFloat } from '../tensor/dtype.ts';
import { adoptHistory } from '../ops/record.ts';
import { edgeTo, GradNode, metaOf, SavedTensor } from './graph.ts';
import { isGradEnabled, noGrad } from './modes.ts';

/** What `forward` and `backward` of a custom function share. Other properties may be set freely. */
export class FunctionContext {
  private saved: (SavedTensor | null)[] = [];
  private toSave: (Tensor | null)[] = [];
  /** Which inputs want a gradient, by position. */
  needsInputGrad: boolean[] = [];
  private dirty: Tensor[] = [];
  private fixed = new Set<Tensor>();
  materialize = true;
  [key: string]: unknown;
  /** Keeps tensors (inputs or outputs) for `backward`. */
  saveForBackward(...tensors: (Tensor | null)[]): void { this.toSave = tensors; }
  /** The tensors that were kept, checked for in-place changes since. */
  get savedTensors(): Tensor[] { return this.saved.map((s) => (s ? s.unpack('Function') : null)) as Tensor[]; }
  /** Says which inputs `forward` changed in place. */
  markDirty(...tensors: Tensor[]): void { this.dirty = tensors; }
  /** Says which outputs have no gradient. */
  markNonDifferentiable(...tensors: Tensor[]): void { this.fixed = new Set(tensors); }
  /** With false, `backward` gets null instead of zeros for an output that nobody used. */
  setMaterializeGrads(value: boolean): void { this.materialize = value; }
  /** Internal: takes what `forward` asked for. */
  static finish(ctx: FunctionContext, outputs: readonly Tensor[], node: GradNode | null): { dirty: readonly Tensor[]; fixed: ReadonlySet<Tensor> } {
    if (node) ctx.saved = ctx.toSave.map((t) => { const i = t ? outputs.indexOf(t) : -1; return t ? new SavedTensor(t, i >= 0 ? node : null, Math.max(i, 0)) : null; });
    ctx.toSave = [];
    return { dirty: ctx.dirty, fixed: ctx.fixed };
  }
  static release(ctx: FunctionContext): void { for (const s of ctx.saved) s?.release(); }
}

type Gradients = Tensor | null | undefined | readonly (Tensor | null | undefined)[];
interface FunctionClass { readonly name: string; forward(ctx: FunctionContext, ...args: never[]): Tensor | Tensor[]; backward(ctx: FunctionContext, ...grads: Tensor[]): Gradients }
type ForwardArgs<C> = C extends { forward(ctx: FunctionContext, ...args: infer A): unknown } ? A : never;
type ForwardResult<C> = C extends { forward(...args: never[]): infer R } ? R : never;

class FunctionNode extends GradNode {
  readonly name: string;
  override readonly runsForeignCode = true;
  private readonly ctx: FunctionContext;
  private readonly cls: FunctionClass;
  private readonly tensors: readonly number[];
  constructor(cls: FunctionClass, ctx: FunctionContext, args: readonly unknown[], outputs: readonly Tensor[]) {
    const tensors = args.flatMap((a, i) => (a instanceof Tensor ? [i] : []));
    super(tensors.map((i) => ((args[i] as Tensor).requiresGrad ? edgeTo(args[i] as Tensor) : null)), outputs.map(metaOf));
    this.name = `${cls.name}Backward`;
    this.cls = cls; this.ctx = ctx; this.tensors = tensors;
    this.count = args.length;
  }
  private readonly count: number;
  apply(grads: (Tensor | null)[]): (Tensor | null)[] {
    const full = grads.map((g, i) => { if (g || !this.ctx.materialize) return g as Tensor; const m = this.outputs[i], z = Tensor.allocate(m.shape, m.dtype, m.device); z.zero_(); return z; });
    const result = this.cls.backward(this.ctx, ...full), list = Array.isArray(result) ? result : [result as Tensor | null];
    if (list.length < this.count && list.length < this.tensors.length) throw new TorchError(`function ${this.name} returned an incorrect number of gradients (expected ${this.count}, got ${list.length})`);
    if (list.slice(this.count).some((g) => g)) throw new TorchError(`function ${this.name} returned an incorrect number of gradients (expected ${this.count}, got ${list.length})`);
    return this.tensors.map((at) => (list[at] as Tensor | null | undefined) ?? null);
  }
  override release(): void { FunctionContext.release(this.ctx); }
}

/**
 * A differentiable operation with a backward of its own: a class with static `forward(ctx, …)` and `backward(ctx, …)`,
 * called through `apply`. `backward` gives one gradient for each argument of `forward`, null for what has none.
 *
 * @example
 * class Square extends torch.autograd.Function {
 *   static forward(ctx: FunctionContext, x: Tensor) { ctx.saveForBackward(x); return x.mul(x); }
 *   static backward(ctx: FunctionContext, g: Tensor) { const [x] = ctx.savedTensors; return g.mul(x).mul(2); }
 * }
 * Square.apply(x);
 */
export class Function {
  static apply<C extends FunctionClass>(this: C, ...args: ForwardArgs<C>): ForwardResult<C> {
    const ctx = new FunctionContext(), list = args as unknown[];
    ctx.needsInputGrad = list.map((a) => a instanceof Tensor && a.requiresGrad);
    const record = isGradEnabled() && ctx.needsInputGrad.includes(true);
    const result = noGrad(() => (this.forward as (c: FunctionContext, ...a: unknown[]) => Tensor | Tensor[])(ctx, ...list));
    const many = Array.isArray(result), raw = many ? result : [result];
    const isDirty = (t: Tensor): boolean => (ctx as unknown as { dirty: Tensor[] }).dirty.includes(t);
    // An input handed back unchanged becomes a new tensor, so that the history of the argument is not touched.
    const outputs = raw.map((t) => (list.includes(t) && !isDirty(t) ? t.detach() : t));
    const node = record ? new FunctionNode(this, ctx, list, outputs) : null;
    const { fixed } = FunctionContext.finish(ctx, outputs, node);
    if (node) outputs.forEach((t, i) => { if (!isFloat(t.dtype) || fixed.has(raw[i])) return; if (isDirty(t)) adoptHistory(t, node); else t.producer = { node, output: i }; });
    return (many ? outputs : outputs[0]) as ForwardResult<C>;
  }
}
