import * as torch from '@track/engine';
import { type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

/** N, dimIn, dimHidden, depth, dimOut: every depth from 1 to 4, sizes different and equal, one sample. */
const sizes = [[2, 4, 3, 2, 5], [4, 3, 5, 1, 2], [1, 3, 3, 3, 3], [5, 5, 2, 4, 3]] as const;

const linear = (x: Tensor, weight: Tensor, bias: Tensor): Tensor => x.matmul(weight.t()).add(bias);

/** The names and shapes that the parameters of a model of this depth have. */
function parameterShapes(dimIn: number, dimHidden: number, depth: number, dimOut: number): Record<string, number[]> {
  const shapes: Record<string, number[]> = {};
  for (let k = 0; k < depth; k++) {
    shapes[`layers.${k}.weight`] = [dimHidden, k === 0 ? dimIn : dimHidden];
    shapes[`layers.${k}.bias`] = [dimHidden];
  }
  return { ...shapes, 'head.weight': [dimOut, dimHidden], 'head.bias': [dimOut] };
}

/** The network by its definition; `act` and `mean` may be replaced, to compute what a mistake gives. */
function network(x: Tensor, p: Record<string, Tensor>, depth: number, mean: Tensor | null, act = (h: Tensor, k: number): Tensor => h.relu(), layer = (k: number) => k): Tensor {
  let h = mean === null ? x : x.sub(mean);
  for (let k = 0; k < depth; k++) h = act(linear(h, p[`layers.${layer(k)}.weight`], p[`layers.${layer(k)}.bias`]), k);
  return linear(h, p['head.weight'], p['head.bias']);
}

export default check<typeof import('./05_module_registration.ts')>(({ claim }) => {
  claim('inputs of shape [N, dimIn] give float32 outputs of shape [N, dimOut] at every depth', ({ attempt, expect }) => {
    for (const [n, dimIn, dimHidden, depth, dimOut] of sizes) {
      const model = new attempt.DeepMLP(dimIn, dimHidden, depth, dimOut, torch.randn(dimIn));
      expect(model(torch.randn(n, dimIn)), `new DeepMLP(${dimIn}, ${dimHidden}, ${depth}, ${dimOut}, mean) of [${n}, ${dimIn}]`).toBeTensor({ shape: [n, dimOut], dtype: 'float32' });
    }
  });

  claim('the parameters are those of depth layers and of the head, each under its name', ({ attempt, expect }) => {
    for (const [, dimIn, dimHidden, depth, dimOut] of sizes) {
      const model = new attempt.DeepMLP(dimIn, dimHidden, depth, dimOut, torch.randn(dimIn));
      const shapes = Object.fromEntries([...model.namedParameters()].filter(([name]) => name !== 'mean').map(([name, p]) => [name, [...p.shape]]));
      expect(shapes, `the list of parameters at depth ${depth}`).toEqual(parameterShapes(dimIn, dimHidden, depth, dimOut), {
        mistakes: [
          { value: () => parameterShapes(dimIn, dimHidden, 0, dimOut), says: 'only the head is found: layers in a plain array are not registered' },
          { value: () => parameterShapes(dimIn, dimHidden, 1, dimOut), says: 'one layer stands at every position of the list: each needs its own weights' },
          { value: () => parameterShapes(dimIn, dimHidden, 2, dimOut), says: 'the same layer stands at several positions of the list: each needs its own weights' },
        ],
      });
    }
  });

  claim('mean is a buffer: in the state dict and not among the parameters', ({ attempt, expect, fail }) => {
    const mean = torch.randn(3), model = new attempt.DeepMLP(3, 4, 2, 5, mean);
    if ([...model.namedParameters()].some(([name]) => name === 'mean')) {
      fail({ class: 'VALUE', says: 'mean is a parameter: an optimizer would change it', expected: 'a buffer named mean', got: 'a parameter named mean' });
    }
    const names = [...model.namedBuffers()].map(([name]) => name);
    expect(names, 'the list of buffers').toEqual(['mean'], { mistakes: [{ value: [], says: 'a tensor that is a plain property is not part of the state: it has to be registered' }] });
    const state = model.stateDict();
    expect('mean' in state, 'whether the state dict holds mean').toBe(true, { says: 'mean is not in the state dict: a buffer that is not persistent is not saved' });
    expect(state['mean'], 'mean in the state dict').toBeClose(mean);
  });

  claim('the output is the head of depth layers with ReLU, on the input minus mean', ({ attempt, expect }) => {
    for (const [n, dimIn, dimHidden, depth, dimOut] of sizes) {
      const mean = torch.randn(dimIn).add(1), model = new attempt.DeepMLP(dimIn, dimHidden, depth, dimOut, mean);
      const state: Record<string, Tensor> = { mean };
      for (const [name, shape] of Object.entries(parameterShapes(dimIn, dimHidden, depth, dimOut))) state[name] = torch.randn(shape);
      model.loadStateDict(state);
      const x = torch.randn(n, dimIn).mul(2), want = network(x, state, depth, mean);
      expect(model(x), { name: `model(x) at depth ${depth}`, inputs: { x, mean } }).toBeClose(want, {
        mistakes: [
          { value: () => network(x, state, depth, null), says: 'mean is not subtracted from the input' },
          { value: () => network(x, state, depth, mean.neg()), says: 'mean is added; it should be subtracted' },
          { value: () => network(x, state, depth, mean, (h) => h), says: 'no ReLU follows the layers: without it, all of them together are one linear map' },
          { value: () => network(x, state, depth, mean, (h, k) => (k === depth - 1 ? h : h.relu())), says: 'the ReLU after the last hidden layer is missing' },
          { value: () => want.relu(), says: 'a ReLU follows the head' },
          { value: () => network(x, state, depth, mean, (h) => h.relu(), (k) => depth - 1 - k), says: 'the layers run in reverse order' },
        ],
      });
    }
  });

  claim('every parameter gets a gradient, and the input gets the right one', async ({ attempt, expect, gradcheck }) => {
    for (const depth of [1, 2, 3, 4]) {
      const model = new attempt.DeepMLP(4, 6, depth, 3, torch.randn(4));
      model(torch.randn(8, 4)).mul(torch.randn(8, 3)).sum().backward();
      const without = [...model.namedParameters()].filter(([, p]) => p.grad === null).map(([name]) => name);
      expect(without, `the list of parameters without a gradient at depth ${depth}`).toEqual([], { as: 'GRAD' });
    }
    const model = new attempt.DeepMLP(3, 4, 2, 5, torch.randn(3)).double();
    await gradcheck((x: Tensor) => model(x), [torch.randn(4, 3)], { name: 'model(x)', names: ['x'] });
  });

  claim('a model that loads the state dict of another gives the same outputs', ({ attempt, expect }) => {
    const trained = new attempt.DeepMLP(3, 5, 2, 4, torch.randn(3)), x = torch.randn(6, 3);
    const fresh = new attempt.DeepMLP(3, 5, 2, 4, torch.zeros(3));
    fresh.loadStateDict(trained.stateDict());
    const withOldMean = (): Tensor => trained(x.add(trained.stateDict()['mean']));
    expect(fresh(x), { name: 'the output of the loaded model', inputs: { x } }).toBeClose(trained(x), {
      mistakes: [{ value: withOldMean, says: 'the loaded mean is not used: forward should read this.mean, not the tensor that the constructor was given' }],
    });
  });
});
