// claim: the split is random, and torch.manualSeed repeats it
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export interface Rows {
  train: Tensor;
  test: Tensor;
}

export interface Scaler {
  mean: Tensor;
  std: Tensor;
}

export interface Prepared {
  trainFeatures: Tensor;
  trainLabels: Tensor;
  testFeatures: Tensor;
  testLabels: Tensor;
  scaler: Scaler;
}

export function splitRows(count: number, testFraction: number): Rows {
  const testCount = Math.round(count * testFraction);
  const [test, train] = torch.arange(count).roll(torch.randint(0, count, [1]).item() as number).split([testCount, count - testCount]);
  return { train, test };
}

export function fitScaler(features: Tensor): Scaler {
  const std = features.std(0, { correction: 0 });
  // A constant column is 0 after subtracting the mean; dividing by 1 keeps it so, by 0 it would be NaN.
  return { mean: features.mean(0), std: std.maskedFill(std.eq(0), 1) };
}

export function standardize(features: Tensor, { mean, std }: Scaler): Tensor {
  return features.sub(mean).div(std);
}

export function prepare(features: Tensor, labels: Tensor, testFraction: number): Prepared {
  const { train, test } = splitRows(features.shape[0], testFraction);
  const scaler = fitScaler(features.at(train));
  return {
    trainFeatures: standardize(features.at(train), scaler),
    trainLabels: labels.at(train),
    testFeatures: standardize(features.at(test), scaler),
    testLabels: labels.at(test),
    scaler,
  };
}
