import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { TorchError } from '../src/errors.ts';
import type { DType } from '../src/tensor/dtype.ts';
import { getPrintoptions, repr, setPrintoptions, type PrintOptions, type Printable } from '../src/tensor/print.ts';

type Value = number | boolean | 'nan' | 'inf' | '-inf';
const lines = (name: string) => gunzipSync(readFileSync(new URL(`fixtures/${name}`, import.meta.url))).toString().trim().split('\n');
const special = { nan: NaN, inf: Infinity, '-inf': -Infinity };
const valueOf = (v: Value) => (typeof v === 'string' ? special[v] : v);
const printable = (shape: number[], dtype: DType, read: (i: number) => number | boolean, more: Partial<Printable> = {}): Printable => ({ shape, dtype, device: 'cpu', requiresGrad: false, read, ...more });
const floats = (values: number[], more: Partial<Printable> = {}) => printable([values.length], 'float32', (i) => Math.fround(values[i]), more);

afterEach(() => setPrintoptions({ profile: 'default' }));

interface Case { expr?: string; input: { dtype: DType; shape: number[]; data: Value[]; requiresGrad?: boolean }; then?: string; repr: string }
describe('PyTorch\'s repr', () => {
  const cases = lines('repr.jsonl.gz').map((l) => JSON.parse(l) as Case);
  it.each(cases.map((c) => [c.repr.replaceAll('\n', ' ').slice(0, 70), c] as const))('%s', (_, c) => {
    if (c.expr) {
      const [, fn, sizes] = /^torch\.(zeros|ones)\(([\d,]+)\)$/.exec(c.expr)!;
      expect(repr(printable(sizes.split(',').map(Number), 'float32', () => (fn === 'ones' ? 1 : 0)))).toBe(c.repr);
    } else {
      const { dtype, shape, data, requiresGrad = false } = c.input;
      const scale = c.then ? 2 : 1; // the only continuation recorded is mul(2)
      const read = (i: number) => { const v = valueOf(data[i]); return typeof v === 'boolean' ? v : v * scale; };
      expect(repr(printable(shape, dtype, read, { requiresGrad, ...(c.then && { gradFnName: 'MulBackward0' }) }))).toBe(c.repr);
    }
  });
});

// Recorded from PyTorch 1.13: exact ties, bit patterns, every dtype, line breaks, options, summaries.
interface Recorded { dtype: DType; shape: number[]; requiresGrad: boolean; gradFn: string | null; options: Partial<PrintOptions> & { profile?: 'short' | 'full' }; data?: Value[]; divisor?: number; repr: string }
it('prints as recorded, whatever the values and options', () => {
  const cases = lines('print.jsonl.gz').map((l) => JSON.parse(l) as Recorded);
  expect(cases.length).toBeGreaterThan(500);
  for (const c of cases) {
    setPrintoptions({ profile: 'default', ...c.options });
    // Large tensors are given by a formula.
    const round = c.dtype === 'float32' ? Math.fround : (x: number) => x;
    const read = (i: number) => { const v = c.data ? valueOf(c.data[i]) : round((((i * 7919) % 1013) - 500) / c.divisor!); return c.dtype === 'bool' ? Boolean(v) : v; };
    expect(repr(printable(c.shape, c.dtype, read, { requiresGrad: c.requiresGrad, ...(c.gradFn && { gradFnName: c.gradFn }) }))).toBe(c.repr);
  }
});

describe('what the recordings lack', () => {
  it('devices', () => {
    expect(repr(floats([1, 2], { device: 'cuda:0' }))).toBe("tensor([1., 2.], device='cuda:0')");
    expect(repr(printable([0], 'int64', () => 0, { device: 'sim:1', requiresGrad: false }))).toBe("tensor([], device='sim:1', dtype=torch.int64)");
  });
  it('a forced notation (widths since PyTorch 2: those of the notation that is printed)', () => {
    setPrintoptions({ sciMode: false });
    expect(repr(floats([1e30, 1]))).toBe('tensor([1000000015047466219876688855040.,                               1.])');
    expect(repr(floats([1e-5, 2.5]))).toBe('tensor([0.0000, 2.5000])');
    setPrintoptions({ sciMode: true });
    expect(repr(floats([1, -2]))).toBe('tensor([ 1.0000e+00, -2.0000e+00])');
    expect(repr(floats([0, NaN]))).toBe('tensor([0., nan])');
  });
  it('no items at the ends', () => {
    setPrintoptions({ edgeitems: 0, threshold: 3 });
    expect(repr(floats([1, 2, 3, 4]))).toBe('tensor([...], size=(4,))');
    expect(repr(printable([2, 3], 'float32', (i) => i))).toBe('tensor([...], size=(2, 3))');
  });
  it('integers beyond 2^53', () => {
    expect(repr({ ...printable([2], 'int64', () => 0), read: (i) => (i ? 1n : -(2n ** 63n)) })).toBe('tensor([-9223372036854775808,                    1])');
  });
  it('reads printed elements only', () => {
    let reads = 0;
    repr(printable([1000, 1000, 1000], 'float32', (i) => { reads++; return i; }));
    expect(reads).toBe(6 ** 3);
  });
  it('options stay but for sciMode, and unknown profiles are refused', () => {
    setPrintoptions({ precision: 2, sciMode: true });
    setPrintoptions({ linewidth: 100 });
    expect(getPrintoptions()).toEqual({ precision: 2, threshold: 1000, edgeitems: 3, linewidth: 100, sciMode: null });
    expect(() => setPrintoptions({ profile: 'long' as 'full' })).toThrow(TorchError);
  });
});
