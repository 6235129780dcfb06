import { TorchError } from '../errors.ts';
import { isFloat } from '../tensor/dtype.ts';
import { contiguousStrides, numelOf, showShape } from '../tensor/layout.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { tensor } from './create.ts';
import { composite, type Table } from './operator.ts';

type GridMode = 'bilinear' | 'nearest' | 'bicubic';
type GridPadding = 'zeros' | 'border' | 'reflection';
export interface GridOptions { mode?: GridMode; paddingMode?: GridPadding; alignCorners?: boolean | null }

/** Images read at freely chosen places. */
export interface GridOps {
  /**
   * Reads input[N, C, H, W] at the places grid[N, OH, OW, 2], pairs (x, y) in which -1 and 1 are the image's edges (with
   * `alignCorners` the centres of the corner pixels). Also input[N, C, D, H, W] with triples (x, y, z).
   */
  gridSample(grid: Tensor, mode?: GridMode | GridOptions, paddingMode?: GridPadding | GridOptions, alignCorners?: boolean | null): Tensor;
  /** The grid for `gridSample` that belongs to the affine maps theta[N, 2, 3] (or [N, 3, 4]) and an output of `size`. */
  affineGrid(size: readonly number[], alignCorners?: boolean | null | { alignCorners?: boolean | null }): Tensor;
}

/** A coordinate folded back into [low, high] (both given doubled, so that they are whole numbers). */
function reflect(c: Tensor, low: number, high: number): Tensor {
  if (low === high) return c.mul(0);
  const span = (high - low) / 2, away = c.sub(low / 2).abs(), flips = away.div(span).detach().floor(), extra = away.sub(flips.mul(span));
  return extra.where(flips.remainder(2).eq(0), extra.neg().add(span)).add(low / 2);
}

/** The coordinate brought inside by the padding rule; 'zeros' leaves it. */
function settle(c: Tensor, size: number, padding: GridPadding, align: boolean): Tensor {
  if (padding === 'zeros') return c;
  return (padding === 'border' ? c : align ? reflect(c, 0, 2 * (size - 1)) : reflect(c, -1, 2 * size - 1)).clamp(0, size - 1);
}

const conditions = { mode: ['bilinear', 'nearest', 'bicubic'], padding: ['zeros', 'border', 'reflection'] };

/** x[N, C, …] at whole-numbered coordinates (each [N, P], any float), zero outside: [N, C, P]. */
function pick(x: Tensor, at: readonly Tensor[]): Tensor {
  const sizes = x.shape.slice(2), [n, c] = x.shape;
  const inside = at.map((a, d) => a.ge(0).logicalAnd(a.le(sizes[d] - 1))).reduce((p, q) => p.logicalAnd(q));
  const index = at.reduce<Tensor | null>((sum, a, d) => { const i = a.where(inside, 0).to('int64'); return sum ? sum.mul(sizes[d]).add(i) : i; }, null)!;
  const values = x.reshape(n, c, -1).gather(2, index.unsqueeze(1).expand(n, c, -1));
  return values.mul(inside.unsqueeze(1).to(x.dtype));
}

/** Weights of the four taps around a coordinate whose fractional part is `t`: Keys' cubic with a = -0.75. */
function cubicWeights(t: Tensor): Tensor[] {
  const a = -0.75, near = (d: Tensor): Tensor => d.mul(a + 2).sub(a + 3).mul(d).mul(d).add(1), far = (d: Tensor): Tensor => d.mul(a).sub(5 * a).mul(d).add(8 * a).mul(d).sub(4 * a);
  return [far(t.add(1)), near(t), near(t.neg().add(1)), far(t.neg().add(2))];
}

export const grids: Table<GridOps> = {
  gridSample: composite({
    schema: "gridSample(Tensor input, Tensor grid, str mode='bilinear', str padding_mode='zeros', bool? align_corners=None)",
    compose(input: Tensor, places: Tensor, mode: GridMode, padding: GridPadding, alignCorners: boolean | null) {
      const fail = (condition: boolean, message: string): void => { if (condition) throw new TorchError(message, { operator: 'gridSample', shapes: [input.shape, places.shape] }); };
      fail(!conditions.mode.includes(mode), `nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '${mode}'`);
      fail(!conditions.padding.includes(padding), `nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: '${padding}'`);
      fail((input.ndim !== 4 && input.ndim !== 5) || places.ndim !== input.ndim, `grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes ${showShape(input.shape)} and grid with sizes ${showShape(places.shape)}`);
      fail(input.shape[0] !== places.shape[0], `grid_sampler(): expected grid and input to have same batch size, but got input with sizes ${showShape(input.shape)} and grid with sizes ${showShape(places.shape)}`);
      const rank = input.ndim - 2;
      fail(places.shape[places.ndim - 1] !== rank, `grid_sampler(): expected grid to have size ${rank} in last dimension, but got grid with sizes ${showShape(places.shape)}`);
      fail(input.dtype !== places.dtype || !isFloat(input.dtype), `grid_sampler(): expected input and grid to have same dtype, but input has ${input.dtype} and grid has ${places.dtype}`);
      fail(mode === 'bicubic' && rank === 3, 'grid_sampler(): bicubic interpolation only supports 4D input');
      const empty = input.shape.findIndex((s, d) => d >= 2 && s === 0);
      fail(empty >= 0, `grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes ${showShape(input.shape)} with dimension ${empty} being empty`);
      const grid = places.reshape(input.shape[0], -1, rank), align = alignCorners === true, sizes = input.shape.slice(2);
      // The grid's last dimension counts x first, shapes count it last.
      const raw = sizes.map((n, d) => { const c = grid.select(2, rank - 1 - d); return align ? c.add(1).div(2).mul(n - 1) : c.add(1).mul(n).sub(1).div(2); });
      const at = mode === 'bicubic' ? raw : raw.map((c, d) => settle(c, sizes[d], padding, align));
      let out: Tensor;
      // The place is a step function of the grid: the gradient of the grid is zero, not absent.
      if (mode === 'nearest') out = pick(input, at.map((c) => c.detach().round())).add(at[0].mul(0).unsqueeze(1));
      else {
        const taps = at.map((c) => { const low = c.detach().floor(), t = c.sub(low); return (mode === 'bicubic' ? cubicWeights(t) : [t.neg().add(1), t]).map((weight, k) => ({ weight, place: low.add(mode === 'bicubic' ? k - 1 : k) })); });
        const corners = taps.reduce<{ weight: Tensor | null; places: Tensor[] }[]>((list, axis) => list.flatMap((c) => axis.map((t) => ({ weight: c.weight ? c.weight.mul(t.weight) : t.weight, places: [...c.places, t.place] }))), [{ weight: null, places: [] }]);
        out = corners.map((c) => pick(input, mode === 'bicubic' ? c.places.map((p, d) => settle(p, sizes[d], padding, align)) : c.places).mul(c.weight!.unsqueeze(1))).reduce((a, b) => a.add(b));
      }
      return out.reshape([input.shape[0], input.shape[1], ...places.shape.slice(1, -1)]);
    },
  }),
  affineGrid: composite({
    schema: 'affineGrid(Tensor theta, int[] size, bool? align_corners=None)',
    compose(theta: Tensor, size: number[], alignCorners: boolean | null) {
      const fail = (condition: boolean, message: string): void => { if (condition) throw new TorchError(message, { operator: 'affineGrid', shapes: [theta.shape] }); };
      fail(!isFloat(theta.dtype), `Expected theta to have floating point type, but got torch.${theta.dtype}`);
      fail(size.length !== 4 && size.length !== 5, `affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size (${size.join(', ')}).`);
      const rank = size.length - 2;
      fail(theta.ndim !== 3 || theta.shape[1] !== rank || theta.shape[2] !== rank + 1, `Expected a batch of ${rank}D affine matrices of shape Nx${rank}x${rank + 1} for size (${size.join(', ')}). Got torch.Size(${showShape(theta.shape)}).`);
      fail(size.some((s) => s <= 0), `Expected non-zero, positive output size. Got (${size.join(', ')})`);
      const sizes = size.slice(2), places = numelOf(sizes), strides = contiguousStrides(sizes);
      const coordinate = (i: number, n: number): number => (n === 1 ? 0 : alignCorners === true ? (2 * i) / (n - 1) - 1 : (2 * i + 1) / n - 1);
      // Each row is a place of the output, x first, with a 1 for the translation.
      const points = Array.from({ length: places }, (_, p) => [...sizes.map((n, d) => coordinate(Math.floor(p / strides[d]) % n, n)).reverse(), 1]);
      return tensor(points, { dtype: theta.dtype, device: theta.device }).matmul(theta.transpose(1, 2)).reshape([size[0], ...sizes, rank]);
    },
  }),
};
