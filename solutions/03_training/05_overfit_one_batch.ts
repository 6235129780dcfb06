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
    usesInput: blindLoss >= 0.9 * uniform,
  };
}

/* In PyTorch:

def sanity_check(make_model, x, y, classes):
    def loss_of(model, inputs):
        return F.cross_entropy(model(inputs), y)

    def overfit(model, inputs):
        optimizer = optim.Adam(model.parameters(), lr=LR)
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss_of(model, inputs).backward()
            optimizer.step()
        return loss_of(model, inputs).item()

    model = make_model().train()
    initial_loss = loss_of(model, x).item()
    batch_loss = overfit(model, x)
    blind_loss = overfit(make_model().train(), torch.zeros_like(x))
    uniform = math.log(classes)
    return {
        'initial_loss': initial_loss, 'batch_loss': batch_loss, 'blind_loss': blind_loss,
        'starts_right': abs(initial_loss - uniform) <= 0.1 * uniform,
        'learns_batch': batch_loss < 0.01,
        'uses_input': blind_loss >= 0.9 * uniform,
    }
*/
