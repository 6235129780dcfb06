// The public surface, in PyTorch's namespaces.
import './autograd/methods.ts';
import { compare, compareInPlace, type CompareOps } from './ops/compare.ts';
import { conversions, installFacts } from './ops/convert.ts';
import { likes, news, type LikeOps } from './ops/create.ts';
import { diagonalInPlace, diagonals, type DiagonalOps } from './ops/diagonal.ts';
import { functions, installMethods } from './ops/install.ts';
import { logical, logicalInPlace, whereFunction, whereMethod, type LogicalOps, type WhereFunction } from './ops/logical.ts';
import { pointwise, pointwiseInPlace, type PointwiseOps } from './ops/pointwise.ts';
import { randomFillInPlace, randomFills, randomInPlace, randoms, type RandomOps } from './ops/random.ts';
import { shapes, type ShapeOps } from './ops/shape.ts';
import { unary, unaryInPlace, type UnaryOps } from './ops/unary.ts';
import { views, type ViewOps } from './ops/view.ts';
import { writeInPlace, writes } from './ops/write.ts';

installMethods(pointwise, pointwiseInPlace);
installMethods(unary, unaryInPlace);
installMethods(compare, compareInPlace);
installMethods(logical, logicalInPlace);
installMethods(whereMethod);
installMethods(views);
installMethods(shapes);
installMethods(diagonals, diagonalInPlace);
installMethods(conversions);
installMethods(news);
installFacts();
installMethods(writes, writeInPlace, true);
installMethods(randoms, randomInPlace);
installMethods(randomFills, randomFillInPlace, true);

export { Tensor, type Operand } from './tensor/tensor.ts';
export { TorchError } from './errors.ts';
export { finfo, getDefaultDtype, iinfo, promoteTypes, setDefaultDtype, type DType } from './tensor/dtype.ts';
export { memoryStats } from './cpu/heap.ts';

export { isFloatingPoint, isTensor, numel } from './ops/convert.ts';
export { arange, asTensor, empty, eye, full, linspace, logspace, meshgrid, ones, tensor, trilIndices, triuIndices, zeros, type TensorData, type TensorOptions } from './ops/create.ts';
export const { emptyLike, fullLike, onesLike, zerosLike } = functions<LikeOps>(likes);
export { getRngState, initialSeed, manualSeed, normal, rand, randint, randintLike, randLike, randn, randnLike, randperm, seed, setRngState } from './ops/random.ts';
export { Generator, defaultGenerator } from './random/generator.ts';
export const { bernoulli, multinomial } = functions<RandomOps>(randoms);
export const { add, addcdiv, addcmul, arctan2, atan2, copysign, div, divide, floatPower, floorDivide, fmax, fmin, fmod, heaviside, hypot, ldexp, lerp, logaddexp, logaddexp2, maximum, minimum, mul, multiply, pow, remainder, rsub, sub, subtract, trueDivide, xlogy } = functions<PointwiseOps>(pointwise);
export const { abs, absolute, acos, acosh, arccos, arccosh, arcsin, arcsinh, arctan, arctanh, asin, asinh, atan, atanh, ceil, cos, cosh, deg2rad, digamma, erf, erfc, erfinv, exp, exp2, expm1, fix, floor, frac, lgamma, log, log10, log1p, log2, logit, nanToNum, neg, negative, positive, rad2deg, reciprocal, round, rsqrt, sgn, sign, sin, sinc, sinh, sqrt, square, tan, trunc } = functions<UnaryOps>(unary);
export const { allclose, eq, equal, ge, greater, greaterEqual, gt, isclose, isfinite, isinf, isnan, isneginf, isposinf, isreal, le, less, lessEqual, lt, ne, notEqual, signbit } = functions<CompareOps>(compare);
export const { bitwiseAnd, bitwiseLeftShift, bitwiseNot, bitwiseOr, bitwiseRightShift, bitwiseXor, clamp, clampMax, clampMin, clip, logicalAnd, logicalNot, logicalOr, logicalXor, maskedFill } = functions<LogicalOps>(logical);
export const { where } = functions<WhereFunction>(whereFunction);
export const { asStrided, clone, detach, diagonal, narrow, permute, reshape, select, split, splitWithSizes, squeeze, t, transpose, unbind, unsqueeze } = functions<ViewOps>(views);
export const { broadcastTo, chunk, dsplit, flatten, flip, fliplr, flipud, hsplit, moveaxis, movedim, ravel, repeatInterleave, roll, rot90, swapaxes, swapdims, tensorSplit, tile, unflatten, vsplit } = functions<ShapeOps>(shapes);
export const { diag, diagEmbed, diagflat, tril, triu } = functions<DiagonalOps>(diagonals);
export { atleast1d, atleast2d, atleast3d, blockDiag, broadcastShapes, broadcastTensors, cat, columnStack, concat, concatenate, dstack, hstack, rowStack, stack, vstack } from './ops/join.ts';

export { enableGrad, inferenceMode, isGradEnabled, isInferenceModeEnabled, noGrad, setGradEnabled } from './autograd/modes.ts';
export * as autograd from './autograd/index.ts';
export * as nn from './nn/index.ts';
export * as optim from './optim/index.ts';
