import { copyInto, copyStrided } from '../cpu/copy.ts';
import { heap } from '../cpu/heap.ts';
import { TorchError } from '../errors.ts';
import { broadcastShapes, showShape } from '../tensor/layout.ts';
import { dtypeInfo } from '../tensor/dtype.ts';
import { Tensor, type Operand } from '../tensor/tensor.ts';
import { toBits } from '../tensor/bits.ts';
import { kernel, type Meta, type Table } from './operator.ts';

/** Operators that exist only in place: `copy_`, `fill_`, `zero_`. */
export interface WriteOps {
  /** Replaces the values by those of `src`, broadcast and converted. */
  copy(src: Tensor): Tensor;
  /** Sets all elements to `value`. */
  fill(value: Operand): Tensor;
  /** Sets all elements to 0. */
  zero(): Tensor;
}
export const writeInPlace = ['copy', 'fill', 'zero'] as const;

/** Sets every element of `x`, whatever its strides. No autograd. */
export function fillWith(x: Tensor, value: number | boolean): void {
  const { bytes } = dtypeInfo(x.dtype);
  if (x.dense) {
    if (x.dtype === 'float32') heap.f32.fill(Number(value), x.ptr / 4, x.ptr / 4 + x.count);
    else if (x.dtype === 'float64') heap.f64.fill(Number(value), x.ptr / 8, x.ptr / 8 + x.count);
    else x.window().fill(toBits(x.dtype, value) as never);
    return;
  }
  const one = Tensor.allocate([], x.dtype, x.device);
  fillWith(one, value);
  copyStrided(bytes, one.ptr, x.shape.map(() => 0), x.ptr, x.strides, x.shape);
}

const like = ([x]: readonly unknown[]): Meta => ({ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype });

export const writes: Table<WriteOps> = {
  copy: kernel({
    schema: 'copy(Tensor input, Tensor src)',
    meta([x, src]) {
      const a = x as Tensor, b = src as Tensor, shape = broadcastShapes(a.shape, b.shape);
      if (shape.join() !== a.shape.join()) throw new TorchError(`output with shape ${showShape(a.shape)} doesn't match the broadcast shape ${showShape(shape)}`, { operator: 'copy_', shapes: [a.shape, b.shape] });
      return like([x]);
    },
    cpu([out], [, src]) { copyInto(out, src as Tensor); },
    write(x, [, src]) { copyInto(x, src as Tensor); },
    node: 'CopyBackwards',
    grad: (g) => [g.mul(0), g],
  }),
  fill: kernel({
    schema: 'fill(Tensor input, Operand value)',
    meta([x, v]) {
      if (v instanceof Tensor && v.ndim > 0) throw new TorchError(`fill_ only supports 0-dimension value tensor but got tensor with ${v.ndim} dimensions.`, { operator: 'fill_' });
      return like([x]);
    },
    cpu([out], [, v]) { if (v instanceof Tensor) copyInto(out, v); else fillWith(out, v as number); },
    write(x, [, v]) { if (v instanceof Tensor) copyInto(x, v); else fillWith(x, v as number); },
    grad: (g) => [g.mul(0), g.sum()],
  }),
  zero: kernel({
    schema: 'zero(Tensor input)',
    meta: like,
    cpu([out]) { fillWith(out, 0); },
    write(x) { fillWith(x, 0); },
    grad: (g) => [g.mul(0)],
  }),
};
