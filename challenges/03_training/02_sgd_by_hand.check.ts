import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { spy } from '@track/engine/testing';
import { check } from '@track/grader/check';

const leaf = (shape: number[]): Tensor => torch.randn(shape).requiresGrad_();

/** Gradient descent in float64 and without autograd: the gradient of the mean squared error is 2/N Xᵀ(Xw + b - y). */
function descend(x: Tensor, y: Tensor, weight: Tensor, bias: Tensor, lr: number, steps: number, mistake?: 'uphill' | 'gradients add up' | 'sum'): { losses: number[]; weight: Tensor; bias: Tensor } {
  const [X, Y] = [x.double(), y.double()], n = x.shape[0], losses: number[] = [];
  let w = weight.detach().double(), b = bias.detach().double(), dw = torch.zerosLike(w), db = torch.zerosLike(b);
  for (let k = 0; k < steps; k++) {
    const error = X.matmul(w).add(b).sub(Y), scale = mistake === 'sum' ? 2 : 2 / n, keep = mistake === 'gradients add up' ? 1 : 0;
    losses.push(error.square().mean().item() as number);
    dw = dw.mul(keep).add(X.t().matmul(error).mul(scale));
    db = db.mul(keep).add(error.sum().mul(scale));
    const signed = mistake === 'uphill' ? -lr : lr;
    w = w.sub(dw.mul(signed));
    b = b.sub(db.mul(signed));
  }
  return { losses, weight: w.float(), bias: b.float() };
}

export default check<typeof import('./02_sgd_by_hand.ts')>(({ claim }) => {
  claim('fitLinear returns one plain number for each step', ({ attempt, expect }) => {
    for (const steps of [3, 1]) {
      const losses = attempt.fitLinear(torch.randn(5, 2), torch.randn(5), leaf([2]), leaf([]), 0.05, steps);
      expect(losses, `fitLinear(..., ${steps} steps)`).toBeA('list');
      expect(losses.length, 'the number of losses').toBe(steps);
      expect(losses.every((l) => typeof l === 'number' && Number.isFinite(l)), 'whether all losses are finite numbers').toBe(true, { says: 'a loss is not a plain finite number: item() takes the value out of a tensor' });
    }
  });

  claim('sgdStep moves each parameter against its gradient, by lr times the gradient, in place', ({ attempt, expect }) => {
    for (const shape of [[3, 2], [4], []]) {
      const p = leaf(shape), still = leaf([2]), lr = 0.3;
      p.mul(torch.randn(shape)).sum().backward();
      const before = p.detach().clone(), grad = p.grad!.clone(), unused = still.detach().clone(), view = p.detach();
      attempt.sgdStep([p, still], lr);
      expect(torch.isGradEnabled(), 'whether gradients are recorded after sgdStep').toBe(true, { as: 'MODE', says: 'sgdStep leaves gradients switched off: noGrad with a function switches them on again at its end' });
      expect(p.detach(), { name: 'the parameter after sgdStep([p, ...], 0.3)', inputs: { 'p before': before, 'its grad': grad } }).toBeClose(before.sub(grad.mul(lr)), {
        mistakes: [
          { value: before, says: 'the parameter has not changed: write into it (sub_), instead of making a new tensor' },
          { value: before.add(grad.mul(lr)), says: 'this goes uphill: subtract the gradient' },
          { value: before.sub(grad), says: 'lr is left out' },
        ],
      });
      expect(view, 'a view of the parameter, made before').toBeClose(p.detach(), { as: 'MEMORY', says: 'the parameter has new memory: views of it, and whoever shares its weights, keep the old values. Write into it (sub_)' });
      expect(still.detach(), 'the parameter without a gradient').toBeClose(unused);
      expect(p.isLeaf && p.requiresGrad, 'whether the parameter is still a leaf that requires grad').toBe(true, { as: 'GRAD' });
    }
  });

  claim('sgdStep leaves no gradient behind and records no graph', async ({ attempt, expect }) => {
    const p = leaf([3, 2]), q = leaf([2]);
    p.mul(torch.randn(3, 2)).add(q).sum().backward();
    const seen = await spy(async () => attempt.sgdStep([p, q], 0.1));
    for (const [name, { grad }] of Object.entries({ p, q })) {
      expect(grad === null || grad.abs().sum().item() === 0, `whether ${name}.grad is cleared`).toBe(true, { as: 'GRAD', says: `${name} keeps its gradient: the next backward adds to it` });
    }
    expect(seen.graphNodes, 'the number of graph nodes recorded by sgdStep').toBe(0, { as: 'MODE', says: 'the step was recorded as a part of the graph: update inside torch.noGrad' });
  });

  claim('ten steps of fitLinear lead weight and bias where gradient descent on the mean squared error leads', ({ attempt, expect, random }) => {
    for (const [n, d] of [[7, 3], [4, 4], [1, 2]]) {
      const x = torch.randn(n, d), y = torch.randn(n), weight = leaf([d]), bias = leaf([]), lr = random.uniform(0.02, 0.06);
      const want = descend(x, y, weight, bias, lr, 10), start = { weight: weight.detach().clone(), bias: bias.detach().clone() };
      const others = { uphill: 'this goes uphill: subtract the gradient', 'gradients add up': 'the gradients add up over the steps: clear them after each', sum: 'this descends on the sum of squared errors: the loss is their mean' } as const;
      const wrong = (Object.keys(others) as (keyof typeof others)[]).map((m) => ({ ...descend(x, y, weight, bias, lr, 10, m), says: others[m] }));
      const losses = attempt.fitLinear(x, y, weight, bias, lr, 10);
      for (const [name, got] of Object.entries({ weight, bias }) as ['weight' | 'bias', Tensor][]) {
        expect(got.detach(), `${name} after 10 steps (N = ${n}, D = ${d})`).toBeClose(want[name], {
          rtol: 1e-4, atol: 1e-5, mistakes: [{ value: start[name], says: `${name} itself is unchanged: the training went on with other tensors` }, ...wrong.map((w) => ({ value: w[name], says: w.says }))],
        });
      }
      expect(losses, 'the losses before each of 10 steps').toBeClose(want.losses, {
        rtol: 1e-4, atol: 1e-5, mistakes: [
          { value: () => descend(x, y, start.weight, start.bias, lr, 11).losses.slice(1), says: 'these are the losses after each step' },
          { value: want.losses.map((l) => l * n), says: 'these are sums of squared errors, not means' },
        ],
      });
    }
  });

  claim('each step records as much graph as the first one, and keeps none of it', async ({ attempt, expect }) => {
    const nodes = async (steps: number): Promise<number> => {
      const [x, y, weight, bias] = [torch.randn(6, 3), torch.randn(6), leaf([3]), leaf([])];
      const seen = await spy(async () => attempt.fitLinear(x, y, weight, bias, 0.02, steps));
      expect(seen.order.filter((event) => event === 'backward').length, `how often backward ran in ${steps} steps`).toBe(steps, { as: 'GRAD', says: 'each step needs one backward of its loss: let autograd find the gradients' });
      return seen.graphNodes;
    };
    const [one, five, nine] = [await nodes(1), await nodes(5), await nodes(9)];
    expect(nine - five, 'the graph nodes recorded in steps 6 to 9').toBe(five - one, { as: 'MEMORY', says: `four early steps record ${five - one} graph nodes, four later ones ${nine - five}: the update or the losses are part of the graph` });
  });
});
