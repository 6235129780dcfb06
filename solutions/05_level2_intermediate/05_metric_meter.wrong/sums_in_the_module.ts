// claim: the metrics are those of a single pass over all samples, however they are cut into batches
import type { Tensor } from '@track/engine';

export interface Metrics {
  loss: number;
  accuracy: number;
}

export type MeasuredBatch = [loss: Tensor, logits: Tensor, labels: Tensor];

export class MetricMeter {
  static #loss = 0;
  static #correct = 0;
  static #samples = 0;

  update(loss: Tensor, logits: Tensor, labels: Tensor): void {
    const size = labels.shape[0];
    MetricMeter.#loss += (loss.item() as number) * size;
    MetricMeter.#correct += logits.argmax(1).eq(labels).sum().item() as number;
    MetricMeter.#samples += size;
  }

  compute(): Metrics {
    return { loss: MetricMeter.#loss / MetricMeter.#samples, accuracy: MetricMeter.#correct / MetricMeter.#samples };
  }

  reset(): void {
    MetricMeter.#loss = 0;
    MetricMeter.#correct = 0;
    MetricMeter.#samples = 0;
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
