import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import { type Tensor, TorchError } from '../src/index.ts';

const { gradcheck, gradgradcheck } = torch.autograd;
torch.manualSeed(7);
const rand = (...shape: number[]): Tensor => torch.randn(shape, { dtype: 'float64', requiresGrad: true });
const ints = (values: number[]): Tensor => torch.tensor(values, { dtype: 'int64' });
/** A view whose elements do not lie in order: every path that assumes contiguous memory fails on it. */
const scattered = (...shape: number[]): Tensor => torch.randn([...shape].reverse(), { dtype: 'float64' }).permute([...shape.keys()].reverse());
const values = (t: Tensor): unknown => t.tolist();

describe('sums', () => {
  it('agree whatever the order of the dimensions, contiguous or not', () => {
    const x = scattered(3, 4, 5, 2), once = x.sum();
    for (const dims of [[0, 1, 2, 3], [0, 2], [1, 3], [0, 3], [2]]) {
      expect(torch.allclose(x.sum(dims).sum(), once)).toBe(true);
      const moved = x.movedim(dims, dims.map((_, i) => i)).reshape([dims.reduce((n, d) => n * x.shape[d], 1), -1]);
      expect(torch.allclose(x.sum(dims).reshape(-1), moved.sum(0))).toBe(true);
      expect(x.sum(dims, true).shape).toEqual(x.shape.map((s, i) => (dims.includes(i) ? 1 : s)));
    }
  });
  it('promote integers to int64 and keep other dtypes', () => {
    expect(torch.tensor([true, true]).sum().dtype).toBe('int64');
    expect(torch.tensor([200, 100], { dtype: 'uint8' }).sum().item()).toBe(300);
    expect(torch.tensor([1, 2]).sum({ dtype: 'float64' }).dtype).toBe('float64');
    expect(torch.tensor([60000, 60000], { dtype: 'float16' }).mean().item()).toBe(60000); // the sum alone would overflow
  });
  it('of nothing are 0, its mean NaN, its product 1', () => {
    const x = torch.zeros(0, 3);
    expect(values(x.sum(0))).toEqual([0, 0, 0]);
    expect(x.mean().item()).toBeNaN();
    expect(x.prod().item()).toBe(1);
  });
  it('stay exact over a million terms', () => {
    expect(Math.abs((torch.full([1_000_000], 0.1).sum().item() as number) - 100000)).toBeLessThan(0.2);
  });
});

describe('extremes', () => {
  const x = torch.tensor([[1, 5, 5], [7, NaN, 2]]);
  it('name their results and give the first index; NaN wins', () => {
    const r = x.max(1), [best, at] = r;
    expect(values(best)).toEqual([5, NaN]);
    expect(values(at)).toEqual([1, 1]);
    expect(r.indices).toBe(at);
    expect(String(ints([3, 9]).max(0))).toBe('torch.return_types.max(\nvalues=tensor(9),\nindices=tensor(1))');
  });
  it('share the gradient among equals, but send that of max(dim) to the index', () => {
    const a = torch.tensor([[2, 2, 1]], { requiresGrad: true });
    a.amax(1).sum().backward();
    expect(values(a.grad!)).toEqual([[0.5, 0.5, 0]]);
    a.grad = null;
    a.max(1).values.sum().backward();
    expect(values(a.grad!)).toEqual([[1, 0, 0]]);
  });
  it('of nothing are errors with the words of PyTorch', () => {
    expect(() => torch.zeros(0).max()).toThrow(/Expected reduction dim to be specified for input.numel\(\) == 0/);
    expect(() => torch.zeros(2, 0).argmax(1)).toThrow('argmax(): Expected reduction dim 1 to have non-zero size.');
    expect(() => torch.zeros(2, 0).amin(1)).toThrow(TorchError);
  });
});

it('mean of integers raises', () => expect(() => ints([1, 2]).mean()).toThrow('mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Long'));
it('a dimension out of range raises', () => expect(() => torch.zeros(2, 3).sum(2)).toThrow('Dimension out of range (expected to be in range of [-2, 1], but got 2)'));

it('var follows correction in all its spellings', () => {
  const x = torch.tensor([1, 2, 4, 9]);
  for (const v of [x.var(), x.var({ correction: 1 }), x.var(0, true), x.var(true)]) expect(v.item()).toBeCloseTo(38 / 3, 5);
  for (const v of [x.var(false), x.var({ unbiased: false }), x.var(0, { correction: 0 })]) expect(v.item()).toBeCloseTo(9.5, 5);
  expect(torch.tensor([3]).std().item()).toBeNaN();
  const [deviation, mean] = torch.stdMean(x, { correction: 0 });
  expect([deviation.item(), mean.item()]).toEqual([Math.fround(Math.sqrt(9.5)), 4]);
});

it('logsumexp neither overflows nor loses infinities', () => {
  expect(torch.tensor([1000, 1000]).logsumexp(0).item()).toBeCloseTo(1000 + Math.log(2), 3);
  expect(torch.tensor([-Infinity, -Infinity]).logsumexp(0).item()).toBe(-Infinity);
  expect(torch.tensor([Infinity, 1]).logsumexp(0).item()).toBe(Infinity);
});

it('scans run along any dimension, and the last of equals counts', () => {
  const x = torch.tensor([[1, 2], [3, 4], [0, 4]]);
  expect(values(x.cumsum(0))).toEqual([[1, 2], [4, 6], [4, 10]]);
  expect(values(x.t().cumprod(1))).toEqual([[1, 3, 0], [2, 8, 32]]);
  expect(values(x.cummax(0).indices)).toEqual([[0, 0], [1, 1], [1, 2]]);
  expect(values(torch.tensor([-Infinity, 0, 1000, 1000]).logcumsumexp(0))).toEqual([-Infinity, 0, 1000, Math.fround(1000 + Math.log(2))]);
});

describe('gradients', () => {
  const cases: [string, (x: Tensor) => unknown][] = [
    ['sum', (x) => x.sum([0, 2])], ['mean', (x) => x.mean(1, true)], ['prod', (x) => x.prod(1)], ['var', (x) => x.var([0, 2])], ['std', (x) => x.std(1)],
    ['amax', (x) => x.amax([1, 2])], ['min', (x) => x.min(1).values], ['logsumexp', (x) => x.logsumexp([0, 1])], ['norm 2', (x) => x.norm(2, 1)], ['norm 1.5', (x) => x.norm(1.5, [0, 1])],
    ['norm inf', (x) => x.norm(Infinity, 2)], ['cumsum', (x) => x.cumsum(1)], ['cumprod', (x) => x.cumprod(1)], ['cummax', (x) => x.cummax(1).values], ['logcumsumexp', (x) => x.logcumsumexp(2)],
    ['diff', (x) => x.diff(2, 1)], ['trapezoid', (x) => torch.trapezoid(x, { dx: 0.5, dim: 1 })], ['gradient', (x) => torch.gradient(x, { dim: [0, 1], spacing: [0.5, 2], edgeOrder: 1 })], ['renorm', (x) => x.renorm(2, 1, 0.5)], ['sumToSize', (x) => x.sumToSize(4, 1)], ['nanmean', (x) => x.nanmean(0)],
  ];
  it.each(cases)('%s', (_, fn) => {
    expect(gradcheck(fn, rand(2, 4, 3))).toBe(true);
    expect(gradcheck(fn, scattered(2, 4, 3).requiresGrad_())).toBe(true);
  });
  it.each(cases.filter(([n]) => ['mean', 'prod', 'var', 'std', 'logsumexp', 'norm 2', 'cumprod'].includes(n)))('%s, of second order', (_, fn) => expect(gradgradcheck(fn, rand(2, 3, 2))).toBe(true));
  it('products survive zeros', () => {
    const x = torch.tensor([[2, 0, 3], [0, 0, 1]], { dtype: 'float64', requiresGrad: true });
    x.prod(1).sum().backward();
    expect(values(x.grad!)).toEqual([[0, 6, 0], [0, 0, 0]]);
    for (const fn of [(t: Tensor) => t.prod(1), (t: Tensor) => t.cumprod(1), (t: Tensor) => t.prod()]) expect(gradcheck(fn, x.detach().clone().requiresGrad_())).toBe(true);
  });
  it('norm and std of a constant are not NaN', () => {
    const x = torch.zeros(3, { requiresGrad: true });
    x.norm().add(x.std()).backward();
    expect(values(x.grad!)).toEqual([0, 0, 0]);
  });
});

it('gradient is exact on parabolas, also with unequal steps', () => {
  const at = torch.tensor([0, 0.5, 2, 3, 7], { dtype: 'float64' }), [slope] = torch.gradient(at.mul(at), { spacing: [at], edgeOrder: 2 });
  expect(torch.allclose(slope, at.mul(2))).toBe(true);
  const [rows, columns] = torch.gradient(torch.tensor([[1, 2, 4], [2, 4, 8]], { dtype: 'int64' }), { spacing: [1, 0.5] });
  expect(values(rows)).toEqual([[1, 2, 4], [1, 2, 4]]);
  expect(values(columns)).toEqual([[2, 3, 4], [4, 6, 8]]);
});

it('histograms count every element once', () => {
  const x = torch.randn(500), { hist, binEdges } = torch.histogram(x, 7);
  expect(hist.sum().item()).toBe(500);
  expect(binEdges.shape).toEqual([8]);
  expect(torch.histc(x, { bins: 7, min: -1, max: 1 }).sum().item()).toBe(x.abs().le(1).sum().item());
  expect(values(ints([0, 2, 2]).bincount({ minlength: 5 }))).toEqual([1, 0, 2, 0, 0]);
});

it('cov and corrcoef agree with their definitions', () => {
  const x = torch.randn([3, 50], { dtype: 'float64' }), c = x.cov();
  expect(torch.allclose(c.diagonal(), x.var(1))).toBe(true);
  expect(torch.allclose(x.mul(torch.tensor([[2], [5], [0.1]], { dtype: 'float64' })).corrcoef(), x.corrcoef())).toBe(true);
  expect(gradcheck((t) => t.cov(), rand(2, 4))).toBe(true);
});
