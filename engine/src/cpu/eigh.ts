// Eigenvalues of a symmetric matrix by tridiagonal reduction and implicit QL or QR, in the order of LAPACK's steps
// (dsytd2, dsteqr), so that the signs of the eigenvectors come out as PyTorch's do. Source: Golub & Van Loan, ch. 8.

const EPS = 2 ** -53;

/** Eigenvalues (ascending) and eigenvectors (columns of v) of the full symmetric matrix a (n × n); `upper` says which triangle leads the reduction. */
export function eigh(a: Float64Array, n: number, upper: boolean): { w: Float64Array; v: Float64Array } {
  const { d, e, q } = tridiagonal(a.slice(), n, upper);
  diagonalise(d, e, q, n);
  for (let i = 0; i < n - 1; i++) {
    let k = i;
    for (let j = i + 1; j < n; j++) if (d[j] < d[k]) k = j;
    if (k === i) continue;
    [d[i], d[k]] = [d[k], d[i]];
    for (let r = 0; r < n; r++) [q[r * n + i], q[r * n + k]] = [q[r * n + k], q[r * n + i]];
  }
  return { w: d, v: q };
}

/** a = q T qᵀ with diagonal d and off-diagonal e of T. */
function tridiagonal(a: Float64Array, n: number, upper: boolean): { d: Float64Array; e: Float64Array; q: Float64Array } {
  const e = new Float64Array(Math.max(n - 1, 0)), q = new Float64Array(n * n), v = new Float64Array(n), p = new Float64Array(n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let step = 0; step < n - 1; step++) {
    // Column c loses all but its neighbour `at` of the diagonal; the reflection acts on rows and columns of `others` and at.
    const c = upper ? n - 1 - step : step, at = upper ? c - 1 : c + 1, from = upper ? 0 : at, to = upper ? c : n;
    let tail = 0;
    for (let i = from; i < to; i++) if (i !== at) tail += a[i * n + c] ** 2;
    const alpha = a[at * n + c];
    if (tail === 0) { e[Math.min(at, c)] = alpha; continue; }
    const beta = -(alpha < 0 ? -1 : 1) * Math.sqrt(alpha * alpha + tail), tau = (beta - alpha) / beta;
    v.fill(0);
    for (let i = from; i < to; i++) v[i] = i === at ? 1 : a[i * n + c] / (alpha - beta);
    e[Math.min(at, c)] = beta;
    let half = 0;
    for (let i = 0; i < n; i++) {
      p[i] = 0;
      for (let j = from; j < to; j++) p[i] += tau * a[i * n + j] * v[j];
    }
    for (let j = from; j < to; j++) half += 0.5 * tau * p[j] * v[j];
    for (let i = from; i < to; i++) p[i] -= half * v[i];
    for (let i = from; i < to; i++) for (let j = from; j < to; j++) a[i * n + j] -= v[i] * p[j] + p[i] * v[j];
    for (let i = 0; i < n; i++) {
      let s = 0;
      for (let j = from; j < to; j++) s += q[i * n + j] * v[j];
      for (let j = from; j < to; j++) q[i * n + j] -= tau * s * v[j];
    }
  }
  return { d: Float64Array.from({ length: n }, (_, i) => a[i * n + i]), e, q };
}

/** Turns columns j and j + 1 of q. */
function turn(q: Float64Array, n: number, j: number, c: number, s: number): void {
  for (let i = 0; i < n; i++) {
    const t = q[i * n + j + 1];
    q[i * n + j + 1] = c * t - s * q[i * n + j];
    q[i * n + j] = s * t + c * q[i * n + j];
  }
}

/** The rotation that brings (f, g) to (r, 0). */
function rotation(f: number, g: number): [c: number, s: number, r: number] {
  if (g === 0) return [1, 0, f];
  if (f === 0) return [0, Math.sign(g), Math.abs(g)];
  const d = Math.sqrt(f * f + g * g), r = f < 0 ? -d : d;
  return [Math.abs(f) / d, g / r, r];
}

/** Eigenvalues of [[a, b], [b, c]], that of larger size first, and the unit eigenvector (cs, sn) of the first. */
function twoByTwo(a: number, b: number, c: number): [rt1: number, rt2: number, cs: number, sn: number] {
  const sum = a + c, gap = a - c, tb = 2 * b, root = Math.hypot(gap, tb), large = Math.abs(a) > Math.abs(c) ? a : c, small = large === a ? c : a;
  let rt1: number, rt2: number, sign1 = 1;
  if (sum < 0) { rt1 = 0.5 * (sum - root); sign1 = -1; rt2 = (large / rt1) * small - (b / rt1) * b; }
  else if (sum > 0) { rt1 = 0.5 * (sum + root); rt2 = (large / rt1) * small - (b / rt1) * b; }
  else { rt1 = 0.5 * root; rt2 = -rt1; }
  const sign2 = gap >= 0 ? 1 : -1, cs = gap + sign2 * root;
  let c1: number, s1: number;
  if (Math.abs(cs) > Math.abs(tb)) { const ct = -tb / cs; s1 = 1 / Math.sqrt(1 + ct * ct); c1 = ct * s1; }
  else if (tb === 0) { c1 = 1; s1 = 0; }
  else { const tn = -cs / tb; c1 = 1 / Math.sqrt(1 + tn * tn); s1 = tn * c1; }
  return sign1 === sign2 ? [rt1, rt2, -s1, c1] : [rt1, rt2, c1, s1];
}

/** Diagonalises the tridiagonal matrix (d, e), block by block between zeros of e, and turns the columns of q along. */
function diagonalise(d: Float64Array, e: Float64Array, q: Float64Array, n: number): void {
  const negligible = (i: number): boolean => e[i] * e[i] <= EPS * EPS * Math.abs(d[i]) * Math.abs(d[i + 1]) + Number.MIN_VALUE;
  for (let start = 0, left = 30 * n; start < n; ) {
    let end = start;
    while (end < n - 1 && Math.abs(e[end]) > Math.sqrt(Math.abs(d[end])) * Math.sqrt(Math.abs(d[end + 1])) * EPS) end++;
    if (end < n - 1) e[end] = 0;
    // QL works from the top down, QR from the bottom up: whichever starts at the smaller end.
    const up = Math.abs(d[end]) < Math.abs(d[start]), step = up ? -1 : 1;
    const last = up ? start : end;
    for (let l = up ? end : start; up ? l >= last : l <= last; ) {
      let m = l;
      while (m !== last && !negligible(up ? m - 1 : m)) m += step;
      if (m !== last) e[up ? m - 1 : m] = 0;
      if (m === l) { l += step; continue; }
      const lower = Math.min(l, m);
      if (Math.abs(m - l) === 1) {
        const [rt1, rt2, c, s] = twoByTwo(d[lower], e[lower], d[lower + 1]);
        turn(q, n, lower, c, s);
        d[lower] = rt1;
        d[lower + 1] = rt2;
        e[lower] = 0;
        l += 2 * step;
        continue;
      }
      if (left-- === 0) return;
      sweep(d, e, q, n, l, m, step);
    }
    start = end + 1;
  }
}

/** One implicit step with Wilkinson's shift, from m back to l. */
function sweep(d: Float64Array, e: Float64Array, q: Float64Array, n: number, l: number, m: number, step: 1 | -1): void {
  const off = (i: number): number => (step === 1 ? i : i - 1), shift = d[l];
  let g = (d[l + step] - shift) / (2 * e[off(l)]);
  const r0 = Math.hypot(g, 1);
  g = d[m] - shift + e[off(l)] / (g + (g < 0 ? -r0 : r0));
  let s = 1, c = 1, p = 0;
  const turns: [number, number, number][] = [];
  for (let i = m - step; step === 1 ? i >= l : i <= l; i -= step) {
    const at = step === 1 ? i : i - 1, f = s * e[at], b = c * e[at];
    let r: number;
    [c, s, r] = rotation(g, f);
    if (i !== m - step) e[step === 1 ? i + 1 : i - 2] = r;
    g = d[i + step] - p;
    r = (d[i] - g) * s + 2 * c * b;
    p = s * r;
    d[i + step] = g + p;
    g = c * r - b;
    turns.push([at, c, step === 1 ? -s : s]);
  }
  for (const [at, cc, ss] of turns) turn(q, n, at, cc, ss);
  d[l] -= p;
  e[off(l)] = g;
}
