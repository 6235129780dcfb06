// torch.utils.data
export { ConcatDataset, IterableDataset, randomSplit, Subset, TensorDataset, type Dataset, type DatasetLike } from './dataset.ts';
export { DataLoader, type DataLoaderOptions } from './dataloader.ts';
export { BatchSampler, RandomSampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler, type Sampler } from './sampler.ts';
export { getWorkerInfo, type WorkerInfo } from './worker_info.ts';
export { defaultCollate, type Collated } from './collate.ts';
