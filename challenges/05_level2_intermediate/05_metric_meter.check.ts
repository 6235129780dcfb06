import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { liveMemory, spy } from '@track/engine/testing';
import { check } from '@track/grader/check';

type Batch = [loss: Tensor, logits: Tensor, labels: Tensor];

/** Losses of very different size, so that it matters how they are weighted. */
const samples = (n: number): { logits: Tensor; labels: Tensor } =>
  ({ logits: torch.randn(n, 3).mul(torch.arange(1, n + 1).unsqueeze(1)), labels: torch.randint(0, 3, [n]) });

/** The samples cut into batches of these sizes, each with its mean loss. */
function cut({ logits, labels }: { logits: Tensor; labels: Tensor }, sizes: readonly number[]): Batch[] {
  const parts = labels.split([...sizes]);
  return logits.split([...sizes]).map((part, i): Batch => [nn.functional.crossEntropy(part, parts[i]), part, parts[i]]);
}
const correct = (logits: Tensor, labels: Tensor): number => logits.argmax(1).eq(labels).sum().item() as number;
/** Both metrics in one pass over all samples. */
const whole = ({ logits, labels }: { logits: Tensor; labels: Tensor }): { loss: number; accuracy: number } =>
  ({ loss: nn.functional.crossEntropy(logits, labels).item() as number, accuracy: correct(logits, labels) / labels.shape[0] });
const mean = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const join = (all: { logits: Tensor; labels: Tensor }[]): { logits: Tensor; labels: Tensor } =>
  ({ logits: torch.cat(all.map(({ logits }) => logits)), labels: torch.cat(all.map(({ labels }) => labels)) });

/** Five ways to cut ten samples. */
const partitions = [[4, 4, 2], [7, 3], [3, 3, 3, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [10]];

export default check<typeof import('./05_metric_meter.ts')>(({ claim }) => {
  claim('compute gives loss and accuracy as plain numbers', ({ attempt, expect }) => {
    const meter = new attempt.MetricMeter();
    for (const batch of cut(samples(7), [4, 3])) meter.update(...batch);
    const got = meter.compute();
    for (const key of ['loss', 'accuracy'] as const) {
      expect(got[key], key).toBeA('number', torch.isTensor(got[key]) ? { says: `${key} is a tensor: take its value out with item()` } : {});
      expect(got[key], key).toSatisfy((v: number) => Number.isFinite(v), 'a finite number');
    }
  });

  claim('the metrics are those of a single pass over all samples, however they are cut into batches', ({ attempt, expect }) => {
    for (const sizes of partitions) {
      const data = samples(10), batches = cut(data, sizes), meter = new attempt.MetricMeter(), want = whole(data);
      expect(Object.values(meter.compute()), 'loss and accuracy of a new meter').toEqual([NaN, NaN], {
        mistakes: [{ value: [0, 0], says: 'without samples there is no mean: NaN, not 0' }],
        says: 'a new meter is not empty: every meter keeps its own sums, in its own fields',
      });
      for (const batch of batches) meter.update(...batch);
      const got = meter.compute(), losses = batches.map(([loss]) => loss.item() as number), hits = batches.map(([, logits, labels]) => correct(logits, labels));
      const inputs = { 'batch sizes': sizes, 'their losses': losses, 'correct in each': hits };
      expect(got.loss, { name: 'loss', inputs }).toBeClose(want.loss, {
        mistakes: [
          { value: mean(losses), says: 'this is the mean of the batches\' means: the samples of small batches count for more' },
          { value: mean(losses) * losses.length / 10, says: 'each batch\'s loss is a mean already: multiply it by the batch size before you add it up' },
          { value: want.loss * 10, says: 'this is the sum over the samples, not their mean' },
          { value: losses.at(-1)!, says: 'this is the loss of the last batch alone' },
        ],
      });
      expect(got.accuracy, { name: 'accuracy', inputs }).toBeClose(want.accuracy, {
        mistakes: [
          { value: mean(hits.map((k, i) => k / sizes[i])), says: 'this is the mean of the batches\' accuracies: the samples of small batches count for more' },
          { value: want.accuracy * 100, says: 'this is a percentage; a share from 0 to 1 is asked' },
          { value: want.accuracy * 10, says: 'this is the number of correct predictions: divide by the number of samples' },
        ],
      });
    }
  });

  claim('compute can be called after every batch, and changes nothing', ({ attempt, expect }) => {
    const data = samples(10), sizes = [4, 3, 3], meter = new attempt.MetricMeter();
    let seen = 0;
    for (const [i, batch] of cut(data, sizes).entries()) {
      meter.update(...batch);
      seen += sizes[i];
      const want = whole({ logits: data.logits.narrow(0, 0, seen), labels: data.labels.narrow(0, 0, seen) });
      for (const call of ['first', 'second']) {
        const { loss, accuracy } = meter.compute();
        expect([loss, accuracy], `loss and accuracy after ${i + 1} of 3 batches, at the ${call} call of compute`).toBeClose([want.loss, want.accuracy]);
      }
    }
  });

  claim('reset forgets every sample, of this meter and of no other', ({ attempt, expect }) => {
    const [old, data] = [samples(6), samples(10)], meter = new attempt.MetricMeter(), other = new attempt.MetricMeter();
    const both = ({ loss, accuracy }: { loss: number; accuracy: number }): number[] => [loss, accuracy];
    for (const batch of cut(old, [4, 2])) meter.update(...batch);
    for (const batch of cut(old, [6])) other.update(...batch);
    meter.reset();
    expect(both(meter.compute()), 'loss and accuracy right after reset').toEqual([NaN, NaN], { says: 'something is left after reset: without samples both are NaN' });
    for (const batch of cut(data, [7, 3])) meter.update(...batch);
    expect(both(meter.compute()), 'loss and accuracy of the samples after reset').toBeClose(both(whole(data)), {
      mistakes: [{ value: both(whole(join([old, data]))), says: 'the samples from before the reset still count' }],
    });
    expect(both(other.compute()), 'loss and accuracy of another meter that was not reset').toBeClose(both(whole(old)), { says: 'two meters share their sums: keep them in the object, not in the module' });
  });

  claim('each epoch has its own metrics', ({ attempt, expect }) => {
    const epochs = [samples(5), samples(8), samples(3)], want = epochs.map(whole);
    const got = attempt.metricsPerEpoch([cut(epochs[0], [3, 2]), cut(epochs[1], [4, 4]), cut(epochs[2], [1, 2])]);
    const running = epochs.map((_, i) => whole(join(epochs.slice(0, i + 1))));
    for (const key of ['loss', 'accuracy'] as const) {
      expect(got.map((metrics) => metrics[key]), `${key} of the three epochs`).toBeClose(want.map((metrics) => metrics[key]), {
        mistakes: [
          { value: running.map((metrics) => metrics[key]), says: 'the samples of earlier epochs still count: the meter was not reset between epochs' },
          { value: want.map(() => NaN), says: 'the meter was reset before its metrics were read' },
          { value: want.map(() => want.at(-1)![key]), says: 'every entry shows the last epoch' },
        ],
      });
    }
  });

  claim('update records no graph and keeps none alive', ({ attempt, expect }) => {
    const model = new nn.Linear(4, 3), meter = new attempt.MetricMeter(), labels = torch.randint(0, 3, [5]);
    const logits = model(torch.randn(5, 4)), loss = nn.functional.crossEntropy(logits, labels);
    const seen = spy(() => meter.update(loss, logits, labels));
    expect(seen.graphNodes, 'the number of graph nodes recorded by update').toBe(0, { as: 'MEMORY', says: 'the sum hangs on the graph of every batch: none of them can be freed. Add plain numbers' });
    const wide = new nn.Linear(2000, 3), before = liveMemory().bytes; // the graph of a batch of 5 holds 40 kB
    for (let k = 0; k < 10; k++) ((out: Tensor) => meter.update(nn.functional.crossEntropy(out, labels), out, labels))(wide(torch.randn(5, 2000)));
    expect((liveMemory().bytes - before) / 40_000, 'the number of batches, of ten, whose graphs are still alive').toBeLessThan(5, { as: 'MEMORY', says: 'after ten batches the memory of their graphs is still in use: the meter keeps tensors that hang on them. Keep plain numbers' });
  });
});
