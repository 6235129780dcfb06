import { outOfBounds, positions, selectRows } from '../cpu/gather.ts';
import { denseAs } from '../cpu/copy.ts';
import { noGrad } from '../autograd/modes.ts';
import { TorchError } from '../errors.ts';
import { scalarTypeName } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';
import { composite, invoke, kernel, ready, type Table } from './operator.ts';

export interface Renorm { maxNorm?: number | null; normType?: number; scaleGradByFreq?: boolean; sparse?: boolean }
export interface BagOptions extends Renorm { offsets?: Tensor | null; mode?: 'sum' | 'mean' | 'max'; perSampleWeights?: Tensor | null; includeLastOffset?: boolean; paddingIdx?: number | null }

/** Looking up rows of a table. */
export interface EmbeddingOps {
  /** Class numbers as int64 vectors with a single 1; `numClasses` -1 takes the largest number plus one. Shape [*, classes]. */
  oneHot(numClasses?: number | { numClasses?: number }): Tensor;
  /**
   * Rows of `weight` [n, d] by number; the result has the input's shape and d. The row `paddingIdx` gets no gradient.
   * With `maxNorm`, rows that are longer are first shortened, in `weight` itself.
   */
  embedding(weight: Tensor, paddingIdx?: number | null | (Renorm & { paddingIdx?: number | null }), options?: Renorm): Tensor;
  /**
   * Sum, mean or maximum of the rows of each bag: one bag for each row of a matrix, or for each stretch of a vector that
   * begins at one of `offsets`. Entries equal to `paddingIdx` don't count. Shape [bags, d].
   */
  embeddingBag(weight: Tensor, offsets?: Tensor | null | BagOptions, options?: BagOptions): Tensor;
}

function checkIndices(input: Tensor, weight: Tensor, operator: string): void {
  if (weight.ndim !== 2) throw new TorchError("'weight' must be 2-D", { operator, shapes: [weight.shape] });
  if (input.dtype !== 'int64' && input.dtype !== 'int32') throw new TorchError(`Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.${scalarTypeName[input.dtype]}Tensor instead (while checking arguments for ${operator})`, { operator, dtypes: [input.dtype] });
}

interface Lookup { pad: number; scaleGradByFreq: boolean }
const lookup = ready('embedding', kernel<Lookup>({
  schema: 'embedding(Tensor weight, Tensor indices, int pad, bool scale_grad_by_freq)',
  meta: ([weight, indices]) => ({ shape: [...(indices as Tensor).shape, (weight as Tensor).shape[1]], dtype: (weight as Tensor).dtype }),
  cpu([out], inputs) {
    const [weight, indices] = inputs as Tensor[], [size, inner] = weight.shape;
    selectRows(out, weight, { outer: 1, size, inner }, positions(indices, size, false, () => new TorchError('index out of range in self', { operator: 'embedding', shapes: [weight.shape] })));
  },
  saves: { x: [1] },
  grad(g, { x: [, indices], attrs: { pad, scaleGradByFreq }, inputs: [weight] }) {
    const flat = indices.reshape([-1]), [n, d] = weight!.shape;
    let rows = g.reshape([-1, d]);
    if (scaleGradByFreq) rows = rows.div(g.newZeros([n]).indexAdd_(0, flat, g.newOnes([flat.count])).indexSelect(0, flat).unsqueeze(1));
    const whole = g.newZeros([n, d]).indexAdd_(0, flat, rows);
    if (pad >= 0) whole.select(0, pad).zero_();
    return [whole, null];
  },
}));

/** The row number that gets no gradient, or -1. */
function padRow(weight: Tensor, paddingIdx: number | null, operator: string): number {
  const n = weight.shape[0];
  if (paddingIdx === null) return -1;
  if (paddingIdx < -n || paddingIdx >= n) throw new TorchError(operator === 'embedding' ? 'Padding_idx must be within num_embeddings' : 'padding_idx must be within the number of embeddings', { operator });
  return paddingIdx < 0 ? paddingIdx + n : paddingIdx;
}

/** Shortens the rows that are looked up to `maxNorm`. */
function renormalize(weight: Tensor, input: Tensor, maxNorm: number, normType: number): void {
  noGrad(() => {
    const used = [...new Set(denseAs(input, 'int64').reshape([-1]).tolist() as number[])];
    used.forEach((row) => { if (row < 0 || row >= weight.shape[0]) throw outOfBounds('embedding', 0, weight.shape[0])(row); });
    const index = weight.newTensor(used, { dtype: 'int64' }), rows = weight.indexSelect(0, index);
    const norms = rows.norm(normType, 1, true).double(), factor = norms.add(1e-7).reciprocal().mul(maxNorm).where(norms.gt(maxNorm), 1);
    weight.indexCopy_(0, index, rows.mul(factor).to(weight.dtype));
  });
}

interface BagAttrs { offsets: Tensor | null; mode: string; weights: Tensor | null; includeLast: boolean; pad: number; scaleGradByFreq: boolean }
/** For each entry the number of its bag. */
function bagsOf(input: Tensor, offsets: Tensor | null, includeLast: boolean): { bag: number[]; bags: number } {
  if (input.ndim === 2) {
    if (offsets !== null) throw new TorchError(`if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. However, found offsets of type ${typeof offsets}`, { operator: 'embeddingBag' });
    const [bags, length] = input.shape;
    return { bag: Array.from({ length: input.count }, (_, i) => Math.floor(i / length)), bags };
  }
  if (input.ndim !== 1) throw new TorchError(`input has to be 1D or 2D Tensor, but got Tensor of dimension ${input.ndim}`, { operator: 'embeddingBag' });
  if (offsets === null) throw new TorchError('offsets has to be a 1D Tensor but got None', { operator: 'embeddingBag' });
  if (offsets.ndim !== 1) throw new TorchError('offsets has to be a 1D Tensor', { operator: 'embeddingBag' });
  const starts = offsets.tolist() as number[];
  if (starts.length && starts[0] !== 0) throw new TorchError(`offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got ${starts[0]}`, { operator: 'embeddingBag' });
  const beyond = starts.at(-1) ?? 0;
  if (beyond > input.count) throw new TorchError(`offsets[-1] can not be greater than input's length ${input.count} but got offsets[-1] of ${beyond}`, { operator: 'embeddingBag' });
  const bags = includeLast ? starts.length - 1 : starts.length, bag = new Array<number>(input.count).fill(0);
  for (let b = 0; b < bags; b++) bag.fill(b, starts[b], b + 1 < starts.length ? starts[b + 1] : input.count);
  return { bag, bags };
}
function reduceBags(input: Tensor, weight: Tensor, { offsets, mode, weights, includeLast, pad, scaleGradByFreq }: BagAttrs): Tensor {
  if (weights !== null && mode !== 'sum') throw new TorchError(`embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got mode='${mode}'). Please open a feature request on GitHub.`, { operator: 'embeddingBag' });
  if (weights !== null && weights.shape.join() !== input.shape.join()) throw new TorchError(`embedding_bag: If per_sample_weights (${weights.shape.join(', ')}) is not None, then it must have the same shape as the input (${input.shape.join(', ')})`, { operator: 'embeddingBag' });
  const { bag, bags } = bagsOf(input, offsets, includeLast), flat = input.reshape([-1]), entries = flat.tolist() as number[];
  const counted = entries.flatMap((row, i) => (row === pad ? [] : [i])), kept = flat.newTensor(counted), owner = flat.newTensor(counted.map((i) => bag[i]));
  let rows = invoke(lookup, [weight, flat.indexSelect(0, kept), -1, scaleGradByFreq], 0) as Tensor;
  if (weights !== null) rows = rows.mul(weights.reshape([-1]).indexSelect(0, kept).unsqueeze(1));
  const empty = weight.newZeros([bags, weight.shape[1]]);
  if (mode === 'max') return empty.indexReduce(0, owner, rows, 'amax', { includeSelf: false });
  const sums = empty.indexAdd(0, owner, rows);
  if (mode === 'sum') return sums;
  const counts = new Array<number>(bags).fill(0);
  counted.forEach((i) => { counts[bag[i]]++; });
  return sums.div(weight.newTensor(counts.map((c) => Math.max(c, 1))).unsqueeze(1));
}

export const embeddings: Table<EmbeddingOps> = {
  oneHot: composite({
    schema: 'oneHot(Tensor input, int num_classes=-1)',
    compose(x: Tensor, numClasses: number) {
      if (x.dtype !== 'int64') throw new TorchError(`one_hot is only applicable to index tensor of type LongTensor.`, { operator: 'oneHot', dtypes: [x.dtype] });
      if (!x.count && numClasses <= 0) throw new TorchError('Can not infer total number of classes from empty tensor.', { operator: 'oneHot' });
      const flat = x.reshape([-1]).tolist() as number[], most = flat.reduce((m, v) => Math.max(m, v), -1);
      if (flat.some((v) => v < 0)) throw new TorchError('Class values must be non-negative.', { operator: 'oneHot' });
      if (numClasses !== -1 && numClasses < 1) throw new TorchError('num_classes should be positive', { operator: 'oneHot' });
      if (numClasses !== -1 && most >= numClasses) throw new TorchError('Class values must be smaller than num_classes.', { operator: 'oneHot' });
      return x.newZeros([...x.shape, numClasses === -1 ? most + 1 : numClasses]).scatter_(-1, x.unsqueeze(-1), 1);
    },
  }),
  embedding: composite({
    schema: 'embedding(Tensor input, Tensor weight, int? padding_idx=None, float? max_norm=None, float norm_type=2, bool scale_grad_by_freq=False, bool sparse=False)',
    compose(input: Tensor, weight: Tensor, paddingIdx: number | null, maxNorm: number | null, normType: number, scaleGradByFreq: boolean) {
      checkIndices(input, weight, 'embedding');
      if (maxNorm !== null) renormalize(weight, input, maxNorm, normType);
      return invoke(lookup, [weight, input, padRow(weight, paddingIdx, 'embedding'), scaleGradByFreq], 0);
    },
  }),
  embeddingBag: composite({
    schema: "embeddingBag(Tensor input, Tensor weight, Tensor? offsets=None, float? max_norm=None, float norm_type=2, bool scale_grad_by_freq=False, str mode='mean', bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False, int? padding_idx=None)",
    compose(input: Tensor, weight: Tensor, offsets: Tensor | null, maxNorm: number | null, normType: number, scaleGradByFreq: boolean, mode: string, _sparse: boolean, weights: Tensor | null, includeLast: boolean, paddingIdx: number | null) {
      checkIndices(input, weight, 'embeddingBag');
      if (!['sum', 'mean', 'max'].includes(mode)) throw new TorchError('mode has to be one of sum, mean or max', { operator: 'embeddingBag' });
      if (maxNorm !== null) renormalize(weight, input, maxNorm, normType);
      return reduceBags(input, weight, { offsets, mode, weights, includeLast, pad: padRow(weight, paddingIdx, 'embeddingBag'), scaleGradByFreq });
    },
  }),
};

/** The coordinates in `shape` of positions in a flattened tensor of that shape, one tensor for each dimension. */
export function unravelIndex(indices: Tensor, shape: readonly number[] | number): Tensor[] {
  const sizes = typeof shape === 'number' ? [shape] : shape;
  if (sizes.some((n) => n < 0)) throw new TorchError(`'shape' cannot have negative values, but got (${sizes.join(', ')})`, { operator: 'unravelIndex' });
  if (indices.isFloatingPoint() || indices.dtype === 'bool') throw new TorchError(`expected 'indices' to be integer dtype, but got torch.${indices.dtype}`, { operator: 'unravelIndex', dtypes: [indices.dtype] });
  return sizes.map((n, d) => indices.div(sizes.slice(d + 1).reduce((a, b) => a * b, 1), { roundingMode: 'floor' }).remainder(n));
}
