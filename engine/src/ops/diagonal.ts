import { copyInto } from '../cpu/copy.ts';
import { TorchError } from '../errors.ts';
import { wrapDim } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { composite, kernel, type Table } from './operator.ts';
import { diagonalLayout } from './view.ts';
import { fillWith } from './write.ts';

/** Triangles and diagonals of matrices. */
export interface DiagonalOps {
  /** The lower triangle of each matrix up to the given diagonal, zeros above. */
  tril(diagonal?: number | { diagonal?: number }): Tensor;
  /** The upper triangle of each matrix from the given diagonal, zeros below. */
  triu(diagonal?: number | { diagonal?: number }): Tensor;
  /** A vector as a diagonal matrix; of a matrix its diagonal, as a copy. */
  diag(diagonal?: number | { diagonal?: number }): Tensor;
  /** The last dimension as the diagonals of matrices in new dimensions `dim1` and `dim2`. */
  diagEmbed(offset?: number | { offset?: number; dim1?: number; dim2?: number }, dim1?: number, dim2?: number): Tensor;
  /** All elements as the diagonal of a matrix. */
  diagflat(offset?: number | { offset?: number }): Tensor;
}
export const diagonalInPlace = ['tril', 'triu'] as const;

/** `zeros` gives the part of row i that becomes 0: from and to, before clipping. */
const triangle = (name: 'tril' | 'triu', zeros: (i: number, k: number, columns: number) => [number, number]): ReturnType<typeof kernel> => kernel<{ diagonal: number }>({
  schema: `${name}(Tensor input, int diagonal=0)`,
  meta([input]) {
    const x = input as Tensor;
    if (x.ndim < 2) throw new TorchError(`${name}: input tensor must have at least 2 dimensions`, { operator: name, shapes: [x.shape] });
    return { shape: x.shape, dtype: x.dtype };
  },
  cpu([out], [x], { diagonal }) {
    copyInto(out, x as Tensor);
    const [rows, columns] = out.shape.slice(-2), values = out.window(), zero = out.dtype === 'int64' ? 0n : 0;
    const clip = (j: number): number => Math.min(Math.max(j, 0), columns);
    for (let at = 0; at < out.count; at += rows * columns) {
      for (let i = 0; i < rows; i++) {
        const [from, to] = zeros(i, diagonal, columns), row = at + i * columns;
        values.fill(zero as never, row + clip(from), row + clip(to));
      }
    }
  },
  grad: (g, { attrs: { diagonal } }) => [g[name](diagonal)],
});

export const diagonals: Table<DiagonalOps> = {
  tril: triangle('tril', (i, k, columns) => [i + k + 1, columns]),
  triu: triangle('triu', (i, k) => [0, i + k]),
  diag: composite({
    schema: 'diag(Tensor input, int diagonal=0)',
    compose(x: Tensor, k: number) {
      if (x.ndim !== 1 && x.ndim !== 2) throw new TorchError(`diag(): Supports 1D or 2D tensors. Got ${x.ndim}D`, { operator: 'diag', shapes: [x.shape] });
      return x.ndim === 1 ? x.diagEmbed(k) : x.diagonal(k).clone();
    },
  }),
  diagEmbed: kernel<{ offset: number; dim1: number; dim2: number }>({
    schema: 'diagEmbed(Tensor input, int offset=0, int dim1=-2, int dim2=-1)',
    meta([input], { offset, dim1, dim2 }) {
      const x = input as Tensor, a = wrapDim(dim1, x.ndim + 1), b = wrapDim(dim2, x.ndim + 1);
      if (a === b) throw new TorchError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`, { operator: 'diagEmbed' });
      if (x.ndim === 0) throw new TorchError('diag_embed(): expected a tensor with at least 1 dimension', { operator: 'diagEmbed' });
      const n = x.shape[x.ndim - 1] + Math.abs(offset), shape = x.shape.slice(0, -1).toSpliced(Math.min(a, b), 0, n).toSpliced(Math.max(a, b), 0, n);
      return { shape, dtype: x.dtype };
    },
    cpu([out], [x], { offset, dim1, dim2 }) {
      fillWith(out, 0);
      copyInto(new Tensor(out.storage, out.dtype, diagonalLayout(out, offset, dim1, dim2), out.device), x as Tensor);
    },
    grad: (g, { attrs: { offset, dim1, dim2 } }) => [g.diagonal(offset, dim1, dim2)],
  }),
  diagflat: composite({ schema: 'diagflat(Tensor input, int offset=0)', compose: (x: Tensor, offset: number) => x.reshape([-1]).diagEmbed(offset) }),
};
