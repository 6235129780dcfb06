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
    loss.backward();
    sgdStep([weight, bias], lr);
  }
  return losses;
}

/* In PyTorch:

@torch.no_grad()
def sgd_step(parameters, lr):
    for p in parameters:
        if p.grad is None:
            continue
        p -= lr * p.grad
        p.grad = None

def fit_linear(x, y, weight, bias, lr, steps):
    losses = []
    for _ in range(steps):
        loss = (x @ weight + bias - y).square().mean()
        losses.append(loss.item())
        loss.backward()
        sgd_step([weight, bias], lr)
    return losses
*/
