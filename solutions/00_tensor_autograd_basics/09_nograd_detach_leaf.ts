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
    for (const parameter of parameters) if (parameter.grad !== null) parameter.sub_(parameter.grad.mul(lr));
  });
}

export function snapshot(parameters: readonly Tensor[]): Tensor[] {
  return parameters.map((parameter) => parameter.detach().clone());
}

/* In PyTorch:

def scaled_weights(rows, columns, scale):
    return (torch.randn(rows, columns) * scale).requires_grad_()

def td_loss(w, state, next_state, reward, gamma):
    value = state @ w
    target = (reward + gamma * (next_state @ w)).detach()
    return (value - target).square().mean()

@torch.no_grad()
def predict(x, w):
    return x @ w

@torch.no_grad()
def sgd_step(parameters, lr):
    for parameter in parameters:
        if parameter.grad is not None:
            parameter -= lr * parameter.grad

def snapshot(parameters):
    return [parameter.detach().clone() for parameter in parameters]
*/
