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
  return new torch.utils.data.DataLoader(dataset, { batchSize, shuffle: true });
}

/* In PyTorch:

class TensorDataset(torch.utils.data.Dataset):
    def __init__(self, features, labels):
        if len(features) != len(labels):
            raise ValueError(f"{len(features)} rows of features, but {len(labels)} labels")
        if labels.dtype != torch.int64:
            raise TypeError(f"labels must be int64, not {labels.dtype}")
        self.features, self.labels = features, labels

    def __len__(self):
        return len(self.features)

    def __getitem__(self, index):
        return self.features[index], self.labels[index]

def random_samples(count, features):
    return TensorDataset(torch.randn(count, features), torch.randint(0, 2, (count,)))

def create_sample_loader(dataset, batch_size):
    return torch.utils.data.DataLoader(dataset, batch_size=batch_size, shuffle=True)
*/
