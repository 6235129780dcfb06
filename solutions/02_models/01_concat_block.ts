import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class ConcatBlock extends nn.Module {
  fc: nn.Linear;

  constructor(dimA: number, dimB: number, dimOut: number) {
    super();
    this.fc = new nn.Linear(dimA + dimB, dimOut);
  }

  forward(a: Tensor, b: Tensor): Tensor {
    return this.fc(torch.cat([a, b], 1));
  }
}

/* In PyTorch:

class ConcatBlock(nn.Module):
    def __init__(self, dim_a, dim_b, dim_out):
        super().__init__()
        self.fc = nn.Linear(dim_a + dim_b, dim_out)

    def forward(self, a, b):
        return self.fc(torch.cat([a, b], dim=1))
*/
