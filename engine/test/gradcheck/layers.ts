import * as torch from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';
import { any, batch, between, bools, definite, ints, matrix, positive, seeded, symmetric, unit, type Sample } from './samples.ts';
import type { Families } from './table.ts';

// Products of matrices, decompositions, the layers of networks and their losses.

const LAYER_ONCE = 'PyTorch has no second derivative of it';
const of = (inputs: readonly Tensor[], call: Sample['call'], once?: string): Sample => ({ inputs, call, ...(once ? { once } : {}) });
const square = (call: Sample['call']): Sample => of([matrix(3)], call);
const images = (rank: number, size = 4): Tensor => any(1, 2, ...new Array<number>(rank).fill(size));
const byRank = (name: string, sample: (rank: number) => Sample): Record<string, Sample> => Object.fromEntries([1, 2, 3].map((rank) => [`${name}${rank}d`, sample(rank)]));
const withIndices = (name: string, sample: (rank: number) => Sample): Record<string, Sample> => Object.fromEntries([1, 2, 3].map((rank) => [`${name}${rank}dWithIndices`, sample(rank)]));
/** U and Vᵀ belong together up to a sign, so only what doesn't depend on it is checked. */
const withoutSign = ([u, s, v]: readonly Tensor[]): Tensor[] => [u.mul(u), s, v.mul(v)];

const shares = any(2, 3).detach().softmax(1);

export const layers: Families = {
  products: (f) => ({
    matmul: of([any(2, 3), any(3, 2)], f), mm: of([any(2, 3), any(3, 2)], f), bmm: of([any(2, 2, 3), any(2, 3, 2)], f), mv: of([any(2, 3), any(3)], f), 'dot vdot inner outer': of([any(3), any(3)], f), cross: of([any(2, 3), any(2, 3)], f),
    addmm: of([any(2), any(2, 3), any(3, 2)], (x, a, b) => f(x, a, b, { beta: 0.5, alpha: 2 })), addmv: of([any(2), any(2, 3), any(3)], f), 'addbmm baddbmm': of([any(2, 2), any(2, 2, 3), any(2, 3, 2)], f), addr: of([any(2, 3), any(2), any(3)], f),
  }),
  contractions: (f) => ({ tensordot: of([any(2, 3), any(3, 2)], (a, b) => f(a, b, 1)), cdist: of([any(2, 3), any(3, 3)], (a, b) => f(a, b, 1.5), LAYER_ONCE) }),
  linears: (f) => ({ linear: of([any(2, 3), any(2, 3), any(2)], f), bilinear: of([any(2, 2), any(2, 3), any(2, 2, 3), any(2)], f) }),
  linalgOps: (f) => ({
    cholesky: square((x) => f(definite(x))), cross: of([any(2, 3), any(2, 3)], f), 'det inv matrixRank slogdet': square(f), eigh: square((x) => { const [values, vectors] = f(symmetric(x)) as Tensor[]; return [values, vectors.mul(vectors)]; }),
    eigvalsh: square((x) => f(symmetric(x))), lstsq: of([matrix(4, 3), any(4, 2)], (a, b) => (f(a, b) as Tensor[])[Symbol.iterator]().next().value), matrixNorm: square((x) => ['fro', 'nuc', 2, 1, -Infinity].map((ord) => f(x, ord))),
    matrixPower: square((x) => [f(x, 3), f(x, -2)]), norm: square((x) => [f(x), f(x, 3, 1), f(x, 'nuc')]), pinv: of([matrix(3, 2)], f), qr: of([matrix(3, 2)], f), solve: of([matrix(3), any(3, 2)], f),
    solveTriangular: of([matrix(3), any(3, 2)], (a, b) => f(a, b, { upper: true })), svd: of([matrix(3, 2)], (x) => withoutSign([...(f(x, false) as Iterable<Tensor>)])), svdvals: of([matrix(3, 2)], f), vander: of([any(3)], f),
    vecdot: of([any(2, 3), any(2, 3)], f), vectorNorm: of([any(2, 3)], (x) => f(x, 1.5, 1)),
  }),
  torchLinalg: (f) => ({
    cholesky: square((x) => f(definite(x))), choleskyInverse: square((x) => f(x.tril())), choleskySolve: of([any(3, 2), matrix(3)], (b, x) => f(b, x.tril())), 'det inverse slogdet matrixExp': square(f), logdet: square((x) => f(definite(x))),
    matrixPower: square((x) => f(x, 2)), pinverse: of([matrix(3, 2)], f), qr: of([matrix(3, 2)], f), svd: of([matrix(3, 2)], (x) => withoutSign([...(f(x) as Iterable<Tensor>)])), triangularSolve: of([any(3, 2), matrix(3)], f),
    luSolve: of([any(3, 2), matrix(3)], (b, lu) => f(b, lu, ints([2, 3, 3]).int())),
  }),
  attentions: (f) => ({ scaledDotProductAttention: of([any(1, 2, 3), any(1, 4, 3), any(1, 4, 2), any(2, 4)], (q, k, v, mask) => f(q, k, v, { attnMask: mask })) }),
  convs: (f) => ({
    ...byRank('conv', (rank) => of([images(rank, 3), any(2, 2, ...new Array<number>(rank).fill(2)), any(2)], (x, w, b) => f(x, w, b, { padding: 1, stride: 2 }))),
    ...byRank('convTranspose', (rank) => of([images(rank, 2), any(2, 1, ...new Array<number>(rank).fill(2)), any(2)], (x, w, b) => f(x, w, b, { stride: 2, groups: 2 }))),
  }),
  pools: (f) => ({
    ...byRank('maxPool', (rank) => of([images(rank)], (x) => f(x, 2, { stride: 1 }))), ...withIndices('maxPool', (rank) => of([images(rank)], (x) => f(x, 2))), ...byRank('avgPool', (rank) => of([images(rank)], (x) => f(x, 3, { stride: 2, padding: 1 }))),
    ...byRank('adaptiveAvgPool', (rank) => of([images(rank, 3)], (x) => f(x, 2))), ...byRank('adaptiveMaxPool', (rank) => of([images(rank, 3)], (x) => f(x, 2))), ...byRank('lpPool', (rank) => of([between(0.3, 1.7)(1, 1, ...new Array<number>(rank).fill(4))], (x) => f(x, 2, 2))),
    ...byRank('maxUnpool', (rank) => of([images(rank, 2)], (x) => f(x, torch.arange(0, 4 ** rank, 2 ** rank).reshape([1, 1, ...new Array<number>(rank).fill(2)]).expand(x.shape as number[]), 2))),
  }),
  normalizations: (f) => ({
    batchNorm: of([any(3, 2, 2), any(2), any(2)], (x, w, b) => [f(x, null, null, w, b, true), f(x, torch.zeros(2, { dtype: 'float64' }), torch.ones(2, { dtype: 'float64' }), w, b)]), instanceNorm: of([any(2, 2, 3), any(2), any(2)], (x, w, b) => f(x, { weight: w, bias: b })),
    localResponseNorm: of([any(2, 4, 2)], (x) => f(x, 3, 0.5)), normalize: of([any(2, 3)], (x) => f(x, 1.5)),
  }),
  sampleNorms: (f) => ({ layerNorm: of([any(2, 3), any(3), any(3)], (x, w, b) => f(x, [3], w, b)), rmsNorm: of([any(2, 3), any(3)], (x, w) => f(x, [3], w)), groupNorm: of([any(2, 4, 2), any(4), any(4)], (x, w, b) => f(x, 2, w, b)) }),
  dropouts: (f) => ({ dropout1d: of([any(2, 3, 2)], seeded((x) => f(x, 0.4))), 'dropout dropout2d dropout3d alphaDropout featureAlphaDropout': of([any(2, 3, 2, 2)], seeded((x) => f(x, 0.4))) }),
  embeddings: (f) => ({
    embedding: of([any(4, 2)], (w) => f(ints([1, 3, 1]), w, 0)), embeddingBag: of([any(4, 2), any(4)], (w, each) => f(ints([1, 3, 1, 0]), w, { offsets: ints([0, 1]), mode: 'sum', perSampleWeights: each }), LAYER_ONCE),
  }),
  resizes: (f) => ({
    interpolate: of([any(1, 1, 3, 4)], (x) => [['bilinear', false], ['bicubic', true], ['nearest', null], ['area', null]].map(([mode, alignCorners]) => f(x, [4, 3], { mode, alignCorners }))),
    upsample: of([any(1, 1, 3)], (x) => f(x, 5)), 'upsampleNearest upsampleBilinear': of([any(1, 1, 2, 3)], (x) => f(x, [3, 4])),
  }),
  grids: (f) => ({ gridSample: of([any(1, 1, 3, 3), between(-0.9, 0.9)(1, 2, 2, 2)], (x, grid) => f(x, grid, { alignCorners: false }), LAYER_ONCE), affineGrid: of([any(1, 2, 3)], (theta) => f(theta, [1, 1, 2, 3], false)) }),
  folds: (f) => ({ unfold: of([any(1, 2, 3, 3)], (x) => f(x, 2)), fold: of([any(1, 8, 4)], (x) => f(x, 3, 2)) }),
  shuffles: (f) => ({ pixelShuffle: of([any(1, 4, 2, 1)], (x) => f(x, 2)), pixelUnshuffle: of([any(1, 1, 2, 4)], (x) => f(x, 2)), channelShuffle: of([any(1, 4, 2, 1)], (x) => f(x, 2)) }),
  losses: (f) => ({
    'mseLoss l1Loss smoothL1Loss huberLoss': of([any(2, 3), any(2, 3)], f), poissonNllLoss: of([any(2, 3), positive(2, 3)], (x, y) => f(x, y, { full: true })), gaussianNllLoss: of([any(2, 3), any(2, 3), positive(2, 3)], f),
    hingeEmbeddingLoss: of([any(2, 3)], (x) => f(x, ints([1, -1, 1]).double())), softMarginLoss: of([any(2, 3)], (x) => f(x, ints([1, -1, 1]).double().expand(2, 3))), marginRankingLoss: of([any(3), any(3)], (a, b) => f(a, b, ints([1, -1, 1]).double(), { margin: 0.3 })),
    cosineEmbeddingLoss: of([any(2, 3), any(2, 3)], (a, b) => f(a, b, ints([1, -1]).double(), { margin: -0.9 })), cosineSimilarity: of([any(2, 3), any(2, 3)], f), pairwiseDistance: of([any(2, 3), any(2, 3)], f),
    'tripletMarginLoss tripletMarginWithDistanceLoss': of([any(2, 3), any(2, 3), any(2, 3)], (a, p, n) => f(a, p, n, { margin: 3 })),
  }),
  classLosses: (f) => ({
    crossEntropy: of([any(2, 3)], (x) => [f(x, ints([2, 0])), f(x, shares, { labelSmoothing: 0.1 })]), nllLoss: of([any(2, 3)], (x) => f(x.logSoftmax(1), ints([2, 0]))),
    'binaryCrossEntropy binaryCrossEntropyWithLogits klDiv': of([unit(2, 3), unit(2, 3)], f), multiMarginLoss: of([any(2, 3)], (x) => f(x, ints([2, 0])), LAYER_ONCE), multilabelMarginLoss: of([any(3)], (x) => f(x, ints([2, 0, -1])), LAYER_ONCE),
    multilabelSoftMarginLoss: of([any(2, 3)], (x) => f(x, bools([1, 0, 1]).double().expand(2, 3))),
  }),
  ctcLosses: (f) => ({ ctcLoss: of([batch(any(2, 4), any(2, 4), any(2, 4))], (x) => f(x.logSoftmax(2), ints([1, 2, 3, 3], 2, 2), ints([3, 3]), ints([2, 1])), LAYER_ONCE) }),
};
