import { kernels, type Kernel } from '../cpu/kernels.ts';
import { dtypeInfo } from '../tensor/dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * The kernel that takes a whole step on these tensors (the first is the parameter, the second its gradient) in one pass,
 * or null where they are not all contiguous, of one dtype (float32 or float64) and in the cpu's memory. It computes the
 * same numbers as the operators.
 */
export function stepKernel(name: 'sgd_step' | 'adam_step', tensors: readonly (Tensor | undefined)[]): Kernel | null {
  const { dtype, device } = tensors[0]!;
  if ((dtype !== 'float32' && dtype !== 'float64') || !/^(cpu|sim)/.test(device)) return null;
  for (const t of tensors) if (t && (!t.dense || t.dtype !== dtype || t.device !== device)) return null;
  return kernels[`${name}_${dtypeInfo(dtype).kernel}`];
}
/** Tells autograd that a kernel wrote to these tensors. */
export function written(...tensors: readonly (Tensor | undefined)[]): void { for (const t of tensors) if (t) t.storage.version++; }
