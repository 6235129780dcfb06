import type { Tensor } from '../../src/index.ts';
import { any, bools, ints, type Sample } from './samples.ts';
import type { Families } from './table.ts';

// Views, copies, joining, indexing and writing.

const wide = (call: (x: Tensor) => unknown): Sample => ({ inputs: [any(2, 3, 2)], call: call as Sample['call'] });
const pair = (call: (a: Tensor, b: Tensor) => unknown, a = any(3, 2), b = any(3, 2)): Sample => ({ inputs: [a, b], call: call as Sample['call'] });
const index = ints([2, 0, 2]);

export const shapes: Families = {
  views: (f) => ({
    'view reshape': wide((x) => f(x, [3, 4])), transpose: wide((x) => f(x, 0, 2)), permute: wide((x) => f(x, [2, 0, 1])), t: { inputs: [any(2, 3)], call: (x) => f(x) }, squeeze: { inputs: [any(2, 1, 3)], call: (x) => f(x, 1) },
    unsqueeze: wide((x) => f(x, 1)), expand: { inputs: [any(2, 1)], call: (x) => f(x, [3, 2, 2]) }, select: wide((x) => f(x, 1, 2)), narrow: wide((x) => f(x, 1, 1, 2)), slice: wide((x) => f(x, 1, 0, 3, 2)),
    diagonal: wide((x) => f(x, 1, 0, 1)), unfold: wide((x) => f(x, 1, 2, 1)), unbind: wide((x) => f(x, 1)), split: wide((x) => f(x, 2, 1)), splitWithSizes: wide((x) => f(x, [1, 2], 1)),
    asStrided: wide((x) => f(x, [2, 3], [1, 2], 1)), clone: wide((x) => f(x)), contiguous: wide((x) => f(x.transpose(0, 1))),
  }),
  shapes: (f) => ({
    'flatten ravel': wide((x) => f(x)), unflatten: { inputs: [any(2, 6)], call: (x) => f(x, 1, [2, 3]) }, 'movedim moveaxis swapaxes swapdims': wide((x) => f(x, 0, 2)),
    expandAs: { inputs: [any(2, 1)], call: (x) => f(x, any(2, 3).detach()) }, 'viewAs reshapeAs': wide((x) => f(x, any(3, 4).detach())), broadcastTo: { inputs: [any(2, 1)], call: (x) => f(x, [2, 3]) },
    chunk: wide((x) => f(x, 2, 1)), tensorSplit: wide((x) => f(x, [1, 2], 1)), hsplit: wide((x) => f(x, 3)), vsplit: wide((x) => f(x, 2)), dsplit: wide((x) => f(x, 2)), flip: wide((x) => f(x, [0, 2])),
    'fliplr flipud': wide((x) => f(x)), roll: wide((x) => f(x, [1, 1], [0, 1])), rot90: wide((x) => f(x, 1, [0, 1])), 'repeat tile': { inputs: [any(2, 3)], call: (x) => f(x, [2, 1, 2]) },
    repeatInterleave: wide((x) => f(x, ints([1, 0, 2]), 1)),
  }),
  joins: (f) => ({
    'cat concat concatenate stack': pair((a, b) => f([a, b], 1)), 'hstack vstack rowStack dstack columnStack': pair((a, b) => f([a, b])), blockDiag: pair((a, b) => f(a, b)), broadcastTensors: pair((a, b) => f(a, b), any(3, 1), any(2)),
  }),
  diagonals: (f) => ({ 'tril triu': wide((x) => f(x, 1)), diag: { inputs: [any(3)], call: (x) => f(x, 1) }, diagEmbed: { inputs: [any(2, 3)], call: (x) => f(x, 1) }, diagflat: { inputs: [any(2, 2)], call: (x) => f(x) } }),
  conversions: (f) => ({ to: wide((x) => f(x, 'float64', { copy: true })), double: wide((x) => f(x)), typeAs: wide((x) => f(x, any(1).detach())), cpu: wide((x) => f(x)) }),
  gathers: (f) => ({
    indexSelect: wide((x) => f(x, 1, index)), 'indexAdd indexCopy': pair((x, source) => f(x, 0, ints([2, 0]), source), any(3, 2), any(2, 2)), indexFill: { inputs: [any(3, 2), any()], call: (x, value) => f(x, 0, ints([2, 0]), value) },
    indexReduce: pair((x, source) => f(x, 0, index, source, 'mean')), gather: { inputs: [any(3, 2)], call: (x) => f(x, 0, ints([2, 0, 1, 1], 2, 2)) },
    scatter: pair((x, src) => f(x, 0, ints([2, 0, 1, 1], 2, 2), src)), scatterAdd: pair((x, src) => f(x, 0, ints([2, 0, 2, 1], 2, 2), src)), scatterReduce: pair((x, src) => f(x, 0, ints([2, 0, 2, 1], 2, 2), src, 'mean')),
    take: wide((x) => f(x, ints([5, 0, 5]))), takeAlongDim: { inputs: [any(3, 2)], call: (x) => f(x, ints([2, 0, 1, 1], 2, 2), 0) }, put: pair((x, source) => f(x, ints([4, 1]), source, true), any(3, 2), any(2)),
  }),
  indexing: (f) => ({
    index: wide((x) => f(x, [index.remainder(2), ints([0, 1, 1])])), indexPut: pair((x, values) => f(x, [ints([2, 0, 2])], values, true)), maskedSelect: wide((x) => f(x, bools([1, 0, 1], 3, 1))),
    maskedScatter: pair((x, source) => f(x, bools([1, 0, 1], 3, 1), source)), selectScatter: pair((x, src) => f(x, src, 0, 1), any(3, 2), any(2)), sliceScatter: pair((x, src) => f(x, src, 0, 0, 3, 2), any(3, 2), any(2, 2)),
    diagonalScatter: pair((x, src) => f(x, src), any(3, 2), any(2)),
  }),
  writes: (f) => ({ copy: pair((x, src) => f(x, src), any(3, 2), any(2)), fill: { inputs: [any(3, 2), any()], call: (x, value) => f(x, value) }, zero: { inputs: [any(3, 2)], call: (x) => f(x) } }),
  pads: (f) => ({ pad: { inputs: [any(1, 3, 4)], call: (x) => ['reflect', 'replicate', 'circular', 'constant'].map((mode) => f(x, [2, 1], mode)) } }),
  constantPads: (f) => ({ constantPadNd: { inputs: [any(2, 3)], call: (x) => f(x, [1, 2, -1, 0], 0.5) } }),
};
