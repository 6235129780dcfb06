import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

/** N, C and D, first those of the program. */
const sizes = [[2, 4, 4], [2, 3, 4], [3, 5, 2], [3, 3, 3], [1, 2, 2]] as const;
const noGrad = (body: () => Tensor): Tensor => torch.noGrad(body);

export default check<typeof import('./03_condition_dim.ts')>(({ claim, outcome }) => {
  claim('conditionOn turns [N, C, H, W] and [N, D] into [N, C + D, H, W]', ({ attempt, expect }) => {
    for (const [n, c, d] of sizes) {
      expect(attempt.conditionOn(torch.randn(n, c, 5, 7), torch.randn(n, d)), `conditionOn of (${n}, ${c}, 5, 7) and (${n}, ${d})`)
        .toBeTensor({ shape: [n, c + d, 5, 7], dtype: 'float32' });
    }
  });

  claim('the first C channels are the features, unchanged', ({ attempt, expect }) => {
    for (const [n, c, d] of sizes) {
      const features = torch.randn(n, c, 2, 3), condition = torch.randn(n, d);
      expect(attempt.conditionOn(features, condition).at(':', `:${c}`), { name: `conditionOn(features, condition).at(':', ':${c}')`, inputs: { features, condition } })
        .toBeClose(features, { mistakes: [{ value: condition.reshape(n, d, 1, 1).expand(n, d, 2, 3), says: 'the condition comes first; the features should' }] });
    }
  });

  claim('channel C + d of sample n holds condition[n, d] everywhere', ({ attempt, expect }) => {
    for (const [n, c, d] of sizes) {
      const condition = torch.randn(n, d), maps = (rows: Tensor): Tensor => rows.reshape(n, d, 1, 1).expand(n, d, 2, 3);
      expect(attempt.conditionOn(torch.randn(n, c, 2, 3), condition).at(':', `${c}:`), { name: `conditionOn(features, condition).at(':', '${c}:')`, inputs: { condition } })
        .toBeClose(maps(condition), {
          mistakes: [
            { value: () => maps(condition.at('0:1').expand(n, d)), says: 'all samples have the condition of sample 0' },
            { value: () => condition.repeat(1, 6).reshape(n, d, 2, 3), says: 'the numbers alternate from pixel to pixel: each should fill a channel of its own' },
          ],
        });
    }
  });

  claim('there is one forecast for each plot, the same for every size of batch', ({ attempt, expect }) => {
    const model = new attempt.Forecast(), pictures = torch.randn(7, 4, 5, 7), soils = torch.randn(7, 4);
    const want = noGrad(() => attempt.forecast(model, pictures, soils, 7));
    for (const size of [3, 16, 1]) {
      expect(noGrad(() => attempt.forecast(model, pictures, soils, size)), `forecast of 7 plots in batches of ${size}, compared with one batch of 7`).toBeClose(want);
    }
  });

  claim('the forecast of a plot changes with its own soil, and with no other', ({ attempt, expect, random }) => {
    const model = new attempt.Forecast(), pictures = torch.randn(5, 4, 5, 7), soils = torch.randn(5, 4), k = random.int(0, 4);
    const before = noGrad(() => attempt.forecast(model, pictures, soils));
    const other = soils.clone();
    other.setAt([k], torch.randn(4).add(3));
    const after = noGrad(() => attempt.forecast(model, pictures, other));
    const changed = after.sub(before).abs().gt(1e-4).tolist();
    expect(changed, { name: `which of five forecasts change with the soil of plot ${k}`, inputs: { before, after } }).toEqual([0, 1, 2, 3, 4].map((i) => i === k));
  });

  claim('a Forecast can be made for any number of bands and of soil numbers', ({ attempt, expect }) => {
    for (const [n, c, d] of sizes) {
      const model = new attempt.Forecast(c, d);
      const got = noGrad(() => model(torch.randn(n, c, 6, 4), torch.randn(n, d)));
      expect(got, `new Forecast(${c}, ${d}) called with (${n}, ${c}, 6, 4) and (${n}, ${d})`).toBeTensor({ shape: [n], dtype: 'float32' });
    }
  });

  outcome('after training, the error on new plots is far below what pictures alone allow', ({ attempt, expect }) => {
    const [forBand, forSoil] = [torch.randn(4), torch.randn(4)].map((weights) => weights.div(weights.norm().mul(2 ** 0.5)));
    const grow = (n: number): { pictures: Tensor; soils: Tensor; harvests: Tensor } => {
      const bands = torch.randn(n, 4), soils = torch.randn(n, 4);
      return { pictures: bands.reshape(n, 4, 1, 1).add(torch.randn(n, 4, 5, 7).mul(0.5)), soils, harvests: bands.matmul(forBand).add(soils.matmul(forSoil)) };
    };
    const unseen = grow(60), model = new attempt.Forecast();
    attempt.train(model, grow(200), 8);
    const error = noGrad(() => nn.functional.mseLoss(attempt.forecast(model, unseen.pictures, unseen.soils), unseen.harvests)).item();
    expect(error, 'the mean squared error on new plots (at best 0.5 without the soil)').toBeAtMost(0.15);
  });
});
