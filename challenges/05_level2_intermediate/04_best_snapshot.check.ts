import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';
import { liveMemory, spy } from '@track/engine/testing';
import { check } from '@track/grader/check';

const build = (): nn.Sequential => new nn.Sequential(new nn.Linear(4, 6), new nn.BatchNorm1d(6), new nn.Tanh(), new nn.Linear(6, 3));
const weights = (model: nn.Module): Record<string, Tensor> => Object.fromEntries(Object.entries(model.stateDict()).map(([name, t]) => [name, t.clone()]));

/** An epoch of training on random data: all weights and buffers change. */
function train(model: nn.Module, optimizer: optim.Optimizer): void {
  model.train();
  for (let k = 0; k < 2; k++) {
    optimizer.zeroGrad();
    (new nn.CrossEntropyLoss()(model(torch.randn(8, 4).add(1)), torch.randint(0, 3, [8])) as Tensor).backward();
    optimizer.step();
  }
}

/** Validation losses, and for each whether it is the lowest so far. */
const scripts: [losses: number[], better: boolean[]][] = [
  [[0.9, 0.7, 0.4, 0.6, 0.5], [true, true, true, false, false]],
  [[0.5, 0.5, 0.3, 0.3], [true, false, true, false]],
  [[NaN, 0.8, NaN, 0.6, 0.7], [false, true, false, true, false]],
  [[0.2, 0.4, 0.6], [true, false, false]],
  [[3, -1, 0, -2], [true, true, false, true]],
];

export default check<typeof import('./04_best_snapshot.ts')>(({ claim }) => {
  claim('update returns true exactly when the loss is lower than all before, and notes loss and epoch', ({ attempt, expect }) => {
    for (const [losses, better] of scripts) {
      const snapshot = new attempt.BestSnapshot(), model = build();
      const got = losses.map((loss, epoch) => snapshot.update(epoch, loss, model));
      const lowest = (holds: (loss: number, best: number) => boolean): boolean[] => {
        let best = Infinity;
        return losses.map((loss) => holds(loss, best) && ((best = loss), true));
      };
      const decreasing = losses.map((loss, i) => i === 0 || loss < losses[i - 1]);
      expect(got, { name: `what update returns for the losses ${losses.join(', ')}` }).toEqual(better, {
        mistakes: [
          { value: lowest((loss, best) => loss <= best), says: 'an equal loss counts as better: the earlier epoch should stay' },
          { value: lowest((loss, best) => !(loss >= best)), says: 'NaN counts as better' },
          { value: decreasing, says: 'you compare with the loss before, not with the lowest so far' },
          { value: () => losses.map((loss, i) => loss > Math.max(-Infinity, ...losses.slice(0, i))), says: 'higher counts as better' },
        ],
      });
      const bestEpoch = better.lastIndexOf(true);
      expect(snapshot.bestEpoch, `bestEpoch after the losses ${losses.join(', ')}`).toBe(bestEpoch);
      expect(snapshot.bestLoss, `bestLoss after the losses ${losses.join(', ')}`).toBe(losses[bestEpoch]);
    }
  });

  claim('restore brings back parameters and buffers of the best epoch, not of the last', ({ attempt, expect }) => {
    for (const [losses, better] of scripts) {
      const snapshot = new attempt.BestSnapshot(), model = build(), optimizer = new optim.SGD(model.parameters(), { lr: 0.3 });
      const epochs = losses.map((loss, epoch) => {
        train(model, optimizer);
        snapshot.update(epoch, loss, model);
        return weights(model);
      });
      train(model, optimizer);
      const last = weights(model), best = epochs[better.lastIndexOf(true)], first = epochs[better.indexOf(true)];
      snapshot.restore(model);
      const buffers = new Set([...model.namedBuffers()].map(([name]) => name));
      for (const [name, value] of Object.entries(weights(model))) {
        expect(value, `${name} after restore (losses ${losses.join(', ')})`).toEqual(best[name], {
          mistakes: [
            { value: buffers.has(name) ? last[name] : null, says: 'the parameters are back, but this buffer is as the last epoch left it: buffers belong to the state too' },
            { value: last[name], says: 'these are the last weights, not the best ones: what you kept shares memory with the model, or was not written back' },
            { value: first[name], says: 'these are the weights of the first snapshot' },
          ],
        });
      }
    }
  });

  claim('the snapshot stays as it is when the restored model trains on', ({ attempt, expect }) => {
    const snapshot = new attempt.BestSnapshot(), model = build(), optimizer = new optim.SGD(model.parameters(), { lr: 0.3 });
    train(model, optimizer);
    snapshot.update(0, 0.5, model);
    const best = weights(model);
    for (const round of ['first', 'second', 'third']) {
      train(model, optimizer);
      snapshot.restore(model);
      for (const [name, value] of Object.entries(weights(model))) {
        expect(value, `${name} after the ${round} restore`).toEqual(best[name], { says: `${name} is not the best one after the ${round} restore: model and snapshot share memory since an earlier one` });
      }
    }
  });

  claim('the model keeps its own parameters, so that its optimizer goes on to work', ({ attempt, expect }) => {
    const snapshot = new attempt.BestSnapshot(), model = build(), optimizer = new optim.SGD(model.parameters(), { lr: 0.3 });
    const own = [...model.parameters()];
    model.eval();
    snapshot.update(0, 0.5, model);
    expect(model.training, 'the training flag after update').toBe(false, { as: 'MODE', says: 'update changed the mode of the model' });
    model.train();
    snapshot.restore(model);
    expect(model.training, 'the training flag after restore').toBe(true, { as: 'MODE', says: 'restore changed the mode of the model' });
    const after = [...model.parameters()];
    expect(after.length === own.length && after.every((p, i) => p === own[i]), 'whether the parameters are the same objects').toBe(true, { says: 'the parameters are other objects now: the optimizer steps the old ones, and nothing is trained' });
    expect(after.every((p) => p.requiresGrad && p.isLeaf), 'whether all parameters are leaves that require grad').toBe(true, { as: 'GRAD' });
    const before = weights(model);
    train(model, optimizer);
    expect(model.stateDict()['0.weight'], '0.weight after an epoch of training').toDiffer(before['0.weight']);
  });

  claim('restore writes into the model that it is given, and each BestSnapshot keeps its own', ({ attempt, expect }) => {
    const [one, two] = [new attempt.BestSnapshot(), new attempt.BestSnapshot()], [a, b, target] = [build(), build(), build()], kept = [weights(a), weights(b)];
    one.update(0, 0.5, a);
    two.update(0, 0.9, b);
    for (const model of [a, b]) for (const p of model.parameters()) torch.noGrad(() => p.add_(1));
    const later = weights(a);
    [one, two, one].forEach((snapshot, i) => {
      snapshot.restore(target);
      for (const [name, value] of Object.entries(weights(target))) {
        expect(value, `${name} of another model after restore`).toEqual(kept[i % 2][name], { mistakes: [{ value: kept[(i + 1) % 2][name], says: 'this is the snapshot of another BestSnapshot: keep it in the object, not in the module' }] });
      }
    });
    for (const [name, value] of Object.entries(weights(a))) expect(value, `${name} of the model of the snapshot`).toEqual(later[name], { as: 'MEMORY', says: `${name} of the model that the snapshot was taken of has changed, though another one was to be restored` });
  });

  claim('taking a snapshot changes nothing in the model and records no graph', ({ attempt, expect }) => {
    const snapshot = new attempt.BestSnapshot(), model = build(), before = weights(model);
    const seen = spy(() => snapshot.update(0, 0.5, model));
    expect(seen.graphNodes, 'the number of graph nodes recorded by update').toBe(0, { as: 'MEMORY', says: 'the copies hang on a graph: clone detached tensors' });
    for (const [name, value] of Object.entries(weights(model))) expect(value, `${name} after update`).toEqual(before[name]);
  });

  claim('only one snapshot is held, however often the loss improves', ({ attempt, expect }) => {
    const snapshot = new attempt.BestSnapshot(), model = build();
    snapshot.update(0, 100, model);
    const before = liveMemory().tensors;
    for (let epoch = 1; epoch <= 20; epoch++) snapshot.update(epoch, 100 - epoch, model);
    const grown = liveMemory().tensors - before;
    expect(grown, 'the number of tensors alive more than after the first snapshot').toBeAtMost(9, { as: 'MEMORY', says: `${grown} more tensors are alive after twenty improvements: old snapshots are kept` });
  });

  claim('restore before the first snapshot is an error that says so', async ({ attempt, throws }) => {
    for (const prepare of [() => new attempt.BestSnapshot(), () => { const s = new attempt.BestSnapshot(); s.update(0, NaN, build()); return s; }]) {
      const snapshot = prepare();
      await throws(() => snapshot.restore(build()), /snapshot|best|yet|none|nothing/i, { name: 'restore without a snapshot' });
    }
  });
});
