/** Bug 10 · Sixteen times the data, repaired. What was wrong is told at the end. */
import { fileURLToPath } from 'node:url';
import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';

export type Batch = [points: Tensor, labels: Tensor];

/** Points [count, 2] on two spirals, and the number of the spiral of each, 0 or 1, [count]. */
export function measure(count: number): { points: Tensor; labels: Tensor } {
  const labels = torch.randint(0, 2, [count]), along = torch.rand(count).sqrt().mul(1.5 * Math.PI);
  const angle = along.add(labels.mul(Math.PI));
  const points = torch.stack([angle.cos(), angle.sin()], 1).mul(along.div(5).unsqueeze(1));
  return { points: points.add(torch.randn(count, 2).mul(0.04)), labels };
}

export function createModel(): nn.Sequential {
  return new nn.Sequential(new nn.Linear(2, 32), new nn.Tanh(), new nn.Linear(32, 32), new nn.Tanh(), new nn.Linear(32, 2));
}

/** Shuffled batches of `size` points; the last one may be smaller. */
export function shuffle(points: Tensor, labels: Tensor, size: number): Batch[] {
  return torch.randperm(labels.shape[0]).split(size).map((rows): Batch => [points.at(rows), labels.at(rows)]);
}

/**
 * Trains `model` for a number of epochs. `batches()` gives the batches of an epoch; `scheduler` is a schedule in
 * epochs: its `stepSize` or its milestones count epochs. Gives the mean loss of each epoch.
 */
export function fit(
  model: nn.Module, batches: () => readonly Batch[], optimizer: optim.Optimizer, scheduler: optim.lrScheduler.LRScheduler, epochs: number,
): number[] {
  const losses: number[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let total = 0, count = 0;
    for (const [points, labels] of batches()) {
      optimizer.zeroGrad();
      const loss = nn.functional.crossEntropy(model(points), labels);
      loss.backward();
      optimizer.step();
      total += (loss.item() as number) * labels.shape[0];
      count += labels.shape[0];
    }
    scheduler.step();
    losses.push(total / count);
  }
  return losses;
}

function main(): void {
  torch.manualSeed(10);
  const many = measure(2400), unseen = measure(400);
  for (const count of [150, 2400]) {
    const points = many.points.narrow(0, 0, count), labels = many.labels.narrow(0, 0, count), model = createModel();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.5, momentum: 0.9 });
    const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 15, gamma: 0.5 });
    const losses = fit(model, () => shuffle(points, labels, 50), optimizer, scheduler, 40);
    const accuracy = torch.noGrad(() => (model(unseen.points) as Tensor).argmax(1).eq(unseen.labels).float().mean().item() as number);
    const curve = [1, 2, 5, 10, 20, 40].map((epoch) => `${epoch}: ${losses[epoch - 1].toFixed(3)}`).join('   ');
    console.log(`${count} points\n  loss by epoch       ${curve}\n  accuracy on new points  ${(100 * accuracy).toFixed(0)} %\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();

/*
 * What was wrong: the scheduler was stepped after each batch, but its stepSize of 15 means epochs. With 48 batches an
 * epoch, the learning rate was halved three times within the first epoch, and after five epochs it was 65,536 times too
 * small. With 3 batches an epoch the same happened over 25 epochs. Either way the network got some hundred steps worth
 * the name, and so the results were alike.
 *
 * How to find it: print `optimizer.paramGroups[0].lr` once an epoch beside the loss, and compare it with the schedule.
 *
 * How to notice it next time: a curve that is flat to the last digit says that no step is taken, not that there is
 * nothing left to learn. Log the learning rate with the loss, always. Some schedules do count batches (OneCycleLR): ask
 * of each in which unit it counts.
 */
