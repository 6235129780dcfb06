import { denseAs } from '../cpu/copy.ts';
import { write } from '../cpu/pooling.ts';
import { applyTaps, transposed, type Taps } from '../cpu/taps.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { functions } from './install.ts';
import { kernel, type Table } from './operator.ts';

interface SeparableOps {
  /** Applies one matrix to each of the last dimensions; null leaves a dimension as it is. */
  separable(taps: readonly (Taps | null)[]): Tensor;
}
interface Attrs { readonly taps: readonly (Taps | null)[] }

const operators: Table<SeparableOps> = {
  separable: kernel<Attrs>({
    schema: 'separable(Tensor input, any taps)',
    meta([x], { taps }) {
      const t = x as Tensor, lead = t.ndim - taps.length;
      return { shape: t.shape.map((n, d) => { const m = d < lead ? null : taps[d - lead]; return m ? m.start.length - 1 : n; }), dtype: t.dtype };
    },
    cpu([out], [x], { taps }) {
      const t = x as Tensor, lead = t.ndim - taps.length, shape = [...t.shape];
      let values = denseAs(t, t.dtype === 'float32' ? 'float32' : 'float64').window() as Float32Array | Float64Array;
      const used = taps.map((m, i) => (m ? i : -1)).filter((i) => i >= 0), direct = out.dtype === 'float32' || out.dtype === 'float64' ? (out.window() as Float32Array) : undefined;
      for (const i of used) { values = applyTaps(values, shape, lead + i, taps[i]!, i === used[used.length - 1] ? direct : undefined); shape[lead + i] = taps[i]!.start.length - 1; }
      if (values === direct) return;
      write(out, values);
    },
    grad: (g, { attrs: { taps } }) => [separable(g, taps.map((m) => m && transposed(m)))],
  }),
};
export const { separable } = functions<SeparableOps>(operators);
