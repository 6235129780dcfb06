import { TorchError } from '../errors.ts';
import { finfo, isFloat, scalarTypeName, type DType } from '../tensor/dtype.ts';
import { wrapDim } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { full, tensor } from './create.ts';
import { cat } from './join.ts';
import { checkMatrix, choleskyFactor, determinant, expandBatches, inverse, pseudoInverse, qrFactors, signAndLogDet, singular, solveMatrix, svdvals, swap, symmetricEigen, triangular } from './decompositions.ts';
import { composite, type CompositeOperator, type Table } from './operator.ts';
import { crossProduct } from './matmul.ts';
import { reducedDims, reducedShape } from './reduce.ts';
import { results, type Results } from './results.ts';
import type { Dims } from './signatures.ts';
import { vectorNorm } from './vector-norm.ts';

/** Orders of a matrix's norm. */
export type MatrixNormOrder = number | 'fro' | 'nuc';
export interface NormOptions { ord?: MatrixNormOrder | null; dim?: Dims | null; keepdim?: boolean; dtype?: DType | null }
export interface Tolerance { atol?: number | Tensor | null; rtol?: number | Tensor | null; hermitian?: boolean }

/** `torch.linalg`: matrices are the last two dimensions, those before are batches. */
export interface LinalgOps {
  /** Lower triangular L with L Lᵀ = A for a symmetric positive-definite A. */
  cholesky(options?: { upper?: boolean }): Tensor;
  /** Vector product along a dimension of size 3. */
  cross(other: Tensor, options?: { dim?: number }): Tensor;
  det(): Tensor;
  /** Eigenvalues (ascending) and eigenvectors (columns) of symmetric matrices; one triangle is read. */
  eigh(UPLO?: 'L' | 'U' | { UPLO?: 'L' | 'U' }): Results<readonly ['eigenvalues', 'eigenvectors']>;
  eigvalsh(UPLO?: 'L' | 'U' | { UPLO?: 'L' | 'U' }): Tensor;
  inv(): Tensor;
  /** X with the least ‖A X − B‖, of several the smallest. */
  lstsq(b: Tensor, rcond?: number | null | { rcond?: number | null; driver?: string | null }, options?: { driver?: string | null }): Results<readonly ['solution', 'residuals', 'rank', 'singularValues']>;
  /** Norm of matrices: `'fro'`, `'nuc'`, ±Infinity (rows), ±1 (columns), ±2 (singular values). */
  matrixNorm(ord?: MatrixNormOrder | NormOptions, dim?: Dims | NormOptions, keepdim?: boolean | NormOptions): Tensor;
  /** A multiplied n times with itself; of the inverse where n is negative. */
  matrixPower(n: number): Tensor;
  /** How many singular values exceed max(atol, rtol · largest). */
  matrixRank(tol?: number | Tensor | null | Tolerance, hermitian?: boolean | Tolerance): Tensor;
  /** Vector norm of all elements or along one dimension, matrix norm along two; see `vectorNorm` and `matrixNorm`. */
  norm(ord?: MatrixNormOrder | null | NormOptions, dim?: Dims | null | NormOptions, keepdim?: boolean | NormOptions): Tensor;
  /** The pseudoinverse (Moore and Penrose). */
  pinv(options?: Tolerance): Tensor;
  /** Q with orthonormal columns and upper triangular R; `'complete'` makes Q square, `'r'` leaves it empty. */
  qr(mode?: 'reduced' | 'complete' | 'r' | { mode?: string }): Results<readonly ['Q', 'R']>;
  /** Sign and logarithm of |det|. */
  slogdet(): Results<readonly ['sign', 'logabsdet']>;
  /** X with A X = B (or X A = B unless `left`); B is one vector or matrix for each A. */
  solve(b: Tensor, options?: { left?: boolean }): Tensor;
  /** `solve` for triangular A. */
  solveTriangular(b: Tensor, options: { upper: boolean; left?: boolean; unitriangular?: boolean }): Tensor;
  /** U, S (descending) and Vᵀ with A = U diag(S) Vᵀ. */
  svd(fullMatrices?: boolean | { fullMatrices?: boolean; driver?: string | null }): Results<readonly ['U', 'S', 'Vh']>;
  svdvals(options?: { driver?: string | null }): Tensor;
  /** Powers 0 … N − 1 of each element, a row each. */
  vander(options?: { N?: number | null }): Tensor;
  /** Dot products along `dim`. */
  vecdot(other: Tensor, options?: { dim?: number }): Tensor;
  /** (Σ |x|^ord)^(1/ord) of all elements or along `dim`. */
  vectorNorm(ord?: number | NormOptions, dim?: Dims | null | NormOptions, keepdim?: boolean | NormOptions): Tensor;
}

const fail = (operator: string, message: string, ...tensors: Tensor[]): never => { throw new TorchError(`linalg.${operator}: ${message}`, { operator, shapes: tensors.map((t) => t.shape), dtypes: tensors.map((t) => t.dtype) }); };

/** The limits below which singular values count as 0: rtol is eps · the longer side unless a tolerance is given. */
function tolerances(x: Tensor, { atol, rtol }: { atol: number | Tensor | null; rtol: number | Tensor | null }): [Tensor, Tensor] {
  const as = (t: number | Tensor): Tensor => (t instanceof Tensor ? t.double() : full([], t, { dtype: 'float64', device: x.device }));
  const automatic = as(finfo(x.dtype).eps * Math.max(...x.shape.slice(-2))), least = atol === null ? as(0) : as(atol);
  // With an atol above 0 the relative tolerance is 0 unless it is given, too.
  const relative = rtol !== null ? as(rtol) : atol === null ? automatic : automatic.mul(least.le(0));
  return [least, relative];
}

/** Matrix norms along two dimensions. */
export function matrixNorm(x: Tensor, ord: MatrixNormOrder, dim: readonly number[], keepdim: boolean, dtype: DType | null = null): Tensor {
  const operator = 'matrix_norm';
  if (x.ndim < 2) fail(operator, 'The input tensor A must have at least 2 dimensions.', x);
  if (!isFloat(x.dtype)) fail(operator, `Expected a floating point or complex tensor as input. Got ${scalarTypeName[x.dtype]}`, x);
  if (dim.length !== 2) fail(operator, `dim must be a 2-tuple. Got ${dim.join(' ')}`, x);
  const [row, column] = dim.map((d) => wrapDim(d, x.ndim));
  if (row === column) fail(operator, `dims must be different. Got (${dim.join(', ')})`, x);
  if (ord === 'fro') return vectorNorm(x, 2, dim, keepdim, dtype);
  const t = dtype === null ? x : x.to(dtype);
  if (ord === 'nuc' || Math.abs(ord as number) === 2) {
    const s = svdvals(t.movedim([row, column], [-2, -1])), value = ord === 'nuc' ? s.sum(-1) : ord === 2 ? s.amax(-1) : s.amin(-1);
    return keepdim ? value.reshape(reducedShape(x.shape, reducedDims(x, dim), true)) : value;
  }
  const size = Math.abs(ord as number);
  if (size !== 1 && size !== Infinity) fail(operator, `Order ${ord} not supported.`, x);
  const over = size === 1 ? row : column, other = size === 1 ? column : row, sums = vectorNorm(t, 1, [over], true, null);
  const value = (ord as number) > 0 ? sums.amax(other, true) : sums.amin(other, true);
  return keepdim ? value : value.squeeze([row, column]);
}

const vectorDim = (b: Tensor, a: Tensor): boolean => b.ndim === 1 || (a.ndim - 1 === b.ndim && b.shape.every((s, i) => s === a.shape[i]));

function leastSquares(a: Tensor, given: Tensor, rcond: number | null, driver: string | null): Tensor[] {
  checkMatrix('lstsq', a);
  if (given.ndim < 1) fail('lstsq', 'input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1', a, given);
  if (a.dtype !== given.dtype) fail('lstsq', `Expected input and other to have the same dtype, but got input's dtype ${scalarTypeName[a.dtype]} and other's dtype ${scalarTypeName[given.dtype]}`, a, given);
  const by = driver ?? 'gelsy';
  if (!['gels', 'gelsy', 'gelsd', 'gelss'].includes(by)) fail('lstsq', `parameter \`driver\` should be one of (gels, gelsy, gelsd, gelss)`, a);
  const vector = given.ndim === a.ndim - 1, b = vector ? given.unsqueeze(-1) : given, [m, n] = a.shape.slice(-2);
  if (b.shape[b.ndim - 2] !== m) fail('lstsq', 'input.size(-2) should match other.size(-2)', a, given);
  const s = svdvals(a.detach()), limit = by === 'gels' ? 0 : rcond ?? finfo(a.dtype).eps * Math.max(m, n), rank = s.gt(s.narrow(-1, 0, Math.min(1, s.shape[s.ndim - 1])).mul(limit)).sum(-1);
  const [left, right] = expandBatches(a, b), x = pseudoInverse(left, tensor(0, { dtype: 'float64' }), tensor(limit, { dtype: 'float64' })).matmul(right);
  const whole = m > n && (by === 'gels' || rank.eq(n).all().item() === true) && by !== 'gelsy';
  const residuals = whole ? right.sub(left.matmul(x)).square().sum(-2) : a.newZeros([0]);
  return [vector ? x.squeeze(-1) : x, residuals, by === 'gels' ? rank.newZeros([0]) : rank, by === 'gelsd' || by === 'gelss' ? s : a.newZeros([0])];
}

const eigen = (x: Tensor, uplo: string): Tensor[] => {
  if (!/^[LUlu]$/.test(uplo)) fail('eigh', `Expected UPLO argument to be 'L' or 'U', but got ${uplo}`, x);
  return symmetricEigen(x, uplo.toUpperCase() === 'U');
};
const TOLERANCE = 'Scalar|Tensor? tol=None, bool hermitian=False, *, Scalar|Tensor? atol=None, Scalar|Tensor? rtol=None';

export const linalgOps: Table<LinalgOps> = {
  cholesky: composite({ schema: 'cholesky(Tensor A, *, bool upper=False)', compose: (x: Tensor, upper: boolean) => { const l = choleskyFactor(upper ? swap(x) : x); return upper ? swap(l) : l; } }),
  cross: composite({ schema: 'cross(Tensor input, Tensor other, *, int dim=-1)', compose: (a: Tensor, b: Tensor, dim: number) => crossProduct(a, b, dim) }),
  det: composite({ schema: 'det(Tensor A)', compose: determinant }),
  eigh: composite({ schema: "eigh(Tensor A, str UPLO='L')", compose: (x: Tensor, uplo: string) => results('linalg_eigh', ['eigenvalues', 'eigenvectors'], eigen(x, uplo)) }),
  eigvalsh: composite({ schema: "eigvalsh(Tensor A, str UPLO='L')", compose: (x: Tensor, uplo: string) => eigen(x, uplo)[0] }),
  inv: composite({ schema: 'inv(Tensor A)', compose: inverse }),
  lstsq: composite({
    schema: 'lstsq(Tensor input, Tensor b, float? rcond=None, *, str? driver=None)',
    compose: (a: Tensor, b: Tensor, rcond: number | null, driver: string | null) => results('linalg_lstsq', ['solution', 'residuals', 'rank', 'singularValues'], leastSquares(a, b, rcond, driver)),
  }),
  matrixNorm: composite({
    schema: "matrixNorm(Tensor A, Scalar|str ord='fro', int[] dim=[-2;-1], bool keepdim=False, *, ScalarType? dtype=None)",
    compose: matrixNorm,
  }),
  matrixPower: composite({
    schema: 'matrixPower(Tensor A, int n)',
    compose(x: Tensor, n: number) {
      checkMatrix('matrix_power', x, true);
      if (n === 0) return x.mul(0).add(identity(x));
      let base = n < 0 ? inverse(x) : x, result: Tensor | null = null;
      for (let left = Math.abs(n); ; base = base.matmul(base)) {
        if (left & 1) result = result ? result.matmul(base) : base;
        left >>= 1;
        if (left === 0) return result;
      }
    },
  }),
  matrixRank: composite({
    schema: `matrixRank(Tensor A, ${TOLERANCE})`,
    compose(x: Tensor, tol: number | Tensor | null, hermitian: boolean, atol: number | Tensor | null, rtol: number | Tensor | null) {
      checkMatrix('matrix_rank', x, hermitian);
      const [least, relative] = tolerances(x, { atol: tol ?? atol, rtol: tol === null ? rtol : 0 }), s = (hermitian ? symmetricEigen(x.detach(), false)[0].abs() : svdvals(x.detach())).double();
      if (s.shape[s.ndim - 1] === 0) return s.sum(-1).to('int64');
      return s.gt(least.maximum(relative.mul(s.amax(-1))).unsqueeze(-1)).sum(-1);
    },
  }),
  norm: composite({
    schema: 'norm(Tensor A, Scalar|str? ord=None, int[]? dim=None, bool keepdim=False, *, ScalarType? dtype=None)',
    compose(x: Tensor, ord: MatrixNormOrder | null, dim: number[] | null, keepdim: boolean, dtype: DType | null) {
      if (ord === null) return vectorNorm(x, 2, dim, keepdim, dtype);
      if (dim === null && x.ndim !== 1 && x.ndim !== 2) fail('norm', `If dim is not specified but ord is, the input must be 1D or 2D. Got ${x.ndim}D.`, x);
      if ((dim ?? x.shape).length === 2) return matrixNorm(x, ord, dim ?? [0, 1], keepdim, dtype);
      if (typeof ord === 'string') fail('norm', `Order ${ord} not supported for vectors`, x);
      return vectorNorm(x, ord as number, dim, keepdim, dtype);
    },
  }),
  pinv: composite({
    schema: 'pinv(Tensor A, *, Scalar|Tensor? atol=None, Scalar|Tensor? rtol=None, bool hermitian=False, Scalar|Tensor? rcond=None)',
    compose(x: Tensor, atol: number | Tensor | null, rtol: number | Tensor | null, hermitian: boolean, rcond: number | Tensor | null) {
      checkMatrix('pinv', x, hermitian);
      return pseudoInverse(x, ...tolerances(x, { atol, rtol: rtol ?? rcond }));
    },
  }),
  qr: composite({
    schema: "qr(Tensor A, str mode='reduced')",
    compose(x: Tensor, mode: string) {
      if (!['reduced', 'complete', 'r'].includes(mode)) fail('qr', `qr received unrecognized mode '${mode}' but expected one of 'reduced' (default), 'r', or 'complete'`, x);
      const [q, r] = qrFactors(x, mode === 'complete');
      return results('linalg_qr', ['Q', 'R'], [mode === 'r' ? x.newZeros([0]) : q, r]);
    },
  }),
  slogdet: composite({ schema: 'slogdet(Tensor A)', compose: (x: Tensor) => results('linalg_slogdet', ['sign', 'logabsdet'], signAndLogDet(x)) }),
  solve: composite({
    schema: 'solve(Tensor A, Tensor B, *, bool left=True)',
    compose(a: Tensor, b: Tensor, left: boolean) {
      checkMatrix('solve', a, true);
      const vector = vectorDim(b, a), matrix = vector ? b.unsqueeze(-1) : b;
      if (matrix.shape[matrix.ndim - (left ? 2 : 1)] !== a.shape[a.ndim - 1]) fail('solve', `Incompatible shapes of A and B for the equation ${left ? 'AX = B' : 'XA = B'} (${a.shape.slice(-2).join('x')} and ${matrix.shape.slice(-2).join('x')})`, a, b);
      const x = left ? solveMatrix(a, matrix) : swap(solveMatrix(swap(a), swap(matrix)));
      return vector ? x.squeeze(-1) : x;
    },
  }),
  solveTriangular: composite({
    schema: 'solveTriangular(Tensor A, Tensor B, *, bool upper, bool left=True, bool unitriangular=False)',
    compose(a: Tensor, b: Tensor, upper: boolean, left: boolean, unit: boolean) {
      checkMatrix('solve_triangular', a, true);
      checkMatrix('solve_triangular', b);
      if (b.shape[b.ndim - (left ? 2 : 1)] !== a.shape[a.ndim - 1]) fail('solve_triangular', `Incompatible shapes of A and B for the equation ${left ? 'AX = B' : 'XA = B'} (${a.shape.slice(-2).join('x')} and ${b.shape.slice(-2).join('x')})`, a, b);
      return triangular(a, b, upper, unit, left);
    },
  }),
  svd: composite({ schema: 'svd(Tensor A, bool full_matrices=True, *, str? driver=None)', compose: (x: Tensor, fullMatrices: boolean) => results('linalg_svd', ['U', 'S', 'Vh'], singular(x, fullMatrices)) }),
  svdvals: composite({ schema: 'svdvals(Tensor A, *, str? driver=None)', compose: (x: Tensor) => svdvals(x) }),
  vander: composite({
    schema: 'vander(Tensor x, *, int? N=None)',
    compose(input: Tensor, given: number | null) {
      const x = input.ndim ? input : input.unsqueeze(0), n = given ?? x.shape[x.ndim - 1];
      if (n <= 1) fail('vander', 'N must be greater than 1.', x);
      const column = (x.dtype === 'bool' ? x.to('int64') : x).unsqueeze(-1), powers = column.expand([...x.shape, n - 1]).cumprod(-1);
      return cat([column.mul(0).add(1), powers], -1);
    },
  }),
  vecdot: composite({
    schema: 'vecdot(Tensor x, Tensor y, *, int dim=-1)',
    compose: (a: Tensor, b: Tensor, dim: number) => a.mul(b).sum(dim).to(a.dtype),
  }),
  vectorNorm: composite({
    schema: 'vectorNorm(Tensor x, Scalar ord=2, int[]? dim=None, bool keepdim=False, *, ScalarType? dtype=None)',
    compose: vectorNorm,
  }),
};

const identity = (x: Tensor): Tensor => { const i = x.newZeros(x.shape.slice(-2)); i.diagonal().fill_(1); return i; };

/** The product of a chain of matrices (the first and last may be vectors), multiplied in the order of least work. @example torch.linalg.multiDot([a, b, c]) */
export function multiDot(tensors: readonly Tensor[]): Tensor {
  if (tensors.length < 2) fail('multi_dot', 'expected at least 2 tensors but got ' + String(tensors.length));
  const row = tensors[0].ndim === 1, column = tensors[tensors.length - 1].ndim === 1;
  const chain = tensors.map((t, i) => (i === 0 && row ? t.unsqueeze(0) : i === tensors.length - 1 && column ? t.unsqueeze(1) : t));
  chain.forEach((t, i) => { if (t.ndim !== 2) fail('multi_dot', `tensor ${i} must be 2D but got ${t.ndim}D`, t); });
  // Cormen et al., Introduction to Algorithms, section 15.2: cheapest split of every stretch of the chain.
  const n = chain.length, size = [...chain.map((t) => t.shape[0]), chain[n - 1].shape[1]];
  const cost = Array.from({ length: n }, () => new Array<number>(n).fill(0)), split = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let length = 1; length < n; length++) {
    for (let i = 0; i + length < n; i++) {
      const j = i + length;
      cost[i][j] = Infinity;
      for (let k = i; k < j; k++) {
        const c = cost[i][k] + cost[k + 1][j] + size[i] * size[k + 1] * size[j + 1];
        if (c < cost[i][j]) { cost[i][j] = c; split[i][j] = k; }
      }
    }
  }
  const multiply = (i: number, j: number): Tensor => (i === j ? chain[i] : multiply(i, split[i][j]).mm(multiply(split[i][j] + 1, j)));
  let out = multiply(0, n - 1);
  if (row) out = out.squeeze(0);
  return column ? out.squeeze(-1) : out;
}

/** Linear algebra under `torch` itself, older names included. */
export interface TorchLinalgOps {
  cholesky(upper?: boolean | { upper?: boolean }): Tensor;
  /** The inverse of A from its Cholesky factor. */
  choleskyInverse(upper?: boolean | { upper?: boolean }): Tensor;
  /** X with A X = B from A's Cholesky factor `input2`. */
  choleskySolve(input2: Tensor, upper?: boolean | { upper?: boolean }): Tensor;
  det(): Tensor;
  inverse(): Tensor;
  /** log det A; NaN where the determinant is negative. */
  logdet(): Tensor;
  /** X with A X = B from A's packed LU factors and pivots (from 1). */
  luSolve(luData: Tensor, luPivots: Tensor): Tensor;
  /** Σ Aᵏ / k!. */
  matrixExp(): Tensor;
  matrixPower(n: number): Tensor;
  pinverse(rcond?: number | { rcond?: number }): Tensor;
  qr(some?: boolean | { some?: boolean }): Results<readonly ['Q', 'R']>;
  slogdet(): Results<readonly ['sign', 'logabsdet']>;
  /** U, S and V (not transposed) with A = U diag(S) Vᵀ. */
  svd(some?: boolean | { some?: boolean }): Results<readonly ['U', 'S', 'V']>;
  /** X with A X = B for triangular A, and A. */
  triangularSolve(A: Tensor, upper?: boolean | TriangularOptions, transpose?: boolean | TriangularOptions): Results<readonly ['solution', 'clonedCoefficient']>;
}
export interface TriangularOptions { upper?: boolean; transpose?: boolean; unitriangular?: boolean }

/** exp of a matrix by scaling, Taylor's series and squaring (Higham, 2005). */
function exponential(x: Tensor): Tensor {
  checkMatrixOrHalf(x);
  if (x.count === 0) return x.clone();
  const work = x.to('float64'), norm = work.detach().abs().sum(-2).max().item() as number, halvings = Math.max(0, Math.ceil(Math.log2(Math.max(norm, 1e-30))) + 1);
  const small = work.div(2 ** halvings);
  let term = small, sum = small.add(identity(work));
  for (let k = 2; k <= 18; k++) { term = term.matmul(small).div(k); sum = sum.add(term); }
  for (let k = 0; k < halvings; k++) sum = sum.matmul(sum);
  return sum.to(x.dtype);
}
function checkMatrixOrHalf(x: Tensor): void {
  if (!isFloat(x.dtype) || x.ndim < 2 || x.shape[x.ndim - 1] !== x.shape[x.ndim - 2]) throw new TorchError(`linalg.matrix_exp: A must be batches of square matrices, but they are ${x.shape.slice(-2).join(' by ')} matrices`, { operator: 'matrixExp', shapes: [x.shape] });
}

/** Rows of each matrix in the order that LU pivots (from 1) give. */
function permutation(pivots: Tensor, n: number): Tensor {
  const rows = pivots.reshape([-1, Math.max(pivots.shape[pivots.ndim - 1], 1)]).tolist() as number[][];
  const orders = pivots.count === 0 ? [] : rows.map((p) => { const order = Array.from({ length: n }, (_, i) => i); p.forEach((to, i) => { [order[i], order[to - 1]] = [order[to - 1], order[i]]; }); return order; });
  return tensor(orders.flat(), { dtype: 'int64' }).reshape([...pivots.shape.slice(0, -1), n]);
}

/** L Lᵀ in float64. Only L's triangle is read, but the gradient is given for the whole matrix, as in PyTorch. */
function fromFactor(x: Tensor, upper: boolean): Tensor {
  const whole = x.double(), half = upper ? whole.triu() : whole.tril(), l = whole.add(half.sub(whole).detach());
  return upper ? swap(l).matmul(l) : l.matmul(swap(l));
}

const again = (name: keyof LinalgOps): CompositeOperator => linalgOps[name] as CompositeOperator;
export const torchLinalg: Table<TorchLinalgOps> = {
  cholesky: composite({ schema: 'cholesky(Tensor input, bool upper=False)', compose: (x: Tensor, upper: boolean) => { const l = choleskyFactor(upper ? swap(x) : x); return upper ? swap(l) : l; } }),
  choleskyInverse: composite({ schema: 'choleskyInverse(Tensor input, bool upper=False)', compose: (x: Tensor, upper: boolean) => inverse(fromFactor(x, upper)).to(x.dtype) }),
  choleskySolve: composite({ schema: 'choleskySolve(Tensor input, Tensor input2, bool upper=False)', compose: (b: Tensor, x: Tensor, upper: boolean) => solveMatrix(fromFactor(x, upper), b.double()).to(b.dtype) }),
  det: again('det'),
  inverse: composite({ schema: 'inverse(Tensor input)', compose: inverse }),
  logdet: composite({ schema: 'logdet(Tensor input)', compose: (x: Tensor) => { const [sign, log] = signAndLogDet(x); return log.maskedFill(sign.lt(0), NaN); } }),
  luSolve: composite({
    schema: 'luSolve(Tensor input, Tensor LU_data, Tensor LU_pivots)',
    compose(b: Tensor, data: Tensor, pivots: Tensor) {
      const n = data.shape[data.ndim - 1], order = permutation(pivots, n).unsqueeze(-1), [factors, right] = expandBatches(data, b);
      const rows = right.count ? right.gather(-2, order.expand(right.shape)) : right;
      return triangular(factors, triangular(factors, rows, false, true, true), true, false, true);
    },
  }),
  matrixExp: composite({ schema: 'matrixExp(Tensor input)', compose: exponential }),
  matrixPower: again('matrixPower'),
  pinverse: composite({ schema: 'pinverse(Tensor input, float rcond=1e-15)', compose: (x: Tensor, rcond: number) => pseudoInverse(x, ...tolerances(x, { atol: 0, rtol: rcond })) }),
  qr: composite({ schema: 'qr(Tensor input, bool some=True)', compose: (x: Tensor, some: boolean) => results('qr', ['Q', 'R'], qrFactors(x, !some)) }),
  slogdet: again('slogdet'),
  svd: composite({ schema: 'svd(Tensor input, bool some=True, bool compute_uv=True)', compose: (x: Tensor, some: boolean) => { const [u, s, vh] = singular(x, !some); return results('svd', ['U', 'S', 'V'], [u, s, swap(vh)]); } }),
  triangularSolve: composite({
    schema: 'triangularSolve(Tensor b, Tensor A, bool upper=True, bool transpose=False, bool unitriangular=False)',
    compose: (b: Tensor, a: Tensor, upper: boolean, transpose: boolean, unit: boolean) => results('triangular_solve', ['solution', 'clonedCoefficient'], [transpose ? triangular(swap(a), b, !upper, unit, true) : triangular(a, b, upper, unit, true), a.clone()]),
  }),
};
