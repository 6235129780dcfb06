import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export interface Padded {
  values: Tensor;
  mask: Tensor;
}

export function padSequences(sequences: readonly Tensor[], paddingValue: number = 0): Padded {
  const lengths = sequences.map(({ shape }) => shape[0]);
  const longest = Math.max(...lengths);
  // These two lines are what `nn.utils.rnn.padSequence(sequences, true, paddingValue)` does.
  const values = sequences[0].newFull([sequences.length, longest], paddingValue);
  sequences.forEach((sequence, n) => values.setAt([n, `:${lengths[n]}`], sequence));
  // From the lengths, not from the values: a real entry may be equal to the padding value.
  const mask = torch.arange(longest).lt(torch.tensor(lengths).unsqueeze(1));
  return { values, mask };
}

export type SequenceSample = [sequence: Tensor, label: number];

export function collatePadded(samples: readonly SequenceSample[]): [values: Tensor, mask: Tensor, labels: Tensor] {
  const { values, mask } = padSequences(samples.map(([sequence]) => sequence));
  return [values, mask, torch.tensor(samples.map(([, label]) => label), { dtype: 'int64' })];
}

export function maskedMean(values: Tensor, mask: Tensor): Tensor {
  // Not values · mask: 0 times NaN is NaN.
  return values.maskedFill(mask.logicalNot(), 0).sum(1).div(mask.sum(1));
}

/* In PyTorch:

def pad_sequences(sequences, padding_value=0):
    lengths = [len(sequence) for sequence in sequences]
    longest = max(lengths)
    # or: torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True, padding_value=padding_value)
    values = sequences[0].new_full((len(sequences), longest), padding_value)
    for n, sequence in enumerate(sequences):
        values[n, :lengths[n]] = sequence
    mask = torch.arange(longest) < torch.tensor(lengths).unsqueeze(1)
    return values, mask

def collate_padded(samples):
    values, mask = pad_sequences([sequence for sequence, _ in samples])
    return values, mask, torch.tensor([label for _, label in samples])

def masked_mean(values, mask):
    return values.masked_fill(~mask, 0).sum(1) / mask.sum(1)
*/
