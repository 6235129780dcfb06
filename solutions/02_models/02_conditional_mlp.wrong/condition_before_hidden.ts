// claim: hidden reads x alone, and head reads the hidden features and the condition
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class ConditionalMLP extends nn.Module {
  hidden: nn.Linear;
  head: nn.Linear;

  constructor(dimX: number, dimC: number, dimHidden: number, numClasses: number) {
    super();
    this.hidden = new nn.Linear(dimX + dimC, dimHidden);
    this.head = new nn.Linear(dimHidden, numClasses);
  }

  forward(x: Tensor, c: Tensor): Tensor {
    const h = torch.relu(this.hidden(torch.cat([x, c], 1)));
    return this.head(h);
  }
}
