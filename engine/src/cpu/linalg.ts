// Dense linear algebra on one matrix at a time: row-major float64 arrays. Sources: Golub & Van Loan, Matrix Computations.

/** LU factors with partial pivoting, packed in `a` (n × n, changed): rows in `pivots` order; gives the permutation's sign, 0 where singular. */
export function lu(a: Float64Array, n: number, pivots: Int32Array): number {
  let sign = 1;
  for (let i = 0; i < n; i++) pivots[i] = i;
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[p * n + k])) p = i;
    if (a[p * n + k] === 0) { sign = 0; continue; }
    if (p !== k) {
      for (let j = 0; j < n; j++) [a[k * n + j], a[p * n + j]] = [a[p * n + j], a[k * n + j]];
      [pivots[k], pivots[p]] = [pivots[p], pivots[k]];
      sign = -sign;
    }
    for (let i = k + 1; i < n; i++) {
      const f = (a[i * n + k] /= a[k * n + k]);
      if (f !== 0) for (let j = k + 1; j < n; j++) a[i * n + j] -= f * a[k * n + j];
    }
  }
  return sign;
}

/** Solves with the factors of `lu`; b (n × m) becomes the solution. */
export function luSolve(a: Float64Array, n: number, pivots: Int32Array, b: Float64Array, m: number): void {
  const rows = b.slice();
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) b[i * m + j] = rows[pivots[i] * m + j];
  substitute(a, n, b, m, false, true);
  substitute(a, n, b, m, true, false);
}

/** Solves a triangular system; b (n × m) becomes the solution. */
export function substitute(a: Float64Array, n: number, b: Float64Array, m: number, upper: boolean, unit: boolean): void {
  for (let s = 0; s < n; s++) {
    const i = upper ? n - 1 - s : s, from = upper ? i + 1 : 0, to = upper ? n : i;
    for (let j = 0; j < m; j++) {
      let v = b[i * m + j];
      for (let k = from; k < to; k++) v -= a[i * n + k] * b[k * m + j];
      b[i * m + j] = unit ? v : v / a[i * n + i];
    }
  }
}

/** Lower Cholesky factor in place (the upper part becomes 0). Gives 0, or which leading minor (from 1) is not positive. */
export function cholesky(a: Float64Array, n: number): number {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let v = a[i * n + j];
      for (let k = 0; k < j; k++) v -= a[i * n + k] * a[j * n + k];
      if (i === j) { if (!(v > 0)) return j + 1; a[j * n + j] = Math.sqrt(v); } else a[i * n + j] = v / a[j * n + j];
    }
    for (let i = 0; i < j; i++) a[i * n + j] = 0;
  }
  return 0;
}

/** Householder QR as LAPACK's: a (m × n) becomes R in its upper part; gives the full Q (m × m). */
export function qr(a: Float64Array, m: number, n: number): Float64Array {
  const q = new Float64Array(m * m), v = new Float64Array(m);
  for (let i = 0; i < m; i++) q[i * m + i] = 1;
  for (let k = 0; k < Math.min(m - 1, n); k++) {
    let norm = 0;
    for (let i = k + 1; i < m; i++) norm += a[i * n + k] ** 2;
    if (norm === 0) continue;
    const alpha = a[k * n + k], beta = -Math.sign(alpha || 1) * Math.sqrt(norm + alpha * alpha), tau = (beta - alpha) / beta;
    v[k] = 1;
    for (let i = k + 1; i < m; i++) v[i] = a[i * n + k] / (alpha - beta);
    for (let j = k; j < n; j++) {
      let s = 0;
      for (let i = k; i < m; i++) s += v[i] * a[i * n + j];
      for (let i = k; i < m; i++) a[i * n + j] -= tau * s * v[i];
    }
    for (let i = 0; i < m; i++) {
      let s = 0;
      for (let j = k; j < m; j++) s += q[i * m + j] * v[j];
      for (let j = k; j < m; j++) q[i * m + j] -= tau * s * v[j];
    }
    for (let i = k + 1; i < m; i++) a[i * n + k] = 0;
  }
  return q;
}

/** Singular values (descending), left vectors u (m × m) and right vectors v (n × n), both as columns, by one-sided Jacobi (Hestenes). */
export function svd(matrix: Float64Array, m: number, n: number): { u: Float64Array; s: Float64Array; v: Float64Array } {
  if (m < n) {
    const t = new Float64Array(m * n);
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) t[j * m + i] = matrix[i * n + j];
    const { u, s, v } = svd(t, n, m);
    return { u: v, s, v: u };
  }
  const a = matrix.slice(), v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0, turned = true; turned && sweep < 60; sweep++) {
    turned = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        let x = 0, y = 0, z = 0;
        for (let i = 0; i < m; i++) { const g = a[i * n + p], h = a[i * n + q]; x += g * g; y += h * h; z += g * h; }
        if (z === 0 || Math.abs(z) <= 1e-15 * Math.sqrt(x * y)) continue;
        turned = true;
        const zeta = (y - x) / (2 * z), t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta)), c = 1 / Math.sqrt(1 + t * t), s = c * t;
        for (let i = 0; i < m; i++) { const g = a[i * n + p], h = a[i * n + q]; a[i * n + p] = c * g - s * h; a[i * n + q] = s * g + c * h; }
        for (let i = 0; i < n; i++) { const g = v[i * n + p], h = v[i * n + q]; v[i * n + p] = c * g - s * h; v[i * n + q] = s * g + c * h; }
      }
    }
  }
  const length = Array.from({ length: n }, (_, j) => { let s = 0; for (let i = 0; i < m; i++) s += a[i * n + j] ** 2; return Math.sqrt(s); });
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => length[j] - length[i]), largest = n ? length[order[0]] : 0;
  const u = new Float64Array(m * m), s = new Float64Array(n), right = new Float64Array(n * n);
  const free: number[] = [];
  order.forEach((from, to) => {
    s[to] = length[from];
    for (let k = 0; k < n; k++) right[k * n + to] = v[k * n + from];
    if (length[from] > 1e-300 && length[from] > largest * 1e-16) for (let i = 0; i < m; i++) u[i * m + to] = a[i * n + from] / length[from]; else free.push(to);
  });
  for (let j = n; j < m; j++) free.push(j);
  complete(u, m, free);
  return { u, s, v: right };
}

/** Fills the columns `free` of the otherwise orthonormal u (m × m) with an orthonormal rest, by Gram and Schmidt twice. */
function complete(u: Float64Array, m: number, free: readonly number[]): void {
  const known = Array.from({ length: m }, (_, j) => j).filter((j) => !free.includes(j)), x = new Float64Array(m);
  let next = 0;
  for (const column of free) {
    for (;;) {
      x.fill(0);
      x[next++] = 1;
      for (let pass = 0; pass < 2; pass++) {
        for (const j of known) {
          let dot = 0;
          for (let i = 0; i < m; i++) dot += u[i * m + j] * x[i];
          for (let i = 0; i < m; i++) x[i] -= dot * u[i * m + j];
        }
      }
      const norm = Math.hypot(...x);
      if (norm < 0.5 / Math.sqrt(m)) continue;
      for (let i = 0; i < m; i++) u[i * m + column] = x[i] / norm;
      known.push(column);
      break;
    }
  }
}
