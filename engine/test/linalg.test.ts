import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import type { Tensor } from '../src/index.ts';

const { gradcheck } = torch.autograd, { linalg } = torch;
torch.manualSeed(17);
const rand = (...shape: number[]): Tensor => torch.randn(shape, { dtype: 'float64', requiresGrad: true });
const eye = (n: number): Tensor => torch.eye(n, { dtype: 'float64' });
const close = (a: Tensor, b: Tensor): void => expect(torch.allclose(a, b, { rtol: 1e-9, atol: 1e-10 })).toBe(true);
const positive = (x: Tensor): Tensor => x.matmul(x.mT).add(eye(x.shape[x.ndim - 1]));

describe('decompositions rebuild their matrix', () => {
  it.each([[5, 5], [6, 3], [3, 6], [2, 4, 3], [12, 12], [4, 1]])('of shape %j %j %j', (...shape) => {
    const x = torch.randn(shape.filter((s) => s !== undefined), { dtype: 'float64' }), k = Math.min(...x.shape.slice(-2));
    for (const fullMatrices of [false, true]) {
      const { U, S, Vh } = linalg.svd(x, fullMatrices);
      close(U.narrow(-1, 0, k).mul(S.unsqueeze(-2)).matmul(Vh.narrow(-2, 0, k)), x);
      close(U.mT.matmul(U), eye(U.shape[U.ndim - 1]).expand(U.mT.matmul(U).shape));
      expect(S.diff().le(0).all().item()).toBe(true);
    }
    const { Q, R } = linalg.qr(x);
    close(Q.matmul(R), x);
    close(R, R.triu());
    close(Q.mT.matmul(Q), eye(k).expand(Q.mT.matmul(Q).shape));
    const p = linalg.pinv(x);
    close(x.matmul(p).matmul(x), x);
  });
  it('for symmetric matrices of any size, from either triangle', () => {
    for (const n of [1, 2, 3, 7, 20]) {
      const x = torch.randn([n, n], { dtype: 'float64' }), s = x.add(x.mT);
      for (const UPLO of ['L', 'U'] as const) {
        const { eigenvalues, eigenvectors } = linalg.eigh(s, UPLO);
        close(eigenvectors.mul(eigenvalues).matmul(eigenvectors.mT), s);
        expect(eigenvalues.diff().ge(0).all().item()).toBe(true);
      }
      const l = linalg.cholesky(positive(x));
      close(l.matmul(l.mT), positive(x));
    }
  });
  it('a matrix of low rank, too', () => {
    const x = torch.ones([4, 3], { dtype: 'float64' }), { U, S, Vh } = linalg.svd(x);
    close(U.narrow(1, 0, 3).mul(S).matmul(Vh), x);
    close(U.mT.matmul(U), eye(4));
    expect(linalg.matrixRank(x).item()).toBe(1);
  });
});

it('solve, inv, det and lstsq agree', () => {
  const a = rand(2, 4, 4), b = rand(2, 4, 3);
  close(a.matmul(linalg.solve(a, b)), b);
  close(linalg.inv(a).matmul(a), eye(4).expand(2, 4, 4));
  const { sign, logabsdet } = linalg.slogdet(a);
  close(sign.mul(logabsdet.exp()), a.det());
  const tall = rand(6, 3), y = rand(6, 2), { solution } = linalg.lstsq(tall, y);
  close(tall.mT.matmul(tall.matmul(solution)), tall.mT.matmul(y)); // the normal equations
  close(torch.tensor([[0, 1], [0, 0]], { dtype: 'float64' }).matrixExp(), torch.tensor([[1, 1], [0, 1]], { dtype: 'float64' }));
  close(linalg.multiDot([rand(2, 5).mul(0).add(1), rand(5, 3).mul(0).add(1), rand(3, 1).mul(0).add(1)]), torch.full([2, 1], 15, { dtype: 'float64' }));
});

it('says what is wrong with a matrix', () => {
  expect(() => linalg.inv(torch.ones(2, 2))).toThrow(/the inversion could not be completed because the input matrix is singular/);
  expect(() => linalg.cholesky(torch.ones(2, 2).neg())).toThrow(/the leading minor of order 1 is not positive-definite/);
  expect(() => linalg.det(torch.ones(2, 3))).toThrow('linalg.det: A must be batches of square matrices, but they are 2 by 3 matrices');
});

it.each<[string, (x: Tensor) => unknown, number[]]>([
  ['cholesky', (x) => linalg.cholesky(positive(x)), [2, 3, 3]], ['inv', (x) => linalg.inv(x), [3, 3]], ['det', (x) => x.det(), [2, 3, 3]], ['slogdet', (x) => linalg.slogdet(x).logabsdet, [3, 3]],
  ['qr, tall', (x) => [...linalg.qr(x)], [4, 2]], ['qr, wide', (x) => [...linalg.qr(x)], [2, 4]], ['svd, tall', (x) => [...linalg.svd(x, false)], [4, 2]], ['svd, wide', (x) => [...linalg.svd(x, false)], [2, 4]],
  ['eigh', (x) => [...linalg.eigh(x.add(x.mT))], [3, 3]], ['pinv', (x) => linalg.pinv(x), [4, 2]], ['lstsq', (x) => linalg.lstsq(x, torch.ones([4, 1], { dtype: 'float64' })).solution, [4, 2]],
  ['nuclear norm', (x) => linalg.matrixNorm(x, 'nuc'), [3, 2]], ['matrixExp', (x) => x.matrixExp(), [2, 2]], ['solveTriangular', (x) => linalg.solveTriangular(x, x.mul(2), { upper: true }), [3, 3]],
])('gradient of %s', (_, fn, shape) => expect(gradcheck(fn, rand(...shape))).toBe(true));

it('a singular matrix’s determinant has its cofactors as gradient', () => {
  const x = torch.tensor([[1, 2], [2, 4]], { dtype: 'float64', requiresGrad: true });
  x.det().backward();
  close(x.grad!, torch.tensor([[4, -2], [-2, 1]], { dtype: 'float64' }));
});
