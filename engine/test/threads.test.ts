import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import * as torch from '../src/index.ts';
import { nn, type Tensor } from '../src/index.ts';
import { ranges } from '../src/cpu/threads.ts';

/** The result of `fn` on one thread and on three, after the workers had time to start. */
async function onBoth(fn: () => Tensor[]): Promise<[unknown[], unknown[]]> {
  const values = (): unknown[] => fn().map((t) => Buffer.from(t.detach().contiguous().window().slice().buffer as ArrayBuffer).toString('base64'));
  torch.setNumThreads(1);
  const one = values();
  torch.setNumThreads(3);
  values();
  await new Promise((r) => setTimeout(r, 400));
  const several = values();
  return [one, several];
}

test('products and convolutions give the same bits on any number of threads', async () => {
  torch.manualSeed(1);
  const a = torch.randn(300, 257), b = torch.randn(257, 190), c = torch.randn(7, 130, 90), d = torch.randn(7, 90, 110), x = torch.randn(9, 6, 33, 31);
  const conv = new nn.Conv2d(6, 14, 3, { padding: 1, stride: 2 });
  const [one, several] = await onBoth(() => {
    const input = x.clone().requiresGrad_(), y = conv(input);
    conv.zeroGrad();
    y.mul(y).sum().backward();
    return [a.matmul(b), a.t().matmul(a), b.t().matmul(a.t()), c.bmm(d), y, input.grad!, conv.weight.grad!];
  });
  expect(several).toEqual(one);
});

test('ranges cover everything once, on the asked boundaries, and none is too small', () => {
  torch.setNumThreads(4);
  for (const [n, least, step] of [[100, 8, 4], [9, 8, 8], [33, 8, 8], [1, 1, 1], [1000, 16, 8]]) {
    const cuts = ranges(n, least, step);
    expect(cuts[0][0]).toBe(0);
    expect(cuts.at(-1)![1]).toBe(n);
    cuts.forEach(([from, to], i) => { if (i) expect(from).toBe(cuts[i - 1][1]); if (i < cuts.length - 1) expect(to % step).toBe(0); expect(to).toBeGreaterThan(from); });
  }
  torch.setNumThreads(2);
});

test('waiting workers do not keep a program from ending, and wrong numbers of threads are refused', () => {
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', "import * as torch from '@track/engine'; torch.setNumThreads(2); const a = torch.ones(256, 256); for (let i = 0; i < 60; i++) a.matmul(a); console.log(a.matmul(a).at(0, 0).item())"], { encoding: 'utf8', cwd: new URL('..', import.meta.url), timeout: 20_000 });
  expect(out.trim()).toBe('256');
  expect(() => torch.setNumThreads(0)).toThrow('set_num_threads expects a positive integer');
});
