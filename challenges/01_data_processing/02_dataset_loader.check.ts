import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { check } from '@track/grader/check';

/** Samples whose first feature is their own number, so that one can be told from another. */
function numbered(count: number, features = 3): { features: Tensor; labels: Tensor } {
  const x = torch.randn(count, features);
  x.setAt([':', 0], torch.arange(count).float());
  return { features: x, labels: torch.randint(0, 5, [count]) };
}

/** Batch sizes, numbers of samples and labels of one epoch. */
async function epoch(loader: AsyncIterable<unknown>): Promise<{ sizes: number[]; visited: number[]; labels: number[] }> {
  const sizes: number[] = [], visited: number[] = [], labels: number[] = [];
  for await (const batch of loader) {
    const [x, y] = batch as [Tensor, Tensor];
    sizes.push(x.shape[0]!);
    visited.push(...(x.select(1, 0).tolist() as number[]));
    labels.push(...(y.tolist() as number[]));
  }
  return { sizes, visited, labels };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export default check<typeof import('./02_dataset_loader.ts')>(({ claim }) => {
  claim('length is the number of samples', ({ attempt, expect }) => {
    for (const [count, features] of [[7, 3], [2, 5], [1, 4]] as const) {
      const data = numbered(count, features);
      expect(new attempt.TensorDataset(data.features, data.labels).length, `the length for features (${count}, ${features})`).toEqual(count, {
        mistakes: [{ value: features, says: 'this is the number of features of one sample' }],
      });
    }
  });

  claim('getItem gives a list of two: features of shape (F) and a label that is an int64 tensor of shape ()', ({ attempt, expect }) => {
    const data = numbered(7), item = new attempt.TensorDataset(data.features, data.labels).getItem(2);
    expect(item, 'getItem(2)').toBeA('list');
    expect(item.length, 'the length of getItem(2)').toBe(2);
    expect(item[0], 'getItem(2)[0]').toBeTensor({ shape: [3], dtype: 'float32' });
    expect(item[1], 'getItem(2)[1]').toBeTensor({ shape: [], dtype: 'int64' });
  });

  claim('item i is row i of the features with label i', ({ attempt, expect }) => {
    const { features } = numbered(6), labels = torch.randperm(6), dataset = new attempt.TensorDataset(features, labels);
    for (const i of [0, 3, 5]) {
      const [x, y] = dataset.getItem(i);
      expect(x, { name: `getItem(${i})[0]`, inputs: { features } }).toBeClose(features.at(i));
      expect(y, { name: `getItem(${i})[1]`, inputs: { labels } }).toBeClose(labels.at(i));
    }
  });

  claim('TensorDataset is your own class', ({ attempt, expect }) => {
    const data = numbered(4), dataset: unknown = new attempt.TensorDataset(data.features, data.labels);
    expect(dataset instanceof torch.utils.data.TensorDataset, 'whether it is the one of torch.utils.data').toBe(false, { says: 'your TensorDataset is the one of torch.utils.data: writing it is the task' });
  });

  claim('unequal numbers of features and labels are an error, and so are labels that are not int64', async ({ attempt, throws }) => {
    const { features, labels } = numbered(6);
    const make = (x: Tensor, y: Tensor) => () => new attempt.TensorDataset(x, y);
    await throws(make(features, labels.narrow(0, 0, 5)), undefined, { name: 'a dataset of 6 rows and 5 labels' });
    await throws(make(features.narrow(0, 0, 4), labels), undefined, { name: 'a dataset of 4 rows and 6 labels' });
    for (const dtype of ['float32', 'int32'] as const) await throws(make(features, labels.to(dtype)), undefined, { name: `a dataset with ${dtype} labels` });
    make(features, labels)();
  });

  claim('randomSamples draws normal features and labels 0 and 1 from the generator of torch', ({ attempt, expect, seed }) => {
    const draw = (from = seed): { x: Tensor; y: Tensor } => {
      torch.manualSeed(from);
      const dataset = attempt.randomSamples(200, 3), items = upTo(dataset.length).map((i) => dataset.getItem(i));
      return { x: torch.stack(items.map(([x]) => x)), y: torch.stack(items.map(([, y]) => y)) };
    };
    const { x, y } = draw();
    expect(x, 'the features of randomSamples(200, 3)').toBeTensor({ shape: [200, 3], dtype: 'float32' });
    expect(Math.abs(Number(x.mean())), 'the mean of the features, without its sign,').toBeLessThan(0.25);
    expect(Math.abs(Number(x.std()) - 1), 'the distance of their standard deviation from 1').toBeLessThan(0.25);
    expect(torch.unique(y).tolist(), 'the list of labels that occur').toEqual([0, 1], {
      mistakes: [{ value: [0], says: 'fractions from [0, 1) all become 0 when they are cut to whole numbers' }],
    });
    expect(Math.abs(Number(y.double().mean()) - 0.5), 'the distance of the share of ones from one half').toBeLessThan(0.25);
    const again = draw();
    expect([again.x, again.y], 'what the same manualSeed gives again').toEqual([x, y], { says: 'the samples do not repeat with the seed: draw them with functions of torch' });
    const others = draw(seed + 1);
    expect(others.x, 'the features with another seed').toDiffer(x, { says: 'the features are the same for every seed: they are not drawn' });
    expect(others.y, 'the labels with another seed').toDiffer(y, { says: 'the labels are the same for every seed: they are not drawn' });
  });

  claim('the batches are [features (B, F), labels (B)], with a short one at the end if there is a rest', async ({ attempt, expect }) => {
    for (const [count, size, want] of [[10, 4, [4, 4, 2]], [6, 3, [3, 3]], [3, 8, [3]], [1, 1, [1]]] as const) {
      const data = numbered(count), loader = attempt.createSampleLoader(new attempt.TensorDataset(data.features, data.labels), size);
      const name = `createSampleLoader(${count} samples, ${size})`, sizes: number[] = [];
      for await (const batch of loader) {
        const [x, y] = batch, b = x.shape[0]!;
        expect(x, `the features of batch ${sizes.length} of ${name}`).toBeTensor({ shape: [b, 3], dtype: 'float32' });
        expect(y, `the labels of batch ${sizes.length} of ${name}`).toBeTensor({ shape: [b], dtype: 'int64' });
        if (sizes.push(b) > count) break;
      }
      expect(sizes, `the batch sizes of ${name}`).toEqual([...want], { mistakes: [{ value: want.filter((n) => n === size), says: 'the last batch was dropped because it is short: its samples would never be seen' }] });
      expect(loader.length, `the length of ${name}`).toBe(want.length);
    }
  });

  claim('one epoch visits every sample exactly once, together with its label', async ({ attempt, expect }) => {
    const { features, labels } = numbered(23), loader = attempt.createSampleLoader(new attempt.TensorDataset(features, labels), 5);
    const seen = await epoch(loader), once = seen.visited.toSorted((a, b) => a - b);
    expect(once, 'the sorted numbers of the samples visited in one epoch').toEqual(upTo(23), {
      ...(once.length === 23 ? { says: 'some samples are visited twice and others never: they are drawn with replacement' } : {}),
    });
    const all = labels.tolist() as number[];
    expect(seen.labels, { name: 'the labels in the order of the visit', inputs: { visited: seen.visited } }).toEqual(seen.visited.map((i) => all[i]!));
  });

  claim('each epoch has a new random order', async ({ attempt, expect }) => {
    const data = numbered(40), loader = attempt.createSampleLoader(new attempt.TensorDataset(data.features, data.labels), 6);
    const first = (await epoch(loader)).visited, second = (await epoch(loader)).visited;
    expect(first, 'the order of the first epoch').toDiffer(upTo(40), { says: 'the samples come in the order of the dataset' });
    expect(second, 'the order of the second epoch').toDiffer(first, { says: 'the second epoch has the order of the first: it was shuffled once, not at the start of each epoch' });
    // In a random order of 40 samples about one is followed by its neighbor in the dataset.
    const neighbors = second.filter((i, k) => k > 0 && i === (second[k - 1]! + 1) % 40).length;
    expect(neighbors, 'how often a sample is followed by the next one of the dataset').toBeLessThan(12, {
      says: 'the order begins elsewhere or whole batches are exchanged, but most samples still follow their neighbor in the dataset: every sample needs a random place',
    });
  });

  claim('torch.manualSeed repeats the order of an epoch', async ({ attempt, expect, seed }) => {
    const data = numbered(20), order = async (): Promise<number[]> => {
      torch.manualSeed(seed);
      return (await epoch(attempt.createSampleLoader(new attempt.TensorDataset(data.features, data.labels), 6))).visited;
    };
    const first = await order();
    expect(await order(), 'the order after the same manualSeed').toEqual(first, { says: 'the order does not repeat with the seed: it does not come from the generator of torch' });
  });
});
