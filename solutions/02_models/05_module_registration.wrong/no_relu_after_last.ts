// claim: the output is the head of depth layers with ReLU, on the input minus mean
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
    this.layers.map((layer, k) => {
      h = k === this.layers.size - 1 ? layer(h) : torch.relu(layer(h));
    });
    return this.head(h);
  }
}
