import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';
import { spy } from '@track/engine/testing';
import { check } from '@track/grader/check';

type Batch = [Tensor, Tensor];

/** `count` points in batches of four; the last one may be shorter. */
function batches(count: number): Batch[] {
  const labels = torch.randint(0, 2, [count]).split(4);
  return torch.randn(count, 2).split(4).map((points, i): Batch => [points, labels[i]]);
}
const devices = ['sim:0', 'sim:1', 'cpu'];

export default check<typeof import('./04_device_mismatch.ts')>(({ claim }) => {
  claim('training and evaluation run on whatever device the model is on', ({ attempt, expect }) => {
    const sets = [10, 1].map((count): [number, Batch[]] => [count, batches(count)]);
    for (const device of devices) {
      const model = attempt.createModel().to(device), optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      for (const [count, data] of sets) {
        expect(attempt.trainEpoch(model, data, optimizer, device), `trainEpoch on ${device} with ${count} points`).toSatisfy(Number.isFinite, 'a finite number');
        expect(attempt.evaluate(model, data, device), `evaluate on ${device} with ${count} points`).toSatisfy((share: number) => share >= 0 && share <= 1, 'a number from 0 to 1');
      }
    }
  });

  claim('the model stays on its device', ({ attempt, expect }) => {
    for (const device of devices) {
      const model = attempt.createModel().to(device), optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      for (const [name, use] of [['trainEpoch', () => attempt.trainEpoch(model, batches(6), optimizer, device)], ['evaluate', () => attempt.evaluate(model, batches(6), device)]] as const) {
        use();
        for (const [key, parameter] of model.namedParameters()) {
          expect(parameter.device, `the device of ${key} after ${name}`).toBe(device, { says: `${name} leaves ${key} on ${parameter.device}: the batch should go to the model, not the model to the batch` });
        }
      }
    }
  });

  claim('layers and loss work on the device, not on the cpu', ({ attempt, fail }) => {
    const device = 'sim:1', model = attempt.createModel().to(device), optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const seen = spy(() => {
      attempt.trainEpoch(model, batches(6), optimizer, device);
      attempt.evaluate(model, batches(6), device);
    });
    const work = seen.calls.filter(({ name }) => /^(linear|relu|crossEntropy|nllLoss|logSoftmax|argmax|eq)$/.test(name));
    for (const { name, devices: on } of work) {
      if (on.some((d) => d !== device)) fail({ class: 'VALUE', says: `${name} worked on ${[...new Set(on)].join(' and ')}`, expected: `all work on ${device}`, got: on.join(', ') });
    }
    if (work.length === 0) fail({ class: 'VALUE', says: 'the model was not called', expected: `layers and loss that work on ${device}` });
  });

  claim('loss, weights and accuracy are the same as on the cpu', ({ attempt, expect }) => {
    const data = batches(10), model = attempt.createModel(), twin = torch.deepcopy(model).to('sim:0');
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
    let total = 0, right = 0;
    for (const [points, labels] of data) {
      optimizer.zeroGrad();
      const loss = nn.functional.crossEntropy(model(points), labels);
      loss.backward();
      optimizer.step();
      total += (loss.item() as number) * points.shape[0];
    }
    for (const [points, labels] of data) right += (model(points) as Tensor).argmax(1).eq(labels).sum().item() as number;
    const got = attempt.trainEpoch(twin, data, new optim.SGD(twin.parameters(), { lr: 0.5 }), 'sim:0');
    expect(got, 'the loss of an epoch on sim:0').toBeClose(total / 10);
    const weights = twin.stateDict();
    for (const [name, p] of model.namedParameters()) expect(weights[name].cpu(), `${name} after an epoch on sim:0`).toBeClose(p.detach());
    expect(attempt.evaluate(twin, data, 'sim:0'), 'the accuracy on sim:0').toBeClose(right / 10);
  });

  claim('each batch travels to the device once, and nothing travels back', ({ attempt, expect }) => {
    const data = batches(10), others = batches(10), bytes = data.map(([points, labels]) => 4 * points.numel() + 8 * labels.numel()).reduce((a, b) => a + b, 0);
    const model = attempt.createModel().to('sim:0'), optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    for (const [name, use] of [['trainEpoch', () => attempt.trainEpoch(model, data, optimizer, 'sim:0')], ['evaluate', () => attempt.evaluate(model, others, 'sim:0')]] as const) {
      const { transfers } = spy(use);
      const moved = (to: string): number => transfers.filter((t) => t.to === to).reduce((sum, t) => sum + t.bytes, 0);
      expect(moved('sim:0'), `the bytes that ${name} moves to sim:0 for ${bytes} bytes of batches`).toBe(bytes);
      expect(moved('cpu'), `the bytes that ${name} moves back to the cpu`).toBe(0);
    }
  });
});
