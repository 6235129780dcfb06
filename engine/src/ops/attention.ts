import { TorchError } from '../errors.ts';
import { isFloat } from '../tensor/dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ones } from './create.ts';
import { dropouts, type DropoutOps } from './dropout.ts';
import { functions } from './install.ts';
import { composite, type Table } from './operator.ts';

export interface AttentionOptions { attnMask?: Tensor | null; dropoutP?: number; isCausal?: boolean; scale?: number | null; enableGqa?: boolean }
export interface AttentionOps {
  /**
   * softmax(query · keyᵀ · scale + mask) · value over [..., L, E], [..., S, E] and [..., S, Ev]: shape [..., L, Ev].
   *
   * A boolean mask is true where a query may look; a float mask is added to the scores. `scale` is 1/√E unless given.
   * `enableGqa` repeats each head of key and value for a group of query heads. Vaswani et al. 2017, section 3.2.1.
   */
  scaledDotProductAttention(key: Tensor, value: Tensor, attnMask?: Tensor | null | AttentionOptions, dropoutP?: number | AttentionOptions, isCausal?: boolean | AttentionOptions, options?: { scale?: number | null; enableGqa?: boolean }): Tensor;
}
const { dropout } = functions<DropoutOps>(dropouts);

/**
 * Attention weights [..., L, S] of query and key, before dropout. A row whose mask forbids everything is all zeros.
 */
export function attentionWeights(query: Tensor, key: Tensor, mask: Tensor | null, scale: number): Tensor {
  const scores = query.mul(scale).matmul(key.transpose(-2, -1));
  if (!mask) return scores.softmax(-1);
  const masked = mask.dtype === 'bool' ? scores.maskedFill(mask.logicalNot(), -Infinity) : scores.add(mask), blind = masked.detach().eq(-Infinity).all(-1, true);
  return masked.maskedFill(blind, 0).softmax(-1).maskedFill(blind, 0);
}

export const attentions: Table<AttentionOps> = {
  scaledDotProductAttention: composite({
    schema: 'scaledDotProductAttention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0, bool is_causal=False, *, float? scale=None, bool enable_gqa=False)',
    compose(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | null, dropoutP: number, causal: boolean, scale: number | null, gqa: boolean) {
      const fail = (condition: boolean, message: string): void => { if (condition) throw new TorchError(message, { operator: 'scaledDotProductAttention', shapes: [query.shape, key.shape, value.shape], dtypes: [query.dtype, key.dtype, value.dtype] }); };
      fail(query.dtype !== key.dtype || query.dtype !== value.dtype, `Expected query, key, and value to have the same dtype, but got query.dtype: ${query.dtype} key.dtype: ${key.dtype} and value.dtype: ${value.dtype} instead.`);
      fail(!isFloat(query.dtype), 'Expected query, key, and value to be floating point tensors');
      fail(query.ndim < 2 || key.ndim < 2 || value.ndim < 2, `Expected query, key, and value to all be  at least 2 dimensional, but got query.dim(): ${query.ndim}, key.dim(): ${key.ndim} and value.dim(): ${value.ndim} instead.`);
      fail(mask !== null && causal, 'Explicit attn_mask should not be set when is_causal=True');
      fail(mask !== null && mask.dtype !== 'bool' && mask.dtype !== query.dtype && mask.dtype !== 'float32', `Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: ${mask?.dtype} and  query.dtype: ${query.dtype} instead.`);
      // Scores of half-precision inputs are computed in float32, as PyTorch's kernel does.
      const half = query.dtype === 'float16' || query.dtype === 'bfloat16', wide = (t: Tensor): Tensor => (half ? t.to('float32') : t);
      let k = wide(key), v = wide(value);
      if (gqa) {
        const heads = query.shape[query.ndim - 3];
        fail(heads % key.shape[key.ndim - 3] !== 0 || heads % value.shape[value.ndim - 3] !== 0, 'Number of heads in key and value must divide the number of heads in query');
        k = k.repeatInterleave(heads / key.shape[key.ndim - 3], -3);
        v = v.repeatInterleave(heads / value.shape[value.ndim - 3], -3);
      }
      const allowed = causal ? ones([query.shape[query.ndim - 2], key.shape[key.ndim - 2]], { dtype: 'bool', device: query.device }).tril() : mask;
      const weights = attentionWeights(wide(query), k, allowed, scale ?? 1 / Math.sqrt(query.shape[query.ndim - 1]));
      return (dropoutP > 0 ? dropout(weights, dropoutP, true) : weights).matmul(v).to(query.dtype);
    },
  }),
};
