import { assertDifferentiable } from '../autograd/engine.ts';
import { denseAs } from '../cpu/copy.ts';
import { TorchError } from '../errors.ts';
import { toBits } from '../tensor/bits.ts';
import { getDefaultDtype, isFloat, type DType } from '../tensor/dtype.ts';
import { showShape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { deviceName } from '../tensor/device.ts';
import { functions } from './install.ts';
import { composite, type Table } from './operator.ts';
import { isOptions } from './schema.ts';
import { diagonalLayout } from './view.ts';
import { fillWith } from './write.ts';

/** Options of the functions that make tensors. */
export interface TensorOptions { dtype?: DType | null; device?: string | null; requiresGrad?: boolean }
/** What `tensor` reads: numbers, booleans, bigints, typed arrays, tensors, and nested lists of them. */
export type TensorData = number | boolean | bigint | Tensor | NumberArray | readonly TensorData[];
type NumberArray = Float32Array | Float64Array | Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Int32Array | BigInt64Array;

const arrayDType = (a: object): DType | null =>
  a instanceof Float32Array ? 'float32' : a instanceof Float64Array ? 'float64' : a instanceof Int32Array ? 'int32' : a instanceof Int16Array ? 'int16'
    : a instanceof Int8Array ? 'int8' : a instanceof Uint8Array || a instanceof Uint8ClampedArray ? 'uint8' : a instanceof BigInt64Array ? 'int64' : null;

/** Applies the options that every creation function shares. */
export function finish(t: Tensor, options: TensorOptions): Tensor {
  if (options.requiresGrad) { assertDifferentiable(t); t.leafRequiresGrad = true; }
  return t;
}

/**
 * A tensor from data. Numbers give float32 whatever their values, booleans bool, bigints int64, a typed array its own
 * dtype; `dtype` decides where it is given.
 *
 * @example torch.tensor([[1, 2], [3, 4]]) // float32, shape [2, 2]
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  if (data === undefined || (typeof data === 'object' && data !== null && isOptions(data)) || data === null || typeof data === 'string')
    throw new TorchError(`tensor(): argument 'data' must be a number, a list or a typed array, not ${data === null || data === undefined ? 'None' : typeof data}`, { operator: 'tensor' });
  const device = deviceName(options.device ?? 'cpu');
  if (data instanceof Tensor) {
    const out = data.detach().to({ dtype: options.dtype ?? data.dtype, device: options.device ? device : data.device }).clone();
    return finish(out, options);
  }
  const shape: number[] = [], values: (number | boolean | bigint)[] = [];
  let found: DType | null = null;
  for (let v: unknown = data; typeof v === 'object' && v !== null && !(v instanceof Tensor && v.ndim === 0); ) {
    const n = v instanceof Tensor ? v.shape[0] : (v as ArrayLike<unknown>).length;
    if (n === undefined) throw new TorchError(`Could not infer dtype of ${v.constructor?.name ?? 'object'}`, { operator: 'tensor' });
    shape.push(n);
    if (n === 0) break;
    v = v instanceof Tensor ? v.select(0, 0) : (v as ArrayLike<unknown>)[0];
  }
  const typed = arrayDType(data as object);
  if (typed) {
    const source = data as NumberArray, out = Tensor.allocate(shape, options.dtype ?? typed, device), to = out.window();
    if (out.dtype === typed) to.set(source as never);
    else for (let i = 0; i < source.length; i++) to[i] = toBits(out.dtype, source[i]);
    return finish(out, options);
  }
  const walk = (v: unknown, depth: number): void => {
    if (typeof v === 'number' || typeof v === 'boolean' || typeof v === 'bigint') {
      if (depth !== shape.length) throw new TorchError(`expected sequence of length ${shape[depth]} at dim ${depth} (got a number)`, { operator: 'tensor' });
      const d: DType = typeof v === 'number' ? getDefaultDtype() : typeof v === 'boolean' ? 'bool' : 'int64';
      found = found === null || found === d ? d : found === 'bool' ? d : d === 'bool' ? found : getDefaultDtype();
      values.push(v);
      return;
    }
    if (v instanceof Tensor && v.ndim === 0) { found ??= v.dtype; values.push(v.item()); return; }
    const list: unknown = v instanceof Tensor ? [...v] : v;
    if (typeof list !== 'object' || list === null || (list as ArrayLike<unknown>).length === undefined) throw new TorchError(`new(): invalid data type '${list === null ? 'NoneType' : typeof list === 'string' ? 'str' : typeof list}'`, { operator: 'tensor' });
    const items = list as ArrayLike<unknown>;
    if (depth >= shape.length || items.length !== shape[depth]) throw new TorchError(`expected sequence of length ${shape[depth] ?? 0} at dim ${depth} (got ${items.length})`, { operator: 'tensor' });
    if (arrayDType(items)) found ??= arrayDType(items);
    for (let i = 0; i < items.length; i++) walk(items[i], depth + 1);
  };
  walk(data, 0);
  const out = Tensor.allocate(shape, options.dtype ?? found ?? getDefaultDtype(), device), to = out.window();
  for (let i = 0; i < values.length; i++) to[i] = toBits(out.dtype, values[i]);
  return finish(out, options);
}

/**
 * A tensor of the data, which is the tensor itself where the data is one and nothing is to change.
 *
 * @example torch.asTensor([1, 2, 3])
 */
export function asTensor(data: TensorData, options: TensorOptions = {}): Tensor {
  return data instanceof Tensor ? data.to({ dtype: options.dtype ?? data.dtype, device: options.device ?? data.device }) : tensor(data, options);
}

/** The sizes of a new tensor, checked. */
function sized(name: string, sizes: readonly number[]): readonly number[] {
  const negative = sizes.find((s) => s < 0);
  if (negative !== undefined) throw new TorchError(`Trying to create tensor with negative dimension ${negative}: ${showShape(sizes)}`, { operator: name });
  return sizes;
}

/** Sizes and options of a function that makes a tensor: `rand(2, 3)`, `rand([2, 3], { dtype })`. */
export function sizesAndOptions<O extends TensorOptions = TensorOptions>(name: string, args: readonly unknown[]): [number[], O] {
  const last = args[args.length - 1], options = isOptions(last) ? (last as unknown as O) : ({} as O);
  const rest = isOptions(last) ? args.slice(0, -1) : args;
  const sizes = [...((options as { size?: number[] }).size ?? (Array.isArray(rest[0]) ? (rest[0] as number[]) : (rest as number[])))];
  for (const s of sizes) if (typeof s !== 'number' || !Number.isInteger(s)) throw new TorchError(`${name}(): argument 'size' must be tuple of ints, but found element of type ${typeof s}`, { operator: name });
  return [[...sized(name, sizes)], options];
}

/** Sizes as a list or one by one, then options. */
export type SizeAndOptions<O extends TensorOptions = TensorOptions> = [readonly number[], O?] | [...number[], O] | number[];

/** A tensor of `shape` filled with `value`; the dtype of a number given as data is float32, of a boolean bool. */
export function filled(shape: readonly number[], value: number | boolean, options: TensorOptions): Tensor {
  const out = Tensor.allocate(shape, options.dtype ?? (typeof value === 'boolean' ? 'bool' : getDefaultDtype()), deviceName(options.device ?? 'cpu'));
  fillWith(out, value);
  return finish(out, options);
}

/** A vector whose element i is `value(i)`, computed in float64. */
function sequence(n: number, dtype: DType, options: TensorOptions, value: (i: number) => number): Tensor {
  const wide = Tensor.allocate([n], 'float64', deviceName(options.device ?? 'cpu')), to = wide.window();
  for (let i = 0; i < n; i++) to[i] = value(i);
  return finish(denseAs(wide, dtype), options);
}

/** Functions that make tensors from nothing but numbers. */
export interface CreateFunctions {
  /** Zeros. @example torch.zeros(2, 3) */
  zeros(...size: SizeAndOptions): Tensor;
  /** Ones. */
  ones(...size: SizeAndOptions): Tensor;
  /** Uninitialised memory, which this engine sets to 0 so that results repeat. */
  empty(...size: SizeAndOptions): Tensor;
  /** A tensor of one value. A number makes float32, a boolean bool. */
  full(size: readonly number[] | number, fillValue: number | boolean, options?: TensorOptions): Tensor;
  /** An n × m matrix (m is n unless given) with ones on the diagonal. */
  eye(n: number, m?: number | null | TensorOptions, options?: TensorOptions): Tensor;
  /** `start`, `start + step`, … before `end`. int64 where all three are integers, otherwise float32. */
  arange(end: number, options?: TensorOptions): Tensor;
  arange(start: number, end: number, options?: TensorOptions): Tensor;
  arange(start: number, end: number, step: number | TensorOptions, options?: TensorOptions): Tensor;
  /** `steps` numbers from `start` to `end`, both included, equally far apart. */
  linspace(start: number, end: number, steps: number, options?: TensorOptions): Tensor;
  /** `base` to the power of `steps` exponents from `start` to `end`. */
  logspace(start: number, end: number, steps: number, base?: number | (TensorOptions & { base?: number }), options?: TensorOptions): Tensor;
  /** Row and column numbers, [2, n], of the lower triangle of a row × col matrix, up to the diagonal `offset`. */
  trilIndices(row: number, col: number, offset?: number | (TensorOptions & { offset?: number }), options?: TensorOptions): Tensor;
  /** Row and column numbers, [2, n], of the upper triangle of a row × col matrix, from the diagonal `offset`. */
  triuIndices(row: number, col: number, offset?: number | (TensorOptions & { offset?: number }), options?: TensorOptions): Tensor;
  /** The coordinates of a grid: one tensor for each vector, all of the grid's shape; with `indexing` `'xy'` the first two dimensions change places (columns first). */
  meshgrid(...tensors: [readonly Tensor[], { indexing?: 'ij' | 'xy' }?] | Tensor[] | [...Tensor[], { indexing?: 'ij' | 'xy' }]): Tensor[];
}

const options = '*, ScalarType? dtype=None, Device? device=None, bool requires_grad=False';
const given = (dtype: DType | null, device: string | null, requiresGrad: boolean): TensorOptions => ({ dtype, device, requiresGrad });
type Rest = [dtype: DType | null, device: string | null, requiresGrad: boolean];

const constant = (name: string, value: number): ReturnType<typeof composite> => composite({
  schema: `${name}(size size, ${options})`,
  compose: (size: number[], dtype: DType | null, ...rest: [string | null, boolean]) => filled(sized(name, size), value, given(dtype ?? getDefaultDtype(), ...rest)),
});
const triangleIndices = (name: string, inside: (row: number, column: number, offset: number) => boolean): ReturnType<typeof composite> => composite({
  schema: `${name}(int row, int col, int offset=0, ${options})`,
  compose(row: number, col: number, offset: number, dtype: DType | null, ...rest: [string | null, boolean]) {
    if (row < 0) throw new TorchError(`row must be non-negative, got${row}`, { operator: name });
    if (col < 0) throw new TorchError(`col must be non-negative, got${col}`, { operator: name });
    const rows: number[] = [], columns: number[] = [];
    for (let i = 0; i < row; i++) for (let j = 0; j < col; j++) if (inside(i, j, offset)) { rows.push(i); columns.push(j); }
    const all = [...rows, ...columns];
    return sequence(all.length, dtype ?? 'int64', given(null, ...rest), (i) => all[i]).reshape([2, rows.length]);
  },
});
function stepsOf(name: string, steps: number): number {
  if (steps < 0) throw new TorchError('number of steps must be non-negative', { operator: name });
  return steps;
}
/** Element i of n from `start` to `end`, counted from the nearer end so that both are met exactly. */
function between(start: number, end: number, n: number, dtype: DType): (i: number) => number {
  const [a, b] = isFloat(dtype) ? [start, end] : [Math.trunc(start), Math.trunc(end)], step = n > 1 ? (b - a) / (n - 1) : 0;
  return (i) => (i < n / 2 ? a + step * i : b - step * (n - 1 - i));
}

const creations: Table<CreateFunctions> = {
  zeros: constant('zeros', 0),
  ones: constant('ones', 1),
  empty: constant('empty', 0),
  full: composite({ schema: `full(int[] size, Scalar fill_value, ${options})`, compose: (size: number[], value: number | boolean, ...rest: Rest) => filled(sized('full', size), value, given(...rest)) }),
  eye: composite({
    schema: `eye(int n, int? m=None, ${options})`,
    compose(n: number, m: number | null, dtype: DType | null, device: string | null, requiresGrad: boolean) {
      if (n < 0) throw new TorchError(`n must be greater or equal to 0, got ${n}`, { operator: 'eye' });
      if (m !== null && m < 0) throw new TorchError(`m must be greater or equal to 0, got ${m}`, { operator: 'eye' });
      const out = filled([n, m ?? n], 0, { dtype: dtype ?? getDefaultDtype(), device });
      fillWith(new Tensor(out.storage, out.dtype, diagonalLayout(out, 0, 0, 1), out.device), 1);
      return finish(out, { requiresGrad });
    },
  }),
  arange: composite({
    schema: `arange(Scalar? start=None, Scalar? end=None, Scalar step=1, ${options})`,
    compose(first: number | boolean | null, second: number | boolean | null, by: number | boolean, dtype: DType | null, ...rest: [string | null, boolean]) {
      const start = second === null ? 0 : Number(first ?? 0), end = Number(second ?? first), step = Number(by);
      if ((second ?? first) === null) throw new TorchError('arange() missing 1 required positional arguments: "end"', { operator: 'arange' });
      const type = dtype ?? ([start, end, step].every((v) => Number.isInteger(v)) ? 'int64' : getDefaultDtype());
      if (step === 0) throw new TorchError('step must be nonzero', { operator: 'arange' });
      if (!Number.isFinite(start) || !Number.isFinite(end)) throw new TorchError(`unsupported range: ${start} -> ${end}`, { operator: 'arange' });
      if (step > 0 ? end < start : end > start) throw new TorchError('upper bound and lower bound inconsistent with step sign', { operator: 'arange' });
      const whole = type === 'int64' ? Math.trunc : (v: number): number => v, [a, b, s] = [whole(start), whole(end), whole(step)];
      if (s === 0) throw new TorchError('step must be nonzero', { operator: 'arange' });
      return sequence(Math.max(0, Math.ceil((b - a) / s)), type, given(null, ...rest), isFloat(type) ? (i) => a + s * i : (i) => Math.trunc(a) + Math.trunc(s) * i);
    },
  }),
  linspace: composite({
    schema: `linspace(Scalar start, Scalar end, int steps, ${options})`,
    compose(start: number, end: number, steps: number, dtype: DType | null, ...rest: [string | null, boolean]) {
      const type = dtype ?? getDefaultDtype();
      return sequence(stepsOf('linspace', steps), type, given(null, ...rest), between(start, end, steps, type));
    },
  }),
  logspace: composite({
    schema: `logspace(Scalar start, Scalar end, int steps, float base=10, ${options})`,
    compose(start: number, end: number, steps: number, base: number, dtype: DType | null, ...rest: [string | null, boolean]) {
      const type = dtype ?? getDefaultDtype(), exponent = between(start, end, steps, type);
      return sequence(stepsOf('logspace', steps), type, given(null, ...rest), (i) => base ** exponent(i));
    },
  }),
  trilIndices: triangleIndices('trilIndices', (i, j, k) => j - i <= k),
  triuIndices: triangleIndices('triuIndices', (i, j, k) => j - i >= k),
  meshgrid: composite({
    schema: "meshgrid(tensors tensors, *, str indexing='ij')",
    compose(xs: Tensor[], indexing: string) {
      if (!xs.length) throw new TorchError('meshgrid expects a non-empty TensorList', { operator: 'meshgrid' });
      if (indexing !== 'ij' && indexing !== 'xy') throw new TorchError(`torch.meshgrid: indexing must be one of "xy" or "ij", but received: ${indexing}`, { operator: 'meshgrid' });
      const deep = xs.find((x) => x.ndim > 1);
      if (deep) throw new TorchError(`torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: ${showShape(deep.shape)}`, { operator: 'meshgrid', shapes: xs.map((x) => x.shape) });
      if (xs.some((x) => x.dtype !== xs[0].dtype)) throw new TorchError('torch.meshgrid expects all tensors to have the same dtype', { operator: 'meshgrid', dtypes: xs.map((x) => x.dtype) });
      const swap = indexing === 'xy' && xs.length > 1, vectors = swap ? [xs[1], xs[0], ...xs.slice(2)] : xs, shape = vectors.map((x) => x.count);
      const grids = vectors.map((x, i) => x.reshape(shape.map((_, k) => (k === i ? x.count : 1))).expand(shape));
      return swap ? [grids[1], grids[0], ...grids.slice(2)] : grids;
    },
  }),
};
export const { zeros, ones, empty, full, eye, arange, linspace, logspace, trilIndices, triuIndices, meshgrid } = functions(creations) as unknown as CreateFunctions;

/** Options of the functions that make a tensor like another one: what is not given is taken from that one. */
type LikeOptions = TensorOptions;
/** New tensors with the shape, dtype and device of another one. These are functions only. */
export interface LikeOps {
  zerosLike(options?: LikeOptions): Tensor;
  onesLike(options?: LikeOptions): Tensor;
  emptyLike(options?: LikeOptions): Tensor;
  /** `fillValue` in the dtype of the tensor. */
  fullLike(fillValue: number | boolean, options?: LikeOptions): Tensor;
}
/** New tensors with the dtype and device of this one. */
export interface NewOps {
  newZeros(...size: SizeAndOptions): Tensor;
  newOnes(...size: SizeAndOptions): Tensor;
  newEmpty(...size: SizeAndOptions): Tensor;
  /** `fillValue` in the dtype of this tensor. */
  newFull(size: readonly number[], fillValue: number | boolean, options?: TensorOptions): Tensor;
  /** Data as a tensor of this dtype. */
  newTensor(data: TensorData, options?: TensorOptions): Tensor;
}

const from = (x: Tensor, dtype: DType | null, device: string | null, requiresGrad: boolean): TensorOptions => given(dtype ?? x.dtype, device ?? x.device, requiresGrad);
const constantLike = (name: string, value: number): ReturnType<typeof composite> => composite({ schema: `${name}(Tensor input, ${options})`, compose: (x: Tensor, ...rest: Rest) => filled(x.shape, value, from(x, ...rest)) });
const newConstant = (name: string, value: number): ReturnType<typeof composite> => composite({ schema: `${name}(Tensor input, size size, ${options})`, compose: (x: Tensor, size: number[], ...rest: Rest) => filled(sized(name, size), value, from(x, ...rest)) });

export const likes: Table<LikeOps> = {
  zerosLike: constantLike('zerosLike', 0),
  onesLike: constantLike('onesLike', 1),
  emptyLike: constantLike('emptyLike', 0),
  fullLike: composite({ schema: `fullLike(Tensor input, Scalar fill_value, ${options})`, compose: (x: Tensor, value: number | boolean, ...rest: Rest) => filled(x.shape, value, from(x, ...rest)) }),
};
export const news: Table<NewOps> = {
  newZeros: newConstant('newZeros', 0),
  newOnes: newConstant('newOnes', 1),
  newEmpty: newConstant('newEmpty', 0),
  newFull: composite({ schema: `newFull(Tensor input, int[] size, Scalar fill_value, ${options})`, compose: (x: Tensor, size: number[], value: number | boolean, ...rest: Rest) => filled(sized('newFull', size), value, from(x, ...rest)) }),
  newTensor: composite({ schema: `newTensor(Tensor input, any data, ${options})`, compose: (x: Tensor, data: TensorData, ...rest: Rest) => tensor(data, from(x, ...rest)) }),
};
