import { tapsOf, type Taps } from '../cpu/taps.ts';
import { TorchError } from '../errors.ts';
import { dtypeInfo } from '../tensor/dtype.ts';
import { rounderTo } from '../tensor/read.ts';
import { showShape } from '../tensor/layout.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Sizes } from './conv.ts';
import { functions } from './install.ts';
import { composite, type Table } from './operator.ts';
import { pools, type PoolOps } from './pool.ts';
import { separable } from './separable.ts';

export type InterpolateMode = 'nearest' | 'nearest-exact' | 'linear' | 'bilinear' | 'bicubic' | 'trilinear' | 'area';
export interface InterpolateOptions { size?: Sizes | null; scaleFactor?: Sizes | null; mode?: InterpolateMode; alignCorners?: boolean | null; recomputeScaleFactor?: boolean | null; antialias?: boolean }
export interface UpsampleOptions { size?: Sizes | null; scaleFactor?: Sizes | null }

/** Images of another size: input[N, C, …] with one to three spatial dimensions. */
export interface ResizeOps {
  /** Resizes to `size`, or by `scaleFactor`. With `alignCorners` the corner pixels' centres keep their places; otherwise the image's edges do. */
  interpolate(size?: Sizes | null | InterpolateOptions, scaleFactor?: Sizes | null | InterpolateOptions, mode?: InterpolateMode | InterpolateOptions, alignCorners?: boolean | null | InterpolateOptions, recomputeScaleFactor?: boolean | null, antialias?: boolean): Tensor;
  /** `interpolate`, with mode 'nearest' unless given. */
  upsample(size?: Sizes | null | InterpolateOptions, scaleFactor?: Sizes | null | InterpolateOptions, mode?: InterpolateMode | InterpolateOptions, alignCorners?: boolean | null): Tensor;
  upsampleNearest(size?: Sizes | null | UpsampleOptions, scaleFactor?: Sizes | null | UpsampleOptions): Tensor;
  /** Bilinear with aligned corners. */
  upsampleBilinear(size?: Sizes | null | UpsampleOptions, scaleFactor?: Sizes | null | UpsampleOptions): Tensor;
}

/** One dimension to be resized; `scale` is input over output where the caller gave a factor, else null. */
interface Axis { readonly inputs: number; readonly outputs: number; readonly scale: number | null }

/** PyTorch holds the weights of the 16-bit floats in that type, but for `bilinear`. */
type Rounding = (weight: number) => number;

const f = Math.fround;
// Places are computed in single precision for 'nearest', as PyTorch does: it decides which pixel is taken.
const nearest = (a: Axis, offset: number): Taps => {
  const scale = f(a.scale ?? f(f(a.inputs) / f(a.outputs)));
  return tapsOf(a.inputs, a.outputs, (o) => [[a.inputs === a.outputs ? o : a.outputs === 2 * a.inputs ? o >> 1 : Math.min(Math.floor(f(f(o + offset) * scale)), a.inputs - 1), 1]]);
};
const step = (a: Axis, align: boolean): number => (align ? (a.outputs > 1 ? (a.inputs - 1) / (a.outputs - 1) : 0) : (a.scale ?? a.inputs / a.outputs));

const linear = (a: Axis, align: boolean, round: Rounding): Taps => tapsOf(a.inputs, a.outputs, (o) => {
  if (a.inputs === a.outputs) return [[o, 1]];
  const at = align ? step(a, true) * o : Math.max(step(a, false) * (o + 0.5) - 0.5, 0), low = Math.min(Math.floor(at), a.inputs - 1), t = round(Math.min(Math.max(at - low, 0), 1));
  return [[low, round(1 - t)], [Math.min(low + 1, a.inputs - 1), t]];
});

/** Keys' cubic convolution kernel with parameter `a` at distance `x`. */
export const cubic = (x: number, a: number): number => {
  const d = Math.abs(x);
  return d < 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
};
const bicubic = (a: Axis, align: boolean, round: Rounding): Taps => tapsOf(a.inputs, a.outputs, (o) => {
  const at = align ? step(a, true) * o : step(a, false) * (o + 0.5) - 0.5, low = Math.floor(at), t = at - low;
  return [-1, 0, 1, 2].map((k) => [Math.min(Math.max(low + k, 0), a.inputs - 1), round(cubic(t - k, -0.75))] as const);
});

/** The filter widened by the scale, so that a smaller image averages what it leaves out. */
const widened = (a: Axis, align: boolean, filter: (x: number) => number, reach: number): Taps => {
  const scale = step(a, align), wide = Math.max(scale, 1), support = reach * wide;
  return tapsOf(a.inputs, a.outputs, (o) => {
    const centre = scale * (o + 0.5), from = Math.max(Math.trunc(centre - support + 0.5), 0), to = Math.min(Math.trunc(centre + support + 0.5), a.inputs);
    const weights = Array.from({ length: Math.max(to - from, 0) }, (_, j) => filter((j + from - centre + 0.5) / wide)), total = weights.reduce((s, w) => s + w, 0);
    return weights.map((w, j) => [from + j, total ? w / total : w] as const);
  });
};
const triangle = (x: number): number => Math.max(1 - Math.abs(x), 0);

const rankOf: Record<string, number> = { linear: 1, bilinear: 2, bicubic: 2, trilinear: 3 };
const modes = ['nearest', 'linear', 'bilinear', 'bicubic', 'trilinear', 'area', 'nearest-exact'];
const adaptiveAverages = functions<PoolOps>(pools);

function taps(mode: string, a: Axis, align: boolean, antialias: boolean, round: Rounding): Taps {
  if (mode === 'nearest') return nearest(a, 0);
  if (mode === 'nearest-exact') return nearest(a, 0.5);
  if (antialias) return mode === 'bicubic' ? widened(a, align, (x) => cubic(x, -0.5), 2) : widened(a, align, triangle, 1);
  return mode === 'bicubic' ? bicubic(a, align, round) : linear(a, align, mode === 'bilinear' ? (w) => w : round);
}

const interpolate = (x: Tensor, size: number[] | null, scaleFactor: number[] | null, mode: string, alignCorners: boolean | null, recompute: boolean | null, antialias: boolean): Tensor => {
  const fail = (condition: boolean, message: string): void => { if (condition) throw new TorchError(message, { operator: 'interpolate', shapes: [x.shape] }); };
  fail((mode.startsWith('nearest') || mode === 'area') && alignCorners !== null, 'align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear');
  const rank = x.ndim - 2, sizes = x.shape.slice(2), spread = (v: number[] | null): number[] | null => (v && v.length === 1 ? new Array<number>(Math.max(rank, 1)).fill(v[0]) : v);
  const to = spread(size), factor = spread(scaleFactor);
  fail(to !== null && factor !== null, 'only one of size or scale_factor should be defined');
  fail(to === null && factor === null, 'either size or scale_factor should be defined');
  fail(rank < 1 || rank > 3 || !modes.includes(mode), `Input Error: Only 3D, 4D and 5D input Tensors supported (got ${x.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | nearest-exact (got ${mode})`);
  fail(to !== null && to.length !== rank, `Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of ${showShape(sizes)} and output size of ${showShape(to ?? [])}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format.`);
  fail(factor !== null && factor.length !== rank, `Input and scale_factor must have the same number of spatial dimensions, but got input with spatial dimensions of ${showShape(sizes)} and scale_factor of shape ${showShape(factor ?? [])}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format.`);
  fail(recompute === true && to !== null, 'recompute_scale_factor is not meaningful with an explicit size.');
  fail(antialias && !(rank === 2 && (mode === 'bilinear' || mode === 'bicubic')), 'Anti-alias option is restricted to bilinear and bicubic modes and requires a 4-D tensor as input');
  const wanted = rankOf[mode];
  fail(wanted !== undefined && wanted !== rank, `Got ${x.ndim}D input, but ${mode} mode needs ${(wanted ?? 0) + 2}D input`);
  const outputs = to ?? factor!.map((s, i) => Math.floor(sizes[i] * s));
  const hw = (s: readonly number[]): string => s.map((n, i) => `${['D', 'H', 'W'][3 - rank + i]}: ${n}`).join(', ');
  fail([...sizes, ...outputs].some((n) => n <= 0), `Input and output sizes should be greater than 0, but got input (${hw(sizes)}) output (${hw(outputs)})`);
  if (mode === 'area') return adaptiveAverages[(['adaptiveAvgPool1d', 'adaptiveAvgPool2d', 'adaptiveAvgPool3d'] as const)[rank - 1]](x, outputs);
  const round: Rounding = dtypeInfo(x.dtype).bytes === 2 ? rounderTo(x.dtype) : (w) => w;
  const axes = sizes.map((inputs, i): Axis => ({ inputs, outputs: outputs[i], scale: factor !== null && recompute !== true ? 1 / factor[i] : null }));
  return separable(x, axes.map((a) => taps(mode, a, alignCorners === true, antialias, round)));
};

export const resizes: Table<ResizeOps> = {
  interpolate: composite({
    schema: "interpolate(Tensor input, int[]? size=None, float[]? scale_factor=None, str mode='nearest', bool? align_corners=None, bool? recompute_scale_factor=None, bool antialias=False)",
    compose: interpolate,
  }),
  upsample: composite({
    schema: "upsample(Tensor input, int[]? size=None, float[]? scale_factor=None, str mode='nearest', bool? align_corners=None)",
    compose: (x: Tensor, size: number[] | null, scale: number[] | null, mode: string, align: boolean | null) => interpolate(x, size, scale, mode, align, null, false),
  }),
  upsampleNearest: composite({
    schema: 'upsample_nearest(Tensor input, int[]? size=None, float[]? scale_factor=None)',
    compose: (x: Tensor, size: number[] | null, scale: number[] | null) => interpolate(x, size, scale, 'nearest', null, null, false),
  }),
  upsampleBilinear: composite({
    schema: 'upsample_bilinear(Tensor input, int[]? size=None, float[]? scale_factor=None)',
    compose: (x: Tensor, size: number[] | null, scale: number[] | null) => interpolate(x, size, scale, 'bilinear', true, null, false),
  }),
};
