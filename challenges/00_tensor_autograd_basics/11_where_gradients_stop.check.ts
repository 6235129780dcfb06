import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { check } from '@track/grader/check';

const leaf = (...shape: number[]): Tensor => torch.randn(shape, { requiresGrad: true });

/** Leaves, and a loss of each. */
function someLosses(count: number): { leaves: Tensor[]; losses: Tensor[] } {
  const leaves = Array.from({ length: count }, () => leaf(3));
  return { leaves, losses: leaves.map((w) => w.square().sum()) };
}

export default check<typeof import('./11_where_gradients_stop.ts')>(({ claim }) => {
  claim('results have the right shape and dtype', ({ attempt, expect }) => {
    expect(attempt.meanLoss(someLosses(3).losses), 'meanLoss(three losses)').toBeTensor({ shape: [], dtype: 'float32' });
    for (const shape of [[2, 3], [1], []]) {
      for (const dtype of ['float32', 'float64'] as const) {
        const x = torch.randn(shape, { dtype });
        expect(attempt.softCount(x, 0.5, 0.1), `softCount(scores of shape [${shape.join(', ')}], 0.5, 0.1)`).toBeTensor({ shape: [], dtype });
        expect(attempt.safeSqrt(x), `safeSqrt(x of shape [${shape.join(', ')}])`).toBeTensor({ shape, dtype });
      }
    }
  });

  claim('meanLoss is the mean, and its gradient reaches every loss', ({ attempt, expect }) => {
    for (const count of [4, 1]) {
      const { leaves, losses } = someLosses(count), result = attempt.meanLoss(losses);
      const sum = losses.map((l) => l.item() as number).reduce((a, b) => a + b);
      expect(result.detach(), `meanLoss(${count} losses)`).toBeClose(torch.tensor(sum / count), { mistakes: [{ value: torch.tensor(sum), says: 'this is the sum' }] });
      expect(result, 'the mean').toBeTensor({ requiresGrad: true }, { says: 'the mean is cut off from the graph: somewhere the losses became plain numbers or were detached' });
      result.backward();
      for (const [i, w] of leaves.entries()) {
        if (w.grad === null) expect(w.grad, `the gradient that reaches loss ${i}`).toBeTensor({ shape: [3] }, { says: `no gradient reaches loss ${i}` });
        expect(w.grad, `the gradient of the leaf behind loss ${i}`).toBeClose(w.detach().mul(2 / count), { as: 'GRAD' });
      }
    }
  });

  claim('history gives plain numbers, and leaves the losses in their graphs', ({ attempt, expect }) => {
    const { losses } = someLosses(4), want = losses.map((l) => l.item() as number), numbers = attempt.history(losses);
    expect(numbers, 'history(losses)').toBeA('list');
    expect(numbers.length, 'the number of values').toBe(4);
    for (const [i, value] of (numbers as unknown[]).entries()) expect(value, `history(losses)[${i}]`).toBeA('number', { says: `entry ${i} is not a plain number; a tensor with a graph keeps that whole graph in memory` });
    expect(numbers, 'history(losses)').toBeClose(want);
    expect(losses.every((l) => l.requiresGrad), 'whether the losses still belong to their graphs').toBe(true, { as: 'GRAD' });
  });

  claim('softCount adds up sigmoid((score - threshold) / temperature)', ({ attempt, expect }) => {
    for (const [threshold, temperature] of [[0.3, 0.5], [-0.4, 2]] as const) {
      const scores = torch.randn(3, 4), soft = torch.sigmoid(scores.sub(threshold).div(temperature));
      expect(attempt.softCount(scores, threshold, temperature), { name: `softCount(scores, ${threshold}, ${temperature})`, inputs: { scores } }).toBeClose(soft.sum(), {
        mistakes: [
          { value: scores.gt(threshold).sum().float(), says: 'this is the hard count: a comparison has no gradient' },
          { value: soft.mean(), says: 'this is the mean, not the sum' },
          { value: torch.sigmoid(scores.sub(threshold).mul(temperature)).sum(), says: 'temperature multiplies; it should divide' },
          { value: torch.sigmoid(scores.div(temperature).sub(threshold)).sum(), says: 'the threshold is subtracted after the division' },
          { value: soft.gt(0.5).sum().float(), says: 'the soft counts are rounded: rounding has no gradient' },
        ],
      });
    }
    const scores = torch.randn(50);
    scores.setAt([scores.abs().lt(0.01)], 1);
    expect(attempt.softCount(scores, 0, 1e-4), 'softCount(scores, 0, 0.0001), which is nearly the hard count').toBeClose(scores.gt(0).sum().float());
  });

  claim('gradients flow through softCount', async ({ attempt, gradcheck }) => {
    await gradcheck((scores: Tensor) => attempt.softCount(scores, 0.2, 0.7), [torch.randn(2, 5)], { name: 'softCount', names: ['scores'] });
  });

  claim('safeSqrt is √x where x > 0, and 0 elsewhere', ({ attempt, expect }) => {
    const x = torch.randn(3, 5);
    x.setAt([0, ':2'], 0);
    const want = torch.tensor((x.reshape(-1).tolist() as number[]).map((v) => (v > 0 ? Math.sqrt(v) : 0))).reshape(3, 5);
    expect(attempt.safeSqrt(x), { name: 'safeSqrt(x)', inputs: { x } }).toBeClose(want, {
      atol: 1e-8,
      mistakes: [
        { value: () => x.sqrt(), says: 'the root of a negative number is NaN' },
        { value: () => x.abs().sqrt(), says: 'negative numbers give 0, not the root of their size' },
        { value: () => torch.where(x.gt(0), x.sqrt(), torch.ones(3, 5)), says: 'where x is not positive the result is 0' },
      ],
    });
    expect(attempt.safeSqrt(torch.tensor([0, -1, 4])), 'safeSqrt([0, -1, 4])').toEqual(torch.tensor([0, 0, 2]), { says: 'the result is not exactly 0 where x is not positive' });
    const tiny = torch.tensor([1e-6, 1e-12, 1e-20, 1e-30]);
    expect(attempt.safeSqrt(tiny), { name: 'safeSqrt of tiny numbers', inputs: { x: tiny } }).toBeClose(torch.tensor([1e-3, 1e-6, 1e-10, 1e-15]), { atol: 0, says: 'tiny numbers are positive too: their roots are not those of another number' });
  });

  claim('the gradient of safeSqrt is 1 / (2√x) where x > 0, and 0 elsewhere, never NaN', ({ attempt, expect }) => {
    for (const data of [torch.tensor([4, 0, -1, 0.25]), torch.randn(3, 4)]) {
      const x = data.clone().requiresGrad_(), upstream = torch.rand(x.shape).add(0.5);
      attempt.safeSqrt(x).mul(upstream).sum().backward();
      const given = upstream.reshape(-1).tolist() as number[];
      const want = torch.tensor((data.reshape(-1).tolist() as number[]).map((v, i) => (v > 0 ? given[i]! / (2 * Math.sqrt(v)) : 0))).reshape(data.shape);
      expect(x.grad, { name: 'x.grad', inputs: { x: data, 'gradient of the result': upstream } }).toBeClose(want, {
        as: 'GRAD',
        mistakes: [
          { value: () => gradOf(data, upstream, (t) => torch.where(t.gt(0), t.sqrt(), torch.zerosLike(t))), says: 'where hides the value of the root but not its derivative: the branch not taken gets a gradient of 0, times an infinite derivative' },
          { value: () => gradOf(data, upstream, (t) => t.clamp(0).sqrt()), says: 'clamp makes the numbers 0, where the derivative of the root is infinite' },
        ],
      });
    }
  });

  claim('unreachedParameters names what gets no gradient: unused, detached, or all if the loss has no graph', ({ attempt, expect }) => {
    const frozen = torch.randn(3), [used, unused, detached, zero] = [leaf(3), leaf(3), leaf(3), leaf(3)] as [Tensor, Tensor, Tensor, Tensor];
    const parameters = { used, unused, frozen, detached, zero };
    const loss = used.mul(frozen).add(detached.detach()).add(zero.mul(0)).square().sum();
    expect(attempt.unreachedParameters(loss, parameters), 'unreachedParameters(loss, { used, unused, frozen, detached, zero })').toEqual(['unused', 'detached'], {
      mistakes: [
        { value: ['unused', 'detached', 'zero'], says: 'zero is reached: its gradient is 0 because it is multiplied by 0' },
        { value: ['unused', 'frozen', 'detached'], says: 'frozen does not require grad, so none is missing' },
        { value: ['used', 'zero'], says: 'these are the ones that are reached' },
        { value: [], says: 'unused and detached get no gradient' },
      ],
    });
    expect(attempt.unreachedParameters(used.square().sum(), { used }), 'unreachedParameters(loss, { used })').toEqual([]);
    expect(attempt.unreachedParameters(torch.tensor(used.square().sum().item()), { used, frozen, unused }), 'unreachedParameters(a loss without a graph, { used, frozen, unused })').toEqual(['used', 'unused']);
  });

  claim('unreachedParameters changes no grad, and backward still works after it', ({ attempt, expect, fail }) => {
    const w = leaf(3), b = leaf(3), idle = leaf(2), before = torch.randn(3);
    w.grad = before.clone();
    const loss = w.mul(b).exp().sum();
    attempt.unreachedParameters(loss, { w, b, idle });
    expect(w.grad, 'w.grad after the call').toBeClose(before, { as: 'GRAD', says: 'w.grad is not what it was before the call' });
    expect([b.grad, idle.grad], 'b.grad and idle.grad after the call').toEqual([null, null], { as: 'GRAD' });
    try {
      loss.backward();
    } catch (error) {
      fail({ class: 'GRAD', says: 'loss.backward() after the call fails', expected: 'no exception', got: String(error).slice(0, 200), diagnosis: 'the graph was let go of: ask for retainGraph' });
    }
    expect(b.grad, 'b.grad after loss.backward()').toBeClose(w.detach().mul(w.detach().mul(b.detach()).exp()), { as: 'GRAD' });
  });
});

/** The gradient of a function of x under a given gradient of its result. */
function gradOf(data: Tensor, upstream: Tensor, body: (x: Tensor) => Tensor): Tensor {
  const x = data.clone().requiresGrad_();
  body(x).mul(upstream).sum().backward();
  return x.grad!;
}
