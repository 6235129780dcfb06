import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';
import { spy } from '@track/engine/testing';
import { check } from '@track/grader/check';

type Batch = [Tensor, Tensor];

/** `count` samples in batches of five; the last one may be shorter. */
function batches(count: number): Batch[] {
  const kinds = torch.randint(0, 3, [count]).split(5);
  return torch.randn(count, 8).split(5).map((wines, i): Batch => [wines, kinds[i]]);
}

/** A network of the check's own, fresh from training: in training mode, with dropout at two depths. */
const network = (): nn.Sequential => new nn.Sequential(
  new nn.Linear(8, 20), new nn.Dropout(0.5), new nn.Sequential(new nn.Tanh(), new nn.Dropout(0.3), new nn.Linear(20, 3)),
);

export default check<typeof import('./05_forgot_eval_dropout.ts')>(({ claim }) => {
  claim('two validations of the same model give the same numbers', ({ attempt, expect }) => {
    for (const model of [network(), attempt.createModel()]) {
      const data = batches(42), first = attempt.validate(model, data);
      expect(attempt.validate(model, data), 'the second validation').toEqual(first, { says: 'the second validation of the same model gives other numbers than the first' });
    }
  });

  claim('validation draws no random numbers', ({ attempt, expect }) => {
    const model = network(), data = batches(12);
    torch.manualSeed(77);
    const { draws } = spy(() => attempt.validate(model, data));
    const drawn = draws.reduce((sum, { count }) => sum + count, 0);
    expect(drawn, 'the random numbers drawn in validation').toBe(0, { as: 'MODE', says: `validation draws random numbers, with ${[...new Set(draws.map(({ name }) => name))].join(', ')}` });
    const next = torch.rand(1).item();
    torch.manualSeed(77);
    expect(next, 'the next random number after validation').toBe(torch.rand(1).item(), { says: 'validation changes the state of the random generator, so that training goes on with other numbers' });
  });

  claim('loss and accuracy are those of the whole network, over all samples', ({ attempt, expect }) => {
    for (const count of [13, 10, 1]) {
      const model = network(), whole = torch.deepcopy(model).eval(), data = batches(count);
      const [wines, kinds] = [torch.cat(data.map(([x]) => x)), torch.cat(data.map(([, y]) => y))];
      const logits = torch.noGrad(() => whole(wines) as Tensor);
      const { loss, accuracy } = attempt.validate(model, data);
      const means = data.map(([x, y]) => torch.noGrad(() => nn.functional.crossEntropy(whole(x), y)).item() as number);
      expect(loss, `the loss on ${count} samples in batches of 5`).toBeClose(nn.functional.crossEntropy(logits, kinds).item(), {
        mistakes: [{ value: means.reduce((a, b) => a + b) / means.length, says: 'this is the mean of the batches\' means: the samples of the short batch count for more' }],
      });
      expect(accuracy, `the accuracy on ${count} samples in batches of 5`).toBeClose(logits.argmax(1).eq(kinds).float().mean().item());
    }
  });

  claim('validation records nothing for a backward pass', ({ attempt, expect }) => {
    const model = network(), data = batches(12);
    expect(spy(() => attempt.validate(model, data)).graphNodes, 'the number of operations recorded for backward').toBe(0, {
      as: 'MODE', says: 'validation records a graph: evaluation mode does not switch gradients off',
    });
  });

  claim('fit trains with dropout in every epoch, and validates without', ({ attempt, expect, fail }) => {
    const model = attempt.createModel(), known = batches(13), unseen = batches(7), epochs = 3;
    const seen = spy(() => attempt.fit(model, known, unseen, epochs));
    expect(seen.order.filter((event) => event === 'backward').length, `the number of training steps in ${epochs} epochs of ${known.length} batches`).toBe(epochs * known.length);
    // A forward pass is a training step if backward follows.
    const passes = seen.order.filter((event) => event === 'forward' || event === 'backward').flatMap((event, i, all) => (event === 'forward' ? [all[i + 1] === 'backward'] : []));
    seen.forwards.filter(({ depth }) => depth === 0).forEach(({ training }, i) => {
      if (training || !passes[i]) return;
      const epoch = Math.floor(i / (known.length + unseen.length)) + 1;
      fail({ class: 'MODE', says: `in epoch ${epoch} the model trains in evaluation mode, without dropout`, expected: 'training mode', got: 'evaluation mode' });
    });
    const drawn = seen.draws.reduce((sum, { count }) => sum + count, 0), needed = epochs * 13 * (64 + 64);
    expect(drawn, `the random numbers that dropout draws for ${epochs} epochs of 13 samples`).toBe(needed, {
      as: 'MODE', says: drawn > needed ? 'dropout is at work in validation, too' : 'training has lost its dropout, or a part of it',
    });
  });
});
