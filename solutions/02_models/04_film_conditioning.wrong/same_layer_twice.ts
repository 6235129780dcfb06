// claim: gamma and beta are two layers from the condition to the channels
import { nn, type Tensor } from '@track/engine';

export class FiLM extends nn.Module {
  gamma: nn.Linear;
  beta: nn.Linear;

  constructor(dimC: number, channels: number) {
    super();
    this.gamma = new nn.Linear(dimC, channels);
    this.beta = this.gamma;
  }

  forward(h: Tensor, c: Tensor): Tensor {
    const scale = this.gamma(c).unsqueeze(-1).unsqueeze(-1);
    const shift = this.beta(c).unsqueeze(-1).unsqueeze(-1);
    return h.mul(scale).add(shift);
  }
}
