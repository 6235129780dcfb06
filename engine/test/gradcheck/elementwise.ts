import type { Tensor } from '../../src/index.ts';
import { any, between, bools, matrix, positive, seeded, unit, type Sample } from './samples.ts';
import type { Families } from './table.ts';

// Elementwise operators, reductions, scans and sorting.

const one = (make: (...shape: number[]) => Tensor, call: (x: Tensor) => unknown, once?: string): Sample => ({ inputs: [make(2, 3)], call: call as Sample['call'], ...(once ? { once } : {}) });
const two = (call: (a: Tensor, b: Tensor) => unknown, make = any): Sample => ({ inputs: [make(2, 3), make(3)], call: call as Sample['call'] });
const three = (call: (a: Tensor, b: Tensor, c: Tensor) => unknown, make = any): Sample => ({ inputs: [make(2, 3), make(3), make(2, 1)], call: call as Sample['call'] });
const wide = (call: (x: Tensor) => unknown): Sample => ({ inputs: [any(2, 3, 2)], call: call as Sample['call'] });

/** First arguments, for which neither PyTorch nor the engine has a derivative. */
const shape = positive(3).detach(), order = between(2, 3)(3).detach();

export const elementwise: Families = {
  pointwise: (f) => ({
    'add sub subtract': two((a, b) => f(a, b, { alpha: 0.7 })), rsub: two((a, b) => f(a, b, { alpha: 0.7 })), 'mul multiply': two((a, b) => f(a, b)), 'div divide trueDivide': two((a, b) => f(a, b), positive),
    'floorDivide remainder fmod': two((a, b) => f(a, b), between(0.3, 0.9)), 'pow floatPower': two((a, b) => f(a, b), positive), 'maximum minimum fmax fmin': two((a, b) => f(a, b)),
    'atan2 arctan2 hypot': two((a, b) => f(a, b)), copysign: two((a, b) => f(a, b)), ldexp: two((a, b) => f(a, b)), xlogy: two((a, b) => f(a, b), positive), 'logaddexp logaddexp2': two((a, b) => f(a, b)),
    lerp: three((a, b, w) => f(a, b, w)), addcmul: three((a, b, c) => f(a, b, c, { value: 0.7 })), addcdiv: three((a, b, c) => f(a, b, c, { value: 0.7 }), positive),
  }),
  unary: (f) => ({
    'abs absolute neg negative positive square exp exp2 expm1 sin cos sinh cosh asinh atan arctan arcsinh sinc deg2rad rad2deg erf erfc nanToNum sign sgn ceil floor trunc fix round frac': one(any, f),
    'sqrt rsqrt reciprocal log log2 log10 log1p lgamma digamma': one(positive, f), tan: one(between(-1.2, 1.2), f), 'asin acos arcsin arccos atanh arctanh erfinv': one(between(-0.9, 0.9), f),
    'acosh arccosh': one(between(1.2, 3), f), logit: one(unit, f),
  }),
  specials: (f) => ({
    polygamma: one(positive, (x) => f(x, 1)), i0: one(any, f), nextafter: two((a, b) => f(a, b)), frexp: one(between(0.55, 0.95), (x) => f(x)),
    'igamma igammac': { inputs: [positive(2, 3)], call: (x) => f(shape, x) },
  }),
  specialFunctions: (f) => ({
    entr: one(positive, f), 'erfcx i0e i1 i1e ndtr logNdtr': one(between(0.2, 1.8), f), xlog1py: two((a, b) => f(a, b), positive),
    zeta: { inputs: [positive(2, 3)], call: (q) => f(order, q) },
  }),
  activations: (f) => ({ 'relu sigmoid tanh hardshrink': one(any, f), 'softmax logSoftmax': one(any, (x) => f(x, 1)), prelu: { inputs: [any(2, 3), any(3)], call: (x, w) => f(x, w) } }),
  core: (f) => ({ 'gelu silu logsigmoid softplus': one(any, f), hardtanh: one(any, (x) => f(x, -1, 1)) }),
  activationFunctions: (f) => ({
    'gelu logsigmoid relu relu6 leakyRelu elu selu celu silu mish hardtanh hardsigmoid softshrink softsign softplus tanhshrink': one(any, f), hardswish: one(any, f),
    threshold: one(any, (x) => f(x, 0.3, 1)), rrelu: one(any, seeded((x) => f(x, { training: true }))), glu: { inputs: [any(3, 4)], call: (x) => f(x) }, 'softmax logSoftmax softmin': one(any, (x) => f(x, 1)),
    gumbelSoftmax: one(any, seeded((x) => f(x))),
  }),
  logical: (f) => ({
    maskedFill: { inputs: [any(2, 3), any()], call: (x, v) => f(x, bools([1, 0, 1]), v) }, 'clamp clip': three((x, lo, hi) => f(x, lo, hi)), 'clampMin clampMax': two((x, limit) => f(x, limit)),
  }),
  whereFunction: (f) => ({ where: two((a, b) => f(bools([1, 0, 1]), a, b)) }),
  whereMethod: (f) => ({ where: two((a, b) => f(a, bools([1, 0, 1]), b)) }),
  reductions: (f) => ({
    'sum mean nansum nanmean': wide((x) => f(x, [0, 2])), prod: wide((x) => f(x, 1)), 'max min': wide((x) => f(x, 1)), 'amax amin': wide((x) => f(x, [1, 2], true)), aminmax: wide((x) => f(x, { dim: 1 })),
    'var std varMean stdMean': wide((x) => f(x, [0, 1], { correction: 0 })), logsumexp: wide((x) => f(x, [0, 1])), sumToSize: wide((x) => f(x, 3, 1)), trace: { inputs: [matrix(3)], call: (x) => f(x) },
  }),
  scans: (f) => ({ 'cumsum cumprod cummax cummin logcumsumexp': wide((x) => f(x, 1)), diff: wide((x) => f(x, 2, 1)) }),
  sampled: (f) => ({ 'trapezoid trapz cumulativeTrapezoid': { inputs: [any(2, 3), any(3)], call: (y, x) => f(y, x, { dim: 1 }) } }),
  sorting: (f) => ({
    sort: wide((x) => f(x, 1)), msort: wide((x) => f(x)), topk: wide((x) => f(x, 2, 1)), kthvalue: wide((x) => f(x, 2, 1)), 'median nanmedian mode': wide((x) => f(x, 1)),
    'quantile nanquantile': wide((x) => f(x, 0.3, 1)),
  }),
  statistics: (f) => ({ cov: { inputs: [any(2, 4), positive(4)], call: (x, w) => f(x, { aweights: w }) }, corrcoef: { inputs: [any(3, 4)], call: (x) => f(x) } }),
  selections: (f) => ({ combinations: { inputs: [any(4)], call: (x) => f(x, 2) } }),
  gradients: (f) => ({ gradient: { inputs: [any(3, 4)], call: (x) => f(x, { spacing: [0.5, 2], edgeOrder: 2 }) } }),
  norms: (f) => ({ norm: wide((x) => f(x, 1.5, 1)), dist: two((a, b) => f(a, b, 3)), renorm: wide((x) => f(x, 2, 1, 0.5)) }),
  distances: (f) => ({ pdist: { inputs: [any(3, 4)], call: (x) => f(x, 1.5), once: 'PyTorch has no second derivative of pdist' } }),
};
