import { castArguments, currentAutocast, withAutocast } from '../amp/autocast_mode.ts';
import type { TensorMeta } from '../autograd/graph.ts';
import { isGradEnabled, isInferenceModeEnabled } from '../autograd/modes.ts';
import { copyInto } from '../cpu/copy.ts';
import { beginOperator } from '../cpu/heap.ts';
import { TorchError } from '../errors.ts';
import { observers } from './observe.ts';
import { canCast, scalarTypeName, type DType } from '../tensor/dtype.ts';
import { sameShape, showShape, type Layout, type Shape } from '../tensor/layout.ts';
import { Tensor, type Operand } from '../tensor/tensor.ts';
import { cutOff, recordInPlace, recordNode, recordView } from './record.ts';
import { bind, parseSchema, type Schema } from './schema.ts';

/** What an operator takes: tensors, numbers where a tensor may be a number, null for an optional tensor left out. */
export type Input = Operand | null;
/** Shape and dtype of a result, and its device where that is not the inputs'. */
export interface Meta { readonly shape: Shape; readonly dtype: DType; readonly device?: string }

/** What a gradient rule gets beside the gradients of the outputs. */
export interface GradContext<A> {
  /** Saved inputs by position (only those that `saves` names; a number operand is always there). */
  readonly x: readonly Tensor[];
  /** Saved outputs by position. */
  readonly y: readonly Tensor[];
  readonly attrs: A;
  /** Which inputs want a gradient; the rule may give null for the others. */
  readonly need: readonly boolean[];
  /** Shape, dtype and device of each input; null for numbers and absent ones. */
  readonly inputs: readonly (TensorMeta | null)[];
}

/** Which inputs and outputs the gradient rule reads, by position. */
export interface Saves { readonly x?: readonly number[]; readonly y?: readonly number[] }

interface Common {
  /** The signature, see `parseSchema`. The first parameter is the receiver of the method. */
  readonly schema: string;
  /** PyTorch's name of the gradient node; `<Name>Backward0` unless given. Of a composite, the name that its last node takes. */
  readonly node?: string;
}

interface Differentiable<A> extends Common {
  /** Arguments in the order of the signature to input tensors and attributes. Default: tensors in order, the rest by name. */
  prepare?(...args: never[]): [inputs: Input[], attrs: A];
  readonly saves?: Saves | ((need: readonly boolean[], attrs: A) => Saves);
  /**
   * Gradients of the inputs from those of the outputs (null: none arrived; a rule with one output always gets it),
   * written in terms of operators. What is larger than the input by broadcasting is summed, and another dtype is
   * converted, by the caller. A string says why there is none.
   */
  readonly grad: ((g: Tensor, context: GradContext<A>, gs: readonly (Tensor | null)[]) => readonly (Tensor | null)[]) | string;
}

/** An operator that computes: its rule for shapes and dtypes, and the CPU kernel that fills the allocated outputs. */
export interface KernelOperator<A = unknown> extends Differentiable<A> {
  meta(inputs: readonly Input[], attrs: A): Meta | readonly Meta[];
  /** Fills `outputs` (contiguous, of the announced shapes and dtypes). */
  cpu(outputs: readonly Tensor[], inputs: readonly Input[], attrs: A): void;
  /** Output i may be the memory of the first input: the kernel reads each element before it writes it. */
  readonly elementwise?: boolean;
  /** How the in-place form changes its first input where that is cheaper than computing a result and copying it. */
  write?(x: Tensor, inputs: readonly Input[], attrs: A): void;
}
/** An operator that gives a view, or several at once: only its rule for the new layouts. */
export interface ViewOperator<A = unknown> extends Differentiable<A> {
  view(input: Tensor, attrs: A): Layout | readonly Layout[];
}
/** An operator written in terms of others. */
export interface CompositeOperator extends Common {
  compose(...args: never[]): unknown;
}
export type Operator = KernelOperator<never> | ViewOperator<never> | CompositeOperator;

/** A family of operators: one record for each name of the family's interface. */
export type Table<Methods> = { readonly [K in keyof Methods]: Operator };

// Each makes the types of a record check each other, and leaves it as it is.
export const kernel = <A = Record<string, never>>(op: KernelOperator<A>): KernelOperator<never> => op as unknown as KernelOperator<never>;
export const view = <A>(op: ViewOperator<A>): ViewOperator<never> => op as unknown as ViewOperator<never>;
export const composite = (op: CompositeOperator): CompositeOperator => op;

/** An operator made ready to be called: name and parsed signature beside the record. */
export interface Callable { readonly name: string; readonly schema: Schema; readonly op: Operator; readonly node: string }

/** Reads the signature of a record. */
export function ready(name: string, op: Operator): Callable {
  return { name, op, schema: parseSchema(op.schema), node: op.node ?? `${name[0].toUpperCase()}${name.slice(1)}Backward0` };
}

/** Calls an operator with a user's arguments. `receiver` is 1 when the first argument is the `this` of a method. */
export function invoke(c: Callable, args: readonly unknown[], receiver: 0 | 1): unknown {
  const values = bind(c.schema, args, receiver);
  const cast = currentAutocast() === null ? null : castArguments(c.name, values);
  return cast ? withAutocast(null, () => execute(c, cast)) : execute(c, values);
}

function execute(c: Callable, values: unknown[]): unknown {
  beginOperator();
  const watch = observers.active ? observers.enter(c.name, values) : null;
  try {
    if ('compose' in c.op) {
      const out = (c.op.compose as (...a: unknown[]) => unknown)(...values);
      if (c.op.node && out instanceof Tensor && out.producer) (out.producer.node as { name: string }).name = c.op.node;
      return out;
    }
    const [inputs, attrs] = split(c, values);
    return run(c, inputs, attrs);
  } finally { if (watch) observers.leave(watch); }
}

function split(c: Callable, values: unknown[]): [Input[], never] {
  const op = c.op as Differentiable<never>;
  if (op.prepare) return (op.prepare as (...a: unknown[]) => [Input[], never])(...values);
  const inputs: Input[] = [], attrs: Record<string, unknown> = {}, { params } = c.schema;
  for (let i = 0; i < params.length; i++) {
    const p = params[i];
    if (p.type === 'Tensor' || p.type === 'Operand') inputs.push(values[i] as Input);
    else if (p.type === 'Tensor[]') inputs.push(...(values[i] as Tensor[]));
    else attrs[p.name] = values[i];
  }
  return [inputs, attrs as never];
}

function run(c: Callable, inputs: Input[], attrs: never): Tensor | Tensor[] {
  const op = c.op as KernelOperator<never> | ViewOperator<never>;
  if ('view' in op) {
    const x = inputs[0] as Tensor, layout = op.view(x, attrs), many = Array.isArray(layout);
    const outputs = (many ? (layout as readonly Layout[]) : [layout as Layout]).map((l) => new Tensor(x.storage, x.dtype, l, x.device));
    recordView(c, x, outputs, inputs, attrs);
    if (observers.active) observers.ran(c.name, inputs, outputs);
    return many ? outputs : outputs[0];
  }
  const device = commonDevice(c.name, inputs);
  const meta = op.meta(inputs, attrs), many = Array.isArray(meta);
  const outputs = (many ? (meta as readonly Meta[]) : [meta as Meta]).map((m) => Tensor.allocate(m.shape, m.dtype, m.device ?? device));
  op.cpu(outputs, inputs, attrs);
  recordNode(c, inputs, outputs, attrs);
  if (observers.active) observers.ran(c.name, inputs, outputs);
  return many ? outputs : outputs[0];
}

/** The device of all tensor inputs. A cpu tensor without dimensions goes with any device. */
export function commonDevice(operator: string, inputs: readonly Input[]): string {
  let device: string | null = null;
  for (const x of inputs) {
    if (!(x instanceof Tensor)) continue;
    if (device === null || (device === 'cpu' && x.device !== 'cpu' && inputs.every((y) => !(y instanceof Tensor) || y.device !== 'cpu' || y.ndim === 0))) device = x.device;
    else if (x.device !== device && !(x.device === 'cpu' && x.ndim === 0)) {
      const found = [device, x.device].sort((a, b) => Number(a === 'cpu') - Number(b === 'cpu'));
      throw new TorchError(`Expected all tensors to be on the same device, but found at least two devices, ${found[0]} and ${found[1]}! (when calling ${operator}; move one of them with .to(device))`, { operator });
    }
  }
  return device ?? 'cpu';
}

/** Calls an operator so that its result replaces the values of its first argument, and returns that tensor. */
export function invokeInPlace(c: Callable, args: readonly unknown[]): Tensor {
  const name = `${c.name}_`, values = bind({ ...c.schema, name }, args, 1), x = values[0] as Tensor;
  const watch = observers.active ? observers.enter(name, values) : null;
  try {
    checkWritable(x);
    if ('compose' in c.op) {
      // A copy stays behind for the gradients to read.
      const before = wantsGrad(values as Input[]) ? x.clone() : x;
      return x.copy_((c.op.compose as (...a: unknown[]) => Tensor)(before, ...values.slice(1)));
    }
    const [inputs, attrs] = split(c, values);
    const op = c.op as KernelOperator<never>, meta = op.meta(inputs, attrs) as Meta;
    commonDevice(c.name, inputs);
    beginOperator();
    if (!sameShape(meta.shape, x.shape)) throw new TorchError(`output with shape ${showShape(x.shape)} doesn't match the broadcast shape ${showShape(meta.shape)}`, { operator: name, shapes: [x.shape, meta.shape] });
    if (!canCast(meta.dtype, x.dtype)) throw new TorchError(`result type ${scalarTypeName[meta.dtype]} can't be cast to the desired output type ${scalarTypeName[x.dtype]}`, { operator: name, dtypes: [meta.dtype, x.dtype] });
    recordInPlace(c, x, inputs, attrs, () => {
      if (op.write) op.write(x, inputs, attrs);
      else if (op.elementwise && x.dense && meta.dtype === x.dtype && inputs[0] === x && !inputs.some((y, i) => i > 0 && y instanceof Tensor && y.storage === x.storage && y !== x)) op.cpu([x], inputs, attrs);
      else {
        const result = Tensor.allocate(meta.shape, meta.dtype, x.device);
        op.cpu([result], inputs, attrs);
        copyInto(x, result);
      }
    });
    if (observers.active) observers.ran(name, inputs, [x]);
    return x;
  } finally { if (watch) observers.leave(watch); }
}

/** Throws where an in-place write is not allowed: leaves that require grad, views of them, expanded tensors. */
export function checkWritable(x: Tensor): void {
  if (x.inference && !isInferenceModeEnabled()) throw new TorchError('Inplace update to inference tensor outside InferenceMode is not allowed. You can make a clone to get a normal tensor before doing inplace update.');
  if (isGradEnabled()) {
    if (cutOff.has(x)) throw new TorchError('A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both inside the no_grad block (if you don\'t want the inplace to be tracked) or both outside (if you want the inplace to be tracked).');
    if (x.leafRequiresGrad && x.producer === null) throw new TorchError('a leaf Variable that requires grad is being used in an in-place operation. Put the update inside torch.noGrad(() => { … }).');
    if (x.viewOf?.base.leafRequiresGrad && x.viewOf.base.producer === null) throw new TorchError('a view of a leaf Variable that requires grad is being used in an in-place operation. Put the update inside torch.noGrad(() => { … }).');
    if (x.viewOf && x.producer && x.producer.node.outputs.length > 1) throw new TorchError(`Output ${x.producer.output} of ${x.producer.node.name} is a view and is being modified inplace. This view is the output of a function that returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an out-of-place one.`);
  }
  if (x.strides.some((s, i) => s === 0 && x.shape[i] > 1)) throw new TorchError('unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.', { shapes: [x.shape] });
}

/** True where autograd has something to do with these inputs. */
export const wantsGrad = (inputs: readonly Input[]): boolean => isGradEnabled() && inputs.some((x) => x instanceof Tensor && x.requiresGrad);
