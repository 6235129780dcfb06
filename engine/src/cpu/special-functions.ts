// Special functions of doubles that neither JavaScript nor the kernels have. Written from the series, continued
// fractions and recurrences in the NIST Digital Library of Mathematical Functions (dlmf.nist.gov; sections are named).

const SQRT_PI = Math.sqrt(Math.PI);
/** Bernoulli numbers B₂, B₄, … */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

/** e^(x²) · erfc(x) for x >= 2 by its continued fraction (DLMF 7.9.1), from the far end. */
function scaledTail(x: number): number {
  let f = x;
  for (let k = 60; k >= 1; k--) f = x + k / 2 / f;
  return 1 / (f * SQRT_PI);
}
/** The error function (DLMF 7.6.2 near 0). */
export function erf(x: number): number {
  const t = Math.abs(x);
  if (t >= 2) return Math.sign(x) * (1 - Math.exp(-t * t) * scaledTail(t));
  let term = x, sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) { term *= (2 * x * x) / (2 * n + 1); sum += term; }
  return (2 / SQRT_PI) * Math.exp(-x * x) * sum;
}
/** 1 - erf(x). */
export const erfc = (x: number): number => (x >= 2 ? Math.exp(-x * x) * scaledTail(x) : 1 - erf(x));
/** e^(x²) · erfc(x). */
export const erfcx = (x: number): number => (x >= 2 ? scaledTail(x) : Math.exp(x * x) * erfc(x));

/** The inverse of erf: Newton's method (Halley's form) on erfc, from the leading term of the tail. */
export function erfinv(y: number): number {
  if (Number.isNaN(y) || Math.abs(y) > 1) return NaN;
  if (Math.abs(y) === 1) return y * Infinity;
  const target = 1 - Math.abs(y), log = Math.log(target * (1 + Math.abs(y))), a = 2 / (Math.PI * 0.147) + log / 2;
  let x = Math.sqrt(Math.sqrt(a * a - log / 0.147) - a); // Winitzki's closed approximation, 2e-3
  for (let i = 0; i < 3; i++) {
    const miss = Math.abs(y) < 0.5 ? erf(x) - Math.abs(y) : target - erfc(x), step = (miss * SQRT_PI * Math.exp(x * x)) / 2;
    x -= step / (1 + x * step);
  }
  return y < 0 ? -x : x;
}

/** log |Γ(x)|: Stirling's series (DLMF 5.11.1) after moving x up, reflection below 1/2. */
export function lgamma(x: number): number {
  if (!Number.isFinite(x)) return x === -Infinity ? Infinity : x * x === Infinity ? Infinity : x;
  if (x <= 0 && Number.isInteger(x)) return Infinity;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * (x % 2)))) - lgamma(1 - x);
  if (x === 1 || x === 2) return 0;
  let product = 1, z = x;
  for (; z < 10; z++) product *= z;
  let sum = (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2;
  bernoulli.forEach((b, i) => { const k = 2 * i + 2; sum += b / (k * (k - 1) * z ** (k - 1)); });
  return sum - Math.log(product);
}
/** The derivative of lgamma (DLMF 5.11.2, 5.5.2, 5.5.4). */
export function digamma(x: number): number {
  if (x === 0) return Object.is(x, -0) ? Infinity : -Infinity;
  if (x < 0) return Number.isInteger(x) || x === -Infinity ? NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x % 1));
  if (x === Infinity) return x;
  let sum = 0, z = x;
  for (; z < 10; z++) sum -= 1 / z;
  sum += Math.log(z) - 0.5 / z;
  bernoulli.forEach((b, i) => { const k = 2 * i + 2; sum -= b / (k * z ** k); });
  return sum;
}
/** Hurwitz's ζ(s, q) = Σ (q + k)^-s by Euler–Maclaurin summation (DLMF 25.11.28). */
export function zeta(s: number, q: number): number {
  if (s === 1) return Infinity;
  if (s < 1 || Number.isNaN(s) || Number.isNaN(q)) return NaN;
  if (q <= 0) { if (Number.isInteger(q)) return Infinity; if (!Number.isInteger(s)) return NaN; }
  let sum = 0, z = q;
  for (; z < 10; z++) sum += z ** -s;
  sum += z ** (1 - s) / (s - 1) + z ** -s / 2;
  let factor = s / 2;
  bernoulli.forEach((b, i) => {
    const k = 2 * i + 2;
    sum += b * factor * z ** (1 - s - k);
    factor *= ((s + k - 1) * (s + k)) / ((k + 1) * (k + 2));
  });
  return sum;
}
/** The n-th derivative of digamma (DLMF 5.15.1). */
export function polygamma(n: number, x: number): number {
  if (n === 0) return digamma(x);
  let factorial = 1;
  for (let i = 2; i <= n; i++) factorial *= i;
  return (n % 2 ? 1 : -1) * factorial * zeta(n + 1, x);
}

/** e^-|x| · I_order(x), order 0 or 1: the power series (DLMF 10.25.2), from 25 on the asymptotic one (10.40.1). */
export function besselIe(order: 0 | 1, x: number): number {
  const t = Math.abs(x), sign = order && x < 0 ? -1 : 1;
  let sum = 1, term = 1;
  if (t < 25) {
    if (order) sum = term = t / 2;
    for (let k = 1; term > 1e-17 * sum; k++) { term *= (t * t) / 4 / (k * (k + order)); sum += term; }
    return sign * sum * Math.exp(-t);
  }
  for (let k = 1; k < 30 && Math.abs(term) > 1e-17; k++) { term *= ((2 * k - 1) ** 2 - 4 * order) / (8 * k * t); sum += term; }
  return (sign * sum) / Math.sqrt(2 * Math.PI * t);
}

/** The regularised incomplete gamma functions P(a, x) and Q(a, x) (DLMF 8.11.4 for small x, 8.9.2 for large). */
export function incompleteGamma(a: number, x: number): { lower: number; upper: number } {
  const both = (lower: number): { lower: number; upper: number } => ({ lower, upper: 1 - lower });
  if (!(a >= 0) || !(x >= 0)) return both(NaN);
  if (a === 0) return both(x > 0 ? 1 : NaN);
  if (x === 0) return both(0);
  if (a === Infinity) return both(x === Infinity ? NaN : 0);
  if (x === Infinity) return both(1);
  const scale = Math.exp(a * Math.log(x) - x - lgamma(a));
  if (x < a + 1) {
    let term = 1 / a, sum = term;
    for (let k = 1; term > 1e-17 * sum; k++) { term *= x / (a + k); sum += term; }
    return both(scale * sum);
  }
  // Lentz's method on the even part of the continued fraction.
  let b = x + 1 - a, c = Infinity, d = 1 / b, f = d;
  for (let k = 1; k < 10000; k++) {
    const n = k * (a - k);
    b += 2;
    d = 1 / (n * d + b);
    c = b + n / c;
    f *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return { lower: 1 - scale * f, upper: scale * f };
}

/** The standard normal distribution function. */
export const ndtr = (x: number): number => erfc(-x / Math.SQRT2) / 2;
/** Its logarithm, exact far out on the left. */
export const logNdtr = (x: number): number => (x < -1 ? Math.log(erfcx(-x / Math.SQRT2) / 2) - (x * x) / 2 : Math.log1p(-erfc(x / Math.SQRT2) / 2));
