import * as torch from '@track/engine';
import { spy } from '@track/engine/testing';
import { check, type Random } from '@track/grader/check';

const dtypes = ['bool', 'uint8', 'int8', 'int16', 'int32', 'int64', 'float16', 'bfloat16', 'float32', 'float64'] as const;

/** A uint8 image [3, 4, 5] of random levels between `low` and `high`, and the levels. */
function levels(random: Random, low: number, high: number): number[] {
  return Array.from({ length: 60 }, () => random.int(low, high));
}
const image = (values: readonly number[]): torch.Tensor => torch.tensor(Uint8Array.from(values)).reshape(3, 4, 5);

export default check<typeof import('./05_dtype_and_precision.ts')>(({ claim }) => {
  claim('the results have the shapes and dtypes that were asked for', ({ attempt, expect, random }) => {
    const a = image(levels(random, 0, 255));
    expect(attempt.blend(a, a), 'blend of two uint8 images [3, 4, 5]').toBeTensor({ shape: [3, 4, 5], dtype: 'float32' });
    expect(attempt.toUint8(torch.rand(3, 4, 5)), 'toUint8 of a float32 image [3, 4, 5]').toBeTensor({ shape: [3, 4, 5], dtype: 'uint8' });
    for (const [n, d] of [[2, 5], [4, 4], [1, 3], [3, 1]]) {
      expect(attempt.rootMeanSquare(torch.randn(n!, d!).half()), `rootMeanSquare of float16 [${n}, ${d}]`).toBeTensor({ shape: [n!], dtype: 'float32' });
    }
  });

  claim('blend is the exact average, also where the sum of two pixels passes 255', ({ attempt, expect, random }) => {
    for (const [low, high] of [[0, 120], [100, 255]] as const) {
      const [p, q] = [levels(random, low, high), levels(random, low, high)];
      const [a, b] = [image(p), image(q)];
      const average = (rule: (p: number, q: number) => number): torch.Tensor => torch.tensor(p.map((v, i) => rule(v, q[i]!))).reshape(3, 4, 5);
      expect(attempt.blend(a, b), { name: `blend(a, b) for levels from ${low} to ${high}`, inputs: { a, b } }).toBeClose(average((v, w) => (v + w) / 2), {
        rtol: 0, atol: 0,
        mistakes: [
          { value: average((v, w) => ((v + w) % 256) / 2), says: 'the sum wrapped around at 256 before it became a float: convert first' },
          { value: average((v, w) => Math.floor(((v + w) % 256) / 2)), says: 'the sum wrapped around at 256, and its half was cut to a whole number: convert first' },
          { value: average((v, w) => Math.floor((v + w) / 2)), says: 'the average was cut to a whole number' },
          { value: average((v, w) => Math.floor(v / 2) + Math.floor(w / 2)), says: 'each half was cut to a whole number: convert before dividing' },
        ],
      });
      expect(a, 'a after the call').toEqual(image(p), { says: 'a itself was changed', as: 'MEMORY' });
    }
  });

  claim('toUint8 gives the nearest of the levels 0 to 255', ({ attempt, expect, random }) => {
    const targets = levels(random, 0, 255);
    targets[0] = 0;
    targets[1] = 255;
    const x = torch.tensor(targets.map((level) => Math.min(1, Math.max(0, (level + random.uniform(-0.4, 0.4)) / 255)))).reshape(3, 4, 5), before = x.clone();
    expect(attempt.toUint8(x), { name: 'toUint8(image)', inputs: { image: x } }).toBeClose(image(targets), {
      mistakes: [
        { value: () => x.mul(255).to('uint8'), says: 'converting to an integer cuts the fraction off: half of the pixels are one level too dark; round first' },
        { value: () => x.mul(256).clamp(0, 255).to('uint8'), says: 'you scale by 256; the levels go from 0 to 255' },
        { value: () => x.to('uint8'), says: 'the values are not scaled: 1 should become 255' },
      ],
    });
    expect(x, 'the image after the call').toEqual(before, { says: 'the image itself was changed', as: 'MEMORY' });
  });

  claim('toUint8 takes values below 0 as 0 and values above 1 as 1', ({ attempt, expect, random }) => {
    const x = torch.tensor([-0.02, -0.7, 1.02, 1.5, 0.2, random.uniform(-3, -1), random.uniform(2, 5)]);
    expect(attempt.toUint8(x), { name: 'toUint8(image)', inputs: { image: x } }).toBeClose(torch.tensor(Uint8Array.of(0, 0, 255, 255, 51, 0, 255)), {
      mistakes: [{ value: () => x.mul(255).round().to('uint8'), says: 'values outside 0 to 255 wrap around: too bright turns dark; clamp before converting' }],
    });
  });

  claim('rootMeanSquare is the root of the mean of the squares of each row', ({ attempt, expect, reference }) => {
    for (const [n, d] of [[2, 5], [4, 4], [1, 3], [3, 1]]) {
      const x = torch.randn(n!, d!).mul(2).half(), square = reference(() => x.double().square());
      expect(attempt.rootMeanSquare(x), { name: `rootMeanSquare(x) for x [${n}, ${d}]`, inputs: { x } }).toBeClose(square.mean(1).sqrt().float(), {
        mistakes: [
          { value: () => square.mean(0).sqrt().float(), says: 'this is the result for each column; reduce over the last dimension' },
          { value: () => square.sum(1).sqrt().float(), says: 'this is the root of the sum, not of the mean' },
          { value: () => square.mean(1).float(), says: 'the root is missing' },
          { value: () => x.square().mean(1).sqrt().float(), says: 'the squares are rounded to float16 on the way: convert first' },
          { value: () => x.square().float().mean(1).sqrt(), says: 'the squares are rounded to float16 on the way: convert first' },
        ],
      });
    }
  });

  claim('rootMeanSquare is right for large and for tiny values of float16', ({ attempt, expect, reference }) => {
    for (const [size, what] of [[2000, 'around 2000, whose squares pass 65504'], [100, 'around 100, whose squares fit, but not their sum'], [1e-4, 'around 0.0001, whose squares are too small for float16']] as const) {
      const x = torch.rand(3, 40).add(0.5).mul(size).half(), exact = reference(() => x.double().square().mean(1).sqrt().float());
      expect(attempt.rootMeanSquare(x), `rootMeanSquare of values ${what}`).toBeClose(exact, {
        atol: 0, rtol: 1e-4, says: `rootMeanSquare is wrong for values ${what}: what float16 lost before the conversion does not come back`,
        mistakes: [1e-8, 1e-6, 1e-5].map((epsilon) => ({ value: () => reference(() => x.double().square().mean(1).add(epsilon).sqrt().float()), says: `nothing is lost, but you add ${epsilon} under the root, which is not part of the task` })),
      });
    }
  });

  claim('firstMissingInteger names the first whole number that the dtype rounds away', ({ attempt, expect }) => {
    for (const dtype of ['float16', 'bfloat16', 'float32'] as const) {
      const n = attempt.firstMissingInteger(dtype), name = `firstMissingInteger('${dtype}')`;
      expect(n, name).toBeA('number');
      expect(n, name).toSatisfy((value: number) => Number.isInteger(value) && value > 0, 'a positive whole number');
      const stored = (value: number): unknown => torch.tensor(value, { dtype }).item();
      expect(stored(n), `what ${dtype} makes of ${n}`).toDiffer(n, { says: `${name} is ${n}, but ${dtype} can hold ${n}` });
      // Below the first missing number there are as many steps of 1 as the significand has states.
      const first = { float16: 2 ** 11, bfloat16: 2 ** 8, float32: 2 ** 24 }[dtype] + 1;
      expect(n, name).toBe(first, { says: `${name} is ${n}, which ${dtype} cannot hold; but there is a smaller one` });
    }
  });

  claim('promote gives the dtype of a sum for all 100 pairs', ({ attempt, expect, reference }) => {
    const bytes = (dtype: torch.DType): number => Number(/\d+/.exec(dtype)?.[0] ?? 8) / 8;
    for (const a of dtypes) {
      for (const b of dtypes) {
        const want = reference(() => torch.promoteTypes(a, b));
        const larger = bytes(a) >= bytes(b) ? a : b;
        expect(attempt.promote(a, b), `promote('${a}', '${b}')`).toBe(want, {
          mistakes: [
            ...(a !== b && bytes(a) === bytes(b) && a !== 'bool' && b !== 'bool' ? [{ value: a, says: `${a} cannot hold all values of ${b}` }, { value: b, says: `${b} cannot hold all values of ${a}` }] : []),
            { value: larger, says: `the larger one wins only within a kind: ${a} and ${b} are of different kinds` },
            { value: 'float64', says: 'nothing becomes float64 that was not float64: floats do not grow when they meet integers' },
          ],
        });
      }
    }
  });

  claim('promote works with the names and calls no operator', ({ attempt, expect }) => {
    const { calls } = spy(() => dtypes.map((a) => dtypes.map((b) => attempt.promote(a, b))));
    expect(calls.map(({ name }) => name), 'the list of operators that promote calls').toEqual([], { as: 'MEMORY' });
  });
});
