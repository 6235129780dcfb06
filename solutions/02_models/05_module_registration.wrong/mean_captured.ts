// claim: a model that loads the state dict of another gives the same outputs
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class DeepMLP extends nn.Module {
  layers: nn.ModuleList;
  head: nn.Linear;
  center: (x: Tensor) => Tensor;

  constructor(dimIn: number, dimHidden: number, depth: number, dimOut: number, mean: Tensor) {
    super();
    this.layers = new nn.ModuleList(Array.from({ length: depth }, (_, k) => new nn.Linear(k === 0 ? dimIn : dimHidden, dimHidden)));
    this.head = new nn.Linear(dimHidden, dimOut);
    this.registerBuffer('mean', mean);
    const fixed = mean.clone();
    this.center = (x) => x.sub(fixed);
  }

  forward(x: Tensor): Tensor {
    let h = this.center(x);
    for (const layer of this.layers) h = torch.relu(layer(h));
    return this.head(h);
  }
}
