import { noGrad } from '../../autograd/modes.ts';
import { TorchError } from '../../errors.ts';
import { tensor } from '../../ops/create.ts';
import { stack } from '../../ops/join.ts';
import { observers } from '../../ops/observe.ts';
import { Tensor } from '../../tensor/tensor.ts';

/** Options of `clipGradNorm_`. `foreach` is accepted for PyTorch's sake and changes nothing. */
export interface ClipOptions { normType?: number; errorIfNonfinite?: boolean; foreach?: boolean | null }
type Tensors = Tensor | Iterable<Tensor>;

const listOf = (parameters: Tensors): Tensor[] => (parameters instanceof Tensor ? [parameters] : [...parameters]);
const gradsOf = (parameters: Tensors): Tensor[] => listOf(parameters).flatMap((p) => p.grad ?? []);
const norm = (tensors: readonly Tensor[], normType: number): Tensor => (tensors.length ? stack(tensors.map((t) => t.norm(normType))).norm(normType) : tensor(0));
function checkFinite(total: Tensor, normType: number): void {
  if (!Number.isFinite(total.item())) throw new TorchError(`The total norm of order ${normType.toFixed(1)} for gradients from \`parameters\` is non-finite, so it cannot be clipped. To disable this error and scale the gradients by the non-finite norm anyway, set \`error_if_nonfinite=False\``, { operator: 'clipGradNorm_' });
}

/** The norm of all tensors taken together as one vector; a tensor without dimensions. */
export function getTotalNorm(tensors: Tensors, normType: number | ClipOptions = 2, errorIfNonfinite = false): Tensor {
  const o = typeof normType === 'number' ? { normType, errorIfNonfinite } : { normType: 2, ...normType }, total = norm(listOf(tensors), o.normType);
  if (o.errorIfNonfinite) checkFinite(total, o.normType);
  return total;
}

/**
 * Scales all gradients by one factor so that their norm, taken together, is at most `maxNorm`; smaller ones stay as they
 * are. Call it after `backward` (and after `unscale_`, with a GradScaler) and before `step`.
 *
 * @returns the norm before clipping, a tensor without dimensions
 * @example
 * loss.backward();
 * nn.utils.clipGradNorm_(model.parameters(), 1);
 * optimizer.step();
 */
export function clipGradNorm_(parameters: Tensors, maxNorm: number, normType: number | ClipOptions = 2, errorIfNonfinite = false): Tensor {
  const o = typeof normType === 'number' ? { normType, errorIfNonfinite } : { normType: 2, ...normType }, grads = gradsOf(parameters);
  observers.event('clip', grads);
  return noGrad(() => observers.inside(() => {
    const total = norm(grads, o.normType);
    if (o.errorIfNonfinite) checkFinite(total, o.normType);
    // PyTorch multiplies by the factor even where it is 1; a NaN norm makes every gradient NaN.
    const factor = total.add(1e-6).reciprocal().mul(maxNorm).clamp({ max: 1 });
    for (const g of grads) g.mul_(factor);
    return total;
  }));
}

/** Cuts every value of every gradient to the range from -clipValue to clipValue. This changes the direction of the step. */
export function clipGradValue_(parameters: Tensors, clipValue: number): void {
  const grads = gradsOf(parameters);
  observers.event('clip', grads);
  noGrad(() => observers.inside(() => { for (const g of grads) g.clamp_(-clipValue, clipValue); }));
}
