// The public surface, in PyTorch's namespaces.
import './autograd/methods.ts';
import { compare, compareInPlace, type CompareOps } from './ops/compare.ts';
import { functions, installMethods } from './ops/install.ts';
import { logical, logicalInPlace, whereFunction, whereMethod, type LogicalOps, type WhereFunction } from './ops/logical.ts';
import { pointwise, pointwiseInPlace, type PointwiseOps } from './ops/pointwise.ts';
import { randomFillInPlace, randomFills, randomInPlace, randoms, type RandomOps } from './ops/random.ts';
import { unary, unaryInPlace, type UnaryOps } from './ops/unary.ts';
import { views, type ViewOps } from './ops/view.ts';
import { writeInPlace, writes } from './ops/write.ts';

installMethods(pointwise, pointwiseInPlace);
installMethods(unary, unaryInPlace);
installMethods(compare, compareInPlace);
installMethods(logical, logicalInPlace);
installMethods(whereMethod);
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
export const { add, addcdiv, addcmul, arctan2, atan2, copysign, div, divide, floatPower, floorDivide, fmax, fmin, fmod, heaviside, hypot, ldexp, lerp, logaddexp, logaddexp2, maximum, minimum, mul, multiply, pow, remainder, rsub, sub, subtract, trueDivide, xlogy } = functions<PointwiseOps>(pointwise);
export const { abs, absolute, acos, acosh, arccos, arccosh, arcsin, arcsinh, arctan, arctanh, asin, asinh, atan, atanh, ceil, cos, cosh, deg2rad, digamma, erf, erfc, erfinv, exp, exp2, expm1, fix, floor, frac, lgamma, log, log10, log1p, log2, logit, nanToNum, neg, negative, positive, rad2deg, reciprocal, round, rsqrt, sgn, sign, sin, sinc, sinh, sqrt, square, tan, trunc } = functions<UnaryOps>(unary);
export const { allclose, eq, equal, ge, greater, greaterEqual, gt, isclose, isfinite, isinf, isnan, isneginf, isposinf, isreal, le, less, lessEqual, lt, ne, notEqual, signbit } = functions<CompareOps>(compare);
export const { bitwiseAnd, bitwiseLeftShift, bitwiseNot, bitwiseOr, bitwiseRightShift, bitwiseXor, clamp, clampMax, clampMin, clip, logicalAnd, logicalNot, logicalOr, logicalXor, maskedFill } = functions<LogicalOps>(logical);
export const { where } = functions<WhereFunction>(whereFunction);
export const { asStrided, clone, detach, narrow, permute, reshape, select, squeeze, t, transpose, unsqueeze } = functions<ViewOps>(views);

export { enableGrad, inferenceMode, isGradEnabled, isInferenceModeEnabled, noGrad, setGradEnabled } from './autograd/modes.ts';
export * as autograd from './autograd/index.ts';
export * as nn from './nn/index.ts';
export * as optim from './optim/index.ts';
