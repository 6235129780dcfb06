import { TorchError } from '../errors.ts';
import { empty, zeros } from '../ops/create.ts';
import { cat } from '../ops/join.ts';
import { sameShape, showShape } from '../tensor/layout.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { FACTORY, factory, signature, type FactoryOptions } from './arguments.ts';
import * as F from './functional.ts';
import { constant_, xavierNormal_, xavierUniform_ } from './init.ts';
import { NonDynamicallyQuantizableLinear } from './linear.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

/** Keyword arguments of MultiheadAttention. */
export interface MultiheadAttentionOptions extends FactoryOptions { dropout?: number; bias?: boolean; addBiasKv?: boolean; addZeroAttn?: boolean; kdim?: number | null; vdim?: number | null; batchFirst?: boolean }
interface Arguments { embedDim: number; numHeads: number; dropout: number; bias: boolean; addBiasKv: boolean; addZeroAttn: boolean; kdim: number | null; vdim: number | null; batchFirst: boolean; device: string | null; dtype: FactoryOptions['dtype'] & {} | null }
const attentionArguments = signature<Arguments>(`MultiheadAttention(int embed_dim, int num_heads, float dropout=0, bool bias=True, bool add_bias_kv=False, bool add_zero_attn=False, int? kdim=None, int? vdim=None, bool batch_first=False, ${FACTORY})`);

/** Keyword arguments of the call. In masks, true (or −∞) marks what must not be looked at. */
export interface AttentionCall { keyPaddingMask?: Tensor | null; needWeights?: boolean; attnMask?: Tensor | null; averageAttnWeights?: boolean; isCausal?: boolean }
const callArguments = signature<Required<AttentionCall>>('MultiheadAttention(Tensor? key_padding_mask=None, bool need_weights=True, Tensor? attn_mask=None, bool average_attn_weights=True, bool is_causal=False)');

/** A mask as numbers to be added to the scores: −∞ where a boolean one is true. */
export function additive(mask: Tensor, like: Tensor): Tensor {
  return mask.dtype === 'bool' ? zeros([...mask.shape], { dtype: like.dtype, device: like.device }).maskedFill(mask, -Infinity) : mask;
}

/**
 * Attention by several heads (Vaswani et al. 2017): query [L, N, E], key [S, N, kdim], value [S, N, vdim], with
 * `batchFirst` N comes first, or without N. Gives [output [L, N, E], weights]: the weights are averaged over the heads,
 * [N, L, S], unless `averageAttnWeights` is false, and null if `needWeights` is.
 */
export class MultiheadAttention extends Module {
  readonly embedDim: number;
  readonly numHeads: number;
  readonly headDim: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly addZeroAttn: boolean;
  readonly kdim: number;
  readonly vdim: number;
  declare in_proj_weight: Parameter | null;
  declare q_proj_weight: Parameter | null;
  declare k_proj_weight: Parameter | null;
  declare v_proj_weight: Parameter | null;
  declare in_proj_bias: Parameter | null;
  declare bias_k: Parameter | null;
  declare bias_v: Parameter | null;
  declare out_proj: NonDynamicallyQuantizableLinear;
  constructor(...args: [options: MultiheadAttentionOptions & { embedDim: number; numHeads: number }] | [embedDim: number, numHeads: number, dropout?: number | MultiheadAttentionOptions, bias?: boolean | MultiheadAttentionOptions, addBiasKv?: boolean | MultiheadAttentionOptions, addZeroAttn?: boolean | MultiheadAttentionOptions, kdim?: number | null | MultiheadAttentionOptions, vdim?: number | null | MultiheadAttentionOptions, batchFirst?: boolean | MultiheadAttentionOptions, options?: FactoryOptions]) {
    super();
    const a = attentionArguments(args), e = a.embedDim;
    if (e <= 0 || a.numHeads <= 0) throw new TorchError(`embed_dim and num_heads must be greater than 0, got embed_dim=${e} and num_heads=${a.numHeads} instead`);
    this.embedDim = e;
    this.numHeads = a.numHeads;
    this.headDim = Math.floor(e / a.numHeads);
    this.dropout = a.dropout;
    this.batchFirst = a.batchFirst;
    this.addZeroAttn = a.addZeroAttn;
    this.kdim = a.kdim ?? e;
    this.vdim = a.vdim ?? e;
    if (this.headDim * a.numHeads !== e) throw new TorchError('embed_dim must be divisible by num_heads');
    const make = (...shape: number[]): Parameter => new Parameter(empty(shape, factory(a))), same = this.kdim === e && this.vdim === e;
    this.registerParameter('q_proj_weight', same ? null : make(e, e));
    this.registerParameter('k_proj_weight', same ? null : make(e, this.kdim));
    this.registerParameter('v_proj_weight', same ? null : make(e, this.vdim));
    this.registerParameter('in_proj_weight', same ? make(3 * e, e) : null);
    this.registerParameter('in_proj_bias', a.bias ? make(3 * e) : null);
    this.out_proj = new NonDynamicallyQuantizableLinear(e, e, a.bias, factory(a));
    this.registerParameter('bias_k', a.addBiasKv ? make(1, 1, e) : null);
    this.registerParameter('bias_v', a.addBiasKv ? make(1, 1, e) : null);
    this.resetParameters();
  }
  get inProjWeight(): Parameter | null { return this.in_proj_weight; }
  get inProjBias(): Parameter | null { return this.in_proj_bias; }
  get outProj(): NonDynamicallyQuantizableLinear { return this.out_proj; }
  resetParameters(): void {
    for (const w of this.in_proj_weight ? [this.in_proj_weight] : [this.q_proj_weight!, this.k_proj_weight!, this.v_proj_weight!]) xavierUniform_(w);
    if (this.in_proj_bias) { constant_(this.in_proj_bias, 0); constant_(this.out_proj.bias!, 0); }
    if (this.bias_k) xavierNormal_(this.bias_k);
    if (this.bias_v) xavierNormal_(this.bias_v);
  }

  override forward(query: Tensor, key: Tensor, value: Tensor, ...rest: [keyPaddingMask?: Tensor | null | AttentionCall, needWeights?: boolean | AttentionCall, attnMask?: Tensor | null | AttentionCall, averageAttnWeights?: boolean | AttentionCall, isCausal?: boolean | AttentionCall]): [Tensor, Tensor | null] {
    const call = callArguments(rest), fields = { operator: 'MultiheadAttention', shapes: [query.shape, key.shape, value.shape] };
    const batched = query.ndim === 3;
    if (query.ndim !== 2 && query.ndim !== 3) throw new TorchError(`query should be unbatched 2D or batched 3D tensor but received ${query.ndim}-D query tensor`, fields);
    if (key.ndim !== query.ndim || value.ndim !== query.ndim) throw new TorchError(`For ${batched ? 'batched (3-D)' : 'unbatched (2-D)'} \`query\`, expected \`key\` and \`value\` to be ${query.ndim}-D but found ${key.ndim}-D and ${value.ndim}-D tensors respectively`, fields);
    const first = (t: Tensor): Tensor => (!batched ? t.unsqueeze(0) : this.batchFirst ? t : t.transpose(0, 1));
    const [q, k, v] = [query, key, value].map(first), [n, l, e] = q.shape, s = k.shape[1];
    if (e !== this.embedDim) throw new TorchError(`was expecting embedding dimension of ${this.embedDim}, but got ${e}`, fields);
    if (!sameShape(k.shape.slice(0, 2), v.shape.slice(0, 2))) throw new TorchError(`key's sequence and batch dims ${showShape(k.shape.slice(0, 2))} do not match value's ${showShape(v.shape.slice(0, 2))}`, fields);
    if (call.isCausal && !call.attnMask) throw new TorchError('Need attn_mask if specifying the is_causal hint.', fields);

    const { numHeads: heads, headDim } = this, split = (t: Tensor): Tensor => t.reshape(n, -1, heads, headDim).transpose(1, 2);
    let [qs, ks, vs] = this.project(q, k, v), source = s;
    if (this.bias_k && this.bias_v) { ks = cat([ks, this.bias_k.expand(n, 1, e)], 1); vs = cat([vs, this.bias_v.expand(n, 1, e)], 1); source++; }
    let kh = split(ks), vh = split(vs);
    if (this.addZeroAttn) { const none = zeros([n, heads, 1, headDim], { dtype: kh.dtype, device: kh.device }); kh = cat([kh, none], 2); vh = cat([vh, none], 2); source++; }
    const mask = this.mask(call, q, n, l, s, source), p = this.training ? this.dropout : 0;
    const join = (t: Tensor): Tensor => { const out = this.out_proj(t.transpose(1, 2).reshape(n, l, e)); return !batched ? out.squeeze(0) : this.batchFirst ? out : out.transpose(0, 1); };
    if (!call.needWeights) return [join(F.scaledDotProductAttention(split(qs), kh, vh, mask, p)), null];
    const scores = split(qs).mul(1 / Math.sqrt(headDim)).matmul(kh.transpose(-2, -1)), softmax = (mask ? scores.add(mask) : scores).softmax(-1);
    const weights = p > 0 ? F.dropout(softmax, p, true) : softmax, shown = call.averageAttnWeights ? weights.mean(1) : weights;
    return [join(weights.matmul(vh)), batched ? shown : shown.squeeze(0)];
  }

  private project(q: Tensor, k: Tensor, v: Tensor): Tensor[] {
    const biases = this.in_proj_bias ? this.in_proj_bias.chunk(3) : [null, null, null];
    if (this.in_proj_weight && q === k && k === v) return F.linear(q, this.in_proj_weight, this.in_proj_bias).chunk(3, -1);
    const weights = this.in_proj_weight ? this.in_proj_weight.chunk(3) : [this.q_proj_weight!, this.k_proj_weight!, this.v_proj_weight!];
    return [q, k, v].map((t, i) => F.linear(t, weights[i], biases[i]));
  }
  /** Both masks as one that is added to the scores [N, heads, L, source]; what was appended to the keys is open to all. */
  private mask(call: Required<AttentionCall>, q: Tensor, n: number, l: number, s: number, source: number): Tensor | null {
    let mask: Tensor | null = null;
    if (call.attnMask) {
      const given = call.attnMask, allowed = given.ndim === 2 ? [l, s] : [n * this.numHeads, l, s];
      if (given.ndim !== 2 && given.ndim !== 3) throw new TorchError(`attn_mask's dimension ${given.ndim} is not supported`, { shapes: [given.shape] });
      if (!sameShape(given.shape, allowed)) throw new TorchError(`The shape of the ${given.ndim}D attn_mask is torch.Size(${showShape(given.shape)}), but should be (${allowed.join(', ')}).`, { shapes: [given.shape] });
      const numbers = additive(given, q);
      mask = given.ndim === 2 ? numbers.reshape(1, 1, l, s) : numbers.reshape(n, this.numHeads, l, s);
    }
    if (call.keyPaddingMask) {
      const given = call.keyPaddingMask.ndim === 1 ? call.keyPaddingMask.unsqueeze(0) : call.keyPaddingMask;
      if (!sameShape(given.shape, [n, s])) throw new TorchError(`expecting key_padding_mask shape of (${n}, ${s}), but got torch.Size(${showShape(given.shape)})`, { shapes: [given.shape] });
      const numbers = additive(given, q).reshape(n, 1, 1, s);
      mask = mask ? mask.add(numbers) : numbers;
    }
    return mask && source > s ? F.pad(mask, [0, source - s]) : mask;
  }
}
