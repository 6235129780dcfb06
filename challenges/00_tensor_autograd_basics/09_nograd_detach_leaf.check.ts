import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { savedBytes, spy } from '@track/engine/testing';
import { check } from '@track/grader/check';

const leaf = (...shape: number[]): Tensor => torch.randn(shape, { requiresGrad: true });

export default check<typeof import('./09_nograd_detach_leaf.ts')>(({ claim }) => {
  claim('results have the right shape and dtype', ({ attempt, expect }) => {
    for (const [n, d, c] of [[5, 3, 2], [1, 4, 3], [3, 3, 3]] as const) {
      expect(attempt.scaledWeights(d, c, 0.1), `scaledWeights(${d}, ${c}, 0.1)`).toBeTensor({ shape: [d, c], dtype: 'float32' });
      expect(attempt.tdLoss(leaf(d), torch.randn(n, d), torch.randn(n, d), torch.randn(n), 0.9), 'tdLoss(…)').toBeTensor({ shape: [], dtype: 'float32' });
      expect(attempt.predict(torch.randn(n, d), leaf(d, c)), 'predict(x, w)').toBeTensor({ shape: [n, c], dtype: 'float32' });
      const copies = attempt.snapshot([leaf(d, c), leaf(c)]);
      expect(copies, 'snapshot([w, b])').toBeA('list');
      expect(copies[0], 'snapshot([w, b])[0]').toBeTensor({ shape: [d, c], dtype: 'float32' });
      expect(copies[1], 'snapshot([w, b])[1]').toBeTensor({ shape: [c], dtype: 'float32' });
    }
  });

  claim('scaledWeights gives randn times scale, as a leaf that gathers a gradient', ({ attempt, expect, seed, fail }) => {
    for (const scale of [0.1, 3]) {
      torch.manualSeed(seed);
      const drawn = torch.randn(4, 3);
      torch.manualSeed(seed);
      const w = attempt.scaledWeights(4, 3, scale);
      expect(w.detach(), `scaledWeights(4, 3, ${scale})`).toBeClose(drawn.mul(scale), {
        mistakes: [{ value: drawn, says: 'the numbers are not scaled' }, { value: drawn.div(scale), says: 'the numbers are divided by scale' }],
      });
      expect(w, 'the weights').toBeTensor({ requiresGrad: true }, { says: 'the weights do not require grad, so they will not be trained' });
      if (!w.isLeaf) {
        fail({
          class: 'GRAD', says: 'the weights are the result of a recorded operation, not a leaf', expected: 'isLeaf true', got: `isLeaf false, gradFn ${w.gradFn?.name}`,
          diagnosis: 'requiresGrad was set before the last operation: then that operation is recorded, and only its input gets a .grad',
        });
      }
      const x = torch.randn(2, 4);
      x.matmul(w).sum().backward();
      expect(w.grad, 'w.grad after x.matmul(w).sum().backward()').toBeClose(x.sum(0).unsqueeze(1).expand(4, 3), { as: 'GRAD' });
    }
  });

  claim('tdLoss is the mean of (value - target)²', ({ attempt, expect }) => {
    for (const n of [1, 3, 7]) {
      const w = leaf(3), state = torch.randn(n, 3), nextState = torch.randn(n, 3), reward = torch.randn(n), gamma = 0.7;
      const v = torch.noGrad(() => state.matmul(w)), next = torch.noGrad(() => nextState.matmul(w)), loss = (target: Tensor): Tensor => v.sub(target).square().mean();
      expect(attempt.tdLoss(w, state, nextState, reward, gamma), { name: 'tdLoss(w, state, nextState, reward, 0.7)', inputs: { w, state, nextState, reward } }).toBeClose(loss(reward.add(next.mul(gamma))), {
        mistakes: [
          { value: loss(reward.add(next)), says: 'gamma is missing' },
          { value: loss(reward.add(next).mul(gamma)), says: 'gamma multiplies the reward as well' },
          { value: loss(reward.add(next.mul(gamma))).mul(n), says: 'this is the sum over the batch, not the mean' },
        ],
      });
    }
  });

  claim('the gradient of tdLoss flows through value, and not through target', ({ attempt, expect }) => {
    for (const n of [1, 4]) {
      const gamma = 0.6, state = torch.randn(n, 4).requiresGrad_(), nextState = torch.randn(n, 4).requiresGrad_(), w = leaf(4), reward = torch.randn(n);
      const upstream = torch.rand([]).add(0.5);
      const loss = attempt.tdLoss(w, state, nextState, reward, gamma);
      expect(loss, 'the loss').toBeTensor({ requiresGrad: true });
      loss.mul(upstream).backward();
      const [s, sNext, weights] = [state.detach(), nextState.detach(), w.detach()];
      const error = s.matmul(weights).sub(reward).sub(sNext.matmul(weights).mul(gamma)).mul(upstream).mul(2 / n);
      const throughValue = s.t().matmul(error), throughTarget = sNext.t().matmul(error).mul(-gamma);
      expect(w.grad, { name: 'w.grad', inputs: { w: weights, state: s, nextState: sNext, reward } }).toBeClose(throughValue, {
        as: 'GRAD',
        mistakes: [
          { value: throughValue.add(throughTarget), says: 'the gradient flows through both branches: the target is not cut off' },
          { value: throughTarget, says: 'the wrong branch is cut off: the gradient flows through the target only' },
        ],
      });
      expect(state.grad, 'state.grad').toBeClose(error.unsqueeze(1).mul(weights), { as: 'GRAD' });
      if (nextState.grad !== null) expect(nextState.grad, 'nextState.grad').toBeClose(torch.zeros(n, 4), { as: 'GRAD', says: 'a gradient reaches nextState, through the target' });
    }
  });

  claim('predict multiplies x by w, and records nothing', ({ attempt, expect, fail }) => {
    const x = torch.randn(5, 3), w = leaf(3, 2), before = savedBytes();
    const seen = spy(() => attempt.predict(x, w));
    expect(seen.result.detach(), { name: 'predict(x, w)', inputs: { x, w } }).toBeClose(x.matmul(w.detach()));
    expect(seen.result, 'the prediction').toBeTensor({ requiresGrad: false });
    if (seen.graphNodes > 0 || savedBytes() > before) {
      fail({
        class: 'MEMORY', says: 'predict recorded a graph and threw it away', expected: 'no new nodes in the graph', got: `${seen.graphNodes} new nodes`,
        diagnosis: 'detach at the end cuts the result off, but all that led to it was recorded; noGrad around the computation records nothing',
      });
    }
    expect(w, 'w after predict').toBeTensor({ requiresGrad: true }, { says: 'predict switched off requiresGrad of the parameter: it would never be trained again' });
    expect(torch.isGradEnabled(), 'whether gradients are recorded again after predict').toBe(true, { as: 'MODE' });
  });

  claim('sgdStep changes the parameters themselves by -lr times their gradient', ({ attempt, expect }) => {
    const parameters = [leaf(3, 2), leaf(2), leaf(4)], [w, b, unused] = parameters as [Tensor, Tensor, Tensor];
    const list = [...parameters], same = w.detach(), x = torch.randn(5, 3), lr = 0.1;
    for (const round of ['first', 'second']) {
      w.grad = null;
      b.grad = null;
      x.matmul(w).add(b).square().mean().backward();
      const want = [w, b].map((p) => p.detach().sub(p.grad!.mul(lr))), start = [w, b].map((p) => p.detach().clone());
      const gradients = [w, b].map((p) => p.grad!.clone()), rest = unused.detach().clone();
      attempt.sgdStep(parameters, lr);
      for (const [i, p] of [w, b].entries()) {
        expect(p.detach(), `parameter ${i} after the ${round} step`).toBeClose(want[i], {
          mistakes: [
            { value: start[i], says: 'the parameter is as it was: the new value went into another tensor' },
            { value: () => start[i]!.add(gradients[i]!.mul(lr)), says: 'the gradient is added; it points uphill, so subtract it' },
            { value: () => start[i]!.sub(gradients[i]!), says: 'lr is not used' },
          ],
        });
        expect(p.grad, `the gradient of parameter ${i} after the ${round} step`).toBeClose(gradients[i], { as: 'GRAD', says: 'sgdStep changed the gradients; that is the job of zeroGrad' });
        expect(p.isLeaf && p.requiresGrad, `whether parameter ${i} is still a leaf that requires grad`).toBe(true, { as: 'GRAD' });
      }
      expect(same, `a view of parameter 0, made before, after the ${round} step`).toBeClose(w.detach(), { as: 'MEMORY', says: 'the parameter has new memory: whoever holds the old one does not see the step' });
      expect(unused.detach(), 'a parameter without a gradient').toBeClose(rest);
      expect(parameters.every((p, i) => p === list[i]), 'whether the list still holds the same tensors').toBe(true, { says: 'the list holds other tensors than before: model and optimizer still have the old ones' });
    }
  });

  claim('sgdStep records nothing', ({ attempt, expect, fail }) => {
    const w = leaf(3, 2);
    torch.randn(4, 3).matmul(w).square().sum().backward();
    const seen = spy(() => attempt.sgdStep([w], 0.1));
    if (seen.graphNodes > 0) {
      fail({ class: 'MEMORY', says: 'the update was recorded in the graph', expected: 'no new nodes in the graph', got: `${seen.graphNodes} new nodes`, diagnosis: 'put the whole update inside noGrad' });
    }
    expect(torch.isGradEnabled(), 'whether gradients are recorded again after sgdStep').toBe(true, { as: 'MODE' });
  });

  claim('a snapshot keeps its values while the parameters are trained on', ({ attempt, expect }) => {
    const parameters = [leaf(3, 2), leaf(2)], values = parameters.map((p) => p.detach().clone());
    const copies = attempt.snapshot(parameters);
    expect(copies.length, 'the number of copies').toBe(2);
    for (const [i, copy] of copies.entries()) {
      expect(copy, `snapshot(parameters)[${i}]`).toBeTensor({ requiresGrad: false }, { says: `copy ${i} still belongs to the graph of its parameter` });
      expect(copy, `snapshot(parameters)[${i}]`).toBeClose(values[i]);
    }
    torch.noGrad(() => parameters.forEach((p) => p.add_(1)));
    for (const [i, copy] of copies.entries()) {
      expect(copy, `copy ${i} after the parameter grew by 1`).toBeClose(values[i], {
        as: 'MEMORY', mistakes: [{ value: () => parameters[i]!.detach(), says: 'the copy shares memory with the parameter: detach() alone does not copy' }],
      });
    }
    expect(parameters.every((p) => p.isLeaf && p.requiresGrad), 'whether the parameters still require grad').toBe(true);
  });
});
