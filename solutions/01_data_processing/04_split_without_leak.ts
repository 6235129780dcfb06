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
  const [test, train] = torch.randperm(count).split([testCount, count - testCount]);
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

/* In PyTorch:

def split_rows(count, test_fraction):
    test_count = math.floor(count * test_fraction + 0.5)
    test, train = torch.randperm(count).split([test_count, count - test_count])
    return train, test

def fit_scaler(features):
    std = features.std(0, correction=0)
    return features.mean(0), std.masked_fill(std == 0, 1)

def standardize(features, scaler):
    mean, std = scaler
    return (features - mean) / std

def prepare(features, labels, test_fraction):
    train, test = split_rows(len(features), test_fraction)
    scaler = fit_scaler(features[train])
    return {
        "train_features": standardize(features[train], scaler),
        "train_labels": labels[train],
        "test_features": standardize(features[test], scaler),
        "test_labels": labels[test],
        "scaler": scaler,
    }
*/
