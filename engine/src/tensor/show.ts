import { repr } from './print.ts';
import { flatReader } from './read.ts';
import type { Tensor } from './tensor.ts';

/** PyTorch's repr of a tensor. */
export function show(t: Tensor): string {
  const name = t.gradFn?.name;
  return repr({ shape: t.shape, dtype: t.dtype, device: t.device, requiresGrad: t.requiresGrad, read: flatReader(t), ...(name ? { gradFnName: name } : {}) });
}
