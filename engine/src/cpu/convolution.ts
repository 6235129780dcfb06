import { dtypeInfo } from '../tensor/dtype.ts';
import { numelOf, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { addColumns, clear, columnsOf, type Windows } from './columns.ts';
import { copyInto, denseAs } from './copy.ts';
import { scratch } from './heap.ts';
import { kernels } from './kernels.ts';
import { gemm, type Matrices } from './matmul.ts';
import { workDType } from './pointwise.ts';
import { parallel, ranges } from './threads.ts';

/** Sizes of a convolution: stride, zero padding on both sides and dilation for each spatial dimension. */
export interface Geometry { readonly stride: readonly number[]; readonly padding: readonly number[]; readonly dilation: readonly number[]; readonly groups: number }

const windows = (g: Geometry, w: Shape, out: Shape): Windows => ({ kernel: w.slice(2), stride: g.stride, padding: g.padding, dilation: g.dilation, count: out.slice(2) });

/** Runs `body` with operands in the compute type of `out`'s dtype and an output of that type. */
function computing(out: Tensor, operands: readonly Tensor[], body: (out: Tensor, operands: Tensor[]) => void): void {
  if (out.count === 0) return;
  const work = workDType(out.dtype), result = out.dtype === work ? out : Tensor.allocate(out.shape, work, out.device);
  body(result, operands.map((x) => denseAs(x, work)));
  if (result !== out) copyInto(out, result);
}

/** The numbers that the float32 kernels for two dimensions take after the addresses; one dimension is a plane of height 1. */
function plane(x: Shape, w: Shape, y: Shape, g: Geometry): number[] {
  const two = (s: readonly number[], one: number): readonly number[] => (s.length === 1 ? [one, s[0]] : s);
  return [x[0], x[1], ...two(x.slice(2), 1), y[1], ...two(y.slice(2), 1), ...two(w.slice(2), 1), ...two(g.stride, 1), ...two(g.padding, 0), ...two(g.dilation, 1), g.groups];
}
const direct = (x: Tensor): boolean => x.dtype === 'float32' && x.ndim <= 4;

/** One matrix product of elements of `dtype`. */
const product = (dtype: Tensor['dtype'], p: Matrices): void => gemm(dtypeInfo(dtype).kernel, dtypeInfo(dtype).bytes, p);

/** Multiply-adds of a convolution for which a second thread pays. */
const PARALLEL_FROM = 2 ** 20;
/** Runs a convolution kernel on ranges of `n`, each with scratch of its own. `args` puts the range and the scratch's address in place. */
function onThreads(name: string, n: number, least: number, step: number, work: number, sizes: readonly number[], args: (from: number, to: number, scratch: number) => number[]): void {
  const cuts = work < PARALLEL_FROM ? [[0, n]] : ranges(n, least, step), each = Math.ceil((kernels.conv2d_scratch_f32(...sizes) >>> 0) / 64) * 64, area = scratch(each * cuts.length);
  parallel(name, cuts.map(([from, to], i) => args(from, to, area + i * each)));
}

/** out[N, O, …] = x[N, C, …] convolved with w[O, C/groups, …], plus `bias`[O]. */
export function convForward(out: Tensor, x: Tensor, w: Tensor, bias: Tensor | null, g: Geometry): void {
  computing(out, bias ? [x, w, bias] : [x, w], (y, [image, weight, b]) => {
    if (direct(y)) { const sizes = plane(x.shape, w.shape, y.shape, g); onThreads('conv2d_f32', x.shape[0], 1, 1, y.count * numelOf(w.shape.slice(1)), sizes, (n0, n1, area) => [image.ptr, weight.ptr, b ? b.ptr : 0, y.ptr, ...sizes, n0, n1, area]); return; }
    const columns = columnsOf(image, windows(g, w.shape, y.shape)), { bytes } = dtypeInfo(y.dtype);
    const places = numelOf(y.shape.slice(2)), filters = y.shape[1] / g.groups, taps = numelOf(w.shape.slice(1));
    if (b) for (let n = 0; n < y.shape[0]; n++) copyInto(new Tensor(y.storage, y.dtype, { shape: [y.shape[1], places], strides: [places, 1], offset: y.offset + n * y.shape[1] * places }, y.device), new Tensor(b.storage, b.dtype, { shape: [y.shape[1], 1], strides: [1, 1], offset: b.offset }, b.device));
    for (let i = 0; i < y.shape[0] * g.groups; i++)
      product(y.dtype, { m: filters, n: places, k: taps, a: weight.ptr + (i % g.groups) * filters * taps * bytes, rsa: taps, csa: 1, b: columns.ptr + i * taps * places * bytes, rsb: places, csb: 1, c: y.ptr + i * filters * places * bytes, accumulate: b !== undefined });
  });
}

/** gx[N, C, …] = the gradient of the convolution in x, from gy[N, O, …]; also the transposed convolution of gy. */
export function convBackwardInput(gx: Tensor, gy: Tensor, w: Tensor, g: Geometry): void {
  computing(gx, [gy, w], (out, [grad, weight]) => {
    if (direct(out)) { const sizes = plane(out.shape, w.shape, gy.shape, g); onThreads('conv2d_backward_input_f32', out.shape[0], 1, 1, gy.count * numelOf(w.shape.slice(1)), sizes, (n0, n1, area) => [grad.ptr, weight.ptr, out.ptr, ...sizes, n0, n1, area]); return; }
    const win = windows(g, w.shape, gy.shape), { bytes } = dtypeInfo(out.dtype), columns = Tensor.allocate([out.shape[0], out.shape[1], ...win.kernel, ...win.count], out.dtype, out.device);
    const places = numelOf(win.count), filters = gy.shape[1] / g.groups, taps = numelOf(w.shape.slice(1));
    for (let i = 0; i < gy.shape[0] * g.groups; i++)
      product(out.dtype, { m: taps, n: places, k: filters, a: weight.ptr + (i % g.groups) * filters * taps * bytes, rsa: 1, csa: taps, b: grad.ptr + i * filters * places * bytes, rsb: places, csb: 1, c: columns.ptr + i * taps * places * bytes, accumulate: false });
    addColumns(columns, win, out);
  });
}

/** gw[O, C/groups, …] = the gradient of the convolution in w, from gy[N, O, …] and x[N, C, …]. */
export function convBackwardWeight(gw: Tensor, gy: Tensor, x: Tensor, g: Geometry): void {
  computing(gw, [gy, x], (out, [grad, image]) => {
    const places = numelOf(gy.shape.slice(2)), filters = gw.shape[0] / g.groups, taps = numelOf(gw.shape.slice(1));
    if (direct(out)) { const sizes = plane(x.shape, gw.shape, gy.shape, g); onThreads('conv2d_backward_weight_f32', taps, 8, 8, gy.count * taps, sizes, (j0, j1, area) => [grad.ptr, image.ptr, out.ptr, ...sizes, 0, x.shape[0], j0, j1, area]); return; }
    const columns = columnsOf(image, windows(g, gw.shape, gy.shape)), { bytes } = dtypeInfo(out.dtype);
    clear(out);
    for (let i = 0; i < gy.shape[0] * g.groups; i++)
      product(out.dtype, { m: filters, n: taps, k: places, a: grad.ptr + i * filters * places * bytes, rsa: places, csa: 1, b: columns.ptr + i * taps * places * bytes, rsb: 1, csb: places, c: out.ptr + (i % g.groups) * filters * taps * bytes, accumulate: true });
  });
}
