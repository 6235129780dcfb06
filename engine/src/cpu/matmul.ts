import { dtypeInfo } from '../tensor/dtype.ts';
import { contiguousStrides, numelOf, viewStrides, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { castElements, copyInto, denseAs } from './copy.ts';
import { scratch } from './heap.ts';
import { kernels } from './kernels.ts';
import { workDType } from './pointwise.ts';

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
    kernels[`gemm_${type}`](m, n, k, left.ptr, left.strides[0], left.strides[1], right.ptr, right.strides[0], right.strides[1], to.ptr, n, accumulate ? 1 : 0, row ? row.ptr : 0, scratch(kernels[`gemm_scratch_${type}`](m, n, k)));
  } else multiplyBatches(to, left, right, row ? row.ptr : 0, accumulate, type, size);
  if (to !== out) castElements(work, to.ptr, out.dtype, out.ptr, out.count);
}

function multiplyBatches(to: Tensor, left: Tensor, right: Tensor, bias: number, accumulate: boolean, type: string, size: number): void {
  const batch = to.shape.slice(0, -2), count = numelOf(batch), [m, n] = to.shape.slice(-2), k = left.shape[left.ndim - 1];
  const [rsa, csa] = left.strides.slice(-2), [rsb, csb] = right.strides.slice(-2), sa = batchStrides(left, batch), sb = batchStrides(right, batch);
  const gemm = kernels[`bgemm_${type}`], needs = kernels[`gemm_scratch_${type}`];
  const run = (times: number, bsa: number, bsb: number, rows: number, step: number, pa: number, pb: number, pc: number): void => {
    gemm(times, bsa, bsb, rows * n, rows, n, k, pa, step, csa, pb, rsb, csb, pc, n, accumulate ? 1 : 0, bias, scratch(needs(rows, n, k)));
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
