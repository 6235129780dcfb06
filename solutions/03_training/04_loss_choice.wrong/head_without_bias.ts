// claim: the head is a single linear layer, without an activation
import { nn, type Tensor } from '@track/engine';

export type Task = 'regression' | 'binary' | 'multi-class' | 'multi-label';

export interface Wiring {
  head: nn.Module;
  loss: (output: Tensor, target: Tensor) => Tensor;
  predict: (output: Tensor) => Tensor;
}

export function wire(task: Task, features: number, classes: number): Wiring {
  const mse = new nn.MSELoss();
  const bce = new nn.BCEWithLogitsLoss();
  const crossEntropy = new nn.CrossEntropyLoss();
  switch (task) {
    case 'regression':
      return {
        head: new nn.Linear(features, 1, { bias: false }),
        loss: (output, target) => mse(output.squeeze(1), target),
        predict: (output) => output.squeeze(1),
      };
    case 'binary':
      return {
        head: new nn.Linear(features, 1, { bias: false }),
        loss: (output, target) => bce(output.squeeze(1), target.float()),
        predict: (output) => output.squeeze(1).gt(0).long(), // a logit of 0 is a probability of one half
      };
    case 'multi-class':
      return {
        head: new nn.Linear(features, classes),
        loss: (output, target) => crossEntropy(output, target),
        predict: (output) => output.argmax(1),
      };
    case 'multi-label':
      return {
        head: new nn.Linear(features, classes),
        loss: (output, target) => bce(output, target.float()),
        predict: (output) => output.gt(0).long(),
      };
  }
}
