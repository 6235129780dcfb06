import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import type { Tensor } from '../src/index.ts';

const { gradcheck, gradgradcheck } = torch.autograd;
const F = torch.nn.functional;
const t = (data: torch.TensorData, requiresGrad = false): Tensor => torch.tensor(data, { requiresGrad });
const ints = (data: torch.TensorData): Tensor => torch.tensor(data, { dtype: 'int64' });
const leaf = (): Tensor => t([1, 2, 3, 4], true);

// ---------------------------------------------------------------- recorded cases
interface Encoded { shape: number[]; dtype: torch.DType; data: (number | boolean)[] }
interface Case { x: Encoded; perm: number[] | null; index: unknown[]; out?: Encoded; view?: boolean; grad?: Encoded; error?: string; write?: { value: Encoded | number | boolean; out?: Encoded; grad?: Encoded; vgrad?: Encoded | null; error?: string } }
const cases = gunzipSync(readFileSync(new URL('fixtures/indexing.jsonl.gz', import.meta.url))).toString().split('\n').map((l) => JSON.parse(l) as Case);
const decode = (e: Encoded): Tensor => torch.tensor(e.data, { dtype: e.dtype }).reshape(e.shape);
const encode = (x: Tensor): Encoded => ({ shape: [...x.shape], dtype: x.dtype, data: x.detach().reshape([-1]).tolist() as number[] });
const item = (j: unknown): never => (j !== null && typeof j === 'object' && 't' in j ? decode(j.t as Encoded) : j) as never;
const weigh = (x: Tensor, modulus: number): Tensor => x.mul(torch.arange(x.numel(), { dtype: 'float64' }).reshape([...x.shape]).remainder(modulus).sub((modulus - 1) / 2)).sum();
const looking = (x: Tensor, perm: number[] | null): Tensor => (perm ? x.permute(perm) : x);
const same = (got: Tensor | null, want: Encoded): void => { expect(encode(got!)).toEqual({ ...want, data: want.data.map((v) => (v === 0 ? expect.closeTo(0) : v)) }); };

/** What the engine says when it refuses; another kind of error passes through. */
function refusal(fn: () => unknown): string {
  try { fn(); } catch (e) { if (e instanceof torch.TorchError) return e.message; throw e; }
  return 'nothing was refused';
}

describe('brackets agree with PyTorch', () => {
  it(`reads as recorded (${cases.length} cases)`, () => {
    for (const c of cases) {
      const x = decode(c.x).requiresGrad_(), seen = looking(x, c.perm), index = c.index.map(item);
      if (c.error !== undefined) { expect(refusal(() => seen.at(...index)), JSON.stringify(c.index)).toBe(c.error); continue; }
      const out = seen.at(...index);
      same(out, c.out!);
      expect(out.storage === x.storage, `${JSON.stringify(c.index)} is a view`).toBe(c.view);
      weigh(out, 7).backward();
      same(x.grad, c.grad!);
    }
  });
  it('writes as recorded, with the gradients of both sides', () => {
    let written = 0;
    for (const { x: start, perm, index, write } of cases) {
      if (!write) continue;
      const x = decode(start).requiresGrad_(), y = x.mul(2), value = typeof write.value === 'object' ? decode(write.value).requiresGrad_() : write.value;
      if (write.error !== undefined) { expect(() => looking(y, perm).setAt(index.map(item), value)).toThrow(torch.TorchError); continue; }
      looking(y, perm).setAt(index.map(item), value);
      same(y, write.out!);
      weigh(y, 5).backward();
      same(x.grad, write.grad!);
      if (write.vgrad) same((value as Tensor).grad, write.vgrad);
      written++;
    }
    expect(written).toBeGreaterThan(150);
  });
  it('refuses what Python refuses', () => {
    const x = torch.zeros(2, 3);
    expect(() => x.at('::-1')).toThrow('step must be greater than zero');
    expect(() => x.at('a')).toThrow('only integers, slices');
    expect(() => x.at(1.5)).toThrow('only integers, slices');
    expect(() => x.at([0.5])).toThrow('only integers, slices');
    expect(() => x.at(undefined as never)).toThrow('only integers, slices');
    expect(() => x.at(t([1]))).toThrow('tensors used as indices must be long, int, byte or bool tensors');
    expect(() => t(1).at(0)).toThrow('invalid index of a 0-dim tensor');
    expect(() => x.setAt(0, [1, 2, 3] as never)).toThrow("can't assign a list to a torch.FloatTensor");
    expect(() => x.setAt([[0, 1]], torch.ones(2, 3, { dtype: 'float64' }))).toThrow('Index put requires the source and destination dtypes match, got Float for the destination and Double for the source.');
    expect(() => x.setAt(0, torch.ones(2))).toThrow('The expanded size of the tensor (3) must match the existing size (2)');
  });
});

describe('writing in a graph', () => {
  it('through a view changes the base and its gradient', () => {
    const x = leaf(), y = x.mul(2), v = y.at('1:3');
    v.mul_(3);
    y.pow(2).sum().backward();
    expect(x.grad!.tolist()).toEqual([8, 144, 216, 32]);
    expect([y.gradFn!.name, v.gradFn!.name]).toEqual(['CopySlices', 'AsStridedBackward0']);
  });
  it('in the base is seen by a view taken before', () => {
    const x = leaf(), y = x.mul(2), v = y.view(2, 2);
    y.setAt(0, 10);
    v.mul(v).sum().backward();
    expect(v.at(0, 0).item()).toBe(10);
    expect(x.grad!.tolist()).toEqual([0, 16, 24, 32]);
  });
  it('of overlapping views, one after the other', () => {
    const x = leaf(), y = x.mul(1), a = y.at(':3'), b = a.at('1:');
    b.mul_(2);
    a.mul_(5);
    y.mul(y).sum().backward();
    expect(x.grad!.tolist()).toEqual([50, 400, 600, 8]);
  });
  it('makes a tensor without history part of the graph', () => {
    const x = leaf(), b = torch.zeros(2, 4), row = b.at(0);
    row.copy_(x.mul(2));
    b.setAt(1, x);
    b.mul(t([[1], [10]])).sum().backward();
    expect([b.requiresGrad, row.requiresGrad, b.isLeaf]).toEqual([true, true, false]);
    expect(x.grad!.tolist()).toEqual([12, 12, 12, 12]);
  });
  it('adds up what repeated indices receive, in second derivatives too', () => {
    const w = t([[1, 2], [3, 4]], true);
    const [g] = torch.autograd.grad(w.at([0, 0, 1]).pow(3).sum(), w, { createGraph: true });
    g.sum().backward();
    expect(w.grad!.tolist()).toEqual([[12, 24], [18, 24]]);
  });
  it('is refused on leaves, their views, and one of several views', () => {
    expect(() => leaf().setAt([[0]], 1)).toThrow('a leaf Variable that requires grad is being used in an in-place operation.');
    expect(() => leaf().setAt(0, 1)).toThrow('a view of a leaf Variable that requires grad is being used in an in-place operation.');
    expect(() => leaf().mul(2).split(2)[0].add_(1)).toThrow('Output 0 of SplitBackward0 is a view and is being modified inplace.');
    expect(() => leaf().expand(3, 4).detach().setAt(0, 1)).not.toThrow();
    expect(() => leaf().expand(3, 4).detach().fill_(1)).toThrow('more than one element of the written-to tensor refers to a single memory location');
  });
  it('of a tensor that backward needs is noticed, also through detach, not through data', () => {
    const edited = (edit: (x: Tensor) => void): (() => number[]) => { const x = leaf(), y = x.mul(x); edit(x); return () => { y.sum().backward(); return x.grad!.tolist() as number[]; }; };
    const moved = /modified by an inplace operation: \[torch.FloatTensor \[4\]\] is at version 1; expected version 0 instead/;
    expect(edited((x) => torch.noGrad(() => x.setAt(0, 100)))).toThrow(moved);
    expect(edited((x) => x.detach().setAt(0, 100))).toThrow(moved);
    expect(edited((x) => x.data.setAt(0, 100))()).toEqual([200, 4, 6, 8]);
    const x = leaf(), index = ints([0, 1]), z = x.mul(2).at(index);
    index.setAt(0, 3);
    expect(() => z.sum().backward()).toThrow(/torch.LongTensor \[2\]\] is at version 1/);
  });
});

// ---------------------------------------------------------------- gather and scatter
const real = (...shape: number[]): Tensor => torch.randn(shape, { dtype: 'float64' }).requiresGrad_();
torch.manualSeed(3);
const idx = ints([[2, 0, 0], [1, 2, 0]]), rows = ints([2, 0, 2]), mask = t([[true, false, true], [false, true, true]]);
const differentiable: Record<string, [(...x: Tensor[]) => Tensor, ...Tensor[]]> = {
  indexSelect: [(x) => x.indexSelect(0, rows), real(3, 2)],
  indexAdd: [(x, s) => x.indexAdd(0, rows, s, { alpha: -2 }), real(3, 2), real(3, 2)],
  indexCopy: [(x, s) => x.indexCopy(1, ints([1, 0]), s), real(3, 3), real(3, 2)],
  indexFill: [(x, v) => x.indexFill(0, ints([1]), v), real(3, 2), real()],
  gather: [(x) => x.gather(1, idx), real(2, 3)],
  'gather of a part': [(x) => x.gather(0, ints([[1, 0]])), real(2, 3)],
  scatter: [(x, s) => x.scatter(1, ints([[2, 0], [1, 2]]), s), real(2, 3), real(2, 3)],
  'scatter a number': [(x) => x.scatter(1, idx, 5), real(2, 3)],
  scatterAdd: [(x, s) => x.scatterAdd(1, idx, s), real(2, 3), real(2, 4)],
  'scatterReduce mean': [(x, s) => x.scatterReduce(1, idx, s, 'mean'), real(2, 3), real(2, 3)],
  'scatterReduce prod': [(x, s) => x.scatterReduce(1, idx, s, 'prod', { includeSelf: false }), real(2, 3), real(2, 3)],
  'scatterReduce amax': [(x, s) => x.scatterReduce(1, idx, s, 'amax'), real(2, 3), real(2, 3)],
  take: [(x) => x.take(ints([[0, -1], [0, 3]])), real(2, 3)],
  takeAlongDim: [(x) => x.takeAlongDim(ints([[0], [-1]]), 1), real(2, 3)],
  put: [(x, s) => x.put(ints([1, 4]), s), real(2, 3), real(2)],
  'put, adding': [(x, s) => x.put(ints([1, 1]), s, true), real(2, 3), real(2)],
  maskedSelect: [(x) => x.maskedSelect(mask), real(3)],
  maskedScatter: [(x, s) => x.maskedScatter(mask, s), real(2, 3), real(5)],
  index: [(x) => x.at([0, 1, 1], ':', [2, 2, 0]), real(2, 2, 3)],
  'index with a mask': [(x) => x.at(mask), real(2, 3)],
  indexPut: [(x, v) => x.indexPut([ints([0, 1]), null, ints([[1], [0]])], v), real(2, 2, 3), real(1, 2)],
  'indexPut, adding': [(x, v) => x.indexPut([rows], v, true), real(3, 2), real(2)],
  selectScatter: [(x, s) => x.selectScatter(s, 1, -1), real(2, 3), real(2)],
  sliceScatter: [(x, s) => x.sliceScatter(s, 1, 0, null, 2), real(2, 3), real(2, 2)],
  diagonalScatter: [(x, s) => x.diagonalScatter(s, 1), real(3, 3), real(2)],
  embedding: [(w) => F.embedding(idx, w), real(3, 2)],
};

describe('gather and scatter', () => {
  it.each(Object.entries(differentiable))('%s: gradients, and their gradients, agree with finite differences', (_, [fn, ...inputs]) => {
    expect(gradcheck(fn, inputs)).toBe(true);
    expect(gradgradcheck(fn, inputs)).toBe(true);
  });
  it('in place writes what the other form returns', () => {
    const x = torch.randn(3, 4), s = torch.randn(3, 4), i = ints([[0, 1, 2, 0], [2, 2, 1, 0]]);
    const calls: [string, unknown[]][] = [['scatterAdd', [0, i, s]], ['scatter', [0, i, 9]], ['scatterReduce', [0, i, s, 'amin']], ['indexAdd', [0, rows, s]], ['indexCopy', [1, ints([0, 3]), s.at(':', ':2')]], ['indexFill', [1, ints([0]), 7]], ['put', [ints([5]), t([1])]], ['indexPut', [[rows], torch.ones(4), true]]];
    for (const [name, args] of calls) {
      const call = (on: Tensor, method: string): Tensor => (on as unknown as Record<string, (...a: unknown[]) => Tensor>)[method](...args);
      for (const target of [x.clone(), x.t().contiguous().t()]) { // in memory order and across it
        const want = call(x, name);
        expect(call(target, `${name}_`)).toBe(target);
        expect(target.tolist(), name).toEqual(want.tolist());
      }
    }
  });
  it('works on every dtype, in its own arithmetic', () => {
    const wrapped = torch.full([2], 100, { dtype: 'int8' }).indexAdd(0, ints([0, 0]), torch.tensor([100, 100], { dtype: 'int8' }));
    expect(wrapped.tolist()).toEqual([44, 100]);
    expect(t([true, false]).indexAdd(0, ints([1, 1]), t([true, false])).tolist()).toEqual([true, true]);
    expect(torch.tensor([1n, 2n ** 60n + 1n]).gather(0, ints([1])).eq(torch.tensor([2n ** 60n + 1n])).all().item()).toBe(true);
    expect(torch.tensor([5, -7], { dtype: 'int64' }).scatterReduce(0, ints([0, 1, 1]), ints([2, 2, 2]), 'mean').tolist()).toEqual([3, -1]);
    expect(torch.tensor([5], { dtype: 'int64' }).scatterReduce(0, ints([0, 0]), ints([9, 8]), 'amin', { includeSelf: false }).item()).toBe(8);
  });
  it('refuses indices that are not there, before anything is written', () => {
    const x = torch.zeros(3);
    expect(() => x.gather(0, ints([5]))).toThrow('index 5 is out of bounds for dimension 0 with size 3');
    expect(() => x.scatter_(0, ints([0, -1]), 1)).toThrow('index -1 is out of bounds for dimension 0 with size 3');
    expect(() => x.indexSelect(0, ints([3]))).toThrow('index out of range in self');
    expect(() => x.take(ints([-4]))).toThrow('out of range: tried to access index -4 on a tensor of 3 elements.');
    expect(() => F.embedding(ints([-1]), torch.zeros(3, 2))).toThrow('index out of range in self');
    expect(() => torch.zeros(2, 2).gather(0, ints([0]))).toThrow('Index tensor must have the same number of dimensions as input tensor');
    expect(() => x.maskedSelect(ints([1, 0, 1]))).toThrow('masked_select: expected BoolTensor for mask');
    expect(() => x.maskedScatter(t([true, true, true]), t([1]))).toThrow('Number of elements of source < number of ones in mask');
    expect(x.tolist()).toEqual([0, 0, 0]);
  });
});

describe('embeddings', () => {
  it('gives the padding row no gradient, and can share the rest by frequency', () => {
    const w = real(4, 2), i = ints([1, 3, 1, 0]);
    F.embedding(i, w, { paddingIdx: 0, scaleGradByFreq: true }).sum().backward();
    expect(w.grad!.tolist()).toEqual([[0, 0], [1, 1], [0, 0], [1, 1]]);
  });
  it('shortens long rows in the table itself', () => {
    const w = t([[3, 4], [0.3, 0.4], [30, 40]]);
    const out = F.embedding(ints([0, 1]), w, { maxNorm: 1 });
    expect(out.norm({ dim: 1 }).tolist()).toEqual([expect.closeTo(1, 5), expect.closeTo(0.5, 5)]);
    expect(w.at(2).tolist()).toEqual([30, 40]);
  });
  it('reduces bags by their offsets, without padding entries', () => {
    const w = t([[1, 10], [2, 20], [4, 40]]), i = ints([0, 1, 2, 1, 1]), offsets = ints([0, 2, 2]);
    expect(F.embeddingBag(i, w, offsets, { mode: 'sum' }).tolist()).toEqual([[3, 30], [0, 0], [8, 80]]);
    expect(F.embeddingBag(i, w, offsets, { mode: 'mean', paddingIdx: 1 }).tolist()).toEqual([[1, 10], [0, 0], [4, 40]]);
    expect(F.embeddingBag(i.at(':4').view(2, 2), w, { mode: 'max' }).tolist()).toEqual([[2, 20], [4, 40]]);
  });
  it('one-hot vectors have their single 1 at the class', () => {
    const c = ints([[2, 0], [1, 1]]), hot = F.oneHot(c, 4);
    expect([hot.dtype, hot.shape]).toEqual(['int64', [2, 2, 4]]);
    expect(torch.equal(hot.argmax(-1), c)).toBe(true);
    expect(hot.sum(-1).eq(1).all().item()).toBe(true);
    expect(() => F.oneHot(c, 2)).toThrow('Class values must be smaller than num_classes.');
  });
});
