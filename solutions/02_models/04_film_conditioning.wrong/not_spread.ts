// claim: feature maps [N, F, H, W] and conditions [N, dimC] give float32 feature maps [N, F, H, W]
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
    const scale = this.gamma(c);
    const shift = this.beta(c);
    return h.mul(scale).add(shift);
  }
}
