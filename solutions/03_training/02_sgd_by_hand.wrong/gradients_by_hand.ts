// claim: each step records as much graph as the first one, and keeps none of it
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function sgdStep(parameters: readonly Tensor[], lr: number): void {
  torch.noGrad(() => {
    for (const p of parameters) {
      if (p.grad === null) continue;
      p.sub_(p.grad.mul(lr));
      p.grad = null;
    }
  });
}

export function fitLinear(x: Tensor, y: Tensor, weight: Tensor, bias: Tensor, lr: number, steps: number): number[] {
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = x.matmul(weight).add(bias).sub(y).square().mean();
    losses.push(loss.item() as number);
    const error = x.matmul(weight).add(bias).sub(y).detach();
    weight.grad = x.t().matmul(error).mul(2 / x.shape[0]);
    bias.grad = error.mean().mul(2);
    sgdStep([weight, bias], lr);
  }
  return losses;
}
