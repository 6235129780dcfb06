import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class DeepMLP extends nn.Module {
  layers: nn.ModuleList;
  head: nn.Linear;
  mean!: Tensor; // assigned by registerBuffer

  constructor(dimIn: number, dimHidden: number, depth: number, dimOut: number, mean: Tensor) {
    super();
    this.layers = new nn.ModuleList(Array.from({ length: depth }, (_, k) => new nn.Linear(k === 0 ? dimIn : dimHidden, dimHidden)));
    this.head = new nn.Linear(dimHidden, dimOut);
    this.registerBuffer('mean', mean);
  }

  forward(x: Tensor): Tensor {
    let h = x.sub(this.mean);
    for (const layer of this.layers) h = torch.relu(layer(h));
    return this.head(h);
  }
}

/* In PyTorch:

class DeepMLP(nn.Module):
    def __init__(self, dim_in, dim_hidden, depth, dim_out, mean):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(dim_in if k == 0 else dim_hidden, dim_hidden) for k in range(depth))
        self.head = nn.Linear(dim_hidden, dim_out)
        self.register_buffer('mean', mean)

    def forward(self, x):
        h = x - self.mean
        for layer in self.layers:
            h = torch.relu(layer(h))
        return self.head(h)
*/
