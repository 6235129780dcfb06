// claim: each channel is multiplied by its gamma(c) and then shifted by its beta(c)
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
    const shift = this.gamma(c).unsqueeze(-1).unsqueeze(-1);
    return h.mul(scale).add(shift);
  }
}
