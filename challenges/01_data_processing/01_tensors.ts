/**
 * 01.1 · Batches of tensors
 *
 * Goal: choose a device, allocate a batch, join tensors along an existing dimension and along a new one, and give a
 * feature map extra channels that carry a condition.
 *
 * Why it matters: image models read batches in the layout (N, C, H, W). Skip connections join two feature maps channel
 * by channel. Diffusion models and conditional generators tell every pixel about the class or the time step by adding
 * channels that are constant over the image. All of these have twins of the same shape that mix up samples or lose the
 * condition, and training on them raises no error.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import type { Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** The device to train on: `'cuda'` if there is a CUDA device, else `'cpu'`. By default the machine is asked. */
export function getDevice(hasCuda: boolean = torch.cuda.isAvailable()): string {
  throw todo();
}

/** A new float32 batch of shape [batch, channels, height, width] on `device`, filled with zeros. */
export function createBatchTensor(batch: number, channels: number, height: number, width: number, device: string = 'cpu'): Tensor {
  throw todo();
}

/** Joins `a` [N, Ca, H, W] and `b` [N, Cb, H, W] to [N, Ca + Cb, H, W]: first the channels of `a`, then those of `b`. */
export function concatAlongChannels(a: Tensor, b: Tensor): Tensor {
  throw todo();
}

/**
 * Gives every pixel its sample's condition. For `features` [N, C, H, W] and `condition` [N, D] the result has shape
 * [N, C + D, H, W]: the C channels of `features`, then D channels, of which channel C + d of sample n is filled with
 * `condition[n, d]`. Gradients reach both inputs. It is an error if the two have different N, also when one of them is 1.
 */
export function conditionToFeatureMap(features: Tensor, condition: Tensor): Tensor {
  throw todo();
}

/** K batches of one shape [N, ...] as one tensor [K, N, ...], in which entry k is batch k. */
export function stackBatches(batches: readonly Tensor[]): Tensor {
  throw todo();
}
