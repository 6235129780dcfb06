import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { check } from '@track/grader/check';

const longest = (lengths: readonly number[]): number => Math.max(...lengths);
/** Whole numbers in which 0 and -1 occur, as in the padding. */
const tokens = (length: number): Tensor => { const t = torch.randint(-1, 6, [length]); t.setAt(length - 1, 0); return t; };
const maskOf = (lengths: readonly number[], width = longest(lengths)): Tensor =>
  torch.tensor(lengths.map((length) => Array.from({ length: width }, (_, t) => t < length)));

export default check<typeof import('./05_collate_padded.ts')>(({ claim }) => {
  claim('padSequences gives values and a bool mask of shape (N, Tmax), and keeps the dtype', ({ attempt, expect }) => {
    for (const lengths of [[3, 5, 2, 4], [2, 2], [4], [1, 6, 6]]) {
      for (const dtype of ['int64', 'float32'] as const) {
        const shape = [lengths.length, longest(lengths)], name = `padSequences of ${dtype} sequences of lengths ${lengths.join(', ')}`;
        const { values, mask } = attempt.padSequences(lengths.map((length) => tokens(length).to(dtype)));
        expect(values, `the values of ${name}`).toBeTensor({ shape, dtype });
        expect(mask, `the mask of ${name}`).toBeTensor({ shape, dtype: 'bool' });
      }
    }
  });

  claim('row n begins with sequence n', ({ attempt, expect }) => {
    for (const lengths of [[3, 5, 2, 4], [2, 3], [4]]) {
      const sequences = lengths.map((length) => torch.randn(length)), { values } = attempt.padSequences(sequences);
      sequences.forEach((sequence, n) => {
        expect(values.at(n, `:${lengths[n]}`), { name: `row ${n} up to length ${lengths[n]}`, inputs: { sequences } }).toBeClose(sequence, {
          mistakes: [
            { value: () => torch.cat([torch.zeros(longest(lengths) - lengths[n]!), sequence]).narrow(0, 0, lengths[n]!), says: 'the filling is on the left; the sequences begin at position 0' },
            { value: () => sequences.toSorted((a, b) => b.shape[0]! - a.shape[0]!)[n]!.narrow(0, 0, lengths[n]!), says: 'the rows are sorted by length' },
          ],
        });
      });
    }
  });

  claim('the rest of the row is paddingValue, which is 0 by default', ({ attempt, expect }) => {
    const lengths = [3, 6, 1], sequences = lengths.map((length) => torch.randn(length));
    for (const padding of [undefined, -1, 7]) {
      const { values } = attempt.padSequences(sequences, padding);
      lengths.forEach((length, n) => {
        expect(values.at(n, `${length}:`), `row ${n} from position ${length}, with paddingValue ${padding ?? 'left out'}`).toBeClose(torch.full([6 - length], padding ?? 0), {
          mistakes: [{ value: () => torch.zeros(6 - length), says: 'it is filled with 0 whatever paddingValue is' }, { value: () => torch.full([6 - length], sequences[n]!.at(-1).item()), says: 'the last entry is repeated' }],
        });
      });
    }
  });

  claim('the mask is true on real entries, also where they are equal to the padding value, and false on the filling', ({ attempt, expect }) => {
    for (const [lengths, padding] of [[[3, 5, 2, 4], 0], [[2, 2], -1], [[1, 3], -1]] as const) {
      const sequences = lengths.map(tokens), { mask, values } = attempt.padSequences(sequences, padding), want = maskOf(lengths);
      expect(mask, { name: 'the mask', inputs: { sequences } }).toBeClose(want, {
        mistakes: [
          { value: () => want.logicalNot(), says: 'true and false are exchanged' },
          { value: () => values.ne(padding), says: 'the mask is made from the values: a real entry that is equal to the padding value is taken for filling' },
        ],
      });
    }
  });

  claim('samples in another order give the rows in that order', ({ attempt, expect, random }) => {
    const sequences = random.shuffle([2, 5, 3, 4]).map((length) => torch.randn(length)), order = random.shuffle([0, 1, 2, 3]);
    const rows = torch.tensor(order, { dtype: 'int64' });
    const before = attempt.padSequences(sequences), after = attempt.padSequences(order.map((n) => sequences[n]!));
    expect(after.values, `the values of the sequences in the order ${order.join(', ')}`).toBeClose(before.values.at(rows));
    expect(after.mask, `the mask of the sequences in the order ${order.join(', ')}`).toBeClose(before.mask.at(rows));
  });

  claim('collatePadded gives values, mask and int64 labels, each batch as wide as its longest sequence', async ({ attempt, expect }) => {
    const lengths = [4, 2, 1, 3, 5], samples = lengths.map((length, n): [Tensor, number] => [tokens(length), 2 * n]);
    const loader = new torch.utils.data.DataLoader(samples, { batchSize: 2, collateFn: attempt.collatePadded });
    let start = 0;
    for await (const batch of loader) {
      const part = lengths.slice(start, start + 2), name = `the batch of lengths ${part.join(' and ')}`;
      expect(batch.length, `the number of tensors in ${name}`).toBe(3);
      const [values, mask, labels] = batch;
      expect(values, `the values of ${name}`).toBeTensor({ shape: [part.length, longest(part)], dtype: 'int64' });
      expect(mask, `the mask of ${name}`).toBeClose(maskOf(part));
      expect(labels, `the labels of ${name}`).toBeClose(torch.tensor(part.map((_, i) => 2 * (start + i)), { dtype: 'int64' }));
      part.forEach((length, i) => {
        const row = torch.cat([samples[start + i]![0], torch.zeros(longest(part) - length, { dtype: 'int64' })]);
        expect(values.at(i), `row ${i} of the values of ${name}`).toBeClose(row);
      });
      start += part.length;
    }
  });

  claim('maskedMean gives one mean for each row, over its real positions', ({ attempt, expect }) => {
    for (const lengths of [[3, 5, 1], [2, 2], [4]]) {
      const sequences = lengths.map((length) => torch.randn(length)), mask = maskOf(lengths), width = longest(lengths);
      const values = torch.zeros(lengths.length, width);
      sequences.forEach((sequence, n) => values.setAt([n, `:${lengths[n]}`], sequence));
      expect(attempt.maskedMean(values, mask), { name: 'maskedMean(values, mask)', inputs: { values, mask } }).toBeClose(torch.stack(sequences.map((sequence) => sequence.mean())), {
        mistakes: [
          { value: () => values.mean(1), says: 'the sums are divided by the width of the batch, not by the length of each sequence' },
          { value: () => values.sum(1), says: 'these are the sums' },
          { value: () => values.sum().div(mask.sum()), says: 'this is one mean over all rows together' },
        ],
      });
    }
  });

  claim('what stands in the filling has no influence on maskedMean', ({ attempt, expect }) => {
    const values = torch.randn(3, 5), mask = torch.tensor([[true, true, false, false, false], [false, true, true, true, false], [true, true, true, true, true]]);
    const want = torch.stack([values.at(0, ':2').mean(), values.at(1, '1:4').mean(), values.at(2).mean()]);
    for (const filling of [0, 1000, Infinity, NaN]) {
      const filled = values.maskedFill(mask.logicalNot(), filling), wider = torch.cat([filled, torch.full([3, 2], filling)], 1);
      const widerMask = torch.cat([mask, torch.zeros(3, 2, { dtype: 'bool' })], 1);
      const mistakes = [
        { value: () => filled.mul(mask).sum(1).div(mask.sum(1)), says: '0 times NaN is NaN, and so is 0 times infinity: multiplying by the mask does not remove them' },
        { value: () => filled.sum(1).div(mask.sum(1)), says: 'the filling is in the sums' },
      ];
      expect(attempt.maskedMean(filled, mask), { name: `maskedMean of values filled up with ${filling}`, inputs: { values: filled, mask } }).toBeClose(want, { mistakes });
      expect(attempt.maskedMean(wider, widerMask), `maskedMean of the same values with two more positions of ${filling}`).toBeClose(want, { mistakes });
    }
  });

  claim('gradients of maskedMean reach the real positions and no others', async ({ attempt, gradcheck }) => {
    const mask = maskOf([2, 4, 1]);
    await gradcheck((values: Tensor) => attempt.maskedMean(values, mask), [torch.randn(3, 4)], { name: 'maskedMean', names: ['values'] });
  });
});
