/**
 * 02.5 · What a module owns: lists of layers, and buffers
 *
 * Goal: build a network whose number of layers is an argument, with a tensor that belongs to the model but is not
 * learned, so that the optimizer finds every weight and a checkpoint holds everything.
 *
 * Implement the class `DeepMLP`:
 * - a list of `depth` linear layers with bias, registered under the name `layers`: the first maps dimIn to dimHidden,
 *   the others dimHidden to dimHidden. A ReLU follows each of them.
 * - a linear layer `head` with bias, dimHidden to dimOut, with nothing after it.
 * - a buffer `mean` of shape [dimIn], given to the constructor: `forward` subtracts it from the input before the first
 *   layer. It is saved and moved with the model, and it is not a parameter.
 *
 *     x       float32 [N, dimIn]
 *     mean    float32 [dimIn]
 *     result  float32 [N, dimOut]
 *
 * The names of the parameters are layers.0.weight, layers.0.bias, layers.1.weight, …, head.weight, head.bias.
 *
 * Why it matters: an optimizer is given `model.parameters()`. A layer that is not found there keeps its random weights
 * for ever, without any error; the rest of the model learns around it. A statistic that is not in the state dict is lost
 * when the model is saved, and the loaded model computes something else. Both bugs show only as a model that is a
 * little worse than it should be.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import { nn, type Tensor } from '@track/engine';
import { todo } from '@track/grader';

/** `depth` hidden layers with ReLU on the centered input, then a linear head. Declare the properties that you need. */
export class DeepMLP extends nn.Module {
  constructor(dimIn: number, dimHidden: number, depth: number, dimOut: number, mean: Tensor) {
    super();
    throw todo();
  }

  /** [N, dimIn] → [N, dimOut]. */
  forward(x: Tensor): Tensor {
    throw todo();
  }
}
