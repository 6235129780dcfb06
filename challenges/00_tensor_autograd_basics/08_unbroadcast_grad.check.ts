import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { check } from '@track/grader/check';

type Shape = readonly number[];

/** Pairs of operands: sizes pairwise different, equal ones, single numbers, a batch of one. */
const pairs: readonly (readonly [Shape, Shape])[] = [
  [[2, 3], [2, 3]], [[4, 3], [3]], [[3], [4, 3]], [[4, 3], [4, 1]], [[4, 1], [1, 3]], [[2, 1, 3], [5, 1, 1, 4, 1]], [[], [2, 3]], [[4], []],
  [[], []], [[3, 3], [3]], [[3, 3], [3, 1]], [[1, 3], [3]], [[1, 4], [1, 1]], [[2, 3, 4], [3, 1]],
];
/** What an operand was broadcast to, and the operand. */
const stretched: readonly (readonly [Shape, Shape])[] = [
  [[5, 1, 2, 4, 3], [2, 1, 3]], [[4, 3], [3]], [[4, 3], [4, 1]], [[4, 3], [1, 3]], [[4, 3], [1, 1]], [[4, 3], []], [[4, 3], [1]], [[2, 3, 4], [3, 1]], [[2, 3], [2, 3]], [[1, 3], [3]], [[], []],
];

/** Entries of the large shape that belong to the same entry of the small one, added in a plain loop. */
function summed(grad: Tensor, shape: Shape): Tensor {
  const lead = grad.ndim - shape.length, flat = grad.reshape(-1).tolist() as number[];
  const strides = shape.map((size, d) => (size === 1 ? 0 : shape.slice(d + 1).reduce((a, b) => a * b, 1)));
  const sums = new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0);
  for (const [i, value] of flat.entries()) {
    let rest = i, place = 0;
    for (let d = grad.ndim - 1; d >= 0; d--) {
      const at = rest % grad.shape[d]!;
      rest = Math.floor(rest / grad.shape[d]!);
      if (d >= lead) place += at * strides[d - lead]!;
    }
    sums[place]! += value;
  }
  return torch.tensor(sums).reshape([...shape]);
}

const show = (shape: Shape): string => `[${shape.join(', ')}]`;

export default check<typeof import('./08_unbroadcast_grad.ts')>(({ claim }) => {
  claim('each gradient has the shape and dtype of its operand', ({ attempt, expect }) => {
    for (const [large, small] of stretched) expect(attempt.unbroadcast(torch.randn(large), small), `unbroadcast(a gradient of shape ${show(large)}, ${show(small)})`).toBeTensor({ shape: small, dtype: 'float32' });
    for (const [left, right] of pairs) {
      const a = torch.randn(left), b = torch.randn(right), gradOutput = torch.randn(a.add(b).shape);
      for (const name of ['addBackward', 'mulBackward'] as const) {
        const gradients = attempt[name](a, b, gradOutput), call = `${name}(a of shape ${show(left)}, b of shape ${show(right)}, gradOutput)`;
        expect(gradients, call).toBeA('list');
        expect(gradients[0], `the gradient of a by ${call}`).toBeTensor({ shape: left, dtype: 'float32' });
        expect(gradients[1], `the gradient of b by ${call}`).toBeTensor({ shape: right, dtype: 'float32' });
      }
    }
  });

  claim('a dimension that broadcasting put in front is summed away', ({ attempt, expect }) => {
    for (const [large, small] of [[[4, 3], [3]], [[3, 3], [3]], [[2, 4, 3], [4, 3]], [[5, 2, 3], [3]], [[4, 3], []]] as const) {
      const grad = torch.randn(large), lead = Array.from({ length: large.length - small.length }, (_, d) => d);
      expect(attempt.unbroadcast(grad, small), { name: `unbroadcast(grad, ${show(small)})`, inputs: { grad } }).toBeClose(summed(grad, small), {
        as: 'GRAD',
        mistakes: [
          { value: () => grad.mean(lead), says: 'this is the mean over the copies; each copy contributes fully, so add them' },
          { value: () => lead.reduce((g) => g.select(0, 0), grad), says: 'this is the gradient of the first copy only' },
          { value: () => grad.sum(1), says: 'the wrong dimension is summed: shapes are aligned at the right, so the extra dimension is the first' },
        ],
      });
    }
  });

  claim('a dimension of size 1 that was stretched is summed and stays, with size 1', ({ attempt, expect }) => {
    for (const [large, small] of [[[4, 3], [4, 1]], [[4, 3], [1, 3]], [[3, 3], [3, 1]], [[2, 4, 3], [2, 1, 3]], [[2, 4, 3], [1, 4, 1]], [[1, 3], [1, 1]]] as const) {
      const grad = torch.randn(large), ones = [...small.keys()].filter((d) => small[d] === 1);
      expect(attempt.unbroadcast(grad, small), { name: `unbroadcast(grad, ${show(small)})`, inputs: { grad } }).toBeClose(summed(grad, small), {
        as: 'GRAD',
        mistakes: [
          { value: () => grad.mean(ones, { keepdim: true }), says: 'this is the mean over the copies; each copy contributes fully, so add them' },
          { value: () => ones.reduce((g, d) => g.narrow(d, 0, 1), grad), says: 'this is the gradient of the first copy only' },
          { value: () => grad.sum().expand([...small]), says: 'everything is summed; only the stretched dimensions should be' },
        ],
      });
    }
  });

  claim('both kinds together: (5, 1, 2, 4, 3) goes back to (2, 1, 3)', ({ attempt, expect }) => {
    for (const [large, small] of stretched) {
      const grad = torch.randn(large), before = grad.clone();
      expect(attempt.unbroadcast(grad, small), { name: `unbroadcast(grad of shape ${show(large)}, ${show(small)})`, inputs: { grad } }).toBeClose(summed(grad, small), {
        as: 'GRAD',
        mistakes: [{ value: () => grad.sum().expand([...small]), says: 'everything is summed: a sum over an empty list of dimensions is a sum over all of them' }],
      });
      expect(grad, 'grad after the call').toBeClose(before, { as: 'MEMORY', says: 'the gradient that was handed in was changed' });
    }
  });

  claim('backward of a + b agrees with autograd', ({ attempt, expect, reference }) => {
    for (const [left, right] of [...pairs, [[0, 3], [3]] as const]) {
      const a = torch.randn(left), b = torch.randn(right), gradOutput = torch.randn(a.add(b).shape);
      const [wantA, wantB] = reference(() => { const [p, q] = [a.clone().requiresGrad_(), b.clone().requiresGrad_()]; return torch.autograd.grad(p.add(q), [p, q], { gradOutputs: gradOutput }); });
      const [gradA, gradB] = attempt.addBackward(a, b, gradOutput), inputs = { a, b, gradOutput };
      const copies = (x: Tensor): Tensor => torch.ones(gradOutput.shape).sum().div(x.numel()).expand(x.shape);
      const unused = { says: 'gradOutput is not used: this counts the copies' };
      expect(gradA, { name: `the gradient of a, shape ${show(left)}`, inputs }).toBeClose(wantA, { as: 'GRAD', mistakes: [{ value: () => copies(a), ...unused }, { value: wantB, says: 'the gradients of a and b are exchanged' }] });
      expect(gradB, { name: `the gradient of b, shape ${show(right)}`, inputs }).toBeClose(wantB, { as: 'GRAD', mistakes: [{ value: () => copies(b), ...unused }] });
    }
  });

  claim('backward of a · b multiplies by the other operand before it sums', ({ attempt, expect, reference }) => {
    for (const [left, right] of pairs) {
      const a = torch.randn(left), b = torch.randn(right), gradOutput = torch.randn(a.add(b).shape);
      const [wantA, wantB] = reference(() => { const [p, q] = [a.clone().requiresGrad_(), b.clone().requiresGrad_()]; return torch.autograd.grad(p.mul(q), [p, q], { gradOutputs: gradOutput }); });
      const inputs = { a, b, gradOutput }, before = Object.entries(inputs).map(([name, t]) => [name, t, t.clone()] as const);
      const [gradA, gradB] = attempt.mulBackward(a, b, gradOutput);
      for (const [name, got, want, own, other] of [['a', gradA, wantA!, a, b], ['b', gradB, wantB!, b, a]] as const) {
        expect(got, { name: `the gradient of ${name}, shape ${show(own.shape)}, with ${name === 'a' ? 'b' : 'a'} of shape ${show(other.shape)}`, inputs }).toBeClose(want, {
          as: 'GRAD',
          mistakes: [
            { value: () => summed(gradOutput.mul(own), own.shape), says: `this is gradOutput · ${name}, summed; a factor receives the other factor` },
            { value: () => summed(gradOutput, own.shape), says: 'the other factor is missing: this is the backward of an addition' },
            { value: () => summed(gradOutput, own.shape).mul(summed(other.expand(gradOutput.shape), own.shape)), says: 'gradOutput and the other factor are summed first and multiplied afterwards; multiply first' },
          ],
        });
      }
      for (const [name, now, then] of before) expect(now, `${name} after the call`).toEqual(then, { as: 'MEMORY', says: `${name} itself was changed; other branches of a graph still need it` });
    }
  });
});
