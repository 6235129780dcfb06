import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import type { DType, Tensor } from '../src/index.ts';

const { gradcheck, gradgradcheck } = torch.autograd, F = torch.nn.functional;
torch.manualSeed(11);
const rand = (...shape: number[]): Tensor => torch.randn(shape, { dtype: 'float64', requiresGrad: true });
/** The product by its definition, for operands with two dimensions or more. */
const reference = (a: Tensor, b: Tensor): Tensor => a.unsqueeze(-1).mul(b.unsqueeze(-3)).sum(-2);

describe('matmul', () => {
  const pairs: [number[], number[]][] = [
    [[3, 4], [4, 5]], [[2, 3, 4], [4, 5]], [[3, 4], [2, 4, 5]], [[2, 3, 4], [2, 4, 5]], [[6, 1, 3, 4], [2, 4, 5]], [[2, 1, 3, 4], [1, 6, 4, 5]], [[0, 4], [4, 5]], [[3, 0], [0, 5]], [[2, 0, 3, 4], [4, 5]],
  ];
  it.each(pairs)('of %j and %j is the sum of products, from any strides', (sa, sb) => {
    const flipped = (s: number[]): Tensor => torch.randn([...s.slice(0, -2), s[s.length - 1], s[s.length - 2]], { dtype: 'float64' }).transpose(-1, -2);
    for (const make of [(s: number[]) => rand(...s), flipped]) {
      const a = make(sa), b = make(sb), want = reference(a, b);
      expect(a.matmul(b).shape).toEqual(want.shape);
      expect(torch.allclose(a.matmul(b), want)).toBe(true);
    }
  });
  it('reads permuted batches without a copy, as attention has them', () => {
    const q = torch.randn([2, 7, 3, 4]).transpose(1, 2), k = torch.randn([2, 7, 3, 4]).transpose(1, 2);
    expect(torch.allclose(q.matmul(k.transpose(-1, -2)), reference(q, k.transpose(-1, -2)), { rtol: 1e-4, atol: 1e-5 })).toBe(true);
  });
  it('treats vectors as rows and columns and drops what it added', () => {
    const v = rand(4), m = rand(4, 5), batch = rand(2, 3, 4);
    expect(v.matmul(v).shape).toEqual([]);
    expect(v.matmul(m).shape).toEqual([5]);
    expect(batch.matmul(v).shape).toEqual([2, 3]);
    expect(v.matmul(rand(2, 4, 5)).shape).toEqual([2, 5]);
  });
  it.each([['int64', 0], ['uint8', 0], ['float16', 2e-3], ['bfloat16', 2e-2]] as [DType, number][])('in %s', (dtype, tolerance) => {
    const a = torch.randint(0, 5, [3, 6]).to(dtype), b = torch.randint(0, 5, [6, 2]).to(dtype), y = a.mm(b);
    expect(y.dtype).toBe(dtype);
    expect(torch.allclose(y.double(), reference(a.double(), b.double()), { rtol: tolerance, atol: 0 })).toBe(true);
  });
  it('accumulates 16-bit products in float32', () => {
    expect(torch.ones([1, 4096], { dtype: 'float16' }).mm(torch.ones([4096, 1], { dtype: 'float16' })).item()).toBe(4096); // adding 1 to 2048 in float16 changes nothing
  });
  it('of large matrices is right across the blocks of the kernel', () => {
    const a = torch.randn(130, 300), b = torch.randn(300, 70);
    expect(torch.allclose(a.mm(b).double(), reference(a.double(), b.double()), { rtol: 1e-4, atol: 1e-4 })).toBe(true);
  });
  it('gives gradients of first and second order through all ranks', () => {
    for (const [sa, sb] of [...pairs.slice(0, 6), [[4], [4, 5]], [[3, 4], [4]], [[4], [4]], [[2, 3, 4], [4]]] as [number[], number[]][]) {
      expect(gradcheck((a, b) => a.matmul(b), [rand(...sa), rand(...sb)])).toBe(true);
    }
    expect(gradgradcheck((a, b) => a.matmul(b), [rand(2, 2, 3), rand(3, 2)])).toBe(true);
  });
});

it('says what does not fit', () => {
  expect(() => torch.zeros(2, 3).mm(torch.zeros(4, 5))).toThrow('mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)');
  expect(() => torch.zeros(7, 2, 3).matmul(torch.zeros(4, 5))).toThrow('mat1 and mat2 shapes cannot be multiplied (14x3 and 4x5)');
  expect(() => F.linear(torch.zeros(2, 3), torch.zeros(5, 4), torch.zeros(5))).toThrow('mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)');
  expect(() => torch.zeros(2, 3).mm(torch.zeros([3, 2], { dtype: 'float64' }))).toThrow('expected m1 and m2 to have the same dtype, but got: float != double');
  expect(() => torch.zeros(2, 2, 3).matmul(torch.zeros(3, 3, 2))).toThrow(/must match the size of tensor b/);
  expect(() => torch.zeros(2, 2, 3).bmm(torch.zeros(3, 3, 2))).toThrow('Expected size for first two dimensions of batch2 tensor to be: [2, 3] but got: [3, 3].');
  expect(() => torch.zeros(3).dot(torch.zeros(2))).toThrow(/inconsistent tensor size/);
  expect(() => torch.einsum('ij,jk', torch.zeros(2, 3))).toThrow(/fewer operands were provided/);
});

it('linear is x wᵀ + b with gradients for all three', () => {
  const x = rand(2, 5, 3), w = rand(4, 3), b = rand(4);
  expect(torch.allclose(F.linear(x, w, b), reference(x, w.t()).add(b))).toBe(true);
  for (const shape of [[3], [5, 3], [2, 5, 3]]) expect(gradcheck((p, q, r) => F.linear(p, q, r), [rand(...shape), w.detach().requiresGrad_(), b.detach().requiresGrad_()])).toBe(true);
  expect(F.linear(x.select(0, 0), w, b).gradFn!.name).toBe('AddmmBackward0');
  expect(gradcheck((p, q, r) => F.bilinear(p, q, r), [rand(2, 3), rand(2, 4), rand(5, 3, 4)])).toBe(true);
});

it('a weight’s gradient comes out in the weight’s own layout', () => {
  const x = torch.randn(8, 3), w = torch.randn([4, 3], { requiresGrad: true });
  const [g] = torch.autograd.grad(x.mm(w.t()).sum(), [w]);
  expect(g.stride()).toEqual([3, 1]);
});

it('sums with products blend by beta and alpha, and skip an input with beta 0', () => {
  const c = rand(3, 5), a = rand(3, 4), b = rand(4, 5), options = { beta: 0.5, alpha: -2 };
  expect(torch.allclose(c.addmm(a, b, options), c.mul(0.5).sub(a.mm(b).mul(2)))).toBe(true);
  expect(torch.full([2, 2], NaN).addmm(torch.ones(2, 2), torch.ones(2, 2), { beta: 0 }).tolist()).toEqual([[2, 2], [2, 2]]);
  expect(gradcheck((p, q, r) => p.addmm(q, r, options), [c, a, b].map((t) => t.detach().requiresGrad_()))).toBe(true);
  expect(gradcheck((p, q, r) => p.baddbmm(q, r, options), [rand(2, 1), rand(2, 2, 3), rand(2, 3, 2)])).toBe(true);
  expect(gradcheck((p, q, r) => p.addr(q, r, options), [rand(3), rand(2), rand(3)])).toBe(true);
});

describe('einsum', () => {
  const a = rand(2, 3), b = rand(3, 4), s = rand(3, 3), batch = rand(5, 2, 3);
  const cases: [string, Tensor[], () => Tensor][] = [
    ['ij,jk->ik', [a, b], () => a.mm(b)], ['ij,jk', [a, b], () => a.mm(b)], ['ij->ji', [a], () => a.t()], ['ba', [a], () => a.t()], ['ii->i', [s], () => s.diagonal()], ['ii', [s], () => s.trace()],
    ['bij,jk->bik', [batch, b], () => batch.matmul(b)], ['...ij,jk->...ik', [batch, b], () => batch.matmul(b)], ['...', [a], () => a], ['i,j->ij', [a.select(0, 0), b.select(0, 0)], () => a.select(0, 0).outer(b.select(0, 0))],
    ['ij,ij->', [a, a], () => a.mul(a).sum()], ['bij->b', [batch], () => batch.sum([1, 2])], [' i j , j -> i ', [a, b.select(1, 0)], () => a.mv(b.select(1, 0))],
  ];
  it.each(cases)('%s', (equation, operands, want) => expect(torch.allclose(torch.einsum(equation, ...operands), want())).toBe(true));
  it('contracts three operands, takes a list, broadcasts, and has gradients', () => {
    const c = rand(4, 2);
    expect(torch.allclose(torch.einsum('ij,jk,kl->li', [a, b, c]), a.mm(b).mm(c).t())).toBe(true);
    expect(torch.allclose(torch.einsum('...i,...i->...', batch, rand(1, 3).mul(0).add(2)), batch.sum(-1).mul(2))).toBe(true);
    expect(gradcheck((x, y, z) => torch.einsum('ij,jk,kl->il', x, y, z), [rand(2, 3), rand(3, 2), rand(2, 2)])).toBe(true);
    expect(gradcheck((x, y) => torch.einsum('bii,bi->b', x, y), [rand(2, 3, 3), rand(2, 3)])).toBe(true);
  });
});

it('tensordot, inner, cross and cdist agree with their definitions', () => {
  const a = rand(2, 3, 4), b = rand(4, 3, 5);
  expect(torch.allclose(torch.tensordot(a, b, [[1, 2], [1, 0]]), torch.einsum('ijk,kjl->il', a, b))).toBe(true);
  expect(torch.allclose(a.inner(rand(5, 4).mul(0).add(1)), a.sum(-1, true).expand(2, 3, 5))).toBe(true);
  const u = rand(4, 3), v = rand(4, 3), w = u.cross(v);
  expect(torch.allclose(w.mul(u).sum(-1), torch.zeros([4], { dtype: 'float64' }), { atol: 1e-12 })).toBe(true);
  expect(gradcheck((p, q) => torch.cdist(p, q), [rand(3, 2), rand(4, 2)])).toBe(true);
});
