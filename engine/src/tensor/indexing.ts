import { TorchError } from '../errors.ts';
import { Tensor } from './tensor.ts';

/** Nested lists of integers or booleans: an index tensor or mask written out. */
export type IndexList = readonly (number | bigint | boolean | IndexList)[];
/**
 * One entry of an index, as between the brackets of Python's `x[…]`: an integer, a slice as a string (`':'`, `'1:3'`,
 * `'::2'`), `'...'`, null (a new dimension), a boolean, an index tensor or mask, or a list that stands for one.
 */
export type IndexItem = number | bigint | string | boolean | null | Tensor | IndexList;

/** Start, end and step of a slice; what was left out is null. */
export interface Slice { readonly start: number | null; readonly end: number | null; readonly step: number }

const python = (v: unknown): string => (v === undefined ? 'undefined' : typeof v === 'number' ? 'float' : typeof v === 'string' ? 'str' : typeof v === 'function' ? 'function' : 'dict');
/** What an entry that is none of the allowed ones raises. */
export const invalidIndex = (v: unknown): TorchError => new TorchError(
  `only integers, slices (\`:\`), ellipsis (\`...\`), None and long or byte Variables are valid indices (got ${python(v)}${typeof v === 'string' ? ` '${v}'` : ''})`, { operator: 'at' });

/** Reads a slice: `'1:3'`, `':-1'`, `'::2'`. Null where the text is none. */
export function parseSlice(text: string): Slice | null {
  const parts = text.split(':').map((s) => s.trim());
  if (parts.length < 2 || parts.length > 3 || parts.some((p) => !/^([+-]?\d+)?$/.test(p))) return null;
  const [start, end, step] = parts.map((p) => (p === '' ? null : Number(p)));
  const by = step ?? 1;
  if (by === 0) throw new TorchError('slice step cannot be zero', { operator: 'at' });
  if (by < 0) throw new TorchError('step must be greater than zero', { operator: 'at' });
  return { start, end, step: by };
}

/** Dimensions of the tensor that an entry uses up; `'...'`, null and booleans use none. */
export function dimsUsed(item: IndexItem): number {
  if (item === null || item === '...' || typeof item === 'boolean') return 0;
  if (item instanceof Tensor && (item.dtype === 'bool' || item.dtype === 'uint8')) return item.ndim;
  return 1;
}
