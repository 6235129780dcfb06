import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

const build = (): nn.Sequential => new nn.Sequential(new nn.Linear(4, 6), new nn.BatchNorm1d(6), new nn.Tanh(), new nn.Linear(6, 3));

/** Optimizers with a memory, each as a run would begin with it. */
const optimizers = {
  'SGD with momentum': (model: nn.Module) => new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 }),
  Adam: (model: nn.Module) => new optim.Adam(model.parameters(), { lr: 0.05 }),
};
type Kind = keyof typeof optimizers;
const kinds = Object.keys(optimizers) as Kind[];

interface Run { model: nn.Sequential; optimizer: optim.Optimizer }
const start = (kind: Kind): Run => {
  const model = build();
  return { model, optimizer: optimizers[kind](model) };
};

type Batch = [Tensor, Tensor];
const batches = (count: number): Batch[] => Array.from({ length: count }, (): Batch => [torch.randn(8, 4).mul(2).add(1), torch.randint(0, 3, [8])]);
function train({ model, optimizer }: Run, data: Batch[]): void {
  const lossFn = new nn.CrossEntropyLoss();
  for (const [x, y] of data) {
    optimizer.zeroGrad();
    (lossFn(model(x), y) as Tensor).backward();
    optimizer.step();
  }
}

/** A run that has taken steps and had its learning rate lowered. */
function trained(kind: Kind): Run {
  const run = start(kind);
  train(run, batches(4));
  run.optimizer.paramGroups[0].lr *= 0.3;
  return run;
}

const weights = (model: nn.Module): Record<string, Tensor> => Object.fromEntries(Object.entries(model.stateDict()).map(([name, t]) => [name, t.clone()]));
/** What the optimizer remembers, by the number of the parameter, as plain numbers. */
const memory = (optimizer: optim.Optimizer): Record<string, unknown> => {
  const { state } = optimizer.stateDict(), plain: Record<string, unknown> = {};
  for (const [k, entry] of state) for (const [name, v] of Object.entries(entry)) plain[`${name} of parameter ${k}`] = torch.isTensor(v) ? v.tolist() : v;
  return plain;
};

/** Runs `body` with a path in a folder of its own, which is removed afterwards. */
async function withFile(body: (file: string) => void | Promise<unknown>): Promise<void> {
  const parent = path.join(process.cwd(), '.track');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(path.join(parent, 'checkpoint-'));
  try { await body(path.join(folder, 'run.pt')); } finally { rmSync(folder, { recursive: true, force: true }); }
}

export default check<typeof import('./03_checkpoint.ts')>(({ claim }) => {
  claim('saveCheckpoint writes a file that holds model, optimizer and epoch', async ({ attempt, expect }) => {
    for (const kind of kinds) {
      await withFile((file) => {
        const { model, optimizer } = trained(kind);
        attempt.saveCheckpoint(file, model, optimizer, 4);
        expect(existsSync(file), 'whether the file exists').toBe(true, { says: 'there is no file at the path that was given' });
        const saved = torch.load(file) as Record<string, unknown>;
        expect(Object.keys(saved).sort(), 'the list of keys in the file').toEqual(['epoch', 'model', 'optimizer'], {
          mistakes: [
            { value: ['epoch', 'model'], says: 'the optimizer\'s state is not saved: its momentum will be lost' },
            { value: Object.keys(model.stateDict()).sort(), says: 'the file holds the weights alone' },
          ],
        });
        expect(Object.keys(saved['model'] as object), 'the list of names under model').toEqual(Object.keys(model.stateDict()), {
          mistakes: [{ value: [...model.namedParameters()].map(([name]) => name), says: 'parameters alone are saved: the running statistics of batch norm are buffers, and they are missing' }],
        });
        expect(Object.keys(saved['optimizer'] as object).sort(), 'the list of keys under optimizer').toEqual(['param_groups', 'state'], { says: 'what is saved under optimizer is not its state dict' });
        expect(saved['epoch'], 'epoch in the file').toBe(4);
      });
    }
  });

  claim('loadCheckpoint returns the epoch as it was saved', async ({ attempt, expect, random }) => {
    for (const epoch of [0, random.int(2, 90)]) {
      await withFile((file) => {
        const { model, optimizer } = trained('Adam'), fresh = start('Adam');
        attempt.saveCheckpoint(file, model, optimizer, epoch);
        expect(attempt.loadCheckpoint(file, fresh.model, fresh.optimizer), `loadCheckpoint(...) after epoch ${epoch} was saved`).toBe(epoch, {
          mistakes: [{ value: epoch + 1, says: 'this is the epoch after it: whoever resumes decides where to go on' }, { value: undefined, says: 'the function returns nothing' }],
        });
      });
    }
  });

  claim('a fresh model has the weights and the buffers that were saved, in its own parameters', async ({ attempt, expect }) => {
    for (const kind of kinds) {
      await withFile((file) => {
        const { model, optimizer } = trained(kind), fresh = start(kind), before = weights(fresh.model), own = [...fresh.model.parameters()];
        attempt.saveCheckpoint(file, model, optimizer, 1);
        const want = weights(model);
        train({ model, optimizer }, batches(1)); // what happens afterwards is not in the checkpoint
        const moved = file.replace('run', 'moved'); // a checkpoint is all in its file, which may be copied elsewhere
        renameSync(file, moved);
        attempt.loadCheckpoint(moved, fresh.model, fresh.optimizer);
        for (const [name, value] of Object.entries(weights(fresh.model))) {
          expect(value, `${name} of the loaded model`).toEqual(want[name], {
            mistakes: [{ value: before[name], says: `${name} was not loaded: it is as it was in the fresh model` }],
          });
        }
        expect([...fresh.model.parameters()].every((p, i) => p === own[i]), 'whether the model still has its own parameters').toBe(true, { says: 'the parameters are other objects now, and the optimizer steps the old ones' });
      });
    }
  });

  claim('a fresh optimizer has the memory and the learning rate that were saved', async ({ attempt, expect }) => {
    for (const kind of kinds) {
      await withFile((file) => {
        const { model, optimizer } = trained(kind), fresh = start(kind), lr = fresh.optimizer.paramGroups[0].lr;
        attempt.saveCheckpoint(file, model, optimizer, 1);
        attempt.loadCheckpoint(file, fresh.model, fresh.optimizer);
        expect(memory(fresh.optimizer), `what the loaded ${kind} remembers`).toEqual(memory(optimizer), {
          mistakes: [{ value: {}, says: 'the optimizer remembers nothing: its state dict was not loaded' }],
        });
        expect(fresh.optimizer.paramGroups[0].lr, 'the learning rate of the loaded optimizer').toBe(optimizer.paramGroups[0].lr, {
          mistakes: [{ value: lr, says: 'the learning rate is back at its start: it is part of the optimizer\'s state dict, under param_groups' }],
        });
      });
    }
  });

  claim('a resumed run equals the uninterrupted run over five more steps', async ({ attempt, expect }) => {
    for (const kind of kinds) {
      await withFile((file) => {
        const run = trained(kind), resumed = start(kind), more = batches(5), other = start(kind);
        attempt.saveCheckpoint(file, run.model, run.optimizer, 1);
        other.model.eval();
        attempt.loadCheckpoint(file, other.model, other.optimizer);
        expect(other.model.training, 'the training flag of a loaded model that was in evaluation mode').toBe(false, { as: 'MODE', says: 'the loaded model is in training mode: loading should leave the mode as it was' });
        attempt.loadCheckpoint(file, resumed.model, resumed.optimizer);
        expect(resumed.model.training, 'the training flag of the loaded model').toBe(true, { as: 'MODE', says: 'the loaded model is in evaluation mode: loading should leave the mode as it was' });
        train(run, more);
        train(resumed, more);
        const want = weights(run.model);
        for (const [name, value] of Object.entries(weights(resumed.model))) expect(value, `${name} after five more steps of ${kind}`).toEqual(want[name]);
      });
    }
  });

  claim('a file that lacks a part of the model is refused', async ({ attempt, throws }) => {
    await withFile((file) => {
      const { model, optimizer } = trained('Adam'), fresh = start('Adam'), larger = new nn.Sequential(...fresh.model, new nn.Linear(3, 2));
      attempt.saveCheckpoint(file, model, optimizer, 1);
      return throws(() => attempt.loadCheckpoint(file, larger, fresh.optimizer), /Missing key/, {
        name: 'loadCheckpoint', says: 'a model with one layer more was loaded without an error about it: that layer keeps its random weights, and nobody is told',
      });
    });
  });

  claim('a file that holds more than the model is refused', async ({ attempt, throws }) => {
    await withFile((file) => {
      const larger = start('Adam'), smaller = new nn.Sequential(...[...larger.model].slice(0, 3)), { optimizer } = start('Adam');
      attempt.saveCheckpoint(file, larger.model, larger.optimizer, 1);
      return throws(() => attempt.loadCheckpoint(file, smaller, optimizer), /Unexpected key/, {
        name: 'loadCheckpoint', says: 'a model with one layer less was loaded without an error about it: it is not the model that was saved, and nobody is told',
      });
    });
  });
});
