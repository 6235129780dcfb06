import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import type { Tensor } from '../src/index.ts';

const { nn } = torch, F = nn.functional;
const { gradcheck, gradgradcheck } = torch.autograd;
torch.manualSeed(7);
const wide = (...shape: number[]): Tensor => torch.randn(shape, { dtype: 'float64' }).requiresGrad_();
const far = (a: Tensor, b: Tensor): number => a.sub(b).abs().max().item() as number;

const norms: [string, (x: Tensor, w: Tensor, b: Tensor) => Tensor, number[], number[]][] = [
  ['batchNorm in training', (x, w, b) => F.batchNorm(x, null, null, w, b, true), [2, 2, 1, 3], [2]],
  ['batchNorm in evaluation', (x, w, b) => F.batchNorm(x, torch.ones(2, { dtype: 'float64' }), torch.full([2], 2, { dtype: 'float64' }), w, b), [2, 2, 3], [2]],
  ['layerNorm', (x, w, b) => F.layerNorm(x, [2, 3], w, b), [2, 2, 3], [2, 3]],
  ['rmsNorm', (x, w, b) => F.rmsNorm(x, [3], w).add(b), [2, 2, 3], [3]],
  ['groupNorm', (x, w, b) => F.groupNorm(x, 2, w, b), [1, 4, 3], [4]],
  ['instanceNorm', (x, w, b) => F.instanceNorm(x, { weight: w, bias: b }), [2, 2, 3], [2]],
  ['localResponseNorm', (x, w, b) => F.localResponseNorm(x, 3, 0.5).mul(w.reshape(-1, 1)).add(b.reshape(-1, 1)), [1, 4, 2], [4]],
];

describe('normalisation', () => {
  it.each(norms)('%s: gradients, and gradients of gradients', (_, f, shape, params) => {
    const args = [wide(...shape), wide(...params), wide(...params)];
    expect(gradcheck(f as never, args)).toBe(true);
    expect(gradgradcheck(f as never, args)).toBe(true);
  });
  it.each(norms)('%s: the backward kernel agrees with the formula in operators', (_, f, shape, params) => {
    const args = [torch.randn(shape), torch.randn(params), torch.randn(params)].map((t) => t.requiresGrad_()), cotangent = torch.randn(shape);
    const direct = torch.autograd.grad(f(...(args as [Tensor, Tensor, Tensor])) as Tensor, args, { gradOutputs: cotangent }) as Tensor[];
    const recorded = torch.autograd.grad(f(...(args as [Tensor, Tensor, Tensor])) as Tensor, args, { gradOutputs: cotangent, createGraph: true }) as Tensor[];
    direct.forEach((g, i) => expect(far(g, recorded[i].detach())).toBeLessThan(1e-4));
  });
  it('gives mean 0 and variance 1 to each row, group or channel', () => {
    const x = torch.randn(6, 4, 5).mul(3).add(7);
    const spread = (y: Tensor, dims: number[]): void => { expect(y.mean(dims).abs().max().item()).toBeLessThan(1e-5); expect(y.square().mean(dims).sub(1).abs().max().item()).toBeLessThan(1e-4); };
    spread(F.batchNorm(x, null, null, { training: true }), [0, 2]);
    spread(F.layerNorm(x, [4, 5]), [1, 2]);
    spread(F.groupNorm(x, 2).reshape(6, 2, 10), [2]);
    spread(F.instanceNorm(x), [2]);
    expect(F.rmsNorm(x, 5).square().mean(-1).sub(1).abs().max().item()).toBeLessThan(1e-4);
  });
  it("moves the running statistics as PyTorch does, with the unbiased variance", () => {
    torch.manualSeed(1);
    const x = torch.randn(2, 3, 2, 2), bn = new nn.BatchNorm2d(3);
    bn(x);
    // From PyTorch: torch.manual_seed(1), the same calls.
    [-0.08247987926006317, -0.022116221487522125, 0.06792088598012924].forEach((v, i) => expect(bn.runningMean!.at(i).item()).toBeCloseTo(v, 6));
    [0.945279598236084, 1.0044387578964233, 1.0572757720947266].forEach((v, i) => expect(bn.runningVar!.at(i).item()).toBeCloseTo(v, 6));
    expect(bn.numBatchesTracked!.item()).toBe(1);
    const before = bn.runningMean!.tolist();
    bn.eval()(x);
    expect(bn.runningMean!.tolist()).toEqual(before);
  });
  it('averages over all batches where momentum is null', () => {
    const bn = new nn.BatchNorm1d(1, { momentum: null });
    for (const v of [0, 2, 7]) bn(torch.tensor([[v - 1], [v + 1]]));
    expect(bn.runningMean!.item()).toBeCloseTo(3, 5);
    expect(bn.runningVar!.item()).toBeCloseTo(2, 5);
  });
  it("says what is wrong in PyTorch's words", () => {
    expect(() => F.batchNorm(torch.randn(1, 3), null, null, { training: true })).toThrow('Expected more than 1 value per channel when training, got input size torch.Size([1, 3])');
    expect(() => new nn.BatchNorm2d(3)(torch.randn(2, 3))).toThrow('expected 4D input (got 2D input)');
    expect(() => F.layerNorm(torch.randn(2, 3), [4])).toThrow('Given normalized_shape=[4], expected input with shape [*, 4], but got input of size[2, 3]');
    expect(() => F.groupNorm(torch.randn(2, 3), 2)).toThrow('Expected number of channels in input to be divisible by num_groups');
    expect(() => F.batchNorm(torch.randn(2, 3), torch.ones(4), torch.ones(3))).toThrow('running_mean should contain 3 elements not 4');
  });
});

describe('dropout', () => {
  it('scales what it keeps, and passes its mask to the gradient', () => {
    const x = torch.ones(400).requiresGrad_(), y = F.dropout(x, 0.25);
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual(y.tolist());
    const kept = y.detach().ne(0), share = kept.float().mean().item() as number;
    expect(share).toBeGreaterThan(0.65);
    expect(share).toBeLessThan(0.85);
    expect(y.detach().at(kept).sub(4 / 3).abs().max().item()).toBeLessThan(1e-6);
    expect(F.dropout(x, 0.25, false)).toBe(x);
  });
  it('drops whole channels in dropout2d', () => {
    const flat = F.dropout2d(torch.ones(8, 6, 3, 2), 0.5).reshape(48, 6).tolist() as number[][];
    expect(new Set(flat.map((row) => row.join())).size).toBe(2);
    for (const row of flat) expect(new Set(row).size).toBe(1);
  });
  it('keeps mean and variance in alphaDropout', () => {
    const y = F.alphaDropout(torch.randn(40000), 0.3, true);
    expect(Math.abs(y.mean().item() as number)).toBeLessThan(0.03);
    expect(Math.abs((y.var().item() as number) - 1)).toBeLessThan(0.05);
  });
  it('rejects probabilities outside [0, 1]', () => {
    expect(() => F.dropout(torch.ones(2), 1.5)).toThrow('dropout probability has to be between 0 and 1, but got 1.5');
    expect(() => new nn.Dropout(-0.1)).toThrow('dropout probability has to be between 0 and 1, but got -0.1');
  });
});
