import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

/** A table of the check's own: `count` fields, crops 0 to 4. */
function table(count: number): { rows: Tensor; readings: Tensor; crop: Tensor } {
  const readings = torch.randint(0, 256, [count, 6]).float(), crop = torch.randint(0, 5, [count]);
  return { rows: torch.cat([readings, crop.unsqueeze(1)], 1), readings, crop };
}

export default check<typeof import('./01_labels_dtype.ts')>(({ claim, outcome }) => {
  claim('the features are float32 of shape [N, 6], the labels int64 of shape [N]', ({ attempt, expect }) => {
    for (const count of [5, 6, 1]) {
      const { features, labels } = attempt.prepare(table(count).rows);
      expect(features, `prepare(table).features of ${count} rows`).toBeTensor({ shape: [count, 6], dtype: 'float32' });
      expect(labels, `prepare(table).labels of ${count} rows`).toBeTensor({ shape: [count], dtype: 'int64' }, {
        ...(labels.dtype === 'float32' ? { says: 'the labels are floats; crossEntropy takes the numbers of classes as int64' } : {}),
      });
    }
  });

  claim('a reading of 0 becomes the feature 0, a reading of 255 the feature 1', ({ attempt, expect }) => {
    const { rows, readings } = table(7);
    rows.setAt([0, ':6'], torch.tensor([0, 255, 51, 102, 153, 204]));
    readings.setAt([0], rows.at(0, ':6'));
    const want = readings.clone().div(255);
    expect(attempt.prepare(rows).features, { name: 'prepare(table).features', inputs: { readings } }).toBeClose(want, {
      mistakes: [{ value: readings, says: 'the readings are not rescaled: they are still between 0 and 255' }],
    });
  });

  claim('the label of each row is the number of the crop in that row', ({ attempt, expect }) => {
    const { rows } = table(9);
    for (const crop of [torch.tensor([0, 1, 2, 3, 4, 3, 2, 1, 4], { dtype: 'int64' }), torch.randint(0, 5, [9])]) {
      rows.setAt([':', 6], crop.float());
      expect(attempt.prepare(rows.clone()).labels, { name: 'prepare(table).labels', inputs: { 'crops in the table': crop } }).toBeClose(crop, {
        mistakes: [{ value: torch.zeros(9, { dtype: 'int64' }), says: 'every label is 0: ask of each line that makes the labels what it does to a 3' }],
      });
    }
  });

  claim('the table that is passed in stays as it was', ({ attempt, expect }) => {
    const { rows } = table(6), before = rows.clone();
    attempt.prepare(rows);
    expect(rows, 'the table after prepare(table)').toBeClose(before, { as: 'MEMORY', says: 'prepare changes the table itself, so that preparing it again gives something else' });
  });

  claim('loss and accuracy of a model are measured against the crops in the table', ({ attempt, expect }) => {
    for (const count of [40, 1]) {
      const { rows, readings, crop } = table(count), model = new nn.Linear(6, 5);
      const logits = torch.noGrad(() => model(readings.div(255)) as Tensor);
      const { loss, accuracy } = attempt.evaluate(model, rows);
      expect(loss, `the loss on ${count} rows`).toBeClose(nn.functional.crossEntropy(logits, crop).item());
      expect(accuracy, `the accuracy on ${count} rows`).toBeClose(logits.argmax(1).eq(crop).float().mean().item());
    }
  });

  outcome('after training, the model names the crop of at least 90 % of new fields', ({ attempt, expect }) => {
    // Fields of the check's own, with typical readings that differ from seed to seed.
    const typical = torch.eye(5, 6).mul(120).add(torch.rand(5, 6).mul(60)).add(30);
    const grow = (count: number): { rows: Tensor; crop: Tensor } => {
      const crop = torch.randint(0, 5, [count]);
      return { rows: torch.cat([typical.at(crop).add(torch.randn(count, 6).mul(15)).clamp(0, 255), crop.unsqueeze(1)], 1), crop };
    };
    const known = grow(480), unseen = grow(200), model = attempt.createModel();
    attempt.train(model, known.rows, 6);
    const answer = torch.noGrad(() => (model(unseen.rows.at(':', ':6').div(255)) as Tensor).argmax(1));
    expect(answer.eq(unseen.crop).float().mean().item(), 'the share of new fields that is named right').toBeAtLeast(0.9);
  });
});
