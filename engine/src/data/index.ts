// torch.utils.data
export { ConcatDataset, randomSplit, Subset, TensorDataset, type Dataset, type DatasetLike } from './dataset.ts';
export { DataLoader, type DataLoaderOptions } from './dataloader.ts';
export { BatchSampler, RandomSampler, SequentialSampler, SubsetRandomSampler, WeightedRandomSampler, type Sampler } from './sampler.ts';
export { defaultCollate, type Collated } from './collate.ts';
