import * as torch from '@track/engine';
import { spy } from '@track/engine/testing';
import { check, type Random } from '@track/grader/check';

type Shape = readonly number[];

/** What aligning at the left gives. */
const fromTheLeft = (a: Shape, b: Shape): number[] => (a.length >= b.length ? a : b).map((_, d) => Math.max(a[d] ?? 1, b[d] ?? 1));

/** A random result, and a longer and a shorter shape that broadcast to it. */
function randomShapes(random: Random): [Shape, Shape, Shape] {
  const want = Array.from({ length: random.int(2, 4) }, () => random.int(2, 9));
  const missing = random.int(1, want.length - 1), long: number[] = [], short: number[] = [];
  want.forEach((size, dim) => {
    const one = dim < missing ? undefined : random.pick([long, short, undefined]);
    long.push(one === long ? 1 : size);
    if (dim >= missing) short.push(one === short ? 1 : size);
  });
  return [long, short, want];
}

const call = (a: Shape, b: Shape): string => `broadcastShape([${a.join(', ')}], [${b.join(', ')}])`;

export default check<typeof import('./02_broadcast_from_rules.ts')>(({ claim }) => {
  claim('broadcastShape aligns the shapes at the right and repeats sizes of 1', ({ attempt, expect, random }) => {
    const pairs: [Shape, Shape, Shape][] = [
      [[4, 1], [4], [4, 4]], [[2, 1, 5], [3, 1], [2, 3, 5]], [[4, 3], [4, 3], [4, 3]], [[3, 1], [1, 4], [3, 4]], [[6], [2, 3, 6], [2, 3, 6]], [[7, 1, 6, 1], [5, 1, 4], [7, 5, 6, 4]],
      [[], [2, 3], [2, 3]], [[1], [], [1]], [[], [], []], [[1, 1], [1], [1, 1]],
    ];
    for (let k = 0; k < 20; k++) pairs.push(randomShapes(random));
    for (const [a, b, want] of pairs.flatMap(([a, b, want]) => [[a, b, want], [b, a, want]] as const)) {
      expect(attempt.broadcastShape(Object.freeze([...a]), Object.freeze([...b])), call(a, b)).toEqual([...want], {
        mistakes: [{ value: fromTheLeft(a, b), says: 'your shapes are aligned at the left; the last dimensions belong together' }],
      });
    }
  });

  claim('a size of 1 gives way to a size of 0 as well', ({ attempt, expect }) => {
    for (const [a, b, want] of [[[3, 0], [3, 1], [3, 0]], [[1], [0], [0]], [[0], [], [0]], [[5, 1, 2], [0, 2], [5, 0, 2]], [[0, 4], [0, 4], [0, 4]]]) {
      expect(attempt.broadcastShape(a!, b!), call(a!, b!)).toEqual(want, {
        mistakes: [{ value: fromTheLeft(a!, b!), says: 'the rule is not "the larger size wins": 1 is repeated zero times here' }],
      });
    }
  });

  claim('sizes that do not fit are refused with an error that names both', async ({ attempt, expect, throws, random }) => {
    const [m, n] = [random.int(2, 9), random.int(11, 19)];
    const pairs: [Shape, Shape, number, number][] = [
      [[2, m], [n], m, n], [[m, 1, 5], [2, m, 1, 6], 5, 6], [[m, 4], [n, 4], m, n], [[0], [n], 0, n], [[m, n], [m], n, m],
    ];
    for (const [a, b, one, other] of pairs) {
      const error = await throws(() => attempt.broadcastShape(a, b), /(?:)/, {
        name: call(a, b), mistakes: [{ value: fromTheLeft(a, b), says: 'your shapes are aligned at the left; the last dimensions belong together' }],
      });
      const named = new Set(error.message.match(/\d+/g)?.map(Number));
      expect(error.message, `the message of the error of ${call(a, b)}`).toSatisfy(() => named.has(one) && named.has(other), `a text that names the sizes ${one} and ${other}`);
    }
  });

  claim('broadcastShape computes with the sizes and makes no tensor', ({ attempt, expect }) => {
    const huge = 2 ** 40;
    expect(attempt.broadcastShape([huge, 1], [huge]), `broadcastShape([${huge}, 1], [${huge}])`).toEqual([huge, huge]);
    const { calls } = spy(() => attempt.broadcastShape([2, 1, 3], [4, 1]));
    expect(calls.map(({ name }) => name), 'the list of operators that broadcastShape calls').toEqual([], { as: 'MEMORY' });
  });

  claim('outer(a, b) has shape [M, N] and the dtype of its inputs', ({ attempt, expect }) => {
    for (const [m, n] of [[3, 5], [5, 3], [4, 4], [1, 6], [6, 1]]) {
      for (const dtype of ['float32', 'float64'] as const) {
        expect(attempt.outer(torch.randn(m!, { dtype }), torch.randn(n!, { dtype })), `outer of ${m} and ${n} numbers`).toBeTensor({ shape: [m!, n!], dtype });
      }
    }
  });

  claim('entry (i, j) of outer(a, b) is a[i] * b[j]', ({ attempt, expect, random }) => {
    for (const [m, n] of [[3, 5], [4, 4]]) {
      const [a, b] = [m!, n!].map((size) => Array.from({ length: size }, () => random.normal())) as [number[], number[]];
      expect(attempt.outer(torch.tensor(a), torch.tensor(b)), { name: 'outer(a, b)', inputs: { a, b } }).toBeClose(torch.tensor(a.map((x) => b.map((y) => x * y))), {
        mistakes: [
          { value: () => torch.tensor(b.map((y) => a.map((x) => x * y))), says: 'rows and columns are exchanged: your entry (i, j) is a[j] * b[i]' },
          { value: () => torch.tensor(a.map((x) => b.map((y) => x + y))), says: 'your entries are sums; they should be products' },
        ],
      });
    }
  });

  claim('addBias keeps the shape of x and adds bias[c] to every pixel of channel c', ({ attempt, expect }) => {
    // Wherever H or W equals C, a bias aligned with them fits as well.
    for (const shape of [[2, 3, 5, 7], [2, 5, 4, 5], [2, 4, 4, 6], [3, 3, 3, 3], [1, 1, 2, 3]]) {
      const [n, c] = shape as [number, number, number, number];
      const x = torch.randn(shape), bias = torch.randn(c), before = x.clone();
      const want = torch.stack(Array.from({ length: n }, (_, i) => torch.stack(Array.from({ length: c }, (_, k) => x.at(i, k).add(bias.at(k))))));
      expect(attempt.addBias(x, bias), { name: `addBias(x, bias) for x of shape [${shape.join(', ')}]`, inputs: { x, bias } }).toBeClose(want, {
        mistakes: [
          { value: () => x.add(bias), says: 'your bias goes to the columns (the last dimension): its one dimension is aligned at the right' },
          { value: () => x.add(bias.unsqueeze(1)), says: 'your bias goes to the rows of the image: give it one more dimension of size 1 at the end' },
          { value: () => x.add(bias.reshape(-1, 1, 1, 1)), says: 'your bias goes to the samples: it has one dimension of size 1 too many' },
        ],
      });
      expect(x, 'x after the call').toBeClose(before, { says: 'x itself was changed; the result should be a new tensor', as: 'MEMORY' });
    }
  });

  claim('gradients flow to both operands', async ({ attempt, gradcheck }) => {
    await gradcheck((a: torch.Tensor, b: torch.Tensor) => attempt.outer(a, b), [torch.randn(3), torch.randn(4)], { name: 'outer', names: ['a', 'b'] });
    await gradcheck((x: torch.Tensor, bias: torch.Tensor) => attempt.addBias(x, bias), [torch.randn(2, 3, 2, 3), torch.randn(3)], { name: 'addBias', names: ['x', 'bias'] });
  });

  claim('larger inputs take no more operators: broadcasting does the loops', ({ attempt, expect }) => {
    const count = (body: () => unknown): number => spy(body).calls.filter(({ depth }) => depth === 0).length;
    const outer = (size: number): number => count(() => attempt.outer(torch.ones(size), torch.ones(size + 1)));
    const addBias = (size: number): number => count(() => attempt.addBias(torch.ones(size, size + 1, 2, 3), torch.ones(size + 1)));
    expect(outer(9), 'the number of operators that outer calls for 9 and 10 numbers').toBeAtMost(outer(2), { says: 'outer calls more operators for larger inputs: it goes over the entries in a loop' });
    expect(addBias(9), 'the number of operators that addBias calls for 9 samples and 10 channels').toBeAtMost(addBias(2), { says: 'addBias calls more operators for larger inputs: it goes over samples or channels in a loop' });
  });
});
