import { copyInto } from '../cpu/copy.ts';
import { workDType } from '../cpu/pointwise.ts';
import { kernels } from '../cpu/kernels.ts';
import { lanes, reduce } from '../cpu/reduce.ts';
import { TorchError } from '../errors.ts';
import { dtypeInfo, isFloat, scalarTypeName, type DType } from '../tensor/dtype.ts';
import { numelOf, wrapDim } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { svdvals } from './decompositions.ts';
import { composite, invoke, kernel, ready, type Meta, type Table } from './operator.ts';
import { reducedDims, reducedShape, restoreDims } from './reduce.ts';
import type { Dims } from './signatures.ts';

export interface NormOptions { p?: number | 'fro' | 'nuc' | null; dim?: Dims | null; keepdim?: boolean; dtype?: DType | null }

/** Norms and distances of vectors. */
export interface NormOps {
  /** (Σ |x|^p)^(1/p) of all elements or along `dim`; `Infinity` the largest |x|, 0 how many are not 0; `'nuc'` the sum of a matrix's singular values. */
  norm(p?: number | 'fro' | 'nuc' | null | NormOptions, dim?: Dims | null | NormOptions, keepdim?: boolean | NormOptions): Tensor;
  /** The p-norm of the difference. */
  dist(other: Tensor, p?: number): Tensor;
  /** Scales the slices along `dim` whose p-norm exceeds `maxnorm` down to it. */
  renorm(p: number, dim: number, maxnorm: number): Tensor;
}
export const normInPlace = ['renorm'] as const;

interface Attrs { ord: number; dim: number[] | null; keepdim: boolean; dtype: DType | null }

/** One norm of n values, `inner` apart. */
function generalNorm(v: Float64Array, from: number, n: number, inner: number, ord: number): number {
  let sum = ord === -Infinity ? Infinity : 0;
  for (let r = 0, p = from; r < n; r++, p += inner) {
    const a = Math.abs(v[p]);
    if (ord === 0) sum += a === 0 ? 0 : 1;
    else if (ord === Infinity) sum = Math.max(sum, a);
    else if (ord === -Infinity) sum = Math.min(sum, a);
    else sum += a ** ord;
  }
  return ord === 0 || Math.abs(ord) === Infinity ? sum : sum ** (1 / ord);
}

const vectorNormOp = ready('vectorNorm', kernel<Attrs>({
  schema: 'vectorNorm(Tensor input, Scalar ord, int[]? dim, bool keepdim, ScalarType? dtype)',
  node: 'LinalgVectorNormBackward0',
  meta([input], { ord, dim, keepdim, dtype }): Meta {
    const x = input as Tensor, dims = reducedDims(x, dim);
    if (!isFloat(x.dtype)) throw new TorchError(`linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${scalarTypeName[x.dtype]}`, { operator: 'vectorNorm', dtypes: [x.dtype] });
    if (dtype !== null && !isFloat(dtype)) throw new TorchError(`linalg.vector_norm: dtype should be floating point or complex. Got ${scalarTypeName[dtype]}`, { operator: 'vectorNorm', dtypes: [dtype] });
    if ((ord < 0 || ord === Infinity) && numelOf(dims.map((d) => x.shape[d])) === 0) throw new TorchError(`linalg.vector_norm cannot compute the ${Math.abs(ord) === Infinity ? (ord > 0 ? 'inf' : '-inf') : ord} norm on an empty tensor because the operation does not have an identity`, { operator: 'vectorNorm', shapes: [x.shape] });
    return { shape: reducedShape(x.shape, dims, keepdim), dtype: dtype ?? x.dtype };
  },
  cpu([out], [input], { ord, dim }) {
    const x = input as Tensor, dims = reducedDims(x, dim), work = workDType(out.dtype), type = dtypeInfo(work).kernel;
    const to = ord === 1 || ord === 2 ? (out.dtype === work ? out : Tensor.allocate(out.shape, work, out.device)) : Tensor.allocate(out.shape, 'float64', out.device);
    if (ord === 1) reduce('sumabs', to, x, dims, work, 'sum');
    else if (ord === 2) { reduce('sumsq', to, x, dims, work, 'sum'); kernels[`sqrt_${type}`](to.ptr, to.ptr, to.count); }
    else {
      const { data, outer, n, inner } = lanes(x, dims, 'float64'), v = data.window() as Float64Array, w = to.window();
      for (let k = 0; k < outer * inner; k++) w[k] = generalNorm(v, Math.floor(k / inner) * n * inner + (k % inner), n, inner, ord);
    }
    if (to !== out) copyInto(out, to);
  },
  saves: { x: [0], y: [0] },
  grad(g, { x: [x], y: [y], attrs: { ord, dim, keepdim } }) {
    const dims = reducedDims(x, dim), norm = restoreDims(y, dims, keepdim), up = restoreDims(g, dims, keepdim), none = norm.eq(0);
    if (ord === 0) return [x.mul(0)];
    if (ord === 1) return [x.sign().mul(up)];
    if (ord === 2) return [x.div(norm).maskedFill(none, 0).mul(up)];
    if (Math.abs(ord) === Infinity) {
      const equal = x.abs().eq(norm);
      return [x.sign().mul(equal).mul(up.div(equal.sum(dims, true)))];
    }
    const scale = up.div(norm.pow(ord - 1)).maskedFill(none, 0);
    if (ord < 1) return [x.sign().mul(x.abs().pow(ord - 1)).maskedFill(x.eq(0), 0).mul(scale)];
    return [(ord < 2 ? x.sign().mul(x.abs().pow(ord - 1)) : x.mul(x.abs().pow(ord - 2))).mul(scale)];
  },
}));

/** The norm of the vectors along `dim` (all elements: null). */
export const vectorNorm = (x: Tensor, ord: number, dim: readonly number[] | null, keepdim: boolean, dtype: DType | null): Tensor => invoke(vectorNormOp, [x, ord, dim, keepdim, dtype], 0) as Tensor;

export const norms: Table<NormOps> = {
  norm: composite({
    schema: "norm(Tensor input, Scalar|str? p='fro', int[]? dim=None, bool keepdim=False, *, ScalarType? dtype=None)",
    compose(x: Tensor, p: number | string | null, dim: number[] | null, keepdim: boolean, dtype: DType | null) {
      if (p === 'nuc') return nuclearNorm(x, dim, keepdim);
      if (typeof p === 'string' && p !== 'fro') throw new TorchError(`unsupported norm order: '${p}'`, { operator: 'norm' });
      return vectorNorm(x, typeof p === 'number' ? p : 2, dim, keepdim, dtype);
    },
  }),
  dist: composite({ schema: 'dist(Tensor input, Tensor other, Scalar p=2)', compose: (a: Tensor, b: Tensor, p: number) => a.sub(b).norm(p) }),
  renorm: composite({
    schema: 'renorm(Tensor input, Scalar p, int dim, Scalar maxnorm)',
    compose(x: Tensor, p: number, dim: number, maxnorm: number) {
      if (p <= 0) throw new TorchError('renorm: non-positive norm not supported', { operator: 'renorm' });
      if (maxnorm < 0) throw new TorchError(`renorm: expected maxnorm to be >= 0 but got ${maxnorm}`, { operator: 'renorm' });
      if (x.ndim < 2) throw new TorchError(`renorm: input needs at least 2 dimensions, got ${x.ndim}`, { operator: 'renorm', shapes: [x.shape] });
      const d = wrapDim(dim, x.ndim), size = vectorNorm(x, p, [...x.shape.keys()].filter((i) => i !== d), true, null), over = size.gt(maxnorm);
      // A little is added to the norm, as in PyTorch, so that rounding never leaves it above the limit.
      return x.mul(size.add(1e-7).reciprocal().mul(maxnorm).mul(over).add(over.logicalNot()));
    },
  }),
};

function nuclearNorm(x: Tensor, dim: readonly number[] | null, keepdim: boolean): Tensor {
  const dims = dim ?? [0, 1];
  if (dims.length !== 2 || x.ndim < 2) throw new TorchError(`linalg.matrix_norm: The input tensor A must have at least 2 dimensions.`, { operator: 'norm', shapes: [x.shape] });
  const sum = svdvals(x.movedim([...dims], [-2, -1])).sum(-1);
  return keepdim ? sum.reshape(reducedShape(x.shape, reducedDims(x, dims), true)) : sum;
}
