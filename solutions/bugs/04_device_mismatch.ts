/** Bug 04 · It worked on my machine, repaired. What was wrong is told at the end. */
import { fileURLToPath } from 'node:url';
import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';

/** Points [N, 2] and whether they lie inside the circle, int64 [N]. */
export type Batch = [points: Tensor, inside: Tensor];

/** Batches of up to 32 random points, on the cpu, where data comes from. */
export function throwDarts(count: number): Batch[] {
  const points = torch.rand(count, 2).mul(4).sub(2);
  const labels = points.norm({ dim: 1 }).lt(1.6).long().split(32);
  return points.split(32).map((part, i): Batch => [part, labels[i]]);
}

export function createModel(): nn.Sequential {
  return new nn.Sequential(new nn.Linear(2, 32), new nn.ReLU(), new nn.Linear(32, 2));
}

function moveBatch([points, inside]: Batch, device: string): Batch {
  return [points.to(device), inside.to(device)];
}

/** Trains a model, which is on `device` already, on each batch once; returns the mean loss over the points. */
export function trainEpoch(model: nn.Module, batches: readonly Batch[], optimizer: optim.Optimizer, device: string): number {
  let total = 0, count = 0;
  for (const batch of batches) {
    const [points, inside] = moveBatch(batch, device);
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model(points), inside);
    loss.backward();
    optimizer.step();
    total += (loss.item() as number) * points.shape[0];
    count += points.shape[0];
  }
  return total / count;
}

/** The share of points that the model puts on the right side. */
export function evaluate(model: nn.Module, batches: readonly Batch[], device: string): number {
  let right = 0, count = 0;
  torch.noGrad(() => {
    for (const batch of batches) {
      const [points, inside] = moveBatch(batch, device);
      right += (model(points) as Tensor).argmax(1).eq(inside).sum().item() as number;
      count += points.shape[0];
    }
  });
  return right / count;
}

function main(): void {
  torch.manualSeed(4);
  const device = 'sim:0', known = throwDarts(500), unseen = throwDarts(200);
  const model = createModel().to(device);
  console.log(`The model is on ${model.parameters().next().value!.device}.`);
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
  for (let epoch = 1; epoch <= 8; epoch++) {
    const loss = trainEpoch(model, known, optimizer, device);
    console.log(`epoch ${epoch}: loss ${loss.toFixed(3)}, accuracy on new points ${(100 * evaluate(model, unseen, device)).toFixed(0)} %`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();

/*
 * What was wrong: to(device) of a tensor gives a new tensor and leaves the old one where it is; the results were thrown
 * away. A module is different: model.to(device) moves the module itself. On the cpu nothing needs to move, so the mistake
 * could not show there.
 *
 * How to find it: the message names both devices and the operator. Print x.device of each of its inputs; the one that is
 * not where it should be has a line that should have moved it.
 *
 * How to notice it next time: treat to() of a tensor as a function, y = x.to(device), and run programs for several
 * devices on 'sim:0' now and then, also where there is only a cpu.
 */
