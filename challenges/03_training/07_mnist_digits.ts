/**
 * 03.7 · Read handwritten digits
 *
 * Goal: build a first real network from end to end, with your own dataset, your own model and your own training loop,
 * and have it read at least 95% of digits that it has never seen.
 *
 * Implement
 * - `DigitDataset`: images uint8 [N, 28, 28] (0 is paper, 255 is ink) and labels int64 [N] as samples. Sample i is a
 *   pair: the image as float32 [1, 28, 28], normalized, and its label as int64 []. To normalize, bring the pixels to
 *   0…1, subtract MEAN and divide by STD; both were measured on pixels in 0…1.
 * - `DigitNet`: images float32 [B, 1, 28, 28] to logits float32 [B, 10].
 * - `trainDigits`: trains a new DigitNet on all the images for several epochs, with `trainOneEpoch` of 03/01 (your own
 *   file runs here). It reports each epoch as it ends, and gives the model and the list of the epochs' losses.
 * - `classify`: what a finished model is for. Raw images uint8 [N, 28, 28] in, classes int64 [N] out, each from 0 to 9.
 *   The model sees them as it saw the training images, in evaluation mode, and no graph is recorded.
 *
 * The digits come as such data often does: sorted by class, all of one digit before the next. And so that only what is
 * learned from the images you are given counts, the check deals the class numbers anew in each run: the shape of a
 * seven may be class 2. Training gets 8,000 digits of MNIST and may take 15 seconds; 2,000 others are kept back.
 *
 * How large a model? One hidden layer of 128 stops just short of 95%. A convolution, which slides small filters over
 * the image, gets there in seconds: `new nn.Conv2d(1, 16, 5, { stride: 2 })` makes [B, 1, 28, 28] to [B, 16, 12, 12],
 * and `F.maxPool2d(x, 2)` halves height and width. A hidden layer of 256, trained for longer, does it as well.
 *
 * Why it matters: this is the shape of every training job, only smaller. Most of what goes wrong in large ones goes
 * wrong here too: data in an unlucky order, images prepared in one way for training and in another way for use, and a
 * score that was measured on what the model had already seen.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import { nn, optim, utils, type Tensor } from '@track/engine';
import { todo } from '@track/grader';
import { trainOneEpoch } from './01_train_one_epoch.ts';

/** Mean and standard deviation of MNIST's pixels, on the scale from 0 to 1. */
export const MEAN = 0.1307;
export const STD = 0.3081;

/** Digits as samples `[image, label]`. */
export class DigitDataset implements utils.data.Dataset<[Tensor, Tensor]> {
  /** `images` is uint8 [N, 28, 28] and stays as it is; `labels` is int64 [N]. */
  constructor(images: Tensor, labels: Tensor) {
    throw todo();
  }

  /** How many samples there are. */
  get length(): number {
    throw todo();
  }

  /** The normalized image, float32 [1, 28, 28], and the label, int64 []. */
  getItem(index: number): [Tensor, Tensor] {
    throw todo();
  }
}

/** Ten logits for each image. */
export class DigitNet extends nn.Module {
  constructor() {
    super();
    throw todo();
  }

  /** Images float32 [B, 1, 28, 28] to logits float32 [B, 10]. */
  forward(images: Tensor): Tensor {
    throw todo();
  }
}

/** What training gives: the model, and the loss of each epoch. */
export interface Trained {
  model: DigitNet;
  losses: number[];
}

/**
 * Trains a new model on images uint8 [N, 28, 28] and labels int64 [N].
 *
 * @param onEpoch to be called at the end of each epoch: its number from 1, how many there will be, and its loss. It
 *   moves the progress bar.
 */
export async function trainDigits(
  images: Tensor, labels: Tensor, onEpoch: (epoch: number, epochs: number, loss: number) => void,
): Promise<Trained> {
  throw todo();
}

/** The most likely class, int64 [N], of each raw image, uint8 [N, 28, 28]. */
export function classify(model: nn.Module, images: Tensor): Tensor {
  throw todo();
}
