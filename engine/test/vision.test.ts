import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import * as torch from '../src/index.ts';
import { TorchError, type Tensor } from '../src/index.ts';
import { spy } from '../src/testing/index.ts';
import { names } from '../src/text/index.ts';
import { datasets, draw, transforms as T, utils } from '../src/vision/index.ts';

const F = T.functional;
const folder = mkdtempSync(join(tmpdir(), 'track-vision-'));
afterAll(() => rmSync(folder, { recursive: true }));
const flat = (t: Tensor): number[] => t.flatten().tolist() as number[];
const close = (t: Tensor, want: readonly number[], digits = 4): void => { const got = flat(t); expect(got.length).toBe(want.length); got.forEach((v, i) => expect(v).toBeCloseTo(want[i], digits)); };
/** The image on which the reference numbers below were computed with PyTorch 1.13. */
const squares = (): Tensor => torch.arange(30, { dtype: 'float32' }).pow(2).div(10).reshape(1, 5, 6);

describe('datasets', () => {
  it('MNIST has two parts without a common image, of all digits', () => {
    const train = new datasets.MNIST(), test = new datasets.MNIST({ train: false });
    expect([train.length, test.length, train.data.shape, test.targets.dtype]).toEqual([8000, 2000, [8000, 28, 28], 'int64']);
    expect(train.targets.eq(5).sum().item()).toBe(698);
    // The mean and deviation that everybody normalises MNIST with, nearly: it is a part of the whole.
    const all = train.data.float().div(255);
    expect(all.mean().item()).toBeCloseTo(0.1307, 2);
    expect(all.std().item()).toBeCloseTo(0.3081, 2);
    const [image, label] = test.getItem(3);
    expect([image.dtype, image.shape]).toEqual(['uint8', [28, 28]]);
    expect(label).toBe(test.targets.select(0, 3).item());
    expect(() => test.getItem(2000)).toThrow(TorchError);
  });
  it('applies the transform at each access and leaves the data alone', () => {
    const set = new datasets.MNIST({ transform: new T.Compose([new T.ToTensor(), (x: Tensor) => x.add_(1)]), targetTransform: (l) => `digit ${l}` });
    const [a, label] = set.getItem(0), [b] = set.getItem(0);
    expect(a.shape).toEqual([1, 28, 28]);
    expect(a.sub(1).mul(255).round().equal(set.data.select(0, 0).unsqueeze(0).float())).toBe(true);
    expect(b.equal(a)).toBe(true);
    expect(label).toBe('digit 5');
  });
  it('tables hold what their sources say', () => {
    const iris = datasets.iris(), digits = datasets.digits();
    expect([iris.data.shape, iris.target.dtype, iris.classNames]).toEqual([[150, 4], 'int64', ['setosa', 'versicolor', 'virginica']]);
    close(iris.data.mean(0), [5.8433, 3.0573, 3.758, 1.1993], 3);
    expect([digits.data.shape, digits.data.max().item(), digits.target.max().item()]).toEqual([[1797, 64], 16, 9]);
    expect([datasets.wine(), datasets.breastCancer()].map((t) => [t.data.shape, t.featureNames.length, t.classNames.map((_, k) => t.target.eq(k).sum().item())])).toEqual([[[178, 13], 13, [59, 71, 48]], [[569, 30], 30, [212, 357]]]);
  });
  it('names are given names', () => {
    const all = names();
    expect([all.length, all[0], all.every((n) => /^[A-Z][a-zA-Z-]+$/.test(n)), new Set(all).size]).toEqual([1516, 'Aaron', true, 1516]);
  });
});

describe('transforms', () => {
  it('convert between bytes and floats as torchvision does', () => {
    const bytes = torch.tensor([[0, 51], [255, 102]], { dtype: 'uint8' }), image = new T.ToTensor()(bytes);
    close(image, [0, 0.2, 1, 0.4], 6);
    expect([image.shape, image.dtype]).toEqual([[1, 2, 2], 'float32']);
    const coloured = F.toTensor(torch.arange(12).to('uint8').reshape(2, 2, 3));
    expect(coloured.select(0, 1).mul(255).round().tolist()).toEqual([[1, 4], [7, 10]]);
    expect(F.convertImageDtype(image, 'uint8').tolist()).toEqual([[[0, 51], [255, 102]]]);
    expect(F.convertImageDtype(bytes, 'int16').tolist()).toEqual([[0, 51 * 128], [255 * 128, 102 * 128]]);
  });
  it('normalise each channel and leave the image as it was', () => {
    const image = torch.ones(2, 2, 3), out = new T.Normalize([0.5, 1], [0.5, 2])(image);
    expect([out.select(0, 0).unique().tolist(), out.select(0, 1).unique().tolist(), image.unique().tolist()]).toEqual([[1], [0], [1]]);
    expect(() => F.normalize(torch.ones(1, 2, 2), [0], [0])).toThrow(/leading to division by zero/);
    expect(() => F.normalize(torch.ones(1, 2, 2).to('uint8'), [0], [1])).toThrow(/should be a float tensor. Got torch.uint8/);
  });
  it('resize with PyTorch\'s numbers', () => {
    close(F.resize(squares(), [3, 4]), [1.7732, 2.8127, 4.27778, 6.08393, 16.9375, 20.62222, 24.81111, 29.2625, 48.44464, 54.7746, 61.68729, 68.78393]);
    close(F.resize(squares(), [7, 6]).select(2, 2), [0.4, 3.82857, 10.17143, 19.6, 34.17143, 51.82857, 67.6]);
    expect(F.resize(torch.arange(8).to('uint8').reshape(2, 4), [4, 4], 'nearest').tolist()).toEqual([[0, 1, 2, 3], [0, 1, 2, 3], [4, 5, 6, 7], [4, 5, 6, 7]]);
    expect([F.resize(squares(), 10).shape, F.resize(squares(), 10, 'nearest', 11).shape]).toEqual([[1, 10, 12], [1, 9, 11]]);
  });
  it('crop and pad at odd sizes', () => {
    const x = torch.arange(20, { dtype: 'float32' }).reshape(4, 5);
    expect(F.centerCrop(x, 2).tolist()).toEqual([[7, 8], [12, 13]]);
    expect(F.centerCrop(x, [1, 7]).tolist()).toEqual([[0, 10, 11, 12, 13, 14, 0]]);
    expect(F.crop(x, -1, 3, 2, 3).tolist()).toEqual([[0, 0, 0], [3, 4, 0]]);
    const row = torch.tensor([[1, 2, 3]]);
    expect(['constant', 'edge', 'symmetric'].map((m) => F.pad(row, [2, 0], 9, m as T.PaddingMode).tolist())).toEqual([[[9, 9, 1, 2, 3, 9, 9]], [[1, 1, 1, 2, 3, 3, 3]], [[2, 1, 1, 2, 3, 3, 2]]]);
    expect(F.pad(row, [2, 0], 0, 'reflect').tolist()).toEqual([[3, 2, 1, 2, 3, 2, 1]]);
    expect(() => F.pad(row, [1, 2, 3])).toThrow(/not a 3 element tuple/);
  });
  it('draw torchvision\'s random numbers', () => {
    const x = torch.arange(600, { dtype: 'float32' }).reshape(1, 20, 30), place = (t: Tensor): number[] => { const v = flat(t)[0]; return [Math.floor(v / 30), v % 30]; };
    torch.manualSeed(5);
    const crop = new T.RandomCrop([16, 27]);
    expect([0, 1, 2].map(() => place(crop(x)))).toEqual([[1, 2], [2, 1], [1, 2]]);
    torch.manualSeed(5);
    const flip = new T.RandomHorizontalFlip();
    expect([...Array(8)].map(() => flip(x) !== x)).toEqual([false, true, false, false, false, true, true, false]);
    torch.manualSeed(7);
    const resized = new T.RandomResizedCrop([40, 40], { interpolation: 'nearest' });
    expect([...Array(4)].map(() => { const t = resized(x), n = flat(t); return [...place(t), Math.floor(n[1599] / 30) - Math.floor(n[0] / 30) + 1, (n[1599] % 30) - (n[0] % 30) + 1]; })).toEqual([[0, 8, 20, 17], [6, 5, 14, 13], [3, 13, 14, 17], [2, 4, 16, 13]]);
    torch.manualSeed(9);
    const erase = new T.RandomErasing({ value: -1 });
    expect([...Array(4)].map(() => { const at = flat(erase(x)).flatMap((v, i) => (v === -1 ? [i] : [])); return at.length ? [...place(torch.tensor(at)), Math.floor(at[at.length - 1] / 30) - Math.floor(at[0] / 30) + 1, (at[at.length - 1] % 30) - (at[0] % 30) + 1] : null; })).toEqual([null, [4, 8, 14, 7], [2, 3, 12, 16], null]);
    torch.manualSeed(11);
    const grey = torch.full([3, 2, 2], 0.5), jitter = new T.ColorJitter({ brightness: 0.5, contrast: 0.2 });
    close(jitter(grey), Array(12).fill(0.5 * 0.66840142));
  });
  it('turn by PyTorch\'s grid, mirror exactly, and draw nothing that they need not', () => {
    close(F.rotate(squares(), 25), [0, 0.4, 0.9, 1.6, 12.1, 0, 0.1, 0.4, 6.4, 8.1, 25.6, 28.9, 3.6, 4.9, 19.6, 22.5, 48.4, 52.9, 14.4, 16.9, 40, 44.1, 72.9, 78.4, 0, 32.4, 62.5, 67.6, 72.9, 0]);
    close(F.rotate(squares(), 25, 'bilinear').select(1, 1), [0.22869, 2.78652, 6.42613, 13.34352, 22.18953, 26.38202]);
    expect(F.rotate(torch.ones(1, 4, 4), 45, 'nearest', 7).select(1, 0).flatten().tolist()).toEqual([7, 1, 1, 7]);
    const x = squares();
    expect(F.hflip(F.hflip(x)).equal(x)).toBe(true);
    expect(flat(F.vflip(x)).slice(0, 2)).toEqual([57.6, 62.5].map(Math.fround));
    const validation = new T.Compose([new T.Resize(8), new T.CenterCrop(6), new T.Normalize([0.5], [0.5])]);
    expect(spy(() => validation(x)).draws).toEqual([]);
    expect(spy(() => new T.RandomCrop([5, 6])(x)).draws).toEqual([]);
    expect(spy(() => new T.RandomVerticalFlip(0)(x)).draws).toEqual([{ name: 'rand', count: 1 }]);
  });
  it('change colours', () => {
    const p = torch.tensor([[0.9, 0.2, 0.1], [0.1, 0.6, 0.3], [0.5, 0.5, 0.5], [0.2, 0.3, 0.95]]).t().reshape(3, 2, 2);
    close(F.adjustHue(p, 0.2).reshape(3, 4).t(), [0.64, 0.9, 0.1, 0.1, 0.3, 0.6, 0.5, 0.5, 0.5, 0.95, 0.2, 0.9], 5);
    close(F.rgbToGrayscale(p), [0.9 * 0.2989 + 0.2 * 0.587 + 0.1 * 0.114, 0.1 * 0.2989 + 0.6 * 0.587 + 0.3 * 0.114, 0.49995, 0.2 * 0.2989 + 0.3 * 0.587 + 0.95 * 0.114], 5);
    expect(F.adjustSaturation(p, 0).equal(F.rgbToGrayscale(p, 3))).toBe(true);
    expect(F.adjustBrightness(p, 2).max().item()).toBe(1);
    expect(() => F.rgbToGrayscale(torch.ones(2, 4, 4))).toThrow(TorchError);
  });
  it('print as in torchvision', () => {
    expect(String(new T.Compose([new T.ToTensor(), new T.Normalize([0.5], [0.25]), new T.RandomHorizontalFlip(0.3), new T.CenterCrop(8)]))).toBe('Compose(\n    ToTensor()\n    Normalize(mean=(0.5,), std=(0.25,))\n    RandomHorizontalFlip(p=0.3)\n    CenterCrop(size=(8, 8))\n)');
  });
});

describe('pictures', () => {
  it('makeGrid lays images out in rows', () => {
    const grid = utils.makeGrid([1, 2, 3].map((v) => torch.full([1, 1, 2], v)), { nrow: 2, padding: 1, padValue: 9 });
    expect(grid.shape).toEqual([3, 5, 7]);
    expect(grid.select(0, 2).tolist()).toEqual([[9, 9, 9, 9, 9, 9, 9], [9, 1, 1, 9, 2, 2, 9], [9, 9, 9, 9, 9, 9, 9], [9, 3, 3, 9, 9, 9, 9], [9, 9, 9, 9, 9, 9, 9]]);
    const scaled = utils.makeGrid(torch.tensor([0, 5, 10, 20]).reshape(2, 1, 1, 2), { normalize: true, padding: 0 });
    expect(scaled.select(0, 0).tolist()).toEqual([[0, 0.25, 0.5, 1]]);
  });
  it('toPng writes the pixels', () => {
    const path = join(folder, 'x.png');
    draw.toPng(torch.tensor([[[0, 1]], [[0.5, 0]], [[0, 0.2]]]), path, { scale: 2 });
    const png = readFileSync(path), at = png.indexOf('IDAT');
    expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([4, 2, 8, 2]);
    const row = [0, 0, 128, 0, 0, 128, 0, 255, 0, 51, 255, 0, 51];
    expect([...inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))]).toEqual([...row, ...row]);
    expect(png.readUInt32BE(png.length - 4)).toBe(0xae426082); // the checksum of every IEND
    expect(() => draw.toPng(torch.ones(2, 3, 3), path)).toThrow(/expected an image/);
  });
  it('half blocks show two rows of pixels each', () => {
    const text = draw.image(torch.tensor([[0, 255], [10, 20], [30, 40]], { dtype: 'uint8' }), { colour: true });
    expect(text.split('\n')).toEqual([
      '\x1b[38;2;0;0;0m\x1b[48;2;10;10;10m▀\x1b[38;2;255;255;255m\x1b[48;2;20;20;20m▀\x1b[0m',
      '\x1b[38;2;30;30;30m\x1b[49m▀\x1b[38;2;40;40;40m\x1b[49m▀\x1b[0m',
    ]);
  });
  it('characters stand for brightness where there is no colour', () => {
    expect(draw.image(torch.tensor([[0, 0.5, 1], [1, 1, 0]]), { colour: false })).toBe('  ++@@\n@@@@  ');
    expect(draw.image(torch.rand(40, 100), { colour: false, width: 30 }).split('\n').map((l) => l.length)).toEqual(Array(6).fill(30));
    const two = draw.grid([torch.ones(1, 3), torch.ones(2, 3), torch.ones(1, 3)], ['one', 2, 'three'], { colour: false, width: 13 });
    expect(two).toBe('@@@@@@ @@@@@@\n       @@@@@@\none    2\n\n@@@@@@\nthree');
  });
  it('lossCurve goes from the largest to the smallest value', () => {
    const lines = draw.lossCurve([4, 3, 2, 1, 0], { width: 8, height: 4, title: 'loss' }).split('\n');
    expect(lines[0]).toBe('      loss');
    expect([lines[1].slice(0, 4), lines[4].slice(0, 4)]).toEqual(['   4', '   0']);
    const column = (line: string): number => line.search(/[\u2801-\u28ff]/);
    const starts = lines.slice(1, 5).map(column);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(new Set(starts).size).toBe(4);
    expect(lines[6].trim()).toMatch(/^1 +5$/);
    expect(() => draw.lossCurve([NaN])).toThrow(/no finite value/);
    expect(draw.lossCurve([NaN, 1, 1, 2]).includes('2')).toBe(true);
  });
  it('curveSvg draws each series through its points', () => {
    const path = join(folder, 'x.svg');
    draw.curveSvg({ train: [2, 1, 0], 'a<b': [1, NaN, 1] }, path, { width: 280, height: 236, title: 'T' });
    const svg = readFileSync(path, 'utf8'), paths = [...svg.matchAll(/<path d="([^"]*)" fill="none" stroke="#\w+" stroke-width="2"/g)].map((m) => m[1]);
    expect(paths).toEqual(['M64.0 40.0L164.0 120.0L264.0 200.0', 'M64.0 120.0M264.0 120.0']);
    expect(svg).toContain('a&#60;b</text>');
    expect(svg.match(/<text/g)!.length).toBe(svg.match(/<\/text>/g)!.length);
  });
});
