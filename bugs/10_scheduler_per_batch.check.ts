import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';
import { check } from '@track/grader/check';
import type { Batch } from './10_scheduler_per_batch.ts';

const { StepLR, MultiStepLR, CosineAnnealingLR } = optim.lrScheduler;
type Fit = typeof import('./10_scheduler_per_batch.ts').fit;

/** SGD that writes down the rates of its groups at every step. */
class Recorder extends optim.SGD {
  steps: number[][] = [];
  step(): undefined {
    this.steps.push(this.paramGroups.map(({ lr }) => lr));
    super.step();
  }
}

const network = (): nn.Sequential => new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh(), new nn.Linear(3, 2));

/** `count` batches of three points; the last one of a single point. */
const some = (count: number): Batch[] => {
  const points = torch.randn(3 * count - 2, 2), labels = torch.randint(0, 2, [3 * count - 2]).split(3);
  return points.split(3).map((part, i): Batch => [part, labels[i]]);
};

/** The rates of the first group at each step, epoch by epoch, and what is left at the end. */
function rates(fit: Fit, batches: number, epochs: number, schedule: (optimizer: optim.Optimizer) => optim.lrScheduler.LRScheduler): { used: number[][]; left: number } {
  const model = network(), optimizer = new Recorder(model.parameters(), { lr: 0.1 }), starts: number[] = [];
  fit(model, () => { starts.push(optimizer.steps.length); return some(batches); }, optimizer, schedule(optimizer), epochs);
  const used = starts.map((from, k) => optimizer.steps.slice(from, starts[k + 1]).map(([lr]) => lr));
  return { used, left: optimizer.paramGroups[0].lr };
}
const halving = (optimizer: optim.Optimizer): optim.lrScheduler.LRScheduler => new StepLR(optimizer, { stepSize: 1, gamma: 0.5 });
const plural = (count: number): string => `${count} ${count === 1 ? 'batch' : 'batches'}`;

export default check<typeof import('./10_scheduler_per_batch.ts')>(({ claim, outcome }) => {
  claim('all steps of an epoch use the same learning rate', ({ attempt, expect }) => {
    for (const count of [2, 7, 1]) {
      const { used } = rates(attempt.fit, count, 3, halving);
      used.forEach((epoch, k) => {
        expect(epoch, `the rates in epoch ${k + 1} of ${plural(count)}`).toBeClose(epoch.map(() => epoch[0]), { says: `the learning rate changes within epoch ${k + 1}` });
      });
    }
  });

  claim('halved every epoch from 0.1 on, the rate is 0.1, 0.05 and 0.025 in three epochs and 0.0125 after them, however many batches they have', ({ attempt, expect }) => {
    for (const count of [4, 1, 9]) {
      const { used, left } = rates(attempt.fit, count, 3, halving);
      expect([...used.map(([first]) => first), left], `the rates with ${plural(count)} an epoch`).toBeClose([0.1, 0.05, 0.025, 0.0125], {
        mistakes: [
          { value: [0.05, 0.025, 0.0125, 0.0125], says: 'the scheduler has its step before the batches of the epoch, so that the first rate is never used' },
          { value: [0.1, 0.1, 0.1, 0.1], says: 'the scheduler never has a step' },
          { value: [0.1, 0.1, 0.1, 0.05], says: 'the scheduler has one step after the whole training, not one after each epoch' },
          { value: [0.1, 0.05, 0.025, 0.025], says: 'the last epoch is not counted: who goes on training would repeat its rate' },
        ],
      });
    }
  });

  claim('every batch has its own step, and the losses are the means over the points of each epoch', ({ attempt, expect }) => {
    for (const count of [4, 1]) {
      const model = network(), twin = torch.deepcopy(model), epochs = [some(count), some(count), some(count)], queue = [...epochs];
      const optimizer = new optim.SGD(model.parameters(), { lr: 0.4 }), reference = new optim.SGD(twin.parameters(), { lr: 0.4 });
      const losses = epochs.map((batches, k) => {
        reference.paramGroups[0].lr = 0.4 / 2 ** k;
        let total = 0, points = 0;
        for (const [x, y] of batches) {
          reference.zeroGrad();
          const loss = nn.functional.crossEntropy(twin(x), y);
          loss.backward();
          reference.step();
          total += (loss.item() as number) * y.shape[0];
          points += y.shape[0];
        }
        return total / points;
      });
      expect(attempt.fit(model, () => queue.shift()!, optimizer, halving(optimizer), 3), `the losses of three epochs of ${plural(count)}`).toBeClose(losses, { rtol: 1e-4 });
      const want = new Map(twin.namedParameters());
      for (const [name, p] of model.namedParameters()) {
        expect(p.detach(), `${name} after three epochs of ${plural(count)}`).toBeClose(want.get(name)!.detach(), { rtol: 1e-4, atol: 1e-5 });
      }
    }
  });

  claim('any schedule keeps its course, in every parameter group', ({ attempt, expect }) => {
    const schedules: [string, number[], (optimizer: optim.Optimizer) => optim.lrScheduler.LRScheduler][] = [
      ['StepLR(2, 0.1)', [1, 1, 0.1, 0.1, 0.01], (o) => new StepLR(o, { stepSize: 2, gamma: 0.1 })],
      ['MultiStepLR([1, 3], 0.2)', [1, 0.2, 0.2, 0.04, 0.04], (o) => new MultiStepLR(o, { milestones: [1, 3], gamma: 0.2 })],
      ['CosineAnnealingLR(4)', [0, 1, 2, 3, 4].map((k) => (1 + Math.cos(Math.PI * k / 4)) / 2), (o) => new CosineAnnealingLR(o, { TMax: 4 })],
    ];
    for (const [name, factors, schedule] of schedules) {
      const model = network(), [first, second, ...others] = model.parameters();
      const optimizer = new Recorder([{ params: [first, second], lr: 0.1 }, { params: others, lr: 0.3 }], { lr: 0.1 });
      attempt.fit(model, () => some(3), optimizer, schedule(optimizer), 4);
      const used = [0, 3, 6, 9].map((at) => optimizer.steps[at] ?? []);
      expect([...used, optimizer.paramGroups.map(({ lr }) => lr)], `the rates of two groups under ${name}, from epoch to epoch`)
        .toBeClose(factors.map((f) => [0.1 * f, 0.3 * f]), { rtol: 1e-5, atol: 1e-7 });
    }
  });

  outcome('trained on 1200 points, the model names the spiral of at least 95 % of new points', ({ attempt, expect }) => {
    const measure = (count: number): { points: Tensor; labels: Tensor } => {
      const labels = torch.randint(0, 2, [count]), along = torch.rand(count).sqrt().mul(1.5 * Math.PI), angle = along.add(labels.mul(Math.PI));
      return { points: torch.stack([angle.sin(), angle.cos()], 1).mul(along.div(5).unsqueeze(1)).add(torch.randn(count, 2).mul(0.03)), labels };
    };
    const known = measure(1200), unseen = measure(400), model = attempt.createModel();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.3, momentum: 0.9 });
    attempt.fit(model, () => attempt.shuffle(known.points, known.labels, 50), optimizer, new StepLR(optimizer, { stepSize: 8, gamma: 0.5 }), 20);
    const answers = torch.noGrad(() => (model(unseen.points) as Tensor).argmax(1));
    expect(answers.eq(unseen.labels).float().mean().item(), 'the share of new points that is named right').toBeAtLeast(0.95);
  });
});
