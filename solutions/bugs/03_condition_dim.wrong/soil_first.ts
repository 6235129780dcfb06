// claim: the first C channels are the features, unchanged
import { fileURLToPath } from 'node:url';
import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';

/** Pictures [N, 4, 5, 7], soils [N, 4], and the harvest of each plot [N]. */
export interface Plots { pictures: Tensor; soils: Tensor; harvests: Tensor }

export function survey(count: number): Plots {
  const bands = torch.randn(count, 4), soils = torch.randn(count, 4);
  const pictures = bands.reshape(count, 4, 1, 1).add(torch.randn(count, 4, 5, 7).mul(0.5));
  const green = bands.matmul(torch.tensor([-0.4, 0.8, 0.3, 0.1])), ground = soils.matmul(torch.tensor([0.6, -0.5, 0.4, 0.3]));
  return { pictures, soils, harvests: green.add(ground).add(torch.randn(count).mul(0.1)) };
}

/** Features [N, C, H, W] and a condition [N, D] become [N, C + D, H, W]: each number of the condition fills a channel. */
export function conditionOn(features: Tensor, condition: Tensor): Tensor {
  const [n, , height, width] = features.shape;
  const maps = condition.reshape(n, -1, 1, 1).expand(-1, -1, height, width);
  return torch.cat([maps, features], 1);
}

/** Forecasts the harvest: pictures [N, C, H, W], soils [N, D] → one number for each plot. */
export class Forecast extends nn.Module {
  mix: nn.Conv2d;
  head = new nn.Linear(16, 1);

  constructor(bands = 4, soil = 4) {
    super();
    // A trial run tells how many channels the convolution gets.
    const trial = conditionOn(torch.zeros(1, bands, 5, 7), torch.zeros(1, soil));
    this.mix = new nn.Conv2d(trial.shape[1], 16, 3, { padding: 1 });
  }

  forward(pictures: Tensor, soils: Tensor): Tensor {
    const seen: Tensor = this.mix(conditionOn(pictures, soils)).relu();
    return this.head(seen.mean([2, 3])).squeeze(1);
  }
}

/** Fills a batch up with zeros to `size` rows. */
function fillUp(x: Tensor, size: number): Tensor {
  return torch.cat([x, torch.zeros(size - x.shape[0], ...x.shape.slice(1))]);
}

/** Forecasts [N] in batches of `size` plots; what was forecast for the rows that fill up a batch is dropped. */
export function forecast(model: Forecast, pictures: Tensor, soils: Tensor, size = 16): Tensor {
  const parts = pictures.split(size).map((part, i): Tensor => {
    const rows = part.shape[0], soil = soils.split(size)[i];
    return model(fillUp(part, size), fillUp(soil, size)).at(`:${rows}`);
  });
  return torch.cat(parts);
}

/** Trains for some epochs and returns the mean squared error of each. */
export function train(model: Forecast, { pictures, soils, harvests }: Plots, epochs: number): number[] {
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  return Array.from({ length: epochs }, () => {
    let total = 0;
    for (const rows of torch.randperm(harvests.shape[0]).split(16)) {
      optimizer.zeroGrad();
      const loss = nn.functional.mseLoss(forecast(model, pictures.at(rows), soils.at(rows)), harvests.at(rows));
      loss.backward();
      optimizer.step();
      total += (loss.item() as number) * rows.shape[0];
    }
    return total / harvests.shape[0];
  });
}

function main(): void {
  torch.manualSeed(3);
  const plots = survey(200), model = new Forecast();
  train(model, plots, 8).forEach((error, epoch) => console.log(`epoch ${epoch + 1}: error ${error.toFixed(3)}`));

  const picture = plots.pictures.at(':1');
  console.log('\nOne plot, three soils');
  for (const [name, soil] of [['loam', [1, -1, 0.5, 1]], ['sand', [-1.5, 1, -1, 0]], ['clay', [0, -0.5, 2, -1]]] as const) {
    console.log(`  ${name}: forecast ${(forecast(model, picture, torch.tensor([soil])).item() as number).toFixed(3)}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
