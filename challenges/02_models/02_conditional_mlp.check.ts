import * as torch from '@track/engine';
import { type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

/** N, dimX, dimC, dimHidden, numClasses: all different; widths equal; one sample; N as large as a width. */
const sizes = [[5, 4, 2, 6, 3], [2, 3, 3, 3, 4], [1, 6, 2, 4, 5], [4, 4, 5, 2, 3]] as const;

export default check<typeof import('./02_conditional_mlp.ts')>(({ claim }) => {
  claim('inputs of shape [N, dimX] and conditions of shape [N, dimC] give float32 logits of shape [N, numClasses]', ({ attempt, expect }) => {
    for (const [n, dimX, dimC, dimHidden, numClasses] of sizes) {
      const model = new attempt.ConditionalMLP(dimX, dimC, dimHidden, numClasses);
      expect(model(torch.randn(n, dimX), torch.randn(n, dimC)), `new ConditionalMLP(${dimX}, ${dimC}, ${dimHidden}, ${numClasses}) of [${n}, ${dimX}] and [${n}, ${dimC}]`)
        .toBeTensor({ shape: [n, numClasses], dtype: 'float32' });
    }
  });

  claim('hidden reads x alone, and head reads the hidden features and the condition', ({ attempt, expect }) => {
    for (const [, dimX, dimC, dimHidden, numClasses] of sizes) {
      const model = new attempt.ConditionalMLP(dimX, dimC, dimHidden, numClasses);
      const shapes = Object.fromEntries([...model.namedParameters()].map(([name, p]) => [name, [...p.shape]]));
      const of = (intoHidden: number, intoHead: number): object => ({
        'hidden.weight': [dimHidden, intoHidden], 'hidden.bias': [dimHidden], 'head.weight': [numClasses, intoHead], 'head.bias': [numClasses],
      });
      expect(shapes, `the list of parameters of new ConditionalMLP(${dimX}, ${dimC}, ${dimHidden}, ${numClasses})`).toEqual(of(dimX, dimHidden + dimC), {
        mistakes: [
          { value: of(dimX, dimHidden), says: 'the head has no columns for the condition' },
          { value: of(dimX + dimC, dimHidden), says: 'the condition enters before the hidden layer; it should join after it' },
          { value: of(dimX + dimC, dimHidden + dimC), says: 'the hidden layer reads the condition too; it should read x alone' },
          { value: {}, says: 'the model has no parameters: make the layers in the constructor and keep them as this.hidden and this.head' },
        ],
      });
    }
  });

  claim('head is given the ReLU of the hidden layer, then the condition unchanged', ({ attempt, expect, fail }) => {
    for (const [n, dimX, dimC, dimHidden, numClasses] of sizes) {
      const model = new attempt.ConditionalMLP(dimX, dimC, dimHidden, numClasses);
      const [x, c] = [torch.randn(n, dimX), torch.randn(n, dimC)];
      const seen: Tensor[] = [];
      const handle = model.head.registerForwardPreHook((_, args) => { seen.push(args[0] as Tensor); });
      model(x, c);
      handle.remove();
      if (seen.length !== 1) {
        fail({ class: 'VALUE', says: `head was called ${seen.length} times in one forward`, expected: 'once, as this.head(...), so that its hooks run', got: `${seen.length} calls` });
      }
      const { weight, bias } = model.hidden, z = x.matmul(weight.t()).add(bias!), h = z.relu();
      expect(seen[0], { name: 'the input of head', inputs: { x, c } }).toBeClose(torch.cat([h, c], 1), {
        mistakes: [
          { value: () => torch.cat([z, c], 1), says: 'the hidden features did not pass through a ReLU' },
          { value: () => torch.cat([z, c], 1).relu(), says: 'the ReLU cuts the condition too: apply it to the hidden features before you join' },
          { value: () => torch.cat([c, h], 1), says: 'the condition stands first; the hidden features should' },
          { value: () => torch.cat([h, torch.zerosLike(c)], 1), says: 'zeros stand where the condition should be' },
          { value: () => torch.cat([h, c.narrow(0, 0, 1).expand(n, dimC)], 1), says: 'every sample is given the condition of the first one' },
        ],
      });
    }
  });

  claim('the result is what head makes of it: raw logits', ({ attempt, expect }) => {
    for (const [n, dimX, dimC, dimHidden, numClasses] of sizes) {
      const model = new attempt.ConditionalMLP(dimX, dimC, dimHidden, numClasses);
      const [x, c] = [torch.randn(n, dimX).mul(2), torch.randn(n, dimC).add(1)];
      const { hidden, head } = model;
      const joined = torch.cat([x.matmul(hidden.weight.t()).add(hidden.bias!).relu(), c], 1);
      const logits = joined.matmul(head.weight.t()).add(head.bias!);
      expect(model(x, c), { name: 'model(x, c)', inputs: { x, c } }).toBeClose(logits, {
        mistakes: [
          { value: () => logits.softmax(1), says: 'these are probabilities: leave the softmax to the loss' },
          { value: () => logits.logSoftmax(1), says: 'these are log-probabilities: leave them to the loss' },
          { value: () => logits.sigmoid(), says: 'a sigmoid follows the head' },
          { value: () => logits.relu(), says: 'a ReLU follows the head: logits may be negative' },
        ],
      });
    }
  });

  claim('for the same x another condition gives other logits, shifted by the same amount whatever x is', ({ attempt, expect }) => {
    const model = new attempt.ConditionalMLP(4, 2, 6, 3);
    const [c, other] = [torch.randn(5, 2), torch.randn(5, 2)];
    const shift = (x: Tensor): Tensor => model(x, other).sub(model(x, c));
    const x = torch.randn(5, 4), first = shift(x);
    expect(first.abs().max().item(), 'the largest change of a logit under another condition').toBeGreaterThan(1e-3, { says: 'the logits do not depend on the condition' });
    expect(shift(torch.randn(5, 4)), { name: 'the shift of the logits for another x', inputs: { x, c, other } }).toBeClose(first);
  });

  claim('gradients flow back to x, to the condition and to the parameters', async ({ attempt, expect, gradcheck }) => {
    const model = new attempt.ConditionalMLP(3, 2, 4, 5).double();
    await gradcheck((x: Tensor, c: Tensor) => model(x, c), [torch.randn(6, 3), torch.randn(6, 2)], { name: 'model(x, c)', names: ['x', 'c'] });
    model.zeroGrad();
    model(torch.randn(6, 3, { dtype: 'float64' }), torch.randn(6, 2, { dtype: 'float64' })).mul(torch.randn(6, 5, { dtype: 'float64' })).sum().backward();
    const without = [...model.namedParameters()].filter(([, p]) => p.grad === null).map(([name]) => name);
    expect(without, 'the list of parameters without a gradient').toEqual([], { as: 'GRAD', says: 'no gradient reaches some of the parameters: they would never be trained' });
  });
});
