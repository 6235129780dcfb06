import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import type { Tensor } from '../src/index.ts';

const { gradcheck } = torch.autograd;
torch.manualSeed(13);
const distinct = (...shape: number[]): Tensor => torch.randperm(shape.reduce((a, b) => a * b)).to('float64').reshape(shape);

describe('sort', () => {
  it.each([0, 1, 2])('orders along dimension %i, and its indices lead back', (dim) => {
    const x = torch.randn(5, 40, 3), { values, indices } = x.sort(dim);
    expect(torch.equal(x.gather(dim, indices), values)).toBe(true);
    expect(values.diff(1, dim).ge(0).all().item()).toBe(true);
    expect(torch.equal(indices.sort(dim).values, torch.arange(x.shape[dim]).reshape(x.shape.map((s, i) => (i === dim ? s : 1))).expand(x.shape))).toBe(true);
    expect(torch.equal(x.sort(dim, true).values, values.flip(dim))).toBe(true);
  });
  it('is stable and puts NaN last, or first when descending', () => {
    const x = torch.tensor([2, NaN, 1, 2, 1]);
    expect(x.argsort().tolist()).toEqual([2, 4, 0, 3, 1]);
    expect(x.argsort({ descending: true }).tolist()).toEqual([1, 0, 3, 2, 4]);
  });
  it('keeps int64 exact beyond 2^53', () => {
    const x = torch.tensor([2n ** 53n + 1n, 2n ** 53n]);
    expect(x.argsort().tolist()).toEqual([1, 0]);
  });
});

it('ranks agree with sorting', () => {
  const x = distinct(6, 9), sorted = x.sort(1).values;
  expect(torch.equal(x.topk(3).values, sorted.flip(1).narrow(1, 0, 3))).toBe(true);
  expect(torch.equal(x.topk(2, { largest: false, dim: 0 }).values, x.sort(0).values.narrow(0, 0, 2))).toBe(true);
  expect(torch.equal(x.kthvalue(4).values, sorted.select(1, 3))).toBe(true);
  expect(torch.equal(x.median(1).values, sorted.select(1, 4))).toBe(true);
  expect(torch.equal(x.gather(1, x.median(1, true).indices), x.median(1, true).values)).toBe(true);
  expect(x.quantile(0.5, 1).tolist()).toEqual(sorted.select(1, 4).tolist());
  expect(() => x.topk(10)).toThrow('selected index k out of range');
  expect(() => x.kthvalue(0)).toThrow('kthvalue(): selected number k out of range for dimension 1');
});

it('medians and quantiles treat NaN as PyTorch does', () => {
  const x = torch.tensor([1, NaN, 3, 2]);
  expect([x.median().item(), x.nanmedian().item(), x.quantile(0.5).item(), x.nanquantile(0.5).item()]).toEqual([NaN, 2, NaN, 2]);
  expect(torch.tensor([1, 2, 3, 4]).median().item()).toBe(2);
  const q = torch.tensor([0.25, 0.5]), y = torch.tensor([0, 1, 2, 4]);
  expect(y.quantile(q).tolist()).toEqual([0.75, 1.5]);
  expect((['lower', 'higher', 'nearest', 'midpoint'] as const).map((interpolation) => y.quantile(0.4, { interpolation }).item())).toEqual([1, 2, 1, 1.5]);
  expect(torch.tensor([3, 1, 3, 1, 2]).mode().values.item()).toBe(1);
});

it('unique: values, inverse and counts rebuild the input', () => {
  const x = torch.randint(0, 4, [5, 6]), [values, inverse, counts] = x.unique({ returnInverse: true, returnCounts: true });
  expect(torch.equal(values.indexSelect(0, inverse.reshape(-1)).reshape(5, 6), x)).toBe(true);
  expect(counts.sum().item()).toBe(30);
  expect(values.diff().gt(0).all().item()).toBe(true);
  const rows = torch.tensor([[1, 2], [0, 5], [1, 2]]);
  expect(rows.unique({ dim: 0 }).tolist()).toEqual([[0, 5], [1, 2]]);
  expect(torch.tensor([1, 1, 2, 1]).uniqueConsecutive({ returnCounts: true }).map((t) => t.tolist())).toEqual([[1, 2, 1], [2, 1, 1]]);
});

it('searchsorted, bucketize and isin agree with counting', () => {
  const edges = torch.tensor([1, 3, 3, 7]), x = torch.tensor([0, 1, 3, 4, 9]);
  expect(torch.searchsorted(edges, x).tolist()).toEqual(x.unsqueeze(1).gt(edges).sum(1).tolist());
  expect(torch.bucketize(x, edges, { right: true }).tolist()).toEqual(x.unsqueeze(1).ge(edges).sum(1).tolist());
  expect(torch.isin(x, torch.tensor([3, 9]), { invert: true }).tolist()).toEqual([true, true, false, true, false]);
});

it.each([
  ['sort', (x: Tensor) => x.sort(0, true).values], ['topk', (x: Tensor) => x.topk(2).values], ['kthvalue', (x: Tensor) => x.kthvalue(2, 0).values], ['median', (x: Tensor) => x.median()],
  ['quantile', (x: Tensor) => x.quantile(0.3, 1)], ['mode', (x: Tensor) => x.mode().values],
] as [string, (x: Tensor) => Tensor][])('gradient of %s', (_, fn) => expect(gradcheck(fn, distinct(3, 4).requiresGrad_())).toBe(true));
