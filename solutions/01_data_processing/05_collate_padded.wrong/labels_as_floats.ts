// claim: collatePadded gives values, mask and int64 labels, each batch as wide as its longest sequence
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export interface Padded {
  values: Tensor;
  mask: Tensor;
}

export function padSequences(sequences: readonly Tensor[], paddingValue: number = 0): Padded {
  const lengths = sequences.map(({ shape }) => shape[0]);
  const longest = Math.max(...lengths);
  const values = sequences[0].newFull([sequences.length, longest], paddingValue);
  sequences.forEach((sequence, n) => values.setAt([n, `:${lengths[n]}`], sequence));
  // From the lengths, not from the values: a real entry may be equal to the padding value.
  const mask = torch.arange(longest).lt(torch.tensor(lengths).unsqueeze(1));
  return { values, mask };
}

export type SequenceSample = [sequence: Tensor, label: number];

export function collatePadded(samples: readonly SequenceSample[]): [values: Tensor, mask: Tensor, labels: Tensor] {
  const { values, mask } = padSequences(samples.map(([sequence]) => sequence));
  return [values, mask, torch.tensor(samples.map(([, label]) => label))];
}

export function maskedMean(values: Tensor, mask: Tensor): Tensor {
  // Not values · mask: 0 times NaN is NaN.
  return values.maskedFill(mask.logicalNot(), 0).sum(1).div(mask.sum(1));
}
