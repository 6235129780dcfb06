import { copyStrided } from '../cpu/copy.ts';
import { TorchError } from '../errors.ts';
import { dtypeInfo } from '../tensor/dtype.ts';
import { showShape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { tensor } from './create.ts';
import { functions } from './install.ts';
import { composite, kernel, type Table } from './operator.ts';
import { fillWith } from './write.ts';

export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

/** Padding that is a constant: `torch.constantPadNd`. */
export interface ConstantPadOps {
  /** Adds `pad` elements of `value`: pairs (before, after) from the last dimension backwards; negative ones crop. */
  constantPadNd(pad: readonly number[], value?: number): Tensor;
}
/** Padding by mode: `F.pad`. */
export interface PadOps {
  /**
   * Pads from the last dimension backwards: `pad(x, [left, right, top, bottom])`; negative numbers crop. Mode 'constant'
   * (any dimensions), 'reflect', 'replicate' or 'circular' (all dimensions after batch and channel, or after channel).
   */
  pad(pad: readonly number[], mode?: PadMode | { mode?: PadMode; value?: number | null }, value?: number | null): Tensor;
}

interface Attrs { readonly pad: readonly number[]; readonly value: number }

/** Elements added before and after each dimension, first dimension first. */
const sides = (pad: readonly number[], rank: number): [before: number, after: number][] =>
  Array.from({ length: rank }, (_, d) => { const i = 2 * (rank - 1 - d); return i < pad.length ? [pad[i], pad[i + 1]] : [0, 0]; });

export const constantPads: Table<ConstantPadOps> = {
  constantPadNd: kernel<Attrs>({
    schema: 'constantPadNd(Tensor input, int[] pad, Scalar value=0)',
    meta([x], { pad }) {
      const t = x as Tensor, shape = sides(pad, t.ndim).map(([a, b], d) => t.shape[d] + a + b);
      if (pad.length % 2) throw new TorchError(`Length of pad must be even but instead it equals ${pad.length}`, { operator: 'constantPadNd' });
      if (pad.length > 2 * t.ndim) throw new TorchError(`Length of pad should be no more than twice the number of dimensions of the input. Pad length is ${pad.length} while the input has ${t.ndim} dimensions.`, { operator: 'constantPadNd', shapes: [t.shape] });
      const bad = shape.findIndex((n) => n < 0);
      if (bad >= 0) throw new TorchError(`The input size ${t.shape[bad]}, plus negative padding ${sides(pad, t.ndim)[bad].join(' and ')} resulted in a negative output size, which is invalid. Check dimension ${bad} of your input.`, { operator: 'constantPadNd', shapes: [t.shape] });
      return { shape, dtype: t.dtype };
    },
    cpu([out], [x], { pad, value }) {
      const t = x as Tensor, both = sides(pad, t.ndim), { bytes } = dtypeInfo(t.dtype);
      fillWith(out, value);
      const inner = both.map(([a, b], d) => t.shape[d] + Math.min(a, 0) + Math.min(b, 0));
      if (inner.some((n) => n <= 0)) return;
      const from = both.reduce((p, [a], d) => p + Math.max(-a, 0) * t.strides[d], 0), to = both.reduce((p, [a], d) => p + Math.max(a, 0) * out.strides[d], 0);
      copyStrided(bytes, t.ptr + from * bytes, t.strides, out.ptr + to * bytes, out.strides, inner);
    },
    grad: (g, { attrs }) => [constantPadNd(g, attrs.pad.map((p) => -p), 0)],
  }),
};
export const { constantPadNd } = functions<ConstantPadOps>(constantPads);

/** For each element of a padded dimension, which element of the input it repeats. */
function sources(mode: PadMode, size: number, before: number, after: number): number[] {
  const wrapped = (i: number): number => {
    if (mode === 'replicate') return Math.min(Math.max(i, 0), size - 1);
    if (mode === 'circular') return ((i % size) + size) % size;
    return i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
  };
  return Array.from({ length: Math.max(size + before + after, 0) }, (_, i) => wrapped(i - before));
}

export const pads: Table<PadOps> = {
  pad: composite({
    schema: "pad(Tensor input, int[] pad, str mode='constant', Scalar? value=None)",
    compose(x: Tensor, pad: number[], mode: string, value: number | null) {
      const fail = (message: string): never => { throw new TorchError(message, { operator: 'pad', shapes: [x.shape] }); };
      if (pad.length % 2) fail('Padding length must be divisible by 2');
      if (pad.length > 2 * x.ndim) fail(`Padding length should be less than or equal to two times the input dimension but got padding length ${pad.length} and input of dimension ${x.ndim}`);
      if (mode === 'constant') return constantPadNd(x, pad, value ?? 0);
      if (value !== null && value !== 0) fail(`Padding mode "${mode}" doesn't take in value argument`);
      if (mode !== 'reflect' && mode !== 'replicate' && mode !== 'circular') return fail(`Unrecognised padding mode ${mode}`);
      const n = pad.length / 2;
      if (n > 3 || (x.ndim !== n + 1 && x.ndim !== n + 2)) fail('Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now');
      let out = x;
      sides(pad, x.ndim).forEach(([before, after], d) => {
        if (d < x.ndim - n) return;
        const size = x.shape[d];
        if (mode === 'reflect' && (before >= size || after >= size)) fail(`Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (${before}, ${after}) at dimension ${d} of input ${showShape(x.shape)}`);
        if (mode === 'circular' && (before > size || after > size)) fail('Padding value causes wrapping around more than once.');
        if (size + before + after < 0 || (size === 0 && before + after > 0)) fail(`input (size: ${size}) is too small for padding (${before}, ${after}) at dimension ${d}`);
        // What is cropped on one side doesn't come back on the other.
        const cropped = mode === 'circular' && (before < 0 || after < 0), from = cropped ? Math.max(-before, 0) : 0, length = cropped ? size - from - Math.max(-after, 0) : size;
        if (cropped) out = out.narrow(d, from, length);
        const [left, right] = cropped ? [Math.max(before, 0), Math.max(after, 0)] : [before, after];
        if (left || right) out = out.indexSelect(d, tensor(sources(mode, length, left, right), { dtype: 'int64', device: x.device }));
      });
      return out === x ? x.clone() : out;
    },
  }),
};
