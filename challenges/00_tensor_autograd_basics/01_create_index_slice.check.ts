import * as torch from '@track/engine';
import { check } from '@track/grader/check';

export default check<typeof import('./01_create_index_slice.ts')>(({ claim }) => {
  claim('numberedGrid(rows, columns) is float32 of shape [rows, columns]', ({ attempt, expect }) => {
    for (const [rows, columns] of [[3, 5], [1, 4], [4, 1], [3, 3]]) expect(attempt.numberedGrid(rows, columns), `numberedGrid(${rows}, ${columns})`).toBeTensor({ shape: [rows, columns], dtype: 'float32' });
  });

  claim('entry (i, j) of the grid is 10 * i + j', ({ attempt, expect, random }) => {
    const few = random.int(2, 6), many = few + random.int(1, 6);
    for (const [rows, columns] of [[few, many], [many, few], [few, few]] as const) {
      const want = torch.tensor(Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => 10 * i + j)));
      expect(attempt.numberedGrid(rows, columns), `numberedGrid(${rows}, ${columns})`).toBeClose(want, {
        mistakes: [
          { value: torch.tensor(Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => 10 * j + i))), says: 'rows and columns are exchanged: your entry (i, j) is 10 * j + i' },
          { value: torch.arange(rows * columns).float().reshape(rows, columns), says: 'your entries count on from row to row; row i should begin at 10 * i' },
        ],
      });
    }
  });

  claim('rowView gives the row, and writing to it changes the matrix', ({ attempt, expect }) => {
    for (const [rows, columns, i] of [[3, 5, 1], [4, 4, 3], [5, 2, 0]]) {
      const x = torch.randn(rows, columns), before = x.clone(), want = before.select(0, i), row = attempt.rowView(x, i);
      expect(row, { name: `rowView(x, ${i})`, inputs: { x } }).toBeClose(want, {
        mistakes: [
          { value: want.unsqueeze(0), says: 'the dimension of the row is still there: index with a number, not with a range' },
          { value: () => before.select(1, i), says: 'this is a column: rows are the first dimension' },
        ],
      });
      row.fill_(7);
      expect(x.at(i), `row ${i} of x after writing sevens to the view`).toBeClose(torch.full([columns], 7), { mistakes: [{ value: want, says: 'the row is a copy: writing to it did not reach x' }] });
      before.select(0, i).fill_(7);
      expect(x, 'x after writing sevens to the view').toBeClose(before, { says: 'writing to the view reached other rows too' });
    }
  });

  claim('evenColumnsCopy takes columns 0, 2, 4, …, and is independent of the matrix', ({ attempt, expect }) => {
    for (const columns of [5, 6, 1]) {
      const x = torch.randn(3, columns), before = x.clone(), picked = attempt.evenColumnsCopy(x);
      const even = torch.stack([0, 2, 4].filter((j) => j < columns).map((j) => before.select(1, j)), 1);
      expect(picked, { name: 'evenColumnsCopy(x)', inputs: { x } }).toBeClose(even, {
        mistakes: [
          { value: () => before.at(':', '1::2'), says: 'these are the odd columns: a range begins at 0 unless told otherwise' },
          { value: () => before.at('::2'), says: 'these are every second row: the range belongs to the second dimension' },
        ],
      });
      picked.fill_(9);
      expect(x, 'x after writing nines to the copy').toBeClose(before, { says: 'the result still shares memory with x: writing to it changed x', as: 'MEMORY' });
    }
  });

  claim('greaterThan picks by value, in row-major order', ({ attempt, expect }) => {
    const x = torch.randn(4, 6), threshold = 0.2;
    const want = torch.tensor((x.reshape(-1).tolist() as number[]).filter((v) => v > threshold));
    expect(attempt.greaterThan(x, threshold), { name: 'greaterThan(x, 0.2)', inputs: { x } }).toBeClose(want, { mistakes: [{ value: () => x.gt(threshold), says: 'this is the mask; use it to index x' }, { value: () => x.mul(x.gt(threshold)), says: 'the other entries are set to 0; they should not be there' }] });
    expect(attempt.greaterThan(torch.tensor([[1, 2], [3, 2]]), 2), 'greaterThan([[1, 2], [3, 2]], 2): 2 is not greater than 2').toBeClose(torch.tensor([3]));
    expect(attempt.greaterThan(x, 100), 'greaterThan(x, 100): no entry').toBeTensor({ shape: [0] });
  });

  claim('clearRightEdge zeroes the last columns of the matrix itself, and nothing else', ({ attempt, expect }) => {
    for (const [rows, columns, width] of [[3, 5, 1], [4, 7, 2], [3, 3, 2], [2, 5, 5]]) {
      const x = torch.randn(rows, columns), want = x.clone();
      for (let j = columns - width; j < columns; j++) want.select(1, j).fill_(0);
      const before = x.clone();
      attempt.clearRightEdge(x, width);
      expect(x, { name: `x after clearRightEdge(x, ${width})`, inputs: { 'x before': before } }).toBeClose(want, { mistakes: [{ value: before, says: 'x is unchanged: the zeros went to a copy' }] });
    }
  });
});
