import { dtypes, type DType } from '../tensor/dtype.ts';
import { Global, Persistent, Reduce } from './pickle.ts';
import { refused, type PickleFunction, type PickleWorld } from './unpickle.ts';

/** A tensor in a checkpoint: a strided view of a storage that others may share. */
export interface TensorFields {
  /** The storage's name in the checkpoint. */
  readonly storageKey: string;
  readonly dtype: DType;
  /** First element, in elements from the storage's beginning. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Steps in elements along each dimension. */
  readonly stride: readonly number[];
  readonly requiresGrad?: boolean;
  /** True for an nn.Parameter. */
  readonly parameter?: boolean;
  /** The device it was saved from: `'cpu'`, `'cuda:0'`. */
  readonly location?: string;
}
/** `TensorFields` as an object of its own class, so that it stands out in a tree of values. */
export class TensorSpec implements TensorFields {
  readonly storageKey: string;
  readonly dtype: DType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly requiresGrad: boolean;
  readonly parameter: boolean;
  readonly location: string;
  constructor(f: TensorFields) {
    this.storageKey = f.storageKey;
    this.dtype = f.dtype;
    this.offset = f.offset;
    this.shape = f.shape;
    this.stride = f.stride;
    this.requiresGrad = f.requiresGrad ?? false;
    this.parameter = f.parameter ?? false;
    this.location = f.location ?? 'cpu';
  }
}

const STORAGE_NAMES: Record<DType, string> = {
  float32: 'FloatStorage', float64: 'DoubleStorage', float16: 'HalfStorage', bfloat16: 'BFloat16Storage', int64: 'LongStorage', int32: 'IntStorage',
  int16: 'ShortStorage', int8: 'CharStorage', uint8: 'ByteStorage', bool: 'BoolStorage',
};
class StorageType {
  readonly dtype: DType;
  constructor(dtype: DType) { this.dtype = dtype; }
}
/** A storage as a pickle refers to it. `offset` is that of a view in old files, in elements. */
class StorageRef {
  readonly key: string;
  readonly dtype: DType;
  readonly offset: number;
  readonly location: string;
  constructor(key: string, dtype: DType, offset: number, location: string) { this.key = key; this.dtype = dtype; this.offset = offset; this.location = location; }
}

const isSize = (x: unknown): x is readonly number[] => Array.isArray(x) && x.every((n) => Number.isSafeInteger(n) && n >= 0);
const rebuildTensor = (storage: unknown, offset: unknown, shape: unknown, stride: unknown, requiresGrad: unknown = false): TensorSpec => {
  if (!(storage instanceof StorageRef) || !Number.isSafeInteger(offset) || (offset as number) < 0 || !isSize(shape) || !isSize(stride) || shape.length !== stride.length)
    throw refused('the arguments of a tensor are malformed');
  return new TensorSpec({ storageKey: storage.key, dtype: storage.dtype, offset: storage.offset + (offset as number), shape, stride, requiresGrad: requiresGrad === true, location: storage.location });
};
const rebuildParameter = (data: unknown, requiresGrad: unknown): TensorSpec => {
  if (!(data instanceof TensorSpec)) throw refused('the arguments of a parameter are malformed');
  return new TensorSpec({ ...data, requiresGrad: requiresGrad === true, parameter: true });
};
const orderedDict = (pairs: unknown = []): Map<unknown, unknown> => {
  if (!Array.isArray(pairs) || !pairs.every((p) => Array.isArray(p) && p.length === 2)) throw refused('the arguments of an OrderedDict are malformed');
  return new Map(pairs as [unknown, unknown][]);
};
const device = (type: unknown, index: unknown = null): string => (index === null ? String(type) : `${String(type)}:${String(index)}`);
// A tensor with Python attributes: the attributes are left out.
const rebuildFromType = (fn: unknown, _type: unknown, args: unknown): unknown => {
  if ((fn !== rebuildTensor && fn !== rebuildParameter) || !Array.isArray(args)) throw refused('the arguments of a tensor are malformed');
  return (fn as PickleFunction)(...args as unknown[]);
};
const TENSOR_TYPE = Object.freeze({ type: 'Tensor' });

/** All that the pickle of a checkpoint may name. A dtype is read as its name. */
const allowed = new Map<string, unknown>([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch._utils._rebuild_parameter_with_state', rebuildParameter],
  ['torch._tensor._rebuild_from_type_v2', rebuildFromType],
  ['torch.Tensor', TENSOR_TYPE],
  ['torch.nn.parameter.Parameter', TENSOR_TYPE],
  ['torch.Size', (sizes: unknown) => sizes],
  ['torch.device', device],
  ...dtypes.flatMap((dtype) => {
    const type = new StorageType(dtype), name = STORAGE_NAMES[dtype];
    return [[`torch.${name}`, type], [`torch.cuda.${name}`, type], [`torch.${dtype}`, dtype]] as const;
  }),
]);

/** The globals of checkpoints; `met` is told of every storage that the pickle refers to. */
export function checkpointWorld(met: (key: string, dtype: DType) => void): PickleWorld {
  return {
    global: (path) => allowed.get(path),
    persistent(id) {
      if (!Array.isArray(id) || id[0] !== 'storage') throw refused(`Only persistent_load of storage is allowed, but got ${String(Array.isArray(id) ? id[0] : id)}`);
      const [, type, key, location, numel, part] = id as unknown[];
      const offset = Array.isArray(part) ? (part as unknown[])[1] : 0; // old files have views of storages: (key, offset, size)
      if (!(type instanceof StorageType) || !isSize([numel, offset])) throw refused('the reference to a storage is malformed');
      met(String(key), type.dtype);
      return new StorageRef(String(key), type.dtype, offset as number, String(location));
    },
  };
}

const noHooks = (): Reduce => new Reduce(new Global('collections', 'OrderedDict'), []);
/** The calls that make the tensor again. `numel` is its storage's number of elements. */
export function reduceOf(spec: TensorSpec, numel: number): Reduce {
  const storage = new Persistent(['storage', new Global('torch', STORAGE_NAMES[spec.dtype]), spec.storageKey, 'cpu', numel]);
  const args = [storage, spec.offset, Object.freeze([...spec.shape]), Object.freeze([...spec.stride]), spec.parameter ? false : spec.requiresGrad, noHooks()];
  const data = new Reduce(new Global('torch._utils', '_rebuild_tensor_v2'), args);
  return spec.parameter ? new Reduce(new Global('torch._utils', '_rebuild_parameter'), [data, spec.requiresGrad, noHooks()]) : data;
}
