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
  return torch.where(positive, inside.sqrt(), torch.zerosLike(x));
}

export function unreachedParameters(loss: Tensor, parameters: Readonly<Record<string, Tensor>>): string[] {
  const trained = Object.entries(parameters).filter(([, parameter]) => parameter.requiresGrad);
  if (!loss.requiresGrad) return trained.map(([name]) => name);
  const gradients: (Tensor | null)[] = torch.autograd.grad(loss, trained.map(([, parameter]) => parameter), { allowUnused: true, retainGraph: true });
  return trained.filter((_, i) => gradients[i] === null).map(([name]) => name);
}

/* In PyTorch:

def mean_loss(losses):
    return torch.stack(losses).mean()

def history(losses):
    return [loss.item() for loss in losses]

def soft_count(scores, threshold, temperature):
    return torch.sigmoid((scores - threshold) / temperature).sum()

def safe_sqrt(x):
    positive = x > 0
    inside = torch.where(positive, x, torch.ones_like(x))
    return torch.where(positive, inside.sqrt(), torch.zeros_like(x))

def unreached_parameters(loss, parameters):
    trained = {name: p for name, p in parameters.items() if p.requires_grad}
    if not loss.requires_grad:
        return list(trained)
    gradients = torch.autograd.grad(loss, list(trained.values()), allow_unused=True, retain_graph=True)
    return [name for name, gradient in zip(trained, gradients) if gradient is None]
*/
