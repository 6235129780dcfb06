import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { check } from '@track/grader/check';
import type { Leaf } from './06_backward_by_hand.ts';

const shapes = [[2, 3], [3, 3], [1, 4], [5]];
const leaf = (...shape: number[]): Leaf => ({ value: torch.randn(shape), grad: null });

/** Gradients of every value of the diamond, by the engine. */
function diamond(data: Tensor, gradOutput: Tensor): Record<'left' | 'right' | 'h' | 'x', Tensor> {
  const x = data.clone().requiresGrad_(), h = x.mul(x), left = h.mul(5), right = h.sin();
  const [gl, gr, gh, gx] = torch.autograd.grad(left.mul(right), [left, right, h, x], { gradOutputs: gradOutput });
  return { left: gl!, right: gr!, h: gh!, x: gx! };
}

export default check<typeof import('./06_backward_by_hand.ts')>(({ claim }) => {
  claim('each gradient has the shape and dtype of the value that it belongs to', ({ attempt, expect }) => {
    for (const shape of shapes) {
      const x = torch.randn(shape), gradOutput = torch.randn(shape), like = { shape, dtype: 'float32' };
      expect(attempt.parabolaBackward(x, gradOutput), 'parabolaBackward(x, gradOutput)').toBeTensor(like);
      const gradients = attempt.diamondBackward(x, gradOutput);
      for (const name of ['left', 'right', 'h', 'x'] as const) expect(gradients[name], `diamondBackward(x, gradOutput).${name}`).toBeTensor(like);
      const w = leaf(...shape);
      attempt.reusedLeafBackward(w, x, gradOutput);
      expect(w.grad, 'w.grad after reusedLeafBackward(w, x, gradOutput)').toBeTensor(like);
    }
  });

  claim('the derivative of x² + 3x is 7 at x = 2, and 2x + 3 everywhere', ({ attempt, expect }) => {
    expect(attempt.parabolaBackward(torch.tensor([2]), torch.ones(1)), { name: 'parabolaBackward([2], [1])' }).toBeClose(torch.tensor([7]), {
      as: 'GRAD',
      mistakes: [
        { value: torch.tensor([10]), says: 'this is the value of y, not its derivative' },
        { value: torch.tensor([4]), says: 'the term 3x is missing from the derivative' },
        { value: torch.tensor([5]), says: 'the derivative of x² is 2x, not x' },
      ],
    });
    const x = torch.randn(2, 5);
    expect(attempt.parabolaBackward(x, torch.ones(2, 5)), { name: 'parabolaBackward(x, ones)', inputs: { x } }).toBeClose(x.mul(2).add(3), { as: 'GRAD' });
  });

  claim('the gradient that arrives from above is a factor of the gradient that is passed on', ({ attempt, expect }) => {
    const x = torch.randn(2, 3), gradOutput = torch.randn(2, 3), local = x.mul(2).add(3);
    expect(attempt.parabolaBackward(x, gradOutput), { name: 'parabolaBackward(x, gradOutput)', inputs: { x, gradOutput } }).toBeClose(local.mul(gradOutput), {
      as: 'GRAD',
      mistakes: [
        { value: local, says: 'gradOutput is not used: this is the derivative of y, but the gradient of the loss is gradOutput times that' },
        { value: local.add(gradOutput), says: 'gradOutput is added; the chain rule multiplies' },
      ],
    });
  });

  claim('where the graph splits, the gradients of both branches are added', ({ attempt, expect, reference }) => {
    const x = torch.randn(3, 4), gradOutput = torch.randn(3, 4), inputs = { x, gradOutput };
    const want = reference(() => diamond(x, gradOutput)), h = x.mul(x);
    const got = attempt.diamondBackward(x, gradOutput);
    const named = (name: string): { name: string; inputs: typeof inputs } => ({ name: `the gradient of ${name}`, inputs });
    for (const [name, other] of [['left', 'right'], ['right', 'left']] as const) {
      expect(got[name], named(name)).toBeClose(want[name], {
        as: 'GRAD',
        mistakes: [
          { value: want[other], says: `this is the gradient of ${other}: in a product, each factor receives the other factor` },
          { value: name === 'left' ? h.sin() : h.mul(5), says: 'gradOutput is not used' },
        ],
      });
    }
    const throughLeft = want.left.mul(5), throughRight = want.right.mul(h.cos());
    expect(got.h, named('h')).toBeClose(want.h, {
      as: 'GRAD',
      mistakes: [
        { value: throughLeft, says: 'only the way through left is counted; right depends on h as well' },
        { value: throughRight, says: 'only the way through right is counted; left depends on h as well' },
        { value: want.left.add(want.right), says: 'the gradients of left and right are added as they are; each has still to be multiplied by its own derivative, 5 and cos(h)' },
        { value: throughLeft.mul(throughRight), says: 'the two ways are multiplied; they add' },
      ],
    });
    expect(got.x, named('x')).toBeClose(want.x, {
      as: 'GRAD',
      mistakes: [{ value: want.h, says: 'the last step is missing: h = x² has the derivative 2x' }, { value: want.h.mul(x), says: 'the derivative of x² is 2x, not x' }],
    });
  });

  claim('the first gradient of a leaf is kept, later ones are added to it', ({ attempt, expect }) => {
    const w = leaf(2, 3), gradients = [torch.randn(2, 3), torch.randn(2, 3), torch.randn(2, 3)];
    let want = torch.zeros(2, 3);
    for (const [i, gradient] of gradients.entries()) {
      attempt.accumulate(w, gradient.clone());
      want = want.add(gradient);
      expect(w.grad, `leaf.grad after ${['one call', 'two calls', 'three calls'][i]} of accumulate`).toBeClose(want, {
        as: 'GRAD',
        mistakes: [
          { value: gradient, says: 'only the last gradient is left: each call replaces what was there' },
          { value: gradients[0], says: 'only the first gradient is there: later ones are dropped' },
          { value: () => want.div(i + 1), says: 'this is the mean of the gradients; PyTorch adds them' },
        ],
      });
    }
  });

  claim('accumulating leaves the tensors that it was handed as they were', ({ attempt, expect }) => {
    const w = leaf(4), gradients = [torch.randn(4), torch.randn(4), torch.randn(4)], before = gradients.map((g) => g.clone());
    for (const gradient of gradients) attempt.accumulate(w, gradient);
    for (const [i, gradient] of gradients.entries()) {
      expect(gradient, `gradient number ${i + 1} after three calls of accumulate`).toBeClose(before[i]!, {
        as: 'MEMORY',
        mistakes: [{ value: w.grad, says: 'leaf.grad is the very tensor that was handed in, and a later call added to it in place' }],
      });
    }
    const other = leaf(4), handed = torch.randn(4), kept = handed.clone();
    attempt.accumulate(other, handed);
    handed.zero_();
    expect(other.grad, 'leaf.grad after the caller zeroed the gradient that it had handed in').toBeClose(kept, {
      as: 'MEMORY', mistakes: [{ value: torch.zeros(4), says: 'leaf.grad shares memory with the tensor that was handed in' }],
    });
  });

  claim('a leaf that is used twice gets the sum of the gradients of both uses', ({ attempt, expect }) => {
    for (const shape of shapes) {
      const w = leaf(...shape), x = torch.randn(shape), gradOutput = torch.randn(shape);
      const product = x.mul(gradOutput), square = w.value.mul(2).mul(gradOutput), handed = [w.value, x, gradOutput], before = handed.map((t) => t.clone());
      attempt.reusedLeafBackward(w, x, gradOutput);
      expect(w.grad, { name: 'w.grad', inputs: { w: w.value, x, gradOutput } }).toBeClose(product.add(square), {
        as: 'GRAD',
        mistakes: [
          { value: product, says: 'only the product w · x is counted; w² uses w as well' },
          { value: square, says: 'only the square is counted; w · x uses w as well' },
          { value: product.add(square.div(2)), says: 'w² = w · w uses w twice: its derivative is 2w' },
          { value: w.value.mul(gradOutput).add(square), says: 'the derivative of w · x with respect to w is x, not w' },
        ],
      });
      for (const [i, name] of ['w.value', 'x', 'gradOutput'].entries()) expect(handed[i], `${name} after the call`).toEqual(before[i], { as: 'MEMORY', says: `${name} itself was changed; others still need it` });
    }
  });

  claim('a second backward adds to the gradient of the first, until zeroGrad', ({ attempt, expect }) => {
    const w = leaf(3, 2), gradient = (x: Tensor, g: Tensor): Tensor => x.add(w.value.mul(2)).mul(g);
    const batches = [0, 1, 2].map(() => ({ x: torch.randn(3, 2), g: torch.randn(3, 2) }));
    const [first, second, third] = batches.map(({ x, g }) => gradient(x, g));
    attempt.reusedLeafBackward(w, batches[0]!.x, batches[0]!.g);
    attempt.reusedLeafBackward(w, batches[1]!.x, batches[1]!.g);
    expect(w.grad, 'w.grad after two batches').toBeClose(first!.add(second!), {
      as: 'GRAD', mistakes: [{ value: second, says: 'the gradient of the first batch is gone: backward adds to what is there' }],
    });
    attempt.zeroGrad(w);
    if (w.grad !== null) expect(w.grad, 'w.grad after zeroGrad').toBeClose(torch.zeros(3, 2), { as: 'GRAD', says: 'zeroGrad leaves the old gradient in place' });
    attempt.reusedLeafBackward(w, batches[2]!.x, batches[2]!.g);
    expect(w.grad, 'w.grad after zeroGrad and one more batch').toBeClose(third!, { as: 'GRAD' });
  });
});
