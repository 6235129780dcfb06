import { describe, expect, test, vi } from 'vitest';
import * as torch from '../src/index.ts';
import { tensor, type Tensor } from '../src/index.ts';

const { gradcheck, gradgradcheck } = torch.autograd, F = torch.nn.functional;
const spread = (low: number, high: number, shape: number[], phase = 0): Tensor => {
  const n = shape.reduce((a, b) => a * b, 1);
  return tensor(Float64Array.from({ length: n }, (_, i) => low + (high - low) * (((i + phase) * 0.6180339887 + 0.013) % 1))).reshape(shape).requiresGrad_(true);
};
const ints = (...v: number[]): Tensor => tensor(v, { dtype: 'int64' });
const close = (a: Tensor, b: Tensor): void => expect(torch.allclose(a, b, 1e-9, 1e-12), `${String(a)} ${String(b)}`).toBe(true);

describe('crossEntropy', () => {
  const x = spread(-3, 3, [4, 5]), y = ints(0, 3, 4, 3), weight = spread(0.2, 2, [5]).detach(), logs = x.logSoftmax(1);
  const picked = (labels: number[]): Tensor => torch.stack(labels.map((c, i) => logs.select(0, i).select(0, c)));

  test('is minus the log-probability of the class; weights and ignored targets change what the mean divides by', () => {
    close(F.crossEntropy(x, y), picked([0, 3, 4, 3]).mean().neg());
    close(F.crossEntropy(x, y, { reduction: 'sum' }), picked([0, 3, 4, 3]).sum().neg());
    const w = weight.indexSelect(0, y);
    close(F.crossEntropy(x, y, { weight }), picked([0, 3, 4, 3]).mul(w).sum().neg().div(w.sum()));
    close(F.crossEntropy(x, ints(0, -100, 4, -100)), picked([0, 0, 4, 0]).mul(tensor([1, 0, 1, 0])).sum().div(-2));
    expect(F.crossEntropy(x, ints(0, 2, 4, 2), { ignoreIndex: 2, reduction: 'none' }).select(0, 1).item()).toBe(0);
    expect(F.crossEntropy(x, ints(-100, -100, -100, -100)).item()).toBeNaN();
  });
  test('probabilities, one-hot ones and smoothing agree with each other', () => {
    const hot = torch.zeros(4, 5, { dtype: 'float64' }).scatter(1, y.unsqueeze(1), 1);
    for (const options of [{}, { weight, reduction: 'sum' as const }, { reduction: 'none' as const }]) {
      close(F.crossEntropy(x, hot, options), F.crossEntropy(x, y, options));
      close(F.crossEntropy(x, hot, { ...options, labelSmoothing: 0.2 }), F.crossEntropy(x, y, { ...options, labelSmoothing: 0.2 }));
      close(F.crossEntropy(x, hot.mul(0.8).add(0.04), options), F.crossEntropy(x, y, { ...options, labelSmoothing: 0.2 }));
    }
  });
  test('further dimensions are further samples; one sample needs no batch', () => {
    const wide = spread(-3, 3, [2, 5, 3, 2]), labels = ints(0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 2).reshape([2, 3, 2]);
    close(F.crossEntropy(wide, labels, { weight }), F.crossEntropy(wide.permute(0, 2, 3, 1).reshape([12, 5]), labels.reshape(-1), { weight }));
    expect(F.crossEntropy(wide, labels, { reduction: 'none' }).shape).toEqual([2, 3, 2]);
    close(F.crossEntropy(x.select(0, 1), tensor(3, { dtype: 'int64' })), F.crossEntropy(x.slice(0, 1, 2), ints(3)));
    close(F.nllLoss(logs, y), F.crossEntropy(x, y));
  });
  test('gradients, twice, of every form', () => {
    for (const options of [{}, { weight }, { reduction: 'none' as const, weight }, { reduction: 'sum' as const, ignoreIndex: 3 }, { labelSmoothing: 0.3, weight }]) {
      gradcheck((t: Tensor) => F.crossEntropy(t, y, options), [x]);
      gradgradcheck((t: Tensor) => F.crossEntropy(t, y, options), [spread(-2, 2, [4, 5], 3)]);
    }
    gradcheck((t: Tensor, p: Tensor) => F.crossEntropy(t, p, { weight }), [x, spread(0.1, 0.9, [4, 5], 7)]);
  });
  test('float32 is one softmax and one subtraction: the gradient is (softmax - one-hot) / N', () => {
    const small = x.detach().to('float32').requiresGrad_(true);
    F.crossEntropy(small, y).backward();
    const hot = torch.zeros(4, 5).scatter(1, y.unsqueeze(1), 1);
    expect(torch.allclose(small.grad!, small.detach().softmax(1).sub(hot).div(4), 1e-5, 1e-7)).toBe(true);
  });
  test('PyTorch\'s words for what does not fit', () => {
    expect(() => F.crossEntropy(x, ints(0, 1, 2, 5))).toThrow('Target 5 is out of bounds.');
    expect(() => F.crossEntropy(x, ints(0, 1))).toThrow('Expected input batch_size (4) to match target batch_size (2).');
    expect(() => F.crossEntropy(x, tensor([0, 1, 2, 3]))).toThrow('expected scalar type Long but found Float');
    expect(() => F.crossEntropy(x, y.reshape([4, 1]))).toThrow('0D or 1D target tensor expected, multi-target not supported');
    expect(() => F.crossEntropy(x, y, { weight: torch.ones(3) })).toThrow('weight tensor should be defined either for all 5 classes or no classes but got weight tensor of shape: [3]');
    expect(() => F.crossEntropy(spread(0, 1, [2, 5, 3]), torch.zeros(2, 4, { dtype: 'int64' }))).toThrow('Expected target size [2, 3], got [2, 4]');
    expect(() => F.crossEntropy(x, y, { reduction: 'average' as never })).toThrow('average is not a valid value for reduction');
  });
});

describe('binary cross entropy', () => {
  const x = spread(-4, 4, [3, 4]), y = spread(0, 1, [3, 4], 5), weight = spread(0.5, 2, [4], 9).detach();
  test('of scores is that of their sigmoid, and stays finite where the sigmoid is 0 or 1', () => {
    for (const options of [{}, { weight }, { reduction: 'sum' as const }]) close(F.binaryCrossEntropyWithLogits(x, y, options), F.binaryCrossEntropy(x.sigmoid(), y, options));
    close(F.binaryCrossEntropyWithLogits(x, y, { posWeight: weight, reduction: 'none' }), y.mul(weight).mul(F.logsigmoid(x)).add(y.rsub(1).mul(F.logsigmoid(x.neg()))).neg());
    expect(F.binaryCrossEntropyWithLogits(tensor([200, -200]), tensor([0, 1])).item()).toBe(200);
    expect(F.binaryCrossEntropy(tensor([0, 1]), tensor([1, 0])).item()).toBe(100);
  });
  test('gradients to scores and targets', () => {
    gradcheck((a: Tensor, b: Tensor) => F.binaryCrossEntropyWithLogits(a, b, { weight, posWeight: weight }), [x, y]);
    gradcheck((a: Tensor, b: Tensor) => F.binaryCrossEntropy(a, b, { weight }), [spread(0.1, 0.9, [3, 4]), y]);
    gradgradcheck((a: Tensor) => F.binaryCrossEntropyWithLogits(a, y.detach()), [x]);
    gradgradcheck((a: Tensor) => F.binaryCrossEntropy(a, y.detach()), [spread(0.2, 0.8, [3, 4])]);
  });
  test('refuses other sizes and what is no probability', () => {
    expect(() => F.binaryCrossEntropyWithLogits(torch.zeros(4, 1), torch.zeros(4))).toThrow('Target size (torch.Size([4])) must be the same as input size (torch.Size([4, 1]))');
    expect(() => F.binaryCrossEntropyWithLogits(torch.zeros(2), ints(0, 1))).toThrow("result type Float can't be cast to the desired output type Long");
    expect(() => F.binaryCrossEntropy(tensor([1.5]), tensor([1]))).toThrow('all elements of input should be between 0 and 1');
  });
});

describe('losses between numbers and between points', () => {
  const a = spread(-2, 2, [4, 3]), b = spread(-2, 2, [4, 3], 5), c = spread(-2, 2, [4, 3], 11), signs = tensor([1, -1, 1, -1], { dtype: 'float64' });
  const forms: Record<string, [(...t: Tensor[]) => Tensor, Tensor[]]> = {
    mse: [(p, q) => F.mseLoss(p, q), [a, b]], l1: [(p, q) => F.l1Loss(p, q, { reduction: 'sum' }), [a, b]], smoothL1: [(p, q) => F.smoothL1Loss(p, q, { beta: 0.5 }), [a, b]], huber: [(p, q) => F.huberLoss(p, q, { delta: 0.6, reduction: 'none' }), [a, b]],
    poisson: [(p, q) => F.poissonNllLoss(p, q, { full: true }), [a, spread(1.2, 6, [4, 3], 2)]], gaussian: [(p, q, v) => F.gaussianNllLoss(p, q, v, { full: true }), [a, b, spread(0.3, 2, [4, 1], 3)]],
    kl: [(p, q) => F.klDiv(p, q, { reduction: 'batchmean' }), [a, spread(0.1, 1, [4, 3], 2)]], 'kl of logs': [(p, q) => F.klDiv(p, q, { reduction: 'sum', logTarget: true }), [a, b]],
    cosine: [(p, q) => F.cosineSimilarity(p, q), [a, b]], cosineEmbedding: [(p, q) => F.cosineEmbeddingLoss(p, q, signs, { margin: -0.3 }), [a, b]], distance: [(p, q) => F.pairwiseDistance(p, q, 3), [a, b]],
    triplet: [(p, q, r) => F.tripletMarginLoss(p, q, r, { margin: 2, swap: true }), [a, b, c]], ranking: [(p, q) => F.marginRankingLoss(p, q, signs.unsqueeze(1), { margin: 0.5 }), [a, b]], softMargin: [(p) => F.softMarginLoss(p, signs.unsqueeze(1)), [a]],
    hinge: [(p) => F.hingeEmbeddingLoss(p, signs.unsqueeze(1), { margin: 0.7 }), [a]], multiMargin: [(p) => F.multiMarginLoss(p, ints(0, 2, 1, 1), { p: 2, margin: 0.9, weight: tensor([1, 2, 3], { dtype: 'float64' }) }), [a]],
    multilabelMargin: [(p) => F.multilabelMarginLoss(p, ints(0, 2, -1, 1, -1, 0, 2, 1, 0, -1, 0, 1).reshape([4, 3])), [a]], multilabelSoftMargin: [(p) => F.multilabelSoftMarginLoss(p, signs.unsqueeze(1).gt(0).to('float64').expand([4, 3])), [a]],
  };
  test.each(Object.entries(forms))('%s: gradients, twice', (_, [f, inputs]) => { gradcheck(f, inputs); gradgradcheck(f, inputs); });

  test('values worked by hand', () => {
    const p = tensor([0, 1, 3]), q = tensor([0, 3, 0]), at = (t: Tensor): number => t.item() as number;
    expect(at(F.mseLoss(p, q))).toBeCloseTo(13 / 3, 6);
    expect(at(F.l1Loss(p, q))).toBeCloseTo(5 / 3, 6);
    expect(F.smoothL1Loss(p, q, { beta: 2.5, reduction: 'none' }).tolist()).toEqual([0, expect.closeTo(0.8, 6), 1.75]);
    expect(F.huberLoss(p, q, { delta: 2.5, reduction: 'none' }).tolist()).toEqual([0, 2, 4.375]);
    expect(at(F.multiMarginLoss(tensor([[0.1, 0.2, 0.4, 0.8]]), ints(3)))).toBeCloseTo((0.3 + 0.4 + 0.6) / 4, 6);
    expect(at(F.multilabelMarginLoss(tensor([[0.1, 0.2, 0.4, 0.8]]), ints(3, 0, -1, 1).reshape([1, 4])))).toBeCloseTo((0.4 + 0.6 + 1.1 + 1.3) / 4, 6);
    expect(at(F.tripletMarginLoss(tensor([[0, 0]]), tensor([[3, 4]]), tensor([[0, 2]])))).toBeCloseTo(4, 4);
    expect(at(F.cosineSimilarity(tensor([[0, 0]]), tensor([[1, 1]])))).toBe(0);
  });
  test('different sizes: one warning in PyTorch\'s words, then broadcasting', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      for (let i = 0; i < 3; i++) F.mseLoss(torch.zeros(7, 1), torch.zeros(7));
      expect(warn.mock.calls).toEqual([['UserWarning: Using a target size (torch.Size([7])) that is different to the input size (torch.Size([7, 1])). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.']]);
    } finally { warn.mockRestore(); }
    expect(() => F.mseLoss(torch.zeros(2), torch.zeros(3))).toThrow('The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0');
  });
});

describe('ctcLoss', () => {
  /** Minus the logarithm of the summed probability of every path that collapses to `labels`. */
  function byEnumeration(probs: number[][], labels: number[]): number {
    const T = probs.length, C = probs[0].length;
    let total = 0;
    for (let code = 0; code < C ** T; code++) {
      const path = Array.from({ length: T }, (_, t) => Math.floor(code / C ** t) % C);
      if (path.filter((c, t) => c !== path[t - 1] && c !== 0).join() === labels.join()) total += path.reduce((p, c, t) => p * probs[t][c], 1);
    }
    return -Math.log(total);
  }
  const scores = spread(-1.5, 1.5, [5, 2, 3]), logs = (t: Tensor): Tensor => t.logSoftmax(2);
  test('is the likelihood of all alignments, by enumeration; targets joined or in rows; shorter inputs', () => {
    const probs = logs(scores).exp().detach(), rows = (n: number, T: number): number[][] => (probs.select(1, n).tolist() as number[][]).slice(0, T);
    const want = [byEnumeration(rows(0, 5), [1, 2, 2]), byEnumeration(rows(1, 4), [2])];
    const loss = F.ctcLoss(logs(scores), ints(1, 2, 2, 2), [5, 4], [3, 1], { reduction: 'none' });
    expect(loss.tolist()).toEqual(want.map((v) => expect.closeTo(v, 10)));
    close(F.ctcLoss(logs(scores), ints(1, 2, 2, 2, 0, 0).reshape([2, 3]), ints(5, 4), ints(3, 1), { reduction: 'none' }), loss);
    expect(F.ctcLoss(logs(scores), ints(1, 2, 2, 2), [5, 4], [3, 1]).item()).toBeCloseTo((want[0] / 3 + want[1]) / 2, 10);
  });
  test('gradients of the scores behind logSoftmax; impossible targets', () => {
    gradcheck((t: Tensor) => F.ctcLoss(logs(t), ints(1, 2, 2, 2), [5, 4], [3, 1], { reduction: 'sum' }), [scores]);
    const impossible = (zeroInfinity: boolean): number => F.ctcLoss(logs(scores), ints(1, 1, 1, 2), [4, 4], [3, 1], { reduction: 'none', zeroInfinity }).select(0, 0).item() as number;
    expect([impossible(false), impossible(true)]).toEqual([Infinity, 0]);
  });
});
