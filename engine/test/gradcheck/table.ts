import type { Sample } from './samples.ts';

/** For each family of operators, by the name of its table in src/ops, the samples of its operators; operators with the same sample share a key. */
export type Families = Record<string, (f: (...args: unknown[]) => unknown) => Record<string, Sample>>;

/** Operators through which no gradient flows, by `family.operator`, and why. Kernels that say so themselves are not repeated here. */
export const notDifferentiable: Record<string, string> = {};
const because = (reason: string, family: string, names: string): void => { for (const n of names.split(' ')) notDifferentiable[`${family}.${n}`] = reason; };

because('a comparison', 'compare', 'equal isclose allclose');
because('gives integers', 'reductions', 'countNonzero');
because('gives positions', 'sorting', 'argsort');
because('gives positions', 'searches', 'searchsorted bucketize');
because('gives positions', 'indexing', 'nonzero argwhere');
because('counts', 'statistics', 'histc histogram bincount');
because('picks out equal values; PyTorch has no derivative of it', 'uniques', 'unique uniqueConsecutive');
because('gives integers', 'embeddings', 'oneHot');
because('values that do not depend on the input', 'likes', 'zerosLike onesLike emptyLike fullLike');
because('values that do not depend on the input', 'news', 'newZeros newOnes newEmpty newFull newTensor');
because('values that do not depend smoothly on the input', 'randoms', 'bernoulli');
because('values that do not depend on the input', 'randomFills', 'uniform normal random exponential geometric cauchy logNormal');
because('its purpose', 'views', 'detach');
because('too coarse a type for finite differences; the rule is that of `to`', 'conversions', 'float half bfloat16 cuda');
because('gives integers', 'conversions', 'long int short char byte bool');
because('PyTorch gives the input the gradient of the part that was replaced, and so does the engine; the conformance cases check it', 'indexing', 'asStridedScatter');
