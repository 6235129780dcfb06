import { dtypeInfo, type ComputeType, type DType } from '../tensor/dtype.ts';
import { broadcastStrides, type Shape } from '../tensor/layout.ts';
import { Tensor, type Operand } from '../tensor/tensor.ts';
import { castElements, denseAs, spread } from './copy.ts';
import { heap, Storage } from './heap.ts';
import { kernels, type Kernel } from './kernels.ts';

const computeDType: Record<ComputeType, DType> = { f32: 'float32', f64: 'float64', i64: 'int64' };
/** The dtype that kernels use for values of `d`: float32, float64 or int64. */
export const workDType = (d: DType): DType => computeDType[dtypeInfo(d).compute];

// A number operand is put into memory as one element, one cell for each side; the last is for conversions.
const CELLS = 8, cells = new Storage(CELLS * 8);
function cell(side: number, value: number | boolean, dtype: DType): number {
  const at = cells.ptr + side * 8;
  switch (dtype) {
    case 'float32': heap.f32[at / 4] = Number(value); break;
    case 'float64': heap.f64[at / 8] = Number(value); break;
    case 'int64': heap.i64[at / 8] = BigInt(Math.trunc(Number(value))); break;
    default: castElements(workDType(dtype), cell(CELLS - 1, value, workDType(dtype)), dtype, at, 1);
  }
  return at;
}

/** Result of dtype `dtype` computed in `work`: writes straight into `out` where the two agree. */
function through(out: Tensor, work: DType, run: (ptr: number) => void): void {
  if (out.dtype === work && out.dense) { run(out.ptr); return; }
  const tmp = Tensor.allocate(out.shape, work, out.device);
  run(tmp.ptr);
  castElements(work, tmp.ptr, out.dtype, out.ptr, out.count);
}

// Kernels by type and name: building `name_f32` at every call would cost more than a small kernel does.
const found: Partial<Record<DType, Map<string, Kernel>>> = { float32: new Map(), float64: new Map(), int64: new Map() };
function kernelFor(name: string, work: DType): Kernel {
  const known = found[work]!.get(name);
  if (known) return known;
  const kernel = kernels[`${name}_${dtypeInfo(work).kernel}`];
  if (!kernel) throw new Error(`no kernel ${name}_${dtypeInfo(work).kernel}`);
  found[work]!.set(name, kernel);
  return kernel;
}

/**
 * Runs a two-operand kernel `name_<type>` with broadcasting. Operands are converted to `dtype`'s compute type; the
 * kernel writes that type, or bool for comparisons (`toBool`).
 */
export function binary(name: string, out: Tensor, a: Operand, b: Operand, dtype: DType, toBool = false): void {
  const n = out.count;
  if (n === 0) return;
  const work = workDType(dtype), kernel = kernelFor(name, work);
  // The everyday case without any preparation: small tensors depend on it.
  if (out.dtype === work && out.dense && a instanceof Tensor && a.dtype === work && a.dense && a.count === n) {
    if (!(b instanceof Tensor)) { kernel(a.ptr, 0, 1, cell(1, b, work), 0, 0, out.ptr, 1, n); return; }
    if (b.dtype === work && b.dense) {
      if (b.count === n) { kernel(a.ptr, 0, 1, b.ptr, 0, 1, out.ptr, 1, n); return; }
      if (isRow(b.shape, out.shape)) { kernel(a.ptr, b.count, 1, b.ptr, 0, 1, out.ptr, n / b.count, b.count); return; }
    }
  }
  const left = rounded(a, dtype, work), right = rounded(b, dtype, work);
  through(out, toBool ? 'bool' : work, (ptr) => loop(kernel, out.shape, n, [left, right], work, ptr, toBool ? 1 : dtypeInfo(work).bytes));
}

/** True where `row` is what the last dimensions of `shape` are, as a bias is. */
function isRow(row: Shape, shape: Shape): boolean {
  const lead = shape.length - row.length;
  for (let i = 0; i < row.length; i++) if (row[i] !== shape[i + lead]) return false;
  return lead >= 0;
}

/** How integers wrap around that are read as a narrow type: -1 is 255 as uint8. */
const wrapping: Partial<Record<DType, (v: number) => number>> = { uint8: (v) => v & 255, int8: (v) => (v << 24) >> 24, int16: (v) => (v << 16) >> 16, int32: (v) => v | 0 };

/** An operand in the compute type, first converted to the narrower `dtype`, as PyTorch does. The second number of a float stays exact. */
function rounded(x: Operand, dtype: DType, work: DType): Operand {
  if (!(x instanceof Tensor)) return wrapping[dtype]?.(Number(x)) ?? x;
  return dtype === work ? denseAs(x, work) : denseAs(denseAs(x, dtype), work);
}

/** `condition ? a : b` with broadcasting, into the contiguous `out`. */
export function select(out: Tensor, condition: Tensor, a: Operand, b: Operand): void {
  if (out.count === 0) return;
  const to = (x: Operand): Operand => (x instanceof Tensor ? denseAs(x, out.dtype) : x), { bytes } = dtypeInfo(out.dtype);
  loop(kernels[`where_${bytes}`], out.shape, out.count, [condition.dtype === 'bool' ? condition : denseAs(condition, 'bool'), to(a), to(b)], out.dtype, out.ptr, bytes);
}

/** Calls a kernel (pointer, outer stride, inner stride for each operand; out, rows, columns) so often that all of `shape` is covered. */
function loop(kernel: Kernel, shape: Shape, n: number, operands: readonly Operand[], dtype: DType, out: number, outBytes: number): void {
  const args: number[] = [];
  for (let k = 0; k < operands.length; k++) {
    const x = operands[k];
    if (!(x instanceof Tensor)) args.push(cell(k, x, dtype), 0, 0);
    else if (x.dense && x.count === n) args.push(x.ptr, 0, 1);
    else if (x.count === 1) args.push(x.ptr, 0, 0);
    else { broadcastLoop(kernel, shape, operands, dtype, out, outBytes); return; }
  }
  args.push(out, 1, n);
  kernel(...args);
}

/** One operand along the merged dimensions of a broadcast loop. */
interface Side { readonly ptr: number; readonly bytes: number; readonly steps: number[] }

/** Dimensions with neighbours merged where all operands allow it; steps in elements. */
function merged(shape: Shape, operands: readonly Operand[]): { dims: number[]; steps: number[][] } {
  const full = operands.map((x) => (x instanceof Tensor ? broadcastStrides(x.shape, x.strides, shape) : null));
  const dims: number[] = [], steps = operands.map((): number[] => []);
  shape.forEach((n, d) => {
    if (n === 1) return;
    const last = dims.length - 1;
    if (last >= 0 && full.every((f, k) => f === null || steps[k][last] === f[d] * n)) { dims[last] *= n; full.forEach((f, k) => { steps[k][last] = f?.[d] ?? 0; }); }
    else { dims.push(n); full.forEach((f, k) => steps[k].push(f?.[d] ?? 0)); }
  });
  return dims.length ? { dims, steps } : { dims: [1], steps: operands.map(() => [0]) };
}

function broadcastLoop(kernel: Kernel, shape: Shape, operands: readonly Operand[], dtype: DType, out: number, outBytes: number): void {
  let { dims, steps } = merged(shape, operands), ops = operands;
  // Kernels are fast for inner steps 0 and 1; an operand with another is copied first.
  if (steps.some((s) => s[dims.length - 1] > 1)) {
    ops = operands.map((x, k) => (x instanceof Tensor && steps[k][dims.length - 1] > 1 ? spread(x, shape) : x));
    ({ dims, steps } = merged(shape, ops));
  }
  const sides: Side[] = ops.map((x, k) => ({ ptr: x instanceof Tensor ? x.ptr : cell(k, x, dtype), bytes: x instanceof Tensor ? dtypeInfo(x.dtype).bytes : 0, steps: steps[k] }));
  const k = dims.length, n0 = dims[k - 1], n1 = k > 1 ? dims[k - 2] : 1, outer = dims.slice(0, -2), index = outer.map(() => 0);
  const args = [...sides.flatMap((s) => [s.ptr, k > 1 ? s.steps[k - 2] : 0, s.steps[k - 1]]), out, n1, n0], outAt = sides.length * 3;
  for (;;) {
    kernel(...args);
    args[outAt] += n0 * n1 * outBytes;
    let d = outer.length - 1;
    for (; d >= 0; d--) {
      const wraps = ++index[d] === outer[d];
      if (wraps) index[d] = 0;
      sides.forEach((s, i) => { args[i * 3] += s.steps[d] * s.bytes * (wraps ? 1 - outer[d] : 1); });
      if (!wraps) break;
    }
    if (d < 0) return;
  }
}

/** Runs a one-operand kernel `name_<type>(x, …numbers, out, n)` on the values converted to `dtype`'s compute type. */
export function unary(name: string, out: Tensor, x: Tensor, dtype: DType, toBool = false, ...numbers: number[]): void {
  if (out.count === 0) return;
  const work = workDType(dtype), kernel = kernelFor(name, work), src = denseAs(x, work);
  through(out, toBool ? 'bool' : work, (ptr) => kernel(src.ptr, ...numbers, ptr, out.count));
}

/** Runs a kernel `name_<type>(a, b, …numbers, out, n)` on tensors that broadcast to the result's shape. */
export function zip(name: string, out: Tensor, inputs: readonly Tensor[], ...numbers: number[]): void {
  if (out.count === 0) return;
  const work = workDType(out.dtype), kernel = kernelFor(name, work), sources = inputs.map((x) => spread(denseAs(x, work), out.shape));
  // An int64 kernel takes its numbers as bigints.
  const given = (work === 'int64' ? numbers.map((v) => BigInt(v)) : numbers) as number[];
  through(out, work, (ptr) => kernel(...sources.map((s) => s.ptr), ...given, ptr, out.count));
}

/** Computes each element with a JavaScript function of doubles: for operators that training does not wait for. */
export function mapElements(out: Tensor, inputs: readonly Operand[], fn: (...v: number[]) => number): void {
  const f64 = inputs.map((x) => (x instanceof Tensor ? (spread(denseAs(x, 'float64'), out.shape).window() as Float64Array) : Number(x)));
  const tmp = out.dtype === 'float64' && out.dense ? out : Tensor.allocate(out.shape, 'float64', out.device);
  const to = tmp.window() as Float64Array, v = new Array<number>(inputs.length);
  for (let i = 0; i < to.length; i++) {
    for (let k = 0; k < v.length; k++) { const s = f64[k]; v[k] = typeof s === 'number' ? s : s[i]; }
    to[i] = fn(...v);
  }
  if (tmp !== out) castElements('float64', tmp.ptr, out.dtype, out.ptr, out.count);
}
