import { TorchError } from '../errors.ts';
import { isFloat } from '../tensor/dtype.ts';
import { showShape, wrapDims } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { composite, type Table } from './operator.ts';
import { cat } from './join.ts';

export interface GradientOptions { spacing?: number | readonly number[] | readonly Tensor[] | null; dim?: number | readonly number[] | null; edgeOrder?: 1 | 2 }

/** Numerical differentiation. */
export interface GradientOps {
  /**
   * The derivative along each dimension, by second-order central differences, one-sided at the edges (of order
   * `edgeOrder`). `spacing` is the step, a step for each dimension, or the coordinates along each dimension.
   */
  gradient(options?: GradientOptions): Tensor[];
}

/** Three-point weights at the left, the middle and the right point, for steps a (left to middle) and b (middle to right). */
type Weights = (a: number | Tensor, b: number | Tensor) => (number | Tensor)[];
const plus = (x: number | Tensor, y: number | Tensor): number | Tensor => (x instanceof Tensor ? x.add(y) : y instanceof Tensor ? y.add(x) : x + y);
const times = (x: number | Tensor, y: number | Tensor): number | Tensor => (x instanceof Tensor ? x.mul(y) : y instanceof Tensor ? y.mul(x) : x * y);
const over = (x: number | Tensor, y: number | Tensor): number | Tensor => (x instanceof Tensor ? x.div(y) : y instanceof Tensor ? y.reciprocal().mul(x) : x / y);
const minus = (x: number | Tensor): number | Tensor => times(x, -1);

// Derivative of the parabola through three points, at each of them (Fornberg 1988, table for unequal steps).
const atMiddle: Weights = (a, b) => [minus(over(b, times(a, plus(a, b)))), over(plus(b, minus(a)), times(a, b)), over(a, times(b, plus(a, b)))];
const atLeft: Weights = (a, b) => [minus(over(plus(times(a, 2), b), times(a, plus(a, b)))), over(plus(a, b), times(a, b)), minus(over(a, times(b, plus(a, b))))];
const atRight: Weights = (a, b) => [over(b, times(a, plus(a, b))), minus(over(plus(a, b), times(a, b))), over(plus(times(b, 2), a), times(b, plus(a, b)))];

function along(x: Tensor, dim: number, spacing: number | Tensor, edgeOrder: number): Tensor {
  const n = x.shape[dim];
  if (n < edgeOrder + 1) throw new TorchError(`torch.gradient expected each dimension size to be at least edge_order+1`, { operator: 'gradient', shapes: [x.shape] });
  const piece = (start: number, length: number): Tensor => x.narrow(dim, start, length);
  // Steps between neighbours, shaped to broadcast along `dim`.
  const steps = spacing instanceof Tensor ? spacing.narrow(0, 1, n - 1).sub(spacing.narrow(0, 0, n - 1)).to(x.dtype).reshape([n - 1, ...new Array<number>(x.ndim - 1 - dim).fill(1)]) : null;
  const step = (start: number, length: number): number | Tensor => (steps ? steps.narrow(0, start, length) : (spacing as number));
  const combine = (weights: (number | Tensor)[], start: number, length: number): Tensor => weights.map((w, k) => piece(start + k, length).mul(w)).reduce((s, t) => s.add(t));
  const parts: Tensor[] = [];
  const edge = (start: number, rule: Weights): Tensor => (edgeOrder === 1 ? piece(start + 1, 1).sub(piece(start, 1)).div(step(start, 1)) : combine(rule(step(start, 1), step(start + 1, 1)), start, 1));
  parts.push(edge(0, atLeft));
  if (n > 2) parts.push(combine(atMiddle(step(0, n - 2), step(1, n - 2)), 0, n - 2));
  parts.push(edge(edgeOrder === 1 ? n - 2 : n - 3, atRight));
  return cat(parts, dim);
}

export const gradients: Table<GradientOps> = {
  gradient: composite({
    schema: 'gradient(Tensor input, *, float|float[]|Tensor[]? spacing=None, int[]? dim=None, int edge_order=1)',
    compose(x: Tensor, spacing: number | readonly number[] | readonly Tensor[] | null, dim: number[] | null, edgeOrder: number) {
      if (edgeOrder !== 1 && edgeOrder !== 2) throw new TorchError('torch.gradient only supports edge_order=1 and edge_order=2.', { operator: 'gradient' });
      const dims = wrapDims(dim, x.ndim, false), list = Array.isArray(spacing) ? (spacing as (number | Tensor)[]) : null;
      if (list && list.length !== dims.length) throw new TorchError(`torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length ${list.length} and a dim argument of length ${dims.length}.`, { operator: 'gradient' });
      list?.forEach((c, i) => { if (c instanceof Tensor && (c.ndim !== 1 || c.count !== x.shape[dims[i]])) throw new TorchError(`torch.gradient expected each element of spacing to have one dimension of the size of the dimension it belongs to, but got coordinates of shape ${showShape(c.shape)} for dimension ${dims[i]} of size ${x.shape[dims[i]]}`, { operator: 'gradient', shapes: [x.shape, c.shape] }); });
      const values = isFloat(x.dtype) ? x : x.float();
      return dims.map((d, i) => along(values, d, list ? list[i] : ((spacing as number | null) ?? 1), edgeOrder));
    },
  }),
};
