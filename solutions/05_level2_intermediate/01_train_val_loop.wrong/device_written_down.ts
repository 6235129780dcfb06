// claim: validation batches, and those of trainForEpochs, are moved to the device of the model
import * as torch from '@track/engine';
import type { Tensor, nn, optim } from '@track/engine';
import { trainOneEpoch } from '../../03_training/01_train_one_epoch.ts';

export interface Validation {
  loss: number;
  accuracy: number;
}

export interface EpochRecord {
  trainLoss: number;
  valLoss: number;
  valAccuracy: number;
}

export async function validate(
  model: nn.Module, loader: AsyncIterable<[Tensor, Tensor]>, lossFn: nn.Module, device: string,
): Promise<Validation> {
  const wasTraining = model.training;
  model.eval();
  let total = 0;
  let correct = 0;
  let samples = 0;
  await torch.noGrad(async () => {
    for await (const [x, y] of loader) {
      const labels = y.to(device);
      const logits: Tensor = model(x.to(device));
      total += lossFn(logits, labels).item() * labels.shape[0];
      correct += logits.argmax(1).eq(labels).sum().item() as number;
      samples += labels.shape[0];
    }
  });
  model.train(wasTraining);
  return { loss: total / samples, accuracy: correct / samples };
}

export async function trainForEpochs(
  model: nn.Module, trainLoader: AsyncIterable<[Tensor, Tensor]>, valLoader: AsyncIterable<[Tensor, Tensor]>,
  lossFn: nn.Module, optimizer: optim.Optimizer, device: string, epochs: number,
): Promise<EpochRecord[]> {
  const records: EpochRecord[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const trainLoss = await trainOneEpoch(model, trainLoader, lossFn, optimizer, 'cpu');
    const { loss, accuracy } = await validate(model, valLoader, lossFn, 'cpu');
    records.push({ trainLoss, valLoss: loss, valAccuracy: accuracy });
  }
  return records;
}
