import { dtypeInfo } from '../tensor/dtype.ts';
import { contiguousStrides, numelOf, viewStrides, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { castElements, copyInto, denseAs } from './copy.ts';
import { scratch } from './heap.ts';
import { kernels } from './kernels.ts';
import { workDType } from './pointwise.ts';
import { parallel, ranges } from './threads.ts';

/** The operands of a product of matrices: addresses in bytes, strides in elements. */
export interface Matrices { readonly m: number; readonly n: number; readonly k: number; readonly a: number; readonly rsa: number; readonly csa: number; readonly b: number; readonly rsb: number; readonly csb: number; readonly c: number; readonly accumulate: boolean; readonly bias?: number }

/** Multiply-adds for which a second thread pays: it costs some 10 µs to wake. */
const PARALLEL_FROM = 2 ** 20;

/** c[m, n] (row-major) = a · b, plus a row `bias`, on as many threads as the work is worth. */
export function gemm(type: string, size: number, p: Matrices): void {
  const { m, n, k } = p, name = `gemm_${type}`, rows = m >= n;
  const cuts = m * n * k < PARALLEL_FROM ? null : rows ? ranges(m, 8, 4) : ranges(n, 16, 8);
  const part = (m0: number, m1: number, n0: number, n1: number, work: number): number[] =>
    [m1 - m0, n1 - n0, k, p.a + m0 * p.rsa * size, p.rsa, p.csa, p.b + n0 * p.csb * size, p.rsb, p.csb, p.c + (m0 * n + n0) * size, n, p.accumulate ? 1 : 0, p.bias ? p.bias + n0 * size : 0, work];
  if (!cuts || cuts.length === 1) { kernels[name](m, n, k, p.a, p.rsa, p.csa, p.b, p.rsb, p.csb, p.c, n, p.accumulate ? 1 : 0, p.bias ?? 0, scratch(kernels[`gemm_scratch_${type}`](m, n, k))); return; }
  const each = align(kernels[`gemm_scratch_${type}`](m, n, k) >>> 0), work = scratch(each * cuts.length);
  parallel(name, cuts.map(([from, to], i) => (rows ? part(from, to, 0, n, work + i * each) : part(0, m, from, to, work + i * each))));
}
const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Strides of the dimensions before the last two, 0 where `t` is repeated. */
function batchStrides(t: Tensor, batch: Shape): number[] {
  const lead = batch.length - (t.ndim - 2);
  return batch.map((_, i) => (i < lead || t.shape[i - lead] === 1 ? 0 : t.strides[i - lead]));
}

/**
 * out[…, m, n] = a[…, m, k] · b[…, k, n], batch dimensions broadcast, with any strides: nothing is copied but what has
 * to be converted to the compute type. `bias` (n elements) is added to every row; with `accumulate` the products are
 * added to what `out` holds. `out` is contiguous.
 */
export function product(out: Tensor, a: Tensor, b: Tensor, bias: Tensor | null = null, accumulate = false): void {
  const work = workDType(out.dtype), type = dtypeInfo(work).kernel, size = dtypeInfo(work).bytes;
  const left = a.dtype === work ? a : denseAs(a, work), right = b.dtype === work ? b : denseAs(b, work), row = bias && denseAs(bias, work);
  const to = out.dtype === work ? out : Tensor.allocate(out.shape, work, out.device);
  if (to !== out && accumulate) copyInto(to, out);
  if (out.ndim === 2 && left.ndim === 2 && right.ndim === 2) {
    const [m, n] = out.shape, k = left.shape[1];
    gemm(type, size, { m, n, k, a: left.ptr, rsa: left.strides[0], csa: left.strides[1], b: right.ptr, rsb: right.strides[0], csb: right.strides[1], c: to.ptr, accumulate, bias: row ? row.ptr : 0 });
  } else multiplyBatches(to, left, right, row ? row.ptr : 0, accumulate, type, size);
  if (to !== out) castElements(work, to.ptr, out.dtype, out.ptr, out.count);
}

function multiplyBatches(to: Tensor, left: Tensor, right: Tensor, bias: number, accumulate: boolean, type: string, size: number): void {
  const batch = to.shape.slice(0, -2), count = numelOf(batch), [m, n] = to.shape.slice(-2), k = left.shape[left.ndim - 1];
  const [rsa, csa] = left.strides.slice(-2), [rsb, csb] = right.strides.slice(-2), sa = batchStrides(left, batch), sb = batchStrides(right, batch);
  const run = (times: number, bsa: number, bsb: number, rows: number, step: number, pa: number, pb: number, pc: number): void => {
    if (times === 1) { gemm(type, size, { m: rows, n, k, a: pa, rsa: step, csa, b: pb, rsb, csb, c: pc, accumulate, bias }); return; }
    const each = align(kernels[`gemm_scratch_${type}`](rows, n, k) >>> 0), cuts = times * rows * n * k < PARALLEL_FROM ? [[0, times]] : ranges(times, 1), work = scratch(each * cuts.length);
    parallel(`bgemm_${type}`, cuts.map(([from, to], i) => [to - from, bsa, bsb, rows * n, rows, n, k, pa + from * bsa * size, step, csa, pb + from * bsb * size, rsb, csb, pc + from * rows * n * size, n, accumulate ? 1 : 0, bias, work + i * each]));
  };
  const single = sb.every((s) => s === 0), sameRows = numelOf(left.shape.slice(0, -1)) === count * m;
  const rows = single && sameRows ? viewStrides(left.shape.slice(0, -1), left.strides.slice(0, -1), [count * m]) : null;
  const evenly = (strides: readonly number[]): number | undefined => (strides.every((s) => s === 0) ? 0 : viewStrides(batch, strides, [count])?.[0]);
  const evenA = evenly(sa), evenB = evenly(sb);
  if (rows) run(1, 0, 0, count * m, rows[0], left.ptr, right.ptr, to.ptr); // one b for all: one tall product
  else if (evenA !== undefined && evenB !== undefined) run(count, evenA, evenB, m, rsa, left.ptr, right.ptr, to.ptr);
  else {
    const inner = batch[batch.length - 1], outer = batch.slice(0, -1), steps = contiguousStrides(outer);
    for (let i = 0; i < count / inner; i++) {
      let pa = left.ptr, pb = right.ptr;
      outer.forEach((s, d) => { const at = Math.floor(i / steps[d]) % s; pa += at * sa[d] * size; pb += at * sb[d] * size; });
      run(inner, sa[outer.length], sb[outer.length], m, rsa, pa, pb, to.ptr + i * inner * m * n * size);
    }
  }
}
