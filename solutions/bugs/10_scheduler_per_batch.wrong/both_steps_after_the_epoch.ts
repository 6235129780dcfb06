// claim: every batch has its own step, and the losses are the means over the points of each epoch
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
      total += (loss.item() as number) * labels.shape[0];
      count += labels.shape[0];
    }
    optimizer.step();
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
