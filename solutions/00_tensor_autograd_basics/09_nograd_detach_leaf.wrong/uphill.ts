// claim: sgdStep changes the parameters themselves by -lr times their gradient
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function scaledWeights(rows: number, columns: number, scale: number): Tensor {
  // Scaled before it requires grad: the other way round, the product would be recorded and the result no leaf.
  return torch.randn(rows, columns).mul(scale).requiresGrad_();
}

export function tdLoss(w: Tensor, state: Tensor, nextState: Tensor, reward: Tensor, gamma: number): Tensor {
  const value = state.matmul(w);
  const target = reward.add(nextState.matmul(w).mul(gamma)).detach();
  return value.sub(target).square().mean();
}

export function predict(x: Tensor, w: Tensor): Tensor {
  return torch.noGrad(() => x.matmul(w));
}

export function sgdStep(parameters: Tensor[], lr: number): void {
  torch.noGrad(() => {
    for (const parameter of parameters) if (parameter.grad !== null) parameter.add_(parameter.grad.mul(lr));
  });
}

export function snapshot(parameters: readonly Tensor[]): Tensor[] {
  return parameters.map((parameter) => parameter.detach().clone());
}
