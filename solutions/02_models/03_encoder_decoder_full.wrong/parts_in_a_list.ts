// claim: the state dict of the full model holds encoder.fc and decoder.fc, and nothing else
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
  parts: [Encoder, Decoder];

  constructor(dimIn: number, dimHidden: number, dimOut: number) {
    super();
    this.parts = [new Encoder(dimIn, dimHidden), new Decoder(dimHidden, dimOut)];
  }

  forward(x: Tensor): Tensor {
    const [encoder, decoder] = this.parts;
    return decoder(encoder(x));
  }
}
