import { noGrad } from '../../autograd/modes.ts';
import { TorchError } from '../../errors.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { deepcopy } from '../copy.ts';
import type { Module } from '../module.ts';
import { Parameter } from '../parameter.ts';

/** The parts of a convolution and a batch normalisation that fusing needs. */
interface ConvLike extends Module { weight: Parameter; bias: Parameter | null }
interface NormLike extends Module { weight: Parameter | null; bias: Parameter | null; running_mean: Tensor | null; running_var: Tensor | null; eps: number }

/**
 * A convolution that computes what `conv` and then `bn` compute in evaluation mode: the normalisation is folded into weight
 * and bias. The two modules stay as they are.
 *
 * @param transpose true for a transposed convolution, whose weight has the output channels second
 */
export function fuseConvBnEval<C extends ConvLike>(conv: C, bn: NormLike, transpose = false): C {
  if (conv.training || bn.training) throw new TorchError('Fusion only for eval!');
  if (!bn.running_mean || !bn.running_var) throw new TorchError('a batch normalisation without running statistics cannot be fused');
  const mean = bn.running_mean, perStd = bn.running_var.add(bn.eps).rsqrt(), fused = deepcopy(conv);
  noGrad(() => {
    const scale = bn.weight ? perStd.mul(bn.weight) : perStd, shape = conv.weight.shape.map((_, d) => (d === (transpose ? 1 : 0) ? -1 : 1));
    fused.weight = new Parameter(conv.weight.mul(scale.reshape(shape)).to(conv.weight.dtype), conv.weight.requiresGrad);
    const centred = conv.bias ? conv.bias.sub(mean).mul(scale) : mean.neg().mul(scale);
    fused.bias = new Parameter((bn.bias ? centred.add(bn.bias) : centred).to(conv.weight.dtype), conv.bias?.requiresGrad ?? true);
  });
  return fused;
}
