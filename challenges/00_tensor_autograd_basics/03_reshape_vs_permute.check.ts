import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { check } from '@track/grader/check';

type Size4 = [number, number, number, number];

/** Sizes that differ, sizes that agree (where a wrong order has the right shape), and single images, rows and channels. */
const sizes: Size4[] = [[2, 3, 5, 7], [2, 4, 4, 4], [3, 3, 2, 3], [1, 3, 4, 5], [2, 1, 3, 4], [2, 3, 1, 4], [2, 3, 4, 1]];

/** A tensor filled by a rule, with plain loops. */
function filled(shape: readonly number[], rule: (...index: number[]) => number): Tensor {
  const build = (index: number[]): unknown => (index.length === shape.length ? rule(...index) : Array.from({ length: shape[index.length]! }, (_, i) => build([...index, i])));
  return torch.tensor(build([]) as number[]);
}

/** Reads entries by their index, from the nested list. */
function reader(x: Tensor): (...index: number[]) => number {
  const data = x.tolist();
  return (...index) => index.reduce<unknown>((part, i) => (part as unknown[])[i], data) as number;
}

const scrambled = 'reshape gives the right shape, but keeps the order of the numbers in memory: the values are scrambled';
const shown = (x: Tensor): string => `[${x.shape.join(', ')}]`;

export default check<typeof import('./03_reshape_vs_permute.ts')>(({ claim }) => {
  claim('all results have the shapes that were asked for', ({ attempt, expect }) => {
    for (const [n, c, h, w] of sizes) {
      const x = torch.randn(n, c, h, w), last = torch.randn(n, h, w, c);
      expect(attempt.toChannelsLast(x), `toChannelsLast(x) for x ${shown(x)}`).toBeTensor({ shape: [n, h, w, c], dtype: 'float32' });
      expect(attempt.toChannelsFirst(last), `toChannelsFirst(x) for x ${shown(last)}`).toBeTensor({ shape: [n, c, h, w], dtype: 'float32' });
      expect(attempt.toTokens(x), `toTokens(x) for x ${shown(x)}`).toBeTensor({ shape: [n, h * w, c], dtype: 'float32' });
      const tokens = torch.randn(n, h, c * w), heads = torch.randn(n, c, h, w);
      expect(attempt.splitHeads(tokens, c), `splitHeads(x, ${c}) for x ${shown(tokens)}`).toBeTensor({ shape: [n, c, h, w], dtype: 'float32' });
      expect(attempt.mergeHeads(heads), `mergeHeads(x) for x ${shown(heads)}`).toBeTensor({ shape: [n, h, c * w], dtype: 'float32' });
    }
  });

  claim('the entry (n, c, h, w) stands at (n, h, w, c) after toChannelsLast', ({ attempt, expect }) => {
    for (const [n, c, h, w] of sizes) {
      const x = torch.randn(n, c, h, w), at = reader(x);
      expect(attempt.toChannelsLast(x), { name: `toChannelsLast(x) for x ${shown(x)}`, inputs: { x } }).toBeClose(filled([n, h, w, c], (i, y, z, k) => at(i, k, y, z)), {
        mistakes: [
          { value: () => x.reshape(n, h, w, c), says: scrambled },
          { value: () => x.permute(0, 3, 2, 1), says: 'rows and columns are exchanged: your result is [N, W, H, C]' },
          { value: () => x.permute(0, 3, 1, 2), says: 'this is the permutation of the way back: the list names, for each new dimension, the old one it takes' },
        ],
      });
    }
  });

  claim('the result of toChannelsLast shares memory with x', ({ attempt, expect }) => {
    const x = torch.randn(2, 3, 4, 5), y = attempt.toChannelsLast(x);
    y.at(1, 2, 3, 0).fill_(42);
    expect(x.at(1, 0, 2, 3).item(), 'entry (1, 0, 2, 3) of x after writing 42 to entry (1, 2, 3, 0) of the result').toBe(42, { says: 'the result is a copy: writing to it did not reach x', as: 'MEMORY' });
  });

  claim('toChannelsFirst takes the entry (n, h, w, c) to (n, c, h, w)', ({ attempt, expect }) => {
    for (const [n, c, h, w] of sizes) {
      const x = torch.randn(n, h, w, c), at = reader(x);
      const want = filled([n, c, h, w], (i, k, y, z) => at(i, y, z, k));
      expect(attempt.toChannelsFirst(x), { name: `toChannelsFirst(x) for x ${shown(x)}`, inputs: { x } }).toBeClose(want, {
        mistakes: [
          { value: () => x.reshape(n, c, h, w), says: scrambled },
          { value: () => x.permute(0, 3, 2, 1), says: 'rows and columns are exchanged: your result is [N, C, W, H]' },
          { value: () => x.permute(0, 2, 3, 1), says: 'this is the permutation of toChannelsLast; the way back is another one' },
        ],
      });
      expect(attempt.toChannelsFirst(want.permute(0, 2, 3, 1)), `toChannelsFirst(x) for an x that is itself a permuted view`).toBeClose(want, { says: 'toChannelsFirst goes wrong where x is not contiguous: x may be a view' });
    }
  });

  claim('the result of toChannelsFirst is contiguous, so that view works on it', ({ attempt, expect }) => {
    for (const x of [torch.randn(2, 4, 5, 3), torch.randn(2, 3, 4, 5).permute(0, 2, 3, 1)]) {
      expect(attempt.toChannelsFirst(x).isContiguous(), `isContiguous() of toChannelsFirst(x), for an x of strides [${x.stride().join(', ')}]`).toBe(true, { as: 'MEMORY', says: 'the result of toChannelsFirst is a view with other strides: ask for contiguous memory' });
    }
  });

  claim('row h * W + w of toTokens holds the channels of pixel (h, w)', ({ attempt, expect }) => {
    for (const [n, c, h, w] of sizes) {
      const x = torch.randn(n, c, h, w), at = reader(x);
      expect(attempt.toTokens(x), { name: `toTokens(x) for x ${shown(x)}`, inputs: { x } }).toBeClose(filled([n, h * w, c], (i, t, k) => at(i, k, Math.floor(t / w), t % w)), {
        mistakes: [
          { value: () => x.reshape(n, h * w, c), says: scrambled },
          { value: () => x.permute(0, 3, 2, 1).reshape(n, h * w, c), says: 'your rows go down the columns of the image; they should go along its rows' },
        ],
      });
    }
  });

  claim('splitHeads gives head k the features k * D to (k + 1) * D of every token', ({ attempt, expect }) => {
    for (const [n, heads, t, d] of sizes) {
      const x = torch.randn(n, t, heads * d), at = reader(x);
      expect(attempt.splitHeads(x, heads), { name: `splitHeads(x, ${heads}) for x ${shown(x)}`, inputs: { x } }).toBeClose(filled([n, heads, t, d], (i, k, s, j) => at(i, s, k * d + j)), {
        mistakes: [
          { value: () => x.reshape(n, heads, t, d), says: `${scrambled}, and a head holds pieces of several tokens` },
          { value: () => x.reshape(n, t, d, heads).permute(0, 3, 1, 2), says: 'your heads take every k-th feature; each should take a run of D features' },
        ],
      });
    }
  });

  claim('mergeHeads undoes splitHeads, and its entries are in their places', ({ attempt, expect }) => {
    for (const [n, heads, t, d] of sizes) {
      const x = torch.randn(n, heads, t, d), at = reader(x);
      const want = filled([n, t, heads * d], (i, s, j) => at(i, Math.floor(j / d), s, j % d));
      const mistakes = [
        { value: () => x.reshape(n, t, heads * d), says: scrambled },
        { value: () => x.permute(0, 2, 3, 1).reshape(n, t, heads * d), says: 'your heads are interleaved; the features of a head should stay together' },
      ];
      expect(attempt.mergeHeads(x), { name: `mergeHeads(x) for x ${shown(x)}`, inputs: { x } }).toBeClose(want, { mistakes });
      expect(attempt.mergeHeads(attempt.splitHeads(want, heads)), 'mergeHeads(splitHeads(x, heads))').toBeClose(want);
    }
  });

  claim('gradients go back to the entries that they come from', async ({ attempt, gradcheck }) => {
    await gradcheck((x: Tensor) => [attempt.toChannelsLast(x), attempt.toTokens(x)], [torch.randn(2, 3, 2, 2)], { name: 'toChannelsLast and toTokens', names: ['x'] });
    await gradcheck((x: Tensor) => [attempt.toChannelsFirst(x), attempt.mergeHeads(x)], [torch.randn(2, 3, 2, 2)], { name: 'toChannelsFirst and mergeHeads', names: ['x'] });
    await gradcheck((x: Tensor) => attempt.splitHeads(x, 3), [torch.randn(2, 2, 6)], { name: 'splitHeads', names: ['x'] });
  });
});
