// claim: sgdStep moves each parameter against its gradient, by lr times the gradient, in place
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function sgdStep(parameters: readonly Tensor[], lr: number): void {
  torch.noGrad(() => {
    for (const p of parameters) {
      if (p.grad === null) continue;
      p.data = p.detach().sub(p.grad.mul(lr));
      p.grad = null;
    }
  });
}

export function fitLinear(x: Tensor, y: Tensor, weight: Tensor, bias: Tensor, lr: number, steps: number): number[] {
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = x.matmul(weight).add(bias).sub(y).square().mean();
    losses.push(loss.item() as number);
    loss.backward();
    sgdStep([weight, bias], lr);
  }
  return losses;
}
