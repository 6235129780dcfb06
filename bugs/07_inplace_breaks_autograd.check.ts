import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

const F = nn.functional;

/** Block inputs: a batch of vectors, of sequences, one vector, as many vectors as entries. */
const blockShapes = [[3, 4], [2, 5, 3], [1, 4], [4, 4]];
/** N, T, D of pool: all different, N equal to T, one sample, one place. */
const poolSizes = [[2, 5, 3], [4, 4, 2], [1, 3, 4], [3, 1, 2]];

type State = Record<string, Tensor>;
const correction = (x: Tensor, state: State, at = ''): Tensor =>
  F.linear(F.linear(x.relu(), state[`${at}up.weight`], state[`${at}up.bias`]).relu(), state[`${at}down.weight`], state[`${at}down.bias`]);
const pooled = (scores: Tensor, values: Tensor): Tensor => scores.softmax(1).unsqueeze(1).matmul(values).squeeze(1);

/** What a WindPark with these weights predicts. */
function predicted(days: Tensor, state: State): Tensor {
  const encoded = F.linear(days, state['encode.weight'], state['encode.bias']);
  const features = encoded.add(correction(encoded, state, 'block.'));
  const scores = F.linear(features, state['score.weight'], state['score.bias']).squeeze(2);
  return F.linear(pooled(scores, features), state['head.weight'], state['head.bias']).squeeze(1);
}

export default check<typeof import('./07_inplace_breaks_autograd.ts')>(({ claim }) => {
  claim('a block keeps the shape of its input, and pool makes [N, D] of scores [N, T] and values [N, T, D]', ({ attempt, expect }) => {
    for (const shape of blockShapes) {
      expect(new attempt.ResidualBlock(shape.at(-1)!)(torch.randn(shape)), `block(x) for x [${shape}]`).toBeTensor({ shape, dtype: 'float32' });
    }
    for (const [n, t, d] of poolSizes) {
      expect(attempt.pool(torch.randn(n, t), torch.randn(n, t, d)), `pool(scores, values) for scores [${n}, ${t}]`).toBeTensor({ shape: [n, d], dtype: 'float32' });
    }
  });

  claim('neither a block nor pool changes the tensors that it is given', ({ attempt, expect }) => {
    for (const shape of blockShapes) {
      const block = new attempt.ResidualBlock(shape.at(-1)!), x = torch.randn(shape), before = x.clone();
      block(x);
      expect(x, 'x after block(x)').toBeClose(before, { as: 'MEMORY', says: 'block(x) has changed x itself' });
    }
    for (const [n, t, d] of poolSizes) {
      const given = { scores: torch.randn(n, t), values: torch.randn(n, t, d) }, before = [given.scores.clone(), given.values.clone()];
      attempt.pool(given.scores, given.values);
      Object.entries(given).forEach(([name, tensor], i) => {
        expect(tensor, `${name} after pool(scores, values)`).toBeClose(before[i], { as: 'MEMORY', says: `pool has changed its ${name}` });
      });
    }
  });

  claim('a block gives x plus the correction', ({ attempt, expect }) => {
    for (const shape of blockShapes) {
      const block = new attempt.ResidualBlock(shape.at(-1)!), x = torch.randn(shape), state = block.stateDict();
      expect(block(x.clone()), { name: 'block(x)', inputs: { x } }).toBeClose(x.add(correction(x, state)), {
        mistakes: [
          { value: () => x.relu().add(correction(x, state)), says: 'what is added to the correction is not x: its negative values are missing' },
          { value: () => correction(x, state), says: 'this is the correction alone: x is not added' },
          { value: () => x.add(F.linear(F.linear(x, state['up.weight'], state['up.bias']).relu(), state['down.weight'], state['down.bias'])), says: 'the correction is computed from x, not from its positive part' },
        ],
      });
    }
  });

  claim('the gradients of a block are those that central differences give', async ({ attempt, gradcheck }) => {
    for (const shape of blockShapes) {
      const block = new attempt.ResidualBlock(shape.at(-1)!).double();
      // The product gives the block what it meets in a network: the output of an operator, not a leaf.
      await gradcheck((x: Tensor) => block(x.mul(1.5)), [torch.randn(shape)], { name: 'block(x)', names: ['x'] });
    }
  });

  claim('pool gives the mean of the values, weighted by the softmax of the scores, also for scores of a thousand', ({ attempt, expect }) => {
    for (const [n, t, d] of poolSizes) {
      for (const shift of [0, 1000, -1000]) {
        const scores = torch.randn(n, t).add(shift), values = torch.randn(n, t, d);
        const powers = scores.sub(scores.amax(1, true)).exp();
        expect(attempt.pool(scores.clone(), values.clone()), { name: 'pool(scores, values)', inputs: { scores, values } }).toBeClose(pooled(scores, values), {
          mistakes: [
            { value: () => powers.unsqueeze(1).matmul(values).squeeze(1), says: 'the weights do not add up to 1: they are not divided by their sum' },
            { value: () => powers.div(powers.sum()).unsqueeze(1).matmul(values).squeeze(1), says: 'the weights are divided by the sum over all samples, not by that of their own' },
          ],
        });
      }
    }
  });

  claim('the gradients of pool are those that central differences give', async ({ attempt, gradcheck }) => {
    for (const [n, t, d] of poolSizes) {
      await gradcheck((scores: Tensor, values: Tensor) => attempt.pool(scores.mul(1.5), values), [torch.randn(n, t), torch.randn(n, t, d)], {
        name: 'pool(scores, values)', names: ['scores', 'values'],
      });
    }
  });

  claim('the network predicts what its formulas say, and each of its weights gets the right gradient', ({ attempt, expect, fail }) => {
    for (const count of [4, 5, 1]) {
      const model = new attempt.WindPark(), days = torch.rand(count, 5, 3).mul(2).sub(1), cotangent = torch.randn(count);
      const leaves = Object.fromEntries(Object.entries(model.stateDict()).map(([name, value]) => [name, value.clone().requiresGrad_()]));
      const want = predicted(days, leaves), got: Tensor = model(days);
      expect(got, { name: 'model(days)', inputs: { days } }).toBeClose(want);
      want.mul(cotangent).sum().backward();
      got.mul(cotangent).sum().backward();
      for (const [name, p] of model.namedParameters()) {
        if (p.grad === null) fail({ class: 'GRAD', says: `${name} gets no gradient` });
        expect(p.grad, `the gradient of ${name}`).toBeClose(leaves[name].grad, { as: 'GRAD' });
      }
    }
  });
});
