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
    const h = torch.relu(this.hidden(x));
    return this.head(torch.cat([h, c], 1));
  }
}

/* In PyTorch:

class ConditionalMLP(nn.Module):
    def __init__(self, dim_x, dim_c, dim_hidden, num_classes):
        super().__init__()
        self.hidden = nn.Linear(dim_x, dim_hidden)
        self.head = nn.Linear(dim_hidden + dim_c, num_classes)

    def forward(self, x, c):
        h = torch.relu(self.hidden(x))
        return self.head(torch.cat([h, c], dim=1))
*/
