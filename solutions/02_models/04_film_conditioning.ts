import { nn, type Tensor } from '@track/engine';

export class FiLM extends nn.Module {
  gamma: nn.Linear;
  beta: nn.Linear;

  constructor(dimC: number, channels: number) {
    super();
    this.gamma = new nn.Linear(dimC, channels);
    this.beta = new nn.Linear(dimC, channels);
  }

  forward(h: Tensor, c: Tensor): Tensor {
    const scale = this.gamma(c).unsqueeze(-1).unsqueeze(-1);
    const shift = this.beta(c).unsqueeze(-1).unsqueeze(-1);
    return h.mul(scale).add(shift);
  }
}

/* In PyTorch:

class FiLM(nn.Module):
    def __init__(self, dim_c, channels):
        super().__init__()
        self.gamma = nn.Linear(dim_c, channels)
        self.beta = nn.Linear(dim_c, channels)

    def forward(self, h, c):
        scale = self.gamma(c)[:, :, None, None]
        shift = self.beta(c)[:, :, None, None]
        return h * scale + shift
*/
