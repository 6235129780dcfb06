import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

/** A table of the check's own; the price depends on the features alone. */
function sales(count: number): Tensor {
  const unit = torch.rand(count, 4), features = unit.mul(torch.tensor([150, 80, 6, 20])).add(torch.tensor([40, 0, 1, 0]));
  const price = unit.matmul(torch.tensor([300, -90, 60, -120])).add(220).add(torch.randn(count).mul(4));
  return torch.cat([features, price.unsqueeze(1)], 1);
}

/** What the deviations of `model` should be: for features as the attempt prepares them, estimate minus price. */
const wanted = (model: nn.Module, features: Tensor, table: Tensor): Tensor =>
  (model(features) as Tensor).reshape(-1).sub(table.at(':', 4).div(100));

export default check<typeof import('./08_target_shape.ts')>(({ claim, outcome }) => {
  claim('N houses have N deviations, of shape [N], also when N is 1; their loss has shape []', ({ attempt, expect }) => {
    for (const count of [5, 4, 1]) {
      const model = attempt.createModel(), table = sales(count);
      expect(attempt.deviations(model, table), `deviations(model, table) for ${count} house${count > 1 ? 's' : ''}`).toBeTensor({ shape: [count], dtype: 'float32' });
      expect(attempt.loss(model, table), `loss(model, table) for ${count} house${count > 1 ? 's' : ''}`).toBeTensor({ shape: [], dtype: 'float32' });
    }
  });

  claim('each deviation is the estimate for a house minus the price of that house', ({ attempt, expect }) => {
    for (const count of [5, 4, 1]) {
      const model = attempt.createModel(), table = sales(count), { features } = attempt.prepare(table);
      const want = wanted(model, features, table), estimates = (model(features) as Tensor).reshape(-1), prices = estimates.sub(want);
      expect(attempt.deviations(model, table), { name: 'deviations(model, table)', inputs: { estimates, prices } }).toBeClose(want, {
        rtol: 1e-4, atol: 1e-5,
        mistakes: [
          { value: want.neg(), says: 'this is price minus estimate: the signs are turned' },
          { value: () => estimates.sub(prices.mean()), says: 'these are the estimates minus the mean price' },
          { value: () => estimates.mean().sub(prices), says: 'this is the mean estimate minus each price' },
          { value: () => want.mul(100), says: 'the deviations are in thousands; the unit is hundreds of thousands' },
        ],
      });
    }
  });

  claim('the loss is the mean of the squared deviations', ({ attempt, expect }) => {
    for (const count of [7, 4, 1]) {
      const model = attempt.createModel(), table = sales(count), { features } = attempt.prepare(table);
      const want = wanted(model, features, table), estimates = (model(features) as Tensor).reshape(-1), prices = estimates.sub(want);
      expect(attempt.loss(model, table), { name: 'loss(model, table)', inputs: { estimates, prices } }).toBeClose(want.square().mean(), {
        rtol: 1e-4,
        mistakes: count === 1 ? [] : [
          { value: () => estimates.unsqueeze(1).sub(prices).square().mean(), says: `${count} houses should give a mean of ${count} squares; this is a mean of ${count * count}` },
          { value: () => want.square().sum(), says: 'this is the sum of the squares' },
          { value: () => want.abs().mean(), says: 'this is the mean of the absolute deviations' },
          { value: () => want.mean().square(), says: 'this is the square of the mean deviation' },
        ],
      });
    }
  });

  claim('backward of the loss gives every weight the gradient of that mean', ({ attempt, expect, fail }) => {
    for (const count of [7, 4, 1]) {
      const model = attempt.createModel(), table = sales(count), { features } = attempt.prepare(table);
      const twin = torch.deepcopy(model);
      wanted(twin, features, table).square().mean().backward();
      const loss = attempt.loss(model, table);
      if (!loss.requiresGrad) fail({ class: 'GRAD', says: 'the loss is cut off from the graph, so that backward reaches no weight' });
      loss.backward();
      const want = new Map(twin.namedParameters());
      for (const [name, p] of model.namedParameters()) {
        if (p.grad === null) fail({ class: 'GRAD', says: `${name} gets no gradient` });
        expect(p.grad, `the gradient of ${name}`).toBeClose(want.get(name)!.grad, { rtol: 1e-4, atol: 1e-4, as: 'GRAD' });
      }
    }
  });

  outcome('after training, the estimates explain at least 90 % of the variance of new prices', ({ attempt, expect }) => {
    const known = sales(400), unseen = sales(200), model = attempt.createModel();
    attempt.train(model, known, 20);
    const prices = unseen.at(':', 4).div(100), { features } = attempt.prepare(unseen);
    const rest = torch.noGrad(() => wanted(model, features, unseen).square().mean().div(prices.var({ correction: 0 })).item() as number);
    expect(1 - rest, 'the share of the variance that is explained').toBeAtLeast(0.9);
  });
});
