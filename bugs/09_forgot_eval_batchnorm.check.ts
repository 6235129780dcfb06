import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { spy } from '@track/engine/testing';
import { check } from '@track/grader/check';
import type { Batch } from './09_forgot_eval_batchnorm.ts';

const norms = (model: nn.Module): Set<nn.Module> => new Set([...model.modules()].filter((m) => m instanceof nn.BatchNorm1d));

/** A model that has seen batches in training mode, and is in training mode. */
function trained(): nn.Sequential {
  const model = new nn.Sequential(new nn.Linear(5, 7), new nn.BatchNorm1d(7), new nn.Tanh(), new nn.Linear(7, 3));
  for (let i = 0; i < 20; i++) model(torch.randn(16, 5).mul(2).add(1));
  return model;
}

/** Samples sorted by class, with classes far from each other. */
function sorted(count: number): { calls: Tensor; labels: Tensor } {
  const labels = torch.arange(count).mul(3).floorDivide(count).long();
  return { calls: torch.randn(3, 5).mul(2).at(labels).add(torch.randn(count, 5)).add(1), labels };
}

function cut(calls: Tensor, labels: Tensor, size: number): Batch[] {
  const parts = labels.split(size);
  return calls.split(size).map((part, i): Batch => [part, parts[i]]);
}

/** Loss and accuracy of a copy of `model` in evaluation or training mode, batch by batch. */
function measured(model: nn.Module, batches: readonly Batch[], training: boolean): { loss: number; accuracy: number } {
  const copy = torch.deepcopy(model).train(training);
  let total = 0, right = 0, count = 0;
  torch.noGrad(() => {
    for (const [calls, labels] of batches) {
      const scores: Tensor = copy(calls);
      total += nn.functional.crossEntropy(scores, labels, { reduction: 'sum' }).item() as number;
      right += scores.argmax(1).eq(labels).sum().item() as number;
      count += labels.shape[0];
    }
  });
  return { loss: total / count, accuracy: right / count };
}

export default check<typeof import('./09_forgot_eval_batchnorm.ts')>(({ claim }) => {
  claim('the order of the samples, and how they are cut into batches, makes no difference to a validation', ({ attempt, expect }) => {
    const model = trained(), { calls, labels } = sorted(23), order = torch.randperm(23);
    const first = attempt.validate(model, cut(calls, labels, 6));
    const others: [string, Batch[]][] = [
      ['in another order, by 6', cut(calls.at(order), labels.at(order), 6)], ['in the same order, by 11', cut(calls, labels, 11)],
      ['all in one batch', cut(calls, labels, 23)], ['in the same order, by 6', cut(calls, labels, 6)], ['one by one', cut(calls, labels, 1)],
    ];
    for (const [how, batches] of others) {
      const result = attempt.validate(model, batches);
      expect(result.loss, `the loss of the same samples ${how}`).toBeClose(first.loss, { rtol: 1e-4 });
      expect(result.accuracy, `the accuracy of the same samples ${how}`).toBeClose(first.accuracy);
    }
  });

  claim('loss and accuracy are means over all samples, of the scores that the model gives in evaluation mode', ({ attempt, expect }) => {
    for (const size of [5, 7, 20]) {
      for (const mode of [true, false]) {
        const model = trained().train(mode), { calls, labels } = sorted(20), batches = cut(calls, labels, size);
        const want = measured(model, batches, false);
        const mistakes = (of: 'loss' | 'accuracy') => [
          { value: () => measured(model, [[calls, labels]], true)[of], says: 'it is as if all samples had been one batch in training mode: what they have in common is still taken away' },
        ];
        const result = attempt.validate(model, batches), state = `of a model that came in ${mode ? 'training' : 'evaluation'} mode`;
        expect(result.loss, `the loss ${state}`).toBeClose(want.loss, { rtol: 1e-4, mistakes: mistakes('loss') });
        expect(result.accuracy, `the accuracy ${state}`).toBeClose(want.accuracy, { mistakes: mistakes('accuracy') });
      }
    }
  });

  claim('a validation leaves the weights and the running statistics as they were', ({ attempt, expect }) => {
    const model = trained(), { calls, labels } = sorted(20);
    const before = Object.entries(model.stateDict()).map(([name, value]): [string, Tensor] => [name, value.clone()]);
    attempt.validate(model, cut(calls, labels, 6));
    for (const [name, value] of before) {
      expect(model.stateDict()[name], `${name} after validate(model, batches)`).toEqual(value, { as: 'MODE', says: `validate(model, batches) has changed ${name}` });
    }
  });

  claim('a validation records no graph', ({ attempt, expect }) => {
    const model = trained(), own = new Set<nn.Module>(model.modules()), { calls, labels } = sorted(20);
    const seen = spy(() => attempt.validate(model, cut(calls, labels, 6)));
    expect(seen.forwards.some(({ module, gradEnabled }) => own.has(module) && gradEnabled), 'whether gradients were enabled when the model ran').toBe(false, { as: 'MODE', says: 'the model ran with gradients enabled: every batch of a validation records a graph that nobody needs' });
  });

  claim('in fit, every epoch trains in training mode and validates in evaluation mode', ({ attempt, expect, fail }) => {
    const model = attempt.createModel(), watched = norms(model), labels = torch.randint(0, 4, [50]), calls = torch.randn(50, 6);
    const seen = spy(() => attempt.fit(model, calls, labels, cut(calls.at(':20'), labels.at(':20'), 8), 3));
    const flags = seen.forwards.filter(({ module }) => module instanceof nn.BatchNorm1d);
    const steps = flags.filter(({ gradEnabled }) => gradEnabled), validations = flags.filter(({ gradEnabled }) => !gradEnabled);
    if (watched.size === 0) fail({ class: 'VALUE', says: 'the model has no batch norm any more: its layers should stay' });
    expect(steps.length, 'the number of calls of batch norm layers in training steps').toBe(watched.size * 2 * 3);
    expect(steps.map(({ training }) => training), 'whether a batch norm layer was in training mode, in each training step').toEqual(steps.map(() => true), {
      as: 'MODE', says: 'a training step ran in evaluation mode: its batch norm neither used nor learned the statistics of the batch',
      mistakes: [{ value: steps.map((_, i) => i < watched.size * 2), says: 'the first epoch trains in training mode, the others in the mode that the validation left behind' }],
    });
    expect(validations.length, 'the number of calls of batch norm layers in validations').toBe(watched.size * 3 * 3);
    expect(validations.every(({ training }) => !training), 'whether all validations ran in evaluation mode').toBe(true, { as: 'MODE', says: 'a validation ran in training mode' });
  });

  claim('what fit learns does not depend on the samples that it validates with', ({ attempt, expect, seed }) => {
    const calls = torch.randn(60, 6), labels = torch.randint(0, 4, [60]), start = attempt.createModel();
    const learned = (validation: Batch[]): Record<string, Tensor> => {
      const model = torch.deepcopy(start);
      torch.manualSeed(seed);
      attempt.fit(model, calls, labels, validation, 2);
      return model.stateDict();
    };
    const few = learned(cut(calls.at(':12'), labels.at(':12'), 6)), others = learned(cut(calls.at('20:50').mul(3).add(5), labels.at('20:50'), 10));
    for (const [name, value] of Object.entries(few)) {
      expect(others[name], `${name} after fit with other validation samples`).toEqual(value, { as: 'MODE', says: `${name} depends on the validation samples: the model has learned from them` });
    }
  });
});
