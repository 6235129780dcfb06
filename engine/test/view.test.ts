import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import type { Tensor } from '../src/index.ts';

const { gradcheck, gradgradcheck } = torch.autograd;
torch.manualSeed(5);
const count = (...shape: number[]): Tensor => torch.arange(shape.reduce((a, b) => a * b, 1), { dtype: 'float64' }).reshape(shape);

/** Operators whose result shares memory, and those that copy. */
const views: Record<string, (x: Tensor) => Tensor> = {
  view: (x) => x.view(4, -1), reshape: (x) => x.reshape(3, 8), transpose: (x) => x.transpose(0, -1), permute: (x) => x.permute(2, 0, 1),
  t: (x) => x.at(0).t(), T: (x) => x.T, mT: (x) => x.mT, squeeze: (x) => x.unsqueeze(1).squeeze(1), unsqueeze: (x) => x.unsqueeze(-1),
  expand: (x) => x.at(':1').expand(5, -1, -1).at(2), select: (x) => x.select(1, -1), narrow: (x) => x.narrow(2, torch.tensor(1, { dtype: 'int64' }) as never, 2),
  slice: (x) => x.at(':', '::2'), diagonal: (x) => x.diagonal(-1, 1, 2), unfold: (x) => x.unfold(2, 2, 1), movedim: (x) => x.movedim([0, 1], [-1, 0]),
  unbind: (x) => x.unbind(1)[2], split: (x) => x.split(3, 2)[1], splitWithSizes: (x) => x.split([1, 2], 1)[1], chunk: (x) => x.chunk(3, 2)[1], tensorSplit: (x) => x.tensorSplit([1, 3], 2)[1],
  flatten: (x) => x.flatten(1), unflatten: (x) => x.unflatten(-1, [2, -1]), asStrided: (x) => x.asStrided([2, 2], [3, 4], 5), detach: (x) => x.detach(), swapaxes: (x) => x.swapaxes(0, 1),
};
const copies: Record<string, (x: Tensor) => Tensor> = {
  clone: (x) => x.clone(), 'reshape across memory': (x) => x.transpose(0, 1).reshape(-1), contiguous: (x) => x.mT.contiguous(), flip: (x) => x.flip(0, 2), roll: (x) => x.roll([1, -2], [0, 2]), 'roll, flattened': (x) => x.roll(5),
  rot90: (x) => x.rot90(3, [0, 2]), repeat: (x) => x.repeat(2, 1, 1, 2), tile: (x) => x.tile(2), repeatInterleave: (x) => x.repeatInterleave(torch.tensor([2, 0, 1], { dtype: 'int64' }), 1),
  cat: (x) => torch.cat([x, x.mul(2)], 1), stack: (x) => torch.stack([x, x.neg()], -2), hstack: (x) => torch.hstack([x, x]), dstack: (x) => torch.dstack([x, x]),
  columnStack: (x) => torch.columnStack([x.at(0, 0), x.at(0, 1)]), blockDiag: (x) => torch.blockDiag(x.at(0), x.at(1, 0)), to: (x) => x.to({ copy: true }),
  tril: (x) => x.tril(1), triu: (x) => x.triu(-1), diag: (x) => x.at(0).diag(1), diagEmbed: (x) => x.diagEmbed(-1, 0, 2), diagflat: (x) => x.at(0).diagflat(2),
};

describe('views', () => {
  it.each(Object.entries(views))('%s shares memory, element for element', (_, view) => {
    const x = count(2, 3, 4), v = view(x), shown = v.clone();
    expect(v.storage).toBe(x.storage);
    v.copy_(shown.mul(-1).sub(100));
    // What the view showed at each place is the number of the element that changed with it.
    const seen = new Set(shown.reshape(-1).tolist() as number[]), after = x.reshape(-1).tolist() as number[];
    expect(after).toEqual(after.map((value, i) => (seen.has(i) ? -100 - i : i)));
    expect(seen.size).toBeGreaterThan(1);
    expect(x._version).toBe(1);
  });
  it.each(Object.entries(copies))('%s copies', (_, fn) => {
    const x = count(2, 3, 4), y = fn(x);
    expect(y.storage).not.toBe(x.storage);
    y.fill_(-1);
    expect(x.tolist()).toEqual(count(2, 3, 4).tolist());
  });
  it.each(Object.entries({ ...views, ...copies }).filter(([name]) => name !== 'detach'))('%s: gradients, and their gradients, agree with finite differences', (_, fn) => {
    const x = torch.randn(2, 3, 4, { dtype: 'float64' }).requiresGrad_();
    expect(gradcheck(fn, [x])).toBe(true);
    expect(gradgradcheck(fn, [x])).toBe(true);
  });
  it('strides and offsets tell how a view looks at its memory', () => {
    const x = count(2, 3, 4), v = x.at(':', '1:', '::2').transpose(0, 2);
    expect([v.stride(), v.storageOffset(), v.size(), v.isContiguous()]).toEqual([[2, 4, 12], 4, [2, 2, 2], false]);
    expect([v.stride(-1), v.size(0), v.dim(), v.numel(), v.elementSize(), v.nbytes]).toEqual([12, 2, 3, 8, 8, 64]);
    expect(v.dataPtr() - x.dataPtr()).toBe(4 * 8);
    expect(x.at(0).expand(5, 3, 4).stride()).toEqual([0, 4, 1]);
    expect(torch.zeros(0, 3).t().isContiguous()).toBe(true);
  });
  it('a gradient comes back only for the pieces that were used', () => {
    const x = torch.randn(2, 6, { dtype: 'float64' }).requiresGrad_(), [, b] = x.chunk(3, 1);
    expect(b.gradFn!.name).toBe('SplitBackward0');
    b.mul(2).sum().backward();
    expect(x.grad!.tolist()).toEqual([[0, 0, 2, 2, 0, 0], [0, 0, 2, 2, 0, 0]]);
  });
  it('in-place forms change how the tensor itself looks at its memory, and keep its history', () => {
    const x = torch.ones(4).requiresGrad_(), y = x.mul(2);
    expect(y.unsqueeze_(0).t_()).toBe(y);
    expect([y.shape, y.gradFn!.name]).toEqual([[4, 1], 'TBackward0']);
    y.mul(torch.arange(4).unsqueeze(1)).sum().backward();
    expect(x.grad!.tolist()).toEqual([0, 2, 4, 6]);
  });
  it('assigning data keeps the tensor and its place, with other memory', () => {
    const p = torch.zeros(2).requiresGrad_(), y = p.mul(3);
    p.data = torch.tensor([5, 6], { dtype: 'float64' });
    expect([p.tolist(), p.dtype, p.requiresGrad]).toEqual([[5, 6], 'float64', true]);
    expect(y.tolist()).toEqual([0, 0]);
    expect(() => { p.data = torch.tensor([1n]); }).toThrow('data set to a tensor that requires gradients must be floating point');
  });
});

describe('values', () => {
  it('pieces put together again are the whole', () => {
    const x = count(3, 5, 2);
    expect(torch.equal(torch.cat(x.tensorSplit(3, 1), 1), x)).toBe(true);
    expect(x.tensorSplit(3, 1).map((p) => p.shape[1])).toEqual([2, 2, 1]);
    expect(x.chunk(4, 1).map((p) => p.shape[1])).toEqual([2, 2, 1]);
    expect(torch.equal(torch.stack(x.unbind(2), 2), x)).toBe(true);
    expect(torch.equal(torch.vstack(x.vsplit(3)), x)).toBe(true);
  });
  it('turning and rolling undo themselves', () => {
    const x = count(3, 4, 2);
    expect(torch.equal(x.rot90(1, [0, 1]).rot90(-1, [0, 1]), x)).toBe(true);
    expect(x.at(':', ':', 0).rot90().at(0).tolist()).toEqual(x.at(':', -1, 0).tolist());
    expect(torch.equal(x.roll([2, -1], [0, 1]).roll([-2, 1], [0, 1]), x)).toBe(true);
    expect(count(5).roll(2).tolist()).toEqual([3, 4, 0, 1, 2]);
  });
  it('joins of different dtypes promote, and old empty vectors join anything', () => {
    expect(torch.cat([torch.arange(2), torch.tensor([0.5])]).tolist()).toEqual([0, 1, 0.5]);
    expect(torch.cat([torch.zeros(0), torch.ones(2, 2)], 1).shape).toEqual([2, 2]);
    expect(torch.stack([torch.tensor([true]), torch.tensor([2], { dtype: 'int8' })]).dtype).toBe('int8');
  });
  it('grids follow the vectors in matrix or in picture order', () => {
    const [r, c] = torch.meshgrid(torch.arange(2), torch.arange(3)), [x, y] = torch.meshgrid([torch.arange(2), torch.arange(3)], { indexing: 'xy' });
    expect([r.tolist(), c.tolist()]).toEqual([[[0, 0, 0], [1, 1, 1]], [[0, 1, 2], [0, 1, 2]]]);
    expect([torch.equal(x, r.t()), torch.equal(y, c.t())]).toEqual([true, true]);
  });
});

describe('errors say what PyTorch says', () => {
  const x = torch.zeros(2, 3);
  it.each<[string, () => unknown]>([
    ["view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.", () => x.t().view(6)],
    ["shape '[4, 2]' is invalid for input of size 6", () => x.reshape(4, 2)],
    ['only one dimension can be inferred', () => x.view(-1, -1)],
    ['Dimension out of range (expected to be in range of [-2, 1], but got 2)', () => x.transpose(0, 2)],
    ['The expanded size of the tensor (4) must match the existing size (3) at non-singleton dimension 1.  Target sizes: [2, 4].  Tensor sizes: [2, 3]', () => x.expand(2, 4)],
    ['expand(torch.FloatTensor{[2, 3]}, size=[3]): the number of sizes provided (1) must be greater or equal to the number of dimensions in the tensor (2)', () => x.expand(3)],
    ['start (2) + length (2) exceeds dimension size (3).', () => x.narrow(1, 2, 2)],
    ['Sizes of tensors must match except in dimension 1. Expected size 2 but got size 3 for tensor number 1 in the list.', () => torch.cat([x, torch.zeros(3, 3)], 1)],
    ['Tensors must have same number of dimensions: got 2 and 1', () => torch.cat([x, torch.zeros(3)])],
    ['torch.cat(): expected a non-empty list of Tensors', () => torch.cat([])],
    ['zero-dimensional tensor (at position 1) cannot be concatenated', () => torch.cat([torch.zeros(1), torch.tensor(1)])],
    ['stack expects each tensor to be equal size, but got [2, 3] at entry 0 and [2] at entry 1', () => torch.stack([x, torch.zeros(2)])],
    ["split_with_sizes expects split_sizes to sum exactly to 3 (input tensor's size at dimension 1), but got split_sizes=[1, 1]", () => x.split([1, 1], 1)],
    ['torch.hsplit attempted to split along dimension 1, but the size of the dimension 3 is not divisible by the split_size 2!', () => x.hsplit(2)],
    ['setStorage: sizes [3, 3], strides [3, 1], storage offset 0, and itemsize 4 requiring a storage size of 36 are out of bounds for storage of size 24', () => x.asStrided([3, 3], [3, 1])],
    ["expected src to have a size equal to the slice of self. src size = [2], slice size = [3]", () => x.selectScatter(torch.zeros(2), 0, 0)],
    ['Expected all tensors to be on the same device, but found at least two devices, sim:0 and cpu!', () => torch.cat([x, x.to('sim:0')])],
  ])('%s', (message, call) => {
    expect(call).toThrow(torch.TorchError);
    expect(call).toThrow(message);
  });
});
