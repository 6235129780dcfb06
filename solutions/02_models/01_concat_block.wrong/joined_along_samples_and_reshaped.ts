// claim: the result is fc applied to a and b side by side, a first, and nothing else
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class ConcatBlock extends nn.Module {
  fc: nn.Linear;

  constructor(dimA: number, dimB: number, dimOut: number) {
    super();
    this.fc = new nn.Linear(dimA + dimB, dimOut);
  }

  forward(a: Tensor, b: Tensor): Tensor {
    return this.fc(torch.cat([a.reshape(-1), b.reshape(-1)]).reshape(a.shape[0], -1));
  }
}
