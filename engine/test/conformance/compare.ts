import * as torch from '../../src/index.ts';
import { Tensor } from '../../src/index.ts';

// How a recorded case becomes arguments and how results are compared. See fixtures/README.md for the format.

/** A tensor as it was recorded. */
export interface RecordedTensor { $: 'tensor'; dtype: torch.DType; shape: number[]; data: (number | boolean | string)[]; requiresGrad?: boolean }
/** A recorded value: plain JSON, in which objects with `$` stand for tensors, numbers that JSON lacks, dtypes and slices. */
export type Recorded = unknown;

export class Mismatch extends Error {}
/** The engine lacks what the case calls. */
export class Missing extends Error { constructor(name: string) { super(`not there: ${name}`); } }

const special: Record<string, number> = { nan: NaN, inf: Infinity, '-inf': -Infinity };
const scalar = (v: number | boolean | string): number | boolean => (typeof v === 'string' ? special[v] : v);
const tagged = (v: unknown): v is { $: string } & Record<string, unknown> => typeof v === 'object' && v !== null && '$' in v;

/** The arguments of a case; tensors that want a gradient are added to `leaves`. */
export function decode(v: Recorded, leaves?: Tensor[]): unknown {
  if (Array.isArray(v)) return v.map((x) => decode(x, leaves));
  if (v === null || typeof v !== 'object') return v;
  if (tagged(v)) {
    switch (v.$) {
      case 'tensor': {
        const r = v as unknown as RecordedTensor;
        let t = torch.tensor(r.data.map(scalar), { dtype: r.dtype }).reshape(r.shape);
        if (r.requiresGrad) { t = t.detach().requiresGrad_(true); leaves?.push(t); }
        return t;
      }
      case 'num': return special[v.v as string] ?? v.v;
      case 'dtype': return v.v;
      case 'slice': return [v.start ?? '', v.stop ?? '', ...(v.step == null ? [] : [v.step])].join(':');
      case 'ellipsis': return '...';
    }
  }
  return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, decode(x, leaves)]));
}

export const asList = (x: unknown): unknown[] => (x instanceof Tensor ? [x] : Array.isArray(x) ? x : x && typeof x === 'object' && Symbol.iterator in x ? [...(x as Iterable<unknown>)] : [x]);
export function* tensorsOf(x: unknown): IterableIterator<Tensor> {
  if (x instanceof Tensor) yield x;
  else if (x && typeof x === 'object') for (const y of asList(x)) if (y !== x) yield* tensorsOf(y);
}
export const flat = (t: Tensor): (number | boolean)[] => ([t.detach().tolist()] as unknown[]).flat(Infinity as 1) as (number | boolean)[];

const tolerance: Partial<Record<torch.DType, [number, number]>> = { float32: [1e-4, 1e-5], float64: [1e-7, 1e-8], float16: [4e-3, 2e-3], bfloat16: [3e-2, 1e-2] };

export function compareTensor(got: unknown, want: RecordedTensor, at: string): void {
  if (!(got instanceof Tensor)) throw new Mismatch(`${at}: expected a tensor, got ${typeof got}`);
  if (got.dtype !== want.dtype) throw new Mismatch(`${at}: dtype ${got.dtype}, want ${want.dtype}`);
  if (got.shape.join() !== want.shape.join()) throw new Mismatch(`${at}: shape [${got.shape.join()}], want [${want.shape.join()}]`);
  const values = flat(got), [rtol, atol] = tolerance[want.dtype] ?? [0, 0];
  want.data.forEach((raw, i) => {
    const w = Number(scalar(raw)), g = Number(values[i]);
    if (Number.isNaN(w) ? Number.isNaN(g) : g === w || Math.abs(g - w) <= atol + rtol * Math.abs(w)) return;
    throw new Mismatch(`${at}[${i}]: ${g}, want ${w}`);
  });
}

export function compare(got: unknown, want: Recorded, at = 'out'): void {
  if (tagged(want) && want.$ === 'tensor') return compareTensor(got, want as unknown as RecordedTensor, at);
  if (Array.isArray(want)) {
    const list = asList(got);
    if (list.length !== want.length) throw new Mismatch(`${at}: ${list.length} values, want ${want.length}`);
    return want.forEach((w, i) => compare(list[i], w, `${at}.${i}`));
  }
  const w = tagged(want) && want.$ === 'num' ? special[want.v as string] : want;
  if (typeof w === 'number' && typeof got === 'number') {
    if (!(Object.is(got, w) || Math.abs(got - w) <= 1e-6 + 1e-5 * Math.abs(w))) throw new Mismatch(`${at}: ${got}, want ${w}`);
  } else if (w !== null && got !== w) throw new Mismatch(`${at}: ${String(got)}, want ${String(w)}`);
}

/** Sends a fixed pattern of gradients back through all floating outputs, in float64 as the recorder did. */
export function backwardAll(out: unknown): void {
  let total: Tensor | null = null;
  for (const o of tensorsOf(out)) if (o.requiresGrad && o.dtype.includes('float')) {
    const pattern = torch.tensor(Float64Array.from({ length: o.count }, (_, i) => (((i * 7919) % 13) - 6) / 6)).reshape([...o.shape]);
    const s = o.to('float64').mul(pattern).sum();
    total = total ? total.add(s) : s;
  }
  total?.backward();
}

export function compareGrads(leaves: readonly Tensor[], grads: readonly (RecordedTensor | null)[]): void {
  grads.forEach((g, i) => {
    const got = leaves[i].grad;
    if (g === null) { if (got && flat(got).some((x) => x !== 0)) throw new Mismatch(`grad ${i}: expected none`); return; }
    if (!got) throw new Mismatch(`grad ${i}: missing`);
    compareTensor(got, g, `grad ${i}`);
  });
}
