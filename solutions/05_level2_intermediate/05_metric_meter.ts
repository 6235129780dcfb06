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

  update(loss: Tensor, logits: Tensor, labels: Tensor): void {
    const size = labels.shape[0];
    this.#loss += (loss.item() as number) * size;
    this.#correct += logits.argmax(1).eq(labels).sum().item() as number;
    this.#samples += size;
  }

  compute(): Metrics {
    return { loss: this.#loss / this.#samples, accuracy: this.#correct / this.#samples };
  }

  reset(): void {
    this.#loss = 0;
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

/* In PyTorch:

class MetricMeter:
    def __init__(self):
        self.reset()

    def update(self, loss, logits, labels):
        size = labels.shape[0]
        self._loss += loss.item() * size
        self._correct += (logits.argmax(1) == labels).sum().item()
        self._samples += size

    def compute(self):
        if self._samples == 0:
            return {'loss': math.nan, 'accuracy': math.nan}
        return {'loss': self._loss / self._samples, 'accuracy': self._correct / self._samples}

    def reset(self):
        self._loss = 0.0
        self._correct = 0
        self._samples = 0

def metrics_per_epoch(epochs):
    meter = MetricMeter()
    metrics = []
    for batches in epochs:
        meter.reset()
        for batch in batches:
            meter.update(*batch)
        metrics.append(meter.compute())
    return metrics
*/
