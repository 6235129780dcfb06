/** The one file of the check API that knows what a tensor is. */
import { types } from 'node:util';
import { ClaimFailure, type Failure } from '../failure.ts';
import { describe, formatIndex, formatNumber } from './describe.ts';

/** What a comparison needs of a tensor; the engine's `Tensor` has it. */
export interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly device: string;
  readonly requiresGrad: boolean;
  tolist(): unknown;
}

let genuine: (value: object) => boolean = () => true;

/**
 * From here on only tensors that have the engine's own methods count as tensors: a look-alike could compare as it
 * likes. Called in the child process, before an attempt loads.
 */
export function trustOnly(Tensor: { prototype: object }, Parameter: { prototype: object }): void {
  const { getPrototypeOf } = Object, { ownKeys } = Reflect, { isProxy } = types;
  const methods = new Set<PropertyKey>(ownKeys(Tensor.prototype)), has = methods.has.bind(methods);
  genuine = (value) => {
    const prototype: unknown = getPrototypeOf(value);
    return !isProxy(value) && (prototype === Tensor.prototype || prototype === Parameter.prototype) && !ownKeys(value).some(has);
  };
}

/** Whether a value is a tensor of the engine (without an engine, of a fixture that looks like one). */
export function isTensor(value: unknown): value is TensorLike {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function') || !genuine(value)) return false;
  const tensor = value as Partial<TensorLike>;
  return typeof tensor.tolist === 'function' && typeof tensor.dtype === 'string' && tensor.shape !== undefined
    && typeof tensor.shape.length === 'number';
}

/** Relative and absolute tolerance of a dtype: `|got - expected| <= atol + rtol * |expected|`. */
export function tolerance(dtype: string): { rtol: number; atol: number } {
  switch (dtype) {
    case 'float64': return { rtol: 1e-7, atol: 1e-8 };
    case 'float32': return { rtol: 1e-4, atol: 1e-5 };
    case 'float16': return { rtol: 1e-2, atol: 1e-3 };
    case 'bfloat16': return { rtol: 2e-2, atol: 1e-2 };
    default: return { rtol: 0, atol: 0 };
  }
}

/** The part of the engine that `gradcheck` uses. */
interface Engine {
  tensor(data: unknown, options: { dtype: string; requiresGrad?: boolean }): EngineTensor;
  manualSeed(seed: number): unknown;
}
interface EngineTensor extends TensorLike {
  readonly grad: EngineTensor | null;
  mul(other: EngineTensor): EngineTensor;
  add(other: EngineTensor): EngineTensor;
  sum(): EngineTensor;
  backward(): void;
}

/** The engine, typed by what the check API uses of it. */
export async function loadEngine(): Promise<Engine> {
  const name = '@track/engine';
  return await import(name) as Engine;
}

export interface GradcheckOptions {
  /** Step of the central difference; 1e-6 by default. */
  eps?: number;
  /** 1e-5 by default. */
  rtol?: number;
  /** 1e-7 by default. */
  atol?: number;
  /** Names of the inputs for the message, in order. */
  names?: readonly string[];
  /** What the claim calls the function. */
  name?: string;
}

/**
 * Compares gradients with central differences in float64, contracted with a random cotangent (rule R3:
 * `.sum()` would hide every wrong backward of softmax or a norm, whose true gradient under it is 0).
 *
 * `inputs` are tensors or nested numbers; each becomes a float64 leaf. `body` gets the leaves and returns one
 * tensor, float64, or a list of them. It must give the same result at each call. `reference` runs what is gradcheck's
 * own with no operator blocked.
 */
export async function gradcheck(
  body: (...inputs: never[]) => unknown, inputs: readonly unknown[], uniform: () => number, options: GradcheckOptions = {},
  reference: <T>(own: () => T) => T = (own) => own(),
): Promise<void> {
  const torch = await loadEngine();
  const { eps = 1e-6, rtol = 1e-5, atol = 1e-7, name = 'the function' } = options;
  const call = body as (...inputs: EngineTensor[]) => unknown;
  const data = inputs.map((input) => (isTensor(input) ? input.tolist() : input));
  const flat = data.map(flatten);
  const nameOf = (k: number): string => options.names?.[k] ?? `input ${k}`;

  const leaves = data.map((values) => torch.tensor(values, { dtype: 'float64', requiresGrad: true }));
  const outputs = asList(await call(...leaves), name);
  const cotangents = outputs.map((output) => ({
    shape: [...output.shape], values: flatten(output.tolist()).map(() => 0.5 + uniform()),
  }));
  outputs.forEach((output) => {
    if (!output.requiresGrad) {
      throw new ClaimFailure({
        class: 'GRAD', says: `the result of ${name} is cut off from the graph: it has no gradient`,
        expected: 'a result that requires grad', got: 'requiresGrad is false',
      });
    }
  });
  reference(() => outputs
    .map((output, i) => {
      const { values, shape } = cotangents[i]!;
      return output.mul(torch.tensor(unflatten(values, shape), { dtype: 'float64' })).sum();
    })
    .reduce((total, term) => total.add(term))
    .backward());

  const scalarOf = async (values: number[][]): Promise<number> => {
    const plain = values.map((v, k) => torch.tensor(unflatten(v, [...leaves[k]!.shape]), { dtype: 'float64' }));
    const results = asList(await call(...plain), name);
    return results.reduce((total, result, i) => total
      + flatten(result.tolist()).reduce((sum, v, j) => sum + v * cotangents[i]!.values[j]!, 0), 0);
  };
  for (const [k, values] of flat.entries()) {
    const shape = [...leaves[k]!.shape];
    const numeric: number[] = [];
    for (const [j, value] of values.entries()) {
      const moved = (to: number): number[][] => flat.map((v, i) => (i === k ? v.with(j, to) : v));
      numeric.push((await scalarOf(moved(value + eps)) - await scalarOf(moved(value - eps))) / (2 * eps));
    }
    const grad = leaves[k]!.grad;
    if (grad === null) {
      if (numeric.every((v) => Math.abs(v) <= atol)) continue;
      throw new ClaimFailure({
        class: 'GRAD', says: `${nameOf(k)} of ${name} gets no gradient`,
        expected: describe(unflatten(numeric, shape)), got: 'grad is null',
        inputs: describeInputs(data, nameOf),
      });
    }
    const analytic = flatten(grad.tolist());
    const wrong = numeric.findIndex((v, j) => !(Math.abs(analytic[j]! - v) <= atol + rtol * Math.abs(v)));
    if (wrong === -1) continue;
    const failure: Failure = {
      class: 'GRAD', says: `the gradient of ${name} with respect to ${nameOf(k)} differs from central differences`,
      expected: describe(unflatten(numeric, shape)), got: describe(unflatten(analytic, shape)),
      at: `${formatIndex(indexOf(wrong, shape))}: expected ${formatNumber(numeric[wrong]!)}, got ${formatNumber(analytic[wrong]!)}`,
      ...largestDifference(analytic, numeric),
      inputs: describeInputs(data, nameOf),
    };
    throw new ClaimFailure(failure);
  }
}

function describeInputs(data: readonly unknown[], nameOf: (k: number) => string): Record<string, string> {
  return Object.fromEntries(data.map((values, k) => [nameOf(k), describe(values)]));
}

function asList(result: unknown, name: string): EngineTensor[] {
  const list = Array.isArray(result) ? result : [result];
  for (const item of list) {
    if (!isTensor(item)) {
      throw new ClaimFailure({ class: 'TYPE', says: `${name} does not return a tensor`, expected: 'a tensor', got: describe(item) });
    }
  }
  return list as EngineTensor[];
}

/** All numbers of a nested list, in row-major order; booleans count as 0 and 1. */
export function flatten(value: unknown): number[] {
  const numbers: number[] = [];
  const visit = (item: unknown): void => {
    if (Array.isArray(item) || ArrayBuffer.isView(item)) for (const part of item as unknown as Iterable<unknown>) visit(part);
    else numbers.push(Number(item));
  };
  visit(value);
  return numbers;
}

/** The largest distance between two lists of numbers; nothing where it is infinite or NaN, which says nothing and which JSON can't carry. */
export function largestDifference(a: readonly number[], b: readonly number[]): { maxAbsDiff?: number } {
  const maxAbsDiff = a.reduce((max, v, i) => Math.max(max, Math.abs(v - b[i]!)), 0);
  return Number.isFinite(maxAbsDiff) ? { maxAbsDiff } : {};
}

/** The nested list of this shape with these numbers; a number for shape `[]`. */
export function unflatten(numbers: readonly number[], shape: readonly number[]): unknown {
  if (shape.length === 0) return numbers[0];
  const [rows = 0, ...rest] = shape;
  const size = rest.reduce((a, b) => a * b, 1);
  return Array.from({ length: rows }, (_, i) => unflatten(numbers.slice(i * size, (i + 1) * size), rest));
}

/** Index along each dimension of the element with this row-major position. */
export function indexOf(position: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (let d = shape.length - 1, rest = position; d >= 0; d--) {
    index.unshift(rest % shape[d]!);
    rest = Math.floor(rest / shape[d]!);
  }
  return index;
}
