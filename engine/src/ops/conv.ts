import { convBackwardInput, convBackwardWeight, convForward, type Geometry } from '../cpu/convolution.ts';
import { TorchError } from '../errors.ts';
import { scalarTypeName } from '../tensor/dtype.ts';
import { showShape, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { functions } from './install.ts';
import { composite, kernel, type Table } from './operator.ts';
import { constantPadNd } from './pad.ts';

/** A size for all spatial dimensions, or one for each. */
export type Sizes = number | readonly number[];
/** Keyword arguments of the convolutions. */
export interface ConvOptions { bias?: Tensor | null; stride?: Sizes; padding?: Sizes | 'same' | 'valid'; dilation?: Sizes; groups?: number }
/** Keyword arguments of the transposed convolutions. */
export interface ConvTransposeOptions { bias?: Tensor | null; stride?: Sizes; padding?: Sizes; outputPadding?: Sizes; groups?: number; dilation?: Sizes }

type Conv = (weight: Tensor, bias?: Tensor | null | ConvOptions, stride?: Sizes | ConvOptions, padding?: Sizes | 'same' | 'valid' | ConvOptions, dilation?: Sizes | ConvOptions, groups?: number | ConvOptions) => Tensor;
type ConvTranspose = (weight: Tensor, bias?: Tensor | null | ConvTransposeOptions, stride?: Sizes | ConvTransposeOptions, padding?: Sizes | ConvTransposeOptions, outputPadding?: Sizes | ConvTransposeOptions, groups?: number | ConvTransposeOptions, dilation?: Sizes) => Tensor;

/** Convolutions (cross-correlations, as in PyTorch) and their transposes; the batch dimension may be left out. */
export interface ConvOps {
  /** input[N, C, L] with weight[O, C/groups, K]. */
  conv1d: Conv;
  /** input[N, C, H, W] with weight[O, C/groups, KH, KW]: out[n, o] = bias[o] + Σ over c, i, j of weight[o, c, i, j] · input[n, c, stride·y + dilation·i − padding, …]. */
  conv2d: Conv;
  /** input[N, C, D, H, W] with weight[O, C/groups, KD, KH, KW]. */
  conv3d: Conv;
  /** input[N, C, L] with weight[C, O/groups, K]: the gradient of `conv1d` with respect to its input. */
  convTranspose1d: ConvTranspose;
  /** input[N, C, H, W] with weight[C, O/groups, KH, KW]: the gradient of `conv2d` with respect to its input. */
  convTranspose2d: ConvTranspose;
  /** input[N, C, D, H, W] with weight[C, O/groups, KD, KH, KW]: the gradient of `conv3d` with respect to its input. */
  convTranspose3d: ConvTranspose;
}

interface Primitives {
  convolution(weight: Tensor, bias: Tensor | null, sizes: Shape, geometry: Geometry): Tensor;
  convolutionInput(weight: Tensor, shape: Shape, geometry: Geometry): Tensor;
  convolutionWeight(input: Tensor, shape: Shape, geometry: Geometry): Tensor;
}
interface Attrs extends Geometry { readonly shape: Shape }

const overPlanes = (g: Tensor): Tensor => g.sum(g.shape.map((_, i) => i).filter((i) => i !== 1));

// The three are one trilinear form of input, weight and output gradient, so that each one's gradients are the other two.
const primitives: Table<Primitives> = {
  convolution: kernel<Attrs>({
    schema: 'convolution(Tensor input, Tensor weight, Tensor? bias, any sizes, any geometry)',
    node: 'ConvolutionBackward0',
    prepare: (x: Tensor, w: Tensor, b: Tensor | null, sizes: Shape, geometry: Geometry) => [[x, w, b], { ...geometry, shape: [x.shape[0], w.shape[0], ...sizes] }],
    meta: ([x], { shape }) => ({ shape, dtype: (x as Tensor).dtype }),
    cpu([out], [x, w, b], g) { convForward(out, x as Tensor, w as Tensor, b as Tensor | null, g); },
    saves: (need) => ({ x: [...(need[1] ? [0] : []), ...(need[0] ? [1] : [])] }),
    grad: (gy, { x: [x, w], need, inputs, attrs }) => [
      need[0] ? convolutionInput(gy, w, inputs[0]!.shape, attrs) : null,
      need[1] ? convolutionWeight(gy, x, inputs[1]!.shape, attrs) : null,
      need[2] ? overPlanes(gy) : null,
    ],
  }),
  convolutionInput: kernel<Attrs>({
    schema: 'convolutionInput(Tensor grad, Tensor weight, any shape, any geometry)',
    node: 'ConvolutionBackward0',
    prepare: (gy: Tensor, w: Tensor, shape: Shape, geometry: Geometry) => [[gy, w], { ...geometry, shape }],
    meta: ([gy], { shape }) => ({ shape, dtype: (gy as Tensor).dtype }),
    cpu([out], [gy, w], attrs) { convBackwardInput(out, gy as Tensor, w as Tensor, attrs); },
    saves: (need) => ({ x: [...(need[1] ? [0] : []), ...(need[0] ? [1] : [])] }),
    grad: (g, { x: [gy, w], need, inputs, attrs }) => [
      need[0] ? convolution(g, w, null, inputs[0]!.shape.slice(2), attrs) : null,
      need[1] ? convolutionWeight(gy, g, inputs[1]!.shape, attrs) : null,
    ],
  }),
  convolutionWeight: kernel<Attrs>({
    schema: 'convolutionWeight(Tensor grad, Tensor input, any shape, any geometry)',
    node: 'ConvolutionBackward0',
    prepare: (gy: Tensor, x: Tensor, shape: Shape, geometry: Geometry) => [[gy, x], { ...geometry, shape }],
    meta: ([gy], { shape }) => ({ shape, dtype: (gy as Tensor).dtype }),
    cpu([out], [gy, x], attrs) { convBackwardWeight(out, gy as Tensor, x as Tensor, attrs); },
    saves: (need) => ({ x: [...(need[1] ? [0] : []), ...(need[0] ? [1] : [])] }),
    grad: (g, { x: [gy, x], need, inputs, attrs }) => [
      need[0] ? convolution(x, g, null, inputs[0]!.shape.slice(2), attrs) : null,
      need[1] ? convolutionInput(gy, g, inputs[1]!.shape, attrs) : null,
    ],
  }),
};
const { convolution, convolutionInput, convolutionWeight } = functions<Primitives>(primitives);

const outputSizes = (x: Shape, w: Shape, g: Geometry): number[] =>
  g.stride.map((s, i) => Math.floor((x[i + 2] + 2 * g.padding[i] - g.dilation[i] * (w[i + 2] - 1) - 1) / s) + 1);

const byProduct = (sizes: readonly number[]): string => `(${sizes.join(' x ')})`;

/** One size for each spatial dimension. */
export function spatial(name: string, v: readonly number[], rank: number, purpose = 'convolution'): number[] {
  if (v.length === 1) return new Array<number>(rank).fill(v[0]);
  if (v.length !== rank) throw new TorchError(`expected ${name} to be a single integer value or a list of ${rank} values to match the ${purpose} dimensions, but got ${name}=${showShape(v)}`, { operator: purpose });
  return [...v];
}

interface Given { readonly x: Tensor; readonly w: Tensor; readonly bias: Tensor | null; readonly operator: string; readonly transposed: boolean }

/** PyTorch's checks of ranks, dtypes, channels and sizes, in its order. */
function check({ x, w, bias, operator, transposed }: Given, g: Geometry): void {
  const rank = g.stride.length, fields = { operator, shapes: [x.shape, w.shape], dtypes: [x.dtype, w.dtype] };
  const fail = (condition: boolean, message: string): void => { if (condition) throw new TorchError(message, fields); };
  fail(x.dtype === 'bool', `"${operator}" not implemented for 'Bool'`);
  fail(x.dtype !== w.dtype, `expected scalar type ${scalarTypeName[x.dtype]} but found ${scalarTypeName[w.dtype]} (input and weight must have the same dtype)`);
  fail(bias !== null && bias.dtype !== x.dtype, `Input type (${scalarTypeName[x.dtype].toLowerCase()}) and bias type (${bias ? scalarTypeName[bias.dtype].toLowerCase() : ''}) should be the same`);
  fail(g.padding.some((p) => p < 0), 'negative padding is not supported');
  fail(g.stride.some((s) => s <= 0), 'non-positive stride is not supported');
  fail(g.dilation.some((d) => d <= 0), `dilation should be greater than zero, but got ${showShape(g.dilation)}`);
  fail(g.groups <= 0, 'non-positive groups is not supported');
  fail(w.ndim !== rank + 2, `Expected ${rank + 2}-dimensional weight for ${rank + 2}-dimensional input ${showShape(x.shape)}, but got weight of size ${showShape(w.shape)}`);
  fail(w.shape[0] < g.groups, `Given groups=${g.groups}, expected weight to be at least ${g.groups} at dimension 0, but got weight of size ${showShape(w.shape)} instead`);
  fail(w.shape[0] % g.groups !== 0, `Given groups=${g.groups}, expected weight to be divisible by ${g.groups} at dimension 0, but got weight of size ${showShape(w.shape)} instead`);
  const channels = transposed ? w.shape[0] : w.shape[1] * g.groups, filters = transposed ? w.shape[1] * g.groups : w.shape[0];
  const given = transposed ? `Given transposed=1, weight of size ${showShape(w.shape)}` : `Given groups=${g.groups}, weight of size ${showShape(w.shape)}`;
  fail(x.shape[1] !== channels, `${given}, expected input${showShape(x.shape)} to have ${channels} channels, but got ${x.shape[1]} channels instead`);
  fail(bias !== null && (bias.ndim !== 1 || bias.shape[0] !== filters), `Given ${transposed ? 'transposed=1, ' : ''}weight of size ${showShape(w.shape)}, expected bias to be 1-dimensional with ${filters} elements, but got bias of size ${showShape(bias?.shape ?? [])} instead`);
  if (transposed) return;
  const have = g.padding.map((p, i) => x.shape[i + 2] + 2 * p), want = g.dilation.map((d, i) => d * (w.shape[i + 2] - 1) + 1);
  fail(have.some((n, i) => n < want[i]), `Calculated padded input size per channel: ${byProduct(have)}. Kernel size: ${byProduct(want)}. Kernel size can't be greater than actual input size`);
}

/** Adds a batch of one where the input has none, runs `body`, and takes it off again. */
function batched(operator: string, x: Tensor, rank: number, body: (x: Tensor) => Tensor): Tensor {
  if (x.ndim !== rank + 1 && x.ndim !== rank + 2) throw new TorchError(`Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${operator}, but got input of size: ${showShape(x.shape)}`, { operator, shapes: [x.shape] });
  return x.ndim === rank + 2 ? body(x) : body(x.unsqueeze(0)).squeeze(0);
}

const conv = (rank: number) => composite({
  schema: `conv${rank}d(Tensor input, Tensor weight, Tensor? bias=None, int[] stride=[1], str|sizes padding=0, int[] dilation=[1], int groups=1)`,
  compose: (input: Tensor, w: Tensor, bias: Tensor | null, strides: number[], padding: Sizes | string, dilations: number[], groups: number) => batched(`conv${rank}d`, input, rank, (x) => {
    const stride = spatial('stride', strides, rank), dilation = spatial('dilation', dilations, rank);
    if (typeof padding !== 'string') {
      const geometry = { stride, padding: spatial('padding', typeof padding === 'number' ? [padding] : padding, rank), dilation, groups };
      check({ x, w, bias, operator: `conv${rank}d`, transposed: false }, geometry);
      return convolution(x, w, bias, outputSizes(x.shape, w.shape, geometry), geometry);
    }
    if (padding !== 'same' && padding !== 'valid') throw new TorchError(`Invalid padding string: '${padding}'`, { operator: `conv${rank}d` });
    if (padding === 'same' && stride.some((s) => s !== 1)) throw new TorchError(`padding='same' is not supported for strided convolutions`, { operator: `conv${rank}d` });
    const total = dilation.map((d, i) => (padding === 'same' ? d * ((w.shape[i + 2] ?? 1) - 1) : 0)), geometry = { stride, padding: total.map((t) => Math.floor(t / 2)), dilation, groups };
    // An odd total puts its extra zero at the end.
    const extra = total.flatMap((t) => [t % 2, 0]).reverse(), whole = extra.some((e) => e) ? constantPadNd(x, extra, 0) : x;
    check({ x: whole, w, bias, operator: `conv${rank}d`, transposed: false }, geometry);
    return convolution(whole, w, bias, outputSizes(whole.shape, w.shape, geometry), geometry);
  }),
});

const sides = ['depth', 'height', 'width'];
const convTranspose = (rank: number) => composite({
  schema: `conv_transpose${rank}d(Tensor input, Tensor weight, Tensor? bias=None, int[] stride=[1], int[] padding=[0], int[] output_padding=[0], int groups=1, int[] dilation=[1])`,
  compose: (input: Tensor, w: Tensor, bias: Tensor | null, strides: number[], paddings: number[], extras: number[], groups: number, dilations: number[]) => batched(`conv_transpose${rank}d`, input, rank, (x) => {
    const operator = `conv_transpose${rank}d`, extra = spatial('output_padding', extras, rank);
    const g: Geometry = { stride: spatial('stride', strides, rank), padding: spatial('padding', paddings, rank), dilation: spatial('dilation', dilations, rank), groups };
    if (extra.some((e) => e < 0)) throw new TorchError('negative output_padding is not supported', { operator });
    check({ x, w, bias, operator, transposed: true }, g);
    if (extra.some((e, i) => e >= g.stride[i] && e >= g.dilation[i])) {
      const of = (name: string, v: readonly number[]): string => v.map((n, i) => `${name}_${sides[3 - rank + i]}: ${n}`).join(' ');
      throw new TorchError(`output padding must be smaller than either stride or dilation, but got ${of('output_padding', extra)} ${of('stride', g.stride)} ${of('dilation', g.dilation)}`, { operator });
    }
    const sizes = extra.map((e, i) => (x.shape[i + 2] - 1) * g.stride[i] - 2 * g.padding[i] + g.dilation[i] * (w.shape[i + 2] - 1) + e + 1);
    if (sizes.some((n) => n <= 0)) throw new TorchError(`Given input size per channel: ${byProduct(x.shape.slice(2))}. Calculated output size per channel: ${byProduct(sizes)}. Output size is too small`, { operator, shapes: [x.shape, w.shape] });
    const y = convolutionInput(x, w, [x.shape[0], w.shape[1] * groups, ...sizes], g);
    return bias ? y.add(bias.reshape(1, -1, ...sizes.map(() => 1))) : y;
  }),
});

export const convs: Table<ConvOps> = {
  conv1d: conv(1), conv2d: conv(2), conv3d: conv(3),
  convTranspose1d: convTranspose(1), convTranspose2d: convTranspose(2), convTranspose3d: convTranspose(3),
};
