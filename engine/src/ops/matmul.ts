import { copyInto } from '../cpu/copy.ts';
import { product } from '../cpu/matmul.ts';
import { binary, workDType } from '../cpu/pointwise.ts';
import { TorchError } from '../errors.ts';
import { isFloat, resultType, scalarTypeName, type DType } from '../tensor/dtype.ts';
import { broadcastShapes, numelOf, sameShape, showShape, wrapDim, wrapDims, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { notImplemented } from './elementwise.ts';
import { composite, invoke, kernel, ready, type KernelOperator, type Meta, type Table } from './operator.ts';

/** Factors of a sum with a product: `beta * input + alpha * (a @ b)`. */
export interface Scaled { beta?: number; alpha?: number }

/** Products of matrices and vectors. */
export interface MatmulOps {
  /**
   * Matrix product of any ranks: vectors give dot products, two matrices their product, and dimensions before the last
   * two are batches that broadcast.
   *
   * @example torch.randn(8, 1, 4, 3).matmul(torch.randn(5, 3, 2)).shape // [8, 5, 4, 2]
   */
  matmul(other: Tensor): Tensor;
  /** Product of two matrices, [m, k] and [k, n]. */
  mm(mat2: Tensor): Tensor;
  /** Products of batches of matrices, [b, m, k] and [b, k, n]. */
  bmm(mat2: Tensor): Tensor;
  /** Matrix [m, k] times vector [k]. */
  mv(vec: Tensor): Tensor;
  /** Dot product of two vectors. */
  dot(other: Tensor): Tensor;
  /** As `dot`. */
  vdot(other: Tensor): Tensor;
  /** Dot products over the last dimensions of both. */
  inner(other: Tensor): Tensor;
  /** All products of the elements of two vectors. */
  outer(vec2: Tensor): Tensor;
  /** `beta * input + alpha * (mat1 @ mat2)`. */
  addmm(mat1: Tensor, mat2: Tensor, options?: Scaled): Tensor;
  /** `beta * input + alpha * (mat @ vec)`. */
  addmv(mat: Tensor, vec: Tensor, options?: Scaled): Tensor;
  /** `beta * input + alpha * Σ batch1[i] @ batch2[i]`. */
  addbmm(batch1: Tensor, batch2: Tensor, options?: Scaled): Tensor;
  /** `beta * input + alpha * (batch1 @ batch2)`. */
  baddbmm(batch1: Tensor, batch2: Tensor, options?: Scaled): Tensor;
  /** `beta * input + alpha * outer(vec1, vec2)`. */
  addr(vec1: Tensor, vec2: Tensor, options?: Scaled): Tensor;
  /** Vector product along a dimension of size 3 (the first such unless `dim` is given). */
  cross(other: Tensor, dim?: number | null | { dim?: number | null }): Tensor;
}
/** Those of them that also have an in-place form. */
export const matmulInPlace = ['addmm', 'addmv', 'addbmm', 'baddbmm', 'addr'] as const;

/** C++ names of element types, which the messages of matrix products use. */
const cxxName: Record<DType, string> = {
  bool: 'bool', uint8: 'unsigned char', int8: 'signed char', int16: 'short int', int32: 'int', int64: 'long int', float16: 'c10::Half', bfloat16: 'c10::BFloat16', float32: 'float', float64: 'double',
};
const byName = (s: Shape): string => s.join('x');

function fail(operator: string, message: string, ...tensors: Tensor[]): never {
  throw new TorchError(message, { operator, shapes: tensors.map((t) => t.shape), dtypes: tensors.map((t) => t.dtype) });
}
function checkTypes(operator: string, a: Tensor, b: Tensor): DType {
  if (a.dtype !== b.dtype) {
    if (operator === 'bmm') fail(operator, `expected scalar type ${scalarTypeName[a.dtype]} but found ${scalarTypeName[b.dtype]}`, a, b);
    if (operator === 'dot' || operator === 'vdot') fail(operator, `${operator} : expected both vectors to have same dtype, but found ${scalarTypeName[a.dtype]} and ${scalarTypeName[b.dtype]}`, a, b);
    fail(operator, `expected m1 and m2 to have the same dtype, but got: ${cxxName[a.dtype]} != ${cxxName[b.dtype]}`, a, b);
  }
  if (a.dtype === 'bool') fail(operator, `"${operator === 'bmm' ? 'baddbmm' : operator === 'dot' || operator === 'vdot' ? operator : 'addmm_impl_cpu_'}" not implemented for 'Bool'`, a, b);
  return a.dtype;
}
function checkInner(operator: string, a: Tensor, b: Tensor): void {
  if (a.shape[a.ndim - 1] !== b.shape[b.ndim - 2]) fail(operator, `mat1 and mat2 shapes cannot be multiplied (${byName(foldedShape(a))} and ${byName(b.shape)})`, a, b);
}
const foldedShape = (a: Tensor): Shape => (a.ndim <= 2 ? a.shape : [numelOf(a.shape.slice(0, -1)), a.shape[a.ndim - 1]]);
/** All but the last dimension made one. */
const rowsOf = (t: Tensor): Tensor => t.reshape([numelOf(t.shape.slice(0, -1)), t.shape[t.ndim - 1]]);
const swap = (t: Tensor): Tensor => t.transpose(-2, -1);
/** True for a matrix that lies in memory column by column: its gradient is computed to lie so, too. */
const columnwise = (t: Tensor): boolean => t.ndim === 2 && t.strides[0] === 1 && t.strides[1] > 1;
/** The other operand of each gradient. */
const crosswise = (need: readonly boolean[]): { x: number[] } => ({ x: [...(need[1] ? [0] : []), ...(need[0] ? [1] : [])] });

const columnsOf = (a: Tensor, b: Tensor): [Tensor[], Columns] => [[a, b], { a: columnwise(a), b: columnwise(b) }];
interface Columns { readonly a: boolean; readonly b: boolean }
const mmGrad = (g: Tensor, a: Tensor, b: Tensor, need: readonly boolean[], columns: Columns): (Tensor | null)[] => [
  need[0] ? (columns.a ? b.mm(g.t()).t() : g.mm(b.t())) : null,
  need[1] ? (columns.b ? g.t().mm(a).t() : a.t().mm(g)) : null,
];

function checkMatrices(operator: string, a: Tensor, b: Tensor, names: readonly [string, string] = ['self', 'mat2']): Meta {
  if (a.ndim !== 2) fail(operator, `${names[0]} must be a matrix${names[0] === 'mat1' ? `, got ${a.ndim}-D tensor` : ''}`, a, b);
  if (b.ndim !== 2) fail(operator, `${names[1]} must be a matrix${names[0] === 'mat1' ? `, got ${b.ndim}-D tensor` : ''}`, a, b);
  checkInner(operator, a, b);
  return { shape: [a.shape[0], b.shape[1]], dtype: checkTypes(operator, a, b) };
}

function checkBatches(operator: string, a: Tensor, b: Tensor): void {
  if (a.ndim !== 3) fail(operator, 'batch1 must be a 3D tensor', a, b);
  if (b.ndim !== 3) fail(operator, 'batch2 must be a 3D tensor', a, b);
  if (a.shape[0] !== b.shape[0] || a.shape[2] !== b.shape[1]) fail(operator, `Expected size for first two dimensions of batch2 tensor to be: [${a.shape[0]}, ${a.shape[2]}] but got: [${b.shape[0]}, ${b.shape[1]}].`, a, b);
}

/** Batches of products with broadcasting; PyTorch ends such a product with a view, hence the node's name. */
const batched = ready('matmul', kernel<unknown>({
  schema: 'matmul(Tensor input, Tensor other)',
  node: 'UnsafeViewBackward0',
  meta([p, q]): Meta {
    const a = p as Tensor, b = q as Tensor;
    if (a.ndim > 2 && b.ndim === 2) checkInner('matmul', a, b);
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul'), k = a.shape[a.ndim - 1], n = numelOf(batch);
    if (b.shape[b.ndim - 2] !== k) fail('matmul', `Expected size for first two dimensions of batch2 tensor to be: [${n}, ${k}] but got: [${n}, ${b.shape[b.ndim - 2]}].`, a, b);
    return { shape: [...batch, a.shape[a.ndim - 2], b.shape[b.ndim - 1]], dtype: checkTypes('matmul', a, b) };
  },
  cpu([out], [a, b]) { product(out, a as Tensor, b as Tensor); },
  saves: crosswise,
  grad: (g, { x: [a, b], need, inputs }) => [
    need[0] ? g.matmul(swap(b)) : null,
    !need[1] ? null : inputs[1]!.shape.length > 2 ? swap(a).matmul(g) : rowsOf(a).t().mm(rowsOf(g)),
  ],
}));

/** x · wᵀ + bias for x of any rank, w [out, in], bias [out]. */
const affine = (node: string): ReturnType<typeof ready> => ready('linear', kernel<unknown>({
  schema: 'linear(Tensor input, Tensor weight, Tensor bias)',
  node,
  meta([p, q, r]): Meta {
    const x = p as Tensor, w = q as Tensor, bias = r as Tensor;
    if (x.shape[x.ndim - 1] !== w.shape[1]) fail('linear', `mat1 and mat2 shapes cannot be multiplied (${byName(foldedShape(x))} and ${w.shape[1]}x${w.shape[0]})`, x, w);
    checkTypes('linear', x, w);
    if (bias.dtype !== x.dtype) fail('linear', `self and mat2 must have the same dtype, but got ${scalarTypeName[bias.dtype]} and ${scalarTypeName[w.dtype]}`, x, w, bias);
    return { shape: [...x.shape.slice(0, -1), w.shape[0]], dtype: x.dtype };
  },
  cpu([out], [x, q, bias]) {
    const w = q as Tensor;
    product(out, x as Tensor, new Tensor(w.storage, w.dtype, { shape: w.shape.toReversed(), strides: w.strides.toReversed(), offset: w.offset }, w.device), bias as Tensor);
  },
  saves: crosswise,
  grad(g, { x: [x, w], need }) {
    const rows = rowsOf(g);
    return [need[0] ? g.matmul(w) : null, need[1] ? rows.t().mm(rowsOf(x)) : null, need[2] ? rows.sum(0) : null];
  },
}));
const affine2 = affine('AddmmBackward0'), affineN = affine('ViewBackward0');

/** A factor as it multiplies tensors of `dtype`: integers take the integral part, as in PyTorch. */
const factor = (s: number, dtype: DType): number => (isFloat(dtype) ? s : Math.trunc(s));
const times = (t: Tensor, s: number): Tensor => { const f = factor(s, t.dtype); return f === 1 ? t : t.mul(f); };
/** `beta * input + alpha * value`; an input with beta 0 is not looked at. */
function blend(operator: string, input: Tensor, value: Tensor, beta: number, alpha: number): Tensor {
  if (input.dtype !== value.dtype) fail(operator, operator === 'addmm' ? `self and mat2 must have the same dtype, but got ${scalarTypeName[input.dtype]} and ${scalarTypeName[value.dtype]}` : `Input dtypes must be the same, got: input ${cxxName[input.dtype]}, batch1: ${cxxName[value.dtype]}, batch2: ${cxxName[value.dtype]}`, input, value);
  if (!expandable(input.shape, value.shape)) fail(operator, `The expanded size of the tensor (${value.shape[value.ndim - 1]}) must match the existing size (${input.shape[input.ndim - 1]}) at non-singleton dimension ${value.ndim - 1}.  Target sizes: ${showShape(value.shape)}.  Tensor sizes: ${showShape(input.shape)}`, input, value);
  const product = times(value, alpha);
  return factor(beta, input.dtype) === 0 ? product : times(input, beta).add(product);
}
const expandable = (from: Shape, to: Shape): boolean => from.length <= to.length && from.every((s, i) => s === 1 || s === to[i + to.length - from.length]);
/** Computes in float32 where the tensors are of a 16-bit type, so that only the result is rounded. */
function wide(tensors: readonly Tensor[], fn: (...t: Tensor[]) => Tensor): Tensor {
  const dtype = tensors[0].dtype, half = dtype === 'float16' || dtype === 'bfloat16';
  return half && tensors.every((t) => t.dtype === dtype) ? fn(...tensors.map((t) => t.to('float32'))).to(dtype) : fn(...tensors);
}
const scaled = (name: string, a: string, b: string): string => `${name}(Tensor input, Tensor ${a}, Tensor ${b}, *, Scalar beta=1, Scalar alpha=1)`;

const dotOp = (name: 'dot' | 'vdot'): KernelOperator<never> => kernel<unknown>({
  schema: `${name}(Tensor input, Tensor other)`,
  meta([p, q]): Meta {
    const a = p as Tensor, b = q as Tensor;
    if (a.ndim !== 1 || b.ndim !== 1) fail(name, `1D tensors expected, but got ${a.ndim}D and ${b.ndim}D tensors`, a, b);
    const dtype = checkTypes(name, a, b);
    if (a.count !== b.count) fail(name, `inconsistent tensor size, expected tensor ${showShape(a.shape)} and src ${showShape(b.shape)} to have the same number of elements, but got ${a.count} and ${b.count} elements respectively`, a, b);
    return { shape: [], dtype };
  },
  cpu([out], [a, b]) { product(asMatrix(out, 0), asMatrix(a as Tensor, 0), asMatrix(b as Tensor, 1)); },
  saves: crosswise,
  grad: (g, { x: [a, b], need }) => [need[0] ? g.mul(b) : null, need[1] ? g.mul(a) : null],
});
/** A vector as a row (0) or column (1); a number as a matrix of one. */
const asMatrix = (v: Tensor, side: 0 | 1): Tensor => {
  const n = v.count, s = v.ndim ? v.strides[0] : 1;
  return new Tensor(v.storage, v.dtype, side === 0 ? { shape: [1, n], strides: [n, s], offset: v.offset } : { shape: [n, 1], strides: [s, 1], offset: v.offset }, v.device);
};

export const products: Table<MatmulOps> = {
  matmul: composite({
    schema: 'matmul(Tensor input, Tensor other)',
    compose(a: Tensor, b: Tensor) {
      if (a.ndim === 0 || b.ndim === 0) fail('matmul', `both arguments to matmul need to be at least 1D, but they are ${a.ndim}D and ${b.ndim}D`, a, b);
      if (a.ndim === 2 && b.ndim === 2) return a.mm(b);
      if (a.ndim === 1 && b.ndim === 1) return a.dot(b);
      if (a.ndim === 2 && b.ndim === 1) return a.mv(b);
      if (a.ndim === 1) return a.unsqueeze(0).matmul(b).squeeze(-2);
      if (b.ndim === 1) return a.matmul(b.unsqueeze(1)).squeeze(-1);
      return invoke(batched, [a, b], 0);
    },
  }),
  mm: kernel<Columns>({
    schema: 'mm(Tensor input, Tensor mat2)',
    prepare: columnsOf,
    meta: ([a, b]) => checkMatrices('mm', a as Tensor, b as Tensor),
    cpu([out], [a, b]) { product(out, a as Tensor, b as Tensor); },
    saves: crosswise,
    grad: (g, { x: [a, b], need, attrs }) => mmGrad(g, a, b, need, attrs),
  }),
  bmm: kernel<unknown>({
    schema: 'bmm(Tensor input, Tensor mat2)',
    meta([p, q]): Meta {
      const a = p as Tensor, b = q as Tensor;
      checkBatches('bmm', a, b);
      return { shape: [a.shape[0], a.shape[1], b.shape[2]], dtype: checkTypes('bmm', a, b) };
    },
    cpu([out], [a, b]) { product(out, a as Tensor, b as Tensor); },
    saves: crosswise,
    grad: (g, { x: [a, b], need }) => [need[0] ? g.bmm(swap(b)) : null, need[1] ? swap(a).bmm(g) : null],
  }),
  mv: kernel<unknown>({
    schema: 'mv(Tensor input, Tensor vec)',
    meta([p, q]): Meta {
      const a = p as Tensor, v = q as Tensor;
      if (a.ndim !== 2 || v.ndim !== 1) fail('mv', `vector + matrix @ vector expected, got ${v.ndim}, ${a.ndim}, ${v.ndim}`, a, v);
      if (a.shape[1] !== v.count) fail('mv', `size mismatch, got input (${a.shape[0]}), mat (${byName(a.shape)}), vec (${v.count})`, a, v);
      return { shape: [a.shape[0]], dtype: checkTypes('mv', a, v) };
    },
    cpu([out], [a, v]) { product(asMatrix(out, 1), a as Tensor, asMatrix(v as Tensor, 1)); },
    saves: crosswise,
    grad: (g, { x: [a, v], need }) => [need[0] ? g.outer(v) : null, need[1] ? a.t().mv(g) : null],
  }),
  dot: dotOp('dot'),
  vdot: dotOp('vdot'),
  inner: composite({
    schema: 'inner(Tensor input, Tensor other)',
    compose(a: Tensor, b: Tensor) {
      if (a.ndim === 0 || b.ndim === 0) return a.mul(b);
      if (a.shape[a.ndim - 1] !== b.shape[b.ndim - 1]) fail('inner', `inner() the last dimension must match on both input tensors but got shapes ${showShape(a.shape)} and ${showShape(b.shape)}`, a, b);
      return contract(a, b, [a.ndim - 1], [b.ndim - 1]);
    },
  }),
  outer: composite({
    schema: 'outer(Tensor input, Tensor vec2)',
    compose(a: Tensor, b: Tensor) {
      if (a.ndim !== 1) fail('outer', `outer: Expected 1-D argument self, but got ${a.ndim}-D`, a, b);
      if (b.ndim !== 1) fail('outer', `outer: Expected 1-D argument vec2, but got ${b.ndim}-D`, a, b);
      return a.unsqueeze(1).mul(b);
    },
  }),
  addmm: kernel<{ alpha: number; beta: number; columns: Columns }>({
    schema: scaled('addmm', 'mat1', 'mat2'),
    prepare: (input: Tensor, a: Tensor, b: Tensor, beta: number, alpha: number) => [[input, a, b], { alpha: factor(alpha, a.dtype), beta: factor(beta, a.dtype), columns: columnsOf(a, b)[1] }],
    meta([c, p, q]): Meta {
      const input = c as Tensor, a = p as Tensor, b = q as Tensor, meta = checkMatrices('addmm', a, b, ['mat1', 'mat2']);
      if (input.dtype !== meta.dtype) fail('addmm', `self and mat2 must have the same dtype, but got ${scalarTypeName[input.dtype]} and ${scalarTypeName[b.dtype]}`, input, a, b);
      if (!expandable(input.shape, meta.shape)) fail('addmm', `The expanded size of the tensor (${meta.shape[1]}) must match the existing size (${input.shape[input.ndim - 1]}) at non-singleton dimension 1.  Target sizes: ${showShape(meta.shape)}.  Tensor sizes: ${showShape(input.shape)}`, input, a, b);
      return meta;
    },
    cpu([out], [c, a, b], { alpha, beta }) {
      const input = c as Tensor;
      if (alpha === 1 && beta === 1 && input.ndim === 1 && input.count === out.shape[1]) { product(out, a as Tensor, b as Tensor, input); return; }
      const work = workDType(out.dtype), sum = out.dtype === work ? out : Tensor.allocate(out.shape, work, out.device);
      product(sum, a as Tensor, b as Tensor);
      if (alpha !== 1) binary('mul', sum, sum, alpha, work);
      if (beta === 0) { if (sum !== out) copyInto(out, sum); return; }
      const scaledInput = beta === 1 ? input : Tensor.allocate(input.shape, work, out.device);
      if (beta !== 1) binary('mul', scaledInput, input, beta, work);
      binary('add', out, sum, scaledInput, work);
    },
    saves: (need) => ({ x: [...(need[2] ? [1] : []), ...(need[1] ? [2] : [])] }),
    grad(g, { x: [, a, b], need, attrs: { alpha, beta, columns } }) {
      const scaledGrad = alpha === 1 ? g : g.mul(alpha);
      return [need[0] ? (beta === 1 ? g : g.mul(beta)) : null, ...mmGrad(scaledGrad, a, b, need.slice(1), columns)];
    },
  }),
  addmv: composite({ schema: scaled('addmv', 'mat', 'vec'), compose: (input: Tensor, mat: Tensor, vec: Tensor, beta: number, alpha: number) => wide([input, mat, vec], (x, a, v) => blend('addmv', x, a.mv(v), beta, alpha)) }),
  addbmm: composite({
    schema: scaled('addbmm', 'batch1', 'batch2'),
    compose(input: Tensor, batch1: Tensor, batch2: Tensor, beta: number, alpha: number) {
      checkBatches('addbmm', batch1, batch2);
      // One product after the other is added, and rounded to the dtype, as in PyTorch.
      let sum = batch1.shape[0] ? input : times(input, beta).expand([batch1.shape[1], batch2.shape[2]]);
      for (let i = 0; i < batch1.shape[0]; i++) sum = sum.addmm(batch1.select(0, i), batch2.select(0, i), { beta: i === 0 ? beta : 1, alpha });
      return sum;
    },
  }),
  baddbmm: composite({ schema: scaled('baddbmm', 'batch1', 'batch2'), compose: (input: Tensor, batch1: Tensor, batch2: Tensor, beta: number, alpha: number) => wide([input, batch1, batch2], (x, a, b) => blend('baddbmm', x, a.bmm(b), beta, alpha)) }),
  addr: composite({
    schema: scaled('addr', 'vec1', 'vec2'),
    compose(x: Tensor, a: Tensor, b: Tensor, beta: number, alpha: number) {
      const dtype = resultType(x, a, b);
      if (dtype === 'bool') return x.logicalAnd(x.newFull([], beta !== 0)).logicalOr(a.outer(b).logicalAnd(a.newFull([], alpha !== 0)));
      // The factors are elements of the dtype, and every step is rounded to it, as in PyTorch.
      const all = a.mul(a.newFull([], factor(alpha, a.dtype))).outer(b);
      return factor(beta, x.dtype) === 0 ? all : x.mul(x.newFull([], factor(beta, x.dtype))).add(all);
    },
  }),
  cross: composite({
    schema: 'cross(Tensor input, Tensor other, int? dim=None)',
    compose(a: Tensor, b: Tensor, dim: number | null) {
      const first = dim ?? a.shape.indexOf(3);
      if (first < 0 && dim === null) fail('cross', 'no dimension of size 3 in input', a, b);
      return crossProduct(a, b, first);
    },
  }),
};

/** Vector products along `dim`. */
export function crossProduct(a: Tensor, b: Tensor, dim: number): Tensor {
  if (a.ndim !== b.ndim) fail('cross', `linalg.cross: inputs must have the same number of dimensions.`, a, b);
  const d = wrapDim(dim, a.ndim);
  if (a.dtype !== b.dtype) fail('cross', `expected scalar type ${scalarTypeName[a.dtype]} but found ${scalarTypeName[b.dtype]}`, a, b);
  if (a.dtype === 'bool') throw notImplemented('cross', a.dtype);
  if (a.shape[d] !== 3 || b.shape[d] !== 3) fail('cross', `linalg.cross: inputs dimension ${dim} must have length 3. Got ${a.shape[d]} and ${b.shape[d]}`, a, b);
  return a.roll(-1, d).mul(b.roll(-2, d)).sub(a.roll(-2, d).mul(b.roll(-1, d)));
}

/** Sums products over pairs of dimensions; what is left of `a` comes first. */
function contract(a: Tensor, b: Tensor, dimsA: readonly number[], dimsB: readonly number[]): Tensor {
  const da = wrapDims(dimsA, a.ndim, false), db = wrapDims(dimsB, b.ndim, false);
  // A size of 1 meets any size: the other tensor is summed there.
  const wideA = da.filter((d, i) => b.shape[db[i]] === 1 && a.shape[d] !== 1), wideB = db.filter((d, i) => a.shape[da[i]] === 1 && b.shape[d] !== 1);
  if (wideA.length || wideB.length) return contract(wideA.length ? a.sum(wideA, true).to(a.dtype) : a, wideB.length ? b.sum(wideB, true).to(b.dtype) : b, da, db);
  da.forEach((d, i) => { if (a.shape[d] !== b.shape[db[i]]) fail('tensordot', `contracted dimensions need to match, but first has size ${a.shape[d]} in dim ${d} and second has size ${b.shape[db[i]]} in dim ${db[i]}`, a, b); });
  const keepA = [...a.shape.keys()].filter((d) => !da.includes(d)), keepB = [...b.shape.keys()].filter((d) => !db.includes(d)), k = numelOf(da.map((d) => a.shape[d]));
  const left = a.permute([...keepA, ...da]).reshape([numelOf(keepA.map((d) => a.shape[d])), k]), right = b.permute([...db, ...keepB]).reshape([k, numelOf(keepB.map((d) => b.shape[d]))]);
  return left.mm(right).reshape([...keepA.map((d) => a.shape[d]), ...keepB.map((d) => b.shape[d])]);
}

/** Products that are functions only. */
export interface ContractionOps {
  /** Sums products over the last `dims` dimensions of the first and the first of the second, or over two lists of dimensions. */
  tensordot(b: Tensor, dims?: number | readonly [readonly number[], readonly number[]] | { dims?: number | readonly [readonly number[], readonly number[]] }): Tensor;
  /** Distances between all rows of [..., p, m] and all rows of [..., r, m] in the p-norm. */
  cdist(x2: Tensor, p?: number, computeMode?: string | null): Tensor;
}
export const contractions: Table<ContractionOps> = {
  tensordot: composite({
    schema: 'tensordot(Tensor a, Tensor b, any dims=2)',
    compose(a: Tensor, b: Tensor, given: unknown) {
      const dims = (typeof given === 'object' && given !== null && 'dims' in given ? given.dims : given) as number | [number[] | number, number[] | number];
      if (Array.isArray(dims)) {
        const [da, db] = dims.map((d) => (typeof d === 'number' ? [d] : d));
        if (da.length !== db.length) fail('tensordot', 'both dimension lists should have same length', a, b);
        return contract(a, b, da, db);
      }
      if (dims < 0) fail('tensordot', `tensordot expects dims >= 0, but got dims=${dims}`, a, b);
      if (dims > Math.min(a.ndim, b.ndim)) fail('tensordot', `tensordot expects dims < ndim_a or ndim_b, but got dims=${dims}`, a, b);
      return contract(a, b, Array.from({ length: dims }, (_, i) => a.ndim - dims + i), Array.from({ length: dims }, (_, i) => i));
    },
  }),
  cdist: composite({
    schema: 'cdist(Tensor x1, Tensor x2, float p=2, str? compute_mode=None)',
    compose(a: Tensor, b: Tensor, p: number) {
      for (const [t, name] of [[a, 'X1'], [b, 'X2']] as const) {
        if (!isFloat(t.dtype)) fail('cdist', `cdist only supports floating-point dtypes, ${name} got: ${scalarTypeName[t.dtype]}`, a, b);
        if (t.ndim < 2) fail('cdist', `cdist only supports at least 2D tensors, ${name} got: ${t.ndim}D`, a, b);
      }
      if (a.shape[a.ndim - 1] !== b.shape[b.ndim - 1]) fail('cdist', `X1 and X2 must have the same number of columns. X1: ${a.shape[a.ndim - 1]} X2: ${b.shape[b.ndim - 1]}`, a, b);
      if (p < 0) fail('cdist', 'cdist only supports non-negative p values', a, b);
      return a.unsqueeze(-2).sub(b.unsqueeze(-3)).norm(p, -1);
    },
  }),
};

/** Layers' products (`nn.functional`). */
export interface LinearOps {
  /** `input @ weightᵀ + bias`: input [..., in], weight [out, in] (or [in]), bias [out]. */
  linear(weight: Tensor, bias?: Tensor | null): Tensor;
  /** `y[o] = input1ᵀ W[o] input2 + bias[o]`: weight [out, in1, in2]. */
  bilinear(input2: Tensor, weight: Tensor, bias?: Tensor | null): Tensor;
}
export const linears: Table<LinearOps> = {
  linear: composite({
    schema: 'linear(Tensor input, Tensor weight, Tensor? bias=None)',
    compose(x: Tensor, weight: Tensor, bias: Tensor | null) {
      if (bias !== null && weight.ndim === 2 && x.ndim >= 2 && sameShape(bias.shape, [weight.shape[0]])) return invoke(x.ndim === 2 ? affine2 : affineN, [x, weight, bias], 0);
      if (weight.ndim > 2) fail('linear', `linear(): expected weight to be a vector or a matrix, but got ${weight.ndim} dimensions`, x, weight);
      const y = x.matmul(weight.ndim === 2 ? weight.t() : weight);
      return bias === null ? y : y.add(bias);
    },
  }),
  bilinear: composite({
    schema: 'bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None)',
    compose(x1: Tensor, x2: Tensor, weight: Tensor, bias: Tensor | null) {
      if (x1.ndim !== x2.ndim) fail('bilinear', `bilinear(): input dimensions do not match: got ${x1.ndim} and ${x2.ndim}`, x1, x2, weight);
      const batch = x1.shape.slice(0, -1);
      batch.forEach((s, i) => { if (s !== x2.shape[i]) fail('bilinear', `bilinear(): input batch dimensions do not match at dim ${i}: got ${s} and ${x2.shape[i]}`, x1, x2, weight); });
      const [out, n1, n2] = weight.shape;
      if (x1.shape[x1.ndim - 1] !== n1) fail('bilinear', `bilinear(): input1 size does not match weight size: got ${x1.shape[x1.ndim - 1]} but expected ${n1}`, x1, x2, weight);
      if (x2.shape[x2.ndim - 1] !== n2) fail('bilinear', `bilinear(): input2 size does not match weight size: got ${x2.shape[x2.ndim - 1]} but expected ${n2}`, x1, x2, weight);
      const left = x1.reshape([numelOf(batch), n1]).mm(weight.transpose(0, 1).reshape([n1, out * n2])).view([numelOf(batch), out, n2]);
      const y = left.matmul(x2.reshape([numelOf(batch), n2, 1])).view([...batch, out]);
      return bias === null ? y : y.add(bias);
    },
  }),
};
