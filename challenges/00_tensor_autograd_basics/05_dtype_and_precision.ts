/**
 * 00.5 · Dtypes and precision
 *
 * Goal: know which dtype an operation gives, what each dtype can hold, and convert before numbers are lost, not after.
 *
 * An 8-bit image holds whole numbers from 0 to 255, and arithmetic on it wraps around: 200 + 100 is 44. float16 holds
 * numbers up to 65504, in steps that grow with their size; what is larger becomes infinity, what is tiny becomes 0.
 * Converting the result to float32 afterwards brings nothing back.
 *
 * Why it matters: images are loaded as uint8, models train in half precision, and counters are integers. The mistakes
 * of this exercise raise no error. They show as images with strange colors, a loss that is NaN after an hour, or an
 * average that is a little too small.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** The pixelwise average of two uint8 images of equal shape, exact, as float32 of the same shape: 200 and 101 give 150.5. */
export function blend(a: Tensor, b: Tensor): Tensor {
  throw todo();
}

/**
 * A float image as uint8 of the same shape: 0 becomes 0, 1 becomes 255, values between them the nearest level. Values
 * below 0 count as 0, values above 1 as 1.
 */
export function toUint8(image: Tensor): Tensor {
  throw todo();
}

/**
 * The root of the mean of the squares of each row (what RMSNorm divides by): `x` is float16 [N, D], the result is
 * float32 [N]. It must be right as well where the squares or their sum do not fit into float16.
 */
export function rootMeanSquare(x: Tensor): Tensor {
  throw todo();
}

/**
 * The smallest positive whole number that a floating dtype cannot hold: stored in this dtype, it becomes another number.
 * From there on, adding 1 to a counter of this dtype may change nothing.
 */
export function firstMissingInteger(dtype: 'float16' | 'bfloat16' | 'float32'): number {
  throw todo();
}

/**
 * The dtype of `a + b` for two tensors (with at least one dimension) of these dtypes, found by the rules and without
 * making a tensor:
 * - bool, integers and floats are three kinds, in this order; a dtype of a higher kind wins, whatever its size;
 * - within a kind the larger one wins;
 * - two different dtypes of the same kind and size give the next larger dtype that holds the values of both: uint8 with
 *   int8, and float16 with bfloat16.
 */
export function promote(a: torch.DType, b: torch.DType): torch.DType {
  throw todo();
}
