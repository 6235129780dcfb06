/**
 * 02.4 · FiLM: a condition that scales and shifts
 *
 * Goal: let a condition steer a feature map, channel by channel, by a scale and a shift that are computed from it.
 *
 * Implement the class `FiLM` (feature-wise linear modulation):
 * - two linear layers with bias, `gamma` and `beta`, each from the condition to one number a channel;
 * - `forward` multiplies each channel of `h` by its entry of gamma(c) and adds its entry of beta(c). Every position of a
 *   channel gets the same scale and shift, every sample its own.
 *
 *     h       float32 [N, F, H, W]
 *     c       float32 [N, dimC]
 *     result  float32 [N, F, H, W]
 *
 * Why it matters: appended to the features, a condition can only add something to what comes next. A scale can switch a
 * channel off, turn it round, or let it through, so that one network behaves like a different one for each condition.
 * Diffusion models are told the time step in this way, and style transfer the style. The two layers have different
 * jobs: one that serves for both ties the shift to the scale, and the model loses half of its freedom without any error.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** Scales and shifts the channels of a feature map by what it makes of a condition. */
export class FiLM extends nn.Module {
  gamma: nn.Linear;
  beta: nn.Linear;

  constructor(dimC: number, channels: number) {
    super();
    throw todo();
  }

  /** `h` of shape [N, F, H, W] and `c` of shape [N, dimC] give [N, F, H, W]. */
  forward(h: Tensor, c: Tensor): Tensor {
    throw todo();
  }
}
