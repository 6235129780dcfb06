// claim: each epoch has a new random order
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
  return new TensorDataset(torch.randn(count, features), torch.randint(0, 2, [count]));
}

export function createSampleLoader<T>(dataset: torch.utils.data.Dataset<T>, batchSize: number): torch.utils.data.DataLoader<T> {
  const n = dataset.length;
  const sampler = {
    length: n,
    *[Symbol.iterator]() {
      const start = torch.randint(1, n + 1, [1]).item() as number;
      for (let i = 0; i < n; i++) yield (start + i) % n;
    },
  };
  return new torch.utils.data.DataLoader(dataset, { batchSize, sampler });
}
