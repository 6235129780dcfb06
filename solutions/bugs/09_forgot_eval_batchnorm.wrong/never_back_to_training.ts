// claim: in fit, every epoch trains in training mode and validates in evaluation mode
import { fileURLToPath } from 'node:url';
import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';

export const species = 4;
export type Batch = [calls: Tensor, labels: Tensor];

/** Measurements [count, 6] of calls, sorted by species as the archive keeps them, and the species [count]. */
export function archive(count: number): { calls: Tensor; labels: Tensor } {
  const labels = torch.randint(0, species, [count]).sort().values;
  const typical = torch.tensor([[45, 5, 30, 90, 2, 60], [48, 8, 20, 80, 3, 70], [39, 6, 35, 70, 4, 62], [52, 4, 26, 95, 3, 55]]);
  return { calls: typical.at(labels).add(torch.randn(count, 6).mul(torch.tensor([3, 1.2, 5, 8, 0.8, 6]))), labels };
}

/** Samples in their order, `size` at a time. */
export function cut(calls: Tensor, labels: Tensor, size: number): Batch[] {
  const parts = labels.split(size);
  return calls.split(size).map((part, i): Batch => [part, parts[i]]);
}

export function createModel(): nn.Sequential {
  return new nn.Sequential(new nn.BatchNorm1d(6), new nn.Linear(6, 32), new nn.BatchNorm1d(32), new nn.ReLU(), new nn.Linear(32, species));
}

/** Mean loss over all samples, and the share of them whose species the model names. */
export function validate(model: nn.Module, batches: readonly Batch[]): { loss: number; accuracy: number } {
  let total = 0, right = 0, count = 0;
  model.eval();
  torch.noGrad(() => {
    for (const [calls, labels] of batches) {
      const scores: Tensor = model(calls);
      total += (nn.functional.crossEntropy(scores, labels).item() as number) * labels.shape[0];
      right += scores.argmax(1).eq(labels).sum().item() as number;
      count += labels.shape[0];
    }
  });
  return { loss: total / count, accuracy: right / count };
}

/** Trains in shuffled batches of 32 and validates after every epoch. */
export function fit(
  model: nn.Module, calls: Tensor, labels: Tensor, validation: readonly Batch[], epochs: number,
  onEpoch: (epoch: number, loss: number, result: ReturnType<typeof validate>) => void = () => {},
): void {
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  model.train();
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let total = 0;
    for (const rows of torch.randperm(labels.shape[0]).split(32)) {
      optimizer.zeroGrad();
      const loss = nn.functional.crossEntropy(model(calls.at(rows)), labels.at(rows));
      loss.backward();
      optimizer.step();
      total += (loss.item() as number) * rows.shape[0];
    }
    onEpoch(epoch, total / labels.shape[0], validate(model, validation));
  }
}

function main(): void {
  torch.manualSeed(9);
  const known = archive(480), { calls, labels } = archive(120), model = createModel();
  fit(model, known.calls, known.labels, cut(calls, labels, 20), 6, (epoch, loss, result) => {
    console.log(`epoch ${epoch}: training loss ${loss.toFixed(3)}, validation loss ${result.loss.toFixed(3)}, accuracy ${(100 * result.accuracy).toFixed(0)} %`);
  });
  console.log('\nThe 120 validation samples once more, without any training in between');
  const order = torch.randperm(120), show = (how: string, batches: Batch[]): void => {
    console.log(`  ${how.padEnd(34)}accuracy ${(100 * validate(model, batches).accuracy).toFixed(0)} %`);
  };
  show('as the archive keeps them, by 20', cut(calls, labels, 20));
  show('shuffled, by 20', cut(calls.at(order), labels.at(order), 20));
  show('shuffled, by 4', cut(calls.at(order), labels.at(order), 4));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
