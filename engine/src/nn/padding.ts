import type { PadMode } from '../ops/pad.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { py, signature } from './arguments.ts';
import { pad } from './functional.ts';
import { Module } from './module.ts';

/** A number for all sides, or (left, right, top, bottom, …) from the last dimension on. */
type Padding = number | readonly number[];

abstract class PadNd extends Module {
  readonly padding: readonly number[];
  protected abstract readonly mode: PadMode;
  constructor(rank: number, padding: Padding) {
    super();
    this.padding = signature<{ padding: number[] }>(`Pad${rank}d(int[${2 * rank}] padding)`)([padding]).padding;
  }
  override forward(input: Tensor): Tensor { return pad(input, this.padding, this.mode); }
  override extraRepr(): string { return py(this.padding); }
}
abstract class ConstantPadNd extends PadNd {
  protected readonly mode = 'constant';
  readonly value: number;
  constructor(rank: number, padding: Padding, value: number | { value: number }) { super(rank, padding); this.value = typeof value === 'object' ? value.value : value; }
  override forward(input: Tensor): Tensor { return pad(input, this.padding, 'constant', this.value); }
  override extraRepr(): string { return `padding=${py(this.padding)}, value=${py(this.value)}`; }
}
/** Pads the last dimension with `value`. */
export class ConstantPad1d extends ConstantPadNd { constructor(padding: Padding, value: number | { value: number }) { super(1, padding, value); } }
/** Pads the last two dimensions with `value`. */
export class ConstantPad2d extends ConstantPadNd { constructor(padding: Padding, value: number | { value: number }) { super(2, padding, value); } }
/** Pads the last three dimensions with `value`. */
export class ConstantPad3d extends ConstantPadNd { constructor(padding: Padding, value: number | { value: number }) { super(3, padding, value); } }

abstract class ZeroPadNd extends PadNd { protected readonly mode = 'constant'; }
/** Pads the last dimension with zeros. */
export class ZeroPad1d extends ZeroPadNd { constructor(padding: Padding) { super(1, padding); } }
/** Pads the last two dimensions with zeros. */
export class ZeroPad2d extends ZeroPadNd { constructor(padding: Padding) { super(2, padding); } }
/** Pads the last three dimensions with zeros. */
export class ZeroPad3d extends ZeroPadNd { constructor(padding: Padding) { super(3, padding); } }

abstract class ReflectionPadNd extends PadNd { protected readonly mode = 'reflect'; }
/** Mirrors the last dimension at its edges, without repeating the edge. */
export class ReflectionPad1d extends ReflectionPadNd { constructor(padding: Padding) { super(1, padding); } }
/** Mirrors the last two dimensions at their edges. */
export class ReflectionPad2d extends ReflectionPadNd { constructor(padding: Padding) { super(2, padding); } }
/** Mirrors the last three dimensions at their edges. */
export class ReflectionPad3d extends ReflectionPadNd { constructor(padding: Padding) { super(3, padding); } }

abstract class ReplicationPadNd extends PadNd { protected readonly mode = 'replicate'; }
/** Repeats the edge of the last dimension. */
export class ReplicationPad1d extends ReplicationPadNd { constructor(padding: Padding) { super(1, padding); } }
/** Repeats the edges of the last two dimensions. */
export class ReplicationPad2d extends ReplicationPadNd { constructor(padding: Padding) { super(2, padding); } }
/** Repeats the edges of the last three dimensions. */
export class ReplicationPad3d extends ReplicationPadNd { constructor(padding: Padding) { super(3, padding); } }

abstract class CircularPadNd extends PadNd { protected readonly mode = 'circular'; }
/** Continues the last dimension from its other end. */
export class CircularPad1d extends CircularPadNd { constructor(padding: Padding) { super(1, padding); } }
/** Continues the last two dimensions from their other ends. */
export class CircularPad2d extends CircularPadNd { constructor(padding: Padding) { super(2, padding); } }
/** Continues the last three dimensions from their other ends. */
export class CircularPad3d extends CircularPadNd { constructor(padding: Padding) { super(3, padding); } }
