import * as torch from '@track/engine';
import { nn, optim, type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

/** A block with two layers and with buffers. */
const make = (): nn.Module => new nn.Sequential(new nn.Linear(4, 4), new nn.BatchNorm1d(4), new nn.Tanh(), new nn.Linear(4, 4));
const state = (block: nn.Module): Record<string, Tensor> => Object.fromEntries(Object.entries(block.stateDict()).map(([name, t]) => [name, t.clone()]));

/** A few steps of training on random data, which change every parameter and every running statistic. */
function train(block: nn.Module): void {
  const optimizer = new optim.SGD(block.parameters(), { lr: 0.5 });
  block.train();
  for (let k = 0; k < 2; k++) {
    optimizer.zeroGrad();
    (block(torch.randn(6, 4).add(1)) as Tensor).sub(torch.randn(6, 4)).pow(2).mean().backward();
    optimizer.step();
  }
}

export default check<typeof import('./06_shared_vs_cloned.ts')>(({ claim }) => {
  claim('both functions return a ModuleList of count blocks', ({ attempt, expect, random }) => {
    for (const count of [1, random.int(2, 5)]) {
      for (const [name, list] of [['freshBlocks(make', attempt.freshBlocks(make, count)], ['clonedBlocks(block', attempt.clonedBlocks(make(), count)]] as const) {
        expect(list, `${name}, ${count})`).toBeA(nn.ModuleList);
        expect([...list].length, `the number of blocks in ${name}, ${count})`).toBe(count);
      }
    }
  });

  claim('every block has parameters of its own: count times as many as one block', ({ attempt, expect }) => {
    const block = make(), one = [...block.parameters()].length;
    for (const [name, list] of [['freshBlocks', attempt.freshBlocks(make, 3)], ['clonedBlocks', attempt.clonedBlocks(block, 3)]] as const) {
      expect([...list.parameters()].length, `the number of parameters of ${name}(…, 3)`).toBe(3 * one, { mistakes: [{ value: one, says: 'all places hold the same block, so there is one set of weights' }] });
    }
  });

  claim('fresh blocks start with values that differ from each other', ({ attempt, expect }) => {
    let calls = 0;
    const list = [...attempt.freshBlocks(() => { calls++; return make(); }, 4)];
    for (const [i, a] of list.entries()) {
      for (const b of list.slice(i + 1)) {
        for (const layer of ['0.weight', '3.weight']) expect(b.stateDict()[layer], `${layer} of two blocks`).toDiffer(a.stateDict()[layer], { says: 'two fresh blocks start with equal weights: they are copies of each other' });
      }
    }
    expect(calls, 'the number of calls of make').toBe(4);
  });

  claim('clones start with the values of the block, buffers included, and the block is not one of them', ({ attempt, expect }) => {
    const block = make();
    train(block);
    block.eval();
    const want = state(block), list = [...attempt.clonedBlocks(block, 3)];
    expect(list.includes(block), 'whether the block itself is in the list').toBe(false, { says: 'the block itself is in the list; copies alone are asked' });
    for (const [k, clone] of list.entries()) {
      expect(Object.keys(clone.stateDict()), `the names in the state dict of clone ${k}`).toEqual(Object.keys(want));
      for (const [name, value] of Object.entries(state(clone))) expect(value, `${name} of clone ${k}`).toEqual(want[name]);
      expect(clone.training, `the training flag of clone ${k}`).toBe(false, { as: 'MODE', says: 'the block was in evaluation mode, and its clone is not' });
    }
    const x = torch.randn(5, 4);
    for (const [k, clone] of list.entries()) expect(clone(x), { name: `clone ${k} of x`, inputs: { x } }).toEqual(block(x));
  });

  claim('training one block leaves the others and the original as they are', ({ attempt, expect }) => {
    const block = make(), original = state(block);
    for (const [name, list] of [['freshBlocks', [...attempt.freshBlocks(make, 3)]], ['clonedBlocks', [...attempt.clonedBlocks(block, 3)]]] as const) {
      const before = list.map(state);
      train(list[1]);
      for (const [k, other] of list.entries()) {
        if (k === 1) {
          expect(other.stateDict()['0.weight'], `0.weight of the block of ${name} that was trained`).toDiffer(before[k]['0.weight']);
          continue;
        }
        for (const [key, value] of Object.entries(state(other))) expect(value, `${key} of block ${k} of ${name} after block 1 was trained`).toEqual(before[k][key], { says: `${key} of block ${k} of ${name} changed while block 1 was trained: they share memory` });
      }
    }
    for (const [key, value] of Object.entries(state(block))) expect(value, `${key} of the original block`).toEqual(original[key], { says: `${key} of the original block changed while a clone was trained: they share memory` });
  });
});
