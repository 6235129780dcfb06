import * as torch from '@track/engine';
import { type Tensor } from '@track/engine';
import { check } from '@track/grader/check';

/** N, dimC, F, H, W: all different; height and width as large as N and F; one sample; all equal. */
const sizes = [[2, 3, 4, 5, 7], [3, 2, 4, 3, 4], [1, 4, 3, 2, 5], [3, 3, 3, 3, 3]] as const;

const linear = (x: Tensor, weight: Tensor, bias: Tensor): Tensor => x.matmul(weight.t()).add(bias);
/** A table [N, F] as it must stand to meet [N, F, H, W]. */
const spread = (t: Tensor): Tensor => t.reshape(...t.shape, 1, 1);

export default check<typeof import('./04_film_conditioning.ts')>(({ claim }) => {
  claim('feature maps [N, F, H, W] and conditions [N, dimC] give float32 feature maps [N, F, H, W]', ({ attempt, expect }) => {
    for (const [n, dimC, f, h, w] of sizes) {
      const film = new attempt.FiLM(dimC, f);
      expect(film(torch.randn(n, f, h, w), torch.randn(n, dimC)), `new FiLM(${dimC}, ${f}) of [${n}, ${f}, ${h}, ${w}] and [${n}, ${dimC}]`).toBeTensor({ shape: [n, f, h, w], dtype: 'float32' });
    }
  });

  claim('gamma and beta are two layers from the condition to the channels', ({ attempt, expect }) => {
    for (const [, dimC, f] of sizes) {
      const film = new attempt.FiLM(dimC, f);
      const shapes = Object.fromEntries(Object.entries(film.stateDict()).map(([name, t]) => [name, [...t.shape]]));
      expect(shapes, 'the state dict').toEqual({ 'gamma.weight': [f, dimC], 'gamma.bias': [f], 'beta.weight': [f, dimC], 'beta.bias': [f] });
      expect([...film.parameters()].length, 'the number of parameters').toBe(4, { says: 'gamma and beta are the same layer: what one learns, the other one unlearns' });
    }
  });

  claim('each channel is multiplied by its gamma(c) and then shifted by its beta(c)', ({ attempt, expect }) => {
    for (const [n, dimC, f, height, width] of sizes) {
      const film = new attempt.FiLM(dimC, f), p: Record<string, Tensor> = {};
      for (const name of ['gamma', 'beta']) {
        p[`${name}.weight`] = torch.randn(f, dimC);
        p[`${name}.bias`] = torch.randn(f);
      }
      film.loadStateDict(p);
      const [h, c] = [torch.randn(n, f, height, width), torch.randn(n, dimC)];
      const gamma = linear(c, p['gamma.weight'], p['gamma.bias']), beta = linear(c, p['beta.weight'], p['beta.bias']);
      const [scale, shift] = [spread(gamma), spread(beta)], first = (t: Tensor): Tensor => t.narrow(0, 0, 1);
      expect(film(h, c), { name: 'film(h, c)', inputs: { h, c } }).toBeClose(scale.mul(h).add(shift), {
        mistakes: [
          { value: () => scale.mul(h).add(scale), says: 'gamma serves as the shift too' },
          { value: () => shift.mul(h).add(shift), says: 'beta serves as the scale too' },
          { value: () => shift.mul(h).add(scale), says: 'gamma and beta have changed places' },
          { value: () => scale.mul(h.add(shift)), says: 'the shift is added before the scale; it comes after it' },
          { value: () => scale.add(1).mul(h).add(shift), says: 'you multiply by 1 + gamma; gamma alone is asked' },
          { value: () => scale.mul(h), says: 'beta is not added' },
          { value: () => h.add(shift), says: 'the channels are not scaled' },
          { value: () => first(scale).mul(h).add(first(shift)), says: 'every sample is steered by the condition of the first one' },
          { value: () => gamma.mul(h).add(beta), says: 'gamma and beta meet the height and the width: they need two dimensions of size 1 at the end' },
        ],
      });
    }
  });

  claim('gamma = 0 hides the features, and gamma = 1 with beta = 0 lets them through', ({ attempt, expect }) => {
    const film = new attempt.FiLM(3, 4), c = torch.randn(2, 3), [h, other] = [torch.randn(2, 4, 5, 2), torch.randn(2, 4, 5, 2)];
    const set = (gamma: number, betaWeight: Tensor, beta: Tensor): void => {
      film.loadStateDict({ 'gamma.weight': torch.zeros(4, 3), 'gamma.bias': torch.full([4], gamma), 'beta.weight': betaWeight, 'beta.bias': beta });
    };
    set(0, torch.randn(4, 3), torch.randn(4));
    const hidden = film(h, c);
    expect(film(other, c), { name: 'the result for other features, with gamma = 0' }).toBeClose(hidden, { says: 'with gamma = 0 the result still depends on h' });
    expect(hidden.abs().max().item(), 'the largest entry with gamma = 0').toBeGreaterThan(1e-3, { says: 'with gamma = 0 nothing is left: the shift should be' });
    set(1, torch.zeros(4, 3), torch.zeros(4));
    expect(film(h, c), { name: 'film(h, c) with gamma = 1 and beta = 0', inputs: { h } }).toBeClose(h);
  });

  claim('gradients flow to the features, to the condition, and to both layers', async ({ attempt, expect, gradcheck }) => {
    const film = new attempt.FiLM(3, 4).double();
    await gradcheck((h: Tensor, c: Tensor) => film(h, c), [torch.randn(2, 4, 3, 2), torch.randn(2, 3)], { name: 'film(h, c)', names: ['h', 'c'] });
    film.zeroGrad();
    film(torch.randn(2, 4, 3, 2, { dtype: 'float64' }), torch.randn(2, 3, { dtype: 'float64' })).mul(torch.randn(2, 4, 3, 2, { dtype: 'float64' })).sum().backward();
    const without = [...film.namedParameters()].filter(([, p]) => p.grad === null).map(([name]) => name);
    expect(without, 'the list of parameters without a gradient').toEqual([], { as: 'GRAD' });
  });
});
