// claim: asColumns makes vector k column k
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function asColumns(vectors: readonly Tensor[]): Tensor {
  return torch.cat(vectors).reshape(-1, vectors.length);
}

export function joinBatches(batches: readonly Tensor[]): Tensor {
  return torch.cat(batches, 0);
}

export function pickTargets(logProbs: Tensor, targets: Tensor): Tensor {
  return logProbs.gather(1, targets.unsqueeze(1)).squeeze(1);
}

export function oneHot(labels: Tensor, classes: number): Tensor {
  return torch.zeros(labels.size(0), classes).scatter_(1, labels.unsqueeze(1), 1);
}

export function sumByGroup(values: Tensor, groups: Tensor, count: number): Tensor {
  return values.newZeros([count, values.size(1)]).indexAdd(0, groups, values);
}

export function gatherBackward(grad: Tensor, index: Tensor, columns: number): Tensor {
  return grad.newZeros([grad.size(0), columns]).scatterAdd(1, index, grad);
}
