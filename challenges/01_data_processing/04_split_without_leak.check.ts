import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { datasets } from '@track/engine/vision';
import { check } from '@track/grader/check';

/** Mean and standard deviation of each column in float64; `divisor` of the squared deviations from N - 1 to N. */
function statistics(x: Tensor, divisor = x.shape[0]!): { mean: Tensor; std: Tensor } {
  const mean = x.double().mean(0);
  return { mean: mean.float(), std: x.double().sub(mean).pow(2).sum(0).div(divisor).sqrt().float() };
}
const scaled = (x: Tensor, { mean, std }: { mean: Tensor; std: Tensor }): Tensor => x.sub(mean).div(std);
const sorted = (parts: Tensor[]): number[] => (torch.cat(parts).tolist() as number[]).sort((a, b) => a - b);

/** Columns of very different scales, and labels that are the numbers of the rows. */
function table(count: number, features: number): { x: Tensor; rows: Tensor } {
  const scale = torch.arange(features).add(1).mul(10);
  return { x: torch.randn(count, features).mul(scale).add(scale.mul(3)), rows: torch.arange(count) };
}

export default check<typeof import('./04_split_without_leak.ts')>(({ claim }) => {
  claim('splitRows gives int64 row numbers, Math.round(count * testFraction) of them for the test part', ({ attempt, expect }) => {
    for (const [count, fraction, test] of [[10, 0.3, 3], [7, 0.5, 4], [9, 0.1, 1], [2, 0.5, 1]] as const) {
      const rows = attempt.splitRows(count, fraction), name = `splitRows(${count}, ${fraction})`;
      expect(rows.test, `${name}.test`).toBeTensor({ shape: [test], dtype: 'int64' });
      expect(rows.train, `${name}.train`).toBeTensor({ shape: [count - test], dtype: 'int64' });
    }
  });

  claim('every row is in exactly one of the two parts', ({ attempt, expect }) => {
    for (const count of [23, 6]) {
      const { train, test } = attempt.splitRows(count, 0.4);
      expect(sorted([train, test]), `the sorted list of the rows in both parts of splitRows(${count}, 0.4)`).toEqual(Array.from({ length: count }, (_, i) => i), {
        ...(train.shape[0]! + test.shape[0]! === count ? { says: 'some rows are in twice and others are missing' } : {}),
      });
    }
  });

  claim('the split is random, and torch.manualSeed repeats it', ({ attempt, expect, seed }) => {
    const draw = (s: number): number[] => { torch.manualSeed(s); return attempt.splitRows(50, 0.4).test.tolist() as number[]; };
    const first = draw(seed), set = [...first].sort((a, b) => a - b);
    expect(draw(seed), 'the test rows after the same manualSeed').toEqual(first, { says: 'the split does not repeat with the seed: draw it with the generator of torch' });
    const others = draw(seed + 1).sort((a, b) => a - b);
    expect(others, 'the sorted test rows with another seed').toDiffer(set, { says: 'the test part has the same rows for every seed: the split is not random' });
    // Of 20 rows drawn from 50, some 8 are followed by another one that was drawn.
    const runs = others.filter((row) => others.includes((row + 1) % 50)).length;
    expect(runs, 'how many of the 20 test rows are followed by another test row').toBeLessThan(18, { says: 'the test rows are neighbors in the table: a block with a random beginning is not a random choice, since tables are often sorted' });
  });

  claim('fitScaler gives a float32 mean and std for each feature', ({ attempt, expect }) => {
    for (const [count, features] of [[7, 3], [4, 4], [5, 1]] as const) {
      const { mean, std } = attempt.fitScaler(table(count, features).x), name = `fitScaler of features (${count}, ${features})`;
      expect(mean, `the mean of ${name}`).toBeTensor({ shape: [features], dtype: 'float32' });
      expect(std, `the std of ${name}`).toBeTensor({ shape: [features], dtype: 'float32' });
    }
  });

  claim('mean and std are those of each column, with the variance divided by N', ({ attempt, expect }) => {
    for (const [count, features] of [[6, 3], [4, 4]] as const) {
      const { x } = table(count, features), got = attempt.fitScaler(x), want = statistics(x);
      expect(got.mean, { name: 'the mean', inputs: { features: x } }).toBeClose(want.mean, { mistakes: [{ value: () => x.mean(1), says: 'these are the means of the rows; the features are the columns' }] });
      expect(got.std, { name: 'the std', inputs: { features: x } }).toBeClose(want.std, {
        mistakes: [
          { value: () => statistics(x, count - 1).std, says: 'the squared deviations are divided by N - 1, which is the default of std; here it is N' },
          { value: () => want.std.square(), says: 'this is the variance: its root is missing' },
        ],
      });
    }
  });

  claim('a column that never changes gets std 1', ({ attempt, expect }) => {
    const { x } = table(5, 3);
    x.setAt([':', 1], 4);
    const want = statistics(x).std;
    want.setAt(1, 1);
    const { std } = attempt.fitScaler(x);
    expect(std, { name: 'the std of features whose column 1 is constant', inputs: { features: x } }).toBeClose(want, {
      mistakes: [{ value: () => statistics(x).std, says: 'it is 0 there: dividing by it would turn the whole column into NaN' }],
    });
  });

  claim('standardize subtracts the mean and divides by the std, column by column', ({ attempt, expect }) => {
    for (const [count, features] of [[5, 3], [3, 3], [1, 2]] as const) {
      const { x } = table(count, features), scaler = { mean: torch.randn(features).mul(20), std: torch.rand(features).add(0.5).mul(10) };
      expect(attempt.standardize(x, scaler), { name: 'standardize(features, scaler)', inputs: { features: x, ...scaler } }).toBeClose(scaled(x, scaler), {
        mistakes: [
          { value: () => x.sub(scaler.mean).div(scaler.std.square()), says: 'it is divided by the square of std' },
          { value: () => x.sub(scaler.mean), says: 'std is not used' },
          { value: () => scaled(x, statistics(x)), says: 'the statistics are those of the features themselves; use those of the scaler' },
        ],
      });
    }
  });

  claim('prepare gives features and labels of both parts, in equal numbers', ({ attempt, expect }) => {
    const { x, rows } = table(11, 3), got = attempt.prepare(x, rows, 0.3);
    expect(got.trainFeatures, 'trainFeatures').toBeTensor({ shape: [8, 3], dtype: 'float32' });
    expect(got.trainLabels, 'trainLabels').toBeTensor({ shape: [8], dtype: 'int64' });
    expect(got.testFeatures, 'testFeatures').toBeTensor({ shape: [3, 3], dtype: 'float32' });
    expect(got.testLabels, 'testLabels').toBeTensor({ shape: [3], dtype: 'int64' });
    expect(sorted([got.trainLabels, got.testLabels]), 'the sorted list of the labels of both parts').toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  claim('every row keeps its label', ({ attempt, expect }) => {
    const { x, rows } = table(24, 2);
    x.setAt([':', 0], rows.float()); // standardizing keeps the order within a column
    const got = attempt.prepare(x, rows, 0.4);
    for (const part of ['train', 'test'] as const) {
      const byFeature = got[`${part}Features`].select(1, 0).argsort(), byLabel = got[`${part}Labels`].argsort();
      expect(byFeature, `the order of the ${part} rows by a feature that rises with the label`).toEqual(byLabel, {
        says: `the labels of the ${part} rows belong to other rows: pick features and labels with the same row numbers`,
      });
    }
  });

  claim('the scaler of prepare is fitted on the training rows alone', ({ attempt, expect }) => {
    const { x, rows } = table(14, 3), { scaler, trainLabels, testLabels } = attempt.prepare(x, rows, 0.4);
    // The labels are the numbers of the rows, so they tell which rows are in which part.
    const want = statistics(x.at(trainLabels)), leaks = [
      { of: statistics(x), says: 'these are the statistics of the whole table: the test rows leak into them' },
      { of: statistics(x.at(testLabels)), says: 'these are the statistics of the test rows' },
    ];
    for (const key of ['mean', 'std'] as const) expect(scaler[key], `scaler.${key}`).toBeClose(want[key], { mistakes: leaks.map(({ of, says }) => ({ value: of[key], says })) });
  });

  claim('both parts are standardized by the scaler of the training rows', ({ attempt, expect }) => {
    const { x, rows } = table(14, 3), got = attempt.prepare(x, rows, 0.4), scaler = statistics(x.at(got.trainLabels));
    for (const part of ['train', 'test'] as const) {
      const raw = x.at(got[`${part}Labels`]);
      expect(got[`${part}Features`], `${part}Features`).toBeClose(scaled(raw, scaler), {
        mistakes: [
          { value: raw, says: `the ${part} rows are not standardized` },
          { value: () => scaled(raw, statistics(raw)), says: `the ${part} rows are standardized by their own statistics: the model would see another scale than in training` },
          { value: () => scaled(raw, statistics(x)), says: 'the statistics are those of the whole table: the test rows leak into them' },
        ],
      });
    }
  });

  claim('changing test rows changes nothing in the training part: shown on the wine table', ({ attempt, expect, seed }) => {
    const wine = datasets.wine().data, rows = torch.arange(178);
    const run = (x: Tensor) => { torch.manualSeed(seed); return attempt.prepare(x, rows, 0.25); };
    const before = run(wine.clone()), altered = wine.clone();
    altered.setAt([before.testLabels], 1000);
    const after = run(altered), leak = { says: 'the training part changed although only test rows were altered: something learns from the test rows' };
    expect(after.trainFeatures, 'trainFeatures after the test rows were set to 1000').toBeClose(before.trainFeatures, leak);
    expect(after.scaler.mean, 'scaler.mean after the test rows were set to 1000').toBeClose(before.scaler.mean, leak);
    expect(after.scaler.std, 'scaler.std after the test rows were set to 1000').toBeClose(before.scaler.std, leak);
    expect(after.testFeatures, 'testFeatures after the test rows were set to 1000').toDiffer(before.testFeatures);
  });
});
