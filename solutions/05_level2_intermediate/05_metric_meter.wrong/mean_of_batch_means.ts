// claim: the metrics are those of a single pass over all samples, however they are cut into batches
import type { Tensor } from '@track/engine';

export interface Metrics {
  loss: number;
  accuracy: number;
}

export type MeasuredBatch = [loss: Tensor, logits: Tensor, labels: Tensor];

export class MetricMeter {
  #loss = 0;
  #correct = 0;
  #samples = 0;
  #batches = 0;

  update(loss: Tensor, logits: Tensor, labels: Tensor): void {
    const size = labels.shape[0];
    this.#loss += loss.item() as number;
    this.#correct += logits.argmax(1).eq(labels).sum().item() as number;
    this.#samples += size;
    this.#batches++;
  }

  compute(): Metrics {
    return { loss: this.#loss / this.#batches, accuracy: this.#correct / this.#samples };
  }

  reset(): void {
    this.#loss = 0;
    this.#correct = 0;
    this.#samples = 0;
    this.#batches = 0;
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
