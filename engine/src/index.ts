// The public surface, in PyTorch's namespaces.
import './autograd/methods.ts';
import { functions, installMethods } from './ops/install.ts';
import { pointwise, pointwiseInPlace, type PointwiseOps } from './ops/pointwise.ts';
import { randomFillInPlace, randomFills, randomInPlace, randoms, type RandomOps } from './ops/random.ts';
import { views, type ViewOps } from './ops/view.ts';
import { writeInPlace, writes } from './ops/write.ts';

installMethods(pointwise, pointwiseInPlace);
installMethods(views);
installMethods(writes, writeInPlace, true);
installMethods(randoms, randomInPlace);
installMethods(randomFills, randomFillInPlace, true);

export { Tensor, type Operand } from './tensor/tensor.ts';
export { TorchError } from './errors.ts';
export { finfo, getDefaultDtype, iinfo, promoteTypes, setDefaultDtype, type DType } from './tensor/dtype.ts';
export { memoryStats } from './cpu/heap.ts';

export { empty, full, ones, tensor, zeros, type TensorData, type TensorOptions } from './ops/create.ts';
export { getRngState, initialSeed, manualSeed, normal, rand, randint, randintLike, randLike, randn, randnLike, randperm, seed, setRngState } from './ops/random.ts';
export { Generator, defaultGenerator } from './random/generator.ts';
export const { bernoulli, multinomial } = functions<RandomOps>(randoms);
export const { abs, add, cos, div, exp, log, maximum, minimum, mul, neg, pow, reciprocal, rsqrt, sin, sqrt, square, sub } = functions<PointwiseOps>(pointwise);
export const { asStrided, clone, detach, narrow, permute, reshape, select, squeeze, t, transpose, unsqueeze } = functions<ViewOps>(views);

export { enableGrad, inferenceMode, isGradEnabled, isInferenceModeEnabled, noGrad, setGradEnabled } from './autograd/modes.ts';
export * as autograd from './autograd/index.ts';
export * as nn from './nn/index.ts';
export * as optim from './optim/index.ts';
