import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import { nn, type Tensor } from '../src/index.ts';
import { savedBytes, spy } from '../src/testing/index.ts';

const { checkpoint, checkpointSequential } = torch.utils.checkpoint;
const block = (): nn.Sequential => new nn.Sequential(new nn.Linear(8, 8), new nn.Tanh(), new nn.Dropout(0.5), new nn.Linear(8, 8), new nn.Tanh());
/** Output and gradients of input and parameters, from one seed. */
function gradients(model: nn.Module, run: (x: Tensor) => Tensor): Tensor[] {
  torch.manualSeed(1);
  const x = torch.randn(16, 8, { requiresGrad: true });
  model.zeroGrad();
  const y = run(x);
  y.pow(2).sum().backward();
  return [y.detach(), x.grad!, ...[...model.parameters()].map((p) => p.grad!), torch.rand(1)];
}
const same = (a: readonly Tensor[], b: readonly Tensor[]): boolean => a.length === b.length && a.every((t, i) => t.equal(b[i]));

describe('checkpoint', () => {
  it('gives the same numbers, dropout and the draws after it included', () => {
    const m = block(), plain = gradients(m, (x) => m(x) as Tensor);
    expect(same(gradients(m, (x) => checkpoint(m, x) as Tensor), plain)).toBe(true);
    expect(same(gradients(m, (x) => checkpoint(m, x, { useReentrant: false, preserveRngState: false }) as Tensor).slice(0, 1), plain.slice(0, 1))).toBe(true);
    expect(same(gradients(m, (x) => checkpoint(m, x, { preserveRngState: false }) as Tensor), plain)).toBe(false);
  });
  it('keeps the arguments only, and calls the function twice', () => {
    const m = block(), x = torch.randn(16, 8, { requiresGrad: true }), before = savedBytes();
    const seen = spy(() => {
      const y = checkpoint(m, x) as Tensor;
      expect(savedBytes() - before).toBe(16 * 8 * 4);
      y.sum().backward();
    });
    expect(savedBytes()).toBe(before);
    expect(seen.forwards.filter((f) => f.module === m).length).toBe(2);
    expect(spy(() => torch.noGrad(() => checkpoint(m, x))).forwards.filter((f) => f.module === m).length).toBe(1);
  });
  it('nests', () => {
    const a = block(), b = block(), both = new nn.Sequential(a, b), before = savedBytes();
    const plain = gradients(both, (x) => both(x) as Tensor);
    let kept = 0;
    const got = gradients(both, (x) => { const y = checkpoint((v: Tensor) => b(checkpoint(a, v)) as Tensor, x); kept = savedBytes() - before; return y; });
    expect(same(got, plain)).toBe(true);
    expect(kept).toBe(16 * 8 * 4);
    expect(savedBytes()).toBe(before);
  });
  it('serves a second backward, autograd.grad and gradients of gradients', () => {
    const w = torch.tensor([2], { requiresGrad: true }), f = (x: Tensor): Tensor => x.mul(w).sin().mul(x);
    const x = torch.tensor([0.7], { requiresGrad: true }), y = checkpoint(f, x);
    y.backward({ retainGraph: true });
    y.backward();
    const slope = 1.4 * Math.cos(1.4) + Math.sin(1.4);
    expect(x.grad!.item()).toBeCloseTo(2 * slope, 5);
    expect(() => y.backward()).toThrow(/second time/);
    const [g] = torch.autograd.grad(checkpoint(f, x), x, { createGraph: true });
    expect(g.item()).toBeCloseTo(slope, 5);
    const [second] = torch.autograd.grad(g, x);
    expect(second.item()).toBeCloseTo(4 * Math.cos(1.4) - 4 * 0.7 * Math.sin(1.4), 4);
  });
  it('notices what differs the second time, and arguments changed in place', () => {
    const x = torch.ones(2, { requiresGrad: true });
    let calls = 0;
    const odd = checkpoint((v: Tensor) => (calls++ ? v.exp().exp() : v.exp()), x);
    expect(() => odd.sum().backward()).toThrow(/A different number of tensors was saved/);
    calls = 0;
    const shape = checkpoint((v: Tensor) => v.narrow(0, 0, calls++ ? 1 : 2).exp(), x);
    expect(() => shape.sum().backward()).toThrow(/different metadata/);
    const h = x.mul(1), y = checkpoint((v: Tensor) => v.exp(), h);
    h.add_(1);
    expect(() => y.sum().backward()).toThrow(/modified by an inplace operation/);
  });
  it('recomputes under the autocast of the first time', () => {
    const m = new nn.Linear(4, 4), x = torch.randn(2, 4), run = (wrap: boolean): Tensor => { m.zeroGrad(); torch.amp.autocast('cpu', () => (wrap ? checkpoint(m, x) : m(x)).exp().sum()).backward(); return m.weight.grad!; };
    const plain = run(false);
    expect(run(true).equal(plain)).toBe(true);
  });
});

it('checkpointSequential runs all but the last segment twice', () => {
  const m = new nn.Sequential(...Array.from({ length: 5 }, () => new nn.Linear(8, 8))), plain = gradients(m, (x) => m(x) as Tensor);
  expect(same(gradients(m, (x) => checkpointSequential(m, 2, x)), plain)).toBe(true);
  const seen = spy(() => checkpointSequential(m, 2, torch.ones(1, 8, { requiresGrad: true })).sum().backward());
  expect([...m.children()].map((layer) => seen.forwards.filter((f) => f.module === layer).length)).toEqual([2, 2, 1, 1, 1]);
  expect(() => checkpointSequential(m, 6, torch.ones(1, 8))).toThrow(/cannot be cut into 6 segments/);
});
