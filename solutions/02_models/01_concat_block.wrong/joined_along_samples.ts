// claim: inputs of shape [N, dimA] and [N, dimB] give a float32 tensor of shape [N, dimOut]
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class ConcatBlock extends nn.Module {
  fc: nn.Linear;

  constructor(dimA: number, dimB: number, dimOut: number) {
    super();
    this.fc = new nn.Linear(dimA + dimB, dimOut);
  }

  forward(a: Tensor, b: Tensor): Tensor {
    return this.fc(torch.cat([a, b], 0));
  }
}
