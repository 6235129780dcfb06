import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import { nn, optim, TorchError, type Tensor } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'track-save-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'x.pt');
const through = (value: unknown): any => { torch.save(value, path); return torch.load(path); };

class Net extends nn.Module {
  w = new nn.Parameter(torch.tensor([[1, -2], [0.5, 4]]));
  constructor() { super(); this.registerBuffer('steps', torch.tensor([3], { dtype: 'int64' })); }
  override forward(x: Tensor): Tensor { return x.matmul(this.w); }
}

describe('save and load', () => {
  it('brings back every kind of value', () => {
    const value = {
      tensors: [torch.tensor([1.5, -2]), torch.tensor([1, 0], { dtype: 'bool' }), torch.tensor(7, { dtype: 'int8' }), torch.tensor([0.1], { dtype: 'bfloat16' }), torch.zeros(0, 3)],
      nested: { list: [1, 2.5, -3e300, null, true, 'text'], tuple: Object.freeze([1, 'a']), map: new Map<unknown, unknown>([[0, 'zero'], ['k', [1]]]) },
      same: null as unknown,
    };
    value.same = value.nested;
    const got = through(value);
    expect(got.tensors.map((t: Tensor) => [t.dtype, t.shape, t.tolist()])).toEqual(value.tensors.map((t) => [t.dtype, t.shape, t.tolist()]));
    expect(got.nested).toEqual(value.nested);
    expect(Object.isFrozen(got.nested.tuple)).toBe(true);
    expect(got.same).toBe(got.nested);
  });
  it('keeps shared memory shared, and loads into memory of its own', () => {
    const base = torch.arange(12, { dtype: 'float32' }).reshape(3, 4), got = through({ base, row: base.select(0, 1), turned: base.t() });
    expect(got.turned.stride()).toEqual([1, 4]);
    got.row.fill_(-1);
    expect(got.base.tolist()).toEqual([[0, 1, 2, 3], [-1, -1, -1, -1], [8, 9, 10, 11]]);
    expect(got.turned.tolist()[2]).toEqual([2, -1, 10]);
    expect(base.select(0, 1).tolist()).toEqual([4, 5, 6, 7]);
  });
  it('knows parameters and what asks for a gradient', () => {
    const [p, frozen, leaf, result] = through([new nn.Parameter(torch.ones(2)), new nn.Parameter(torch.ones(2), false), torch.ones(2, { requiresGrad: true }), new nn.Parameter(torch.ones(2)).mul(3)]);
    expect([p, frozen, leaf].map((t) => t instanceof nn.Parameter)).toEqual([true, true, false]);
    expect([p, frozen, leaf, result].map((t) => [t.requiresGrad, t.isLeaf])).toEqual([[true, true], [false, true], [true, true], [true, true]]);
  });
  it('resumes training bit for bit from model, optimizer and random state', () => {
    const start = (): [Net, optim.Adam] => { const m = new Net(); return [m, new optim.Adam(m.parameters(), { lr: 0.1, weightDecay: 0.01 })]; };
    const train = (m: Net, o: optim.Adam, steps: number): void => { for (let i = 0; i < steps; i++) { o.zeroGrad(); m(torch.randn(3, 2)).pow(2).sum().backward(); o.step(); } };
    torch.manualSeed(3);
    const [model, optimizer] = start();
    train(model, optimizer, 2);
    torch.save({ model: model.stateDict(), optimizer: optimizer.stateDict(), rng: torch.getRngState() }, path);
    train(model, optimizer, 3);
    torch.manualSeed(99);
    const [again, other] = start(), saved = torch.load(path);
    again.loadStateDict(saved.model); other.loadStateDict(saved.optimizer); torch.setRngState(saved.rng);
    train(again, other, 3);
    expect(again.w.tolist()).toEqual(model.w.tolist());
    expect(Object.keys(saved.optimizer.param_groups[0])).toContain('weight_decay');
    expect(saved.optimizer.state).toBeInstanceOf(Map);
  });
  it('maps locations', () => {
    torch.save({ x: torch.ones(2) }, path);
    expect(torch.load(path, { mapLocation: 'sim:1' }).x.device).toBe('sim:1');
    expect(torch.load(path, { mapLocation: { cpu: 'sim:2' } }).x.device).toBe('sim:2');
    expect(torch.load(path, { mapLocation: (from) => `${from === 'cpu' ? 'sim:3' : from}` }).x.device).toBe('sim:3');
    expect(torch.load(path, { mapLocation: null, weightsOnly: true }).x.device).toBe('cpu');
  });
  it('says what is wrong, and where', () => {
    const missing = join(folder, 'missing.pt');
    expect(() => torch.load(missing)).toThrow(TorchError);
    expect(() => torch.load(missing)).toThrow(`No such file or directory: '${missing}'`);
    expect(() => torch.load(folder)).toThrow(/Is a directory/);
    expect(() => torch.save(1, join(folder, 'no', 'x.pt'))).toThrow(/Parent directory .*no does not exist/);
    expect(() => torch.save(new Net(), path)).toThrow(/save its stateDict/);
    expect(() => torch.save({ f: new Date() }, path)).toThrow(/cannot pickle 'Date'/);
  });
});

describe('safetensors', () => {
  const file = join(folder, 'x.safetensors');
  it('brings tensors back by name', () => {
    const tensors = { w: torch.tensor([[1, -2.5], [3, 4]]), n: torch.tensor([2 ** 40], { dtype: 'int64' }), h: torch.tensor([1.5], { dtype: 'float16' }), none: torch.zeros(0, 2) };
    torch.safetensors.saveFile(tensors, file, { format: 'pt' });
    const got = torch.safetensors.loadFile(file);
    for (const [name, t] of Object.entries(tensors)) expect([got[name].dtype, got[name].shape, got[name].tolist()]).toEqual([t.dtype, t.shape, t.tolist()]);
    expect(readFileSync(file).subarray(8, 300).toString('latin1')).toContain('"format":"pt"');
  });
  it('refuses what the format cannot say', () => {
    const x = torch.ones(4);
    expect(() => torch.safetensors.saveFile({ x, y: x.narrow(0, 1, 2) }, file)).toThrow(/share memory.*'x', 'y'/);
    expect(() => torch.safetensors.saveFile({ x: x.narrow(0, 0, 2), y: x.narrow(0, 2, 2) }, file)).not.toThrow();
    expect(() => torch.safetensors.saveFile({ x: x.reshape(2, 2).t() }, file)).toThrow(/non contiguous tensor: `x`/);
    expect(() => torch.safetensors.loadFile(join(folder, 'none'))).toThrow(/No such file/);
  });
});
