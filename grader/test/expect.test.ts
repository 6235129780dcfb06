/** The check API by itself: what assertions say of values, tensors and gradients. */
import * as torch from '@track/engine';
import { blocked, unblocked } from '@track/engine/testing';
import { describe as group, expect, test } from 'vitest';
import { analyse } from '../src/check/analyse.ts';
import { describe } from '../src/check/describe.ts';
import { expect as claimExpect, fail, throws } from '../src/check/expect.ts';
import { check } from '../src/check/index.ts';
import { generator } from '../src/check/random.ts';
import { gradcheck } from '../src/check/tensors.ts';
import { ClaimFailure, type Failure } from '../src/failure.ts';
import { todo, Todo } from '../src/todo.ts';

function failureOf(body: () => void): Failure {
  try {
    body();
  } catch (error) {
    if (error instanceof ClaimFailure) return error.failure;
    throw error;
  }
  throw new Error('it holds');
}

async function failureOfAsync(body: () => Promise<unknown>): Promise<Failure> {
  try {
    await body();
  } catch (error) {
    if (error instanceof ClaimFailure) return error.failure;
    throw error;
  }
  throw new Error('it holds');
}

group('tensors', () => {
  const expected = torch.tensor([[1, 2, 3], [4, 5, 6]]);

  test('equal within the tolerance of the dtype', () => {
    claimExpect(torch.tensor([[1, 2, 3], [4, 5, 6.00001]])).toBeClose(expected);
    expect(failureOf(() => claimExpect(torch.tensor([[1, 2, 3], [4, 5, 6.01]])).toBeClose(expected)).class).toBe('VALUE');
    claimExpect(torch.tensor([[1, 2, 3], [4, 5, 6.01]])).toBeClose(expected, { atol: 0.02 });
  });

  test('kind, shape, dtype and device come before values', () => {
    expect(failureOf(() => claimExpect([[1]], 'f(x)').toBeClose(expected))).toMatchObject({ class: 'TYPE', says: 'f(x) is not a tensor' });
    expect(failureOf(() => claimExpect(torch.zeros(3, 2), 'f(x)').toBeClose(expected))).toMatchObject({ class: 'SHAPE', says: 'f(x) has shape (3, 2), expected (2, 3)' });
    expect(failureOf(() => claimExpect(expected.to('float64'), 'f(x)').toBeClose(expected))).toMatchObject({ class: 'DTYPE', says: 'f(x) has dtype float64, expected float32' });
    expect(failureOf(() => claimExpect(expected.to('sim:0'), 'f(x)').toBeClose(expected))).toMatchObject({ class: 'TYPE', says: 'f(x) is on device sim:0, expected cpu' });
  });

  test('a difference shows index, size and inputs', () => {
    const got = torch.tensor([[1, 2, 3.5], [4, 5, 7]]);
    const failure = failureOf(() => claimExpect(got, { name: 'f(x)', inputs: { x: expected } }).toBeClose(expected));
    expect(failure).toMatchObject({
      class: 'VALUE', says: 'f(x) differs from what was expected in 2 of 6 values', at: '[0, 2]: expected 3, got 3.5', maxAbsDiff: 1,
      got: 'tensor float32 (2, 3): [[1, 2, 3.5], [4, 5, 7]]', inputs: { x: 'tensor float32 (2, 3): [[1, 2, 3], [4, 5, 6]]' },
    });
  });

  test('a known mistake is named, whatever its shape', () => {
    const options = { mistakes: [{ value: () => expected.mul(2), says: 'doubled' }, { value: expected.t(), says: 'transposed' }] };
    expect(failureOf(() => claimExpect(expected.mul(2)).toBeClose(expected, options)).diagnosis).toBe('doubled');
    expect(failureOf(() => claimExpect(expected.t()).toBeClose(expected, options)).diagnosis).toBe('transposed');
    expect(failureOf(() => claimExpect(expected.mul(3)).toBeClose(expected, options)).diagnosis).toBe('every value is 3 times what it should be');
  });

  test('toBeTensor looks at shape, dtype, device and graph only', () => {
    claimExpect(torch.randn(2, 3)).toBeTensor({ shape: [2, 3], dtype: 'float32', device: 'cpu', requiresGrad: false });
    expect(failureOf(() => claimExpect(torch.randn(2)).toBeTensor({ requiresGrad: true })).class).toBe('GRAD');
    expect(failureOf(() => claimExpect(7).toBeTensor({ shape: [] })).class).toBe('TYPE');
  });

  test('NaN is not close to a number, and equals itself', () => {
    expect(failureOf(() => claimExpect(torch.tensor([NaN, 1])).toBeClose([0, 1])).diagnosis).toBe('1 of 2 values are NaN');
    claimExpect(NaN).toBeClose(NaN);
  });

  test('a distance that is not finite is left out: a verdict travels as JSON', () => {
    for (const odd of [NaN, Infinity]) {
      const failure = failureOf(() => claimExpect(torch.tensor([odd, 2])).toBeClose([0, 1]));
      expect(JSON.parse(JSON.stringify(failure))).toEqual(failure);
    }
  });

  test('another class where the value stands for a gradient', () => {
    expect(failureOf(() => claimExpect(torch.ones(2)).toBeClose(torch.zeros(2), { as: 'GRAD' })).class).toBe('GRAD');
  });
});

group('plain values', () => {
  test('toEqual finds the first place that differs', () => {
    claimExpect({ a: [1, { b: new Map([['x', 1]]) }] }).toEqual({ a: [1, { b: new Map([['x', 1]]) }] });
    expect(failureOf(() => claimExpect({ a: [1, { b: 2 }] }).toEqual({ a: [1, { b: 3 }] })).at).toBe('a[1].b');
    expect(failureOf(() => claimExpect([1, 2]).toEqual([1, 2, 3])).at).toBe('[2]');
  });
  test('toBe tells a copy from the same object', () => {
    expect(failureOf(() => claimExpect([1]).toBe([1])).says).toContain('another object');
  });
  test('bounds, kinds, conditions, change', () => {
    claimExpect(3).toBeAtLeast(3);
    claimExpect(3).toBeAtMost(3);
    expect(failureOf(() => claimExpect(3, 'loss').toBeLessThan(3)).says).toBe('loss is 3, expected less than 3');
    expect(failureOf(() => claimExpect(NaN, 'loss').toBeGreaterThan(3)).class).toBe('VALUE');
    expect(failureOf(() => claimExpect('3').toBeLessThan(4)).class).toBe('TYPE');
    claimExpect(new Map()).toBeA(Map);
    expect(failureOf(() => claimExpect({}).toBeA('list')).expected).toBe('a list');
    expect(failureOf(() => claimExpect([3, 1]).toSatisfy((v: number[]) => v[0]! < v[1]!, 'in order')).says).toBe('the result is not in order');
    claimExpect([1]).toDiffer([2]);
    expect(failureOf(() => claimExpect(torch.ones(2), 'the mask').toDiffer(torch.ones(2))).says).toBe('the mask did not change');
  });
  test('fail takes any words', () => {
    expect(failureOf(() => fail({ class: 'MODE', says: 'left in eval mode', expected: true, got: 'eval' }))).toEqual({ class: 'MODE', says: 'left in eval mode', expected: 'true', got: 'eval' });
  });
  test('long and odd values are cut', () => {
    expect(describe(Array.from({ length: 100 }, (_, i) => i))).toBe('[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, …]');
    expect(describe({ get x() { throw new Error('no'); } })).toBe('a value that cannot be shown');
    expect(describe([function f() {}, async () => 1, new torch.nn.ReLU()])).toBe('[function f, a function, module ReLU]');
    expect(describe([1 / 3, -0, 1e-9, 'a', null, 3n, Symbol('s')])).toBe("[0.333333, -0, 1e-9, 'a', null, 3n, Symbol(s)]");
  });
});

group('throws', () => {
  test('gives the error back, of async functions too', async () => {
    const error = new RangeError('sizes 3 and 4');
    expect(await throws(() => { throw error; }, /sizes/)).toBe(error);
    expect(await throws(() => Promise.reject(error))).toBe(error);
  });
  test('no error, another message, no Error', async () => {
    expect(await failureOfAsync(() => throws(() => 3, /size/, { name: 'f(bad)' }))).toMatchObject({ class: 'THREW', says: 'f(bad) does not throw', got: 'it returned 3' });
    expect(await failureOfAsync(() => throws(() => { throw new Error('other'); }, /size/))).toMatchObject({ got: 'Error: other' });
    expect((await failureOfAsync(() => throws(() => { throw 'text'; }))).says).toContain('not an Error');
  });
  test('what is yet to be written stays so', async () => {
    await expect(throws(() => { throw todo(); })).rejects.toBeInstanceOf(Todo);
  });
});

group('gradcheck', () => {
  const uniform = generator(3);
  const x = torch.randn(2, 3);

  test('a right gradient holds, one that the sum would hide too', async () => {
    await gradcheck((a: torch.Tensor) => torch.softmax(a, 1), [x], uniform);
    await gradcheck((a: torch.Tensor, b: torch.Tensor) => [a.mul(b), a.exp()], [x, torch.randn(3)], uniform);
  });
  test('a wrong backward is caught under the random cotangent', async () => {
    // softmax whose backward treats the denominator as a constant: under .sum() of the result both give about 0.
    const wrong = (a: torch.Tensor): torch.Tensor => a.exp().div(a.exp().sum(1, true).detach());
    const failure = await failureOfAsync(() => gradcheck(wrong, [x], uniform, { name: 'softmax', names: ['scores'] }));
    expect(failure).toMatchObject({ class: 'GRAD', says: 'the gradient of softmax with respect to scores differs from central differences' });
    expect(failure.at).toMatch(/^\[0, 0\]: expected/);
  });
  test('a result or an input that is cut off', async () => {
    expect((await failureOfAsync(() => gradcheck((a: torch.Tensor) => a.detach(), [x], uniform))).says).toContain('cut off from the graph');
    expect((await failureOfAsync(() => gradcheck((a: torch.Tensor, b: torch.Tensor) => a.mul(b.detach()), [x, x], uniform))).says).toBe('input 1 of the function gets no gradient');
    expect((await failureOfAsync(() => gradcheck(() => 3, [x], uniform))).class).toBe('TYPE');
  });
  test('the comparison itself may use what is blocked for the attempt', async () => {
    await blocked(['mul', 'sum', 'add', 'backward'], () => gradcheck((a: torch.Tensor) => a.exp(), [x], uniform, {}, unblocked));
    await expect(blocked(['exp'], () => gradcheck((a: torch.Tensor) => a.exp(), [x], uniform, {}, unblocked))).rejects.toMatchObject({ name: 'BlockedOperator' });
  });
});

test.each<[string, number[], number[], number[], string | undefined]>([
  ['all NaN', [NaN, NaN], [1, 2], [2], 'every value is NaN'],
  ['zero', [0, 0], [1, 2], [2], 'every value is 0: nothing was written into the result'],
  ['constant', [3, 3], [1, 2], [2], 'every value is 3, whatever the input'],
  ['sign', [-1, -2], [1, 2], [2], 'the sign is reversed'],
  ['factor', [0.5, 1], [1, 2], [2], 'every value is 0.5 times what it should be'],
  ['offset', [2, 3, 5], [1, 2, 4], [3], 'every value is off by 1'],
  ['transposed', [1, 3, 2, 4], [1, 2, 3, 4], [2, 2], 'it looks transposed'],
  ['reversed', [4, 2, 1], [1, 2, 4], [3], 'the order is reversed'],
  ['scrambled', [2, 1, 4, 3, 6, 5], [1, 2, 3, 4, 5, 6], [2, 3], 'the values are right but stand in the wrong places'],
  ['last row', [1, 2, 3, 4, 9, 7], [1, 2, 3, 4, 5, 6], [3, 2], 'only the last of the 3 slices along dimension 0 differs'],
  ['one channel', [1, 9, 3, 4, 7, 6], [1, 2, 3, 4, 5, 6], [2, 3], 'only number 1 of the 3 slices along dimension 1 differs'],
  ['nothing known', [1, 5, 9, 2], [3, 3, 1, 8], [4], undefined],
])('an unknown mistake is analysed: %s', (_, got, expected, shape, says) => {
  expect(analyse({ got, expected, shape, close: (g, e) => Math.abs(g - e) < 1e-6 })).toBe(says);
});

test('a check refuses two claims of one sentence, and none at all', () => {
  expect(() => check(({ claim }) => { claim('a', () => undefined); claim('a', () => undefined); })).toThrow('two claims read "a"');
  expect(() => check(() => undefined)).toThrow('at least one claim');
});
