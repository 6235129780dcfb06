import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';
import { spy } from '@track/engine/testing';
import { check } from '@track/grader/check';

type Batch = [Tensor, Tensor];

/** Samples in order, `size` at a time. */
const cut = (x: Tensor, y: Tensor, size: number): Batch[] => {
  const parts = y.split(size);
  return x.split(size).map((part, i): Batch => [part, parts[i]]);
};
async function* give(batches: readonly Batch[]): AsyncGenerator<Batch> { yield* batches; }

const network = (inputs: number, outputs: number): nn.Sequential => new nn.Sequential(new nn.Linear(inputs, 4), new nn.Tanh(), new nn.Linear(4, outputs));
const values = (model: nn.Module): Record<string, Tensor> => Object.fromEntries([...model.namedParameters()].map(([name, p]) => [name, p.detach().clone()]));

/** An epoch of plain SGD on a copy of `model`, right or with one mistake; gives the parameters afterwards. */
function epoch(model: nn.Module, batches: readonly Batch[], lossFn: nn.Module, lr: number, mistake?: 'never cleared' | 'cleared once' | 'one step' | 'last dropped'): Record<string, Tensor> {
  const copy = torch.deepcopy(model), optimizer = new optim.SGD(copy.parameters(), { lr });
  const given = [...model.parameters()];
  [...copy.parameters()].forEach((p, i) => { p.grad = given[i].grad?.clone() ?? null; });
  if (mistake === 'cleared once' || mistake === 'one step') optimizer.zeroGrad();
  for (const [x, y] of mistake === 'last dropped' ? batches.slice(0, -1) : batches) {
    if (mistake === undefined || mistake === 'last dropped') optimizer.zeroGrad();
    (lossFn(copy(x), y) as Tensor).backward();
    if (mistake !== 'one step') optimizer.step();
  }
  if (mistake === 'one step') optimizer.step();
  return values(copy);
}

export default check<typeof import('./01_train_one_epoch.ts')>(({ claim }) => {
  claim('the result is a plain finite number', async ({ attempt, expect }) => {
    const model = network(3, 1), optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const result = await attempt.trainOneEpoch(model, give(cut(torch.randn(5, 3), torch.randn(5, 1), 2)), new nn.MSELoss(), optimizer, 'cpu');
    expect(result, 'await trainOneEpoch(...)').toBeA('number', {
      mistakes: [{ value: undefined, says: 'the function returns nothing' }],
      ...(torch.isTensor(result) ? { says: 'the result is a tensor: take its value out with item(), or each batch\'s graph stays in memory' } : {}),
    });
    expect(result, 'await trainOneEpoch(...)').toSatisfy((v: number) => Number.isFinite(v), 'a finite number');
  });

  claim('each batch is one zeroGrad, one forward, one backward and one step, in an order that works', async ({ attempt, expect, fail }) => {
    for (const [samples, size] of [[7, 3], [4, 4], [3, 1]]) {
      const model = network(2, 1), optimizer = new optim.SGD(model.parameters(), { lr: 0.1 }), batches = cut(torch.randn(samples, 2), torch.randn(samples, 1), size);
      const seen = await spy(() => attempt.trainOneEpoch(model, give(batches), new nn.MSELoss(), optimizer, 'cpu'));
      const n = batches.length, plural = `${n} ${n === 1 ? 'batch' : 'batches'}`;
      const times = (event: string): number => seen.order.filter((e) => e === event).length;
      const forwards = seen.forwards.filter(({ module }) => module === model).length;
      expect(forwards, `the number of forward passes over ${plural}`).toBe(n, { mistakes: [{ value: 0, says: 'call the model itself, model(x): model.forward(x) leaves out its hooks' }] });
      expect(times('backward'), `the number of backward() calls over ${plural}`).toBe(n);
      expect(times('step'), `the number of optimizer steps over ${plural}`).toBe(n, { mistakes: n > 1 ? [{ value: 1, says: 'you step once for the whole epoch; each batch takes a step' }] : [] });
      const order = seen.order.filter((e) => e === 'zeroGrad' || e === 'backward' || e === 'step');
      const cleared = order.join(' ').replace(/zeroGrad( zeroGrad)+/g, 'zeroGrad').replace(/^(zeroGrad backward step ?)+(zeroGrad)?$/, '');
      if (cleared !== '') {
        fail({
          class: 'MODE', says: `the order of calls over ${plural} is not zeroGrad, backward, step for each`,
          expected: Array.from({ length: n }, () => 'zeroGrad backward step').join(', '), got: order.join(' '),
          diagnosis: !order.includes('zeroGrad') ? 'gradients are never cleared, so each batch adds to those before'
            : times('zeroGrad') < n ? 'gradients are cleared too seldom: once for each batch'
              : order[0] === 'step' || /step backward/.test(order.join(' ')) ? 'the step must come after backward: it uses the gradients that backward computes'
                : /backward zeroGrad step/.test(order.join(' ')) ? 'the gradients are cleared between backward and step, so that the step has none'
                  : 'clear the gradients before backward, also for the first batch: the caller may have left some',
        });
      }
    }
  });

  claim('the model is in training mode in every forward pass, also when it came in evaluation mode', async ({ attempt, fail }) => {
    for (const prepare of [(m: nn.Module) => m.eval(), (m: nn.Module) => m.train()]) {
      const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Dropout(0.5), new nn.Linear(4, 1));
      prepare(model);
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
      const seen = await spy(() => attempt.trainOneEpoch(model, give(cut(torch.randn(8, 3), torch.randn(8, 1), 3)), new nn.MSELoss(), optimizer, 'cpu'));
      const own = new Set<nn.Module>(model.modules());
      const ran = seen.forwards.filter(({ module }) => own.has(module)), asleep = ran.filter(({ training }) => !training);
      if (ran.length === 0 || asleep.length > 0) {
        fail({
          class: 'MODE', says: `${asleep[0]?.module.constructor.name ?? 'the model'} ${asleep.length > 0 ? 'ran in evaluation mode' : 'did not run'}: dropout does nothing then, and batch norm learns no statistics`,
          expected: `${ran.length} calls of the model's modules in training mode`, got: `${asleep.length} of them in evaluation mode`,
        });
      }
    }
  });

  claim('after the epoch the weights are where one SGD step for each batch leads', async ({ attempt, expect, random }) => {
    for (const kind of ['regression', 'classes'] as const) {
      const samples = random.int(3, 5) * 3 + 1, inputs = 3, outputs = kind === 'classes' ? 5 : 2, lr = 0.3;
      const model = network(inputs, outputs), optimizer = new optim.SGD(model.parameters(), { lr });
      const y = kind === 'classes' ? torch.randint(0, outputs, [samples]) : torch.randn(samples, outputs);
      const lossFn = kind === 'classes' ? new nn.CrossEntropyLoss() : new nn.MSELoss();
      const batches = cut(torch.randn(samples, inputs), y, 3);
      // Gradients that the caller left behind must not count.
      (lossFn(model(torch.randn(4, inputs)), kind === 'classes' ? torch.randint(0, outputs, [4]) : torch.randn(4, outputs)) as Tensor).backward();
      const before = values(model), want = epoch(model, batches, lossFn, lr);
      const wrong = {
        'the weights have not changed': before,
        'gradients are never cleared: they add up over the batches': epoch(model, batches, lossFn, lr, 'never cleared'),
        'gradients are cleared once for the epoch, so they add up over the batches': epoch(model, batches, lossFn, lr, 'cleared once'),
        'there is one step for the whole epoch': epoch(model, batches, lossFn, lr, 'one step'),
        'the last batch, which is smaller, is left out': epoch(model, batches, lossFn, lr, 'last dropped'),
      };
      await attempt.trainOneEpoch(model, give(batches), lossFn, optimizer, 'cpu');
      for (const [name, got] of Object.entries(values(model))) {
        expect(got, `${name} after an epoch of ${batches.length} batches (${kind})`).toBeClose(want[name], {
          rtol: 1e-6, atol: 1e-6, mistakes: Object.entries(wrong).map(([says, at]) => ({ value: at[name], says })),
        });
      }
    }
  });

  claim('the loss returned is the mean over samples, also when the last batch is smaller', async ({ attempt, expect }) => {
    for (const [samples, size] of [[7, 3], [5, 4], [6, 3], [4, 4], [3, 1]]) {
      // With a learning rate of 0 the weights stay, so the losses of the batches are known beforehand.
      const model = network(3, 2), optimizer = new optim.SGD(model.parameters(), { lr: 0 }), lossFn = new nn.MSELoss();
      const x = torch.randn(samples, 3), y = torch.randn(samples, 2).mul(torch.arange(1, samples + 1).unsqueeze(1)), batches = cut(x, y, size);
      const losses = torch.noGrad(() => batches.map(([a, b]) => (lossFn(model(a), b) as Tensor).item() as number));
      const total = losses.reduce((a, b) => a + b, 0), want = losses.reduce((sum, loss, i) => sum + loss * batches[i][0].shape[0], 0) / samples;
      const got = await attempt.trainOneEpoch(model, give(batches), lossFn, optimizer, 'cpu');
      expect(got, { name: 'await trainOneEpoch(...)', inputs: { 'batch sizes': batches.map(([a]) => a.shape[0]), 'their losses': losses } }).toBeClose(want, {
        mistakes: [
          { value: total / batches.length, says: 'this is the mean of the batches\' means: the samples of the small batch count for more' },
          { value: total, says: 'this is the sum of the batches\' losses' },
          { value: want * samples, says: 'this is the sum over the samples, not their mean' },
          { value: total / samples, says: 'each batch\'s loss is a mean already: multiply it by the batch size before you add it up' },
          { value: losses.at(-1)!, says: 'this is the loss of the last batch alone' },
          { value: want * samples / (size * batches.length), says: 'you divide by the full batch size for each batch; the last batch is smaller' },
        ],
      });
    }
  });

  claim('batches are moved to the device, and the model stays there', async ({ attempt, expect, fail }) => {
    for (const device of ['sim:0', 'sim:1']) {
      const model = network(3, 2).to(device), optimizer = new optim.SGD(model.parameters(), { lr: 0.1 }), before = values(model);
      const seen = await spy(() => attempt.trainOneEpoch(model, give(cut(torch.randn(5, 3), torch.randn(5, 2), 3)), new nn.MSELoss(), optimizer, device));
      for (const [name, p] of model.namedParameters()) {
        expect(p.device, `the device of ${name} after the epoch`).toBe(device, { says: `${name} was moved away from ${device}: move the batch to the model, not the model to the batch` });
        expect(p.detach(), `${name} after the epoch`).toDiffer(before[name]);
      }
      const strayed = seen.calls.find(({ name, depth, devices }) => depth === 0 && name === 'linear' && devices.some((d) => d !== device));
      if (strayed) fail({ class: 'VALUE', says: `the forward pass ran on ${[...new Set(strayed.devices)].join(' and ')}`, expected: `all of it on ${device}` });
    }
  });
});
