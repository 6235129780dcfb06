/** Compares what an attempt gave with what was expected, and says how the two differ. */
import type { Failure } from '../failure.ts';
import { analyse } from './analyse.ts';
import { describe, formatIndex, formatNumber, formatShape } from './describe.ts';
import { flatten, indexOf, isTensor, largestDifference, tolerance } from './tensors.ts';

export interface Tolerance {
  /** `|got - expected| <= atol + rtol * |expected|`; by default by dtype: exact for integers, 1e-4/1e-5 for float32. */
  rtol?: number;
  atol?: number;
}

/** The parts of a failure that a comparison can tell; undefined where the two agree. */
export type Difference = Pick<Failure, 'class' | 'says' | 'expected' | 'got' | 'at' | 'diagnosis' | 'maxAbsDiff'>;

/** Numbers of a value with a shape: a tensor, a number, a typed array, nested lists of equal lengths. */
interface Numbers { shape: readonly number[]; values: readonly number[]; dtype?: string; device?: string }

function numbersOf(value: unknown): Numbers | undefined {
  if (isTensor(value)) {
    return { shape: [...value.shape], values: flatten(value.tolist()), dtype: value.dtype, device: value.device };
  }
  if (typeof value === 'number') return { shape: [], values: [value] };
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const values = flatten(value);
    return { shape: [values.length], values };
  }
  if (!Array.isArray(value)) return undefined;
  const rows = value.map(numbersOf);
  const inner = rows[0]?.shape ?? [];
  const values: number[] = [];
  for (const row of rows) {
    if (row === undefined || row.dtype !== undefined || row.shape.join() !== inner.join()) return undefined;
    values.push(...row.values);
  }
  return { shape: [rows.length, ...inner], values };
}

/** Compares tensors or nested numbers: kind, then shape, then dtype and device, then values. */
export function difference(got: unknown, expected: unknown, name: string, given: Tolerance = {}): Difference | undefined {
  const want = numbersOf(expected);
  if (want === undefined) throw new TypeError(`toBeClose expects a tensor or nested numbers, not ${describe(expected)}`);
  const have = numbersOf(got);
  const shown = { expected: describe(expected), got: describe(got) };
  if (isTensor(expected) && !isTensor(got)) {
    return { class: 'TYPE', says: `${name} is not a tensor`, ...shown };
  }
  if (have === undefined || (typeof expected === 'number' && typeof got !== 'number' && have.shape.length > 0)) {
    return { class: 'TYPE', says: `${name} is not ${typeof expected === 'number' ? 'a number' : 'a rectangular list of numbers'}`, ...shown };
  }
  if (have.shape.join() !== want.shape.join()) {
    return {
      class: 'SHAPE', says: `${name} has shape ${formatShape(have.shape)}, expected ${formatShape(want.shape)}`, ...shown,
    };
  }
  if (want.dtype !== undefined && have.dtype !== undefined && have.dtype !== want.dtype) {
    return { class: 'DTYPE', says: `${name} has dtype ${have.dtype}, expected ${want.dtype}`, ...shown };
  }
  if (want.device !== undefined && have.device !== undefined && have.device !== want.device) {
    return { class: 'TYPE', says: `${name} is on device ${have.device}, expected ${want.device}`, ...shown };
  }
  const { rtol, atol } = { ...tolerance(want.dtype ?? have.dtype ?? 'float32'), ...given };
  const close = (g: number, e: number): boolean =>
    Object.is(g, e) || g === e || Math.abs(g - e) <= atol + rtol * Math.abs(e);
  const first = have.values.findIndex((g, i) => !close(g, want.values[i]!));
  if (first === -1) return undefined;
  const g = have.values[first]!;
  const e = want.values[first]!;
  const differing = have.values.filter((v, i) => !close(v, want.values[i]!)).length;
  const scalar = have.values.length === 1;
  const diagnosis = analyse({ got: have.values, expected: want.values, shape: want.shape, close });
  return {
    class: 'VALUE',
    says: scalar ? `${name} is ${formatNumber(g)}, expected ${formatNumber(e)}`
      : `${name} differs from what was expected in ${differing} of ${have.values.length} values`,
    ...shown,
    ...(scalar ? {} : { at: `${formatIndex(indexOf(first, want.shape))}: expected ${formatNumber(e)}, got ${formatNumber(g)}` }),
    ...(diagnosis === undefined || scalar ? {} : { diagnosis }),
    ...largestDifference(have.values, want.values),
  };
}

/** Whether two values are equal in structure; tensors by shape, dtype and exact values. */
export function equal(a: unknown, b: unknown): boolean {
  return firstInequality(a, b, '') === undefined;
}

/** Path to the first place where two values differ (`.labels[2]`), `''` for the values themselves. */
export function firstInequality(a: unknown, b: unknown, path: string): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (isTensor(a) || isTensor(b)) {
    return isTensor(a) && isTensor(b) && a.dtype === b.dtype && [...a.shape].join() === [...b.shape].join()
      ? firstInequality(a.tolist(), b.tolist(), path) : path;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return path;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return path;
  if (a instanceof Map || a instanceof Set) return firstInequality([...a], [...(b as typeof a)], path);
  if (Array.isArray(a) || ArrayBuffer.isView(a)) {
    const x = [...(a as Iterable<unknown>)];
    const y = [...(b as Iterable<unknown>)];
    for (let i = 0; i < Math.max(x.length, y.length); i++) {
      if (i >= x.length || i >= y.length) return `${path}[${i}]`;
      const inner = firstInequality(x[i], y[i], `${path}[${i}]`);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) {
    const inner = firstInequality((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}.${key}`);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
