import { describe, expect, test } from 'vitest';
import * as torch from '../src/index.ts';
import { tensor, TorchError, type Tensor } from '../src/index.ts';

const { gradcheck, gradgradcheck } = torch.autograd, F = torch.nn.functional;
/** Doubles spread over (low, high), no two alike and none on a place where a function bends. */
const spread = (low: number, high: number, shape: number[]): Tensor => {
  const n = shape.reduce((a, b) => a * b, 1);
  return tensor(Float64Array.from({ length: n }, (_, i) => low + ((high - low) * (((i * 0.6180339887) % 1) + 0.013)) / 1.03)).reshape(shape).requiresGrad_(true);
};
const numbers = (t: Tensor): number[] => t.reshape(-1).tolist() as number[];

type One = (x: Tensor) => Tensor;
const unary: Record<string, [One, (v: number) => number, low: number, high: number]> = {
  abs: [torch.abs, Math.abs, -2, 2], neg: [torch.neg, (v) => -v, -2, 2], square: [torch.square, (v) => v * v, -2, 2], sqrt: [torch.sqrt, Math.sqrt, 0.3, 4], rsqrt: [torch.rsqrt, (v) => 1 / Math.sqrt(v), 0.3, 4],
  reciprocal: [torch.reciprocal, (v) => 1 / v, 0.4, 3], exp: [torch.exp, Math.exp, -2, 2], exp2: [torch.exp2, (v) => 2 ** v, -2, 2], expm1: [torch.expm1, Math.expm1, -2, 2], log: [torch.log, Math.log, 0.2, 5],
  log2: [torch.log2, Math.log2, 0.2, 5], log10: [torch.log10, Math.log10, 0.2, 5], log1p: [torch.log1p, Math.log1p, -0.7, 3], sin: [torch.sin, Math.sin, -3, 3], cos: [torch.cos, Math.cos, -3, 3], tan: [torch.tan, Math.tan, -1, 1],
  asin: [torch.asin, Math.asin, -0.9, 0.9], acos: [torch.acos, Math.acos, -0.9, 0.9], atan: [torch.atan, Math.atan, -3, 3], sinh: [torch.sinh, Math.sinh, -2, 2], cosh: [torch.cosh, Math.cosh, -2, 2], tanh: [torch.tanh, Math.tanh, -2, 2],
  asinh: [torch.asinh, Math.asinh, -2, 2], acosh: [torch.acosh, Math.acosh, 1.2, 4], atanh: [torch.atanh, Math.atanh, -0.9, 0.9], sigmoid: [torch.sigmoid, (v) => 1 / (1 + Math.exp(-v)), -4, 4],
  sinc: [torch.sinc, (v) => Math.sin(Math.PI * v) / (Math.PI * v), 0.1, 2], logit: [(x) => torch.logit(x), (v) => Math.log(v / (1 - v)), 0.1, 0.9], frac: [torch.frac, (v) => v - Math.trunc(v), 1.1, 1.9],
  relu: [torch.relu, (v) => Math.max(v, 0), -2, 2], silu: [(x) => F.silu(x), (v) => v / (1 + Math.exp(-v)), -4, 4], leakyRelu: [(x) => F.leakyRelu(x, 0.2), (v) => (v > 0 ? v : 0.2 * v), -2, 2],
  elu: [(x) => F.elu(x, 0.7), (v) => (v > 0 ? v : 0.7 * Math.expm1(v)), -2, 2], celu: [(x) => F.celu(x, 0.7), (v) => (v > 0 ? v : 0.7 * Math.expm1(v / 0.7)), -2, 2], selu: [(x) => F.selu(x), (v) => 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * Math.expm1(v)), -2, 2],
  softplus: [(x) => F.softplus(x, 2), (v) => Math.log1p(Math.exp(2 * v)) / 2, -3, 3], mish: [(x) => F.mish(x), (v) => v * Math.tanh(Math.log1p(Math.exp(v))), -3, 3], logsigmoid: [(x) => F.logsigmoid(x), (v) => -Math.log1p(Math.exp(-v)), -3, 3],
  hardswish: [(x) => F.hardswish(x), (v) => (v * Math.min(Math.max(v + 3, 0), 6)) / 6, -4, 4], hardsigmoid: [(x) => F.hardsigmoid(x), (v) => Math.min(Math.max(v + 3, 0), 6) / 6, -4, 4], softsign: [(x) => F.softsign(x), (v) => v / (1 + Math.abs(v)), -2, 2],
  tanhshrink: [(x) => F.tanhshrink(x), (v) => v - Math.tanh(v), -2, 2], softshrink: [(x) => F.softshrink(x, 0.3), (v) => (Math.abs(v) <= 0.3 ? 0 : v - Math.sign(v) * 0.3), -2, 2], hardshrink: [(x) => F.hardshrink(x, 0.3), (v) => (Math.abs(v) <= 0.3 ? 0 : v), -2, 2],
  'gelu tanh': [(x) => F.gelu(x, { approximate: 'tanh' }), (v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))), -3, 3], 'x ** 3': [(x) => x.pow(3), (v) => v ** 3, -2, 2], 'x ** -1.5': [(x) => x.pow(-1.5), (v) => v ** -1.5, 0.4, 3],
  '2.5 ** x': [(x) => torch.pow(2.5, x), (v) => 2.5 ** v, -2, 2], hardtanh: [(x) => F.hardtanh(x, -0.5, 1), (v) => Math.min(Math.max(v, -0.5), 1), -2, 2],
};

describe('functions of one number', () => {
  test.each(Object.entries(unary))('%s: values, gradient, second gradient', (_, [f, want, low, high]) => {
    const x = spread(low, high, [3, 5]), y = numbers(f(x)), back = f(x.transpose(0, 1));
    numbers(x).forEach((v, i) => expect(y[i]).toBeCloseTo(want(v), 10));
    expect(back.transpose(0, 1).equal(f(x))).toBe(true); // strides do not matter
    gradcheck(f, [x]);
    gradgradcheck(f, [spread(low, high, [3])]);
  });

  test('gelu, erf, erfinv, lgamma and digamma hold their defining identities', () => {
    const x = spread(-2.5, 2.5, [20]);
    expect(torch.allclose(F.gelu(x), x.mul(torch.special.ndtr(x)), 1e-10, 1e-12)).toBe(true);
    expect(torch.allclose(x.erf().erfinv(), x, 1e-6, 1e-9)).toBe(true);
    expect(torch.allclose(x.erf().add(x.erfc()), torch.ones(20, { dtype: 'float64' }))).toBe(true);
    const p = spread(0.1, 6, [20]);
    expect(torch.allclose(p.add(1).lgamma(), p.lgamma().add(p.log()), 1e-10, 1e-11)).toBe(true); // Γ(x + 1) = x Γ(x)
    for (const f of [F.gelu, torch.erf, torch.erfc] as One[]) { gradcheck(f, [x]); gradgradcheck(f, [spread(-2, 2, [4])]); }
    for (const f of [torch.lgamma, torch.digamma, torch.i0, torch.special.i1e, torch.special.erfcx, torch.special.entr, torch.special.logNdtr] as One[]) gradcheck(f, [p]);
  });

  test('rounding is to even, to decimals, and leaves integers alone', () => {
    expect(numbers(tensor([0.5, 1.5, 2.5, -0.5, -1.5]).round())).toEqual([0, 2, 2, -0, -2]);
    expect(numbers(tensor([1.25, 1234.5], { dtype: 'float64' }).round({ decimals: 1 }))).toEqual([1.2, 1234.5]);
    expect(numbers(tensor([1234], { dtype: 'float64' }).round({ decimals: -2 }))).toEqual([1200]);
    expect(tensor([3n]).floor().dtype).toBe('int64');
    expect(tensor([3n]).sqrt().dtype).toBe('float32');
  });
});

describe('operators of two', () => {
  const pairs: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
    add: (a, b) => a.add(b, { alpha: 2.5 }), sub: (a, b) => a.sub(b, { alpha: -3 }), rsub: (a, b) => a.rsub(b), mul: torch.mul, div: torch.div, pow: torch.pow, atan2: torch.atan2, hypot: torch.hypot, maximum: torch.maximum, minimum: torch.minimum, fmax: torch.fmax, fmin: torch.fmin,
    copysign: torch.copysign, xlogy: torch.xlogy, logaddexp: torch.logaddexp, logaddexp2: torch.logaddexp2, ldexp: torch.ldexp, lerp: (a, b) => a.lerp(b, 0.7), 'lerp by tensor': (a, b) => a.lerp(b, b), remainder: torch.remainder, fmod: torch.fmod,
    addcmul: (a, b) => a.addcmul(a, b, { value: 0.5 }), addcdiv: (a, b) => a.addcdiv(a, b, { value: 0.5 }), where: (a, b) => torch.where(a.gt(1), a, b), clamp: (a, b) => a.clamp(b, b.add(0.7)), maskedFill: (a, b) => a.maskedFill(a.gt(1.2), b.select(0, 0).select(0, 0).select(0, 0)),
    floatPower: torch.floatPower, prelu: (a, b) => torch.prelu(a.sub(1), b.reshape(-1).select(0, 0)),
  };
  test.each(Object.entries(pairs))('%s: gradients with broadcasting both ways', (_, f) => {
    const a = spread(0.3, 2.1, [2, 1, 3]), b = spread(0.35, 1.9, [1, 2, 1]);
    gradcheck(f, [a, b]);
    gradgradcheck(f, [a, b]);
  });

  test('pow at its corners', () => {
    const grads = (base: number, exponent: number): number[] => {
      const a = tensor([base], { dtype: 'float64' }).requiresGrad_(true), b = tensor([exponent], { dtype: 'float64' }).requiresGrad_(true);
      a.pow(b).sum().backward();
      return [a.grad!.item() as number, b.grad!.item() as number];
    };
    expect(grads(0, 2)).toEqual([0, 0]);
    expect(grads(0, 0)).toEqual([0, 0]);
    expect(grads(0, 1)).toEqual([1, 0]);
    expect(grads(2, 0)).toEqual([0, Math.LN2]);
    expect(Number.isNaN(grads(-2, 3)[1])).toBe(true);
    const zero = tensor([0]).requiresGrad_(true);
    zero.pow(0).sum().backward();
    expect(numbers(zero.grad!)).toEqual([0]);
    expect(numbers(torch.pow(0, tensor([0, 2])))).toEqual([1, 0]);
  });

  test('equal operands share the gradient of maximum; clamp passes it on its borders', () => {
    const a = tensor([1, 2]).requiresGrad_(true), b = tensor([1, 5]).requiresGrad_(true);
    a.maximum(b).sum().backward();
    expect([numbers(a.grad!), numbers(b.grad!)]).toEqual([[0.5, 0], [0.5, 1]]);
    const c = tensor([0, 1, 2]).requiresGrad_(true);
    c.clamp(0, 1).sum().backward();
    expect(numbers(c.grad!)).toEqual([1, 1, 0]);
  });

  test('every layout gives the same: dense, transposed, expanded, a row, a column, a number of dimensions that no loop takes at once', () => {
    const a = torch.arange(120, { dtype: 'float64' }).reshape([2, 3, 4, 5]), views = [a, a.permute(3, 1, 0, 2).contiguous().permute(2, 1, 3, 0), a.slice(3, 0, 5, 1)];
    const others = [tensor([1, 2, 3, 4, 5], { dtype: 'float64' }), a.select(0, 1), a.slice(2, 0, 1), a.slice(0, 0, 1).slice(3, 2, 3), a.select(3, 0).unsqueeze(3), tensor(7, { dtype: 'float64' })];
    for (const x of views) for (const y of others) {
      const want: number[] = [], full = y.expand([2, 3, 4, 5]);
      numbers(a).forEach((v, i) => want.push(v - numbers(full)[i]));
      expect(numbers(x.sub(y))).toEqual(want);
      expect(numbers(torch.sub(y, x))).toEqual(want.map((v) => 0 - v));
      expect(numbers(torch.where(x.gt(y), x, y))).toEqual(numbers(torch.maximum(x, y)));
    }
  });

  test('integers: Python\'s division, wrapping, and no division by zero', () => {
    const a = tensor([7n, -7n, 7n, -7n]), b = tensor([2n, 2n, -2n, -2n]);
    expect(numbers(a.floorDivide(b))).toEqual([3, -4, -4, 3]);
    expect(numbers(a.remainder(b))).toEqual([1, 1, -1, -1]);
    expect(numbers(a.fmod(b))).toEqual([1, -1, 1, -1]);
    expect(numbers(a.div(b, { roundingMode: 'trunc' }))).toEqual([3, -3, -3, 3]);
    expect(a.div(b).dtype).toBe('float32');
    expect(numbers(tensor([200], { dtype: 'uint8' }).add(100))).toEqual([44]);
    expect(numbers(tensor([3n, -5n]).bitwiseAnd(tensor([6n, 7n])))).toEqual([2, 3]);
    expect(() => a.floorDivide(0)).toThrow('ZeroDivisionError');
    expect(() => a.remainder(tensor([1n, 0n, 1n, 1n]))).toThrow('ZeroDivisionError');
    expect(() => a.pow(-1)).toThrow('Integers to negative integer powers are not allowed.');
  });

  test('a number operand promotes as Python\'s would', () => {
    const ints = tensor([1n, 2n]), half = tensor([1, 2], { dtype: 'float16' });
    expect([ints.mul(2), ints.mul(2.5), ints.add(true), half.add(1000), half.mul(ints), tensor([true]).add(1), ints.div(2), ints.gt(1.5)].map((t) => t.dtype)).toEqual(['int64', 'float32', 'int64', 'float16', 'float16', 'int64', 'float32', 'bool']);
    expect(numbers(ints.gt(1.5))).toEqual([false, true]);
    expect(() => tensor([1n]).add_(0.5)).toThrow("result type Float can't be cast to the desired output type Long");
    expect(() => torch.ones(3).add_(torch.ones(2, 3))).toThrow("output with shape [3] doesn't match the broadcast shape [2, 3]");
  });
});

describe('in place', () => {
  test('a gradient reads the values from before the write, and another reader of them is warned off', () => {
    const x = tensor([1, 2, 3], { dtype: 'float64' }).requiresGrad_(true);
    for (const f of ['sin_', 'log_', 'abs_', 'square_', 'exp_', 'sigmoid_', 'tanh_', 'relu_', 'reciprocal_'] as const) {
      const [there] = torch.autograd.grad(x.mul(0.5)[f]().sum(), x), [want] = torch.autograd.grad((x.mul(0.5)[f.slice(0, -1) as 'sin']()).sum(), x);
      expect(numbers(there), f).toEqual(numbers(want));
    }
    const y = x.mul(2), z = y.sin();
    y.mul_(2);
    expect(() => z.sum().backward()).toThrow(/modified by an inplace operation/);
  });
  test('masks and limits write through views', () => {
    const x = torch.zeros(2, 3), row = x.select(0, 1);
    row.maskedFill_(tensor([true, false, true]), 5).clamp_({ max: 4 });
    expect(x.tolist()).toEqual([[0, 0, 0], [4, 0, 4]]);
  });
});

describe('comparisons, logic and choices', () => {
  test('NaN and the infinities', () => {
    const x = tensor([NaN, Infinity, -Infinity, 1]);
    expect([x.isnan(), x.isinf(), x.isfinite(), x.isposinf(), x.isneginf(), x.eq(x), x.signbit()].map((t) => t.tolist())).toEqual([
      [true, false, false, false], [false, true, true, false], [false, false, false, true], [false, true, false, false], [false, false, true, false], [false, true, true, true], [false, false, true, false]]);
    expect(numbers(x.clamp(-2, 2))).toEqual([NaN, 2, -2, 1]);
    expect(numbers(x.nanToNum(0, 9, -9))).toEqual([0, 9, -9, 1]);
    expect(numbers(torch.fmax(x, tensor([0, 0, 0, 0])))).toEqual([0, Infinity, 0, 1]);
    expect(numbers(torch.maximum(x, tensor([0, 0, 0, 0])))).toEqual([NaN, Infinity, 0, 1]);
  });
  test('isclose and allclose follow PyTorch\'s asymmetric rule', () => {
    const a = tensor([100, NaN, Infinity]), b = tensor([100.0009, NaN, Infinity]);
    expect(a.isclose(b).tolist()).toEqual([true, false, true]);
    expect(a.isclose(b, 0, 1e-4, true).tolist()).toEqual([false, true, true]);
    expect(a.allclose(b, { equalNan: true })).toBe(true);
    expect(tensor([0]).isclose(tensor([1]), 1).tolist()).toEqual([true]);
    expect(tensor([1]).isclose(tensor([0]), 1).tolist()).toEqual([false]);
    expect(() => a.isclose(a.to('float64'))).toThrow('Float did not match Double');
  });
  test('logic on any dtype, where with numbers, and PyTorch\'s refusals', () => {
    const a = tensor([0, 2, 0, -1]), b = tensor([0n, 0n, 3n, 4n]);
    expect([a.logicalAnd(b), a.logicalOr(b), a.logicalXor(b), a.logicalNot()].map((t) => t.tolist())).toEqual([[false, false, false, true], [false, true, true, true], [false, true, true, false], [true, false, true, false]]);
    expect(numbers(torch.where(a.gt(0), 1, b))).toEqual([0, 1, 3, 4]);
    expect(torch.where(a.gt(0), 1.5, 2).dtype).toBe('float32');
    expect(() => torch.where(a, a, a)).toThrow('where expected condition to be a boolean tensor, but got a tensor with dtype Float');
    expect(() => a.maskedFill(b, 0)).toThrow('masked_fill_ only supports boolean masks');
    expect(() => a.sub(tensor([true]))).toThrow('Subtraction, the `-` operator, with a bool tensor is not supported.');
    expect(() => a.add(tensor([true])).add(torch.ones(3))).toThrow('The size of tensor a (4) must match the size of tensor b (3) at non-singleton dimension 0');
    expect(() => tensor([true]).neg()).toThrow(TorchError);
    expect(() => torch.clamp(a)).toThrow("At least one of 'min' or 'max' must not be None");
  });
});

describe('softmax', () => {
  test('along each dimension: sums to 1, shifts cancel, logSoftmax is its logarithm, gradients twice', () => {
    const x = spread(-3, 3, [2, 3, 4]);
    for (const dim of [0, 1, 2, -1]) {
      const y = x.softmax(dim);
      expect(torch.allclose(y.sum(dim), torch.ones(y.sum(dim).shape, { dtype: 'float64' }))).toBe(true);
      expect(torch.allclose(x.add(1000).softmax(dim), y)).toBe(true);
      expect(torch.allclose(x.logSoftmax(dim), y.log())).toBe(true);
      expect(torch.allclose(F.softmin(x, dim), x.neg().softmax(dim))).toBe(true);
      for (const f of ['softmax', 'logSoftmax'] as const) { gradcheck((t: Tensor) => t[f](dim), [x]); gradgradcheck((t: Tensor) => t[f](dim), [spread(-1, 1, [2, 2, 2])]); }
    }
    expect(torch.allclose(x.to('float32').softmax(1), x.softmax(1).to('float32'), 1e-5, 1e-6)).toBe(true);
    expect(tensor([1n, 2n]).softmax(0, { dtype: 'float64' }).dtype).toBe('float64');
    expect(numbers(tensor([0, -Infinity]).softmax(0))).toEqual([1, 0]);
  });
});
