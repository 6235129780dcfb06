import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import { nn, optim, type Tensor } from '../src/index.ts';
import { spy } from '../src/testing/index.ts';

const { lrScheduler, swaUtils } = optim;
type AnyOptimizer = optim.Optimizer<any>;

describe('fused steps', () => {
  const makers: [string, (p: Tensor[]) => AnyOptimizer][] = [
    ['SGD', (p) => new optim.SGD(p, { lr: 0.1 })],
    ['SGD with everything', (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 })],
    ['SGD with dampening', (p) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.3 })],
    ['Adam', (p) => new optim.Adam(p, { lr: 0.1, weightDecay: 0.1, amsgrad: true })],
    ['AdamW', (p) => new optim.AdamW(p, { lr: 0.1 })],
  ];
  it.each(makers)('%s: the operators, on a transposed parameter, compute the same', (_, make) => {
    for (const dtype of ['float32', 'float64'] as const) {
      torch.manualSeed(4);
      const start = torch.randn(5, 7, { dtype }), dense = new nn.Parameter(start.clone()), strided = new nn.Parameter(start.t().clone().t());
      expect(strided.isContiguous()).toBe(false);
      const a = make([dense]), b = make([strided]);
      for (let i = 0; i < 4; i++) {
        dense.grad = torch.randn(5, 7, { dtype });
        strided.grad = dense.grad.clone();
        a.step(); b.step();
      }
      expect(torch.allclose(dense, strided, { rtol: dtype === 'float32' ? 1e-5 : 1e-12, atol: 1e-7 })).toBe(true);
      expect(dense.equal(start)).toBe(false);
    }
  });
  it('are one event to a spy, and a change in place to autograd', () => {
    const p = new nn.Parameter(torch.ones(3)), o = new optim.Adam([p]);
    const loss = p.mul(p).sum();
    p.grad = torch.ones(3);
    const seen = spy(() => o.step());
    expect([seen.order, seen.calls.filter((c) => c.depth === 0)]).toEqual([['step'], []]);
    expect(() => loss.backward()).toThrow(/modified by an inplace operation/);
  });
});

describe('state', () => {
  it('goes from one optimizer to another in PyTorch\'s layout', () => {
    const p = new nn.Parameter(torch.ones(2)), q = new nn.Parameter(torch.ones(2));
    const a = new optim.AdamW([{ params: [p], lr: 0.5 }]), b = new optim.AdamW([{ params: [q] }]);
    p.grad = torch.ones(2); a.step();
    const dict = a.stateDict();
    expect([Object.keys(dict.state.get(0)!), dict.param_groups[0].weight_decay, dict.param_groups[0].params]).toEqual([['step', 'exp_avg', 'exp_avg_sq'], 0.01, [0]]);
    torch.noGrad(() => { q.copy_(p); });
    b.loadStateDict(dict);
    for (const [x, o] of [[p, a], [q, b]] as const) { x.grad = torch.full([2], 0.3); o.step(); }
    expect([p.equal(q), b.paramGroups[0].lr]).toEqual([true, 0.5]);
    // A checkpoint of an old PyTorch version counts steps with a plain number.
    b.loadStateDict({ ...dict, state: new Map([[0, { ...dict.state.get(0), step: 1 }]]) });
    b.step();
    expect((b.state.get(q)!.step as Tensor).item()).toBe(2);
  });
  it('of schedulers has PyTorch\'s names, goes through a file\'s kinds of values, and resumes', () => {
    const start = (): AnyOptimizer => new optim.SGD([new nn.Parameter(torch.zeros(1))], { lr: 0.1, momentum: 0.9 });
    const kinds: ((o: AnyOptimizer) => { step(): void; getLastLr(): number[]; stateDict(): Record<string, unknown>; loadStateDict(s: Record<string, unknown>): void })[] = [
      (o) => new lrScheduler.StepLR(o, 3), (o) => new lrScheduler.MultiStepLR(o, [2, 4]), (o) => new lrScheduler.CosineAnnealingLR(o, 5), (o) => new lrScheduler.CosineAnnealingWarmRestarts(o, { T0: 3 }),
      (o) => new lrScheduler.OneCycleLR(o, { maxLr: 0.1, totalSteps: 20 }), (o) => new lrScheduler.LambdaLR(o, (e) => 1 / (e + 1)), (o) => new lrScheduler.LinearLR(o),
      (o) => new lrScheduler.SequentialLR(o, [new lrScheduler.ConstantLR(o), new lrScheduler.ExponentialLR(o, 0.9)], [2]), (o) => new lrScheduler.ChainedScheduler([new lrScheduler.ConstantLR(o), new lrScheduler.ExponentialLR(o, 0.9)]),
    ];
    for (const make of kinds) {
      const o = start(), s = make(o);
      for (let i = 0; i < 4; i++) { o.step(); s.step(); }
      const state = JSON.parse(JSON.stringify(s.stateDict())) as Record<string, unknown>, group = { ...o.paramGroups[0] };
      const o2 = start(), s2 = make(o2);
      s2.loadStateDict(state);
      Object.assign(o2.paramGroups[0], { lr: group.lr, initialLr: group.initialLr });
      for (let i = 0; i < 5; i++) { o.step(); s.step(); o2.step(); s2.step(); expect(o2.paramGroups[0].lr).toBeCloseTo(o.paramGroups[0].lr as number, 12); }
    }
    expect(new lrScheduler.StepLR(start(), 3).stateDict()).toEqual({ step_size: 3, gamma: 0.1, base_lrs: [0.1], last_epoch: 0, _step_count: 1, _last_lr: [0.1] });
    expect(Object.keys(new lrScheduler.CosineAnnealingLR(start(), 5).stateDict())).toContain('T_max');
    expect(Object.keys(new lrScheduler.ReduceLROnPlateau(start()).stateDict()).sort()).toEqual(['best', 'cooldown_counter', 'last_epoch', 'num_bad_epochs']);
  });
});

describe('LBFGS', () => {
  /** Runs three steps on a curved valley and gives losses, places and closure calls, as PyTorch 1.13 was run. */
  function run(options: Partial<optim.LBFGSOptions>): { seen: [number, number[], number][]; o: optim.LBFGS; x: Tensor } {
    const x = new nn.Parameter(torch.tensor([-1.2, 1, 0.5], { dtype: 'float64' })), o = new optim.LBFGS([x], options);
    let calls = 0;
    const closure = (): Tensor => {
      calls++;
      o.zeroGrad();
      const [a, b, c] = x.unbind(0), loss = b.sub(a.pow(2)).pow(2).mul(100).add(a.rsub(1).pow(2)).add(c.sub(b).pow(2).mul(0.5));
      loss.backward();
      return loss;
    };
    const seen = [0, 1, 2].map((): [number, number[], number] => [o.step(closure)!.item() as number, x.tolist() as number[], calls]);
    return { seen, o, x };
  }
  it.each<[Partial<optim.LBFGSOptions>, [number, number[], number][]]>([
    [{ lr: 0.1, maxIter: 5 }, [[24.324999999999996, [-1.0987765112887666, 1.042466112358737, 0.5006365303686852], 5], [7.268997345211144, [-1.0726115681808785, 1.053547754209017, 0.5019272062803666], 10], [5.3877493457969345, [-1.055035007386171, 1.0580874100830333, 0.5037627558287782], 15]]],
    [{ lineSearchFn: 'strong_wolfe', maxIter: 6, historySize: 3 }, [[24.324999999999996, [-1.0159522844839213, 1.0202759779196748, 0.5126866179139152], 7], [4.207007819285702, [-0.5158886605860257, 0.2522743094827015, 0.7377527635307719], 14], [2.4349919119606547, [-0.15304946566500374, 0.02833747517260198, 0.7479615703462091], 22]]],
    [{ lineSearchFn: 'strong_wolfe' }, [[24.324999999999996, [0.3267489054688156, 0.0874599153928877, 0.19513656701989232], 27], [0.4963322062447562, [0.9998149427623039, 0.9996257418777602, 0.9996687577714508], 49], [3.691684379469508e-8, [0.9999962789671044, 0.9999916793611151, 1.0000091828476312], 51]]],
  ])('walks PyTorch\'s path with %o', (options, want) => {
    const { seen } = run(options);
    seen.forEach(([loss, place, calls], i) => {
      expect(calls).toBe(want[i][2]);
      expect(loss).toBeCloseTo(want[i][0], 8);
      place.forEach((v, k) => expect(v).toBeCloseTo(want[i][1][k], 8));
    });
  });
  it('keeps PyTorch\'s state, and needs a closure', () => {
    const { o, x } = run({ lr: 0.1, maxIter: 5 });
    const state = o.stateDict().state.get(0)!;
    expect([state.n_iter, state.func_evals, (state.old_dirs as Tensor[]).length > 0, 'H_diag' in state, 'prev_flat_grad' in state]).toEqual([15, 15, true, true, true]);
    const other = new optim.LBFGS([new nn.Parameter(x.detach().clone())]);
    other.loadStateDict(o.stateDict());
    expect((other.stateDict().state.get(0)!.old_stps as Tensor[])[0].equal((state.old_stps as Tensor[])[0])).toBe(true);
    expect(() => o.step()).toThrow(/missing 1 required positional argument: 'closure'/);
  });
});

describe('averaged models', () => {
  const models = (): nn.Linear[] => [1, 2, 6].map((v) => { const l = new nn.Linear(1, 1, { bias: false }); torch.noGrad(() => { l.weight.fill_(v); }); return l; });
  const averages = (options: optim.swaUtils.AveragedModelOptions): number[] => {
    const [first, ...rest] = models(), mean = new swaUtils.AveragedModel(first, options);
    return [first, ...rest].map((m) => { mean.updateParameters(m); return mean.module.weight.item() as number; });
  };
  it('hold the mean, or an exponential moving average', () => {
    expect(averages({})).toEqual([1, 1.5, 3]);
    averages({ avgFn: swaUtils.getEmaAvgFn(0.75) }).forEach((v, i) => expect(v).toBeCloseTo([1, 1.25, 2.4375][i], 6));
    const [m] = models(), mean = new swaUtils.AveragedModel(m), x = torch.ones(1, 1);
    mean.updateParameters(m);
    torch.noGrad(() => { m.weight.fill_(9); });
    expect([mean(x).item(), Object.keys(mean.stateDict()), mean.n_averaged.item()]).toEqual([1, ['n_averaged', 'module.weight'], 1]);
  });
  it('get running statistics of their own from updateBn', () => {
    torch.manualSeed(0);
    const m = new nn.Sequential(new nn.BatchNorm1d(2)).eval(), batches = [torch.randn(8, 2), torch.randn(8, 2).mul(3).add(1)], bn = m.getSubmodule('0') as nn.BatchNorm1d;
    torch.noGrad(() => { bn.running_mean!.fill_(50); });
    swaUtils.updateBn(batches.map((b) => [b, torch.zeros(8)]), m);
    expect(torch.allclose(bn.running_mean!, torch.stack(batches.map((b) => b.mean(0))).mean(0), { atol: 1e-6 })).toBe(true);
    expect([bn.momentum, m.training]).toEqual([0.1, false]);
  });
  it('SWALR anneals to its rate and stays', () => {
    const rates = (options: optim.swaUtils.SWALROptions, n: number): number[] => {
      const o = new optim.SGD([new nn.Parameter(torch.zeros(1))], { lr: 0.1 }), s = new swaUtils.SWALR(o, options);
      return Array.from({ length: n }, () => { o.step(); s.step(); return o.paramGroups[0].lr; });
    };
    rates({ swaLr: 0.05, annealEpochs: 4 }, 6).forEach((v, i) => expect(v).toBeCloseTo([0.09267766952966369, 0.075, 0.057322330470336316, 0.05, 0.05, 0.05][i], 10));
    rates({ swaLr: 0.05, annealEpochs: 3, annealStrategy: 'linear' }, 5).forEach((v, i) => expect(v).toBeCloseTo([0.08333333333333334, 0.06666666666666668, 0.05, 0.05, 0.05][i], 10));
  });
});
