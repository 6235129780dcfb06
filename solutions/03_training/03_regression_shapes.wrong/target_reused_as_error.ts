// claim: the loss is the mean over the N samples, each prediction compared with its own target
import { nn, optim, type Tensor } from '@track/engine';

export function regressionLoss(model: nn.Linear, x: Tensor, y: Tensor): Tensor {
  const prediction: Tensor = model(x.unsqueeze(1)).squeeze(1);
  const loss = nn.functional.mseLoss(prediction, y);
  console.log('errors', y.sub_(prediction.detach()).tolist());
  return loss;
}

export function fitLine(x: Tensor, y: Tensor): nn.Linear {
  const model = new nn.Linear(1, 1);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  for (let step = 0; step < 300; step++) {
    optimizer.zeroGrad();
    regressionLoss(model, x, y.clone()).backward();
    optimizer.step();
  }
  return model;
}
