import { denseAs } from '../cpu/copy.ts';
import { TorchError } from '../errors.ts';
import { isFloat, scalarTypeName, type DType } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';
import { functions } from './install.ts';
import { reductionOf, type ReductionOption } from './loss.ts';
import { composite, kernel, type Input, type Table } from './operator.ts';
import type { Functions } from './signatures.ts';

/** Connectionist temporal classification. */
export interface CtcFunctions {
  /**
   * The negative log-likelihood of label sequences under all their alignments (Graves et al. 2006).
   *
   * `logProbs` [T, N, C] or [T, C]; `targets` [N, S], or all sequences joined in one dimension; lengths [N]. `mean`
   * divides each loss by its target's length first.
   */
  ctcLoss(targets: Tensor, inputLengths: Tensor | readonly number[], targetLengths: Tensor | readonly number[], options?: ReductionOption & { blank?: number; zeroInfinity?: boolean }): Tensor;
}

interface Attrs { blank: number; inputLengths: number[]; targetLengths: number[] }

/** Sums of exponentials in logarithms, rounded at each step as PyTorch rounds: an alignment's likelihood is so small that rounding shows. */
function arithmetic(dtype: DType): { round: (v: number) => number; logSum: (...v: number[]) => number } {
  const round = dtype === 'float64' ? (v: number): number => v : Math.fround;
  const logSum = (...v: number[]): number => {
    const m = Math.max(...v);
    if (m === -Infinity) return m;
    let sum = 0;
    for (const x of v) sum = round(sum + round(Math.exp(round(x - m))));
    return round(round(Math.log(sum)) + m);
  };
  return { round, logSum };
}

interface Sample { labels: number[]; alpha: Float64Array[]; loss: number; score: (t: number, label: number) => number }
/** For each sample: the labels with blanks between, and the log-likelihoods of the beginnings, alpha[t][s]. */
function forward(logProbs: Tensor, targets: Tensor, { blank, inputLengths, targetLengths }: Attrs): Sample[] {
  const [, batch, classes] = logProbs.shape, v = denseAs(logProbs, 'float64').window() as Float64Array, list = denseAs(targets, 'float64').window() as Float64Array;
  const { round, logSum } = arithmetic(logProbs.dtype);
  let joined = 0;
  return inputLengths.map((T, n) => {
    const S = targetLengths[n], start = targets.ndim === 1 ? joined : n * targets.shape[1], labels = [blank];
    joined += S;
    for (let i = 0; i < S; i++) labels.push(list[start + i], blank);
    const score = (t: number, label: number): number => v[(t * batch + n) * classes + label];
    const alpha = Array.from({ length: T }, () => new Float64Array(labels.length).fill(-Infinity));
    for (let t = 0; t < T; t++) {
      for (let s = 0; s < labels.length; s++) {
        if (t === 0) { if (s < 2) alpha[0][s] = score(0, labels[s]); continue; }
        const before = alpha[t - 1], skips = s > 1 && labels[s] !== labels[s - 2];
        alpha[t][s] = round(logSum(before[s], s > 0 ? before[s - 1] : -Infinity, skips ? before[s - 2] : -Infinity) + score(t, labels[s]));
      }
    }
    const end = labels.length - 1;
    const loss = T === 0 ? (S === 0 ? 0 : Infinity) : -logSum(alpha[T - 1][end], S > 0 ? alpha[T - 1][end - 1] : -Infinity);
    return { labels, alpha, loss, score };
  });
}

interface CtcKernels {
  ctcLoss(targets: Tensor, blank: number, inputLengths: number[], targetLengths: number[]): Tensor;
  ctcLossBackward(logProbs: Tensor, targets: Tensor, blank: number, inputLengths: number[], targetLengths: number[]): Tensor;
}
const ctc: Functions<CtcKernels> = functions<CtcKernels>({
  ctcLoss: kernel<Attrs>({
    schema: 'ctcLoss(Tensor input, Tensor targets, int blank, int[] input_lengths, int[] target_lengths)',
    meta: ([x]) => ({ shape: [(x as Tensor).shape[1]], dtype: (x as Tensor).dtype }),
    cpu([out], [x, targets], attrs) { const to = out.window() as Float64Array; forward(x as Tensor, targets as Tensor, attrs).forEach((r, n) => { to[n] = r.loss; }); },
    saves: { x: [0, 1] },
    grad: (g, { x: [logProbs, targets], attrs }) => [ctc.ctcLossBackward(g, logProbs, targets, attrs.blank, attrs.inputLengths, attrs.targetLengths), null],
  }),
  ctcLossBackward: kernel<Attrs>({
    schema: 'ctcLossBackward(Tensor grad_output, Tensor input, Tensor targets, int blank, int[] input_lengths, int[] target_lengths)',
    meta: ([, x]) => ({ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype }),
    cpu([out], [g, x, targets]: readonly Input[], attrs) {
      const [, batch, classes] = out.shape, to = out.window() as Float64Array, scale = denseAs(g as Tensor, 'float64').window() as Float64Array;
      const { round, logSum } = arithmetic(out.dtype);
      to.fill(0);
      forward(x as Tensor, targets as Tensor, attrs).forEach(({ labels, alpha, loss, score }, n) => {
        const end = labels.length - 1, last = alpha.length - 1;
        let beta = new Float64Array(labels.length).fill(-Infinity);
        for (let t = last; t >= 0; t--) {
          const next = beta, both = new Float64Array(classes).fill(-Infinity);
          beta = next.map((same, s) => {
            if (t === last) return s >= end - 1 ? score(t, labels[s]) : -Infinity;
            const skips = s + 2 <= end && labels[s] !== labels[s + 2];
            return round(logSum(same, s < end ? next[s + 1] : -Infinity, skips ? next[s + 2] : -Infinity) + score(t, labels[s]));
          });
          for (let s = end; s >= 0; s--) both[labels[s]] = logSum(both[labels[s]], round(alpha[t][s] + beta[s]));
          // Of scores rather than log-probabilities, as PyTorch has it; the two agree behind logSoftmax.
          for (let c = 0; c < classes; c++) {
            const lp = score(t, c);
            to[(t * batch + n) * classes + c] = round(round(Math.exp(lp)) - round(Math.exp(round(round(both[c] + loss) - lp)))) * scale[n];
          }
        }
      });
    },
    grad: 'PyTorch has no second derivative of ctcLoss',
  }),
});

const lengths = (given: unknown): number[] => (given instanceof Tensor ? given.reshape([given.count]).tolist() as number[] : [...(given as number[])]);

export const ctcLosses: Table<CtcFunctions> = {
  ctcLoss: composite({
    schema: "ctcLoss(Tensor log_probs, Tensor targets, any input_lengths, any target_lengths, int blank=0, str reduction='mean', bool zero_infinity=False)",
    compose(logProbs: Tensor, targets: Tensor, inputLengths: unknown, targetLengths: unknown, blank: number, reduction: string, zeroInfinity: boolean) {
      const how = reductionOf(reduction), fail = (message: string): TorchError => new TorchError(message, { operator: 'ctcLoss', shapes: [logProbs.shape, targets.shape] });
      if (!isFloat(logProbs.dtype)) throw new TorchError(`"ctc_loss_cpu" not implemented for '${scalarTypeName[logProbs.dtype]}'`, { operator: 'ctcLoss' });
      const single = logProbs.ndim === 2, x = single ? logProbs.unsqueeze(1) : logProbs, labels = single && targets.ndim === 1 ? targets.unsqueeze(0) : targets;
      const steps = lengths(inputLengths), sizes = lengths(targetLengths), [T, N, C] = x.shape;
      if (blank < 0 || blank >= C) throw fail('blank must be in label range');
      if (steps.length !== N) throw fail('input_lengths must be of size batch_size');
      if (sizes.length !== N) throw fail('target_lengths must be of size batch_size');
      for (const n of steps) if (n < 0 || n > T) throw fail(`Expected input_lengths to have value at most ${T}, but got value ${n} (while checking arguments for ctc_loss_cpu)`);
      if (labels.ndim === 1 ? sizes.reduce((a, b) => a + b, 0) !== labels.count : sizes.some((n) => n > labels.shape[1])) throw fail('Expected targets to hold target_lengths labels for each sample');
      const wide = x.dtype === 'float16' || x.dtype === 'bfloat16' ? x.to('float32') : x;
      const raw = ctc.ctcLoss(wide, labels, blank, steps, sizes), loss = zeroInfinity ? raw.maskedFill(raw.isinf(), 0) : raw;
      if (how === 'mean') return loss.div(divisors(loss, sizes)).mean();
      return how === 'sum' ? loss.sum() : single ? loss.squeeze(0) : loss;
    },
  }),
};

/** Lengths as divisors: at least 1. */
function divisors(like: Tensor, sizes: readonly number[]): Tensor {
  const out = Tensor.allocate([sizes.length], 'float64', like.device), to = out.window() as Float64Array;
  sizes.forEach((n, i) => { to[i] = Math.max(n, 1); });
  return out.to(like.dtype);
}
