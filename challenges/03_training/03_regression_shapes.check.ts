import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { spy } from '@track/engine/testing';
import { check } from '@track/grader/check';

const parts = (model: nn.Linear): { slope: number; intercept: number } => ({ slope: model.weight.item() as number, intercept: model.bias!.item() as number });

export default check<typeof import('./03_regression_shapes.ts')>(({ claim }) => {
  claim('regressionLoss is a float32 tensor of shape [] that backward can start from', ({ attempt, expect }) => {
    for (const n of [6, 1]) expect(attempt.regressionLoss(new nn.Linear(1, 1), torch.randn(n), torch.randn(n)), `the loss of ${n} samples`).toBeTensor({ shape: [], dtype: 'float32', requiresGrad: true });
  });

  claim('the loss is the mean over the N samples, each prediction compared with its own target', ({ attempt, expect }) => {
    for (const n of [5, 2, 1]) {
      const model = new nn.Linear(1, 1), x = torch.randn(n).mul(2), y = torch.randn(n).add(1);
      const [x0, y0] = [x.clone(), y.clone()];
      torch.noGrad(() => model.bias!.fill_(0.4));
      const { slope, intercept } = parts(model), predicted = x.mul(slope).add(intercept), errors = predicted.sub(y).square();
      expect(attempt.regressionLoss(model, x, y).detach(), { name: 'regressionLoss(model, x, y)', inputs: { x, y, 'predictions': predicted } }).toBeClose(errors.mean(), {
        mistakes: n === 1 ? [] : [
          { value: predicted.unsqueeze(1).sub(y).square().mean(), says: `a prediction [${n}, 1] and a target [${n}] broadcast to [${n}, ${n}]: each prediction is compared with each target` },
          { value: errors.sum(), says: 'this is the sum over the samples, not their mean' },
          { value: errors.mean().sqrt(), says: 'this is the root of the mean squared error' },
          { value: predicted.sub(y).abs().mean(), says: 'this is the mean of the absolute errors; square them' },
          { value: errors.mean().div(2), says: 'this is half the mean squared error' },
        ],
      });
      expect([x, y], 'the list of x and y afterwards').toEqual([x0, y0], { as: 'MEMORY', says: 'regressionLoss has changed the data that it was given' });
    }
  });

  claim('the gradients of the loss are those of the mean squared error', ({ attempt, expect }) => {
    const model = new nn.Linear(1, 1), x = torch.randn(7).add(0.5), y = torch.randn(7).mul(3);
    const { slope, intercept } = parts(model), error = x.mul(slope).add(intercept).sub(y);
    attempt.regressionLoss(model, x, y).backward();
    for (const [name, p, want] of [['weight', model.weight, error.mul(x).mean().mul(2)], ['bias', model.bias!, error.mean().mul(2)]] as [string, Tensor, Tensor][]) {
      expect(p.grad, `the gradient of ${name}`).toSatisfy((g: Tensor | null) => g !== null, 'a tensor', { as: 'GRAD', says: `${name} gets no gradient: the loss is cut off from the model` });
      expect(p.grad!.reshape([]), `the gradient of ${name}`).toBeClose(want, { as: 'GRAD' });
    }
  });

  claim('fitLine finds slope and intercept within 0.01', ({ attempt, expect, fail, random }) => {
    for (const n of [24, 17, 40]) {
      const slope = random.uniform(0.8, 2) * random.pick([-1, 1]), intercept = random.uniform(0.6, 1.5) * random.pick([-1, 1]);
      const x = torch.linspace(-2, 1.8, n).indexSelect(0, torch.randperm(n)), y = x.mul(slope).add(intercept), model = attempt.fitLine(x, y);
      expect(model, 'fitLine(x, y)').toBeA(nn.Linear);
      const got = parts(model), near = (a: number, b: number): boolean => Math.abs(a - b) <= 0.01;
      if (near(got.slope, slope) && near(got.intercept, intercept)) continue;
      const line = ({ slope: a, intercept: b }: { slope: number; intercept: number }): string => `slope ${a.toFixed(3)}, intercept ${b.toFixed(3)}`;
      fail({
        class: 'VALUE', says: 'fitLine did not find the line', expected: `${line({ slope, intercept })}, each within 0.01`, got: line(got),
        diagnosis: Math.abs(got.slope) < 0.02 && Math.abs(got.intercept - (y.mean().item() as number)) < 0.05 ? 'the line is flat, at the mean of all targets: each prediction was compared with each target'
          : Number.isNaN(got.slope) || Math.abs(got.slope) > 100 ? 'the training diverged: the learning rate is too high'
            : 'it has not arrived: take more steps, or a higher learning rate, and clear the gradients in each step',
      });
    }
  });

  claim('each call of fitLine trains a model of its own, step by step, with gradients of the loss', ({ attempt, expect }) => {
    const x = torch.linspace(-2, 2, 20), first = attempt.fitLine(x, x.mul(1.3).add(0.7)), { slope } = parts(first);
    const seen = spy(() => attempt.fitLine(x, x.mul(-0.9).sub(1)));
    expect(seen.result === first, 'whether the second call gives the model of the first').toBe(false, { as: 'MEMORY', says: 'the second call trains and returns the model of the first call: make it inside the function' });
    expect(parts(first).slope, 'the slope of the first model after the second call').toBeClose(slope, { as: 'MEMORY' });
    expect(seen.order.filter((event) => event === 'backward').length, 'how often backward ran').toBeAtLeast(10, { as: 'GRAD', says: 'the line was not found by training: let the gradients of regressionLoss lead there' });
  });
});
