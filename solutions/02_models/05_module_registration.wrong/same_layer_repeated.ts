// claim: the parameters are those of depth layers and of the head, each under its name
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class DeepMLP extends nn.Module {
  layers: nn.ModuleList;
  head: nn.Linear;
  mean!: Tensor; // assigned by registerBuffer

  constructor(dimIn: number, dimHidden: number, depth: number, dimOut: number, mean: Tensor) {
    super();
    const inner = new nn.Linear(dimHidden, dimHidden);
    this.layers = new nn.ModuleList(Array.from({ length: depth }, (_, k) => (k === 0 ? new nn.Linear(dimIn, dimHidden) : inner)));
    this.head = new nn.Linear(dimHidden, dimOut);
    this.registerBuffer('mean', mean);
  }

  forward(x: Tensor): Tensor {
    let h = x.sub(this.mean);
    for (const layer of this.layers) h = torch.relu(layer(h));
    return this.head(h);
  }
}
