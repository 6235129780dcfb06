import { inspect } from 'node:util';
import type { Tensor } from '../tensor/tensor.ts';

/** Several tensors under names, in order: `const [values, indices] = x.max(1)` and `x.max(1).values`. */
export type Results<N extends readonly string[]> = { readonly [I in keyof N]: Tensor } & { readonly [K in N[number]]: Tensor };
/** What searches along a dimension give. */
export type ValuesAndIndices = Results<readonly ['values', 'indices']>;

/**
 * A list of tensors that also has them by name and prints as PyTorch's: `torch.return_types.max(…)`.
 *
 * @param name of the operator in PyTorch (`linalg_qr`)
 */
export function results<const N extends readonly string[]>(name: string, names: N, tensors: readonly Tensor[]): Results<N> {
  const list: Tensor[] = [...tensors];
  const printed = names.map((n) => n.replace(/(?<=[a-z])[A-Z]/g, (c) => `_${c.toLowerCase()}`));
  const text = (): string => `torch.return_types.${name}(\n${printed.map((n, i) => `${n}=${String(list[i])}`).join(',\n')})`;
  const hidden: PropertyDescriptorMap = { toString: { value: text }, [inspect.custom]: { value: text } };
  names.forEach((n, i) => { hidden[n] = { value: list[i] }; });
  return Object.defineProperties(list, hidden) as unknown as Results<N>;
}
