// torch.nn.utils
export { clipGradNorm_, clipGradValue_, getTotalNorm, type ClipOptions } from './clip_grad.ts';
export { parametersToVector, vectorToParameters } from './vectors.ts';
export { removeSpectralNorm, removeWeightNorm, spectralNorm, weightNorm } from './weight_norm.ts';
export { fuseConvBnEval } from './fusion.ts';
export * as prune from './prune.ts';
export * as rnn from './rnn.ts';
