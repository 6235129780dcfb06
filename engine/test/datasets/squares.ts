import * as torch from '../../src/index.ts';

// Datasets for the worker threads of a DataLoader. Sample 5 is broken where FAIL is in the URL's query.
const failing = new URL(import.meta.url).searchParams.has('fail');
export default {
  length: 7,
  async getItem(i: number): Promise<[torch.Tensor, number, { thread: number; draw: torch.Tensor }]> {
    if (failing && i === 5) throw new RangeError('sample 5 is broken');
    await new Promise((r) => setTimeout(r, i === 0 ? 30 : 0));
    return [torch.tensor([[i, i * i]], { dtype: 'int16' }).t(), i / 2, { thread: torch.utils.data.getWorkerInfo()!.id, draw: torch.rand(1) }];
  },
};
