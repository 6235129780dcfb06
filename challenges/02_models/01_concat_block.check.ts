import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

/** N, dimA, dimB, dimOut: all different; widths equal; one sample; N as large as a width, and as the joint width. */
const sizes = [[4, 5, 3, 8], [3, 4, 4, 2], [1, 2, 6, 3], [5, 5, 2, 4], [6, 4, 2, 6]] as const;

/** What a linear layer with these parameters makes of `x`, by its definition. */
const linear = (x: Tensor, { weight, bias }: { weight: Tensor; bias: Tensor }): Tensor => x.matmul(weight.t()).add(bias);

export default check<typeof import('./01_concat_block.ts')>(({ claim }) => {
  claim('inputs of shape [N, dimA] and [N, dimB] give a float32 tensor of shape [N, dimOut]', ({ attempt, expect }) => {
    for (const [n, dimA, dimB, dimOut] of sizes) {
      const block = new attempt.ConcatBlock(dimA, dimB, dimOut);
      expect(block(torch.randn(n, dimA), torch.randn(n, dimB)), `new ConcatBlock(${dimA}, ${dimB}, ${dimOut}) of [${n}, ${dimA}] and [${n}, ${dimB}]`)
        .toBeTensor({ shape: [n, dimOut], dtype: 'float32' });
    }
  });

  claim('the parameters are fc.weight of shape [dimOut, dimA + dimB] and fc.bias of shape [dimOut]', ({ attempt, expect }) => {
    for (const [, dimA, dimB, dimOut] of sizes) {
      const block = new attempt.ConcatBlock(dimA, dimB, dimOut);
      const shapes = Object.fromEntries([...block.namedParameters()].map(([name, p]) => [name, [...p.shape]]));
      expect(shapes, `the list of parameters of new ConcatBlock(${dimA}, ${dimB}, ${dimOut})`).toEqual({ 'fc.weight': [dimOut, dimA + dimB], 'fc.bias': [dimOut] }, {
        mistakes: [
          { value: {}, says: 'the block has no parameters: make the layer in the constructor and keep it as this.fc' },
          { value: { 'fc.weight': [dimOut, dimA + dimB] }, says: 'the layer has no bias' },
          { value: { 'fc.weight': [dimOut, dimA], 'fc.bias': [dimOut] }, says: 'the layer has no columns for b' },
        ],
      });
    }
  });

  claim('the result is fc applied to a and b side by side, a first, and nothing else', ({ attempt, expect }) => {
    for (const [n, dimA, dimB, dimOut] of sizes) {
      const block = new attempt.ConcatBlock(dimA, dimB, dimOut);
      const [weight, bias] = [torch.randn(dimOut, dimA + dimB), torch.randn(dimOut)];
      block.loadStateDict({ 'fc.weight': weight, 'fc.bias': bias });
      const [a, b] = [torch.randn(n, dimA), torch.randn(n, dimB).add(1)];
      const fc = { weight, bias }, want = linear(torch.cat([a, b], 1), fc);
      expect(block(a, b), { name: 'block(a, b)', inputs: { a, b } }).toBeClose(want, {
        mistakes: [
          { value: () => linear(torch.cat([b, a], 1), fc), says: 'b comes first in your result; a should' },
          { value: () => want.relu(), says: 'an activation follows the layer; the block ends with fc' },
          { value: () => want.sub(bias), says: 'the bias is not added' },
          { value: () => linear(torch.cat([a, torch.zerosLike(b)], 1), fc), says: 'the result does not depend on b' },
          { value: () => linear(torch.cat([torch.zerosLike(a), b], 1), fc), says: 'the result does not depend on a' },
          { value: () => linear(torch.stack([a, b], 2).reshape(n, dimA + dimB), fc), says: 'a and b are interleaved: entry by entry instead of side by side' },
          { value: () => linear(torch.cat([a.reshape(-1), b.reshape(-1)]).reshape(n, dimA + dimB), fc), says: 'rows of different samples are mixed: you joined along the samples and reshaped' },
        ],
      });
    }
  });

  claim('gradients flow back to a, to b and to the parameters', async ({ attempt, expect, gradcheck }) => {
    const block = new attempt.ConcatBlock(3, 4, 5).double();
    await gradcheck((a: Tensor, b: Tensor) => block(a, b), [torch.randn(2, 3), torch.randn(2, 4)], { name: 'block(a, b)', names: ['a', 'b'] });
    block.zeroGrad();
    block(torch.randn(2, 3, { dtype: 'float64' }), torch.randn(2, 4, { dtype: 'float64' })).mul(torch.randn(2, 5, { dtype: 'float64' })).sum().backward();
    const without = [...block.namedParameters()].filter(([, p]) => p.grad === null).map(([name]) => name);
    expect(without, 'the list of parameters without a gradient').toEqual([], { as: 'GRAD', says: 'no gradient reaches some of the parameters: they would never be trained' });
  });
});
