import { TorchError } from '../errors.ts';
import { empty } from '../ops/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { noGrad } from '../autograd/modes.ts';
import { FACTORY, factory, py, signature, type FactoryOptions } from './arguments.ts';
import * as F from './functional.ts';
import { normal_ } from './init.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

/** Keyword arguments of the embedding layers. */
export interface EmbeddingLayerOptions extends FactoryOptions { paddingIdx?: number | null; maxNorm?: number | null; normType?: number; scaleGradByFreq?: boolean; sparse?: boolean; _weight?: Tensor | null; _freeze?: boolean }
interface EmbeddingArguments { numEmbeddings: number; embeddingDim: number; paddingIdx: number | null; maxNorm: number | null; normType: number; scaleGradByFreq: boolean; sparse: boolean; _weight: Tensor | null; _freeze: boolean; device: string | null; dtype: FactoryOptions['dtype'] & {} | null }

/** A padding index counted from the front, checked. */
function paddingIndex(index: number | null, rows: number): number | null {
  if (index === null) return null;
  if (index >= rows || index < -rows) throw new TorchError('Padding_idx must be within num_embeddings');
  return index < 0 ? index + rows : index;
}

/** The table of an embedding: normal numbers, zeros in the padding row. */
abstract class Table extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
  readonly sparse: boolean;
  /** [numEmbeddings, embeddingDim] */
  weight: Parameter;
  constructor(a: EmbeddingArguments) {
    super();
    this.numEmbeddings = a.numEmbeddings;
    this.embeddingDim = a.embeddingDim;
    this.paddingIdx = paddingIndex(a.paddingIdx, a.numEmbeddings);
    this.maxNorm = a.maxNorm;
    this.normType = a.normType;
    this.scaleGradByFreq = a.scaleGradByFreq;
    this.sparse = a.sparse;
    if (a._weight && (a._weight.shape[0] !== a.numEmbeddings || a._weight.shape[1] !== a.embeddingDim)) throw new TorchError('Shape of weight does not match num_embeddings and embedding_dim', { shapes: [a._weight.shape] });
    this.weight = new Parameter(a._weight ?? empty([a.numEmbeddings, a.embeddingDim], factory(a)), !a._freeze);
    if (!a._weight) this.resetParameters();
  }
  resetParameters(): void {
    normal_(this.weight);
    if (this.paddingIdx !== null) noGrad(() => this.weight.select(0, this.paddingIdx!).fill_(0));
  }
  protected tableRepr(): string {
    const parts = [`${this.numEmbeddings}, ${this.embeddingDim}`];
    if (this.paddingIdx !== null) parts.push(`padding_idx=${this.paddingIdx}`);
    if (this.maxNorm !== null) parts.push(`max_norm=${py(this.maxNorm)}`);
    if (this.normType !== 2) parts.push(`norm_type=${py(this.normType)}`);
    if (this.scaleGradByFreq) parts.push('scale_grad_by_freq=True');
    if (this.sparse) parts.push('sparse=True');
    return parts.join(', ');
  }
}

const embeddingArguments = signature<EmbeddingArguments>(`Embedding(int num_embeddings, int embedding_dim, int? padding_idx=None, float? max_norm=None, float norm_type=2, bool scale_grad_by_freq=False, bool sparse=False, Tensor? _weight=None, bool _freeze=False, ${FACTORY})`);
/**
 * A row of the table for each index: input int64 of any shape, output [..., embeddingDim]. The row `paddingIdx` starts at
 * zero and gets no gradient.
 *
 * @example new nn.Embedding(10, 3)(torch.tensor([[1, 2], [4, 9]], { dtype: 'int64' })).shape // [2, 2, 3]
 */
export class Embedding extends Table {
  constructor(numEmbeddings: number | (EmbeddingLayerOptions & { numEmbeddings: number; embeddingDim: number }), embeddingDim?: number, paddingIdx?: number | null | EmbeddingLayerOptions, maxNorm?: number | null | EmbeddingLayerOptions, normType?: number | EmbeddingLayerOptions, scaleGradByFreq?: boolean | EmbeddingLayerOptions, sparse?: boolean | EmbeddingLayerOptions, options?: EmbeddingLayerOptions);
  constructor(...args: unknown[]) { super(embeddingArguments(args)); }
  /** A layer with the given table, which is not learned unless `freeze` is false. */
  static fromPretrained(embeddings: Tensor, options: (Omit<EmbeddingLayerOptions, '_weight' | '_freeze'> & { freeze?: boolean }) | boolean = {}): Embedding {
    if (embeddings.ndim !== 2) throw new TorchError('Embeddings parameter is expected to be 2-dimensional', { shapes: [embeddings.shape] });
    const { freeze = true, ...rest } = typeof options === 'boolean' ? { freeze: options } : options;
    return new this(embeddings.shape[0], embeddings.shape[1], { ...rest, _weight: embeddings, _freeze: freeze });
  }
  override forward(input: Tensor): Tensor { return F.embedding(input, this.weight, this.paddingIdx, { maxNorm: this.maxNorm, normType: this.normType, scaleGradByFreq: this.scaleGradByFreq, sparse: this.sparse }); }
  override extraRepr(): string { return this.tableRepr(); }
}

/** Keyword arguments of EmbeddingBag. */
export interface EmbeddingBagLayerOptions extends FactoryOptions { maxNorm?: number | null; normType?: number; scaleGradByFreq?: boolean; mode?: 'sum' | 'mean' | 'max'; sparse?: boolean; includeLastOffset?: boolean; paddingIdx?: number | null }
const bagArguments = signature<EmbeddingArguments & { mode: 'sum' | 'mean' | 'max'; includeLastOffset: boolean }>(`EmbeddingBag(int num_embeddings, int embedding_dim, float? max_norm=None, float norm_type=2, bool scale_grad_by_freq=False, str mode='mean', bool sparse=False, Tensor? _weight=None, bool include_last_offset=False, int? padding_idx=None, ${FACTORY})`);
/** Sum, mean or maximum of the rows of each bag of indices. */
export class EmbeddingBag extends Table {
  readonly mode: 'sum' | 'mean' | 'max';
  readonly includeLastOffset: boolean;
  constructor(numEmbeddings: number, embeddingDim: number, maxNorm?: number | null | EmbeddingBagLayerOptions, normType?: number | EmbeddingBagLayerOptions, scaleGradByFreq?: boolean | EmbeddingBagLayerOptions, mode?: 'sum' | 'mean' | 'max' | EmbeddingBagLayerOptions, sparse?: boolean | EmbeddingBagLayerOptions, options?: EmbeddingBagLayerOptions);
  constructor(...args: unknown[]) {
    const a = bagArguments(args);
    super({ ...a, _freeze: false });
    this.mode = a.mode;
    this.includeLastOffset = a.includeLastOffset;
  }
  override forward(input: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    return F.embeddingBag(input, this.weight, offsets, { maxNorm: this.maxNorm, normType: this.normType, scaleGradByFreq: this.scaleGradByFreq, mode: this.mode, sparse: this.sparse, perSampleWeights, includeLastOffset: this.includeLastOffset, paddingIdx: this.paddingIdx });
  }
  override extraRepr(): string { return [`${this.numEmbeddings}, ${this.embeddingDim}`, this.maxNorm !== null ? `max_norm=${py(this.maxNorm)}` : '', this.normType !== 2 ? `norm_type=${py(this.normType)}` : '', this.scaleGradByFreq ? 'scale_grad_by_freq=True' : '', `mode='${this.mode}'`, this.paddingIdx !== null ? `padding_idx=${this.paddingIdx}` : ''].filter(Boolean).join(', '); }
}
