import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import { nn, type Tensor } from '../src/index.ts';
import { spy } from '../src/testing/index.ts';

const { clipGradNorm_, clipGradValue_, getTotalNorm, parametersToVector, vectorToParameters, prune, rnn } = nn.utils;
const close = (t: Tensor, want: readonly number[], digits = 5): void => { const got = t.flatten().tolist() as number[]; expect(got.length).toBe(want.length); got.forEach((v, i) => expect(v).toBeCloseTo(want[i], digits)); };
/** The layer on which the reference numbers were computed with PyTorch 1.13. */
function layer(): nn.Linear {
  const l = new nn.Linear(4, 3);
  torch.noGrad(() => { l.weight.copy_(torch.arange(12, { dtype: 'float32' }).reshape(3, 4).sub(5).div(3)); l.bias!.zero_(); });
  return l;
}
const input = (): Tensor => torch.ones(2, 4);

describe('clipping', () => {
  const parameters = (): Tensor[] => [torch.zeros(2, { requiresGrad: true }), torch.zeros(1, 2, { requiresGrad: true }), torch.zeros(3, { requiresGrad: true })].map((p, i) => { if (i < 2) p.grad = i ? torch.tensor([[12, 0]]) : torch.tensor([3, -4]); return p; });
  it.each([[2, 13, [0.4615384, -0.6153846, 1.8461537, 0]], [1, 19, [0.3157894, -0.4210526, 1.2631577, 0]], [Infinity, 12, [0.5, -0.6666666, 1.9999999, 0]]])('scales to the %d-norm', (normType, norm, grads) => {
    const ps = parameters();
    expect(getTotalNorm(ps.slice(0, 2).map((p) => p.grad!), normType).item()).toBeCloseTo(norm, 5);
    expect(clipGradNorm_(ps, 2, { normType }).item()).toBeCloseTo(norm, 5);
    close(torch.cat(ps.slice(0, 2).map((p) => p.grad!.flatten())), grads, 6);
    expect(ps[2].grad).toBe(null);
  });
  it('leaves small gradients alone, and keeps the tensors themselves', () => {
    const ps = parameters(), before = ps[0].grad;
    clipGradNorm_(ps, 100);
    expect(ps[0].grad).toBe(before);
    expect(ps[0].grad!.tolist()).toEqual([3, -4]);
    clipGradValue_(ps, 3.5);
    expect(ps[0].grad!.tolist()).toEqual([3, -3.5]);
    expect(ps[1].grad!.tolist()).toEqual([[3.5, 0]]);
  });
  it('can refuse what is not finite, and shows in the order of events', () => {
    const ps = parameters();
    ps[0].grad!.fill_(NaN);
    expect(() => clipGradNorm_(ps, 1, { errorIfNonfinite: true })).toThrow(/total norm of order 2.0 .* is non-finite/);
    const seen = spy(() => clipGradNorm_(parameters(), 1));
    expect(seen.order).toEqual(['clip']);
    expect(seen.calls.filter((c) => c.depth === 0 && c.name !== 'zeros' && c.name !== 'cat')).toEqual([]);
    expect(clipGradNorm_([], 1).item()).toBe(0);
  });
});

it('parameters become a vector and come back', () => {
  const l = layer(), v = parametersToVector(l.parameters());
  expect(v.shape).toEqual([15]);
  vectorToParameters(v.detach().mul(2), l.parameters());
  close(l.weight, Array.from({ length: 12 }, (_, i) => (2 * (i - 5)) / 3));
  v.sum().backward();
  expect(l.bias!.grad!.tolist()).toEqual([1, 1, 1]);
  expect(() => vectorToParameters(torch.ones(3), l.parameters())).toThrow(/15 elements/);
});

describe('normed weights', () => {
  it('weightNorm has PyTorch\'s lengths, gradients and names', () => {
    const l = nn.utils.weightNorm(layer(), 'weight', 1) as nn.Linear & { weight_g: nn.Parameter; weight_v: nn.Parameter };
    expect(Object.keys(l.stateDict())).toEqual(['bias', 'weight_g', 'weight_v']);
    close(l.weight_g, [1.9720266, 1.8856182, 1.9720266, 2.2110832]);
    l(input()).pow(2).sum().backward();
    close(l.weight_g.grad!, [27.4956856, 30.1698875, 30.2001783, 28.141058], 3);
    close(l.weight_v.grad!.select(0, 0), [4.5714297, 2.6666653, -3.3523808, -10.181818], 3);
    torch.noGrad(() => { l.weight_g.mul_(2); });
    const y = l(input());
    nn.utils.removeWeightNorm(l);
    expect(Object.keys(l.stateDict())).toEqual(['bias', 'weight']);
    close(l(input()), y.flatten().tolist() as number[]);
    expect(() => nn.utils.removeWeightNorm(l)).toThrow(/weight_norm of 'weight' not found/);
  });
  it('spectralNorm iterates in training mode only', () => {
    const l = layer();
    torch.manualSeed(1);
    nn.utils.spectralNorm(l);
    for (const want of [[-1.4298664, 0.2042666, 1.8383996], [-1.2243145, 0.1749021, 1.5741186], [-1.2214209, 0.1744887, 1.5703983]]) close(l(input()).select(0, 0), want, 4);
    l.eval();
    close(l(input()).select(0, 0), [-1.2214209, 0.1744887, 1.5703983], 4);
    expect(Object.keys(l.stateDict())).toEqual(['bias', 'weight_orig', 'weight_u', 'weight_v']);
    for (const y of [l(input()), l(input())]) y.sum().backward();
    nn.utils.removeSpectralNorm(l);
    expect(torch.linalg.matrixNorm(l.weight.detach(), 2).item()).toBeCloseTo(1, 3);
  });
});

describe('pruning', () => {
  const mask = (l: nn.Module): unknown => l.stateDict().weight_mask.tolist();
  it('at random draws PyTorch\'s numbers and counts what is left', () => {
    const l = layer();
    torch.manualSeed(2);
    prune.randomUnstructured(l, 'weight', 0.5);
    expect(mask(l)).toEqual([[0, 1, 0, 1], [0, 0, 1, 1], [0, 1, 0, 1]]);
    prune.randomUnstructured(l, 'weight', 2);
    expect(mask(l)).toEqual([[0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]]);
    expect(Object.keys(l.stateDict())).toEqual(['bias', 'weight_orig', 'weight_mask']);
  });
  it('by size: single weights, then columns', () => {
    const l = layer(), weight = l.weight;
    prune.l1Unstructured(l, 'weight', 3);
    expect(mask(l)).toEqual([[1, 1, 1, 1], [0, 0, 0, 1], [1, 1, 1, 1]]);
    prune.lnStructured(l, 'weight', 1, 2, 1);
    expect(mask(l)).toEqual([[1, 0, 1, 1], [0, 0, 0, 1], [1, 0, 1, 1]]);
    expect(prune.isPruned(new nn.Sequential(l))).toBe(true);
    // A pruned weight stays zero while its neighbours learn.
    const o = new torch.optim.SGD(l.parameters(), { lr: 0.1 });
    l(input()).pow(2).sum().backward(); o.step();
    const y = l(input());
    prune.remove(l, 'weight');
    expect(l.weight).toBe(weight);
    expect(l.weight.eq(0).sum().item()).toBe(5);
    close(l(input()), y.flatten().tolist() as number[]);
    expect([prune.isPruned(l), Object.keys(l.stateDict())]).toEqual([false, ['bias', 'weight']]);
  });
  it('compares the weights of several modules, and refuses nonsense', () => {
    const a = layer(), b = layer();
    torch.noGrad(() => { b.weight.mul_(0.1); });
    prune.globalUnstructured([[a, 'weight'], [b, 'weight']], 12);
    expect([a.stateDict().weight_mask.sum().item(), b.stateDict().weight_mask.sum().item()]).toEqual([11, 1]);
    expect(() => prune.l1Unstructured(layer(), 'weight', 13)).toThrow(/amount=13 should be smaller/);
    expect(() => prune.l1Unstructured(layer(), 'weight', 1.5)).toThrow(/amount=1.5/);
    expect(() => prune.remove(layer(), 'weight')).toThrow(/has to be pruned/);
    expect(prune.identity(layer(), 'weight').stateDict().weight_mask.sum().item()).toBe(12);
  });
});

it('fuseConvBnEval computes what the two layers compute', () => {
  torch.manualSeed(0);
  const conv = new nn.Conv2d(3, 4, 3, { bias: false }), bn = new nn.BatchNorm2d(4), x = torch.randn(5, 3, 6, 6);
  torch.noGrad(() => { bn.weight!.uniform_(0.5, 2); bn.bias!.uniform_(-1, 1); });
  bn(conv(x));
  const both = new nn.Sequential(conv, bn);
  expect(() => nn.utils.fuseConvBnEval(conv, bn)).toThrow('Fusion only for eval!');
  both.eval();
  const before = conv.weight.clone(), fused = nn.utils.fuseConvBnEval(conv, bn);
  expect(torch.allclose(fused(x), both(x) as Tensor, { atol: 1e-5 })).toBe(true);
  expect([conv.weight.equal(before), conv.bias, [...fused.parameters()].length]).toEqual([true, null, 2]);
});

describe('sequences of different lengths', () => {
  const batch = (): Tensor => torch.arange(24, { dtype: 'float32' }).reshape(2, 4, 3);
  it('pack and unpack as in PyTorch', () => {
    const p = rnn.packPaddedSequence(batch(), [2, 4], { batchFirst: true, enforceSorted: false });
    expect(p.data.select(1, 0).tolist()).toEqual([12, 0, 15, 3, 18, 21]);
    expect([p.batchSizes, p.sortedIndices!, p.unsortedIndices!].map((t) => t.tolist())).toEqual([[2, 2, 1, 1], [1, 0], [1, 0]]);
    const [padded, lengths] = rnn.padPackedSequence(p, { paddingValue: -1, totalLength: 5 });
    expect([padded.select(2, 0).tolist(), lengths.tolist()]).toEqual([[[0, 12], [3, 15], [-1, 18], [-1, 21], [-1, -1]], [2, 4]]);
    expect(rnn.unpackSequence(p).map((s) => s.shape)).toEqual([[2, 3], [4, 3]]);
  });
  it('let gradients through to the steps that exist, and to nothing else', () => {
    const x = batch().requiresGrad_(true);
    const [padded] = rnn.padPackedSequence(rnn.packPaddedSequence(x, torch.tensor([3, 1], { dtype: 'int64' }), true), true);
    padded.mul(torch.arange(padded.numel(), { dtype: 'float32' }).reshape(2, 3, 3)).sum().backward();
    expect(x.grad!.tolist()).toEqual([[[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 0, 0]], [[9, 10, 11], [0, 0, 0], [0, 0, 0], [0, 0, 0]]]);
  });
  it('pad on either side', () => {
    const list = [torch.ones(1, 2), torch.full([3, 2], 2)];
    expect(rnn.padSequence(list, { batchFirst: true, paddingValue: 9 }).select(2, 0).tolist()).toEqual([[1, 9, 9], [2, 2, 2]]);
    expect(rnn.padSequence(list, { paddingSide: 'left' }).select(2, 0).tolist()).toEqual([[0, 2], [0, 2], [1, 2]]);
    expect(rnn.packSequence(list, false).batchSizes.tolist()).toEqual([2, 1, 1]);
  });
  it('refuse lengths that don\'t fit', () => {
    expect(() => rnn.packPaddedSequence(batch(), [2, 4], true)).toThrow(/sorted in decreasing order/);
    expect(() => rnn.packPaddedSequence(batch(), [2], true)).toThrow(/but got 1 \(batch_size=2\)/);
    expect(() => rnn.packPaddedSequence(batch(), [4, 0], true)).toThrow(/greater than 0/);
    expect(() => rnn.packPaddedSequence(batch(), [5, 1], true)).toThrow(/at most 4/);
  });
});

describe('deepcopy', () => {
  it('copies a module with its mode, hooks, ties and gradients', () => {
    class Tied extends nn.Module { a = new nn.Linear(2, 2); b = new nn.Linear(2, 2); scale = [torch.ones(1)]; override forward(x: Tensor): Tensor { return this.b(this.a(x)).mul(this.scale[0]); } }
    const m = new Tied().eval();
    m.b.weight = m.a.weight;
    m.registerBuffer('seen', torch.zeros(1));
    let calls = 0;
    m.registerForwardHook(() => { calls++; });
    m(torch.ones(1, 2)).sum().backward();
    const copy = torch.deepcopy(m), x = torch.randn(3, 2), y = m(x);
    expect([copy instanceof Tied, copy.training, copy.a.training, copy.b.weight === copy.a.weight, Object.keys(copy.stateDict()).sort().join()]).toEqual([true, false, false, true, Object.keys(m.stateDict()).sort().join()]);
    expect(copy.a.bias!.grad!.equal(m.a.bias!.grad!)).toBe(true);
    torch.noGrad(() => { m.a.weight.zero_(); m.scale[0].zero_(); });
    expect(copy(x).equal(y)).toBe(true);
    expect(calls).toBe(3);
  });
  it('keeps views of one memory together and refuses computed tensors', () => {
    const base = torch.zeros(2, 2), [b, row] = torch.deepcopy([base, base.select(0, 1)]);
    row.fill_(1);
    expect([b.tolist(), base.sum().item()]).toEqual([[[0, 0], [1, 1]], 0]);
    expect(() => torch.deepcopy(torch.ones(1, { requiresGrad: true }).mul(2))).toThrow(/deepcopy protocol/);
  });
});
