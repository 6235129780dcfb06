/**
 * What probably went wrong when no fingerprint fits: each rule looks at two lists of numbers of one shape.
 * The first rule that recognises the difference gives the diagnosis.
 */
import { formatNumber } from './describe.ts';

export interface Comparison {
  got: readonly number[];
  expected: readonly number[];
  shape: readonly number[];
  close(got: number, expected: number): boolean;
}

type Rule = (c: Comparison) => string | undefined;

const all = (c: Comparison, holds: (got: number, expected: number, i: number) => boolean): boolean =>
  c.got.every((g, i) => holds(g, c.expected[i]!, i));

const notANumber: Rule = (c) => {
  const bad = c.got.filter((g) => Number.isNaN(g)).length;
  if (bad === 0 || c.expected.some((e) => Number.isNaN(e))) return undefined;
  return bad === c.got.length ? 'every value is NaN' : `${bad} of ${c.got.length} values are NaN`;
};

const zero: Rule = (c) =>
  c.got.length > 1 && all(c, (g) => g === 0) ? 'every value is 0: nothing was written into the result' : undefined;

const constant: Rule = (c) =>
  c.got.length > 1 && new Set(c.got).size === 1 && new Set(c.expected).size > 1
    ? `every value is ${formatNumber(c.got[0]!)}, whatever the input` : undefined;

const sign: Rule = (c) => (all(c, (g, e) => c.close(-g, e)) ? 'the sign is reversed' : undefined);

const factor: Rule = (c) => {
  if (c.got.length < 2) return undefined;
  const k = c.expected.findIndex((e) => Math.abs(e) > 1e-3);
  if (k === -1) return undefined;
  const ratio = c.got[k]! / c.expected[k]!;
  if (!Number.isFinite(ratio) || ratio === 0 || !all(c, (g, e) => c.close(g / ratio, e))) return undefined;
  return `every value is ${formatNumber(ratio)} times what it should be`;
};

const offset: Rule = (c) => {
  if (c.got.length < 2) return undefined;
  const difference = c.got[0]! - c.expected[0]!;
  return all(c, (g, e) => c.close(g - difference, e)) ? `every value is off by ${formatNumber(difference)}` : undefined;
};

const transposed: Rule = (c) => {
  const [rows, columns] = c.shape;
  if (c.shape.length !== 2 || rows === undefined || rows !== columns || rows < 2) return undefined;
  return all(c, (g, _, i) => c.close(g, c.expected[(i % rows) * rows + Math.floor(i / rows)]!)) ? 'it looks transposed' : undefined;
};

const reversed: Rule = (c) =>
  c.shape.length === 1 && c.got.length > 1 && all(c, (g, _, i) => c.close(g, c.expected[c.expected.length - 1 - i]!))
    ? 'the order is reversed' : undefined;

const scrambled: Rule = (c) => {
  if (c.got.length < 4) return undefined;
  const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
  const e = sorted(c.expected);
  return sorted(c.got).every((g, i) => c.close(g, e[i]!)) ? 'the values are right but stand in the wrong places' : undefined;
};

/** Names the one slice of a dimension that differs, if all others agree. */
const oneSlice: Rule = (c) => {
  const wrong = c.got.flatMap((g, i) => (c.close(g, c.expected[i]!) ? [] : [i]));
  for (let d = 0, inner = c.got.length; d < c.shape.length; d++) {
    const size = c.shape[d]!;
    inner /= size;
    const slices = new Set(wrong.map((i) => Math.floor(i / inner) % size));
    if (size < 3 || slices.size !== 1) continue;
    const [k] = slices;
    const place = k === size - 1 ? 'the last' : k === 0 ? 'the first' : `number ${k}`;
    return `only ${place} of the ${size} slices along dimension ${d} differs`;
  }
  return undefined;
};

const rules: readonly Rule[] = [
  notANumber, zero, constant, sign, factor, offset, transposed, reversed, scrambled, oneSlice,
];

/** A diagnosis of a difference, or undefined where none of the rules fits. */
export function analyse(comparison: Comparison): string | undefined {
  for (const rule of rules) {
    const found = rule(comparison);
    if (found !== undefined) return found;
  }
  return undefined;
}
