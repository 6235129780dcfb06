import { describe, expect, test } from 'vitest';
import * as torch from '../src/index.ts';
import { tensor, TorchError, type Tensor } from '../src/index.ts';

const leaf = (data: torch.TensorData): Tensor => tensor(data, { dtype: 'float64', requiresGrad: true });
const list = (t: Tensor | null): unknown => t?.tolist() ?? null;

describe('backward', () => {
  test('a leaf used twice gets the sum of both gradients, and a second backward adds', () => {
    const x = leaf([2]);
    const y = x.mul(x).add(x.mul(3));
    y.backward(null, { retainGraph: true });
    expect(list(x.grad)).toEqual([7]);
    y.backward();
    expect(list(x.grad)).toEqual([14]);
  });

  test('a diamond of depth 40 runs each node once', () => {
    const x = leaf([1]);
    let y: Tensor = x.mul(1);
    for (let i = 0; i < 40; i++) y = y.add(y);
    y.backward();
    expect(list(x.grad)).toEqual([2 ** 40]);
  });

  test('gradients of broadcast operands have the operands\' shapes', () => {
    const a = torch.randn([2, 1, 3], { dtype: 'float64', requiresGrad: true }), b = torch.randn([5, 1, 4, 3], { dtype: 'float64', requiresGrad: true });
    expect(torch.autograd.gradcheck((p: Tensor, q: Tensor) => p.mul(q).add(p), [a, b])).toBe(true);
  });

  test('the graph is freed after backward, and says so', () => {
    const x = leaf([1, 2]), y = x.mul(x).sum();
    y.backward();
    expect(() => y.backward()).toThrow(/Trying to backward through the graph a second time/);
  });

  test('errors: no grad, more than one element, integers', () => {
    expect(() => tensor([1, 2]).sum().backward()).toThrow('element 0 of tensors does not require grad and does not have a grad_fn');
    expect(() => leaf([1, 2]).mul(2).backward()).toThrow('grad can be implicitly created only for scalar outputs');
    expect(() => tensor([1, 2], { dtype: 'int64', requiresGrad: true })).toThrow('Only Tensors of floating point and complex dtype can require gradients');
  });

  test('grad leaves .grad alone, and createGraph gives second derivatives', () => {
    const x = leaf([2, 3]), [g] = torch.autograd.grad(x.pow(3).sum(), x, { createGraph: true });
    expect(list(g)).toEqual([12, 27]);
    expect(x.grad).toBeNull();
    const [h] = torch.autograd.grad(g.sum(), x);
    expect(list(h)).toEqual([12, 18]);
  });

  test('grad of an unused input is an error unless allowed', () => {
    const x = leaf([1]), y = leaf([1]);
    expect(() => torch.autograd.grad(x.mul(2), [x, y])).toThrow(/appears to not have been used in the graph/);
    expect(torch.autograd.grad(x.mul(2), [x, y], { allowUnused: true })[1]).toBeNull();
  });

  test('backward with inputs fills only those', () => {
    const x = leaf([1]), w = leaf([3]);
    x.mul(w).backward(null, { inputs: [w] });
    expect([list(x.grad), list(w.grad)]).toEqual([null, [1]]);
  });
});

describe('in place', () => {
  test('a write through a view is seen by the base, and gradients follow', () => {
    const x = leaf([1, 2, 3]), y = x.mul(1);
    y.narrow(0, 0, 2).mul_(10);
    expect(list(y)).toEqual([10, 20, 3]);
    y.mul(tensor([1, 2, 3], { dtype: 'float64' })).sum().backward();
    expect(list(x.grad)).toEqual([10, 20, 3]);
  });

  test('a view taken before the base is changed sees the change, in value and gradient', () => {
    const x = leaf([1, 2]), y = x.mul(1), v = y.view(2, 1);
    y.mul_(5);
    expect(list(v)).toEqual([[5], [10]]);
    v.sum().backward();
    expect(list(x.grad)).toEqual([5, 5]);
  });

  test('writing another leaf into a slice sends it the slice\'s gradient, and the old values none', () => {
    const x = leaf([1, 2, 3]), w = leaf([7]), y = x.mul(2);
    y.select(0, 1).copy_(w.select(0, 0));
    y.mul(y).sum().backward();
    expect(list(y.detach())).toEqual([2, 7, 6]);
    expect(list(x.grad)).toEqual([8, 0, 24]);
    expect(list(w.grad)).toEqual([14]);
  });

  test('in-place changes agree with their out-of-place forms in gradcheck, views included', () => {
    const x = torch.randn([3, 4], { dtype: 'float64', requiresGrad: true });
const row = torch.randn([3], { dtype: 'float64' });
    expect(torch.autograd.gradcheck((a: Tensor) => { const b = a.mul(2); b.select(0, 1).mul_(3).add_(a.select(0, 2)); b.transpose(0, 1).select(0, 2).mul_(row); return b; }, [x])).toBe(true);
  });

  test('a leaf that requires grad refuses, also through a view; under noGrad it is changed and stays a leaf', () => {
    const w = leaf([1, 2]);
    expect(() => w.add_(1)).toThrow('a leaf Variable that requires grad is being used in an in-place operation.');
    expect(() => w.select(0, 0).add_(1)).toThrow('a view of a leaf Variable that requires grad is being used in an in-place operation.');
    torch.noGrad(() => w.add_(1));
    expect([list(w), w.isLeaf, w.requiresGrad]).toEqual([[2, 3], true, true]);
  });

  test('editing a saved tensor is an error at backward, by the words that PyTorch has', () => {
    const x = leaf([1, 2]), y = x.exp();
    y.mul_(2);
    expect(() => y.sum().backward()).toThrow(/modified by an inplace operation: \[torch.DoubleTensor \[2\]\], which is output 0 of ExpBackward0, is at version 1; expected version 0 instead/);
    const a = leaf([3]), b = a.mul(1), c = b.mul(b);
    b.add_(1);
    expect(() => c.backward()).toThrow(/is at version 1; expected version 0/);
    const p = leaf([3]), q = p.add(1);
    const r = q.add(2); // addition saves nothing
    q.mul_(2);
    r.backward();
    expect(list(p.grad)).toEqual([1]);
  });

  test('an expanded tensor refuses writes; detach shares memory and version', () => {
    expect(() => torch.zeros(1, 3).expand(2, 3).add_(1)).toThrow(/more than one element of the written-to tensor refers to a single memory location/);
    const x = leaf([1, 2]), y = x.mul(x), d = y.detach();
    d.zero_();
    expect(list(y)).toEqual([0, 0]);
    expect(y._version).toBe(1);
  });

  test('shape and dtype of the result must fit', () => {
    expect(() => torch.zeros(3).add_(torch.zeros(2, 3))).toThrow("output with shape [3] doesn't match the broadcast shape [2, 3]");
    expect(() => tensor([1], { dtype: 'int64' }).add_(0.5)).toThrow("result type Float can't be cast to the desired output type Long");
  });
});

describe('modes', () => {
  test('noGrad records nothing, across await too, and code outside is not affected', async () => {
    const x = leaf([1]);
    const inside = torch.noGrad(async () => { await new Promise((r) => setTimeout(r, 5)); return x.mul(2).requiresGrad; });
    await new Promise((r) => setTimeout(r, 1));
    expect(x.mul(2).requiresGrad).toBe(true);
    expect(await inside).toBe(false);
    expect(x.mul(2).requiresGrad).toBe(true);
    expect(torch.noGrad(() => torch.enableGrad(() => x.mul(2).requiresGrad))).toBe(true);
  });

  test('an error inside leaves the mode as it was', () => {
    expect(() => torch.noGrad(() => { throw new Error('x'); })).toThrow('x');
    expect(torch.isGradEnabled()).toBe(true);
  });

  test('inference tensors cannot be saved, written to or made to require grad, however they came about', () => {
    const w = leaf([2]), [x, view] = torch.inferenceMode(() => { const t = torch.ones([2], { dtype: 'float64' }); return [t, t.at(0)]; });
    expect([x.isInference(), torch.inferenceMode(() => w.view(1)).isInference(), torch.ones(1).isInference()]).toEqual([true, false, false]);
    expect(() => w.mul(x)).toThrow('Inference tensors cannot be saved for backward');
    for (const t of [x, view]) expect(() => t.add_(1)).toThrow('Inplace update to inference tensor outside InferenceMode is not allowed.');
    expect(() => x.requiresGrad_()).toThrow('Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.');
    expect(torch.inferenceMode(() => x.add_(1).tolist())).toEqual([2, 2]);
    expect(x.clone().requiresGrad_().mul(3).requiresGrad).toBe(true);
  });

  test('a view taken without recording may be written to without recording only', () => {
    for (const base of [leaf([1, 2]), leaf([1, 2]).mul(1)]) {
      const view = torch.noGrad(() => base.at(0));
      expect(() => view.add_(1)).toThrow('A view was created in no_grad mode and is being modified inplace with grad mode enabled.');
      torch.noGrad(() => view.add_(1));
      expect(list(base)).toEqual([2, 2]);
    }
  });
});

describe('hooks', () => {
  test('a hook on a tensor sees and replaces its gradient, until it is removed', () => {
    const x = leaf([1]), y = x.mul(2), seen: unknown[] = [];
    const handle = y.registerHook((g) => { seen.push(list(g)); return g.mul(10); });
    y.mul(3).backward(null, { retainGraph: true });
    expect([seen, list(x.grad)]).toEqual([[[3]], [60]]);
    handle.remove();
    x.grad = null;
    y.mul(3).backward();
    expect(list(x.grad)).toEqual([6]);
  });

  test('retainGrad keeps the gradient of a result', () => {
    const x = leaf([2]), y = x.mul(x);
    y.retainGrad();
    y.mul(3).backward();
    expect(list(y.grad)).toEqual([3]);
  });

  test('after a change in place the new value\'s gradient is retained, and hooks stay with the old value', () => {
    const x = leaf([2]), y = x.mul(2), seen: unknown[] = [];
    y.retainGrad();
    y.registerHook((g) => { seen.push(list(g)); });
    y.mul_(3).sum().backward();
    expect([list(y.grad), seen, list(x.grad)]).toEqual([[1], [[3]], [6]]);
  });

  test('a hook on a leaf also changes what grad() gives, and once only with inputs', () => {
    const x = leaf([2]);
    x.registerHook((g) => g.mul(10));
    expect(list(torch.autograd.grad(x.mul(3).sum(), x)[0])).toEqual([30]);
    x.mul(3).sum().backward({ inputs: [x] });
    x.mul(3).sum().backward();
    expect(list(x.grad)).toEqual([60]);
  });

  test('module hooks: pre, forward, backward, in order, with gradients of inputs and outputs', () => {
    class Double extends torch.nn.Module { override forward(x: Tensor): Tensor { return x.mul(2); } }
    const m = new Double(), log: string[] = [];
    m.registerForwardPreHook((_m, [x]) => { log.push('pre'); return [(x as Tensor).add(1)]; });
    m.registerForwardHook((_m, _a, out) => { log.push('forward'); return (out as Tensor).mul(10); });
    const h = m.registerFullBackwardHook((_m, gin, gout) => { log.push(`backward ${String(list(gin[0]))} ${String(list(gout[0]))}`); });
    const x = leaf([1]);
    const y = m(x);
    expect(list(y.detach())).toEqual([40]);
    y.backward();
    expect(list(x.grad)).toEqual([20]);
    expect(log).toEqual(['pre', 'forward', 'backward 20 1']);
    h.remove();
  });
});

describe('custom functions', () => {
  class Scale extends torch.autograd.Function {
    static forward(ctx: torch.autograd.FunctionContext, x: Tensor, w: Tensor, k: number): [Tensor, Tensor] {
      ctx.saveForBackward(x, w);
      ctx.k = k;
      return [x.mul(w).mul(k), x.add(w)];
    }
    static backward(ctx: torch.autograd.FunctionContext, g: Tensor, h: Tensor): (Tensor | null)[] {
      const [x, w] = ctx.savedTensors;
      return [g.mul(w).mul(ctx.k as number).add(h), g.mul(x).mul(ctx.k as number).add(h), null];
    }
  }
  test('two outputs, a plain argument, gradcheck and gradgradcheck', () => {
    const x = torch.randn([3], { dtype: 'float64', requiresGrad: true }), w = torch.randn([3], { dtype: 'float64', requiresGrad: true });
    expect(torch.autograd.gradcheck((a: Tensor, b: Tensor) => Scale.apply(a, b, 3), [x, w])).toBe(true);
    expect(torch.autograd.gradgradcheck((a: Tensor, b: Tensor) => Scale.apply(a, b, 3), [x, w])).toBe(true);
  });
  test('a wrong backward is caught by gradcheck', () => {
    class Wrong extends torch.autograd.Function {
      static forward(ctx: torch.autograd.FunctionContext, x: Tensor): Tensor { ctx.saveForBackward(x); return x.mul(x); }
      static backward(ctx: torch.autograd.FunctionContext, g: Tensor): Tensor { return g.mul(ctx.savedTensors[0]); }
    }
    expect(() => torch.autograd.gradcheck((a: Tensor) => Wrong.apply(a), [torch.randn([3], { dtype: 'float64', requiresGrad: true })])).toThrow(TorchError);
  });
  test('an unused output arrives as zeros, or as null without materializing', () => {
    const x = leaf([1]), w = leaf([2]);
    Scale.apply(x, w, 1)[1].backward();
    expect([list(x.grad), list(w.grad)]).toEqual([[1], [1]]);
  });
});

describe('memory', () => {
  test('what backward needs is let go of afterwards', async () => {
    const { savedBytes } = await import('../src/testing/index.ts');
    const before = savedBytes(), x = leaf([1, 2, 3]), y = x.exp().mul(x).sum();
    expect(savedBytes()).toBeGreaterThan(before);
    y.backward();
    expect(savedBytes()).toBe(before);
  });

  test('gradients that hooks, custom functions and grad() hand out stay as they are after later passes', () => {
    class Keep extends torch.autograd.Function {
      static seen: Tensor[] = [];
      static forward(_ctx: torch.autograd.FunctionContext, x: Tensor): Tensor { return x.mul(1); }
      static backward(_ctx: torch.autograd.FunctionContext, g: Tensor): Tensor { Keep.seen.push(g); return g.mul(2); }
    }
    const x = torch.ones([200, 200], { requiresGrad: true }), kept: Tensor[] = [];
    const pass = (scale: number): Tensor => {
      const h = Keep.apply(x.mul(scale)), y = h.mul(scale).add(h);
      y.registerHook((g) => { kept.push(g); });
      const [g] = torch.autograd.grad(y.mul(y).sum(), x, { retainGraph: true });
      y.sum().backward();
      return g;
    };
    const first = pass(2), before = [first, ...kept, ...Keep.seen].map((t) => t.sum().item());
    const held = [first, ...kept, ...Keep.seen];
    for (let i = 0; i < 50; i++) { x.grad = null; pass(3 + i); }
    expect(held.map((t) => t.sum().item())).toEqual(before);
  });

  test('a step of training leaves little behind for the garbage collector', () => {
    const net = new torch.nn.Sequential(new torch.nn.Linear(256, 256), new torch.nn.ReLU(), new torch.nn.Linear(256, 256));
    const x = torch.randn(256, 256);
    const step = (): void => { net.zeroGrad(); net(x).square().mean().backward(); };
    step();
    const before = torch.memoryStats().liveBytes;
    step();
    // What stays until a collection: the forward's activations and the previous gradients, not the backward's own tensors.
    expect(torch.memoryStats().liveBytes - before).toBeLessThan(9 * 256 * 256 * 4);
  });

  test('a synchronous loop does not keep what it no longer holds', () => {
    for (let i = 0; i < 600; i++) torch.zeros(1024, 1024); // 4 MiB each
    expect(torch.memoryStats().reservedBytes).toBeLessThan(1.5 * 2 ** 30);
    expect(torch.memoryStats().sweeps).toBeGreaterThan(0);
  });
});
