import { copyInto } from '../cpu/copy.ts';
import { Storage } from '../cpu/heap.ts';
import { TorchError } from '../errors.ts';
import { deviceName } from '../tensor/device.ts';
import { dtypeInfo, isDType, isFloat, type DType } from '../tensor/dtype.ts';
import { wrapDim } from '../tensor/layout.ts';
import { assignData, Tensor } from '../tensor/tensor.ts';
import { observers } from './observe.ts';
import { composite, invoke, kernel, ready, type Table } from './operator.ts';
import { isOptions, typeName } from './schema.ts';

/** Options of `to`. */
export interface ToOptions { dtype?: DType | null; device?: string | null; nonBlocking?: boolean; copy?: boolean; memoryFormat?: unknown }

/** Other dtypes and devices. Each gives the tensor itself where nothing changes, otherwise a copy through which gradients flow. */
export interface ConvertOps {
  /**
   * The values as another dtype, on another device, or both: `x.to('float64')`, `x.to('sim:1')`,
   * `x.to({ dtype: 'int64', copy: true })`, `x.to('cpu', 'float16')`, `x.to(other)`.
   */
  to(target: DType | string | Tensor | ToOptions, dtypeOrNonBlocking?: DType | boolean | ToOptions, nonBlockingOrCopy?: boolean | ToOptions, copy?: boolean): Tensor;
  /** As float32. */
  float(): Tensor;
  /** As float64. */
  double(): Tensor;
  /** As float16. */
  half(): Tensor;
  bfloat16(): Tensor;
  /** As int64; fractions are cut off. */
  long(): Tensor;
  /** As int32. */
  int(): Tensor;
  /** As int16. */
  short(): Tensor;
  /** As int8. */
  char(): Tensor;
  /** As uint8. */
  byte(): Tensor;
  /** As bool: true where not 0. */
  bool(): Tensor;
  /** As the dtype of `other`, on its device. */
  typeAs(other: Tensor): Tensor;
  cpu(): Tensor;
  /** On a CUDA device; throws where the machine has none. */
  cuda(device?: number | string | null): Tensor;
}

/** The copy behind every conversion. */
const toCopy = ready('toCopy', kernel<{ dtype: DType; device: string }>({
  schema: 'toCopy(Tensor input, ScalarType dtype, Device device)',
  meta: ([x], { dtype, device }) => ({ shape: (x as Tensor).shape, dtype, device }),
  cpu([out], [x]) { copyInto(out, x as Tensor); },
  grad: (g, { inputs: [x] }) => [g.to({ dtype: x!.dtype, device: x!.device })],
}));

const invalid = (args: readonly unknown[]): TorchError => new TorchError(
  `to() received an invalid combination of arguments - got (${args.map(typeName).join(', ')}), but expected one of:\n * (device, dtype, nonBlocking, copy)\n * (dtype, nonBlocking, copy)\n * (Tensor other, nonBlocking, copy)`, { operator: 'to' });

/** What the arguments of `to` ask for. */
function target(x: Tensor, given: readonly unknown[]): { dtype: DType; device: string; copy: boolean } {
  const args = given.filter((a) => a !== null), last = args[args.length - 1];
  const options: ToOptions = isOptions(last) ? (args.pop() as ToOptions) : {};
  for (const key of Object.keys(options)) if (!['dtype', 'device', 'nonBlocking', 'copy', 'memoryFormat'].includes(key)) throw new TorchError(`to() got an unexpected keyword argument '${key}'`, { operator: 'to' });
  let dtype = options.dtype ?? x.dtype, device = options.device ?? x.device, rest = args;
  const [first] = args;
  if (first instanceof Tensor) { dtype = first.dtype; device = first.device; rest = args.slice(1); }
  else if (isDType(first)) { dtype = first; rest = args.slice(1); }
  else if (typeof first === 'string') {
    device = first;
    rest = args.slice(1);
    if (isDType(rest[0])) { dtype = rest[0]; rest = rest.slice(1); }
  }
  if (rest.length > 2 || rest.some((r) => typeof r !== 'boolean') || !isDType(dtype) || typeof device !== 'string') throw invalid(args);
  return { dtype, device: deviceName(device), copy: (rest[1] as boolean | undefined) ?? options.copy ?? false };
}

const as = (name: string, dtype: DType): ReturnType<typeof composite> => composite({ schema: `${name}(Tensor input)`, compose: (x: Tensor) => x.to(dtype) });

export const conversions: Table<ConvertOps> = {
  to: composite({
    schema: 'to(Tensor input, any target=None, any second=None, any third=None, any fourth=None)',
    compose(x: Tensor, ...args: unknown[]) {
      const { dtype, device, copy } = target(x, args);
      if (!copy && dtype === x.dtype && device === x.device) return x;
      if (device !== x.device) observers.event('transfer', { from: x.device, to: device, bytes: x.count * dtypeInfo(x.dtype).bytes });
      return invoke(toCopy, [x, dtype, device], 0);
    },
  }),
  float: as('float', 'float32'),
  double: as('double', 'float64'),
  half: as('half', 'float16'),
  bfloat16: as('bfloat16', 'bfloat16'),
  long: as('long', 'int64'),
  int: as('int', 'int32'),
  short: as('short', 'int16'),
  char: as('char', 'int8'),
  byte: as('byte', 'uint8'),
  bool: as('bool', 'bool'),
  typeAs: composite({ schema: 'typeAs(Tensor input, Tensor other)', compose: (x: Tensor, other: Tensor) => x.to(other) }),
  cpu: composite({ schema: 'cpu(Tensor input)', compose: (x: Tensor) => x.to('cpu') }),
  cuda: composite({ schema: 'cuda(Tensor input, any device=None)', compose: (x: Tensor, device: number | string | null) => x.to(typeof device === 'number' ? `cuda:${device}` : (device ?? 'cuda')) }),
};

/** What a tensor says of itself: nothing here computes. */
export interface TensorFacts {
  /** Number of elements. */
  numel(): number;
  /** All sizes, or the one at `dim`. */
  size(): number[];
  size(dim: number): number;
  /** Number of dimensions; also `ndim`. */
  dim(): number;
  /** Steps between neighbours in elements of the storage: along every dimension, or along `dim`. */
  stride(): number[];
  stride(dim: number): number;
  /** Place of the first element in the storage, in elements. */
  storageOffset(): number;
  /** True where the elements lie in memory in row-major order without gaps. */
  isContiguous(): boolean;
  /** Bytes of one element. */
  elementSize(): number;
  /** Address of the first element: equal for tensors that begin at the same memory. */
  dataPtr(): number;
  /** True for float16, bfloat16, float32 and float64. */
  isFloatingPoint(): boolean;
  /** True for a tensor made inside `inferenceMode`: it can't take part in autograd. */
  isInference(): boolean;
  /** Bytes of all elements. */
  readonly nbytes: number;
  /** All dimensions reversed; for a matrix its transpose. */
  readonly T: Tensor;
  /** Each matrix in the last two dimensions transposed. */
  readonly mT: Tensor;
  /**
   * The values outside the graph, sharing memory. Unlike with `detach()`, in-place changes through it are not noticed
   * by autograd. Assigning makes the tensor look at the memory of another one, and keeps its place in the graph.
   */
  data: Tensor;
}

/** The same memory with a count of in-place changes of its own. */
const unwatched = (s: Storage): Storage => Object.create(s, { version: { value: 0, writable: true } }) as Storage;

const facts = {
  numel(this: Tensor): number { return this.count; },
  size(this: Tensor, dim?: number): number | number[] { return dim === undefined ? [...this.shape] : this.shape[realDim(this, dim)]; },
  dim(this: Tensor): number { return this.ndim; },
  stride(this: Tensor, dim?: number): number | number[] { return dim === undefined ? [...this.strides] : this.strides[realDim(this, dim)]; },
  storageOffset(this: Tensor): number { return this.offset; },
  isContiguous(this: Tensor): boolean { return this.dense; },
  elementSize(this: Tensor): number { return dtypeInfo(this.dtype).bytes; },
  dataPtr(this: Tensor): number { return this.count ? this.ptr : 0; },
  isFloatingPoint(this: Tensor): boolean { return isFloat(this.dtype); },
  isInference(this: Tensor): boolean { return this.inference; },
};
const properties: Record<string, { get(this: Tensor): unknown; set?(this: Tensor, value: Tensor): void }> = {
  nbytes: { get() { return this.count * dtypeInfo(this.dtype).bytes; } },
  T: { get() { return this.permute(this.shape.map((_, i) => this.ndim - 1 - i)); } },
  mT: {
    get() {
      if (this.ndim < 2) throw new TorchError(`tensor.mT is only supported on matrices or batches of matrices. Got ${this.ndim}-D tensor.`, { operator: 'mT', shapes: [this.shape] });
      return this.transpose(-2, -1);
    },
  },
  data: {
    get() { return new Tensor(unwatched(this.storage), this.dtype, this, this.device); },
    set(value) {
      if (!(value instanceof Tensor)) throw new TorchError(`Variable data has to be a tensor, but got ${typeName(value)}`);
      if (this.leafRequiresGrad && !isFloat(value.dtype)) throw new TorchError('data set to a tensor that requires gradients must be floating point or complex dtype', { dtypes: [value.dtype] });
      assignData(this, value);
    },
  },
};

/** A dimension that the tensor has, made positive: unlike `wrapDim` it allows none for a tensor without dimensions. */
export function realDim(x: Tensor, dim: number): number {
  if (x.ndim === 0) throw new TorchError(`Dimension specified as ${dim} but tensor has no dimensions`, { shapes: [x.shape] });
  return wrapDim(dim, x.ndim);
}

/** True for a tensor of floating dtype. */
export const isFloatingPoint = (x: Tensor): boolean => x.isFloatingPoint();
/** Number of elements. */
export const numel = (x: Tensor): number => x.count;
/** True for a tensor. */
export const isTensor = (x: unknown): x is Tensor => x instanceof Tensor;

/** Gives tensors these methods and properties. */
export function installFacts(): void {
  for (const [name, value] of Object.entries(facts)) Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
  for (const [name, p] of Object.entries(properties)) Object.defineProperty(Tensor.prototype, name, { ...p, configurable: true });
}
