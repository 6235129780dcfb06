/**
 * 05.2 · Backbone and head
 *
 * Goal: split a classifier into a part that makes features and a part that decides, so that the deciding part can be
 * exchanged while the features stay what they are.
 *
 * Implement two classes:
 * - `Backbone`: flattens each image, then one linear layer with bias, `fc`, then a ReLU. Images come as
 *   [N, C, H, W] and are flattened in that order; `dimIn` is C·H·W.
 * - `BackboneHead`: keeps a `Backbone` as `backbone` and a linear layer with bias as `head`; its result is the logits
 *   that the head makes of the features. Its method `replaceHead` puts a new head, with random weights, for another
 *   number of classes in the place of the old one: on the device on which the model is, and without touching the
 *   backbone.
 *
 *     x                  float32 [N, C, H, W]
 *     model.backbone(x)  float32 [N, dimFeatures]   nowhere negative
 *     model(x)           float32 [N, numClasses]    e.g. [4, 5] for four images and five classes
 *
 * Why it matters: this is the shape of almost every classifier in use. A backbone that was trained for weeks on millions
 * of images is downloaded, its head is thrown away, and a new one is trained on a few hundred images of your own. That
 * works only if the cut is clean: nothing of the old task inside the backbone, nothing of the images inside the head.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** Features of images: flatten, linear layer `fc`, ReLU. */
export class Backbone extends nn.Module {
  fc: nn.Linear;

  constructor(dimIn: number, dimFeatures: number) {
    super();
    throw todo();
  }

  /** [N, C, H, W] with C·H·W = dimIn → [N, dimFeatures]. */
  forward(x: Tensor): Tensor {
    throw todo();
  }
}

/** A backbone, and a linear head on its features. */
export class BackboneHead extends nn.Module {
  backbone: Backbone;
  head: nn.Linear;

  constructor(dimIn: number, dimFeatures: number, numClasses: number) {
    super();
    throw todo();
  }

  /** [N, C, H, W] → logits [N, numClasses]. */
  forward(x: Tensor): Tensor {
    throw todo();
  }

  /** Puts a new head for `numClasses` classes in the place of the old one. */
  replaceHead(numClasses: number): void {
    throw todo();
  }
}
