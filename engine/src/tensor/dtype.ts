import { TorchError } from '../errors.ts';

/** The element types, named as PyTorch prints them (`torch.float32`). */
export const dtypes = ['bool', 'uint8', 'int8', 'int16', 'int32', 'int64', 'float16', 'bfloat16', 'float32', 'float64'] as const;
/** An element type: `'float32'`, `'int64'`, … */
export type DType = (typeof dtypes)[number];
/** A number as data or as an operand. A bigint is read as an integer. */
export type Scalar = number | boolean | bigint;
/** The types that kernels compute in; the others are converted before and back after. */
export type ComputeType = 'f32' | 'f64' | 'i64';

/** What there is to know of a dtype: bytes, category (0 bool, 1 integral, 2 floating), the type that kernels compute in, its name in kernels. */
interface DTypeInfo { readonly bytes: 1 | 2 | 4 | 8; readonly category: 0 | 1 | 2; readonly compute: ComputeType; readonly kernel: string }

const info: Record<DType, DTypeInfo> = {
  bool: { bytes: 1, category: 0, compute: 'i64', kernel: 'bool' },
  uint8: { bytes: 1, category: 1, compute: 'i64', kernel: 'u8' },
  int8: { bytes: 1, category: 1, compute: 'i64', kernel: 'i8' },
  int16: { bytes: 2, category: 1, compute: 'i64', kernel: 'i16' },
  int32: { bytes: 4, category: 1, compute: 'i64', kernel: 'i32' },
  int64: { bytes: 8, category: 1, compute: 'i64', kernel: 'i64' },
  float16: { bytes: 2, category: 2, compute: 'f32', kernel: 'f16' },
  bfloat16: { bytes: 2, category: 2, compute: 'f32', kernel: 'bf16' },
  float32: { bytes: 4, category: 2, compute: 'f32', kernel: 'f32' },
  float64: { bytes: 8, category: 2, compute: 'f64', kernel: 'f64' },
};

/** Bytes, category, compute type and kernel name of a dtype. */
export const dtypeInfo = (d: DType): DTypeInfo => info[d];
export const isDType = (x: unknown): x is DType => typeof x === 'string' && Object.hasOwn(info, x);
export const isFloat = (d: DType): boolean => info[d].category === 2;
/** True for the integer types, bool not included. */
export const isInt = (d: DType): boolean => info[d].category === 1;

/** PyTorch's C++ names, which its error messages use: `Long`, `Float`. */
export const scalarTypeName: Record<DType, string> = {
  bool: 'Bool', uint8: 'Byte', int8: 'Char', int16: 'Short', int32: 'Int', int64: 'Long', float16: 'Half', bfloat16: 'BFloat16', float32: 'Float', float64: 'Double',
};

let defaultDType: DType = 'float32';
/** The dtype of floating results that nothing else decides; float32 unless changed. */
export const getDefaultDtype = (): DType => defaultDType;
/** Changes the default floating dtype. Throws for an integral one. */
export function setDefaultDtype(d: DType): void {
  if (!isDType(d) || !isFloat(d)) throw new TorchError('only floating-point types are supported as the default type');
  defaultDType = d;
}

/** The dtype that holds the values of both (PyTorch's promotion table for two dtypes of the same category rank). */
export function promoteTypes(a: DType, b: DType): DType {
  if (a === b) return a;
  const x = info[a], y = info[b];
  if (x.category !== y.category) return x.category > y.category ? a : b;
  if (x.category === 2) return x.bytes === y.bytes ? 'float32' : x.bytes > y.bytes ? a : b; // float16 with bfloat16 gives float32
  if (a === 'uint8' || b === 'uint8') { const o = a === 'uint8' ? b : a; return o === 'int8' ? 'int16' : o; }
  return x.bytes > y.bytes ? a : b;
}

interface Typed { readonly dtype: DType; readonly shape: readonly number[] }
type Promotable = Typed | Scalar | null | undefined;

const scalarCategory = (s: Scalar): 0 | 1 | 2 => (typeof s === 'boolean' ? 0 : typeof s === 'bigint' || Number.isInteger(s) ? 1 : 2);
const scalarDType = (c: 0 | 1 | 2): DType => (c === 0 ? 'bool' : c === 1 ? 'int64' : defaultDType);

const lift = (a: DType | null, b: DType | null): DType | null => (a === null ? b : b === null || info[a].category >= info[b].category ? a : b);

/**
 * The dtype of an operation on these operands by PyTorch's rule: tensors with dimensions decide; a tensor without
 * dimensions, then a number, counts only where its category (bool < integral < floating) is higher.
 *
 * @example resultType(ints, 2.5) // 'float32'
 */
export function resultType(...operands: Promotable[]): DType {
  let dim: DType | null = null, zero: DType | null = null, num: DType | null = null;
  for (const o of operands) {
    if (o === null || o === undefined) continue;
    if (typeof o === 'object') {
      if (o.shape.length) dim = dim === null ? o.dtype : promoteTypes(dim, o.dtype);
      else zero = zero === null ? o.dtype : promoteTypes(zero, o.dtype);
    } else { const d = scalarDType(scalarCategory(o)); num = num === null ? d : promoteTypes(num, d); }
  }
  return lift(lift(dim, zero), num) ?? defaultDType;
}

/** True where a result of dtype `from` may be written into a tensor of dtype `to` (no float into int, no number into bool). */
export const canCast = (from: DType, to: DType): boolean => info[from].category <= info[to].category;

const floats: Partial<Record<DType, { bits: number; eps: number; max: number; min: number; tiny: number; smallestNormal: number }>> = {};
const fl = (d: DType, bits: number, eps: number, max: number, tiny: number): void => { floats[d] = { bits, eps, max, min: -max, tiny, smallestNormal: tiny }; };
fl('float64', 64, 2 ** -52, Number.MAX_VALUE, 2 ** -1022);
fl('float32', 32, 2 ** -23, (2 - 2 ** -23) * 2 ** 127, 2 ** -126);
fl('float16', 16, 2 ** -10, 65504, 2 ** -14);
fl('bfloat16', 16, 2 ** -7, (2 - 2 ** -7) * 2 ** 127, 2 ** -126);
/** Limits of a floating dtype: `eps`, `max`, `min`, `tiny`. */
export function finfo(d: DType = defaultDType): { bits: number; eps: number; max: number; min: number; tiny: number; smallestNormal: number } {
  const f = floats[d];
  if (!f) throw new TorchError(`torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.${d}'`);
  return f;
}
/** Limits of an integral dtype: `bits`, `min`, `max` (int64's as the nearest number). */
export function iinfo(d: DType): { bits: number; min: number; max: number } {
  if (!isInt(d)) throw new TorchError(`torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.${d}'`);
  const bits = info[d].bytes * 8;
  return d === 'uint8' ? { bits, min: 0, max: 255 } : { bits, min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 };
}
