import { dtypeInfo, type ComputeType, type DType } from '../tensor/dtype.ts';
import { broadcastStrides, sameShape } from '../tensor/layout.ts';
import { Tensor, type Operand } from '../tensor/tensor.ts';
import { castElements, denseAs, spread } from './copy.ts';
import { heap, Storage } from './heap.ts';
import { kernels, type Kernel } from './kernels.ts';

const computeDType: Record<ComputeType, DType> = { f32: 'float32', f64: 'float64', i64: 'int64' };
/** The dtype that kernels use for values of `d`: float32, float64 or int64. */
export const workDType = (d: DType): DType => computeDType[dtypeInfo(d).compute];

// A number operand is put into memory as one element, one cell for each side.
const cells = new Storage(64);
function cell(side: number, value: number | boolean, dtype: DType): number {
  const at = cells.ptr + side * 8;
  if (dtype === 'float32') heap.f32[at / 4] = Number(value);
  else if (dtype === 'float64') heap.f64[at / 8] = Number(value);
  else heap.i64[at / 8] = BigInt(Math.trunc(Number(value)));
  return at;
}

/** Result of dtype `dtype` computed in `work`: writes straight into `out` where the two agree. */
function through(out: Tensor, work: DType, run: (ptr: number) => void): void {
  if (out.dtype === work && out.dense) { run(out.ptr); return; }
  const tmp = Tensor.allocate(out.shape, work, out.device);
  run(tmp.ptr);
  castElements(work, tmp.ptr, out.dtype, out.ptr, out.count);
}



/**
 * Runs a two-operand kernel `name_<type>` with broadcasting. Operands are converted to `dtype`'s compute type; the
 * kernel writes that type, or bool for comparisons (`toBool`).
 */
export function binary(name: string, out: Tensor, a: Operand, b: Operand, dtype: DType, toBool = false): void {
  if (out.count === 0) return;
  const work = workDType(dtype), kernel = kernels[`${name}_${dtypeInfo(work).kernel}`];
  if (!kernel) throw new Error(`no kernel ${name}_${dtypeInfo(work).kernel}`);
  const left = rounded(a, dtype, work), right = rounded(b, dtype, work);
  through(out, toBool ? 'bool' : work, (ptr) => loop2(kernel, out, left, right, work, ptr, toBool ? 1 : dtypeInfo(work).bytes));
}

/** A tensor operand in the compute type; a value of a narrower dtype is first converted to `dtype`, as PyTorch does. */
function rounded(x: Operand, dtype: DType, work: DType): Operand {
  if (!(x instanceof Tensor)) return x;
  if (x.dtype === work) return x;
  return denseAs(x.dtype === dtype || dtypeInfo(dtype).category !== 2 || dtype === work ? x : denseAs(x, dtype), work);
}

function loop2(kernel: Kernel, out: Tensor, a: Operand, b: Operand, work: DType, ptr: number, outBytes: number): void {
  const n = out.count;
  if (!(a instanceof Tensor)) { const t = b instanceof Tensor ? spread(b, out.shape) : null; kernel(cell(0, a, work), 0, 0, t ? t.ptr : cell(1, b as number, work), 0, t ? 1 : 0, ptr, 1, n); return; }
  if (!(b instanceof Tensor)) { kernel(spread(a, out.shape).ptr, 0, 1, cell(1, b, work), 0, 0, ptr, 1, n); return; }
  if (a.dense && b.dense && sameShape(a.shape, b.shape)) { kernel(a.ptr, 0, 1, b.ptr, 0, 1, ptr, 1, n); return; }
  if (b.count === 1 && a.dense && a.count === n) { kernel(a.ptr, 0, 1, b.ptr, 0, 0, ptr, 1, n); return; }
  if (a.count === 1 && b.dense && b.count === n) { kernel(a.ptr, 0, 0, b.ptr, 0, 1, ptr, 1, n); return; }
  const { dims, sa, sb, left, right } = coalesce(out, a, b);
  const bytes = dtypeInfo(work).bytes, k = dims.length;
  const n0 = dims[k - 1], n1 = k > 1 ? dims[k - 2] : 1, sa1 = k > 1 ? sa[k - 2] : 0, sb1 = k > 1 ? sb[k - 2] : 0;
  const outer = dims.slice(0, -2), index = outer.map(() => 0), block = n0 * n1 * outBytes;
  let pa = left.ptr, pb = right.ptr, po = ptr;
  for (;;) {
    kernel(pa, sa1, sa[k - 1], pb, sb1, sb[k - 1], po, n1, n0);
    po += block;
    let d = outer.length - 1;
    for (; d >= 0; d--) {
      pa += sa[d] * bytes; pb += sb[d] * bytes;
      if (++index[d] < outer[d]) break;
      pa -= sa[d] * bytes * outer[d]; pb -= sb[d] * bytes * outer[d]; index[d] = 0;
    }
    if (d < 0) return;
  }
}

/** Dimensions of the common loop with neighbours merged where both operands allow it. An operand whose innermost step is neither 0 nor 1 is copied first. */
function coalesce(out: Tensor, a: Tensor, b: Tensor): { dims: number[]; sa: number[]; sb: number[]; left: Tensor; right: Tensor } {
  const merge = (left: Tensor, right: Tensor): { dims: number[]; sa: number[]; sb: number[] } => {
    const fa = broadcastStrides(left.shape, left.strides, out.shape), fb = broadcastStrides(right.shape, right.strides, out.shape);
    const dims: number[] = [], sa: number[] = [], sb: number[] = [];
    for (let d = 0; d < out.ndim; d++) {
      const n = out.shape[d], last = dims.length - 1;
      if (n === 1) continue;
      if (last >= 0 && sa[last] === fa[d] * n && sb[last] === fb[d] * n) { dims[last] *= n; sa[last] = fa[d]; sb[last] = fb[d]; }
      else { dims.push(n); sa.push(fa[d]); sb.push(fb[d]); }
    }
    return dims.length ? { dims, sa, sb } : { dims: [1], sa: [0], sb: [0] };
  };
  const m = merge(a, b), inner = m.dims.length - 1;
  const left = m.sa[inner] > 1 || m.sa[inner] < 0 ? spread(a, out.shape) : a, right = m.sb[inner] > 1 || m.sb[inner] < 0 ? spread(b, out.shape) : b;
  return { ...(left === a && right === b ? m : merge(left, right)), left, right };
}

/** Runs a one-operand kernel `name_<type>(x, out, n, …extra)` on the values converted to `dtype`'s compute type. */
export function unary(name: string, out: Tensor, x: Tensor, dtype: DType, toBool = false, ...extra: number[]): void {
  if (out.count === 0) return;
  const work = workDType(dtype), kernel = kernels[`${name}_${dtypeInfo(work).kernel}`];
  if (!kernel) throw new Error(`no kernel ${name}_${dtypeInfo(work).kernel}`);
  const src = denseAs(x, work);
  through(out, toBool ? 'bool' : work, (ptr) => kernel(src.ptr, ptr, out.count, ...extra));
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
