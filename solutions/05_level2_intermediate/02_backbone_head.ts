import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class Backbone extends nn.Module {
  fc: nn.Linear;

  constructor(dimIn: number, dimFeatures: number) {
    super();
    this.fc = new nn.Linear(dimIn, dimFeatures);
  }

  forward(x: Tensor): Tensor {
    return torch.relu(this.fc(x.flatten(1)));
  }
}

export class BackboneHead extends nn.Module {
  backbone: Backbone;
  head: nn.Linear;

  constructor(dimIn: number, dimFeatures: number, numClasses: number) {
    super();
    this.backbone = new Backbone(dimIn, dimFeatures);
    this.head = new nn.Linear(dimFeatures, numClasses);
  }

  forward(x: Tensor): Tensor {
    return this.head(this.backbone(x));
  }

  replaceHead(numClasses: number): void {
    const { inFeatures, weight } = this.head;
    this.head = new nn.Linear(inFeatures, numClasses, { device: weight.device });
  }
}

/* In PyTorch:

class Backbone(nn.Module):
    def __init__(self, dim_in, dim_features):
        super().__init__()
        self.fc = nn.Linear(dim_in, dim_features)

    def forward(self, x):
        return torch.relu(self.fc(x.flatten(1)))

class BackboneHead(nn.Module):
    def __init__(self, dim_in, dim_features, num_classes):
        super().__init__()
        self.backbone = Backbone(dim_in, dim_features)
        self.head = nn.Linear(dim_features, num_classes)

    def forward(self, x):
        return self.head(self.backbone(x))

    def replace_head(self, num_classes):
        self.head = nn.Linear(self.head.in_features, num_classes, device=self.head.weight.device)
*/
