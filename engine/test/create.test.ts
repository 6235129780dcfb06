import { describe, expect, it } from 'vitest';
import { observers } from '../src/ops/observe.ts';
import * as torch from '../src/index.ts';
import type { DType } from '../src/index.ts';

describe('tensor', () => {
  it('takes the dtype from the kind of data, never from its values', () => {
    const dtype = (data: torch.TensorData): DType => torch.tensor(data).dtype;
    expect([dtype(1), dtype([1, 2]), dtype([1.5]), dtype(true), dtype([[1n]]), dtype(new Int16Array(2)), dtype(new Float64Array(1)), dtype([true, 2]), dtype([]), dtype([torch.arange(2), torch.arange(2)])])
      .toEqual(['float32', 'float32', 'float32', 'bool', 'int64', 'int16', 'float64', 'float32', 'float32', 'int64']);
    expect(torch.tensor([1.7, -1.7], { dtype: 'int64' }).tolist()).toEqual([1, -1]);
  });
  it('refuses ragged lists and what is no data', () => {
    expect(() => torch.tensor([[1, 2], [3]])).toThrow('expected sequence of length 2 at dim 1 (got 1)');
    expect(() => torch.tensor('a' as never)).toThrow(torch.TorchError);
    expect(() => torch.tensor([1, { a: 1 }] as never)).toThrow(torch.TorchError);
  });
  it('copies, while asTensor does not where it need not', () => {
    const x = torch.ones(2);
    expect(torch.tensor(x).storage).not.toBe(x.storage);
    expect(torch.asTensor(x)).toBe(x);
    expect(torch.asTensor(x, { dtype: 'float64' }).dtype).toBe('float64');
    expect(torch.asTensor([1, 2]).tolist()).toEqual([1, 2]);
  });
});

describe('sequences', () => {
  it('arange counts in int64 for integers, in float32 otherwise, and stops before the end', () => {
    expect([torch.arange(5).dtype, torch.arange(5).tolist()]).toEqual(['int64', [0, 1, 2, 3, 4]]);
    expect([torch.arange(1, 2, 0.25).dtype, torch.arange(1, 2, 0.25).tolist()]).toEqual(['float32', [1, 1.25, 1.5, 1.75]]);
    expect(torch.arange(5, 0, -2).tolist()).toEqual([5, 3, 1]);
    expect(torch.arange({ end: 3, dtype: 'float16' } as never).tolist()).toEqual([0, 1, 2]);
    expect(() => torch.arange(0, 3, -1)).toThrow('upper bound and lower bound inconsistent with step sign');
    expect(() => torch.arange(0, 3, 0)).toThrow('step must be nonzero');
  });
  it('linspace and logspace meet both ends', () => {
    expect(torch.linspace(0, 1, 5).tolist()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(torch.linspace(0, 10, 4, { dtype: 'int64' }).tolist()).toEqual([0, 3, 6, 10]);
    expect(torch.logspace(0, 3, 4).tolist()).toEqual([1, 10, 100, 1000]);
    expect(torch.logspace(0, 2, 3, { base: 2 }).tolist()).toEqual([1, 2, 4]);
    expect(torch.linspace(3, 7, 1).tolist()).toEqual([3]);
  });
});

describe('constants', () => {
  it('sizes come as a list or one by one, options last', () => {
    expect([torch.zeros(2, 3).shape, torch.ones([2, 3], { dtype: 'int64' }).dtype, torch.empty(0, 2).numel(), torch.zeros([]).shape, torch.zeros({ size: [4] } as never).shape]).toEqual([[2, 3], 'int64', 0, [], [4]]);
    expect(() => torch.zeros(2, -1)).toThrow('Trying to create tensor with negative dimension -1: [2, -1]');
    expect(() => torch.zeros(2.5)).toThrow(torch.TorchError);
    expect(() => torch.zeros(2, { dtpye: 'int64' } as never)).toThrow("zeros() got an unexpected keyword argument 'dtpye'");
    expect(() => torch.ones(2, { dtype: 'int64', requiresGrad: true })).toThrow('Tensors of floating point and complex dtype can require gradients');
  });
  it('full makes float32 of numbers, fullLike and newFull keep the dtype', () => {
    const ints = torch.arange(3);
    expect([torch.full([2], 7).dtype, torch.full([2], true).dtype, torch.fullLike(ints, 7).dtype, ints.newFull([1], 7).dtype, ints.newTensor([1.5]).tolist(), torch.zerosLike(ints, { dtype: 'float64' }).dtype]).toEqual(['float32', 'bool', 'int64', 'int64', [1], 'float64']);
    expect(ints.newZeros(2, 2).tolist()).toEqual([[0, 0], [0, 0]]);
  });
  it('triangles and diagonals agree with their definition', () => {
    const x = torch.rand(2, 4, 5), [i, j] = [torch.arange(4).unsqueeze(1), torch.arange(5)];
    for (const k of [-5, -1, 0, 2, 6]) {
      expect(torch.equal(x.tril(k), x.mul(j.sub(i).le(k)))).toBe(true);
      expect(torch.equal(x.triu(k), x.mul(j.sub(i).ge(k)))).toBe(true);
      expect(torch.trilIndices(4, 5, k).t().tolist()).toEqual(j.sub(i).le(k).nonzero().tolist());
    }
    expect(torch.equal(torch.eye(3, 4), torch.ones(3).diag(0).reshape(3, 3).matmul(torch.eye(3, 4)))).toBe(true);
    expect(torch.eye(2, 3).tolist()).toEqual([[1, 0, 0], [0, 1, 0]]);
    expect(torch.equal(x.diagonal(0, 1, 2).diagEmbed(), x.at(':', ':', ':4').mul(torch.eye(4)))).toBe(true);
  });
});

describe('conversion', () => {
  it('gives the tensor itself where nothing changes, and casts gradients back', () => {
    const x = torch.tensor([1.5, -2.5], { requiresGrad: true });
    expect([x.to('float32') === x, x.float() === x, x.to({ copy: true }) === x, x.to(torch.zeros(1)) === x, x.cpu() === x]).toEqual([true, true, false, true, true]);
    x.double().mul(3).sum().backward();
    expect([x.grad!.dtype, x.grad!.tolist()]).toEqual(['float32', [3, 3]]);
    expect([x.long().tolist(), x.bool().tolist(), x.half().dtype, x.typeAs(torch.arange(1)).dtype, x.to('cpu', 'int8').dtype]).toEqual([[1, -2], [true, true], 'float16', 'int64', 'int8']);
    expect(() => x.to('flaot32')).toThrow(torch.TorchError);
    expect(() => x.to({ dtyp: 'int64' } as never)).toThrow("to() got an unexpected keyword argument 'dtyp'");
    expect(() => x.cuda()).toThrow(torch.TorchError);
  });
  it('wraps and rounds as the types do', () => {
    expect(torch.tensor([300, -1]).to('uint8').tolist()).toEqual([44, 255]);
    expect(torch.tensor([2049, 65519]).half().tolist()).toEqual([2048, 65504]);
    expect(torch.tensor([1 + 2 ** -8]).bfloat16().tolist()).toEqual([1]);
  });
  it('between devices copies, tells spies, and brings the gradient home', () => {
    const seen: unknown[] = [], spy = { event: (kind: string, detail: unknown) => { if (kind === 'transfer') seen.push(detail); } };
    observers.add(spy);
    const x = torch.ones(3, { requiresGrad: true }), y = x.to('sim:1');
    observers.remove(spy);
    expect([y.device, y.storage === x.storage, seen]).toEqual(['sim:1', false, [{ from: 'cpu', to: 'sim:1', bytes: 12 }]]);
    y.mul(2).sum().backward();
    expect([x.grad!.device, x.grad!.tolist()]).toEqual(['cpu', [2, 2, 2]]);
    expect(() => x.add(y)).toThrow('Expected all tensors to be on the same device, but found at least two devices, sim:1 and cpu!');
    expect([torch.zerosLike(y).device, y.newOnes(1).device, torch.zeros(1, { device: 'sim' }).device]).toEqual(['sim:1', 'sim:1', 'sim:0']);
  });
});
