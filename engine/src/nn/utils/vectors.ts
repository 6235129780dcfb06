import { noGrad } from '../../autograd/modes.ts';
import { TorchError } from '../../errors.ts';
import { cat } from '../../ops/join.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** All parameters as one vector, in order. Gradients flow through it. */
export const parametersToVector = (parameters: Iterable<Tensor>): Tensor => cat([...parameters].map((p) => p.reshape(-1)));

/** Copies the numbers of a vector into the parameters, in order. */
export function vectorToParameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  const list = [...parameters], needed = list.reduce((n, p) => n + p.count, 0);
  if (vector.ndim !== 1 || vector.count < needed) throw new TorchError(`vector_to_parameters: the parameters take a vector of ${needed} elements, got shape [${vector.shape.join(', ')}]`, { operator: 'vectorToParameters', shapes: [vector.shape] });
  let at = 0;
  noGrad(() => { for (const p of list) { p.copy_(vector.narrow(0, at, p.count).reshape([...p.shape])); at += p.count; } });
}
