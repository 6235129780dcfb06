import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

const F = nn.functional;
const [STEPS, LR] = [100, 0.03];

const lossOf = (model: nn.Module, x: Tensor, y: Tensor): Tensor => F.crossEntropy(model(x), y);
const valueOf = (model: nn.Module, x: Tensor, y: Tensor): number => torch.noGrad(() => lossOf(model, x, y)).item() as number;
function overfit(start: nn.Module, x: Tensor, y: Tensor, steps = STEPS): number {
  const model = torch.deepcopy(start), optimizer = new optim.Adam(model.parameters(), { lr: LR });
  for (let k = 0; k < steps; k++) { optimizer.zeroGrad(); lossOf(model, x, y).backward(); optimizer.step(); }
  return valueOf(model, x, y);
}

/** A batch with each of K classes equally often, in random order. */
const batch = (classes: number, each: number, features: number): { x: Tensor; y: Tensor } => ({
  x: torch.randn(classes * each, features), y: torch.arange(classes).repeatInterleave(each).indexSelect(0, torch.randperm(classes * each)),
});
const healthy = (features: number, classes: number): nn.Sequential => new nn.Sequential(new nn.Linear(features, 48), new nn.ReLU(), new nn.Linear(48, classes));
/** A model whose last layer is `factor` times as large as it should be. */
function loud(features: number, classes: number, factor: number): nn.Module {
  const model = healthy(features, classes);
  torch.noGrad(() => (model.get(2) as nn.Linear).weight.mul_(factor));
  return model;
}
/** Answers by the place in the batch and looks at no input. */
class ByPlace extends nn.Module {
  table: nn.Parameter;
  constructor(n: number, classes: number) { super(); this.table = new nn.Parameter(torch.zeros(n, classes)); }
  forward(x: Tensor): Tensor { return this.table.add(x.mul(0).sum()); }
}
/** A model that has seen the answers: half learned before the test. */
class Taught extends nn.Module {
  inner: nn.Module;
  answers: Tensor;
  constructor(inner: nn.Module, y: Tensor, classes: number) { super(); this.inner = inner; this.answers = F.oneHot(y, classes).float(); }
  forward(x: Tensor): Tensor { return (this.inner(x) as Tensor).add(this.answers); }
}

/** Its loss on these labels is `value`, before and after any training and on any inputs. */
class Stuck extends nn.Module {
  unused = new nn.Parameter(torch.zeros(1));
  logits: Tensor;
  constructor(y: Tensor, classes: number, value: number) {
    super();
    const p = Math.exp(-value);
    this.logits = F.oneHot(y, classes).float().mul(Math.log((classes - 1) * p / (1 - p)));
  }
  forward(x: Tensor): Tensor { return this.logits.add(this.unused.mul(0)).add(x.mul(0).sum()); }
}

export default check<typeof import('./05_overfit_one_batch.ts')>(({ claim }) => {
  claim('the result holds three finite losses and three verdicts', ({ attempt, expect }) => {
    const { x, y } = batch(3, 2, 4), got = attempt.sanityCheck(() => healthy(4, 3), x, y, 3);
    for (const key of ['initialLoss', 'batchLoss', 'blindLoss'] as const) expect(got[key], key).toSatisfy((v: unknown) => typeof v === 'number' && Number.isFinite(v), 'a finite number');
    for (const key of ['startsRight', 'learnsBatch', 'usesInput'] as const) expect(got[key], key).toBeA('boolean');
  });

  claim('initialLoss is the loss of a fresh model on the batch, before any step', ({ attempt, expect }) => {
    const classes = 3;
    const { x, y } = batch(classes, 3, 6), model = loud(6, classes, 2), got = attempt.sanityCheck(() => torch.deepcopy(model), x.clone(), y.clone(), classes);
    expect(got.initialLoss, 'initialLoss').toBeClose(valueOf(model, x, y), {
      mistakes: [
        { value: () => overfit(model, x, y, 1), says: 'this is the loss after the first step' },
        { value: Math.log(classes), says: 'this is ln K itself; measure the model' },
        { value: () => valueOf(model, torch.zerosLike(x), y), says: 'this is the loss on blank inputs' },
      ],
    });
  });

  claim('startsRight holds when the initial loss is within 10% of ln K, and not when it is far above or below', ({ attempt, expect }) => {
    const classes = 4, { x, y } = batch(classes, 4, 6), kinds: [string, () => nn.Module, boolean][] = [
      ['a model with default initialization', () => loud(6, classes, 0.5), true],
      ['a model with a last layer 30 times too large', () => loud(6, classes, 30), false],
      ['a model that has seen the answers', () => new Taught(loud(6, classes, 0.2), y, classes), false],
    ];
    for (const [name, make, want] of kinds) {
      const got = attempt.sanityCheck(make, x.clone(), y.clone(), classes);
      expect(got.startsRight, `startsRight for ${name} (initial loss ${got.initialLoss.toFixed(3)}, ln K ${Math.log(classes).toFixed(3)})`).toBe(want, want ? {} : { says: `startsRight holds for ${name}: initial loss ${got.initialLoss.toFixed(3)}, where ln K is ${Math.log(classes).toFixed(3)}` });
    }
  });

  claim('batchLoss is the loss after the steps on the batch, and learnsBatch holds below 0.01 only', ({ attempt, expect }) => {
    const classes = 4, { x, y } = batch(classes, 4, 6), able = healthy(6, classes), weak = new nn.Linear(6, classes);
    for (const [name, model] of [['a model with a hidden layer', able], ['a single linear layer', weak]] as [string, nn.Module][]) {
      const want = overfit(model, x, y), initial = valueOf(model, x, y), got = attempt.sanityCheck(() => torch.deepcopy(model), x.clone(), y.clone(), classes);
      expect(got.batchLoss, `batchLoss of ${name}`).toBeClose(want, {
        rtol: 0.02, atol: 1e-5, mistakes: [{ value: initial, says: 'this is the initial loss: nothing was learned' }, { value: () => overfit(model, x, y, STEPS - 1), says: 'this is the loss before the last step' }, { value: () => overfit(model, torch.zerosLike(x), y), says: 'this is the loss on blank inputs' }],
      });
      expect(got.learnsBatch, `learnsBatch for ${name}, whose loss went from ${initial.toFixed(3)} to ${want.toFixed(4)}`).toBe(want < 0.01, want < 0.01 ? {} : { says: `learnsBatch holds for ${name}: its loss went from ${initial.toFixed(3)} to ${want.toFixed(3)}, which is less, but not learned by heart` });
    }
  });

  claim('blindLoss is that of another fresh model trained on zeros, and usesInput holds from 0.9 ln K on', ({ attempt, expect }) => {
    const classes = 4, { x, y } = batch(classes, 3, 6);
    for (const [name, model, uses] of [['a model with a hidden layer', healthy(6, classes), true], ['a model that answers by the place in the batch', new ByPlace(12, classes), false]] as [string, nn.Module, boolean][]) {
      const blank = torch.zerosLike(x), got = attempt.sanityCheck(() => torch.deepcopy(model), x.clone(), y.clone(), classes);
      expect(got.blindLoss, `blindLoss of ${name}`).toBeClose(overfit(model, blank, y), {
        rtol: 0.02, atol: 1e-4, mistakes: [{ value: () => overfit(model, x, y), says: 'this model saw the inputs' }, { value: () => valueOf(model, blank, y), says: 'this model was not trained on the blank inputs' }],
      });
      expect(got.usesInput, `usesInput for ${name}`).toBe(uses);
    }
  });

  claim('each verdict turns exactly at its limit: 10% around ln K, 0.01, 0.9 ln K', ({ attempt, expect }) => {
    const classes = 5, { x, y } = batch(classes, 1, 4), uniform = Math.log(classes);
    const shares = [0.89, 0.91, 1.11].map((share): [string, number] => [`${share} ln K`, share * uniform]);
    for (const [name, value] of [...shares, ['0.009', 0.009], ['0.011', 0.011]] as [string, number][]) {
      const { startsRight, learnsBatch, usesInput } = attempt.sanityCheck(() => new Stuck(y, classes, value), x.clone(), y.clone(), classes);
      expect({ startsRight, learnsBatch, usesInput }, `the verdicts on a model whose losses are all ${name}`).toEqual({
        startsRight: Math.abs(value - uniform) <= 0.1 * uniform, learnsBatch: value < 0.01, usesInput: value >= 0.9 * uniform,
      });
    }
  });

  claim('the models come fresh from makeModel, run in training mode, and the batch stays as it is', ({ attempt, expect }) => {
    const classes = 3, { x, y } = batch(classes, 3, 5), before = x.clone(), labels = y.clone(), made: nn.Module[] = [], modes: boolean[] = [];
    attempt.sanityCheck(() => {
      const model = healthy(5, classes).eval();
      model.registerForwardHook(() => { modes.push(model.training); });
      made.push(model);
      return model;
    }, x, y, classes);
    expect(made.length, 'the number of models made').toBe(2, { mistakes: [{ value: 1, says: 'the model that learns from blank inputs has seen the real ones before: make another one' }] });
    expect(modes.every(Boolean), 'whether the models ran in training mode').toBe(true, { as: 'MODE' });
    expect(x, 'x afterwards').toBeClose(before, { as: 'MEMORY', says: 'x was changed: make blank inputs, instead of clearing those given' });
    expect(y, 'y afterwards').toBeClose(labels, { as: 'MEMORY' });
  });
});
