import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

const F = nn.functional;

/** Channels, blocks, classes, N and samples: all different, N equal to the channels, one signal, one block. */
const sizes = [[3, 2, 5, 4, 11], [4, 3, 2, 4, 9], [5, 1, 3, 1, 8], [2, 4, 4, 6, 7]] as const;

type State = Record<string, Tensor>;
const block = (x: Tensor, state: State, k: number): Tensor =>
  F.conv1d(x, state[`backbone.${k}.conv.weight`], state[`backbone.${k}.conv.bias`], { padding: 2 }).relu();
const head = (features: Tensor, state: State): Tensor => F.linear(features.mean(2), state['head.weight'], state['head.bias']);

/** The scores that a model with these weights should give. */
function scores(x: Tensor, state: State, depth: number): Tensor {
  let features = x;
  for (let k = 0; k < depth; k++) features = block(features, state, k);
  return head(features, state);
}

export default check<typeof import('./06_backbone_skipped.ts')>(({ claim, outcome }) => {
  claim('the scores have shape [N, classes], whatever the number of samples in a signal', ({ attempt, expect }) => {
    for (const [width, depth, classes, count, samples] of sizes) {
      const model = new attempt.Classifier(width, depth, classes);
      for (const length of [samples, 32, samples + 6]) {
        expect(model(torch.randn(count, width, length)), `the scores of signals [${count}, ${width}, ${length}]`).toBeTensor({ shape: [count, classes], dtype: 'float32' });
      }
    }
  });

  claim('the layers are those of the model as it was: blocks that keep the channels, and a head from channels to classes', ({ attempt, expect }) => {
    for (const [width, depth, classes] of sizes) {
      const shapes = Object.fromEntries([...new attempt.Classifier(width, depth, classes).namedParameters()].map(([name, p]) => [name, [...p.shape]]));
      const want: Record<string, number[]> = {};
      for (let k = 0; k < depth; k++) Object.assign(want, { [`backbone.${k}.conv.weight`]: [width, width, 5], [`backbone.${k}.conv.bias`]: [width] });
      expect(shapes, `the shapes of the parameters of Classifier(${width}, ${depth}, ${classes})`).toEqual({ ...want, 'head.weight': [classes, width], 'head.bias': [classes] }, { says: 'the model has other layers than before' });
    }
  });

  claim('the scores are what the head makes of the features of the whole backbone, averaged over time', ({ attempt, expect }) => {
    for (const [width, depth, classes, count, samples] of sizes) {
      const model = new attempt.Classifier(width, depth, classes), x = torch.randn(count, width, samples), state = model.stateDict();
      expect(model(x), `model(signals) with ${depth} block${depth > 1 ? 's' : ''}`).toBeClose(scores(x, state, depth), {
        mistakes: [
          { value: () => head(x, state), says: 'these scores would be the same with any other weights in the blocks' },
          ...(depth > 1 ? [
            { value: () => head(block(x, state, depth - 1), state), says: 'every block gets the signals themselves, so only the last one has a part in the scores' },
            { value: () => head(block(x, state, 0), state), says: 'only the first block has a part in the scores' },
          ] : []),
        ],
      });
    }
  });

  claim('every weight of every block gets its gradient from the scores', ({ attempt, expect, fail }) => {
    for (const [width, depth, classes, count, samples] of sizes) {
      const model = new attempt.Classifier(width, depth, classes), x = torch.randn(count, width, samples), weights = torch.randn(count, classes);
      const leaves = Object.fromEntries(Object.entries(model.stateDict()).map(([name, value]) => [name, value.clone().requiresGrad_()]));
      scores(x, leaves, depth).mul(weights).sum().backward();
      model(x).mul(weights).sum().backward();
      for (const [name, p] of model.namedParameters()) {
        if (p.grad === null) fail({ class: 'GRAD', says: `${name} gets no gradient: the scores do not depend on it, or the graph is cut on the way` });
        expect(p.grad, `the gradient of ${name}`).toBeClose(leaves[name].grad, { as: 'GRAD' });
      }
    }
  });

  outcome('with two blocks, training names the machine of at least 80 % of new signals', ({ attempt, expect }) => {
    // Signals of the check's own; nothing but the speed differs between the machines.
    const record = (count: number): { signals: Tensor; labels: Tensor } => {
      const labels = torch.randint(0, 4, [count]), time = torch.arange(32).div(32);
      const vibration = labels.add(1).mul(2).reshape(count, 1, 1).mul(time).add(torch.rand(count, 6, 1)).mul(2 * Math.PI).sin();
      return { signals: vibration.add(torch.randn(count, 6, 32).mul(0.2)), labels };
    };
    const known = record(320), unseen = record(160), model = new attempt.Classifier(6, 2, 4);
    attempt.train(model, known.signals, known.labels, 12);
    const answers = torch.noGrad(() => (model(unseen.signals) as Tensor).argmax(1));
    expect(answers.eq(unseen.labels).float().mean().item(), 'the share of new signals that is named right').toBeAtLeast(0.8);
  });
});
