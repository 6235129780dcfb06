import { dtypeInfo } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';
import { copyInto, denseAs } from './copy.ts';
import { scratch } from './heap.ts';
import { kernels } from './kernels.ts';
import { workDType } from './pointwise.ts';

/** Each lane of a tensor sorted: one row after the other, contiguous, with the places that the elements came from. */
export interface SortedRows { readonly values: Tensor; readonly places: Tensor; readonly rows: number; readonly n: number }

/** Sorts along `dim` (not negative; a tensor without dimensions is one row of one), stably, in x's compute type. NaN counts as the largest. */
export function sortRows(x: Tensor, dim: number, descending: boolean): SortedRows {
  const work = workDType(x.dtype), { bytes, kernel } = dtypeInfo(work), order = [...x.shape.keys()].filter((d) => d !== dim);
  if (x.ndim) order.push(dim);
  const moved = new Tensor(x.storage, x.dtype, { shape: order.map((d) => x.shape[d]), strides: order.map((d) => x.strides[d]), offset: x.offset }, x.device);
  const data = denseAs(moved, work), n = x.ndim ? x.shape[dim] : 1, rows = n === 0 ? 0 : x.count / n;
  const values = Tensor.allocate(moved.shape, work, x.device), places = Tensor.allocate(moved.shape, 'int64', x.device);
  kernels[`sort_${kernel}`](data.ptr, values.ptr, places.ptr, scratch(n * (8 + bytes)), rows, n, descending ? 1 : 0);
  return { values, places, rows, n };
}

/** Writes the first elements of each row to `out`, in which the rows lie along `dim`. */
export function putRows(out: Tensor, rows: Tensor, dim: number): void {
  const last = rows.ndim - 1, from = out.shape.map((_, d) => (d === dim ? last : d < dim ? d : d - 1));
  copyInto(out, new Tensor(rows.storage, rows.dtype, { shape: out.shape, strides: from.map((d) => rows.strides[d]), offset: rows.offset }, rows.device));
}
