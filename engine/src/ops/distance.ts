import { TorchError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { triuIndices } from './create.ts';
import { composite, type Table } from './operator.ts';

export interface DistanceOps {
  /** The p-norm distance of every pair of rows of input[N, M], in the order (0, 1), (0, 2), …: shape [N · (N − 1) / 2]. */
  pdist(p?: number | { p?: number }): Tensor;
}
export const distances: Table<DistanceOps> = {
  pdist: composite({
    schema: 'pdist(Tensor input, float p=2)',
    compose(x: Tensor, p: number) {
      if (x.ndim !== 2) throw new TorchError(`pdist only supports 2D tensors, got: ${x.ndim}D`, { operator: 'pdist', shapes: [x.shape] });
      if (p < 0) throw new TorchError('pdist only supports non-negative p values', { operator: 'pdist' });
      const [i, j] = triuIndices(x.shape[0], x.shape[0], 1).to(x.device).unbind(0);
      return x.indexSelect(0, i).sub(x.indexSelect(0, j)).norm(p, 1);
    },
  }),
};
