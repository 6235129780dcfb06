// claim: pixel (i, j) of the resized image is the source pixel (⌊i · H / h⌋, ⌊j · W / w⌋)
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';

export type Transform = (image: Tensor) => Tensor;

export function compose(transforms: readonly Transform[]): Transform {
  return (image) => transforms.reduce((result, transform) => transform(result), image);
}

/** For each of `to` places, the nearest of `from` places. */
function nearest(from: number, to: number): Tensor {
  return torch.linspace(0, from - 1, to).long();
}

export function resizeNearest(height: number, width: number): Transform {
  return (image) => {
    const [, h, w] = image.shape;
    return image.indexSelect(1, nearest(h, height)).indexSelect(2, nearest(w, width));
  };
}

export function normalize(mean: readonly number[], std: readonly number[]): Transform {
  // [C, 1, 1], so that they meet the channels; as [C] they would broadcast along the width.
  const perChannel = (values: readonly number[]): Tensor => torch.tensor(values).reshape(-1, 1, 1);
  const [shift, scale] = [perChannel(mean), perChannel(std)];
  return (image) => image.sub(shift).div(scale);
}

export function randomHorizontalFlip(p: number): Transform {
  // rand is in [0, 1): p = 0 never flips, p = 1 always does.
  return (image) => (torch.rand(1).lt(p).item() ? image.flip(2) : image);
}

export interface PipelineOptions {
  size: readonly [height: number, width: number];
  mean: readonly number[];
  std: readonly number[];
}

export function trainTransform({ size, mean, std }: PipelineOptions): Transform {
  return compose([resizeNearest(...size), randomHorizontalFlip(0.5), normalize(mean, std)]);
}

export function valTransform({ size, mean, std }: PipelineOptions): Transform {
  return compose([resizeNearest(...size), normalize(mean, std)]);
}
