import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { check } from '@track/grader/check';

export default check<typeof import('./01_tensors.ts')>(({ claim }) => {
  claim("getDevice() is 'cuda' where there is a CUDA device, and 'cpu' otherwise", ({ attempt, expect }) => {
    const { getDevice } = attempt;
    for (const hasCuda of [true, false]) expect(getDevice(hasCuda), `getDevice(${hasCuda})`).toBe(hasCuda ? 'cuda' : 'cpu');
    expect(getDevice(), 'getDevice()').toBe(torch.cuda.isAvailable() ? 'cuda' : 'cpu');
  });

  claim('createBatchTensor gives float32 of shape (batch, channels, height, width), on the device asked for', ({ attempt, expect }) => {
    const { createBatchTensor } = attempt;
    for (const [n, c, h, w] of [[4, 3, 8, 8], [2, 3, 5, 7], [1, 1, 6, 2]] as const) {
      expect(createBatchTensor(n, c, h, w), `createBatchTensor(${n}, ${c}, ${h}, ${w})`).toBeTensor({ shape: [n, c, h, w], dtype: 'float32', device: 'cpu' });
    }
    expect(createBatchTensor(2, 3, 5, 7, 'sim:0'), "createBatchTensor(2, 3, 5, 7, 'sim:0')").toBeTensor({ shape: [2, 3, 5, 7], dtype: 'float32', device: 'sim:0' });
  });

  claim('a new batch is filled with zeros', ({ attempt, expect }) => {
    const { createBatchTensor } = attempt;
    expect(createBatchTensor(2, 3, 5, 7), 'createBatchTensor(2, 3, 5, 7)').toBeClose(torch.zeros(2, 3, 5, 7), { atol: 0 });
  });

  claim('concatAlongChannels(a, b) has the channels of a and of b, and nothing else grows', ({ attempt, expect }) => {
    const { concatAlongChannels } = attempt;
    for (const [n, ca, cb] of [[2, 3, 5], [1, 4, 1], [2, 2, 2]] as const) {
      const a = torch.randn(n, ca, 4, 6), b = torch.randn(n, cb, 4, 6);
      expect(concatAlongChannels(a, b), `concatAlongChannels(a, b) for a ${shown(a)} and b ${shown(b)}`).toBeTensor({ shape: [n, ca + cb, 4, 6], dtype: 'float32' });
    }
  });

  claim('the channels of a come first, then those of b', ({ attempt, expect }) => {
    const a = torch.randn(2, 3, 2, 2), b = torch.randn(2, 2, 2, 2), joined = attempt.concatAlongChannels(a, b);
    const exchanged = { value: () => torch.cat([b, a], 1).at(':', ':3'), says: 'a and b are exchanged' };
    expect(joined.at(':', ':3'), { name: "result.at(':', ':3')", inputs: { a, b } }).toBeClose(a, { mistakes: [exchanged] });
    expect(joined.at(':', '3:'), { name: "result.at(':', '3:')", inputs: { a, b } }).toBeClose(b);
  });

  claim('conditionToFeatureMap adds one channel for each number of the condition', ({ attempt, expect }) => {
    for (const [n, c, d] of [[2, 6, 3], [1, 2, 4], [3, 3, 3]] as const) {
      const features = torch.randn(n, c, 5, 7), condition = torch.randn(n, d);
      expect(attempt.conditionToFeatureMap(features, condition), `conditionToFeatureMap of ${shown(features)} and ${shown(condition)}`)
        .toBeTensor({ shape: [n, c + d, 5, 7], dtype: 'float32' });
    }
  });

  claim('channel C + d of sample n is filled with condition[n, d]', ({ attempt, expect }) => {
    for (const [n, c, d] of [[2, 1, 3], [3, 2, 3], [1, 2, 2]] as const) {
      const features = torch.randn(n, c, 2, 3), condition = torch.randn(n, d);
      const maps = (rows: Tensor): Tensor => rows.unsqueeze(2).unsqueeze(3).expand(n, d, 2, 3);
      const got = attempt.conditionToFeatureMap(features, condition), inputs = { condition };
      expect(got.at(':', `:${c}`), `result.at(':', ':${c}')`).toBeClose(features, { says: 'the channels of the feature map are not there unchanged' });
      expect(got.at(':', `${c}:`), { name: `result.at(':', '${c}:')`, inputs }).toBeClose(maps(condition), {
        mistakes: [
          { value: () => torch.zeros(n, d, 2, 3), says: 'the new channels hold zeros: the condition is not in them' },
          { value: () => maps(condition.at('0:1')), says: 'all samples got the condition of sample 0' },
          { value: () => maps(condition.t()), says: 'samples and numbers of the condition are exchanged' },
          { value: () => condition.repeat(1, 6).reshape(n, d, 2, 3), says: 'the shape is right, but the numbers alternate from pixel to pixel: reshape does not say which dimension is repeated' },
        ],
      });
    }
  });

  claim('gradients reach everything that was joined: both feature maps, the condition, every batch of a stack', async ({ attempt, gradcheck }) => {
    await gradcheck((features: Tensor, condition: Tensor) => attempt.conditionToFeatureMap(features, condition), [torch.randn(2, 1, 1, 2), torch.randn(2, 2)], {
      name: 'conditionToFeatureMap', names: ['features', 'condition'],
    });
    await gradcheck((a: Tensor, b: Tensor) => attempt.concatAlongChannels(a, b), [torch.randn(2, 1, 1, 2), torch.randn(2, 2, 1, 2)], { name: 'concatAlongChannels', names: ['a', 'b'] });
    await gradcheck((a: Tensor, b: Tensor) => attempt.stackBatches([a, b]), [torch.randn(2, 3), torch.randn(2, 3)], { name: 'stackBatches', names: ['batch 0', 'batch 1'] });
  });

  claim('a condition for another number of samples is an error', async ({ attempt, throws }) => {
    for (const [n, rows] of [[3, 2], [3, 1], [1, 3]] as const) {
      await throws(() => attempt.conditionToFeatureMap(torch.randn(n, 2, 2, 3), torch.randn(rows, 2)), undefined, {
        name: `conditionToFeatureMap of (${n}, 2, 2, 3) and a condition of shape (${rows}, 2)`,
        ...(rows === 1 ? { says: `one condition was given to all ${n} samples without an error` } : {}),
      });
    }
  });

  claim('stackBatches puts K batches along a new first dimension', ({ attempt, expect }) => {
    for (const [k, n] of [[3, 2], [1, 4], [2, 2]] as const) {
      const batches = Array.from({ length: k }, () => torch.randn(n, 5));
      expect(attempt.stackBatches(batches), `stackBatches of ${k} batches of shape (${n}, 5)`).toBeTensor({ shape: [k, n, 5], dtype: 'float32' });
    }
  });

  claim('entry k of the stack is batch k', ({ attempt, expect }) => {
    const batches = Array.from({ length: 3 }, () => torch.randn(3, 2));
    const stack = attempt.stackBatches(batches);
    batches.forEach((batch, k) => {
      expect(stack.at(k), { name: `stackBatches(batches).at(${k})`, inputs: { batches } }).toBeClose(batch, {
        mistakes: [{ value: () => torch.stack(batches, 1).at(k), says: `this is row ${k} of every batch: the new dimension comes first, not second` }],
      });
    });
  });
});

const shown = ({ shape }: Tensor): string => `(${shape.join(', ')})`;
