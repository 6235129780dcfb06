// claim: the gradient of safeSqrt is 1 / (2√x) where x > 0, and 0 elsewhere, never NaN
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function meanLoss(losses: readonly Tensor[]): Tensor {
  return torch.stack([...losses]).mean();
}

export function history(losses: readonly Tensor[]): number[] {
  return losses.map((loss) => loss.item() as number);
}

export function softCount(scores: Tensor, threshold: number, temperature: number): Tensor {
  return torch.sigmoid(scores.sub(threshold).div(temperature)).sum();
}

export function safeSqrt(x: Tensor): Tensor {
  const positive = x.gt(0);
  return torch.where(positive, x.sqrt(), torch.zerosLike(x));
}

export function unreachedParameters(loss: Tensor, parameters: Readonly<Record<string, Tensor>>): string[] {
  const trained = Object.entries(parameters).filter(([, parameter]) => parameter.requiresGrad);
  if (!loss.requiresGrad) return trained.map(([name]) => name);
  const gradients: (Tensor | null)[] = torch.autograd.grad(loss, trained.map(([, parameter]) => parameter), { allowUnused: true, retainGraph: true });
  return trained.filter((_, i) => gradients[i] === null).map(([name]) => name);
}
