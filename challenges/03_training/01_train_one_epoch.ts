/**
 * 03.1 · Train one epoch
 *
 * Goal: write the loop that every training program runs: each batch of the loader goes through the model once, the
 * loss is differentiated, and the optimizer takes one step.
 *
 * Implement `trainOneEpoch`. For each batch `[x, y]` of the loader:
 * - the model is in training mode (the caller may have left it in evaluation mode),
 * - x and y are moved to `device`; the model is there already and stays there,
 * - gradients that are there already are cleared before `backward` (also for the first batch: the caller may have left
 *   some), the loss is `lossFn(prediction, y)`, and the optimizer steps once.
 * The result is a plain number: the mean loss over all samples of the epoch. `lossFn` gives the mean over a batch, and
 * the last batch may be smaller than the others, so a sample in a small batch must not count for more than any other.
 *
 * Shapes: x is [B, ...] and y is [B, ...], with the same B; B may differ from batch to batch. What model and lossFn
 * expect of them is the caller's business.
 *
 * Why it matters: most programs that train are this loop with something around it, and each of its lines can be left
 * out without an error. Without clearing, gradients add up over batches; in evaluation mode, dropout does nothing and
 * batch norm learns no statistics; a mean of batch means reports a loss that depends on how the data was cut. The loss
 * goes down in all these cases, only not as far as it could. Later exercises run your function, so it should be right.
 *
 * Read first: README.md in this folder.
 */
import type { Tensor, nn, optim } from '@track/engine';
import { todo } from '@track/grader';

/**
 * Trains `model` on each batch of `loader` once and returns the mean loss over all samples.
 *
 * @param loader gives batches `[x, y]`, on any device; go through it with `for await`
 * @param device where the model is: 'cpu', 'cuda:0', 'sim:0' (the cpu under another name, to practise with)
 */
export async function trainOneEpoch(
  model: nn.Module, loader: AsyncIterable<[Tensor, Tensor]>, lossFn: nn.Module, optimizer: optim.Optimizer, device: string,
): Promise<number> {
  throw todo();
}
