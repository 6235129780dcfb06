/**
 * 02.3 · Encoder, Decoder, FullModel: a model made of models
 *
 * Goal: build a model out of two smaller ones, each of which can be called, saved and replaced by itself.
 *
 * Implement three classes:
 * - `Encoder`: one linear layer with bias, `fc`, followed by a ReLU.
 * - `Decoder`: one linear layer with bias, `fc`, and nothing after it.
 * - `FullModel`: creates one `Encoder` and one `Decoder`, keeps them as `encoder` and `decoder`, and sends its input
 *   through the first and then the second. It owns no layer besides these.
 *
 *     x                float32 [N, dimIn]
 *     model.encoder(x) float32 [N, dimHidden]
 *     model(x)         float32 [N, dimOut]      e.g. [4, 2] for four samples and two outputs
 *
 * Why it matters: real models are trees of modules. The names in a checkpoint are the paths in that tree
 * (`encoder.fc.weight`), so the tree decides which weights can be loaded, frozen or exchanged. An encoder that was
 * trained once serves many decoders, as long as the outer model really goes through `this.encoder`.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** Features of an input: linear layer `fc`, then ReLU. */
export class Encoder extends nn.Module {
  fc: nn.Linear;

  constructor(dimIn: number, dimHidden: number) {
    super();
    throw todo();
  }

  /** [N, dimIn] → [N, dimHidden], nowhere negative. */
  forward(x: Tensor): Tensor {
    throw todo();
  }
}

/** Outputs from features: linear layer `fc`. */
export class Decoder extends nn.Module {
  fc: nn.Linear;

  constructor(dimHidden: number, dimOut: number) {
    super();
    throw todo();
  }

  /** [N, dimHidden] → [N, dimOut]. */
  forward(features: Tensor): Tensor {
    throw todo();
  }
}

/** The encoder, then the decoder. */
export class FullModel extends nn.Module {
  encoder: Encoder;
  decoder: Decoder;

  constructor(dimIn: number, dimHidden: number, dimOut: number) {
    super();
    throw todo();
  }

  /** [N, dimIn] → [N, dimOut]. */
  forward(x: Tensor): Tensor {
    throw todo();
  }
}
