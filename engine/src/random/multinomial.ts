import { TorchError } from '../errors.ts';
import { isFloat, type DType } from '../tensor/dtype.ts';
import { exponential } from './distributions.ts';
import { roundTo } from './encode.ts';
import type { Generator } from './generator.ts';
import { uniformDouble } from './uniform.ts';

/**
 * Draws `numSamples` indices a row by the weights of the row: `torch.multinomial`.
 *
 * @param weights [rows, categories] flattened, of the floating `dtype`; they need not sum to 1
 * @returns [rows, numSamples] flattened
 */
export function multinomial(gen: Generator, weights: ArrayLike<number>, dtype: DType, rows: number, numSamples: number, replacement = false): Int32Array {
  const categories = weights.length / rows;
  const fail = (message: string): never => { throw new TorchError(message, { operator: 'multinomial', shapes: [[rows, categories]], dtypes: [dtype] }); };
  if (!isFloat(dtype)) fail(`multinomial only supports floating-point dtypes for input, got: ${dtype}`);
  if (!(numSamples > 0)) fail('cannot sample n_sample <= 0 samples');
  if (!replacement && numSamples > categories) fail('cannot sample n_sample > prob_dist.size(-1) samples without replacement');
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let c = 0; c < categories; c++) {
      const w = weights[r * categories + c];
      if (!(w >= 0 && w < Infinity)) fail('probability tensor contains either `inf`, `nan` or element < 0');
      sum += w;
    }
    if (!(sum > 0)) fail('invalid multinomial distribution (sum of probabilities <= 0)');
  }
  const round = roundTo(dtype);
  return replacement && numSamples > 1 ? byCumulative(gen, weights, round, rows, numSamples) : byRace(gen, weights, dtype, round, rows, numSamples);
}

/** With replacement: a uniform value is looked up in the cumulative distribution. */
function byCumulative(gen: Generator, weights: ArrayLike<number>, round: (x: number) => number, rows: number, numSamples: number): Int32Array {
  const n = weights.length / rows, out = new Int32Array(rows * numSamples), cumulative = new Float64Array(n);
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let c = 0; c < n; c++) cumulative[c] = sum = round(sum + weights[r * n + c]);
    for (let c = 0; c < n; c++) cumulative[c] = round(cumulative[c] / sum);
    cumulative[n - 1] = 1;
    for (let s = 0; s < numSamples; s++) {
      const u = uniformDouble(gen);
      let lo = 0, hi = n;
      while (lo < hi) {
        const mid = (lo + hi) >>> 1;
        if (cumulative[mid] < u) lo = mid + 1;
        else hi = mid;
      }
      out[r * numSamples + s] = lo;
    }
  }
  return out;
}

/** Without replacement: with q exponential, the largest w/q come up in the order in which balls of weights w are drawn. */
function byRace(gen: Generator, weights: ArrayLike<number>, dtype: DType, round: (x: number) => number, rows: number, numSamples: number): Int32Array {
  const n = weights.length / rows, out = new Int32Array(rows * numSamples);
  const q = new Float64Array(weights.length);
  exponential(gen, q, 'float64');
  const race = q.map((x, i) => round(weights[i] / round(x)));
  for (let r = 0; r < rows; r++) {
    const row = race.subarray(r * n, (r + 1) * n);
    const order = Array.from(row.keys()).sort((a, b) => row[b] - row[a]);
    out.set(order.slice(0, numSamples), r * numSamples);
  }
  return out;
}
