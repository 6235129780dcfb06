import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { spy } from '@track/engine/testing';
import { transforms as library } from '@track/engine/vision';
import { check } from '@track/grader/check';

/** `image` seen through a table of source rows and columns. */
const pick = (image: Tensor, rows: readonly number[], columns: readonly number[]): Tensor =>
  image.indexSelect(1, torch.tensor(rows, { dtype: 'int64' })).indexSelect(2, torch.tensor(columns, { dtype: 'int64' }));
const places = (to: number, source: (i: number) => number): number[] => Array.from({ length: to }, (_, i) => source(i));
const resized = (image: Tensor, h: number, w: number): Tensor =>
  pick(image, places(h, (i) => Math.floor(i * image.shape[1]! / h)), places(w, (j) => Math.floor(j * image.shape[2]! / w)));
const mirrored = (image: Tensor): Tensor => image.flip([2]);
const column = (values: readonly number[], shape: readonly number[] = [-1, 1, 1]): Tensor => torch.tensor(values).reshape(shape);
const normalized = (image: Tensor, mean: readonly number[], std: readonly number[]): Tensor => image.sub(column(mean)).div(column(std));

const same = (a: Tensor, b: Tensor): boolean => torch.allclose(a, b, { atol: 1e-5 });
const options = { size: [4, 6], mean: [0.4, -0.2, 1.5], std: [0.5, 2, 3] } as const;

export default check<typeof import('./03_transforms_compose.ts')>(({ claim }) => {
  claim('resizeNearest(h, w) gives float32 images of shape (C, h, w)', ({ attempt, expect }) => {
    for (const [c, h, w, height, width] of [[3, 5, 7, 10, 4], [1, 6, 4, 3, 9], [3, 5, 5, 2, 3]] as const) {
      expect(attempt.resizeNearest(height, width)(torch.randn(c, h, w)), `resizeNearest(${height}, ${width}) of an image (${c}, ${h}, ${w})`)
        .toBeTensor({ shape: [c, height, width], dtype: 'float32' });
    }
  });

  claim('pixel (i, j) of the resized image is the source pixel (⌊i · H / h⌋, ⌊j · W / w⌋)', ({ attempt, expect }) => {
    for (const [h, w, height, width] of [[3, 4, 7, 6], [5, 7, 3, 4], [4, 4, 4, 4], [1, 3, 2, 1]] as const) {
      const image = torch.randn(2, h, w);
      const rounding = (round: (x: number) => number) => () => pick(image,
        places(height, (i) => Math.min(h - 1, round(i * h / height))), places(width, (j) => Math.min(w - 1, round(j * w / width))));
      expect(attempt.resizeNearest(height, width)(image.clone()), { name: `resizeNearest(${height}, ${width}) of an image (2, ${h}, ${w})`, inputs: { image } }).toBeClose(resized(image, height, width), {
        mistakes: [
          { value: rounding(Math.round), says: 'the source places are rounded to the nearest whole number; the rule rounds down' },
          { value: rounding(Math.ceil), says: 'the source places are rounded up; the rule rounds down' },
          { value: () => pick(image, places(height, (i) => Math.floor(i * (h - 1) / (height - 1))), places(width, (j) => Math.floor(j * (w - 1) / (width - 1)))), says: 'the last pixel of the result shows the last pixel of the source: that is the rule of aligned corners' },
          { value: () => pick(image, places(height, (i) => i % h), places(width, (j) => j % w)), says: 'the image is tiled or cropped, not resized' },
          { value: () => image.reshape(2, -1).indexSelect(1, torch.arange(height * width)).reshape(2, height, width), says: 'the pixels are in the order of the memory: the rows have come apart' },
        ],
      });
    }
  });

  claim('normalize(mean, std) subtracts mean[c] from channel c and divides it by std[c]', ({ attempt, expect }) => {
    const { mean, std } = options;
    for (const [h, w] of [[2, 5], [2, 3], [3, 1]] as const) { // a width of 3 is equal to the number of channels
      const image = torch.randn(3, h, w);
      expect(attempt.normalize(mean, std)(image.clone()), { name: `normalize(mean, std) of an image (3, ${h}, ${w})`, inputs: { mean, std, image } }).toBeClose(normalized(image, mean, std), {
        mistakes: [
          { value: () => image.sub(column(mean, [3])).div(column(std, [3])), says: 'the numbers went along the width, not along the channels' },
          { value: () => image.sub(column(mean)).mul(column(std)), says: 'the image is multiplied by std' },
          { value: () => image.sub(column(mean)), says: 'std is not used' },
          { value: () => image.div(column(std)).sub(column(mean)), says: 'the order is reversed: subtract first, then divide' },
          { value: () => image.sub(mean[0]).div(std[0]), says: 'all channels got the numbers of channel 0' },
          { value: () => image.sub(image.mean([1, 2], true)).div(image.std([1, 2], { keepdim: true })), says: 'the image is normalized by its own mean and deviation; use the numbers that are given' },
        ],
      });
    }
  });

  claim('randomHorizontalFlip(1) exchanges left and right, and randomHorizontalFlip(0) changes nothing', ({ attempt, expect }) => {
    for (let i = 0; i < 5; i++) {
      const image = torch.randn(2, 3, 4);
      expect(attempt.randomHorizontalFlip(1)(image.clone()), { name: 'randomHorizontalFlip(1)(image)', inputs: { image } }).toBeClose(mirrored(image), {
        mistakes: [
          { value: () => image, says: 'the image is not flipped; with p = 1 it always is' },
          { value: () => image.flip([1]), says: 'top and bottom are exchanged' },
          { value: () => image.flip([0]), says: 'the channels are reversed: dimension 0 is C' },
        ],
      });
      expect(attempt.randomHorizontalFlip(0)(image.clone()), { name: 'randomHorizontalFlip(0)(image)', inputs: { image } }).toBeClose(image, {
        mistakes: [{ value: () => mirrored(image), says: 'the image is flipped; with p = 0 it never is' }],
      });
    }
  });

  claim('the flip happens with probability p, decided at each call by the generator of torch', ({ attempt, expect, seed }) => {
    const image = torch.randn(1, 1, 2), corner = mirrored(image).at(0, 0, 0).item();
    const flips = (flip: (image: Tensor) => Tensor): boolean[] => {
      torch.manualSeed(seed);
      return Array.from({ length: 300 }, () => flip(image.clone()).at(0, 0, 0).item() === corner);
    };
    for (const p of [0.2, 0.7]) {
      const flip = attempt.randomHorizontalFlip(p), first = flips(flip), share = first.filter(Boolean).length / 300;
      const constant = share === 0 || share === 1 ? { says: `randomHorizontalFlip(${p}) decides alike in all of 300 calls: draw in each call, not when the transform is made` } : {};
      expect(share, `the share of flips of randomHorizontalFlip(${p}) in 300 calls`).toBeGreaterThan(p - 0.15, constant);
      expect(share, `the share of flips of randomHorizontalFlip(${p}) in 300 calls`).toBeLessThan(p + 0.15, constant);
      expect(flips(flip), 'which of 300 calls flip').toEqual(first, { says: 'the same manualSeed gives other flips: the chance does not come from the generator of torch' });
    }
  });

  claim('compose applies its transforms in the order of the list', ({ attempt, expect }) => {
    const image = torch.randn(1, 2, 3), all = [(x: Tensor) => x.add(1), (x: Tensor) => x.mul(3), (x: Tensor) => x.pow(2), (x: Tensor) => x.sub(2)];
    for (const n of [4, 2, 1, 0]) {
      const list = all.slice(0, n), want = list.reduce((x, f) => f(x), image);
      expect(attempt.compose(list)(image), { name: `compose of ${n} of the transforms x + 1, x · 3, x², x - 2`, inputs: { image } }).toBeClose(want, {
        mistakes: [
          { value: () => list.reduceRight((x, f) => f(x), image), says: 'the last transform of the list is applied first' },
          { value: () => list.at(-1)!(image), says: 'every transform got the original image: each must get the result of the one before' },
        ],
      });
    }
  });

  claim('trainTransform resizes, flips about every second time, and normalizes', ({ attempt, expect }) => {
    const image = torch.randn(3, 6, 9), { size, mean, std } = options, transform = attempt.trainTransform(options);
    const plain = normalized(resized(image, ...size), mean, std), turned = mirrored(plain);
    let flips = 0;
    for (let i = 0; i < 60; i++) {
      const got = transform(image.clone()), flipped = same(got, turned);
      if (flipped) flips++;
      else {
        expect(got, 'trainTransform(options)(image) where it is not flipped').toBeClose(plain, {
          mistakes: [
            { value: () => plain.flip([1]), says: 'top and bottom are exchanged' },
            { value: () => resized(image, ...size), says: 'the image is not normalized' },
            { value: () => mirrored(resized(image, ...size)), says: 'the image is not normalized' },
          ],
        });
      }
    }
    expect(flips, 'the number of flips in 60 calls').toBeGreaterThan(9);
    expect(flips, 'the number of flips in 60 calls').toBeLessThan(51);
  });

  claim('valTransform resizes and normalizes as in training, and leaves nothing to chance', ({ attempt, expect, fail }) => {
    const { size, mean, std } = options, transform = attempt.valTransform(options);
    const seen = spy(() => Array.from({ length: 12 }, () => {
      const image = torch.zeros(3, 6, 9).add(torch.arange(162).reshape(3, 6, 9));
      return { image, got: transform(image.clone()) };
    }));
    const draws = seen.draws.map(({ name }) => name);
    if (draws.length > 0) fail({ class: 'MODE', says: 'valTransform draws random numbers', expected: 'no draws', got: draws.join(', '), diagnosis: 'validation must give the same result every time: leave the random transforms out' });
    for (const { image, got } of seen.result) {
      expect(got, 'valTransform(options)(image)').toBeClose(normalized(resized(image, ...size), mean, std), {
        mistakes: [
          { value: () => mirrored(normalized(resized(image, ...size), mean, std)), says: 'the image is flipped' },
          { value: () => resized(image, ...size), says: 'the image is not normalized: the model would see another scale than in training' },
        ],
      });
    }
  });

  claim('the transforms are functions of your own, not those of vision.transforms', ({ attempt, expect }) => {
    const own = [library.Normalize, library.RandomHorizontalFlip, library.Compose, library.Resize].map(({ prototype }) => ({ prototype, forward: prototype.forward }));
    let called = false;
    for (const { prototype, forward } of own) prototype.forward = function (this: never, image: Tensor) { called = true; return forward.call(this, image); };
    try {
      const made = { normalize: attempt.normalize([0], [1]), randomHorizontalFlip: attempt.randomHorizontalFlip(1), compose: attempt.compose([]) };
      for (const [name, transform] of Object.entries(made)) {
        transform(torch.randn(1, 2, 3));
        expect(called || transform instanceof library.Transform, `whether ${name} uses a transform of the library`).toBe(false, { says: `${name} is the transform of vision.transforms: writing it is the task` });
      }
    } finally {
      for (const { prototype, forward } of own) prototype.forward = forward;
    }
  });

  claim('no transform writes to the image that it is given', ({ attempt, expect }) => {
    const { size, mean, std } = options;
    const transforms = {
      'normalize(mean, std)': attempt.normalize(mean, std), 'resizeNearest(6, 9)': attempt.resizeNearest(6, 9), 'randomHorizontalFlip(1)': attempt.randomHorizontalFlip(1),
      'trainTransform(options)': attempt.trainTransform({ size: [6, 9], mean, std }), 'valTransform(options)': attempt.valTransform({ size, mean, std }),
    };
    for (const [name, transform] of Object.entries(transforms)) {
      const image = torch.randn(3, 6, 9), before = image.clone();
      transform(image);
      expect(image, `the image after ${name}(image)`).toBeClose(before, { as: 'MEMORY', says: `${name} changed the image it was given: the next epoch would transform it once more` });
    }
  });
});
