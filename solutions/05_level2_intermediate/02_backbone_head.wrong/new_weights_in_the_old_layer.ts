// claim: every new head is a layer of its own, with random weights
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
    const fresh = new nn.Linear(inFeatures, numClasses, { device: weight.device });
    this.head.weight = fresh.weight;
    this.head.bias = fresh.bias;
  }
}
