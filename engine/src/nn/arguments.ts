import { bind, parseSchema } from '../ops/schema.ts';
import type { DType } from '../tensor/dtype.ts';

/** Where and how the parameters of a layer are made. */
export interface FactoryOptions { device?: string | null; dtype?: DType | null }
/** The signature's end of every layer that has parameters. */
export const FACTORY = 'Device? device=None, ScalarType? dtype=None';

/**
 * The constructor arguments of a layer as one object, with PyTorch's names in camelCase: positional ones, then keywords
 * from a trailing object, then defaults.
 *
 * @param text the signature, in the notation of `parseSchema`
 */
export function signature<T extends object>(text: string): (args: readonly unknown[]) => T {
  const schema = parseSchema(text);
  return (args) => {
    const values = bind(schema, args, 0);
    return Object.fromEntries(schema.params.map((p, i) => [p.name, values[i]])) as T;
  };
}

/** What `empty` and its like take of a layer's arguments. */
export const factory = (a: FactoryOptions): FactoryOptions => ({ device: a.device ?? null, dtype: a.dtype ?? null });

/** A value as Python prints it. */
export function py(v: unknown): string {
  if (v === null || v === undefined) return 'None';
  if (typeof v === 'boolean') return v ? 'True' : 'False';
  if (Array.isArray(v)) return v.length === 1 ? `(${py(v[0])},)` : `(${v.map(py).join(', ')})`;
  if (typeof v !== 'number') return String(v);
  if (v === Infinity || v === -Infinity) return v > 0 ? 'inf' : '-inf';
  return v !== 0 && (Math.abs(v) < 1e-4 || Math.abs(v) >= 1e16) ? v.toExponential().replace(/e([+-])(\d)$/, 'e$10$2') : String(v);
}
/** A number that Python holds as a float: `1.0`. */
export const real = (v: number | null): string => (v !== null && Number.isInteger(v) && Math.abs(v) < 1e16 ? v.toFixed(1) : py(v));
/** `name=value` pairs, as `extraRepr` gives them. */
export const pairs = (entries: Readonly<Record<string, string>>): string => Object.entries(entries).map(([k, v]) => `${k}=${v}`).join(', ');
