import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';
import { spy } from '@track/engine/testing';
import { check } from '@track/grader/check';

type Batch = [Tensor, Tensor];
type Loader = AsyncIterable<Batch>;

/** Samples in order, `size` at a time; can be gone through again and again, as a DataLoader can. */
function loaderOf(x: Tensor, y: Tensor, size: number): Loader & { batches: Batch[] } {
  const labels = y.split(size), batches = x.split(size).map((part, i): Batch => [part, labels[i]]);
  return { batches, async *[Symbol.asyncIterator]() { yield* batches; } };
}

const data = (samples: number, size: number, classes = 3, inputs = 4): Loader & { batches: Batch[] } =>
  loaderOf(torch.randn(samples, inputs).add(0.5), torch.randint(0, classes, [samples]), size);

const network = (classes = 3, inputs = 4): nn.Sequential => new nn.Sequential(new nn.Linear(inputs, 6), new nn.Tanh(), new nn.Linear(6, classes));
/** With layers that behave differently in the two modes. */
const moody = (): nn.Sequential => new nn.Sequential(new nn.Linear(4, 6), new nn.BatchNorm1d(6), new nn.ReLU(), new nn.Dropout(0.5), new nn.Linear(6, 3));

const snapshot = (model: nn.Module): Record<string, Tensor> => Object.fromEntries(Object.entries(model.stateDict()).map(([name, t]) => [name, t.clone()]));

/** Loss and number of hits of each batch, as the model is. */
function measure(model: nn.Module, { batches }: { batches: Batch[] }, lossFn: nn.Module): { n: number; loss: number; hits: number }[] {
  return torch.noGrad(() => batches.map(([x, y]) => {
    const logits = model(x) as Tensor;
    return { n: y.shape[0], loss: (lossFn(logits, y) as Tensor).item() as number, hits: logits.argmax(1).eq(y).sum().item() as number };
  }));
}
const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
const means = (parts: { n: number; loss: number; hits: number }[]): { loss: number; accuracy: number } => {
  const n = sum(parts.map((p) => p.n));
  return { loss: sum(parts.map((p) => p.loss * p.n)) / n, accuracy: sum(parts.map((p) => p.hits)) / n };
};

/** An epoch of training; gives the mean loss over the samples. */
function train(model: nn.Module, { batches }: { batches: Batch[] }, lossFn: nn.Module, optimizer: optim.Optimizer): number {
  model.train();
  let total = 0, samples = 0;
  for (const [x, y] of batches) {
    optimizer.zeroGrad();
    const loss = lossFn(model(x), y) as Tensor;
    loss.backward();
    optimizer.step();
    total += (loss.item() as number) * y.shape[0];
    samples += y.shape[0];
  }
  return total / samples;
}

export default check<typeof import('./01_train_val_loop.ts')>(({ claim }) => {
  claim('validate gives a loss and an accuracy as plain numbers', async ({ attempt, expect }) => {
    const result = await attempt.validate(network(), data(7, 3), new nn.CrossEntropyLoss(), 'cpu');
    expect(result, 'await validate(...)').toBeA('object');
    for (const key of ['loss', 'accuracy'] as const) {
      expect(result[key], key).toBeA('number', torch.isTensor(result[key]) ? { says: `${key} is a tensor: take its value out with item()` } : {});
      expect(result[key], key).toSatisfy((v: number) => Number.isFinite(v), 'a finite number', {
        mistakes: [{ value: NaN, says: 'nothing was counted before you divided: a promise (of noGrad with an async function?) was not awaited' }],
      });
    }
  });

  claim('while it validates, every module is in evaluation mode and no graph is recorded', async ({ attempt, expect }) => {
    for (const mode of [true, false]) {
      const model = moody().train(mode), own = new Set<nn.Module>(model.modules()), loader = data(10, 4);
      const seen = await spy(() => attempt.validate(model, loader, new nn.CrossEntropyLoss(), 'cpu'));
      const forwards = seen.forwards.filter(({ module }) => own.has(module));
      expect(forwards.filter(({ module }) => module === model).length, 'the number of forward passes over 3 batches').toBe(3, { mistakes: [{ value: 0, says: 'call the model itself, model(x): model.forward(x) leaves out its hooks' }] });
      expect(forwards.some(({ training }) => training), 'whether a module ran in training mode').toBe(false, { as: 'MODE', says: 'a module ran in training mode: dropout drops, and batch norm uses and learns the statistics of the batch' });
      expect(seen.draws.length, 'the number of random draws').toBe(0, { as: 'MODE' });
      expect(forwards.every(({ gradEnabled }) => !gradEnabled), 'whether gradients were switched off').toBe(true, { as: 'MODE', says: 'the forward pass ran with gradients switched on' });
      expect(seen.graphNodes, 'the number of graph nodes recorded').toBe(0, { as: 'MEMORY', says: 'a graph was recorded: it costs memory, and nothing will use it' });
    }
  });

  claim('after validate the model is in the mode in which it came', async ({ attempt, expect }) => {
    for (const mode of [true, false]) {
      const model = moody().train(mode);
      await attempt.validate(model, data(7, 3), new nn.CrossEntropyLoss(), 'cpu');
      const flags = [...model.modules()].map(({ training }) => training);
      expect(flags.every((flag) => flag === mode), `whether a model that came in ${mode ? 'training' : 'evaluation'} mode is in that mode again`).toBe(true, {
        as: 'MODE', says: mode ? 'the model is left in evaluation mode: who trains on does so without dropout' : 'a model that came in evaluation mode is left in training mode',
      });
    }
  });

  claim('validate changes no parameter, no gradient and no buffer', async ({ attempt, expect }) => {
    const model = moody().train(), lossFn = new nn.CrossEntropyLoss();
    (lossFn(model(torch.randn(5, 4)), torch.randint(0, 3, [5])) as Tensor).backward();
    const before = snapshot(model), grads = Object.fromEntries([...model.namedParameters()].map(([name, p]) => [name, p.grad!.clone()]));
    await attempt.validate(model, data(10, 4), lossFn, 'cpu');
    for (const [name, value] of Object.entries(snapshot(model))) expect(value, `${name} after validate`).toEqual(before[name], { says: `${name} has changed` });
    for (const [name, p] of model.namedParameters()) {
      expect(p.grad !== null, `whether ${name} still has its gradient`).toBe(true, { as: 'GRAD', says: `validate cleared the gradient of ${name}: the caller may be accumulating` });
      expect(p.grad, `the gradient of ${name} after validate`).toEqual(grads[name], { as: 'GRAD', says: `the gradient of ${name} has changed` });
    }
  });

  claim('loss and accuracy are means over samples, also when the last batch is smaller', async ({ attempt, expect }) => {
    for (const [samples, size] of [[10, 4], [7, 3], [6, 3], [5, 5], [4, 1]]) {
      const model = network(), lossFn = new nn.CrossEntropyLoss(), loader = data(samples, size);
      const parts = measure(model, loader, lossFn), want = means(parts), batches = parts.length;
      const inputs = { 'batch sizes': parts.map(({ n }) => n), 'their losses': parts.map(({ loss }) => loss), 'correct in each': parts.map(({ hits }) => hits) };
      const got = await attempt.validate(model, loader, lossFn, 'cpu');
      const total = sum(parts.map(({ loss }) => loss));
      expect(got.loss, { name: 'loss', inputs }).toBeClose(want.loss, {
        mistakes: [
          { value: total / batches, says: 'this is the mean of the batches\' means: the samples of the small batch count for more' },
          { value: total, says: 'this is the sum of the batches\' losses' },
          { value: total / samples, says: 'each batch\'s loss is a mean already: multiply it by the batch size before you add it up' },
          { value: want.loss * samples, says: 'this is the sum over the samples, not their mean' },
          { value: parts.at(-1)!.loss, says: 'this is the loss of the last batch alone' },
        ],
      });
      expect(got.accuracy, { name: 'accuracy', inputs }).toBeClose(want.accuracy, {
        mistakes: [
          { value: sum(parts.map(({ n, hits }) => hits / n)) / batches, says: 'this is the mean of the batches\' accuracies: the samples of the small batch count for more' },
          { value: want.accuracy * 100, says: 'this is a percentage; a share from 0 to 1 is asked' },
          { value: want.accuracy * samples, says: 'this is the number of correct predictions: divide by the number of samples' },
          { value: want.accuracy * samples / batches, says: 'you divide by the number of batches, not of samples' },
          { value: 1 - want.accuracy, says: 'this is the share of errors' },
        ],
      });
    }
  });

  claim('each epoch trains on every training batch and then validates on every validation batch', async ({ attempt, expect }) => {
    for (const epochs of [1, 3]) {
      const model = moody(), optimizer = new optim.SGD(model.parameters(), { lr: 0.05 });
      const [trainLoader, valLoader] = [data(10, 4), data(5, 3)];
      const seen = await spy(() => attempt.trainForEpochs(model, trainLoader, valLoader, new nn.CrossEntropyLoss(), optimizer, 'cpu', epochs));
      expect(seen.result, 'the records').toBeA('list');
      expect(seen.result.length, 'the number of records').toBe(epochs);
      const phases = (flags: boolean[]): string => flags.map((training) => (training ? 'train' : 'validate')).join(' ');
      const got = phases(seen.forwards.filter(({ module }) => module === model).map(({ training }) => training));
      const epoch = [true, true, true, false, false], all = (one: boolean[]): boolean[] => Array.from({ length: epochs }, () => one).flat();
      expect(got, `the sequence of forward passes in ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`).toEqual(phases(all(epoch)), {
        as: 'MODE',
        mistakes: [
          { value: phases(all([false, false, true, true, true])), says: 'you validate before the epoch\'s training; its record should say how good the model is after it' },
          { value: phases([...all([true, true, true]), false, false]), says: 'you validate once at the end; each epoch is validated' },
          { value: phases(all([true, true, true, true, true])), says: 'the validation batches were seen in training mode' },
          { value: phases(all([true, true, true, true, true, false, false])), says: 'you train on the validation batches too' },
          { value: phases(all([true, true, true])), says: 'the validation loader is not used' },
          { value: phases(all([true, true, true, false, false, false, false, false])), says: 'you measure the training data again after each epoch; the mean loss that trainOneEpoch returns is asked' },
        ],
      });
      expect(seen.order.filter((event) => event === 'step').length, 'the number of optimizer steps').toBe(3 * epochs, { mistakes: [{ value: 5 * epochs, says: 'the optimizer steps on validation batches too' }] });
    }
  });

  claim('weights and records are those of plain training, validated after each epoch', async ({ attempt, expect }) => {
    const model = network(), lossFn = new nn.CrossEntropyLoss(), epochs = 3;
    const [trainLoader, valLoader] = [data(11, 4), data(7, 3)];
    const copy = torch.deepcopy(model), options = { lr: 0.2, momentum: 0.9 }, ownOptimizer = new optim.SGD(copy.parameters(), options);
    const want = Array.from({ length: epochs }, () => {
      const trainLoss = train(copy, trainLoader, lossFn, ownOptimizer), { loss, accuracy } = means(measure(copy, valLoader, lossFn));
      return { trainLoss, valLoss: loss, valAccuracy: accuracy };
    });
    const start = snapshot(model);
    const records = await attempt.trainForEpochs(model, trainLoader, valLoader, lossFn, new optim.SGD(model.parameters(), options), 'cpu', epochs);
    const final = snapshot(copy);
    for (const [name, value] of Object.entries(snapshot(model))) {
      expect(value, `${name} after ${epochs} epochs`).toBeClose(final[name], { mistakes: [{ value: start[name], says: 'the weights have not changed' }] });
    }
    expect(records.length, 'the number of records').toBe(epochs);
    const column = (list: typeof want, key: keyof (typeof want)[number]): number[] => list.map((record) => record[key]);
    for (const key of ['trainLoss', 'valLoss', 'valAccuracy'] as const) {
      expect(column(records, key), `${key} of the ${epochs} epochs`).toBeClose(column(want, key), {
        mistakes: [
          { value: column(want.map(() => want.at(-1)!), key), says: 'every record shows the last epoch: make a new object for each' },
          { value: column([...want].reverse(), key), says: 'the records are in reverse order' },
          ...(key === 'valLoss' ? [{ value: column(want, 'trainLoss'), says: 'this is the training loss' }] : []),
          ...(key === 'trainLoss' ? [{ value: column(want, 'valLoss'), says: 'this is the validation loss' }] : []),
        ],
      });
    }
  });

  claim('validation batches, and those of trainForEpochs, are moved to the device of the model', async ({ attempt, expect }) => {
    const model = network(), lossFn = new nn.CrossEntropyLoss(), loader = data(7, 3), want = means(measure(model, loader, lossFn));
    model.to('sim:0');
    const got = await attempt.validate(model, loader, lossFn, 'sim:0');
    expect(got.loss, 'loss on sim:0').toBeClose(want.loss);
    for (const [name, p] of model.namedParameters()) expect(p.device, `the device of ${name} afterwards`).toBe('sim:0', { says: `${name} was moved away: move the batch to the model, not the model to the batch` });
    const [again] = await attempt.trainForEpochs(model, data(5, 3), loader, lossFn, new optim.SGD(model.parameters(), { lr: 0 }), 'sim:0', 1);
    expect(again.valLoss, 'valLoss of an epoch with learning rate 0 on sim:0').toBeClose(want.loss);
  });
});
