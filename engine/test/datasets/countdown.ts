import * as torch from '../../src/index.ts';

// A stream that each worker thread takes its part of.
class Countdown extends torch.utils.data.IterableDataset<number> {
  override *[Symbol.iterator](): Iterator<number> {
    const { id, numWorkers } = torch.utils.data.getWorkerInfo()!;
    for (let i = 10 - id; i > 0; i -= numWorkers) yield i;
  }
}
export default (): Countdown => new Countdown();
