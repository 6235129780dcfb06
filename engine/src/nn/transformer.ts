import { TorchError } from '../errors.ts';
import { full } from '../ops/create.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { FACTORY, factory, signature, type FactoryOptions } from './arguments.ts';
import { MultiheadAttention } from './attention.ts';
import { ModuleList } from './containers.ts';
import { deepcopy } from './copy.ts';
import { Dropout } from './dropout.ts';
import { gelu, relu } from './functional.ts';
import { xavierUniform_ } from './init.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';
import { LayerNorm } from './normalization.ts';

type Activation = 'relu' | 'gelu' | ((x: Tensor) => Tensor) | Module;
/** Keyword arguments of the transformer layers. */
export interface TransformerLayerOptions extends FactoryOptions { dimFeedforward?: number; dropout?: number; activation?: Activation; layerNormEps?: number; batchFirst?: boolean; normFirst?: boolean; bias?: boolean }
interface LayerArguments { dModel: number; nhead: number; dimFeedforward: number; dropout: number; activation: Activation; layerNormEps: number; batchFirst: boolean; normFirst: boolean; bias: boolean; device: string | null; dtype: FactoryOptions['dtype'] & {} | null }
const LAYER = `int dim_feedforward=2048, float dropout=0.1, str|any activation='relu', float layer_norm_eps=1e-5, bool batch_first=False, bool norm_first=False, bool bias=True, ${FACTORY}`;
type LayerParameters = [options: TransformerLayerOptions & { dModel: number; nhead: number }] | [dModel: number, nhead: number, dimFeedforward?: number | TransformerLayerOptions, dropout?: number | TransformerLayerOptions, activation?: Activation | TransformerLayerOptions, layerNormEps?: number | TransformerLayerOptions, batchFirst?: boolean | TransformerLayerOptions, normFirst?: boolean | TransformerLayerOptions, bias?: boolean | TransformerLayerOptions, options?: FactoryOptions];

function activationOf(a: Activation): (x: Tensor) => Tensor {
  if (a === 'relu') return (x) => relu(x);
  if (a === 'gelu') return (x) => gelu(x);
  if (typeof a !== 'function') throw new TorchError(`activation should be relu/gelu, not ${String(a)}`);
  return a as (x: Tensor) => Tensor;
}

const encoderLayerArguments = signature<LayerArguments>(`TransformerEncoderLayer(int d_model, int nhead, ${LAYER})`);
interface EncoderLayerCall { srcMask?: Tensor | null; srcKeyPaddingMask?: Tensor | null; isCausal?: boolean }
const encoderLayerCall = signature<Required<EncoderLayerCall>>('TransformerEncoderLayer(Tensor? src_mask=None, Tensor? src_key_padding_mask=None, bool is_causal=False)');
/**
 * Self-attention and a feed-forward network, each with a residual connection and layer normalisation after it (with
 * `normFirst` before it). Input [T, N, dModel], with `batchFirst` [N, T, dModel], or without N.
 */
export class TransformerEncoderLayer extends Module {
  self_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  readonly normFirst: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  activation: (x: Tensor) => Tensor;
  constructor(...args: LayerParameters) {
    super();
    const a = encoderLayerArguments(args), f = factory(a), norm = { eps: a.layerNormEps, bias: a.bias, ...f };
    this.self_attn = new MultiheadAttention(a.dModel, a.nhead, { dropout: a.dropout, bias: a.bias, batchFirst: a.batchFirst, ...f });
    this.linear1 = new Linear(a.dModel, a.dimFeedforward, a.bias, f);
    this.dropout = new Dropout(a.dropout);
    this.linear2 = new Linear(a.dimFeedforward, a.dModel, a.bias, f);
    this.normFirst = a.normFirst;
    this.norm1 = new LayerNorm(a.dModel, norm);
    this.norm2 = new LayerNorm(a.dModel, norm);
    this.dropout1 = new Dropout(a.dropout);
    this.dropout2 = new Dropout(a.dropout);
    this.activation = activationOf(a.activation);
  }
  get selfAttn(): MultiheadAttention { return this.self_attn; }
  override forward(src: Tensor, ...rest: [srcMask?: Tensor | null | EncoderLayerCall, srcKeyPaddingMask?: Tensor | null | EncoderLayerCall, isCausal?: boolean | EncoderLayerCall]): Tensor {
    const call = encoderLayerCall(rest);
    const attend = (x: Tensor): Tensor => this.dropout1(this.self_attn(x, x, x, { attnMask: call.srcMask, keyPaddingMask: call.srcKeyPaddingMask, needWeights: false, isCausal: call.isCausal })[0]);
    const feed = (x: Tensor): Tensor => this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    if (this.normFirst) { const x = src.add(attend(this.norm1(src))); return x.add(feed(this.norm2(x))); }
    const x = this.norm1(src.add(attend(src)));
    return this.norm2(x.add(feed(x)));
  }
}

const decoderLayerArguments = signature<LayerArguments>(`TransformerDecoderLayer(int d_model, int nhead, ${LAYER})`);
interface DecoderLayerCall { tgtMask?: Tensor | null; memoryMask?: Tensor | null; tgtKeyPaddingMask?: Tensor | null; memoryKeyPaddingMask?: Tensor | null; tgtIsCausal?: boolean; memoryIsCausal?: boolean }
const decoderLayerCall = signature<Required<DecoderLayerCall>>('TransformerDecoderLayer(Tensor? tgt_mask=None, Tensor? memory_mask=None, Tensor? tgt_key_padding_mask=None, Tensor? memory_key_padding_mask=None, bool tgt_is_causal=False, bool memory_is_causal=False)');
/** Self-attention, attention to the encoder's output `memory`, and a feed-forward network. */
export class TransformerDecoderLayer extends Module {
  self_attn: MultiheadAttention;
  multihead_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  readonly normFirst: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  dropout3: Dropout;
  activation: (x: Tensor) => Tensor;
  constructor(...args: LayerParameters) {
    super();
    const a = decoderLayerArguments(args), f = factory(a), norm = { eps: a.layerNormEps, bias: a.bias, ...f }, attention = { dropout: a.dropout, bias: a.bias, batchFirst: a.batchFirst, ...f };
    this.self_attn = new MultiheadAttention(a.dModel, a.nhead, attention);
    this.multihead_attn = new MultiheadAttention(a.dModel, a.nhead, attention);
    this.linear1 = new Linear(a.dModel, a.dimFeedforward, a.bias, f);
    this.dropout = new Dropout(a.dropout);
    this.linear2 = new Linear(a.dimFeedforward, a.dModel, a.bias, f);
    this.normFirst = a.normFirst;
    this.norm1 = new LayerNorm(a.dModel, norm);
    this.norm2 = new LayerNorm(a.dModel, norm);
    this.norm3 = new LayerNorm(a.dModel, norm);
    this.dropout1 = new Dropout(a.dropout);
    this.dropout2 = new Dropout(a.dropout);
    this.dropout3 = new Dropout(a.dropout);
    this.activation = activationOf(a.activation);
  }
  get selfAttn(): MultiheadAttention { return this.self_attn; }
  get multiheadAttn(): MultiheadAttention { return this.multihead_attn; }
  override forward(tgt: Tensor, memory: Tensor, ...rest: [tgtMask?: Tensor | null | DecoderLayerCall, memoryMask?: Tensor | null | DecoderLayerCall, tgtKeyPaddingMask?: Tensor | null | DecoderLayerCall, memoryKeyPaddingMask?: Tensor | null | DecoderLayerCall, tgtIsCausal?: boolean | DecoderLayerCall, memoryIsCausal?: boolean | DecoderLayerCall]): Tensor {
    const call = decoderLayerCall(rest);
    const attend = (x: Tensor): Tensor => this.dropout1(this.self_attn(x, x, x, { attnMask: call.tgtMask, keyPaddingMask: call.tgtKeyPaddingMask, needWeights: false, isCausal: call.tgtIsCausal })[0]);
    const consult = (x: Tensor): Tensor => this.dropout2(this.multihead_attn(x, memory, memory, { attnMask: call.memoryMask, keyPaddingMask: call.memoryKeyPaddingMask, needWeights: false, isCausal: call.memoryIsCausal })[0]);
    const feed = (x: Tensor): Tensor => this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    if (this.normFirst) {
      const x = tgt.add(attend(this.norm1(tgt))), y = x.add(consult(this.norm2(x)));
      return y.add(feed(this.norm3(y)));
    }
    const x = this.norm1(tgt.add(attend(tgt))), y = this.norm2(x.add(consult(x)));
    return this.norm3(y.add(feed(y)));
  }
}

const copies = (layer: Module, n: number): ModuleList => new ModuleList(Array.from({ length: n }, () => deepcopy(layer)));
interface EncoderCall { mask?: Tensor | null; srcKeyPaddingMask?: Tensor | null; isCausal?: boolean | null }
const encoderCall = signature<Required<EncoderCall>>('TransformerEncoder(Tensor? mask=None, Tensor? src_key_padding_mask=None, bool? is_causal=None)');
/** `numLayers` copies of an encoder layer, one after the other, and a last normalisation if given. */
export class TransformerEncoder extends Module {
  layers: ModuleList;
  readonly numLayers: number;
  norm: Module | null;
  constructor(encoderLayer: Module, numLayers: number, norm: Module | null | { norm?: Module | null } = null) {
    super();
    this.layers = copies(encoderLayer, numLayers);
    this.numLayers = numLayers;
    this.norm = norm instanceof Module ? norm : (norm?.norm ?? null);
  }
  override forward(src: Tensor, ...rest: [mask?: Tensor | null | EncoderCall, srcKeyPaddingMask?: Tensor | null | EncoderCall, isCausal?: boolean | null | EncoderCall]): Tensor {
    const call = encoderCall(rest);
    let x = src;
    for (const layer of this.layers) x = (layer as TransformerEncoderLayer)(x, { srcMask: call.mask, srcKeyPaddingMask: call.srcKeyPaddingMask, isCausal: call.isCausal ?? false });
    return this.norm ? (this.norm(x) as Tensor) : x;
  }
}
interface DecoderCall extends Omit<DecoderLayerCall, 'tgtIsCausal'> { tgtIsCausal?: boolean | null }
const decoderCall = signature<Required<DecoderCall>>('TransformerDecoder(Tensor? tgt_mask=None, Tensor? memory_mask=None, Tensor? tgt_key_padding_mask=None, Tensor? memory_key_padding_mask=None, bool? tgt_is_causal=None, bool memory_is_causal=False)');
/** `numLayers` copies of a decoder layer, one after the other, and a last normalisation if given. */
export class TransformerDecoder extends Module {
  layers: ModuleList;
  readonly numLayers: number;
  norm: Module | null;
  constructor(decoderLayer: Module, numLayers: number, norm: Module | null | { norm?: Module | null } = null) {
    super();
    this.layers = copies(decoderLayer, numLayers);
    this.numLayers = numLayers;
    this.norm = norm instanceof Module ? norm : (norm?.norm ?? null);
  }
  override forward(tgt: Tensor, memory: Tensor, ...rest: [tgtMask?: Tensor | null | DecoderCall, memoryMask?: Tensor | null | DecoderCall, tgtKeyPaddingMask?: Tensor | null | DecoderCall, memoryKeyPaddingMask?: Tensor | null | DecoderCall, tgtIsCausal?: boolean | null | DecoderCall, memoryIsCausal?: boolean | DecoderCall]): Tensor {
    const call = decoderCall(rest);
    let x = tgt;
    for (const layer of this.layers) x = (layer as TransformerDecoderLayer)(x, memory, { ...call, tgtIsCausal: call.tgtIsCausal ?? false });
    return this.norm ? (this.norm(x) as Tensor) : x;
  }
}

/** Keyword arguments of Transformer. */
export interface TransformerOptions extends TransformerLayerOptions { dModel?: number; nhead?: number; numEncoderLayers?: number; numDecoderLayers?: number; customEncoder?: Module | null; customDecoder?: Module | null }
interface TransformerArguments extends LayerArguments { numEncoderLayers: number; numDecoderLayers: number; customEncoder: Module | null; customDecoder: Module | null }
const transformerArguments = signature<TransformerArguments>(`Transformer(int d_model=512, int nhead=8, int num_encoder_layers=6, int num_decoder_layers=6, int dim_feedforward=2048, float dropout=0.1, str|any activation='relu', any custom_encoder=None, any custom_decoder=None, float layer_norm_eps=1e-5, bool batch_first=False, bool norm_first=False, bool bias=True, ${FACTORY})`);
interface TransformerCall extends DecoderLayerCall { srcMask?: Tensor | null; srcKeyPaddingMask?: Tensor | null; srcIsCausal?: boolean | null }
const transformerCall = signature<Required<TransformerCall>>('Transformer(Tensor? src_mask=None, Tensor? tgt_mask=None, Tensor? memory_mask=None, Tensor? src_key_padding_mask=None, Tensor? tgt_key_padding_mask=None, Tensor? memory_key_padding_mask=None, bool? src_is_causal=None, bool? tgt_is_causal=None, bool memory_is_causal=False)');
/** An encoder and a decoder (Vaswani et al. 2017): source [S, N, dModel] and target [T, N, dModel] to [T, N, dModel]. */
export class Transformer extends Module {
  encoder: Module;
  decoder: Module;
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;
  constructor(...args: [dModel?: number | TransformerOptions, nhead?: number | TransformerOptions, numEncoderLayers?: number | TransformerOptions, numDecoderLayers?: number | TransformerOptions, dimFeedforward?: number | TransformerOptions, dropout?: number | TransformerOptions, activation?: Activation | TransformerOptions, options?: TransformerOptions]) {
    super();
    const a = transformerArguments(args), layer = { dModel: a.dModel, nhead: a.nhead, dimFeedforward: a.dimFeedforward, dropout: a.dropout, activation: a.activation, layerNormEps: a.layerNormEps, batchFirst: a.batchFirst, normFirst: a.normFirst, bias: a.bias, ...factory(a) };
    const norm = (): LayerNorm => new LayerNorm(a.dModel, { eps: a.layerNormEps, bias: a.bias, ...factory(a) });
    this.encoder = a.customEncoder ?? new TransformerEncoder(new TransformerEncoderLayer(layer), a.numEncoderLayers, norm());
    this.decoder = a.customDecoder ?? new TransformerDecoder(new TransformerDecoderLayer(layer), a.numDecoderLayers, norm());
    for (const p of this.parameters()) if (p.ndim > 1) xavierUniform_(p);
    this.dModel = a.dModel;
    this.nhead = a.nhead;
    this.batchFirst = a.batchFirst;
  }
  override forward(src: Tensor, tgt: Tensor, ...rest: [srcMask?: Tensor | null | TransformerCall, tgtMask?: Tensor | null | TransformerCall, memoryMask?: Tensor | null | TransformerCall, srcKeyPaddingMask?: Tensor | null | TransformerCall, tgtKeyPaddingMask?: Tensor | null | TransformerCall, memoryKeyPaddingMask?: Tensor | null | TransformerCall, options?: TransformerCall]): Tensor {
    const call = transformerCall(rest), batch = this.batchFirst ? 0 : 1;
    if (src.ndim === 3 && src.shape[batch] !== tgt.shape[batch]) throw new TorchError('the batch number of src and tgt must be equal', { shapes: [src.shape, tgt.shape] });
    if (src.shape[src.ndim - 1] !== this.dModel || tgt.shape[tgt.ndim - 1] !== this.dModel) throw new TorchError('the feature number of src and tgt must be equal to d_model', { shapes: [src.shape, tgt.shape] });
    const memory = (this.encoder as TransformerEncoder)(src, { mask: call.srcMask, srcKeyPaddingMask: call.srcKeyPaddingMask, isCausal: call.srcIsCausal });
    return (this.decoder as TransformerDecoder)(tgt, memory, { tgtMask: call.tgtMask, memoryMask: call.memoryMask, tgtKeyPaddingMask: call.tgtKeyPaddingMask, memoryKeyPaddingMask: call.memoryKeyPaddingMask, tgtIsCausal: call.tgtIsCausal, memoryIsCausal: call.memoryIsCausal });
  }
  /** A float mask [size, size] that lets each position look at itself and what is before it: −∞ above the diagonal. */
  static generateSquareSubsequentMask(size: number, options: FactoryOptions = {}): Tensor { return full([size, size], -Infinity, options).triu(1); }
}
