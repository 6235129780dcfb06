import { copyInto } from '../cpu/copy.ts';
import { TorchError } from '../errors.ts';
import { resultType } from '../tensor/dtype.ts';
import { broadcastShapes as broadcastTwo, sameShape, showShape, wrapDim, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { functions } from './install.ts';
import { observers } from './observe.ts';
import { composite, kernel, type Input, type Table } from './operator.ts';

type Tensors = readonly Tensor[];
type ListOrArgs = [Tensors] | Tensor[];

/** Several tensors made one, or brought to one shape. These are functions only. */
export interface JoinOps {
  /** The tensors one after the other along `dim`; all other sizes must agree. */
  cat(tensors: Tensors, dim?: number | { dim?: number }): Tensor;
  /** `cat`. */
  concat(tensors: Tensors, dim?: number | { dim?: number }): Tensor;
  /** `cat`. */
  concatenate(tensors: Tensors, dim?: number | { dim?: number }): Tensor;
  /** Tensors of one shape side by side along a new dimension `dim`. */
  stack(tensors: Tensors, dim?: number | { dim?: number }): Tensor;
  /** Side by side: along dimension 1, for vectors along dimension 0. */
  hstack(tensors: Tensors): Tensor;
  /** One below the other; a vector is a row. */
  vstack(tensors: Tensors): Tensor;
  /** `vstack`. */
  rowStack(tensors: Tensors): Tensor;
  /** Along dimension 2. */
  dstack(tensors: Tensors): Tensor;
  /** Like `hstack`; a vector is a column. */
  columnStack(tensors: Tensors): Tensor;
  /** A matrix with the given ones along its diagonal and zeros elsewhere. */
  blockDiag(...tensors: ListOrArgs): Tensor;
  /** Views of the tensors, expanded to their common shape. */
  broadcastTensors(...tensors: ListOrArgs): Tensor[];
}

const shapesOf = (xs: readonly Input[]): Shape[] => xs.map((x) => (x as Tensor).shape);
const nonEmpty = (operator: string, xs: readonly unknown[]): void => { if (!xs.length) throw new TorchError(`${operator} expects a non-empty TensorList`, { operator }); };
// A 1-D tensor without elements joins anything: PyTorch keeps this from the time when no other empty tensors existed.
const skipped = (s: Shape): boolean => s.length === 1 && s[0] === 0;

/** Writes each tensor into its part of `out` along `d`. */
function fillParts(out: Tensor, xs: readonly Tensor[], d: number, sizes: readonly number[]): void {
  let at = 0;
  xs.forEach((x, i) => {
    const shape = out.shape.with(d, sizes[i]);
    copyInto(new Tensor(out.storage, out.dtype, { shape, strides: out.strides, offset: out.offset + at * out.strides[d] }, out.device), x);
    at += sizes[i];
  });
}


const alias = (name: string): ReturnType<typeof composite> => composite({ schema: `${name}(Tensor[] tensors, int dim=0)`, compose: (xs: Tensor[], dim: number) => cat(xs, dim) });
const twoDim = (x: Tensor): Tensor => (x.ndim >= 2 ? x : x.reshape([1, x.count]));

export const joins: Table<JoinOps> = {
  cat: kernel<{ dim: number }>({
    schema: 'cat(Tensor[] tensors, int dim=0)',
    meta(inputs, { dim }) {
      if (!inputs.length) throw new TorchError('torch.cat(): expected a non-empty list of Tensors', { operator: 'cat' });
      const shapes = shapesOf(inputs), dtype = resultType(...(inputs as Tensor[]));
      const scalar = shapes.findIndex((s) => s.length === 0);
      if (scalar >= 0) throw new TorchError(`zero-dimensional tensor (at position ${scalar}) cannot be concatenated`, { operator: 'cat', shapes });
      const first = shapes.find((s) => !skipped(s));
      if (!first) { wrapDim(dim, 1); return { shape: [0], dtype }; }
      const d = wrapDim(dim, first.length);
      let total = 0;
      shapes.forEach((s, i) => {
        if (skipped(s)) return;
        if (s.length !== first.length) throw new TorchError(`Tensors must have same number of dimensions: got ${first.length} and ${s.length}`, { operator: 'cat', shapes });
        const off = s.findIndex((n, k) => k !== d && n !== first[k]);
        if (off >= 0) throw new TorchError(`Sizes of tensors must match except in dimension ${d}. Expected size ${first[off]} but got size ${s[off]} for tensor number ${i} in the list.`, { operator: 'cat', shapes });
        total += s[d];
      });
      return { shape: first.with(d, total), dtype };
    },
    cpu([out], inputs, { dim }) {
      const parts = (inputs as Tensor[]).filter((x) => !skipped(x.shape)), d = wrapDim(dim, out.ndim);
      fillParts(out, parts, d, parts.map((x) => x.shape[d]));
    },
    grad(g, { attrs: { dim }, inputs, need }) {
      const d = wrapDim(dim, g.ndim);
      let at = 0;
      return inputs.map((x, i) => {
        if (skipped(x!.shape)) return need[i] ? g.newZeros([0]) : null;
        const n = x!.shape[d], from = at;
        at += n;
        return need[i] ? g.narrow(d, from, n) : null;
      });
    },
  }),
  concat: alias('concat'),
  concatenate: alias('concatenate'),
  stack: kernel<{ dim: number }>({
    schema: 'stack(Tensor[] tensors, int dim=0)',
    meta(inputs, { dim }) {
      nonEmpty('stack', inputs);
      const shapes = shapesOf(inputs), first = shapes[0], d = wrapDim(dim, first.length + 1);
      const off = shapes.findIndex((s) => !sameShape(s, first));
      if (off >= 0) throw new TorchError(`stack expects each tensor to be equal size, but got ${showShape(first)} at entry 0 and ${showShape(shapes[off])} at entry ${off}`, { operator: 'stack', shapes });
      return { shape: first.toSpliced(d, 0, inputs.length), dtype: resultType(...(inputs as Tensor[])) };
    },
    cpu([out], inputs, { dim }) {
      const d = wrapDim(dim, out.ndim), flat = (inputs as Tensor[]).map((x) => new Tensor(x.storage, x.dtype, { shape: x.shape.toSpliced(d, 0, 1), strides: x.strides.toSpliced(d, 0, 0), offset: x.offset }, x.device));
      fillParts(out, flat, d, flat.map(() => 1));
    },
    grad: (g, { attrs: { dim } }) => g.unbind(dim),
  }),
  hstack: composite({
    schema: 'hstack(Tensor[] tensors)',
    compose(xs: Tensor[]) { nonEmpty('hstack', xs); const all = atLeast(1, xs); return cat(all, all[0].ndim === 1 ? 0 : 1); },
  }),
  vstack: composite({ schema: 'vstack(Tensor[] tensors)', compose(xs: Tensor[]) { nonEmpty('vstack', xs); return cat(atLeast(2, xs), 0); } }),
  rowStack: composite({ schema: 'rowStack(Tensor[] tensors)', compose(xs: Tensor[]) { nonEmpty('vstack', xs); return cat(atLeast(2, xs), 0); } }),
  dstack: composite({ schema: 'dstack(Tensor[] tensors)', compose(xs: Tensor[]) { nonEmpty('dstack', xs); return cat(atLeast(3, xs), 2); } }),
  columnStack: composite({
    schema: 'columnStack(Tensor[] tensors)',
    compose(xs: Tensor[]) { nonEmpty('column_stack', xs); return hstack(xs.map((x) => (x.ndim <= 1 ? x.reshape([x.count, 1]) : x))); },
  }),
  blockDiag: composite({
    schema: 'blockDiag(tensors tensors)',
    compose(xs: Tensor[]) {
      const deep = xs.findIndex((x) => x.ndim > 2);
      if (deep >= 0) throw new TorchError(`torch.block_diag: Input tensors must have 2 or fewer dimensions. Input ${deep} has ${xs[deep].ndim} dimensions`, { operator: 'blockDiag', shapes: shapesOf(xs) });
      const blocks = xs.map(twoDim), width = blocks.reduce((n, b) => n + b.shape[1], 0);
      let before = 0;
      return cat(blocks.map((b) => {
        const [rows, columns] = b.shape, left = before;
        before += columns;
        return cat([b.newZeros([rows, left]), b, b.newZeros([rows, width - before])], 1);
      }), 0);
    },
  }),
  broadcastTensors: composite({
    schema: 'broadcastTensors(tensors tensors)',
    compose(xs: Tensor[]) { const shape = shapesOf(xs).reduce((a, b) => broadcastTwo(a, b, 'broadcastTensors'), []); return xs.map((x) => x.expand([...shape])); },
  }),
};

/** The tensors with dimensions of size 1 added up to `n`; a vector is a row, and for 3 the last dimension is added. */
const atLeast = (n: 1 | 2 | 3, xs: Tensors): Tensor[] => xs.map((x) => (x.ndim >= n ? x : n === 1 ? x.reshape([1]) : n === 2 ? x.reshape([1, x.count]) : x.ndim === 2 ? x.unsqueeze(2) : x.reshape([1, x.count, 1])));
type AtLeast = { (tensor: Tensor): Tensor; (...tensors: [Tensors] | [Tensor, Tensor, ...Tensor[]]): Tensor[] };
const atleast = (n: 1 | 2 | 3): AtLeast => ((...args: ListOrArgs) => (args.length === 1 && args[0] instanceof Tensor ? atLeast(n, args as Tensor[])[0] : atLeast(n, (args.length === 1 ? args[0] : args) as Tensor[]))) as AtLeast;
/** A tensor of no dimensions becomes a vector of one element; one tensor gives one, several or a list give a list. */
export const atleast1d = atleast(1);
/** Like `atleast1d` up to two dimensions: a vector becomes a row. */
export const atleast2d = atleast(2);
/** Like `atleast1d` up to three dimensions: a vector of n becomes [1, n, 1], a matrix gets a last dimension. */
export const atleast3d = atleast(3);

/** The shape that all of these broadcast to; a number is a shape of one dimension. */
export function broadcastShapes(...shapes: (readonly number[] | number)[]): number[] {
  if (observers.active) observers.leave(observers.enter('broadcastShapes', shapes)); // no operator, but one that can be blocked
  return [...shapes.map((s) => (typeof s === 'number' ? [s] : s)).reduce<Shape>((a, b) => {
    for (const n of b) if (n < 0) throw new TorchError(`Trying to create tensor with negative dimension (${n}): (${n})`, { operator: 'broadcastShapes' });
    return broadcastTwo(a, b, 'broadcastShapes');
  }, [])];
}

export const { cat, concat, concatenate, stack, hstack, vstack, rowStack, dstack, columnStack, blockDiag, broadcastTensors } = functions(joins) as unknown as JoinOps;
