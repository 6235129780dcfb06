import type { Tensor } from '../tensor/tensor.ts';

/** A place on the line: how far along, loss, gradient, and slope along the line. */
interface Point { readonly t: number; readonly loss: number; readonly grad: Tensor; readonly slope: number }

/** The minimum of the cubic through two points and their slopes, within bounds (Nocedal & Wright, equation 3.59). */
function cubicMinimum(a: Point, b: Point, low = Math.min(a.t, b.t), high = Math.max(a.t, b.t)): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t), square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const at = a.t <= b.t ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)) : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
  return Math.min(Math.max(at, low), high);
}

const C1 = 1e-4, C2 = 0.9, TOLERANCE = 1e-9, MAX_ITERATIONS = 25;

/**
 * A step length along `d` that lowers the loss enough and flattens the slope enough (the strong Wolfe conditions;
 * Nocedal & Wright, algorithms 3.5 and 3.6): first a bracket around such a place, then ever smaller ones.
 *
 * @param at loss and gradient at a distance
 * @param t the first distance to try
 */
export function strongWolfe(at: (t: number) => { loss: number; grad: Tensor }, t: number, d: Tensor, loss: number, grad: Tensor, slope: number): { loss: number; grad: Tensor; t: number; evals: number } {
  let evals = 0, iterations = 0;
  const probe = (distance: number): Point => { const p = at(distance); evals++; return { t: distance, ...p, slope: p.grad.dot(d).item() as number }; };
  const tooHigh = (p: Point): boolean => p.loss > loss + C1 * p.t * slope, flat = (p: Point): boolean => Math.abs(p.slope) <= -C2 * slope;
  const start: Point = { t: 0, loss, grad, slope }, reach = d.abs().max().item() as number;

  let before = start, here = probe(t), bracket: [Point, Point] | null = null;
  for (; iterations < MAX_ITERATIONS; iterations++) {
    if (tooHigh(here) || (iterations > 1 && here.loss >= before.loss)) { bracket = [before, here]; break; }
    if (flat(here)) return { loss: here.loss, grad: here.grad, t: here.t, evals };
    if (here.slope >= 0) { bracket = [before, here]; break; }
    const next = cubicMinimum(before, here, here.t + 0.01 * (here.t - before.t), here.t * 10);
    before = here;
    here = probe(next);
  }
  bracket ??= [start, here];

  let stuck = false, low: 0 | 1 = bracket[0].loss <= bracket[1].loss ? 0 : 1;
  while (iterations < MAX_ITERATIONS && Math.abs(bracket[1].t - bracket[0].t) * reach >= TOLERANCE) {
    const most = Math.max(bracket[0].t, bracket[1].t), least = Math.min(bracket[0].t, bracket[1].t), edge = 0.1 * (most - least);
    let next = cubicMinimum(bracket[0], bracket[1]);
    // Twice close to the same end, or outside: a tenth of the way in from it.
    if (Math.min(most - next, next - least) < edge) {
      if (stuck || next >= most || next <= least) { next = Math.abs(next - most) < Math.abs(next - least) ? most - edge : least + edge; stuck = false; }
      else stuck = true;
    } else stuck = false;
    const p = probe(next);
    iterations++;
    const high: 0 | 1 = low === 0 ? 1 : 0;
    if (tooHigh(p) || p.loss >= bracket[low].loss) {
      bracket[high] = p;
      low = bracket[0].loss <= bracket[1].loss ? 0 : 1;
    } else {
      const done = flat(p);
      if (!done && p.slope * (bracket[high].t - bracket[low].t) >= 0) bracket[high] = bracket[low];
      bracket[low] = p;
      if (done) break;
    }
  }
  const best = bracket[low];
  return { loss: best.loss, grad: best.grad, t: best.t, evals };
}
