// torch.special
import { functions } from './ops/install.ts';
import { activations, type ActivationOps } from './ops/activation.ts';
import { pointwise, type PointwiseOps } from './ops/pointwise.ts';
import { specialFunctions, specials, type SpecialFunctions, type SpecialOps } from './ops/special.ts';
import { unary, type UnaryOps } from './ops/unary.ts';
import type { Tensor } from './tensor/tensor.ts';

export const { entr, erfcx, i0e, i1, i1e, logNdtr, ndtr, xlog1py, zeta } = functions<SpecialFunctions>(specialFunctions);
export const { i0, igamma: gammainc, igammac: gammaincc } = functions<SpecialOps>(specials);
export const { digamma, digamma: psi, erf, erfc, erfinv, exp2, expm1, lgamma: gammaln, log1p, logit, round, sinc } = functions<UnaryOps>(unary);
export const { xlogy } = functions<PointwiseOps>(pointwise);
export const { logSoftmax, sigmoid: expit, softmax } = functions<ActivationOps>(activations);
/** The n-th derivative of `digamma`; the order comes first. */
export const polygamma = (n: number, input: Tensor): Tensor => input.polygamma(n);
