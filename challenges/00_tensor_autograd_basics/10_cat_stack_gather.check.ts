import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { spy } from '@track/engine/testing';
import { check, type Random } from '@track/grader/check';

const indices = (values: readonly number[]): Tensor => torch.tensor([...values], { dtype: 'int64' });
const draw = (random: Random, n: number, below: number): number[] => Array.from({ length: n }, () => random.int(0, below - 1));

/** [rows, columns]: different, equal, and single ones. */
const sizes: [number, number][] = [[4, 6], [6, 4], [5, 5], [1, 4], [4, 1]];

export default check<typeof import('./10_cat_stack_gather.ts')>(({ claim }) => {
  claim('the results have the shapes and dtypes that were asked for', ({ attempt, expect, random }) => {
    for (const [n, c] of sizes) {
      const targets = indices(draw(random, n, c)), size = `[${n}, ${c}]`;
      expect(attempt.asColumns(Array.from({ length: c }, () => torch.randn(n))), `asColumns of ${c} vectors [${n}]`).toBeTensor({ shape: [n, c], dtype: 'float32' });
      expect(attempt.joinBatches([torch.randn(n, 3), torch.randn(2, 3), torch.randn(c, 3)]), `joinBatches of [${n}, 3], [2, 3] and [${c}, 3]`).toBeTensor({ shape: [n + 2 + c, 3], dtype: 'float32' });
      expect(attempt.pickTargets(torch.randn(n, c), targets), `pickTargets for logProbs ${size}`).toBeTensor({ shape: [n], dtype: 'float32' });
      expect(attempt.oneHot(targets, c + 1), `oneHot of ${n} labels and ${c + 1} classes`).toBeTensor({ shape: [n, c + 1], dtype: 'float32' });
      expect(attempt.sumByGroup(torch.randn(n, 3), targets, c + 2), `sumByGroup for values [${n}, 3] and count ${c + 2}`).toBeTensor({ shape: [c + 2, 3], dtype: 'float32' });
      expect(attempt.gatherBackward(torch.randn(n, 3, { dtype: 'float64' }), indices(draw(random, n * 3, c)).reshape(n, 3), c), `gatherBackward for a float64 grad [${n}, 3] and ${c} columns`).toBeTensor({ shape: [n, c], dtype: 'float64' });
    }
  });

  claim('asColumns makes vector k column k', ({ attempt, expect, random }) => {
    for (const [n, k] of sizes) {
      const data = Array.from({ length: k }, () => Array.from({ length: n }, () => random.normal())), vectors = data.map((v) => torch.tensor(v));
      expect(attempt.asColumns(vectors), `asColumns of ${k} vectors [${n}]`).toBeClose(torch.tensor(Array.from({ length: n }, (_, i) => data.map((v) => v[i]!))), {
        mistakes: [
          { value: () => torch.stack(vectors), says: 'your vectors are the rows: the new dimension belongs at position 1' },
          { value: () => torch.cat(vectors).reshape(n, k), says: 'the shape is right, but the values are scrambled: the vectors were joined end to end and cut anew' },
        ],
      });
    }
  });

  claim('joinBatches keeps all rows, in order', ({ attempt, expect, random }) => {
    const rows = (n: number): number[][] => Array.from({ length: n }, () => [random.normal(), random.normal()]);
    for (const parts of [[rows(3), rows(3), rows(1)], [rows(2), rows(2)], [rows(4)]]) {
      const batches = parts.map((part) => torch.tensor(part));
      expect(attempt.joinBatches(batches), `joinBatches of batches of ${parts.map((part) => part.length).join(', ')} rows`).toBeClose(torch.tensor(parts.flat()), {
        mistakes: [{ value: () => torch.cat([...batches].reverse()), says: 'your batches stand in reverse order' }],
      });
    }
  });

  claim('pickTargets takes from each row the entry of its own target', ({ attempt, expect, random }) => {
    for (const [n, c] of sizes) {
      const data = Array.from({ length: n }, () => Array.from({ length: c }, () => random.normal())), chosen = draw(random, n, c);
      const logProbs = torch.tensor(data), targets = indices(chosen);
      expect(attempt.pickTargets(logProbs, targets), { name: `pickTargets(logProbs, targets) for logProbs [${n}, ${c}]`, inputs: { logProbs, targets } }).toBeClose(torch.tensor(data.map((row, i) => row[chosen[i]!]!)), {
        mistakes: [
          { value: () => logProbs.amax(1), says: 'this is the largest entry of each row; the target decides, not the size' },
          { value: () => logProbs.at(0).at(targets), says: 'all entries come from row 0; row n has its own target' },
          { value: () => logProbs.gather(0, targets.unsqueeze(0)).squeeze(0), says: 'you gather along dimension 0: targets are columns, so the dimension is 1' },
        ],
      });
    }
    const masked = torch.full([3, 4], -Infinity);
    for (const [i, j] of [[0, 2], [1, 0], [2, 3]]) masked.setAt([i!, j!], -1 - i!);
    expect(attempt.pickTargets(masked, indices([2, 0, 3])), 'pickTargets where all other entries are -Infinity').toBeClose(torch.tensor([-1, -2, -3]), {
      says: 'other entries of the row get into the result: -Infinity times 0 is NaN, so pick, do not multiply',
    });
  });

  claim('oneHot is 1 at the label and 0 elsewhere', ({ attempt, expect, random }) => {
    for (const [n, c] of sizes) {
      const labels = draw(random, n, c);
      expect(attempt.oneHot(indices(labels), c), { name: `oneHot(labels, ${c})`, inputs: { labels } }).toBeClose(torch.tensor(labels.map((label) => Array.from({ length: c }, (_, k) => Number(k === label)))), {
        mistakes: [
          { value: () => torch.zeros(n, c).scatter_(0, indices(labels).unsqueeze(0), 1), says: 'you write along dimension 0: labels are columns, so the dimension is 1' },
          { value: () => torch.tensor(labels.map((label) => Array.from({ length: c }, (_, k) => Number(k <= label)))), says: 'all columns up to the label are 1; only the label itself should be' },
        ],
      });
    }
  });

  claim('sumByGroup adds up all rows of a group', ({ attempt, expect, random }) => {
    for (const [n, d] of [[9, 2], [9, 3], [6, 6]] as const) {
      const count = 4, groups = [...draw(random, n - 4, 3), 1, 1, 0, 0]; // repeats for certain; group 3 stays empty
      const data = groups.map(() => Array.from({ length: d }, () => random.normal()));
      const values = torch.tensor(data), before = values.clone(), index = indices(groups);
      const want = Array.from({ length: count }, (_, g) => Array.from({ length: d }, (_, j) => data.reduce((sum, row, i) => (groups[i] === g ? sum + row[j]! : sum), 0)));
      const size = Array.from({ length: count }, (_, g) => groups.filter((group) => group === g).length);
      expect(attempt.sumByGroup(values, index, count), { name: `sumByGroup(values, groups, ${count})`, inputs: { values, groups: index } }).toBeClose(torch.tensor(want), {
        mistakes: [
          { value: () => { const last = torch.zeros(count, d); groups.forEach((g, i) => last.setAt([g], values.at(i))); return last; }, says: 'only the last row of each group is left: where an index repeats, add instead of writing' },
          { value: () => torch.zeros(count, d).scatterAdd(0, index.unsqueeze(1), values), says: 'only column 0 is summed: scatterAdd goes by the shape of its index, which has to reach over all columns' },
          { value: () => torch.tensor(want.map((row, g) => row.map((v) => v / Math.max(1, size[g]!)))), says: 'these are the means of the groups; the sums are wanted' },
        ],
      });
      expect(values, 'values after the call').toBeClose(before, { says: 'values itself was changed', as: 'MEMORY' });
    }
  });

  claim('gatherBackward gives what autograd gives, also where an index repeats', ({ attempt, expect, random, reference }) => {
    for (const [n, c] of sizes) {
      const k = 3, index = indices([...draw(random, n * k - 2, c), 0, 0]).reshape(n, k), grad = torch.randn(n, k);
      const x = torch.randn(n, c, { requiresGrad: true });
      reference(() => x.gather(1, index).backward(grad));
      const before = grad.clone();
      expect(attempt.gatherBackward(grad, index, c), { name: `gatherBackward(grad, index, ${c})`, inputs: { grad, index } }).toBeClose(x.grad!, {
        as: 'GRAD',
        mistakes: [
          { value: () => { const last = torch.zeros(n, c); (index.tolist() as number[][]).forEach((row, i) => row.forEach((column, j) => last.setAt([i, column], grad.at(i, j)))); return last; }, says: 'where an index repeats, only the last gradient is left: add instead of writing' },
          { value: () => torch.zeros(n, c).scatterAdd(1, index, torch.ones(n, k)), says: 'these are the numbers of picks; the incoming gradients are what adds up' },
        ],
      });
      expect(grad, 'grad after the call').toEqual(before, { says: 'grad itself was changed', as: 'MEMORY' });
    }
  });

  claim('gradients flow back to what was joined, picked and summed', async ({ attempt, gradcheck }) => {
    await gradcheck((a: Tensor, b: Tensor) => attempt.asColumns([a, b]), [torch.randn(3), torch.randn(3)], { name: 'asColumns', names: ['vector 0', 'vector 1'] });
    await gradcheck((a: Tensor, b: Tensor) => attempt.joinBatches([a, b]), [torch.randn(3, 2), torch.randn(1, 2)], { name: 'joinBatches', names: ['batch 0', 'batch 1'] });
    await gradcheck((x: Tensor) => attempt.pickTargets(x, indices([1, 0, 1])), [torch.randn(3, 2)], { name: 'pickTargets', names: ['logProbs'] });
    await gradcheck((x: Tensor) => attempt.sumByGroup(x, indices([2, 0, 2]), 4), [torch.randn(3, 2)], { name: 'sumByGroup', names: ['values'] });
  });

  claim('larger inputs take no more operators', ({ attempt, expect, random }) => {
    const count = (body: () => unknown): number => spy(body).calls.filter(({ depth }) => depth === 0).length;
    const tasks: [string, (n: number) => unknown][] = [
      ['pickTargets', (n) => attempt.pickTargets(torch.ones(n, n + 1), indices(draw(random, n, n + 1)))],
      ['oneHot', (n) => attempt.oneHot(indices(draw(random, n, n + 1)), n + 1)],
      ['sumByGroup', (n) => attempt.sumByGroup(torch.ones(n, 3), indices(draw(random, n, n + 1)), n + 1)],
      ['gatherBackward', (n) => attempt.gatherBackward(torch.ones(n, n), indices(draw(random, n * n, n + 1)).reshape(n, n), n + 1)],
    ];
    for (const [name, task] of tasks) {
      expect(count(() => task(12)), `the number of operators that ${name} calls for 12 rows`).toBeAtMost(count(() => task(2)), { says: `${name} calls more operators for larger inputs: it goes over the rows in a loop` });
    }
  });
});
