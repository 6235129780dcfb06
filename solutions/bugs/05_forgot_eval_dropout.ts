/** Bug 05 · The validation that rolls dice, repaired. What was wrong is told at the end. */
import { fileURLToPath } from 'node:url';
import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';

/** Measurements [N, 8] and the kind of wine [N], int64. */
export type Batch = [wines: Tensor, kinds: Tensor];
/** Mean loss over the samples, and the share of them that is recognized. */
export interface Validation { loss: number; accuracy: number }

/** Bottles of three kinds, in batches of up to 32. */
export function taste(bottles: number): Batch[] {
  const kinds = torch.randint(0, 3, [bottles]), typical = torch.tensor([
    [1, 0, -1, 0, 1, 0, 0, 1], [0, 1, 0, -1, 1, 1, -1, 0], [-1, 0, 1, 1, 0, -1, 1, 0],
  ]);
  const wines = typical.at(kinds).add(torch.randn(bottles, 8).mul(1.2)), labels = kinds.split(32);
  return wines.split(32).map((part, i): Batch => [part, labels[i]]);
}

export function createModel(): nn.Sequential {
  return new nn.Sequential(
    new nn.Linear(8, 64), new nn.ReLU(), new nn.Dropout(0.5),
    new nn.Linear(64, 64), new nn.ReLU(), new nn.Dropout(0.5),
    new nn.Linear(64, 3),
  );
}

function trainEpoch(model: nn.Module, batches: readonly Batch[], optimizer: optim.Optimizer): void {
  for (const [wines, kinds] of batches) {
    optimizer.zeroGrad();
    nn.functional.crossEntropy(model(wines), kinds).backward();
    optimizer.step();
  }
}

/** Measures the model on batches that it was not trained on. */
export function validate(model: nn.Module, batches: readonly Batch[]): Validation {
  const wasTraining = model.training;
  model.eval();
  let loss = 0, right = 0, count = 0;
  torch.noGrad(() => {
    for (const [wines, kinds] of batches) {
      const logits: Tensor = model(wines);
      loss += nn.functional.crossEntropy(logits, kinds, { reduction: 'sum' }).item() as number;
      right += logits.argmax(1).eq(kinds).sum().item() as number;
      count += wines.shape[0];
    }
  });
  model.train(wasTraining);
  return { loss: loss / count, accuracy: right / count };
}

/** Trains with Adam and validates after each epoch. */
export function fit(model: nn.Module, known: readonly Batch[], unseen: readonly Batch[], epochs: number): Validation[] {
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.003 });
  return Array.from({ length: epochs }, () => {
    trainEpoch(model, known, optimizer);
    return validate(model, unseen);
  });
}

const shown = ({ loss, accuracy }: Validation): string => `loss ${loss.toFixed(3)}, accuracy ${(100 * accuracy).toFixed(1)} %`;

function main(): void {
  torch.manualSeed(5);
  const known = taste(400), unseen = taste(150), model = createModel();
  fit(model, known, unseen, 8).forEach((result, epoch) => console.log(`epoch ${epoch + 1}: ${shown(result)}`));
  console.log('\nThe network after the last epoch, validated three times more');
  for (let k = 0; k < 3; k++) console.log(`  ${shown(validate(model, unseen))}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();

/*
 * What was wrong: the model stayed in training mode, so dropout threw half of the hidden values away in validation, too,
 * another half each time. noGrad() stops the recording of gradients and nothing else; eval() switches the layers, and
 * afterwards the mode has to be set back, or training goes on without dropout.
 *
 * How to find it: validate twice without training in between. What differs was drawn at random, and in a forward pass
 * that is dropout.
 *
 * How to notice it next time: make "two validations are equal" a test of every training program, and have validate set
 * the mode it needs and restore the one it found.
 */
