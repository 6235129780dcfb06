// claim: update records no graph and keeps none alive
import type { Tensor } from '@track/engine';

export interface Metrics {
  loss: number;
  accuracy: number;
}

export type MeasuredBatch = [loss: Tensor, logits: Tensor, labels: Tensor];

export class MetricMeter {
  #losses: [Tensor, number][] = [];
  #correct = 0;
  #samples = 0;

  update(loss: Tensor, logits: Tensor, labels: Tensor): void {
    const size = labels.shape[0];
    this.#losses.push([loss, size]);
    this.#correct += logits.argmax(1).eq(labels).sum().item() as number;
    this.#samples += size;
  }

  compute(): Metrics {
    return { loss: this.#losses.reduce((sum, [loss, size]) => sum + (loss.item() as number) * size, 0) / this.#samples, accuracy: this.#correct / this.#samples };
  }

  reset(): void {
    this.#losses = [];
    this.#correct = 0;
    this.#samples = 0;
  }
}

export function metricsPerEpoch(epochs: readonly (readonly MeasuredBatch[])[]): Metrics[] {
  const meter = new MetricMeter();
  return epochs.map((batches) => {
    meter.reset();
    for (const batch of batches) meter.update(...batch);
    return meter.compute();
  });
}
