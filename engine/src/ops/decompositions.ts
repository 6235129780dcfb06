import { denseAs, writeValues } from '../cpu/copy.ts';
import { eigh } from '../cpu/eigh.ts';
import { cholesky, lu, luSolve, qr, substitute, svd } from '../cpu/linalg.ts';
import { TorchError } from '../errors.ts';
import { isFloat, scalarTypeName } from '../tensor/dtype.ts';
import { broadcastShapes, numelOf } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { cat } from './join.ts';
import { invoke, kernel, ready, type Callable, type Input, type Meta } from './operator.ts';

// Kernels of linear algebra on batches [..., m, n] of matrices, computed in float64 one matrix at a time, with their gradients.

export const swap = (t: Tensor): Tensor => t.transpose(-2, -1);

function fail(operator: string, message: string, ...tensors: Tensor[]): never {
  throw new TorchError(`linalg.${operator}: ${message}`, { operator, shapes: tensors.map((t) => t.shape), dtypes: tensors.map((t) => t.dtype) });
}
/** Throws unless x holds floating matrices. */
export function checkMatrix(operator: string, x: Tensor, square = false): void {
  if (x.ndim < 2) fail(operator, 'The input tensor A must have at least 2 dimensions.', x);
  if (!isFloat(x.dtype)) fail(operator, `Expected a floating point or complex tensor as input. Got ${scalarTypeName[x.dtype]}`, x);
  if (x.dtype !== 'float32' && x.dtype !== 'float64') fail(operator, `Low precision dtypes not supported. Got ${scalarTypeName[x.dtype]}`, x);
  const [m, n] = x.shape.slice(-2);
  if (square && m !== n) fail(operator, `A must be batches of square matrices, but they are ${m} by ${n} matrices`, x);
}

/** The matrices of a batch as separate arrays, copied. */
function* matrices(x: Input): Generator<Float64Array> {
  const t = x as Tensor, [m, n] = t.shape.slice(-2), all = denseAs(t, 'float64').window() as Float64Array, count = numelOf(t.shape.slice(0, -2));
  for (let i = 0; i < count; i++) yield all.slice(i * m * n, (i + 1) * m * n);
}
/** Collects what is computed for each matrix into one output. */
function collect(out: Tensor): { add: (part: ArrayLike<number>) => void; done: () => void } {
  const all = new Float64Array(out.count);
  let at = 0;
  return { add: (part) => { all.set(part, at); at += part.length; }, done: () => writeValues(out, all) };
}
const batchNote = (x: Tensor, i: number): string => (x.ndim > 2 ? `(Batch element ${i}): ` : '');
const same = (x: Input): Meta => ({ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype });

const choleskyOp = ready('cholesky', kernel<unknown>({
  schema: 'cholesky(Tensor input)',
  node: 'LinalgCholeskyExBackward0',
  meta([x]) { checkMatrix('cholesky', x as Tensor, true); return same(x); },
  cpu([out], [x]) {
    const n = out.shape[out.ndim - 1], to = collect(out);
    let i = 0;
    for (const a of matrices(x)) {
      const minor = cholesky(a, n);
      if (minor) fail('cholesky', `${batchNote(out, i)}The factorization could not be completed because the input is not positive-definite (the leading minor of order ${minor} is not positive-definite).`, x as Tensor);
      to.add(a);
      i++;
    }
    to.done();
  },
  saves: { y: [0] },
  // Φ takes the lower half: gA = L⁻ᵀ Φ(Lᵀ gL) L⁻¹, made symmetric.
  grad(g, { y: [l] }) {
    const lg = swap(l).matmul(g).tril(), phi = lg.add(swap(lg.tril(-1))).mul(0.5);
    return [triangular(l, triangular(swap(l), phi, true, false, true), false, false, false)];
  },
}));
/** Lower Cholesky factor. */
export const choleskyFactor = (x: Tensor): Tensor => invoke(choleskyOp, [x], 0) as Tensor;

const invOp = ready('inv', kernel<unknown>({
  schema: 'inv(Tensor input)',
  node: 'LinalgInvExBackward0',
  meta([x]) { checkMatrix('inv', x as Tensor, true); return same(x); },
  cpu([out], [x]) {
    const n = out.shape[out.ndim - 1], pivots = new Int32Array(n), to = collect(out);
    let i = 0;
    for (const a of matrices(x)) {
      const inverse = new Float64Array(n * n);
      for (let d = 0; d < n; d++) inverse[d * n + d] = 1;
      if (lu(a, n, pivots) === 0) fail('inv', `${batchNote(out, i)}The diagonal element ${zeroPivot(a, n)} is zero, the inversion could not be completed because the input matrix is singular.`, x as Tensor);
      luSolve(a, n, pivots, inverse, n);
      to.add(inverse);
      i++;
    }
    to.done();
  },
  saves: { y: [0] },
  grad: (g, { y: [y] }) => [swap(y).matmul(g).matmul(swap(y)).neg()],
}));
const zeroPivot = (a: Float64Array, n: number): number => { for (let i = 0; i < n; i++) if (a[i * n + i] === 0) return i + 1; return 0; };
export const inverse = (x: Tensor): Tensor => invoke(invOp, [x], 0) as Tensor;

const solveOp = ready('solve', kernel<unknown>({
  schema: 'solve(Tensor input, Tensor other)',
  node: 'LinalgSolveExBackward0',
  meta: ([, b]) => same(b),
  cpu([out], [x, b]) {
    const [n, m] = out.shape.slice(-2), pivots = new Int32Array(n), to = collect(out), right = matrices(b);
    for (const a of matrices(x)) {
      const y = right.next().value as Float64Array;
      if (lu(a, n, pivots) === 0) fail('solve', `The solver failed because the input matrix is singular.`, x as Tensor);
      luSolve(a, n, pivots, y, m);
      to.add(y);
    }
    to.done();
  },
  saves: { x: [0], y: [0] },
  grad(g, { x: [a], y: [y], need }) {
    const gb = solveMatrix(swap(a), g);
    return [need[0] ? gb.matmul(swap(y)).neg() : null, gb];
  },
}));
/** The batches of both, expanded to each other. */
export function expandBatches(a: Tensor, b: Tensor): [Tensor, Tensor] {
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [a.expand([...batch, ...a.shape.slice(-2)]), b.expand([...batch, ...b.shape.slice(-2)])];
}
/** X with a X = b, for matrices b. */
export const solveMatrix = (a: Tensor, b: Tensor): Tensor => invoke(solveOp, expandBatches(a, b), 0) as Tensor;

interface TriangularAttrs { upper: boolean; unit: boolean }
const triangularOp = ready('solveTriangular', kernel<TriangularAttrs>({
  schema: 'solveTriangular(Tensor input, Tensor B, bool upper, bool unit)',
  node: 'LinalgSolveTriangularBackward0',
  meta: ([, b]) => same(b),
  cpu([out], [x, b], { upper, unit }) {
    const [n, m] = out.shape.slice(-2), to = collect(out), right = matrices(b);
    for (const a of matrices(x)) {
      const y = right.next().value as Float64Array;
      substitute(a, n, y, m, upper, unit);
      to.add(y);
    }
    to.done();
  },
  saves: { x: [0], y: [0] },
  grad(g, { x: [a], y: [y], need, attrs: { upper, unit } }) {
    const gb = triangular(swap(a), g, !upper, unit, true), ga = need[0] ? gb.matmul(swap(y)).neg() : null;
    return [ga && (upper ? ga.triu(unit ? 1 : 0) : ga.tril(unit ? -1 : 0)), gb];
  },
}));
/** X with a X = b (or X a = b unless `left`), where a is triangular. */
export function triangular(a: Tensor, b: Tensor, upper: boolean, unit: boolean, left: boolean): Tensor {
  if (!left) return swap(triangular(swap(a), swap(b), !upper, unit, true));
  return invoke(triangularOp, [...expandBatches(a, b), upper, unit], 0) as Tensor;
}

/** Sign and logarithm of the determinants, from LU factors. */
function determinants(x: Tensor, each: (sign: number, log: number) => void): void {
  const n = x.shape[x.ndim - 1], pivots = new Int32Array(n);
  for (const a of matrices(x)) {
    let sign = lu(a, n, pivots), log = sign === 0 ? -Infinity : 0;
    for (let i = 0; i < n && sign !== 0; i++) { sign *= Math.sign(a[i * n + i]); log += Math.log(Math.abs(a[i * n + i])); }
    each(sign, log);
  }
}
const detOp = ready('det', kernel<unknown>({
  schema: 'det(Tensor input)',
  node: 'LinalgDetBackward0',
  meta([x]) { checkMatrix('det', x as Tensor, true); return { shape: (x as Tensor).shape.slice(0, -2), dtype: (x as Tensor).dtype }; },
  cpu([out], [x]) { const to = collect(out); determinants(x as Tensor, (sign, log) => to.add([sign * Math.exp(log)])); to.done(); },
  saves: { x: [0], y: [0] },
  grad(g, { x: [a], y: [y] }) {
    const up = (t: Tensor): Tensor => t.unsqueeze(-1).unsqueeze(-1);
    if (!y.eq(0).any().item()) return [swap(inverse(a)).mul(up(g.mul(y)))];
    // A singular matrix still has cofactors: U diag(∏ of the other singular values) Vᵀ, with the signs of U and V.
    const [u, s, vh] = singular(a, false), n = s.shape[s.ndim - 1], others = s.unsqueeze(-2).expand([...s.shape, n]).clone();
    others.diagonal(0, -2, -1).fill_(1);
    return [u.mul(others.prod(-1).unsqueeze(-2)).matmul(vh).mul(up(g.mul(determinant(u)).mul(determinant(vh))))];
  },
}));
export const determinant = (x: Tensor): Tensor => invoke(detOp, [x], 0) as Tensor;

const slogdetOp = ready('slogdet', kernel<unknown>({
  schema: 'slogdet(Tensor input)',
  node: 'LinalgSlogdetBackward0',
  meta([x]): Meta[] { const t = x as Tensor, meta = { shape: t.shape.slice(0, -2), dtype: t.dtype }; checkMatrix('slogdet', t, true); return [meta, meta]; },
  cpu([signs, logs], [x]) { const to = collect(signs), and = collect(logs); determinants(x as Tensor, (sign, log) => { to.add([sign]); and.add([log]); }); to.done(); and.done(); },
  saves: { x: [0] },
  grad: (_, { x: [a] }, [, g]) => [g ? swap(inverse(a)).mul(g.unsqueeze(-1).unsqueeze(-1)) : a.mul(0)],
}));
export const signAndLogDet = (x: Tensor): Tensor[] => invoke(slogdetOp, [x], 0) as Tensor[];

const eighOp = ready('eigh', kernel<{ upper: boolean }>({
  schema: 'eigh(Tensor input, bool upper)',
  node: 'LinalgEighBackward0',
  meta([x]): Meta[] { const t = x as Tensor; checkMatrix('eigh', t, true); return [{ shape: t.shape.slice(0, -1), dtype: t.dtype }, same(t)]; },
  cpu([w, v], [x], { upper }) {
    const n = v.shape[v.ndim - 1], values = collect(w), vectors = collect(v);
    for (const a of matrices(x)) {
      for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) if (upper) a[i * n + j] = a[j * n + i]; else a[j * n + i] = a[i * n + j];
      const found = eigh(a, n, upper);
      values.add(found.w);
      vectors.add(found.v);
    }
    values.done();
    vectors.done();
  },
  saves: { y: [0, 1] },
  grad(_, { y: [w, v] }, [gw, gv]) {
    let inner = gw ? gw.diagEmbed() : null;
    if (gv) {
      const gap = w.unsqueeze(-2).sub(w.unsqueeze(-1)), turned = swap(v).matmul(gv).div(withDiagonal(gap, 1));
      const off = withDiagonal(turned.add(swap(turned)).mul(0.5), 0);
      inner = inner ? inner.add(off) : off;
    }
    return [inner ? v.matmul(inner).matmul(swap(v)) : null];
  },
}));
/** t with its diagonals set to a number. */
function withDiagonal(t: Tensor, value: number): Tensor {
  const n = t.shape[t.ndim - 1], mask = t.newZeros([n, n], { dtype: 'bool' });
  mask.diagonal().fill_(true);
  return t.maskedFill(mask, value);
}
/** Eigenvalues (ascending) and eigenvectors (columns) of symmetric matrices, of which one triangle is read. */
export const symmetricEigen = (x: Tensor, upper: boolean): Tensor[] => invoke(eighOp, [x, upper], 0) as Tensor[];

const svdOp = ready('svd', kernel<{ full: boolean }>({
  schema: 'svd(Tensor input, bool full)',
  node: 'LinalgSvdBackward0',
  meta([input], { full }): Meta[] {
    const x = input as Tensor, dtype = x.dtype;
    checkMatrix('svd', x);
    const [m, n] = x.shape.slice(-2), batch = x.shape.slice(0, -2), k = Math.min(m, n);
    return [{ shape: [...batch, m, full ? m : k], dtype }, { shape: [...batch, k], dtype }, { shape: [...batch, full ? n : k, n], dtype }];
  },
  cpu([u, s, vh], [input]) {
    const [m, n] = (input as Tensor).shape.slice(-2), columns = u.shape[u.ndim - 1], rows = vh.shape[vh.ndim - 2];
    const left = collect(u), values = collect(s), right = collect(vh);
    for (const a of matrices(input)) {
      const f = svd(a, m, n);
      left.add(Float64Array.from({ length: m * columns }, (_, i) => f.u[Math.floor(i / columns) * m + (i % columns)]));
      values.add(f.s);
      right.add(Float64Array.from({ length: rows * n }, (_, i) => f.v[(i % n) * n + Math.floor(i / n)]));
    }
    left.done();
    values.done();
    right.done();
  },
  saves: { y: [0, 1, 2] },
  grad(_, { y, inputs: [x] }, [gu, gs, gv]) {
    const [m, n] = x!.shape.slice(-2), k = Math.min(m, n), s = y[1];
    const u = y[0].narrow(-1, 0, k), vh = y[2].narrow(-2, 0, k), gU = gu && gu.narrow(-1, 0, k), gVh = gv && gv.narrow(-2, 0, k);
    const skew = (t: Tensor): Tensor => t.sub(swap(t)), s2 = s.square(), gap = withDiagonal(s2.unsqueeze(-2).sub(s2.unsqueeze(-1)), 1);
    const parts = [gs && gs.diagEmbed(), gU && skew(swap(u).matmul(gU)).div(gap).mul(s.unsqueeze(-2)), gVh && skew(vh.matmul(swap(gVh))).div(gap).mul(s.unsqueeze(-1))].filter((t) => t !== null);
    if (!parts.length) return [null];
    const inner = parts.reduce((a, b) => a.add(b));
    let g = u.matmul(inner).matmul(vh);
    // What of U (or V) lies outside the space that the matrix spans turns with it.
    if (m > k && gU) { const t = gU.div(s.unsqueeze(-2)); g = g.add(t.sub(u.matmul(swap(u).matmul(t))).matmul(vh)); }
    if (n > k && gVh) { const t = gVh.div(s.unsqueeze(-1)); g = g.add(u.matmul(t.sub(t.matmul(swap(vh)).matmul(vh)))); }
    return [g];
  },
}));
/** U, S (descending), Vᵀ; thin unless `full`. */
export const singular = (x: Tensor, full: boolean): Tensor[] => invoke(svdOp, [x, full], 0) as Tensor[];
/** Singular values, descending. */
export const svdvals = (x: Tensor): Tensor => singular(x, false)[1];

const qrOp: Callable = ready('qr', kernel<{ complete: boolean }>({
  schema: 'qr(Tensor input, bool complete)',
  node: 'LinalgQrBackward0',
  meta([input], { complete }): Meta[] {
    const x = input as Tensor, dtype = x.dtype;
    checkMatrix('qr', x);
    const [m, n] = x.shape.slice(-2), batch = x.shape.slice(0, -2), k = complete ? m : Math.min(m, n);
    return [{ shape: [...batch, m, k], dtype }, { shape: [...batch, k, n], dtype }];
  },
  cpu([q, r], [input]) {
    const [m, n] = (input as Tensor).shape.slice(-2), k = q.shape[q.ndim - 1], left = collect(q), right = collect(r);
    for (const a of matrices(input)) {
      const full = qr(a, m, n);
      left.add(Float64Array.from({ length: m * k }, (_, i) => full[Math.floor(i / k) * m + (i % k)]));
      right.add(a.subarray(0, k * n));
    }
    left.done();
    right.done();
  },
  saves: { y: [0, 1] },
  grad(_, { y: [q, r], attrs: { complete } }, [gq, gr]) {
    const m = q.shape[q.ndim - 2], n = r.shape[r.ndim - 1];
    if (complete && m > n) throw new TorchError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols", { operator: 'qr' });
    if (m >= n) return [squareQrGrad(q, r, gq, gr)];
    // A wide matrix: Q and the first columns come from its square part, the others are Q R₂.
    const r1 = r.narrow(-1, 0, m), r2 = r.narrow(-1, m, n - m), gr2 = gr && gr.narrow(-1, m, n - m);
    const viaQ = gr2 ? q.matmul(r2).matmul(swap(gr2)) : null, total = gq && viaQ ? gq.add(viaQ) : gq ?? viaQ;
    const first = squareQrGrad(q, r1, total, gr && gr.narrow(-1, 0, m));
    return [cat([first, gr2 ? q.matmul(gr2) : r2.mul(0)], -1)];
  },
}));
function squareQrGrad(q: Tensor, r: Tensor, gq: Tensor | null, gr: Tensor | null): Tensor {
  const fromR = gr ? r.matmul(swap(gr)) : null, fromQ = gq ? swap(gq).matmul(q).neg() : null;
  const half = (fromR && fromQ ? fromR.add(fromQ) : (fromR ?? fromQ)!).tril(), whole = half.add(swap(half.tril(-1)));
  const g = q.matmul(whole);
  return triangular(swap(r), gq ? g.add(gq) : g, false, false, false);
}
/** Q with orthonormal columns and upper triangular R. */
export const qrFactors = (x: Tensor, complete: boolean): Tensor[] => invoke(qrOp, [x, complete], 0) as Tensor[];

const pinvOp = ready('pinv', kernel<unknown>({
  schema: 'pinv(Tensor input, Tensor atol, Tensor rtol)',
  node: 'LinalgPinvBackward0',
  meta([x]): Meta { const t = x as Tensor; return { shape: [...t.shape.slice(0, -2), ...t.shape.slice(-2).toReversed()], dtype: t.dtype }; },
  cpu([out], [input, atol, rtol]) {
    const [m, n] = (input as Tensor).shape.slice(-2), to = collect(out), k = Math.min(m, n), least = tolerances(atol), relative = tolerances(rtol);
    let b = 0;
    for (const a of matrices(input)) {
      const { u, s, v } = svd(a, m, n), limit = Math.max(least(b), relative(b) * (s[0] ?? 0)), p = new Float64Array(n * m);
      for (let r = 0; r < k && s[r] > limit; r++) for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) p[i * m + j] += (v[i * n + r] * u[j * m + r]) / s[r];
      to.add(p);
      b++;
    }
    to.done();
  },
  saves: { x: [0], y: [0] },
  // Golub and Pereyra, 1973.
  grad(g, { x: [a], y: [p] }) {
    const ph = swap(p), gh = swap(g);
    if (a.shape[a.ndim - 2] <= a.shape[a.ndim - 1]) {
      const k = gh.matmul(p), kp = k.matmul(ph);
      return [kp.sub(a.matmul(p).matmul(kp)).add(ph.matmul(p).matmul(gh.sub(k.matmul(a)))).sub(swap(p.matmul(k))), null, null];
    }
    const k = p.matmul(gh), pk = ph.matmul(k);
    return [pk.sub(pk.matmul(p).matmul(a)).add(gh.sub(a.matmul(k)).matmul(p).matmul(ph)).sub(swap(k.matmul(p))), null, null];
  },
}));
function tolerances(t: Input): (i: number) => number {
  const all = denseAs(t as Tensor, 'float64').window() as Float64Array;
  return (i) => all[all.length === 1 ? 0 : i];
}
/** The pseudoinverse; singular values up to max(atol, rtol · largest) count as 0. */
export const pseudoInverse = (x: Tensor, atol: Tensor, rtol: Tensor): Tensor => {
  const batch = x.shape.slice(0, -2), fit = (t: Tensor): Tensor => (t.count === 1 ? t : t.expand(batch));
  return invoke(pinvOp, [x, fit(atol.detach()), fit(rtol.detach())], 0) as Tensor;
};
