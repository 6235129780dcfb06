import { assertDifferentiable } from '../autograd/engine.ts';
import { TorchError } from '../errors.ts';
import { toBits } from '../tensor/bits.ts';
import { getDefaultDtype, type DType } from '../tensor/dtype.ts';
import { showShape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { deviceName } from '../tensor/device.ts';
import { isOptions } from './schema.ts';
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

/** Sizes and options of a creation function: `zeros(2, 3)`, `zeros([2, 3], { dtype })`. */
export function sizesAndOptions<O extends TensorOptions = TensorOptions>(name: string, args: readonly unknown[]): [number[], O] {
  const last = args[args.length - 1], options = isOptions(last) ? (last as unknown as O) : ({} as O);
  const rest = isOptions(last) ? args.slice(0, -1) : args;
  const given = (options as { size?: unknown }).size ?? (Array.isArray(rest[0]) ? rest[0] : rest);
  const sizes = [...(given as number[])];
  for (const s of sizes) {
    if (typeof s !== 'number' || !Number.isInteger(s)) throw new TorchError(`${name}(): argument 'size' must be tuple of ints, but found element of type ${typeof s}`, { operator: name });
    if (s < 0) throw new TorchError(`Trying to create tensor with negative dimension ${s}: ${showShape(sizes)}`, { operator: name });
  }
  return [sizes, options];
}

/** Sizes as a list or one by one, then options. */
export type SizeAndOptions = [readonly number[], TensorOptions?] | [...number[], TensorOptions] | number[];

/** A tensor of `shape` filled with `value`; the dtype of a number given as data is float32, of a boolean bool. */
export function filled(shape: readonly number[], value: number | boolean, options: TensorOptions): Tensor {
  const out = Tensor.allocate(shape, options.dtype ?? (typeof value === 'boolean' ? 'bool' : getDefaultDtype()), deviceName(options.device ?? 'cpu'));
  fillWith(out, value);
  return finish(out, options);
}
/** Zeros. @example torch.zeros(2, 3) */
export function zeros(...args: SizeAndOptions): Tensor { const [s, o] = sizesAndOptions('zeros', args); return filled(s, 0, { ...o, dtype: o.dtype ?? getDefaultDtype() }); }
/** Ones. */
export function ones(...args: SizeAndOptions): Tensor { const [s, o] = sizesAndOptions('ones', args); return filled(s, 1, { ...o, dtype: o.dtype ?? getDefaultDtype() }); }
/** Uninitialised memory, which this engine sets to 0 so that results repeat. */
export function empty(...args: SizeAndOptions): Tensor { const [s, o] = sizesAndOptions('empty', args); return filled(s, 0, { ...o, dtype: o.dtype ?? getDefaultDtype() }); }
/** A tensor of one value. A number makes float32, a boolean bool. */
export function full(size: readonly number[] | number, fillValue: number | boolean, options: TensorOptions = {}): Tensor {
  const [s] = sizesAndOptions('full', [typeof size === 'number' ? [size] : size]);
  return filled(s, fillValue, options);
}
