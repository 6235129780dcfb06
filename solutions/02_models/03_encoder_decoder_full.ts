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
    return this.decoder(this.encoder(x));
  }
}

/* In PyTorch:

class Encoder(nn.Module):
    def __init__(self, dim_in, dim_hidden):
        super().__init__()
        self.fc = nn.Linear(dim_in, dim_hidden)

    def forward(self, x):
        return torch.relu(self.fc(x))

class Decoder(nn.Module):
    def __init__(self, dim_hidden, dim_out):
        super().__init__()
        self.fc = nn.Linear(dim_hidden, dim_out)

    def forward(self, features):
        return self.fc(features)

class FullModel(nn.Module):
    def __init__(self, dim_in, dim_hidden, dim_out):
        super().__init__()
        self.encoder = Encoder(dim_in, dim_hidden)
        self.decoder = Decoder(dim_hidden, dim_out)

    def forward(self, x):
        return self.decoder(self.encoder(x))
*/
