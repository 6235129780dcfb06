import { noGrad } from '../../autograd/modes.ts';
import { TorchError } from '../../errors.ts';
import { vectorNorm } from '../../ops/vector-norm.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { normalize } from '../functional.ts';
import type { Module } from '../module.ts';
import { Parameter } from '../parameter.ts';
import { ComputedTensors, parameterOf, slots, type Computed } from './slots.ts';

const normed = new ComputedTensors<Computed>();

/** The norm over all dimensions but `dim`; over all of them where `dim` is null. */
function normExcept(v: Tensor, dim: number | null): Tensor {
  if (dim === null) return v.norm();
  const kept = dim < 0 ? dim + v.ndim : dim;
  return vectorNorm(v, 2, v.shape.flatMap((_, d) => (d === kept ? [] : [d])), true, null);
}

/**
 * Separates a weight into length and direction, w = g · v / |v| (Salimans & Kingma 2016): the parameter `name` is replaced
 * by `name_g` (the lengths along `dim`) and `name_v`, and computed anew before each call. Returns the module.
 */
export function weightNorm<M extends Module>(module: M, name: string | { name?: string; dim?: number | null } = 'weight', dim: number | null = 0): M {
  const o = typeof name === 'string' ? { name, dim } : { name: 'weight', dim: 0, ...name }, key = o.name ?? 'weight', axis = o.dim === undefined ? 0 : o.dim;
  if (normed.get(module, key)) throw new TorchError(`Cannot register two weight_norm hooks on the same parameter ${key}`);
  const weight = parameterOf(module, key), data = weight.detach();
  delete slots(module)[key];
  module.registerParameter(`${key}_g`, new Parameter(normExcept(data, axis)));
  module.registerParameter(`${key}_v`, new Parameter(data.clone()));
  const compute = (m: Module): Tensor => { const v = slots(m)[`${key}_v`]!; return v.mul(slots(m)[`${key}_g`]!.div(normExcept(v, axis))); };
  slots(module)[key] = compute(module);
  normed.set(module, key, { compute, handle: module.registerForwardPreHook((m) => { slots(m)[key] = compute(m); }) });
  return module;
}

/** Turns a weight that `weightNorm` separated into one parameter again. Returns the module. */
export function removeWeightNorm<M extends Module>(module: M, name = 'weight'): M {
  const c = normed.take(module, name);
  if (!c) throw new TorchError(`weight_norm of '${name}' not found in ${String(module)}`);
  const weight = noGrad(() => c.compute(module));
  for (const part of ['g', 'v']) delete slots(module)[`${name}_${part}`];
  module.registerParameter(name, new Parameter(weight));
  return module;
}

const spectral = new ComputedTensors<Computed>();

/**
 * Divides a weight by its largest singular value, found by power iteration (Miyato et al. 2018): one iteration at each
 * call in training mode, none in evaluation. Adds the parameter `name_orig` and the buffers `name_u` and `name_v`.
 * Returns the module.
 *
 * @param dim the dimension of outputs: 0, or 1 for transposed convolutions, unless given
 */
export function spectralNorm<M extends Module>(module: M, name = 'weight', nPowerIterations = 1, eps = 1e-12, dim: number | null = null): M {
  if (spectral.get(module, name)) throw new TorchError(`Cannot register two spectral_norm hooks on the same parameter ${name}`);
  if (nPowerIterations <= 0) throw new TorchError(`Expected n_power_iterations to be positive, but got n_power_iterations=${nPowerIterations}`);
  const weight = parameterOf(module, name), rows = dim ?? (/^ConvTranspose/.test(module.constructor.name) ? 1 : 0);
  const matrix = (w: Tensor): Tensor => (rows === 0 ? w : w.transpose(0, rows)).flatten(1);
  const unit = (t: Tensor): Tensor => normalize(t, { dim: 0, eps });
  const [h, w] = matrix(weight.detach()).shape, start = (n: number): Tensor => unit(weight.detach().newEmpty(n).normal_(0, 1));
  delete slots(module)[name];
  module.registerParameter(`${name}_orig`, weight);
  slots(module)[name] = weight.detach();
  module.registerBuffer(`${name}_u`, start(h));
  module.registerBuffer(`${name}_v`, start(w));
  const compute = (m: Module, iterate = false): Tensor => {
    const original = slots(m)[`${name}_orig`]!, full = matrix(original);
    let u = slots(m)[`${name}_u`]!, v = slots(m)[`${name}_v`]!;
    if (iterate) {
      noGrad(() => { for (let i = 0; i < nPowerIterations; i++) { v.copy_(unit(full.t().mv(u))); u.copy_(unit(full.mv(v))); } });
      // The next call changes the buffers, and backward of this one still needs its own.
      u = u.clone(); v = v.clone();
    }
    return original.div(u.dot(full.mv(v)));
  };
  spectral.set(module, name, { compute, handle: module.registerForwardPreHook((m) => { slots(m)[name] = compute(m, m.training); }) });
  return module;
}

/** Makes the weight that `spectralNorm` divides a parameter again, with its present value. Returns the module. */
export function removeSpectralNorm<M extends Module>(module: M, name = 'weight'): M {
  const c = spectral.take(module, name);
  if (!c) throw new TorchError(`spectral_norm of '${name}' not found in ${String(module)}`);
  const weight = noGrad(() => c.compute(module));
  for (const part of ['orig', 'u', 'v']) delete slots(module)[`${name}_${part}`];
  module.registerParameter(name, new Parameter(weight));
  return module;
}
