import { describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import type { Tensor } from '../src/index.ts';

const F = torch.nn.functional;
const { gradcheck, gradgradcheck } = torch.autograd;
torch.manualSeed(11);
const wide = (...shape: number[]): Tensor => torch.randn(shape, { dtype: 'float64' }).requiresGrad_();
const far = (a: Tensor, b: Tensor): number => a.to('float64').sub(b.to('float64')).abs().max().item() as number;

/** Geometries with unequal sizes, strides, paddings and dilations, depthwise and grouped. */
const geometries: [string, number[], number[], object][] = [
  ['plain', [2, 3, 7, 6], [4, 3, 3, 2], {}],
  ['pointwise', [2, 5, 4, 3], [6, 5, 1, 1], {}],
  ['stride and padding', [1, 2, 8, 9], [3, 2, 3, 4], { stride: [2, 3], padding: [1, 2] }],
  ['dilation', [2, 2, 9, 8], [2, 2, 3, 2], { dilation: [2, 3], padding: 2 }],
  ['groups', [2, 4, 5, 6], [6, 2, 2, 3], { groups: 2, stride: [1, 2] }],
  ['depthwise', [2, 3, 6, 7], [3, 1, 3, 3], { groups: 3, padding: 1 }],
];

describe('convolution', () => {
  it.each(geometries)('%s: the float32 kernels agree with the float64 path in value and gradients', (_, x, w, options) => {
    const input = wide(...x), weight = wide(...w), bias = wide(w[0]), exact = F.conv2d(input, weight, bias, options), cotangent = torch.randn([...exact.shape], { dtype: 'float64' });
    exact.mul(cotangent).sum().backward();
    const [i, k, b] = [input, weight, bias].map((t) => t.detach().to('float32').requiresGrad_());
    const out = F.conv2d(i, k, b, options);
    out.mul(cotangent.to('float32')).sum().backward();
    expect(far(out, exact)).toBeLessThan(1e-4);
    for (const [single, double] of [[i, input], [k, weight], [b, bias]]) expect(far(single.grad!, double.grad!)).toBeLessThan(2e-4);
  });
  it.each(geometries)('%s: gradients, and gradients of gradients', (_, x, w, options) => {
    const { groups = 1 } = options as { groups?: number }, args = [wide(1, groups, ...x.slice(2).map((n) => Math.min(n, 5))), wide(groups, 1, ...w.slice(2).map((n) => Math.min(n, 2))), wide(groups)];
    const conv = (a: Tensor, b: Tensor, c: Tensor): Tensor => F.conv2d(a, b, c, options);
    expect(gradcheck(conv as never, args)).toBe(true);
    expect(gradgradcheck(conv as never, args)).toBe(true);
  });
  it('in one and three dimensions agrees with two', () => {
    const x = torch.randn(2, 4, 9), w = torch.randn(6, 2, 3);
    expect(far(F.conv1d(x, w, null, { stride: 2, padding: 1, groups: 2 }), F.conv2d(x.unsqueeze(2), w.unsqueeze(2), null, { stride: [1, 2], padding: [0, 1], groups: 2 }).squeeze(2))).toBe(0);
    const volume = torch.randn(2, 3, 1, 5, 6), kernel = torch.randn(4, 3, 1, 3, 2);
    expect(far(F.conv3d(volume, kernel), F.conv2d(volume.squeeze(2), kernel.squeeze(2)).unsqueeze(2))).toBeLessThan(1e-5);
  });
  it('transposed is the adjoint: ⟨conv(x), y⟩ = ⟨x, convTranspose(y)⟩, in one to three dimensions', () => {
    const cases = [
      [F.conv1d, F.convTranspose1d, [2, 4, 9], [6, 2, 3]], [F.conv2d, F.convTranspose2d, [2, 4, 9, 8], [6, 2, 3, 2]], [F.conv3d, F.convTranspose3d, [1, 4, 5, 6, 7], [2, 2, 2, 3, 2]],
    ] as const;
    for (const [conv, transpose, xs, ws] of cases) {
      const x = torch.randn([...xs], { dtype: 'float64' }), w = torch.randn([...ws], { dtype: 'float64' }), out = conv(x, w, null, { stride: 2, padding: 1, groups: 2 }), y = torch.randn([...out.shape], { dtype: 'float64' });
      const extra = xs.slice(2).map((n, i) => (n + 2 - ws[i + 2]) % 2);
      const back = transpose(y, w, null, { stride: 2, padding: 1, groups: 2, outputPadding: extra });
      expect(back.shape).toEqual(x.shape);
      expect(out.mul(y).sum().item()).toBeCloseTo(x.mul(back).sum().item() as number, 9);
    }
  });
  it("pads by name: 'same' keeps the size, the odd zero goes to the end", () => {
    const x = torch.tensor([[[1, 2, 3]]]), w = torch.tensor([[[1, 10]]]);
    expect(F.conv1d(x, w, null, { padding: 'same' }).tolist()).toEqual([[[21, 32, 3]]]);
    expect(F.conv1d(x.squeeze(0), w, null, { padding: 'valid' }).tolist()).toEqual([[21, 32]]);
  });
  it("says what is wrong in PyTorch's words", () => {
    const x = torch.randn(1, 3, 5, 5), w = torch.randn(4, 3, 3, 3);
    expect(() => F.conv2d(torch.randn(1, 2, 5, 5), w)).toThrow('Given groups=1, weight of size [4, 3, 3, 3], expected input[1, 2, 5, 5] to have 3 channels, but got 2 channels instead');
    expect(() => F.conv2d(x, torch.randn(4, 3, 7, 7))).toThrow("Calculated padded input size per channel: (5 x 5). Kernel size: (7 x 7). Kernel size can't be greater than actual input size");
    expect(() => F.conv2d(x.at(0, 0), w)).toThrow('Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [5, 5]');
    expect(() => F.conv2d(x.double(), w)).toThrow('expected scalar type Double but found Float');
    expect(() => F.conv2d(x, w, null, { padding: 'same', stride: 2 })).toThrow("padding='same' is not supported for strided convolutions");
  });
});

describe('pooling', () => {
  const sizes: [string, (x: Tensor, o: object) => [Tensor, Tensor], number[], object][] = [
    ['maxPool1d', (x, o) => F.maxPool1dWithIndices(x, 3, o), [2, 3, 8], { stride: 2, padding: 1 }],
    ['maxPool2d', (x, o) => F.maxPool2dWithIndices(x, [3, 2], o), [2, 3, 7, 8], { stride: [2, 1], padding: [1, 0], dilation: [1, 2], ceilMode: true }],
    ['maxPool3d', (x, o) => F.maxPool3dWithIndices(x, 2, o), [1, 2, 5, 4, 6], { ceilMode: true }],
  ];
  it.each(sizes)('%s: the indices lead back to the maxima, which nothing in the window exceeds', (_, pool, shape, options) => {
    const x = torch.randn(shape), [values, indices] = pool(x, options), [n, c] = shape;
    expect(x.reshape(n, c, -1).gather(2, indices.reshape(n, c, -1)).tolist()).toEqual(values.reshape(n, c, -1).tolist());
    expect((values.max().item() as number)).toBe(x.max().item());
    expect(gradcheck(((t: Tensor) => pool(t, options)[0]) as never, wide(...shape))).toBe(true);
  });
  it('averages as a convolution with equal weights does, and divides by what it is told to', () => {
    const x = torch.randn(2, 1, 6, 7), ones = torch.ones(1, 1, 3, 2);
    expect(far(F.avgPool2d(x, [3, 2], { stride: 2, padding: 1 }), F.conv2d(x, ones.div(6), null, { stride: 2, padding: 1 }))).toBeLessThan(1e-6);
    const counts = F.conv2d(torch.ones(1, 1, 6, 7), ones, null, { stride: 2, padding: 1 });
    expect(far(F.avgPool2d(x, [3, 2], { stride: 2, padding: 1, countIncludePad: false }), F.conv2d(x, ones, null, { stride: 2, padding: 1 }).div(counts))).toBeLessThan(1e-6);
    expect(far(F.avgPool2d(x, [3, 2], { stride: 2, divisorOverride: 5 }), F.conv2d(x, ones.div(5), null, { stride: 2 }))).toBeLessThan(1e-6);
  });
  it.each<[string, (x: Tensor) => Tensor, number[]]>([
    ['avgPool1d', (x) => F.avgPool1d(x, 3, 2, 1), [2, 2, 7]], ['avgPool2d', (x) => F.avgPool2d(x, [2, 3], { ceilMode: true, countIncludePad: false, padding: 1 }), [1, 2, 5, 6]], ['avgPool3d', (x) => F.avgPool3d(x, 2, 1), [1, 2, 3, 3, 4]],
    ['adaptiveAvgPool2d', (x) => F.adaptiveAvgPool2d(x, [3, 2]), [1, 2, 5, 7]], ['adaptiveAvgPool3d', (x) => F.adaptiveAvgPool3d(x, [2, null, 3]), [1, 1, 3, 2, 5]], ['lpPool2d', (x) => F.lpPool2d(x.abs().add(1), 3, 2), [1, 2, 4, 4]],
    ['fold', (x) => F.fold(x, [4, 5], 2, { stride: 2, padding: 1 }), [1, 8, 9]], ['unfold', (x) => F.unfold(x, [2, 3], { dilation: 2, padding: 1 }), [1, 2, 5, 6]],
    ['bicubic', (x) => F.interpolate(x, [5, 3], { mode: 'bicubic' }), [1, 2, 4, 4]], ['trilinear', (x) => F.interpolate(x, { scaleFactor: 1.5, mode: 'trilinear', alignCorners: true }), [1, 1, 2, 3, 4]],
    ['reflect', (x) => F.pad(x, [2, 1, 0, 2], 'reflect'), [2, 3, 4]], ['circular', (x) => F.pad(x, [-1, 2], 'circular'), [2, 3, 4]], ['constant', (x) => F.pad(x, [1, -1, 2, 0], 'constant', 3), [2, 3, 4]],
    ['gridSample', (x) => F.gridSample(x, torch.tensor([[[[-0.9, 0.3], [0.1, 0.2]], [[1.4, -0.5], [0.62, -1.2]]]], { dtype: 'float64' }), { alignCorners: false }), [1, 2, 3, 4]],
  ])('%s: gradients, twice', (_, f, shape) => {
    const x = wide(...shape);
    expect(gradcheck(f as never, x)).toBe(true);
    expect(gradgradcheck(f as never, x)).toBe(true);
  });
  it('gridSample: the gradient of the grid', () => {
    const x = wide(1, 1, 3, 3), grid = torch.rand(1, 2, 1, 2, { dtype: 'float64' }).mul(2.2).sub(1.1).requiresGrad_();
    for (const mode of ['bilinear', 'bicubic'] as const) for (const paddingMode of ['zeros', 'border', 'reflection'] as const) expect(gradcheck(((a: Tensor, g: Tensor) => F.gridSample(a, g, { mode, paddingMode, alignCorners: true })) as never, [x, grid])).toBe(true);
  });
  it('adaptive windows cover the input: ⌊i·n/m⌋ to ⌈(i+1)·n/m⌉', () => {
    expect(F.adaptiveAvgPool1d(torch.arange(5).float().reshape(1, 5), 3).tolist()).toEqual([[0.5, 2, 3.5]]);
    expect(F.adaptiveMaxPool1d(torch.arange(5).float().reshape(1, 5), 2).tolist()).toEqual([[2, 4]]);
  });
  it('unpooling puts the maxima back', () => {
    const x = torch.tensor([[[1, 5, 2, 8, 3, 4]]]), [values, indices] = F.maxPool1dWithIndices(x, 2);
    expect(F.maxUnpool1d(values, indices, 2).tolist()).toEqual([[[0, 5, 0, 8, 0, 4]]]);
  });
  it('rejects windows that PyTorch rejects', () => {
    const x = torch.randn(1, 1, 4, 4);
    expect(() => F.maxPool2d(x, 2, { padding: 2 })).toThrow('pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and dilation=1');
    expect(() => F.maxPool2d(x, 7)).toThrow('Given input size: (1x4x4). Calculated output size: (1x0x0). Output size is too small');
    expect(() => F.interpolate(x)).toThrow('either size or scale_factor should be defined');
    expect(() => F.unfold(x, 5)).toThrow('Given input with spatial size (4, 4), kernel_size=(5, 5)');
  });
});
