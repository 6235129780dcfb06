import * as torch from '../../src/index.ts';
import { Tensor, TorchError } from '../../src/index.ts';
import { asList, backwardAll, compare, compareGrads, compareTensor, decode, Mismatch, Missing, tensorsOf, type Recorded, type RecordedTensor } from './compare.ts';

/** One line of a fixture. Which fields there are depends on the suite. */
export type Case = Record<string, Recorded> & { suite: string; tier?: number; dtype?: string };

type Callable = (...args: unknown[]) => unknown;
const { nn, optim } = torch;
const namespaces: Record<string, unknown> = { torch, F: nn.functional, linalg: (torch as { linalg?: unknown }).linalg, special: (torch as { special?: unknown }).special };
const need = (ns: unknown, name: string): Callable => {
  const f = (ns as Record<string, unknown> | undefined)?.[name];
  if (typeof f !== 'function') throw new Missing(name);
  return f as Callable;
};
const construct = (ns: unknown, name: string, args: unknown[]): unknown => Reflect.construct(need(ns, name), args);
const withOptions = (args: unknown, kwargs: unknown): unknown[] => (Object.keys((kwargs as object | undefined) ?? {}).length ? [...(args as unknown[]), kwargs] : [...(args as unknown[])]);

function call(c: Case, input: unknown, args: unknown, kwargs: unknown): unknown {
  const op = c.op as string;
  switch (c.kind) {
    case 'method': return need(input, op).call(input, ...withOptions(args, kwargs));
    case 'property': if (!(op in (input as object))) throw new Missing(op); return (input as Record<string, unknown>)[op];
    case 'index': return need(input, 'at').call(input, ...((args as unknown[])[0] as unknown[]));
    default: return need(namespaces[c.kind as string], op)(input, ...withOptions(args, kwargs));
  }
}

/** Runs one case; throws where the engine differs from what was recorded. */
export const suites: Record<string, (c: Case) => void | Promise<void>> = {
  op(c) {
    const leaves: Tensor[] = [], input = decode(c.input, leaves), args = decode(c.args, leaves), kwargs = decode(c.kwargs, leaves) as Record<string, unknown>;
    if (c.op === 'full' && !kwargs.dtype) kwargs.dtype = (c.out as RecordedTensor).dtype; // a number given as data makes float32 here
    const out = call(c, input, args, kwargs);
    compare(out, c.out);
    if (c.grads) { backwardAll(out); compareGrads(leaves, c.grads as (RecordedTensor | null)[]); }
  },
  promotion(c) { compare(call(c, decode(c.input), decode(c.args), {}), c.out); },
  error(c) {
    try { for (const t of tensorsOf(call(c, decode(c.input), decode(c.args), decode(c.kwargs)))) t.tolist(); }
    catch (e) {
      if (e instanceof Missing) throw e;
      if (!(e instanceof TorchError)) throw new Mismatch(`not an error of the engine's: ${String(e)}`);
      return;
    }
    throw new Mismatch(`no error; PyTorch: ${String(c.message)}`);
  },
  module(c) {
    const leaves: Tensor[] = [], ctor = c.ctor as { args: unknown; kwargs: unknown }, forward = c.forward as { args: unknown; kwargs: unknown };
    const m = construct(nn, c.module as string, withOptions(decode(ctor.args), decode(ctor.kwargs))) as torch.nn.Module;
    m.loadStateDict(decode(c.state) as torch.nn.StateDict);
    m.train(c.training as boolean);
    const out: unknown = (m as unknown as Callable)(...withOptions(decode(forward.args, leaves), decode(forward.kwargs, leaves)));
    compare(out, c.out);
    const grads = c.grads as { inputs?: (RecordedTensor | null)[]; params?: Record<string, RecordedTensor | null> } | undefined;
    if (!grads) return;
    backwardAll(out);
    compareGrads(leaves, grads.inputs ?? []);
    const params = new Map(m.namedParameters());
    for (const [k, g] of Object.entries(grads.params ?? {})) if (g) compareTensor(params.get(k)?.grad, g, `grad of ${k}`);
  },
  rng(c) {
    torch.manualSeed(c.seed as number);
    const op = c.op as string, args = c.args as unknown[];
    if (op.startsWith('sequence:')) return compare([torch.randn(5), torch.randn(20), torch.rand(3)], c.out);
    if (op === 'dropout') return compare(need(nn.functional, 'dropout')(decode(args[0]), c.kwargs), c.out);
    if (op === 'bernoulli' || op === 'multinomial') return compare(need(torch, op)(...(decode(args) as unknown[])), c.out);
    if (op === 'randint') return compare(need(torch, op)(...args), c.out);
    if (op === 'randperm') return compare(torch.randperm(args[0] as number), c.out);
    compare(need(torch, op)(...withOptions([args], decode(c.kwargs))), c.out);
  },
  init(c) {
    torch.manualSeed(c.seed as number);
    const state = (construct(nn, c.module as string, withOptions(c.args, c.kwargs)) as torch.nn.Module).stateDict();
    for (const [k, w] of Object.entries(c.state as Record<string, RecordedTensor>)) compareTensor(state[k], w, k);
  },
  initfn(c) {
    torch.manualSeed(c.seed as number);
    const t = torch.empty(c.shape as number[]);
    need(nn.init, c.fn as string)(...withOptions([t], c.kwargs));
    compareTensor(t, c.out as RecordedTensor, c.fn as string);
  },
  optim(c) {
    const p = new nn.Parameter(decode(c.p) as Tensor), q = new nn.Parameter(decode(c.q) as Tensor), a = decode(c.A) as Tensor, b = decode(c.B) as Tensor;
    const o = construct(optim, c.optimizer as string, [[p, q], c.kwargs]) as torch.optim.Optimizer;
    for (let i = 0; i < (c.steps as number); i++) {
      o.zeroGrad();
      p.sub(a).pow(2).sum().add(q.mul(b).pow(4).sum().mul(0.1)).backward();
      o.step();
      if (i === 0) compare([p, q], c.first, 'step 1');
    }
    compare([p, q], c.out, 'last step');
  },
  scheduler(c) {
    const o = new optim.SGD([new nn.Parameter(torch.zeros(1))], { lr: c.baseLr as number, momentum: 0.9 });
    const s = construct(optim.lrScheduler, c.scheduler as string, [o, c.kwargs]) as { step(metric?: unknown): void };
    const wants = c.lrs as number[];
    wants.forEach((want, i) => {
      const lr = o.paramGroups[0].lr;
      if (Math.abs(lr - want) > 1e-9 + 1e-6 * Math.abs(want)) throw new Mismatch(`lr[${i}]: ${lr}, want ${want}`);
      o.step();
      if (c.scheduler === 'ReduceLROnPlateau') { if (i < 19) s.step((c.metrics as number[])[i]); } else if (i < 19) s.step();
    });
  },
  repr(c) {
    let t: Tensor;
    if (c.expr) {
      const [, fn, sizes] = /^torch\.(\w+)\(([\d,]+)\)/.exec(c.expr as string)!;
      t = need(torch, fn)(...sizes.split(',').map(Number)) as Tensor;
      const shape = /reshape\((\d+),(\d+)\)/.exec(c.expr as string);
      if (shape) t = t.reshape([Number(shape[1]), Number(shape[2])]);
    } else { t = decode(c.input) as Tensor; if (c.then) t = t.mul(2); }
    if (String(t) !== c.repr) throw new Mismatch(`prints ${JSON.stringify(String(t).slice(0, 90))}, want ${JSON.stringify((c.repr as string).slice(0, 90))}`);
  },
  curve(c) {
    torch.manualSeed(c.seed as number);
    const [forward, x, y, lossOf, o] = recipes[c.name as string]();
    (c.losses as number[]).forEach((want, i) => {
      o.zeroGrad();
      const loss = lossOf(forward(x), y);
      loss.backward();
      o.step();
      const got = loss.item() as number;
      if (!(Math.abs(got - want) <= 1e-5 + 1e-3 * Math.abs(want))) throw new Mismatch(`loss[${i}]: ${got}, want ${want}`);
    });
  },
  async loader(c) {
    torch.manualSeed(c.seed as number);
    const { DataLoader, TensorDataset } = torch.utils.data;
    const loader = new DataLoader(new TensorDataset(torch.arange(c.size as number)), { batchSize: c.batchSize as number, shuffle: true, dropLast: c.dropLast as boolean });
    for (const want of c.epochs as unknown[]) {
      const got: unknown[] = [];
      for await (const [b] of loader as AsyncIterable<Tensor[]>) got.push(b.tolist());
      if (JSON.stringify(got) !== JSON.stringify(want)) throw new Mismatch(`order ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
    }
    compare(torch.rand(2).tolist(), c.after);
  },
  randomSplit(c) {
    const parts = torch.utils.data.randomSplit(Array.from({ length: c.size as number }, (_, i) => i), c.lengths as number[], { generator: new torch.Generator().manualSeed(c.seed as number) });
    compare(parts.map((p) => [...p.indices]), c.indices);
  },
  weightedSampler(c) {
    torch.manualSeed(c.seed as number);
    compare([...new torch.utils.data.WeightedRandomSampler(c.weights as number[], c.num as number)], c.indices);
  },
};

type Recipe = [forward: (x: Tensor) => Tensor, x: Tensor, y: Tensor, loss: (out: Tensor, y: Tensor) => Tensor, optimizer: torch.optim.Optimizer];
const recipe = (m: torch.nn.Module, x: Tensor, y: Tensor, loss: torch.nn.Module, o: unknown): Recipe =>
  [(v) => asList((m as unknown as Callable)(v))[0] as Tensor, x, y, (a, b) => (loss as unknown as Callable)(a, b) as Tensor, o as torch.optim.Optimizer];
/** The training runs whose losses were recorded, by name. */
const recipes: Record<string, () => Recipe> = {
  'mlp-adam'() {
    const x = torch.randn(16, 8), y = torch.randint(0, 3, [16]), m = new nn.Sequential(new nn.Linear(8, 16), new nn.ReLU(), new nn.Linear(16, 3));
    return recipe(m, x, y, new nn.CrossEntropyLoss(), new optim.Adam(m.parameters(), { lr: 0.01 }));
  },
  'cnn-bn-sgd'() {
    const x = torch.randn(4, 1, 8, 8), y = torch.randint(0, 2, [4]);
    const m = new nn.Sequential(new nn.Conv2d(1, 4, 3, { padding: 1 }), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(64, 2));
    return recipe(m, x, y, new nn.CrossEntropyLoss(), new optim.SGD(m.parameters(), { lr: 0.05, momentum: 0.9 }));
  },
  'transformer-adamw'() {
    const x = torch.randn(3, 5, 8), y = torch.randn(3, 5, 8), m = new nn.TransformerEncoderLayer(8, 2, 16, { dropout: 0, batchFirst: true });
    return recipe(m, x, y, new nn.MSELoss(), new optim.AdamW(m.parameters(), { lr: 0.01 }));
  },
  'lstm-rmsprop'() {
    const x = torch.randn(6, 3, 4), y = torch.randn(6, 3, 5), m = new nn.LSTM(4, 5);
    return recipe(m, x, y, new nn.MSELoss(), new optim.RMSprop(m.parameters(), { lr: 0.01 }));
  },
  'dropout-sgd'() {
    const x = torch.randn(32, 4), y = x.sum(1, true).gt(0).float(), m = new nn.Sequential(new nn.Linear(4, 32), new nn.Dropout(0.5), new nn.Tanh(), new nn.Linear(32, 1));
    return recipe(m, x, y, new nn.BCEWithLogitsLoss(), new optim.SGD(m.parameters(), { lr: 0.1 }));
  },
};
