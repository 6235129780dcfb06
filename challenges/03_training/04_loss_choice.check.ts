import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';
import { check } from '@track/grader/check';
import type { Task } from './04_loss_choice.ts';

const F = nn.functional;
const tasks: readonly Task[] = ['regression', 'binary', 'multi-class', 'multi-label'];
const outputs = (task: Task, classes: number): number => (task === 'regression' || task === 'binary' ? 1 : classes);

/** Random targets as the data gives them. */
const targets = (task: Task, n: number, classes: number): Tensor => task === 'regression' ? torch.randn(n).add(1)
  : task === 'binary' ? torch.randint(0, 2, [n]) : task === 'multi-class' ? torch.randint(0, classes, [n]) : torch.randint(0, 2, [n, classes]);

function lossOf(task: Task, out: Tensor, y: Tensor): Tensor {
  switch (task) {
    case 'regression': return out.squeeze(1).sub(y).square().mean();
    case 'binary': return F.binaryCrossEntropyWithLogits(out.squeeze(1), y.float());
    case 'multi-class': return F.crossEntropy(out, y);
    case 'multi-label': return F.binaryCrossEntropyWithLogits(out, y.float());
  }
}

/** What known mistakes give. */
function mistakesOf(task: Task, out: Tensor, y: Tensor): { value: () => unknown; says: string }[] {
  const n = out.shape[0], f = y.float(), bce = F.binaryCrossEntropyWithLogits;
  const sum = { value: () => lossOf(task, out, y).mul(task === 'multi-label' ? y.numel() : n), says: 'this is a sum, not a mean' };
  switch (task) {
    case 'regression': return [sum,
      { value: () => out.sub(y).square().mean(), says: `an output [${n}, 1] and a target [${n}] broadcast to [${n}, ${n}]: bring them to one shape` },
      { value: () => out.squeeze(1).sub(y).abs().mean(), says: 'this is the absolute error; take the squared one' }];
    case 'binary': return [sum,
      { value: () => bce(torch.sigmoid(out).squeeze(1), f), says: 'the sigmoid is applied twice: this loss wants logits' },
      { value: () => bce(out.expand(n, n), f.expand(n, n)), says: 'each output is compared with each target: bring them to one shape' },
      { value: () => out.squeeze(1).sub(f).square().mean(), says: 'this is a squared error; a choice wants cross entropy' }];
    case 'multi-class': return [sum,
      { value: () => F.crossEntropy(torch.softmax(out, 1), y), says: 'there is a softmax before cross entropy, which has one inside' },
      { value: () => bce(out, F.oneHot(y, out.shape[1]).float()), says: 'this judges each class by itself: the classes exclude each other here' },
      { value: () => F.nllLoss(out, y), says: 'nllLoss wants log probabilities; cross entropy takes the logits' }];
    case 'multi-label': return [sum,
      { value: () => bce(torch.sigmoid(out), f), says: 'the sigmoid is applied twice: this loss wants logits' },
      { value: () => F.crossEntropy(out, f), says: 'cross entropy makes the labels compete: several may be true at once here' },
      { value: () => F.crossEntropy(out, y.argmax(1)), says: 'this keeps one label of each sample: several may be true at once here' },
      { value: () => bce(torch.softmax(out, 1), f), says: 'a softmax makes the labels compete: several may be true at once here' }];
  }
}

export default check<typeof import('./04_loss_choice.ts')>(({ claim, outcome }) => {
  claim('the head gives [N, 1] for regression and binary, and [N, C] for multi-class and multi-label', ({ attempt, expect }) => {
    for (const task of tasks) for (const [n, features, classes] of [[5, 3, 4], [1, 2, 7]]) {
      expect(attempt.wire(task, features, classes).head(torch.randn(n, features)), `the head's output for ${task}, N = ${n}, C = ${classes}`).toBeTensor({ shape: [n, outputs(task, classes)], dtype: 'float32', requiresGrad: true });
    }
  });

  claim('the head is a single linear layer, without an activation', ({ attempt, expect }) => {
    for (const task of tasks) {
      const { head } = attempt.wire(task, 6, 5), k = outputs(task, 5), [a, b] = [torch.randn(4, 6).mul(3), torch.randn(4, 6).mul(3)];
      const at = (x: Tensor): Tensor => torch.noGrad(() => head(x));
      expect(at(a.add(b)), `head(a + b) for ${task}, compared with head(a) + head(b) - head(0)`).toBeClose(at(a).add(at(b)).sub(at(torch.zerosLike(a))), { atol: 1e-4, says: `the head for ${task} is not linear: leave activations to the loss` });
      expect([...head.parameters()].map((p) => p.numel()).sort((p, q) => p - q), `the sizes of the parameters of the head for ${task}`).toEqual([k, 6 * k], { says: `the head for ${task} is not a single linear layer with a bias`, mistakes: [{ value: [6 * k], says: 'its bias is missing' }] });
    }
  });

  claim('the loss takes targets as the data gives them and has shape []', ({ attempt, expect }) => {
    for (const task of tasks) for (const [n, classes] of [[6, 4], [1, 3]]) {
      const { loss } = attempt.wire(task, 3, classes), out = torch.randn(n, outputs(task, classes)).requiresGrad_();
      expect(loss(out, targets(task, n, classes)), `the loss for ${task}, N = ${n}`).toBeTensor({ shape: [], requiresGrad: true });
    }
  });

  claim('each loss is the one that fits its task', ({ attempt, expect }) => {
    for (const task of tasks) for (const [n, classes] of [[6, 4], [5, 5], [1, 3]]) {
      const { loss } = attempt.wire(task, 3, classes), out = torch.randn(n, outputs(task, classes)).mul(2), y = targets(task, n, classes);
      expect(loss(out, y), { name: `the loss for ${task}`, inputs: { output: out, target: y } }).toBeClose(lossOf(task, out, y), { rtol: 1e-4, mistakes: mistakesOf(task, out, y) });
    }
  });

  claim('the losses on logits stay exact where the model is very sure', ({ attempt, expect }) => {
    for (const task of tasks.slice(1)) {
      const { loss } = attempt.wire(task, 3, 4), out = torch.randn(12, outputs(task, 4)).sign().mul(150).add(torch.randn(12, outputs(task, 4))).requiresGrad_(), y = targets(task, 12, 4);
      const got = loss(out, y), inputs = { output: out.detach(), target: y };
      expect(got.detach(), { name: `the loss for ${task}`, inputs }).toBeClose(lossOf(task, out.detach(), y), { says: `the loss for ${task} is wrong for large logits: take the loss that has the activation inside` });
      const twin = out.detach().clone().requiresGrad_();
      lossOf(task, twin, y).backward();
      got.backward();
      expect(out.grad!, `the gradient of the loss for ${task}`).toBeClose(twin.grad!, { as: 'GRAD' });
    }
  });

  claim('predict gives answers of the same shape and dtype as the targets', ({ attempt, expect }) => {
    for (const task of tasks) for (const n of [6, 1]) {
      const out = torch.randn(n, outputs(task, 4)), { predict } = attempt.wire(task, 3, 4);
      if (task !== 'multi-class' && n > 1) out.setAt([2], 0); // a probability of one half is not more than one half
      const probabilities = torch.sigmoid(out);
      const want = task === 'regression' ? out.squeeze(1) : task === 'binary' ? out.squeeze(1).gt(0).long() : task === 'multi-class' ? out.argmax(1) : out.gt(0).long();
      expect(predict(out), { name: `predict(output) for ${task}`, inputs: { output: out } }).toBeClose(want, {
        mistakes: task === 'binary' || task === 'multi-label' ? [
          { value: () => (task === 'binary' ? out.squeeze(1) : out).gt(0.5).long(), says: 'the output is a logit: a probability of one half is a logit of 0' },
          { value: () => (task === 'binary' ? out.squeeze(1) : out).ge(0).long(), says: 'a logit of 0 is a probability of one half, and an answer of 1 stands for more than that' },
          { value: () => (task === 'binary' ? probabilities.squeeze(1) : probabilities), says: 'these are probabilities; the answer is 0 or 1' },
        ] : [],
      });
    }
  });

  outcome('trained with its own loss, each head solves its task', ({ attempt, expect, progress }) => {
    const [n, features, classes] = [160, 5, 4], x = torch.randn(n, features), w = torch.randn(features, classes).mul(2), scores = x.matmul(w).add(torch.tensor([3, 0, -2, 1]));
    for (const [i, task] of tasks.entries()) {
      const y = task === 'regression' ? scores.select(1, 0) : task === 'binary' ? scores.select(1, 0).gt(0).long() : task === 'multi-class' ? scores.argmax(1) : scores.gt(0).long();
      const { head, loss, predict } = attempt.wire(task, features, classes), optimizer = new optim.Adam(head.parameters(), { lr: 0.1 });
      for (let step = 0; step < 200; step++) {
        optimizer.zeroGrad();
        loss(head(x), y).backward();
        optimizer.step();
      }
      progress((i + 1) / tasks.length, task);
      const answers = torch.noGrad(() => predict(head(x)));
      if (task === 'regression') expect(answers.sub(y).square().mean().item(), 'the mean squared error for regression').toBeLessThan(0.1);
      else expect(answers.eq(y).float().mean().item(), `the share of right answers for ${task}`).toBeAtLeast(0.95);
    }
  });
});
