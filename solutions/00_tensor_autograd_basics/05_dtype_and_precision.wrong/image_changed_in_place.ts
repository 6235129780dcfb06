// claim: toUint8 gives the nearest of the levels 0 to 255
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export function blend(a: Tensor, b: Tensor): Tensor {
  return a.float().add(b).div(2); // float32 and uint8 give float32
}

export function toUint8(image: Tensor): Tensor {
  return image.clamp_(0, 1).mul_(255).round_().to('uint8');
}

export function rootMeanSquare(x: Tensor): Tensor {
  return x.float().square().mean(1).sqrt();
}

export function firstMissingInteger(dtype: 'float16' | 'bfloat16' | 'float32'): number {
  // eps is the step between 1 and the next number; the step grows to 2 at 2 / eps.
  return 2 / torch.finfo(dtype).eps + 1;
}

/** All dtypes from the weakest to the strongest; the size in bytes follows the name. */
const order = [['bool', 1], ['uint8', 1], ['int8', 1], ['int16', 2], ['int32', 4], ['int64', 8], ['float16', 2], ['bfloat16', 2], ['float32', 4], ['float64', 8]] as const;
const kind = (dtype: torch.DType): number => (dtype === 'bool' ? 0 : dtype.includes('int') ? 1 : 2);

export function promote(a: torch.DType, b: torch.DType): torch.DType {
  const [low, high] = order.filter(([dtype]) => dtype === a || dtype === b);
  if (high === undefined) return a; // both are the same
  const clash = kind(low![0]) === kind(high[0]) && low![1] === high[1];
  return clash ? (kind(a) === 1 ? 'int16' : 'float32') : high[0];
}
