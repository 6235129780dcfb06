/**
 * 02.6 · Shared or cloned: k blocks of their own
 *
 * Goal: repeat a block k times in such a way that each copy has weights of its own.
 *
 * Implement two functions, both of which return an `nn.ModuleList` of `count` blocks:
 * - `freshBlocks` calls `make`, which builds one block with random weights, so that the blocks share nothing and start
 *   differently from each other. (The usual case: layers of a deep network.)
 * - `clonedBlocks` gets one block and returns copies that all start with its values and share nothing with it or with
 *   each other: training one leaves the others as they are. The block itself is not in the list and stays untouched.
 *   (For an averaged copy, a target network, or an ensemble that begins at the same point.)
 *
 * Why it matters: a list that is filled with one block looks like a deep network, runs like one, and has the parameters
 * of one layer. A list of copies looks right as well, but layers that begin with equal weights are not what a paper
 * means by "twelve layers". Sharing can be wanted (tied embeddings, recurrent depth); it should never happen by accident.
 *
 * Read first: README.md in this folder.
 */
import * as torch from '@track/engine';
import { nn } from '@track/engine';
import { todo } from '@track/grader';

/** `count` blocks built by `make`, each with initial values of its own. */
export function freshBlocks(make: () => nn.Module, count: number): nn.ModuleList {
  throw todo();
}

/** `count` independent copies of `block`, which start with its values. */
export function clonedBlocks(block: nn.Module, count: number): nn.ModuleList {
  throw todo();
}
