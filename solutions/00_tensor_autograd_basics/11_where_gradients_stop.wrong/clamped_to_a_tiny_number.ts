// claim: safeSqrt is √x where x > 0, and 0 elsewhere
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
  // Replaced before the root too: its derivative at 0 is infinite, and where would send it 0 · ∞ = NaN.
  const inside = torch.where(positive, x, torch.onesLike(x));
  return x.clamp(1e-30).sqrt();
}

export function unreachedParameters(loss: Tensor, parameters: Readonly<Record<string, Tensor>>): string[] {
  const trained = Object.entries(parameters).filter(([, parameter]) => parameter.requiresGrad);
  if (!loss.requiresGrad) return trained.map(([name]) => name);
  const gradients: (Tensor | null)[] = torch.autograd.grad(loss, trained.map(([, parameter]) => parameter), { allowUnused: true, retainGraph: true });
  return trained.filter((_, i) => gradients[i] === null).map(([name]) => name);
}
