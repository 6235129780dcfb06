import { enableGrad, noGrad } from '../autograd/modes.ts';
import { TorchError } from '../errors.ts';
import { cat } from '../ops/join.ts';
import { observers } from '../ops/observe.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Optimizer, type Params } from './optimizer.ts';
import { strongWolfe } from './strong_wolfe.ts';

export interface LBFGSOptions {
  lr: number;
  /** Iterations within one `step`, and calls of the closure (default 1.25 · maxIter). */
  maxIter: number;
  maxEval: number;
  /** Stops when no gradient is larger. */
  toleranceGrad: number;
  /** Stops when neither parameters nor loss change more. */
  toleranceChange: number;
  /** Pairs of steps and gradient changes that stand for the curvature. */
  historySize: number;
  lineSearchFn: 'strong_wolfe' | null;
}

const dot = (a: Tensor, b: Tensor): number => a.dot(b).item() as number;
const largest = (t: Tensor): number => t.abs().max().item() as number;

/** What LBFGS remembers between iterations; PyTorch keeps it with the first parameter. */
interface Memory { funcEvals: number; nIter: number; d: Tensor; t: number; oldDirs: Tensor[]; oldStps: Tensor[]; ro: Tensor[]; HDiag: Tensor | number; prevFlatGrad: Tensor; prevLoss: number }

/**
 * Limited-memory BFGS (Liu & Nocedal 1989): steps along the gradient turned by an estimate of the curvature, for full
 * batches of small problems. `step` needs a closure that clears gradients, computes the loss, calls `backward` and returns
 * the loss; it is called many times. All parameters form one group.
 *
 * @example
 * const optimizer = new optim.LBFGS(model.parameters(), { lineSearchFn: 'strong_wolfe' });
 * optimizer.step(() => { optimizer.zeroGrad(); const loss = lossFn(model(x), y); loss.backward(); return loss; });
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  constructor(params: Params<LBFGSOptions>, options: Partial<LBFGSOptions> = {}) {
    const o: LBFGSOptions = { lr: 1, maxIter: 20, maxEval: Math.floor(((options.maxIter ?? 20) * 5) / 4), toleranceGrad: 1e-7, toleranceChange: 1e-9, historySize: 100, lineSearchFn: null, ...options };
    if (o.lineSearchFn !== null && o.lineSearchFn !== 'strong_wolfe') throw new TorchError("only 'strong_wolfe' is supported");
    super(params, o);
    if (this.paramGroups.length !== 1) throw new TorchError("LBFGS doesn't support per-parameter options (parameter groups)");
  }
  protected update(): void { throw new TorchError('step() missing 1 required positional argument: \'closure\''); }

  private get params(): Tensor[] { return this.paramGroups[0].params; }
  private flatGrad(): Tensor { return cat(this.params.map((p) => (p.grad ?? p.newZeros([...p.shape])).reshape(-1))); }
  /** params + t · d. */
  private move(t: number, d: Tensor): void {
    let at = 0;
    for (const p of this.params) { p.add_(d.narrow(0, at, p.count).reshape([...p.shape]), { alpha: t }); at += p.count; }
  }

  protected override run<T>(closure?: () => T): T | undefined {
    if (!closure) throw new TorchError("step() missing 1 required positional argument: 'closure'");
    const lossOf = (r: unknown): number => Number(r instanceof Tensor ? r.item() : r), evaluate = (): number => lossOf(enableGrad(closure));
    const first = enableGrad(closure);
    observers.event('step', this);
    noGrad(() => observers.inside(() => this.minimise(lossOf(first), evaluate)));
    return first;
  }

  private minimise(startLoss: number, evaluate: () => number): void {
    const o = this.paramGroups[0], s = this.stateOf(this.params[0]) as unknown as Partial<Memory>;
    let loss = startLoss, evals = 1, g = this.flatGrad();
    s.funcEvals = (s.funcEvals ?? 0) + 1;
    s.nIter ??= 0;
    if (largest(g) <= o.toleranceGrad) return;
    for (let n = 1; n <= o.maxIter; n++) {
      s.nIter++;
      s.d = this.direction(s as Memory, g);
      s.prevFlatGrad = g;
      s.prevLoss = loss;
      s.t = s.nIter === 1 ? Math.min(1, 1 / (g.abs().sum().item() as number)) * o.lr : o.lr;
      const d = s.d, slope = dot(g, d);
      if (slope > -o.toleranceChange) break;
      let used = 0;
      if (o.lineSearchFn) {
        const from = this.params.map((p) => p.clone());
        const at = (t: number): { loss: number; grad: Tensor } => {
          this.move(t, d);
          const found = { loss: evaluate(), grad: this.flatGrad() };
          this.params.forEach((p, i) => p.copy_(from[i]));
          return found;
        };
        const found = strongWolfe(at, s.t, d, loss, g, slope);
        ({ loss, grad: g, t: s.t, evals: used } = found);
        this.move(s.t, d);
      } else {
        this.move(s.t, d);
        if (n !== o.maxIter) { loss = evaluate(); g = this.flatGrad(); used = 1; }
      }
      evals += used;
      s.funcEvals += used;
      if (n === o.maxIter || evals >= o.maxEval || largest(g) <= o.toleranceGrad) break;
      if (largest(d.mul(s.t)) <= o.toleranceChange || Math.abs(loss - s.prevLoss) < o.toleranceChange) break;
    }
  }

  /** Minus the gradient times the inverse curvature, from the pairs remembered (the two-loop recursion). */
  private direction(s: Memory, g: Tensor): Tensor {
    if (s.nIter === 1) { Object.assign(s, { oldDirs: [], oldStps: [], ro: [], HDiag: 1 }); return g.neg(); }
    const y = g.sub(s.prevFlatGrad), step = s.d.mul(s.t), ys = y.dot(step);
    if ((ys.item() as number) > 1e-10) {
      if (s.oldDirs.length === this.paramGroups[0].historySize) { s.oldDirs.shift(); s.oldStps.shift(); s.ro.shift(); }
      s.oldDirs.push(y); s.oldStps.push(step); s.ro.push(ys.reciprocal());
      s.HDiag = ys.div(y.dot(y));
    }
    const n = s.oldDirs.length, q = g.neg(), al: number[] = [];
    for (let i = n - 1; i >= 0; i--) { al[i] = s.oldStps[i].dot(q).mul(s.ro[i]).item() as number; q.add_(s.oldDirs[i], { alpha: -al[i] }); }
    const r = q.mul(s.HDiag);
    for (let i = 0; i < n; i++) r.add_(s.oldStps[i], { alpha: al[i] - (s.oldDirs[i].dot(r).mul(s.ro[i]).item() as number) });
    return r;
  }
}
