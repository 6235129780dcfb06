// claim: N houses have N deviations, of shape [N], also when N is 1; their loss has shape []
import { fileURLToPath } from 'node:url';
import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';

/** A table of sales, float32 [count, 5]: area, age, rooms, distance to the center, and the price in thousands. */
export function sell(count: number): Tensor {
  const area = torch.rand(count).mul(150).add(40), age = torch.rand(count).mul(80);
  const rooms = area.div(28).add(torch.randn(count).mul(0.5)).round(), distance = torch.rand(count).mul(20);
  const price = area.mul(3).sub(age).add(rooms.mul(8)).mul(distance.mul(-0.04).exp()).add(60).add(torch.randn(count).mul(12));
  return torch.stack([area, age, rooms, distance, price], 1);
}

/** Features [N, 4], each about between -2 and 2, and prices [N] in hundreds of thousands. */
export function prepare(table: Tensor): { features: Tensor; prices: Tensor } {
  const [features, prices] = table.splitWithSizes([4, 1], 1);
  const typical = torch.tensor([115, 40, 4, 10]), spread = torch.tensor([45, 25, 1.7, 6]);
  return { features: features.sub(typical).div(spread), prices: prices.div(100) };
}

export function createModel(): nn.Sequential {
  return new nn.Sequential(new nn.Linear(4, 32), new nn.ReLU(), new nn.Linear(32, 1));
}

/** How far the model is off for each house, in hundreds of thousands: estimate minus price, float32 [N]. */
export function deviations(model: nn.Module, table: Tensor): Tensor {
  const { features, prices } = prepare(table);
  const estimates = (model(features) as Tensor).unsqueeze(0).squeeze(2);
  return estimates.sub(prices);
}

/** The mean squared deviation, float32 []. */
export function loss(model: nn.Module, table: Tensor): Tensor {
  return deviations(model, table).square().mean();
}

/** Trains `model` on a table, in shuffled batches of 32. */
export function train(model: nn.Module, table: Tensor, epochs: number, onEpoch: (epoch: number) => void = () => {}): void {
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const rows of torch.randperm(table.shape[0]).split(32)) {
      optimizer.zeroGrad();
      loss(model, table.at(rows)).backward();
      optimizer.step();
    }
    onEpoch(epoch);
  }
}

function main(): void {
  torch.manualSeed(8);
  const known = sell(400), unseen = sell(100), model = createModel();
  train(model, known, 30, (epoch) => {
    if (epoch % 5 !== 0) return;
    const losses = torch.noGrad(() => [known, unseen].map((table) => (loss(model, table).item() as number).toFixed(3)));
    console.log(`epoch ${String(epoch).padStart(2)}: loss ${losses[0]}, on new sales ${losses[1]}`);
  });
  const sample = unseen.at(':6'), { features } = prepare(sample);
  const row = (values: Tensor): string => (values.flatten().tolist() as number[]).map((v) => v.toFixed(0).padStart(6)).join('');
  console.log(`\nSix new sales, in thousands\n  price    ${row(sample.at(':', 4))}\n  estimate ${row(model(features).mul(100))}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
