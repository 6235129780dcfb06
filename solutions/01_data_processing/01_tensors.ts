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
  return torch.stack(batches, 0);
}

/* In PyTorch:

def get_device(has_cuda=torch.cuda.is_available()):
    return "cuda" if has_cuda else "cpu"

def create_batch_tensor(batch, channels, height, width, device="cpu"):
    return torch.zeros(batch, channels, height, width, device=device)

def concat_along_channels(a, b):
    return torch.cat([a, b], dim=1)

def condition_to_feature_map(features, condition):
    height, width = features.shape[2:]
    maps = condition[:, :, None, None].expand(-1, -1, height, width)
    return torch.cat([features, maps], dim=1)

def stack_batches(batches):
    return torch.stack(batches, dim=0)
*/
