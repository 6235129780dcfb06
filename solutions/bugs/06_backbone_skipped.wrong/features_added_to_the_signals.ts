// claim: the scores are what the head makes of the features of the whole backbone, averaged over time
import { fileURLToPath } from 'node:url';
import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';

export const machines: readonly string[] = ['fan', 'pump', 'mill', 'press'];
const channels = 6, samples = 32;

/** Signals [count, channels, samples] of random machines, and the machines' numbers [count]. */
export function record(count: number): { signals: Tensor; labels: Tensor } {
  const labels = torch.randint(0, machines.length, [count]);
  const turns = labels.add(1).mul(2).reshape(count, 1, 1);
  const phase = torch.rand(count, channels, 1), time = torch.arange(samples).div(samples);
  const vibration = turns.mul(time).add(phase).mul(2 * Math.PI).sin();
  // Every machine also presses a little on the sensor, one more than the other.
  const pressure = labels.reshape(count, 1, 1).sub(1.5).mul(0.04);
  return { signals: vibration.add(pressure).add(torch.randn(count, channels, samples).mul(0.3)), labels };
}

/** A convolution over time and a ReLU. Keeps the shape [N, channels, samples]. */
export class Block extends nn.Module {
  conv: nn.Conv1d;
  constructor(width: number) {
    super();
    this.conv = new nn.Conv1d(width, width, 5, { padding: 2 });
  }
  forward(x: Tensor): Tensor {
    return this.conv(x).relu();
  }
}

/** A backbone of blocks, one after the other, and a head that scores its features, averaged over time. */
export class Classifier extends nn.Module {
  backbone: nn.ModuleList;
  head: nn.Linear;
  constructor(width: number, depth: number, classes: number) {
    super();
    this.backbone = new nn.ModuleList(Array.from({ length: depth }, () => new Block(width)));
    this.head = new nn.Linear(width, classes);
  }
  /** [N, width, samples] → scores [N, classes]; any number of samples. */
  forward(signals: Tensor): Tensor {
    let features = signals;
    for (const block of this.backbone) features = features.add(block(features));
    return this.head(features.mean(2));
  }
}

/** Trains in shuffled batches of 32 and returns the mean loss of the last epoch. */
export function train(model: nn.Module, signals: Tensor, labels: Tensor, epochs: number): number {
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 }), count = labels.shape[0];
  let total = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    total = 0;
    for (const rows of torch.randperm(count).split(32)) {
      optimizer.zeroGrad();
      const loss = nn.functional.crossEntropy(model(signals.at(rows)), labels.at(rows));
      loss.backward();
      optimizer.step();
      total += (loss.item() as number) * rows.shape[0];
    }
  }
  return total / count;
}

/** The share of signals whose machine the model names. */
export function accuracy(model: nn.Module, signals: Tensor, labels: Tensor): number {
  return torch.noGrad(() => (model(signals) as Tensor).argmax(1).eq(labels).float().mean().item() as number);
}

function main(): void {
  torch.manualSeed(6);
  const known = record(320), unseen = record(160);
  console.log('blocks  parameters  training loss  accuracy on new signals');
  for (const depth of [1, 2, 3]) {
    const model = new Classifier(channels, depth, machines.length);
    const size = [...model.parameters()].reduce((sum, p) => sum + p.numel(), 0);
    const loss = train(model, known.signals, known.labels, 8);
    const share = 100 * accuracy(model, unseen.signals, unseen.labels);
    console.log(`${depth}       ${String(size).padEnd(12)}${loss.toFixed(3).padEnd(15)}${share.toFixed(0)} %`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
