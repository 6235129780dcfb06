import { TorchError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { py, signature } from './arguments.ts';
import * as F from './functional.ts';
import { Module } from './module.ts';

interface Options { p?: number; inplace?: boolean }
type DropoutParameters = [p?: number | Options, inplace?: boolean | Options];
const dropoutArguments = signature<Required<Options>>('Dropout(float p=0.5, bool inplace=False)');

abstract class DropoutNd extends Module {
  declare p: number;
  declare readonly inplace: boolean;
  constructor(...args: DropoutParameters) {
    super();
    Object.assign(this, dropoutArguments(args));
    if (!(this.p >= 0 && this.p <= 1)) throw new TorchError(`dropout probability has to be between 0 and 1, but got ${this.p}`);
  }
  override extraRepr(): string { return `p=${py(this.p)}, inplace=${py(this.inplace)}`; }
}
/** In training zeroes each element with probability `p` and scales the rest by 1 / (1 − p); the identity in evaluation (Srivastava et al. 2014). */
export class Dropout extends DropoutNd { override forward(input: Tensor): Tensor { return F.dropout(input, this.p, this.training, this.inplace); } }
/** Dropout of whole channels of input [N, C, L] or [C, L]. */
export class Dropout1d extends DropoutNd { override forward(input: Tensor): Tensor { return F.dropout1d(input, this.p, this.training, this.inplace); } }
/** Dropout of whole channels of input [N, C, H, W]. */
export class Dropout2d extends DropoutNd { override forward(input: Tensor): Tensor { return F.dropout2d(input, this.p, this.training, this.inplace); } }
/** Dropout of whole channels of input [N, C, D, H, W] or [C, D, H, W]. */
export class Dropout3d extends DropoutNd { override forward(input: Tensor): Tensor { return F.dropout3d(input, this.p, this.training, this.inplace); } }
/** Dropout that keeps mean and variance behind SELU (Klambauer et al. 2017). */
export class AlphaDropout extends DropoutNd { override forward(input: Tensor): Tensor { return F.alphaDropout(input, this.p, this.training); } }
/** AlphaDropout of whole channels. */
export class FeatureAlphaDropout extends DropoutNd { override forward(input: Tensor): Tensor { return F.featureAlphaDropout(input, this.p, this.training); } }
