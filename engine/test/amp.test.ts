import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import { amp, nn, optim, type Tensor } from '../src/index.ts';
import { spy } from '../src/testing/index.ts';

const F = nn.functional;

describe('autocast', () => {
  const x = torch.randn(3, 4), w = torch.randn(4, 4);
  it('runs products in 16 bits and losses in float32', () => {
    const seen = amp.autocast('cpu', () => {
      const h = F.linear(x, w), s = F.softmax(h, -1);
      return { h, mm: x.matmul(w), conv: F.conv1d(x.unsqueeze(0), w.unsqueeze(2).narrow(1, 0, 3)), relu: F.relu(h), s, loss: F.mseLoss(h, x), add: h.add(x), cat: torch.cat([h, x]), prod: h.prod() };
    });
    expect(Object.fromEntries(Object.entries(seen).map(([k, t]) => [k, t.dtype]))).toEqual({ h: 'bfloat16', mm: 'bfloat16', conv: 'bfloat16', relu: 'bfloat16', s: 'bfloat16', loss: 'float32', add: 'float32', cat: 'float32', prod: 'float32' });
    expect(seen.mm.equal(x.bfloat16().matmul(w.bfloat16()))).toBe(true);
    expect(F.linear(x, w).dtype).toBe('float32');
  });
  it('follows the lists of cuda on other devices, and leaves other devices and float64 alone', () => {
    const a = x.to('sim:0'), b = w.to('sim:0');
    const [h, s, n, here, wide] = amp.autocast('sim', () => { const p = a.mm(b); return [p, F.softmax(p, -1), F.layerNorm(p, [4]), x.mm(w), a.double().mm(b.double())]; });
    expect([h, s, n, here, wide].map((t) => t.dtype)).toEqual(['float16', 'float32', 'float32', 'float32', 'float64']);
    expect(() => amp.autocast('sim', () => F.binaryCrossEntropy(a.sigmoid(), b.sigmoid().narrow(0, 0, 3)))).toThrow(/unsafe to autocast/);
  });
  it('nests, is switched off inside, and ends with its function', async () => {
    const dtype = (): string => x.mm(w).dtype;
    expect(amp.autocast('cpu', () => [dtype(), amp.autocast('cpu', dtype, { enabled: false }), amp.autocast('cpu', dtype, { dtype: 'float16' }), dtype(), amp.isAutocastEnabled('cpu')])).toEqual(['bfloat16', 'float32', 'float16', 'bfloat16', true]);
    expect(() => amp.autocast('cpu', () => { throw new Error('inside'); })).toThrow('inside');
    expect(dtype()).toBe('float32');
    const later = amp.autocast('cpu', async () => { await Promise.resolve(); return dtype(); });
    expect(dtype()).toBe('float32');
    expect(await later).toBe('bfloat16');
    expect(() => amp.autocast('cpu', dtype, { dtype: 'float64' })).toThrow(/only supports dtypes/);
    expect(() => amp.autocast('tpu', dtype)).toThrow(/unsupported autocast device_type 'tpu'/);
  });
  it('gives parameters gradients in their own dtype', () => {
    const layer = new nn.Linear(4, 2), loss = amp.autocast('cpu', () => F.crossEntropy(layer(x), torch.tensor([0, 1, 1], { dtype: 'int64' })));
    expect(loss.dtype).toBe('float32');
    loss.backward();
    const full = new nn.Linear(4, 2);
    full.loadStateDict(layer.stateDict());
    F.crossEntropy(full(x), torch.tensor([0, 1, 1], { dtype: 'int64' })).backward();
    expect(layer.weight.grad!.dtype).toBe('float32');
    expect(torch.allclose(layer.weight.grad!, full.weight.grad!, { atol: 0.02 })).toBe(true);
    expect(layer.weight.grad!.equal(full.weight.grad!)).toBe(false);
  });
  it('does not show its conversions as the program\'s', () => {
    const seen = spy(() => amp.autocast('cpu', () => x.mm(w)));
    expect(seen.calls.filter((c) => c.depth === 0).map((c) => [c.name, c.dtypes])).toEqual([['mm', ['bfloat16', 'bfloat16']]]);
  });
});

describe('GradScaler', () => {
  const setup = (options = {}): { p: Tensor; o: optim.SGD; scaler: amp.GradScaler; step(gradient: number): void } => {
    const p = new nn.Parameter(torch.tensor([1])), o = new optim.SGD([p], { lr: 0.5 }), scaler = new amp.GradScaler('cpu', { initScale: 8, growthInterval: 2, ...options });
    return { p, o, scaler, step(gradient) { o.zeroGrad(); scaler.scale(p.mul(gradient).sum()).backward(); scaler.step(o); scaler.update(); } };
  };
  it('skips overflowed steps, backs off, and grows after enough good ones', () => {
    const { p, scaler, step } = setup(), seen: unknown[] = [];
    for (const gradient of [1, Infinity, 1, 1, 1, NaN, 1, 1]) { step(gradient); seen.push([(p.item() as number), scaler.getScale()]); }
    expect(seen).toEqual([[0.5, 8], [0.5, 4], [0, 4], [-0.5, 8], [-1, 8], [-1, 4], [-1.5, 4], [-2, 8]]);
    expect(scaler.stateDict()).toEqual({ scale: 8, growth_factor: 2, backoff_factor: 0.5, growth_interval: 2, _growth_tracker: 0 });
  });
  it('unscales once, before clipping', () => {
    const { p, o, scaler } = setup();
    const { order } = spy(() => {
      scaler.scale(p.mul(3).sum()).backward();
      expect(p.grad!.item()).toBe(24);
      scaler.unscale_(o);
      expect(p.grad!.item()).toBe(3);
      nn.utils.clipGradNorm_([p], 1);
      scaler.step(o);
      scaler.update();
    });
    expect(order).toEqual(['scale', 'backward', 'unscale', 'clip', 'step', 'update']);
    expect(p.item()).toBeCloseTo(0.5, 5);
  });
  it('refuses a wrong order', () => {
    const { p, o, scaler } = setup();
    expect(() => scaler.step(o)).toThrow(/_scale is None/);
    scaler.scale(p.sum()).backward();
    expect(() => scaler.update()).toThrow('No inf checks were recorded prior to update.');
    scaler.unscale_(o);
    expect(() => scaler.unscale_(o)).toThrow(/unscale_\(\) has already been called/);
    scaler.step(o);
    expect(() => scaler.step(o)).toThrow(/step\(\) has already been called/);
    expect(() => scaler.unscale_(o)).toThrow(/being called after step/);
  });
  it('resumes from its state, and does nothing when it is not enabled', () => {
    const { scaler } = setup(), other = new amp.GradScaler();
    other.loadStateDict({ ...(scaler.stateDict() as amp.GradScalerState), _growth_tracker: 1 });
    expect(other.stateDict()).toEqual({ ...scaler.stateDict(), _growth_tracker: 1 });
    const plain = setup({ enabled: false });
    plain.step(1);
    expect([plain.p.item(), plain.scaler.getScale(), plain.scaler.stateDict()]).toEqual([0.5, 1, {}]);
  });
});
