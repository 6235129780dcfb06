// claim: sample i is digit i, with its pixels brought to 0…1 and then normalized, and the images given stay as they are
import * as torch from '@track/engine';
import { nn, optim, utils, type Tensor } from '@track/engine';
import { trainOneEpoch } from '../01_train_one_epoch.ts';

const F = nn.functional;

export const MEAN = 0.1307;
export const STD = 0.3081;

/** The one place that prepares pixels, for training and for use. */
const normalize = (pixels: Tensor): Tensor => pixels.float().div(255).sub(MEAN).div(STD);

export class DigitDataset implements utils.data.Dataset<[Tensor, Tensor]> {
  private readonly images: Tensor;
  private readonly labels: Tensor;

  constructor(images: Tensor, labels: Tensor) {
    // Once for all images: doing it in getItem would repeat the work in each epoch.
    this.images = images.float().div(255).unsqueeze(1);
    this.labels = labels;
  }

  get length(): number {
    return this.images.shape[0];
  }

  getItem(index: number): [Tensor, Tensor] {
    return [this.images.at(index), this.labels.at(index)];
  }
}

export class DigitNet extends nn.Module {
  conv = new nn.Conv2d(1, 16, 5, { stride: 2 });
  fc = new nn.Linear(16 * 6 * 6, 10);

  forward(images: Tensor): Tensor {
    const features = F.maxPool2d(F.relu(this.conv(images)), 2);
    return this.fc(features.flatten(1));
  }
}

export interface Trained {
  model: DigitNet;
  losses: number[];
}

export async function trainDigits(
  images: Tensor, labels: Tensor, onEpoch: (epoch: number, epochs: number, loss: number) => void,
): Promise<Trained> {
  const epochs = 5;
  const model = new DigitNet();
  const optimizer = new optim.Adam(model.parameters(), { lr: 5e-3 });
  const lossFn = new nn.CrossEntropyLoss();
  const loader = new utils.data.DataLoader(new DigitDataset(images, labels), { batchSize: 64, shuffle: true });
  const losses: number[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const loss = await trainOneEpoch(model, loader, lossFn, optimizer, 'cpu');
    losses.push(loss);
    onEpoch(epoch, epochs, loss);
  }
  return { model, losses };
}

export function classify(model: nn.Module, images: Tensor): Tensor {
  model.eval();
  return torch.noGrad(() => model(normalize(images).unsqueeze(1)).argmax(1));
}
