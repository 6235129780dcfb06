import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { check } from '@track/grader/check';

/** A shape and the dimensions to reduce. Equal sizes let a result broadcast against the wrong dimension. */
const cases: [number[], number[]][] = [
  [[2, 3, 5], [1]], [[2, 3, 5], [0, 2]], [[2, 3, 5], [-1]], [[2, 3, 5], [0, 1, 2]], [[4, 4], [1]], [[4, 4], [0]], [[2, 3, 4, 3], [0, 2, 3]], [[1, 6], [1]], [[3, 3, 3], [-2, -1]],
];
const call = (name: string, shape: readonly number[], dims: readonly number[], rest = ''): string => `${name}(x, [${dims.join(', ')}]${rest}) for x [${shape.join(', ')}]`;

const noKeepdim = 'the reduced dimension is missing, so that the result is aligned with the wrong one when it broadcasts back: keep it with size 1';

export default check<typeof import('./04_reduce_keepdim.ts')>(({ claim }) => {
  claim('reduced dimensions are gone, or have size 1 with keepdim', ({ attempt, expect }) => {
    for (const [shape, dims] of cases) {
      const x = torch.randn(shape), reduced = dims.map((d) => (d < 0 ? d + shape.length : d));
      const short = shape.filter((_, d) => !reduced.includes(d)), kept = shape.map((size, d) => (reduced.includes(d) ? 1 : size));
      for (const [keepdim, want] of [[false, short], [true, kept]] as const) {
        expect(attempt.mean(x, dims, keepdim), call('mean', shape, dims, `, ${keepdim}`)).toBeTensor({ shape: want, dtype: 'float32' });
        for (const unbiased of [false, true]) {
          expect(attempt.variance(x, dims, { unbiased, keepdim }), call('variance', shape, dims, `, { unbiased: ${unbiased}, keepdim: ${keepdim} }`)).toBeTensor({ shape: want, dtype: 'float32' });
        }
      }
      expect(attempt.standardize(x, dims), call('standardize', shape, dims)).toBeTensor({ shape, dtype: 'float32' });
      expect(attempt.subtractMax(x, dims[0]!), `subtractMax(x, ${dims[0]}) for x [${shape.join(', ')}]`).toBeTensor({ shape, dtype: 'float32' });
    }
  });

  claim('mean adds up the entries along dims and divides by how many they are', ({ attempt, expect, reference }) => {
    for (const [shape, dims] of cases) {
      const x = torch.randn(shape).add(1);
      for (const keepdim of [false, true]) {
        expect(attempt.mean(x, dims, keepdim), { name: call('mean', shape, dims, `, ${keepdim}`), inputs: { x } }).toBeClose(reference(() => x.mean(dims, keepdim)), {
          mistakes: [
            { value: () => x.sum(dims, keepdim), says: 'this is the sum; it is not divided by the number of entries' },
            { value: () => x.sum(dims, keepdim).div(x.numel()), says: 'you divide by the number of all entries; only those along dims go into one mean' },
            { value: () => x.sum(dims, keepdim).div(x.size(dims[0]!)), says: 'you divide by the size of one dimension; the sizes of all reduced dimensions multiply' },
          ],
        });
      }
    }
  });

  claim('variance divides by n where unbiased is false', ({ attempt, expect, reference }) => {
    for (const [shape, dims] of cases) {
      const x = torch.randn(shape).mul(2);
      expect(attempt.variance(x, dims, { unbiased: false, keepdim: true }), { name: call('variance', shape, dims, ', { unbiased: false, keepdim: true }'), inputs: { x } }).toBeClose(reference(() => x.var(dims, { unbiased: false, keepdim: true })), {
        mistakes: [
          { value: () => reference(() => x.var(dims, { keepdim: true })), says: 'you divide by n - 1: this is the unbiased variance' },
          { value: () => reference(() => x.std(dims, { unbiased: false, keepdim: true })), says: 'this is the standard deviation, the root of the variance' },
          { value: () => reference(() => x.square().mean(dims, true)), says: 'this is the mean of the squares: subtract the mean from x first' },
        ],
      });
    }
    expect(attempt.variance(torch.randn(3, 1), [1], { unbiased: false, keepdim: false }), 'the biased variance of single entries').toBeClose(torch.zeros(3));
  });

  claim('variance divides by n - 1 where unbiased is true', ({ attempt, expect, reference }) => {
    for (const [shape, dims] of cases) {
      const x = torch.randn(shape).mul(2);
      expect(attempt.variance(x, dims, { unbiased: true, keepdim: false }), { name: call('variance', shape, dims, ', { unbiased: true, keepdim: false }'), inputs: { x } }).toBeClose(reference(() => x.var(dims)), {
        mistakes: [
          { value: () => reference(() => x.var(dims, { unbiased: false })), says: 'you divide by n: this is the biased variance' },
          { value: () => reference(() => x.sub(x.mean(dims, true)).square().sum(dims).div(x.size(dims[0]!) - 1)), says: 'your n is the size of one dimension; the sizes of all reduced dimensions multiply' },
          { value: () => reference(() => x.sub(x.mean(dims, true)).square().sum(dims).div(dims.reduce((n, d) => n * (x.size(d) - 1), 1))), says: 'you subtract 1 for each dimension; n - 1 is one less than the number of entries' },
        ],
      });
    }
    expect(attempt.variance(torch.randn(3, 1), [1], { unbiased: true, keepdim: false }), 'the unbiased variance of single entries').toBeClose(torch.full([3], NaN));
  });

  claim('variance is right for values far from zero', ({ attempt, expect, reference }) => {
    const x = torch.randn(3, 50).add(10_000), exact = reference(() => x.to('float64').var(1, { unbiased: false }).float());
    expect(attempt.variance(x, [1], { unbiased: false, keepdim: false }), 'variance(x, [1], …) for x around 10000').toBeClose(exact, {
      rtol: 1e-2, says: 'the digits that carry the variance are lost for large values: subtract the mean before you square',
    });
  });

  claim('standardize gives mean 0 and variance 1 over dims', ({ attempt, expect, reference }) => {
    for (const [shape, dims] of cases) {
      const x = torch.randn(shape).mul(3).add(2);
      const [variance, mean] = reference(() => x.varMean(dims, { unbiased: false, keepdim: true }));
      expect(attempt.standardize(x, dims), { name: call('standardize', shape, dims), inputs: { x } }).toBeClose(x.sub(mean).div(variance.add(1e-5).sqrt()), {
        mistakes: [
          { value: () => reference(() => x.sub(x.mean(dims)).div(x.var(dims, { unbiased: false }).add(1e-5).sqrt())), says: noKeepdim },
          { value: () => reference(() => x.sub(mean).div(x.var(dims, { keepdim: true }).add(1e-5).sqrt())), says: 'you use the unbiased variance; norm layers divide by n' },
          { value: () => x.sub(mean).div(variance.add(1e-5)), says: 'you divide by the variance; divide by its root' },
        ],
      });
    }
    const constant = torch.full([2, 4], 3);
    expect(attempt.standardize(constant, [1]), 'standardize of rows whose entries are all equal').toBeClose(torch.zeros(2, 4), { says: 'rows without any spread should become 0: add 1e-5 to the variance before the root' });
    const small = torch.randn(3, 40).mul(1e-3);
    const [variance, mean] = reference(() => small.varMean([1], { unbiased: false, keepdim: true }));
    expect(attempt.standardize(small, [1]), 'standardize of values of size 0.001, where the 1e-5 counts').toBeClose(small.sub(mean).div(variance.add(1e-5).sqrt()), {
      mistakes: [
        { value: () => small.sub(mean).div(variance.sqrt()), says: 'the 1e-5 is missing' },
        { value: () => small.sub(mean).div(variance.sqrt().add(1e-5)), says: 'the 1e-5 is added after the root; it belongs to the variance' },
      ],
    });
  });

  claim('subtractMax makes the largest entry along dim 0', ({ attempt, expect }) => {
    for (const [shape, [dim]] of cases) {
      const x = torch.randn(shape).sub(3);
      expect(attempt.subtractMax(x, dim!), { name: `subtractMax(x, ${dim}) for x [${shape.join(', ')}]`, inputs: { x } }).toBeClose(x.sub(x.amax(dim!, true)), {
        mistakes: [
          { value: () => x.sub(x.amax(dim!)), says: noKeepdim },
          { value: () => x.sub(x.max()), says: 'you subtract the largest entry of all; each row along dim has its own' },
          { value: () => x.sub(x.argmax(dim!, true)), says: 'you subtract the index of the largest entry, not its value' },
        ],
      });
    }
  });

  claim('gradients flow through the reductions', async ({ attempt, gradcheck }) => {
    const x = torch.randn(3, 3, 2);
    await gradcheck((y: Tensor) => [attempt.mean(y, [0, 2], true), attempt.mean(y, [1], false)], [x], { name: 'mean', names: ['x'] });
    await gradcheck((y: Tensor) => [attempt.variance(y, [0, 2], { unbiased: true, keepdim: true }), attempt.variance(y, [1], { unbiased: false, keepdim: false })], [x], { name: 'variance', names: ['x'] });
    await gradcheck((y: Tensor) => attempt.standardize(y, [0, 2]), [x], { name: 'standardize', names: ['x'] });
    await gradcheck((y: Tensor) => attempt.subtractMax(y, 1), [x], { name: 'subtractMax', names: ['x'] });
  });
});
