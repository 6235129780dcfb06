import type { StoredArray } from '../cpu/heap.ts';
import { TorchError } from '../errors.ts';
import { scalarTypeName, type DType } from '../tensor/dtype.ts';
import { encode, type NumberArray } from './encode.ts';
import type { Generator } from './generator.ts';

const SCALE_53 = 2 ** -53;
const SCALE_24 = 2 ** -24;

/** A uniform value of [0, 1) in double precision: 53 bits of two draws. */
export const uniformDouble = (gen: Generator): number => ((gen.random() & 0x1fffff) * 4294967296 + gen.random()) * SCALE_53;
/** A uniform value of [0, 1) in single precision: 24 bits of one draw. */
export const uniformFloat = (gen: Generator): number => (gen.random() & 0xffffff) * SCALE_24;

/**
 * Writes uniform values of [0, 1) to `out` from place `start` on: as many bits of one draw (two draws for float64) as
 * the significand of the floating dtype has.
 */
export function fillUniform(gen: Generator, out: NumberArray, dtype: DType, start = 0): void {
  const n = out.length;
  switch (dtype) {
    case 'float64': for (let i = start; i < n; i++) out[i] = uniformDouble(gen); break;
    case 'float32': for (let i = start; i < n; i++) out[i] = uniformFloat(gen); break;
    case 'float16': for (let i = start; i < n; i++) out[i] = (gen.random() & 0x7ff) * 2 ** -11; break;
    case 'bfloat16': for (let i = start; i < n; i++) out[i] = (gen.random() & 0xff) * 2 ** -8; break;
    default: throw new TorchError(`"uniform_" not implemented for '${scalarTypeName[dtype]}'`, { operator: 'uniform_', dtypes: [dtype] });
  }
}

/** Fills `out` (elements of the floating `dtype`) with uniform values of [from, to): `Tensor.uniform_`, `rand`. */
export function uniform(gen: Generator, out: StoredArray, dtype: DType, from = 0, to = 1): void {
  if (!(from <= to)) throw new TorchError(`uniform_ expects to return a [from, to) range, but found from=${from} > to=${to}`, { operator: 'uniform_', dtypes: [dtype] });
  const round = dtype === 'float64' ? (x: number) => x : Math.fround;
  const base = round(from), range = round(round(to) - base);
  encode(out, dtype, (o) => {
    fillUniform(gen, o, dtype);
    // PyTorch's build fuses the multiply and the add: one rounding at the end, as a float array does with a double.
    if (base !== 0 || range !== 1) for (let i = 0; i < o.length; i++) o[i] = o[i] * range + base;
  });
}
