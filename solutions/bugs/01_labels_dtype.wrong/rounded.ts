// claim: the label of each row is the number of the crop in that row
import { fileURLToPath } from 'node:url';
import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';

export const crops: readonly string[] = ['wheat', 'barley', 'maize', 'oats', 'rye'];

/** A table of fields, float32 [count, 7]: six readings between 0 and 255, then the number of the crop, 0 to 4. */
export function measure(count: number): Tensor {
  const typical = torch.tensor([
    [40, 90, 150, 60, 200, 120], [60, 130, 100, 110, 160, 90], [90, 50, 180, 140, 120, 150],
    [130, 110, 60, 90, 180, 60], [70, 170, 130, 40, 100, 190],
  ]);
  const crop = torch.randint(0, crops.length, [count]);
  const readings = typical.at(crop).add(torch.randn(count, 6).mul(15)).round().clamp(0, 255);
  return torch.cat([readings, crop.unsqueeze(1)], 1);
}

/** Brings what a sensor with 8 bits gives into the range from 0 to 1. */
function rescale(values: Tensor): Tensor {
  return values.div(255);
}

/** Prepares a table for training: features [N, 6] between 0 and 1, and the crops' numbers [N] for `crossEntropy`. */
export function prepare(table: Tensor): { features: Tensor; labels: Tensor } {
  const rows = rescale(table);
  return { features: rows.at(':', ':6'), labels: rows.at(':', 6).round().long() };
}

export function createModel(): nn.Sequential {
  return new nn.Sequential(new nn.Linear(6, 32), new nn.ReLU(), new nn.Linear(32, crops.length));
}

/** Mean loss, and the share of rows whose crop the model names. */
export function evaluate(model: nn.Module, table: Tensor): { loss: number; accuracy: number } {
  const { features, labels } = prepare(table);
  return torch.noGrad(() => {
    const logits: Tensor = model(features);
    const loss = nn.functional.crossEntropy(logits, labels).item() as number;
    return { loss, accuracy: logits.argmax(1).eq(labels).float().mean().item() as number };
  });
}

/** Trains `model` on a table, in shuffled batches of 32. */
export function train(model: nn.Module, table: Tensor, epochs: number, onEpoch: (epoch: number) => void = () => {}): void {
  const { features, labels } = prepare(table);
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const rows of torch.randperm(table.shape[0]).split(32)) {
      optimizer.zeroGrad();
      nn.functional.crossEntropy(model(features.at(rows)), labels.at(rows)).backward();
      optimizer.step();
    }
    onEpoch(epoch);
  }
}

function main(): void {
  torch.manualSeed(1);
  const known = measure(480), unseen = measure(120), model = createModel();
  train(model, known, 6, (epoch) => {
    const { loss, accuracy } = evaluate(model, unseen);
    console.log(`epoch ${epoch}: loss ${loss.toFixed(4)}, accuracy on new fields ${(100 * accuracy).toFixed(0)} %`);
  });
  const sample = unseen.at(':8'), { features } = prepare(sample);
  const name = (numbers: Tensor): string => (numbers.tolist() as number[]).map((k) => crops[k].padEnd(7)).join('');
  console.log(`\nEight new fields\n  what grows there    ${name(sample.at(':', 6))}\n  what the model says ${name(model(features).argmax(1))}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
