import { addColumns, columnsOf, type Windows } from '../cpu/columns.ts';
import { copyInto, denseAs } from '../cpu/copy.ts';
import { workDType } from '../cpu/pointwise.ts';
import { TorchError } from '../errors.ts';
import { numelOf, showShape, type Shape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { Sizes } from './conv.ts';
import { functions } from './install.ts';
import { composite, kernel, type Table } from './operator.ts';

export interface FoldOptions { dilation?: Sizes; padding?: Sizes; stride?: Sizes }
/** Windows of an image as columns, and other exchanges of channels and places. */
export interface FoldOps {
  /** The windows of input[N, C, H, W] as columns: [N, C · KH · KW, number of windows]. */
  unfold(kernelSize: Sizes, dilation?: Sizes | FoldOptions, padding?: Sizes | FoldOptions, stride?: Sizes | FoldOptions): Tensor;
  /** The adjoint of `unfold`: adds the columns up into an image of `outputSize`. */
  fold(outputSize: Sizes, kernelSize: Sizes, dilation?: Sizes | FoldOptions, padding?: Sizes | FoldOptions, stride?: Sizes | FoldOptions): Tensor;
}
/** Exchanges between channels and places: functions of `torch` and of `nn.functional`. */
export interface ShuffleOps {
  /** [*, C · r², H, W] to [*, C, H · r, W · r]. */
  pixelShuffle(upscaleFactor: number): Tensor;
  /** [*, C, H · r, W · r] to [*, C · r², H, W]. */
  pixelUnshuffle(downscaleFactor: number): Tensor;
  /** Deals the channels of [N, C, …] out over `groups` groups, so that every group gets some of each. */
  channelShuffle(groups: number): Tensor;
}

interface Attrs extends Windows { readonly size: Shape }
const places = (size: readonly number[], w: Omit<Windows, 'count'>): number[] => size.map((n, i) => Math.floor((n + 2 * w.padding[i] - w.dilation[i] * (w.kernel[i] - 1) - 1) / w.stride[i]) + 1);
const tuple = (v: readonly number[]): string => `(${v.join(', ')})`;

/** The four sizes of a window as pairs, checked. */
function windowsOf(operator: string, kernelSize: number[], dilation: number[], padding: number[], stride: number[]): Omit<Windows, 'count'> {
  const pair = (name: string, v: number[]): number[] => {
    if (v.length !== 2) throw new TorchError(`It is expected ${name} equals to 2, but got size ${v.length}`, { operator });
    return v;
  };
  const positive = (name: string, v: number[], least: number, words: string): void => {
    if (v.some((n) => n < least)) throw new TorchError(`${name} should be ${words}, but got ${name.replace(' size', '')}_height: ${v[0]} ${name.replace(' size', '')}_width: ${v[1]}`, { operator });
  };
  const w = { kernel: pair('kernel_size', kernelSize), dilation: pair('dilation', dilation), padding: pair('padding', padding), stride: pair('stride', stride) };
  positive('kernel size', w.kernel, 1, 'greater than zero');
  positive('dilation', w.dilation, 1, 'greater than zero');
  if (w.padding.some((p) => p < 0)) throw new TorchError(`padding should be non-negative, but got pad_height: ${w.padding[0]} pad_width: ${w.padding[1]}`, { operator });
  positive('stride', w.stride, 1, 'greater than zero');
  return w;
}

interface Primitives { columns(windows: Windows): Tensor; image(size: Shape, windows: Windows): Tensor }
const primitives: Table<Primitives> = {
  columns: kernel<Attrs>({
    schema: 'columns(Tensor input, any windows)',
    node: 'Im2ColBackward0',
    prepare: (x: Tensor, windows: Windows) => [[x], { ...windows, size: x.shape.slice(2) }],
    meta([x], w) { const t = x as Tensor; return { shape: [t.shape[0], t.shape[1] * numelOf(w.kernel), numelOf(w.count)], dtype: t.dtype }; },
    cpu([out], [x], w) { const c = columnsOf(x as Tensor, w); copyInto(out, new Tensor(c.storage, c.dtype, out, c.device)); },
    grad: (g, { attrs }) => [image(g, attrs.size, attrs)],
  }),
  image: kernel<Attrs>({
    schema: 'image(Tensor input, any size, any windows)',
    node: 'Col2ImBackward0',
    prepare: (x: Tensor, size: Shape, windows: Windows) => [[x], { ...windows, size }],
    meta([x], w) { const t = x as Tensor; return { shape: [t.shape[0], t.shape[1] / numelOf(w.kernel), ...w.size], dtype: t.dtype }; },
    cpu([out], [x], w) {
      const work = workDType(out.dtype), sum = out.dtype === work ? out : Tensor.allocate(out.shape, work, out.device);
      addColumns(denseAs(x as Tensor, work), w, sum);
      if (sum !== out) copyInto(out, sum);
    },
    grad: (g, { attrs }) => [columns(g, attrs)],
  }),
};
const { columns, image } = functions<Primitives>(primitives);

export const folds: Table<FoldOps> = {
  unfold: composite({
    schema: 'unfold(Tensor input, int[2] kernel_size, int[2] dilation=[1;1], int[2] padding=[0;0], int[2] stride=[1;1])',
    compose(x: Tensor, kernelSize: number[], dilation: number[], padding: number[], stride: number[]) {
      const w = windowsOf('unfold', kernelSize, dilation, padding, stride);
      if ((x.ndim !== 3 && x.ndim !== 4) || x.shape.slice(x.ndim - 3).includes(0)) throw new TorchError(`Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ${showShape(x.shape)}`, { operator: 'unfold', shapes: [x.shape] });
      const batch = x.ndim === 4 ? x : x.unsqueeze(0), size = batch.shape.slice(2), count = places(size, w);
      if (count.some((n) => n < 1)) throw new TorchError(`Given input with spatial size ${tuple(size)}, kernel_size=${tuple(w.kernel)}, dilation=${tuple(w.dilation)}, padding=${tuple(w.padding)}, calculated shape of the array of sliding blocks as ${tuple(count)}, but its components must be at least one.`, { operator: 'unfold', shapes: [x.shape] });
      const out = columns(batch, { ...w, count });
      return x.ndim === 4 ? out : out.squeeze(0);
    },
  }),
  fold: composite({
    schema: 'fold(Tensor input, int[2] output_size, int[2] kernel_size, int[2] dilation=[1;1], int[2] padding=[0;0], int[2] stride=[1;1])',
    compose(x: Tensor, size: number[], kernelSize: number[], dilation: number[], padding: number[], stride: number[]) {
      if (size.length !== 2) throw new TorchError(`It is expected output_size equals to 2, but got size ${size.length}`, { operator: 'fold' });
      const w = windowsOf('fold', kernelSize, dilation, padding, stride), fields = { operator: 'fold', shapes: [x.shape] };
      if ((x.ndim !== 2 && x.ndim !== 3) || x.shape.slice(x.ndim - 2).includes(0)) throw new TorchError(`Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: ${showShape(x.shape)}`, fields);
      const batch = x.ndim === 3 ? x : x.unsqueeze(0), count = places(size, w);
      if (batch.shape[1] % numelOf(w.kernel)) throw new TorchError(`Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)=${batch.shape[1]} and kernel_size=${tuple(w.kernel)}.`, fields);
      if (batch.shape[2] !== numelOf(count) || count.some((n) => n < 1)) throw new TorchError(`Given output_size=${tuple(size)}, kernel_size=${tuple(w.kernel)}, dilation=${tuple(w.dilation)}, padding=${tuple(w.padding)}, stride=${tuple(w.stride)}, expected size of input's dimension 2 to match the calculated number of sliding blocks ${count.join(' * ')} = ${numelOf(count)}, but got input.size(2)=${batch.shape[2]}.`, fields);
      const out = image(batch, size, { ...w, count });
      return x.ndim === 3 ? out : out.squeeze(0);
    },
  }),
};

const atLeast3 = (name: string, x: Tensor): void => {
  if (x.ndim < 3) throw new TorchError(`${name} expects input to have at least 3 dimensions, but got input with ${x.ndim} dimension(s)`, { operator: name, shapes: [x.shape] });
};

export const shuffles: Table<ShuffleOps> = {
  pixelShuffle: composite({
    schema: 'pixelShuffle(Tensor input, int upscale_factor)',
    compose(x: Tensor, r: number) {
      const fields = { operator: 'pixelShuffle', shapes: [x.shape] };
      atLeast3('pixel_shuffle', x);
      if (r <= 0) throw new TorchError(`pixel_shuffle expects a positive upscale_factor, but got ${r}`, fields);
      const lead = x.shape.slice(0, -3), [c, h, w] = x.shape.slice(-3), k = lead.length;
      if (c % (r * r)) throw new TorchError(`pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=${c} is not divisible by ${r * r}`, fields);
      return x.reshape([...lead, c / (r * r), r, r, h, w]).permute([...lead.map((_, i) => i), k, k + 3, k + 1, k + 4, k + 2]).reshape([...lead, c / (r * r), h * r, w * r]);
    },
  }),
  pixelUnshuffle: composite({
    schema: 'pixelUnshuffle(Tensor input, int downscale_factor)',
    compose(x: Tensor, r: number) {
      const fields = { operator: 'pixelUnshuffle', shapes: [x.shape] };
      atLeast3('pixel_unshuffle', x);
      if (r <= 0) throw new TorchError(`pixel_unshuffle expects a positive downscale_factor, but got ${r}`, fields);
      const lead = x.shape.slice(0, -3), [c, h, w] = x.shape.slice(-3), k = lead.length;
      if (h % r) throw new TorchError(`pixel_unshuffle expects height to be divisible by downscale_factor, but input.size(-2)=${h} is not divisible by ${r}`, fields);
      if (w % r) throw new TorchError(`pixel_unshuffle expects width to be divisible by downscale_factor, but input.size(-1)=${w} is not divisible by ${r}`, fields);
      return x.reshape([...lead, c, h / r, r, w / r, r]).permute([...lead.map((_, i) => i), k, k + 2, k + 4, k + 1, k + 3]).reshape([...lead, c * r * r, h / r, w / r]);
    },
  }),
  channelShuffle: composite({
    schema: 'channelShuffle(Tensor input, int groups)',
    compose(x: Tensor, groups: number) {
      const fields = { operator: 'channelShuffle', shapes: [x.shape] };
      if (x.ndim < 3) throw new TorchError(`channel_shuffle expects input with > 2 dims, but got input with sizes ${showShape(x.shape)}`, fields);
      if (groups <= 0) throw new TorchError(`Number of groups to divide channels in must be positive. Value of groups:${groups}`, fields);
      const [n, c, ...rest] = x.shape;
      if (c % groups) throw new TorchError(`Number of channels must be divisible by groups. Got ${c} channels and ${groups} groups.`, fields);
      return x.reshape([n, groups, c / groups, ...rest]).transpose(1, 2).reshape(x.shape as number[]);
    },
  }),
};
