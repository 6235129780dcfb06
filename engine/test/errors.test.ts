import { expect, test } from 'vitest';
import { TorchError } from '../src/errors.ts';

function below(depth: number): never {
  if (depth > 0) return below(depth - 1);
  throw new TorchError('mat1 and mat2 shapes cannot be multiplied', { operator: 'mm' });
}

test('the stack of an error reaches the program above the engine, also where Node keeps ten frames', () => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 10;
  try {
    let caught: unknown;
    try { below(20); } catch (error) { caught = error; }
    expect((caught as TorchError).stack!.split('\n').filter((line) => line.includes('below'))).toHaveLength(21);
    expect(Error.stackTraceLimit).toBe(10);
  } finally { Error.stackTraceLimit = limit; }
});

test('an error carries the fields that are known, and no others', () => {
  const error = new TorchError('shape mismatch', { operator: 'add' });
  expect({ ...error }).toEqual({ name: 'TorchError', operator: 'add' });
  expect(Object.keys(error)).toEqual(['name', 'operator']);
});
