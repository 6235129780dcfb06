/**
 * 01.3 · Transforms
 *
 * Goal: build the functions that an image passes on its way into a model, chain them, and make two chains: a random one
 * for training and a fixed one for validation.
 *
 * Why it matters: a model sees only what the transforms let through. Random flips give it more variety to learn from,
 * and normalization brings all channels to one scale. Validation must do without the random part: there it would blur
 * what you measure, and two runs over the same data would disagree. It must keep the fixed part, for a model trained on
 * normalized images is lost on raw ones.
 *
 * All images here are float32 of shape [C, H, W]. A transform gives a result and leaves the image it got as it was.
 * Write them yourself, without `vision.transforms` and `interpolate`.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

export type Transform = (image: Tensor) => Tensor;

/** One transform that applies all of `transforms`, the first of the list first. An empty list changes nothing. */
export function compose(transforms: readonly Transform[]): Transform {
  throw todo();
}

/**
 * Resizes to [C, height, width] by copying the nearest source pixel: pixel (i, j) of the result is the source pixel
 * (⌊i · H / height⌋, ⌊j · W / width⌋). This is the rule of PyTorch's mode `nearest`.
 */
export function resizeNearest(height: number, width: number): Transform {
  throw todo();
}

/** Subtracts `mean[c]` from channel c and divides it by `std[c]`. Both lists have C numbers. */
export function normalize(mean: readonly number[], std: readonly number[]): Transform {
  throw todo();
}

/** With probability `p`, decided anew at each call by torch's generator, exchanges left and right; otherwise changes nothing. */
export function randomHorizontalFlip(p: number): Transform {
  throw todo();
}

/** What both pipelines do to an image. */
export interface PipelineOptions {
  size: readonly [height: number, width: number];
  mean: readonly number[];
  std: readonly number[];
}

/** For training: resize, flip with probability 1/2, normalize. */
export function trainTransform(options: PipelineOptions): Transform {
  throw todo();
}

/** For validation: the same without chance. It draws no random numbers. */
export function valTransform(options: PipelineOptions): Transform {
  throw todo();
}
