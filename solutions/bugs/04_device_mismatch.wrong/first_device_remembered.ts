// claim: training and evaluation run on whatever device the model is on
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

const moved = new WeakMap<Batch, Batch>();

function moveBatch(batch: Batch, device: string): Batch {
  const known = moved.get(batch) ?? [batch[0].to(device), batch[1].to(device)];
  moved.set(batch, known);
  return known;
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
