import { TorchError } from '../errors.ts';
import { Tensor } from '../tensor/tensor.ts';
import { showShape } from '../tensor/layout.ts';
import { tensor } from '../ops/create.ts';
import { grad } from './engine.ts';
import { enableGrad, noGrad } from './modes.ts';

/** Tolerances and step of `gradcheck`. */
export interface GradcheckOptions {
  /** Step of the central difference. */
  eps?: number;
  atol?: number;
  rtol?: number;
  /** False: return false instead of throwing. */
  raiseException?: boolean;
  /** Seed of the random cotangents. */
  seed?: number;
}

const outputsOf = (r: unknown): Tensor[] => (r instanceof Tensor ? [r] : r && typeof r === 'object' && Symbol.iterator in r ? [...(r as Iterable<unknown>)].filter((t): t is Tensor => t instanceof Tensor) : []);
const differentiable = (t: Tensor): boolean => t.dtype.startsWith('float') && t.requiresGrad;

/** Numbers in (-1, 1) that differ from each other, from a small generator of their own: the program's random stream is left alone. */
function cotangents(shapes: readonly (readonly number[])[], seed: number): Tensor[] {
  let s = seed >>> 0;
  const next = (): number => { s = (s + 0x9e3779b9) >>> 0; let z = s; z = Math.imul(z ^ (z >>> 16), 0x21f0aaad); z = Math.imul(z ^ (z >>> 15), 0x735a2d97); return ((z ^ (z >>> 15)) >>> 0) / 2 ** 31 - 1; };
  return shapes.map((shape) => tensor(Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next)).reshape([...shape]));
}

/**
 * Compares the gradients that backward gives with central differences, both contracted with random cotangents (a plain
 * sum would hide every mistake in functions whose outputs add up to a constant, such as softmax). Inputs should be
 * float64. Throws a TorchError that names output, input and position, or returns true.
 *
 * @example autograd.gradcheck((x) => x.tanh(), [torch.randn(3, { dtype: 'float64', requiresGrad: true })])
 */
export function gradcheck(fn: (...inputs: Tensor[]) => unknown, inputs: Tensor | readonly Tensor[], options: GradcheckOptions = {}): boolean {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3, raiseException = true, seed = 1 } = options;
  const args = inputs instanceof Tensor ? [inputs] : [...inputs];
  try {
    const wrt = args.filter(differentiable);
    if (!wrt.length) throw new TorchError('gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True.');
    for (const x of wrt) if (x.dtype !== 'float64') throw new TorchError(`gradcheck expects all tensor inputs that require gradients to be float64; got ${x.dtype}`, { dtypes: [x.dtype] });
    const outs = enableGrad(() => outputsOf(fn(...args)));
    outs.forEach((out, o) => {
      if (!out.requiresGrad) return;
      const [v] = cotangents([out.shape], seed + o), analytic = grad(out, wrt, { gradOutputs: v, retainGraph: true, allowUnused: true });
      wrt.forEach((x, k) => {
        const values = x.detach().contiguous().reshape(-1).tolist() as number[], numeric = new Array<number>(values.length);
        const at = (i: number, value: number): number => {
          const moved = Float64Array.from(values);
          moved[i] = value;
          const probe = tensor(moved).reshape([...x.shape]);
          return noGrad(() => outputsOf(fn(...args.map((a) => (a === x ? probe.requiresGrad_() : a))))[o].detach().mul(v).sum().item() as number);
        };
        for (let i = 0; i < values.length; i++) numeric[i] = (at(i, values[i] + eps) - at(i, values[i] - eps)) / (2 * eps);
        const got = analytic[k] ? (analytic[k].detach().reshape(-1).tolist() as number[]) : values.map(() => 0);
        numeric.forEach((want, i) => {
          if (Math.abs(got[i] - want) <= atol + rtol * Math.abs(want)) return;
          throw new TorchError(`Jacobian mismatch for output ${o} with respect to input ${k}: at flat position ${i} of ${showShape(x.shape)}, numerical ${want}, analytical ${got[i]}`, { shapes: [x.shape] });
        });
      });
    });
    return true;
  } catch (e) {
    if (!raiseException && e instanceof TorchError) return false;
    throw e;
  }
}

/** Checks second derivatives: `gradcheck` of the function that maps inputs and a cotangent to the gradients. */
export function gradgradcheck(fn: (...inputs: Tensor[]) => unknown, inputs: Tensor | readonly Tensor[], options: GradcheckOptions = {}): boolean {
  const args = inputs instanceof Tensor ? [inputs] : [...inputs], outs = outputsOf(fn(...args)).filter((o) => o.requiresGrad);
  const v = cotangents(outs.map((o) => o.shape), (options.seed ?? 1) + 100).map((t) => t.requiresGrad_());
  const first = (...all: Tensor[]): Tensor[] => {
    const xs = all.slice(0, args.length), vs = all.slice(args.length), wrt = xs.filter(differentiable);
    return enableGrad(() => grad(outputsOf(fn(...xs)).filter((o) => o.requiresGrad), wrt, { gradOutputs: vs, createGraph: true, allowUnused: true }).filter((g) => g !== null));
  };
  return gradcheck(first, [...args, ...v], options);
}
