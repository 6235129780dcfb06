import { TorchError } from '../errors.ts';
import { isFloat } from '../tensor/dtype.ts';
import { broadcastShapes, sameShape, showShape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { warnOnce } from '../warnings.ts';
import { composite, type CompositeOperator, type Table } from './operator.ts';

/** How the losses of the elements become one number: their mean, their sum, or not at all. */
export type Reduction = 'mean' | 'sum' | 'none';
export interface ReductionOption { reduction?: Reduction }

/** Losses of `nn.functional` between two tensors of numbers, and between points. */
export interface LossFunctions {
  /** `(input - target)²`. */
  mseLoss(target: Tensor, options?: ReductionOption): Tensor;
  /** `|input - target|`. */
  l1Loss(target: Tensor, options?: ReductionOption): Tensor;
  /** `0.5 (input - target)² / beta` nearer than `beta`, `|input - target| - beta / 2` beyond. */
  smoothL1Loss(target: Tensor, options?: ReductionOption & { beta?: number }): Tensor;
  /** `0.5 (input - target)²` nearer than `delta`, `delta (|input - target| - delta / 2)` beyond. */
  huberLoss(target: Tensor, options?: ReductionOption & { delta?: number }): Tensor;
  /** `exp(input) - target * input`, or with `logInput: false` `input - target * log(input + eps)`; `full` adds Stirling's term. */
  poissonNllLoss(target: Tensor, options?: ReductionOption & { logInput?: boolean; full?: boolean; eps?: number }): Tensor;
  /** `0.5 (log(var) + (input - target)² / var)` with `var` at least `eps`; `full` adds the constant. */
  gaussianNllLoss(target: Tensor, variance: Tensor | number, options?: ReductionOption & { full?: boolean; eps?: number }): Tensor;
  /** `input` where the target is 1, `max(0, margin - input)` where it is -1. */
  hingeEmbeddingLoss(target: Tensor, options?: ReductionOption & { margin?: number }): Tensor;
  /** `log(1 + exp(-target * input))`. */
  softMarginLoss(target: Tensor, options?: ReductionOption): Tensor;
  /** `max(0, -target * (input - input2) + margin)`. */
  marginRankingLoss(input2: Tensor, target: Tensor, options?: ReductionOption & { margin?: number }): Tensor;
  /** `1 - cos` where the target is 1, `max(0, cos - margin)` where it is -1. */
  cosineEmbeddingLoss(input2: Tensor, target: Tensor, options?: ReductionOption & { margin?: number }): Tensor;
  /** The cosine of the angle between vectors along `dim`. */
  cosineSimilarity(x2: Tensor, dim?: number | { dim?: number; eps?: number }, eps?: number): Tensor;
  /** The p-norm of `x1 - x2 + eps` along the last dimension. */
  pairwiseDistance(x2: Tensor, p?: number | { p?: number; eps?: number; keepdim?: boolean }, eps?: number, keepdim?: boolean): Tensor;
  /** `max(0, d(anchor, positive) - d(anchor, negative) + margin)`. */
  tripletMarginLoss(positive: Tensor, negative: Tensor, options?: ReductionOption & { margin?: number; p?: number; eps?: number; swap?: boolean }): Tensor;
  /** `tripletMarginLoss` with a distance of one's own. */
  tripletMarginWithDistanceLoss(positive: Tensor, negative: Tensor, options?: ReductionOption & { distanceFunction?: ((a: Tensor, b: Tensor) => Tensor) | null; margin?: number; swap?: boolean }): Tensor;
}

/** Checks `reduction`; the two older arguments, where given, stand for one. */
export function reductionOf(reduction: string, sizeAverage: boolean | null = null, reduce: boolean | null = null): Reduction {
  if (sizeAverage !== null || reduce !== null) return reduce === false ? 'none' : sizeAverage === false ? 'sum' : 'mean';
  if (reduction !== 'mean' && reduction !== 'sum' && reduction !== 'none') throw new TorchError(`${reduction} is not a valid value for reduction`);
  return reduction;
}
/** Applies a reduction to the losses of the elements. */
export const reduced = (losses: Tensor, reduction: Reduction): Tensor => (reduction === 'none' ? losses : reduction === 'sum' ? losses.sum() : losses.mean());

/** The trailing parameters that most losses share, in PyTorch's order. */
export const REDUCTION = "bool? size_average=None, bool? reduce=None, str reduction='mean'";

function warnOfSizes(input: Tensor, target: Tensor): void {
  if (!sameShape(input.shape, target.shape)) warnOnce(`Using a target size (torch.Size(${showShape(target.shape)})) that is different to the input size (torch.Size(${showShape(input.shape)})). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.`);
}
/** A loss that is a function of the difference. */
const differenceLoss = (name: string, node: string | null, width: string, each: (d: Tensor, width: number) => Tensor): CompositeOperator => composite({
  schema: `${name}(Tensor input, Tensor target, ${REDUCTION}${width})`,
  ...(node ? { node } : {}),
  compose(input: Tensor, target: Tensor, sizeAverage: boolean | null, reduce: boolean | null, reduction: string, limit: number) {
    const how = reductionOf(reduction, sizeAverage, reduce);
    warnOfSizes(input, target);
    return reduced(each(input.sub(target), limit), how);
  },
});


/** A float even where the terms are integers: margins and the like are floats, whatever their values. */
const real = (x: Tensor): Tensor => (isFloat(x.dtype) ? x : x.float());
const distance = (a: Tensor, b: Tensor, eps: number): Tensor => real(a.sub(b)).add(eps);

/** A norm along a dimension, at least `eps`; the gradient is the norm's own. */
function normAtLeast(x: Tensor, dim: number, eps: number): Tensor {
  const norm = x.norm(2, dim, true);
  return norm.add(norm.detach().clamp(eps).sub(norm.detach()));
}

function sameDims(anchor: Tensor, positive: Tensor, other: Tensor): void {
  if (anchor.ndim !== positive.ndim || positive.ndim !== other.ndim) throw new TorchError(`The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor ${anchor.ndim}D, positive ${positive.ndim}D, and negative ${other.ndim}D inputs`, { operator: 'tripletMarginLoss', shapes: [anchor.shape, positive.shape, other.shape] });
}
function triplet(distance: (a: Tensor, b: Tensor) => Tensor, anchor: Tensor, positive: Tensor, other: Tensor, margin: number, swap: boolean, reduction: Reduction): Tensor {
  if (margin <= 0) throw new TorchError(`margin must be greater than 0, got ${Number.isInteger(margin) ? margin.toFixed(1) : margin}`, { operator: 'tripletMarginLoss' });
  sameDims(anchor, positive, other);
  const near = distance(anchor, positive), far = distance(anchor, other);
  return reduced(near.sub(swap ? far.minimum(distance(positive, other)) : far).add(margin).clamp(0), reduction);
}

export const losses: Table<LossFunctions> = {
  mseLoss: differenceLoss('mseLoss', 'MseLossBackward0', '', (d) => d.square()),
  l1Loss: differenceLoss('l1Loss', null, '', (d) => d.abs()),
  smoothL1Loss: differenceLoss('smoothL1Loss', 'SmoothL1LossBackward0', ', float beta=1', (d, beta) => {
    if (beta < 0) throw new TorchError('smooth_l1_loss does not support negative values for beta.', { operator: 'smoothL1Loss' });
    const size = d.abs();
    return beta === 0 ? size : d.square().mul(0.5 / beta).where(size.lt(beta), size.sub(beta / 2));
  }),
  huberLoss: differenceLoss('huberLoss', 'HuberLossBackward0', ', float delta=1', (d, delta) => {
    if (delta <= 0) throw new TorchError('huber_loss does not support non-positive values for delta.', { operator: 'huberLoss' });
    const size = d.abs();
    return d.square().mul(0.5).where(size.le(delta), size.sub(delta / 2).mul(delta));
  }),
  poissonNllLoss: composite({
    schema: "poissonNllLoss(Tensor input, Tensor target, bool log_input=True, bool full=False, bool? size_average=None, float eps=1e-08, bool? reduce=None, str reduction='mean')",
    compose(input: Tensor, target: Tensor, logInput: boolean, full: boolean, sizeAverage: boolean | null, eps: number, reduce: boolean | null, reduction: string) {
      const how = reductionOf(reduction, sizeAverage, reduce);
      const loss = logInput ? input.exp().sub(target.mul(input)) : input.sub(target.mul(input.add(eps).log()));
      if (!full) return reduced(loss, how);
      const stirling = target.mul(target.log()).sub(target).add(target.mul(2 * Math.PI).log().mul(0.5));
      return reduced(loss.add(stirling.maskedFill(target.le(1), 0)), how);
    },
  }),
  gaussianNllLoss: composite({
    schema: "gaussianNllLoss(Tensor input, Tensor target, Operand var, *, bool full=False, float eps=1e-06, str reduction='mean')",
    compose(input: Tensor, target: Tensor, given: Tensor | number, full: boolean, eps: number, reduction: string) {
      let variance = given instanceof Tensor ? given : input.newFull([...input.shape], given);
      if (!sameShape(variance.shape, input.shape)) {
        const lead = input.shape.slice(0, -1);
        if (sameShape(lead, variance.shape)) variance = variance.unsqueeze(-1);
        else if (variance.ndim !== input.ndim || variance.shape.some((n, d) => n !== 1 && n !== input.shape[d])) throw new TorchError('var is of incorrect size', { operator: 'gaussianNllLoss', shapes: [input.shape, variance.shape] });
      }
      const how = reductionOf(reduction);
      if (variance.lt(0).any().item()) throw new TorchError('var has negative entry/entries', { operator: 'gaussianNllLoss' });
      // The limit changes the value, not the gradient.
      const limited = variance.add(variance.detach().clamp(eps).sub(variance.detach()));
      const loss = limited.log().add(input.sub(target).square().div(limited)).mul(0.5);
      return reduced(full ? loss.add(0.5 * Math.log(2 * Math.PI)) : loss, how);
    },
  }),
  hingeEmbeddingLoss: composite({
    schema: `hingeEmbeddingLoss(Tensor input, Tensor target, float margin=1, ${REDUCTION})`,
    compose(input: Tensor, target: Tensor, margin: number, sizeAverage: boolean | null, reduce: boolean | null, reduction: string) {
      const far = input.rsub(margin).clamp(0);
      return reduced(far.maskedFill(target.eq(1), 0).add(input.maskedFill(target.eq(-1), 0)), reductionOf(reduction, sizeAverage, reduce));
    },
  }),
  softMarginLoss: composite({
    schema: `softMarginLoss(Tensor input, Tensor target, ${REDUCTION})`,
    node: 'SoftMarginLossBackward0',
    compose: (input: Tensor, target: Tensor, sizeAverage: boolean | null, reduce: boolean | null, reduction: string) => {
      const how = reductionOf(reduction, sizeAverage, reduce), z = input.mul(target).neg();
      // log(1 + e^z) from the side on which the exponential is small.
      return reduced(z.relu().add(z.abs().neg().exp().log1p()), how);
    },
  }),
  marginRankingLoss: composite({
    schema: `marginRankingLoss(Tensor input1, Tensor input2, Tensor target, float margin=0, ${REDUCTION})`,
    compose(input1: Tensor, input2: Tensor, target: Tensor, margin: number, sizeAverage: boolean | null, reduce: boolean | null, reduction: string) {
      const how = reductionOf(reduction, sizeAverage, reduce), size = (t: Tensor): string => `torch.Size(${showShape(t.shape)})`;
      if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim) throw new TorchError(`margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ${size(input1)}, input2: ${size(input2)}, target: ${size(target)} `, { operator: 'marginRankingLoss', shapes: [input1.shape, input2.shape, target.shape] });
      return reduced(real(target.neg().mul(input1.sub(input2))).add(margin).clamp(0), how);
    },
  }),
  cosineEmbeddingLoss: composite({
    schema: `cosineEmbeddingLoss(Tensor input1, Tensor input2, Tensor target, float margin=0, ${REDUCTION})`,
    compose(a: Tensor, b: Tensor, target: Tensor, margin: number, sizeAverage: boolean | null, reduce: boolean | null, reduction: string) {
      if (target.ndim > 1) throw new TorchError('0D or 1D target tensor expected, multi-target not supported', { operator: 'cosineEmbeddingLoss', shapes: [target.shape] });
      if (a.ndim !== target.ndim + 1 || b.ndim !== target.ndim + 1) throw new TorchError(`${target.ndim}D target tensor expects ${target.ndim + 1}D input tensors, but found inputs with sizes ${showShape(a.shape)} and ${showShape(b.shape)}.`, { operator: 'cosineEmbeddingLoss', shapes: [a.shape, b.shape, target.shape] });
      const length = (x: Tensor): Tensor => x.mul(x).sum(target.ndim).add(1e-12);
      const cos = a.mul(b).sum(target.ndim).div(length(a).mul(length(b)).sqrt());
      const loss = cos.neg().add(1).maskedFill(target.ne(1), 0).add(cos.sub(margin).clamp(0).maskedFill(target.ne(-1), 0));
      return reduced(loss, reductionOf(reduction, sizeAverage, reduce));
    },
  }),
  cosineSimilarity: composite({
    schema: 'cosineSimilarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08)',
    compose(a: Tensor, b: Tensor, dim: number, eps: number) {
      for (const x of [a, b]) if (!isFloat(x.dtype)) throw new TorchError(`expected common dtype to be floating point, yet common dtype is ${x.dtype}`, { operator: 'cosineSimilarity', dtypes: [a.dtype, b.dtype] });
      const unit = (x: Tensor): Tensor => x.div(normAtLeast(x, dim, eps));
      // Broadcast first: `dim` counts the dimensions of both, and repeated elements count in the lengths.
      const shape = [...broadcastShapes(a.shape, b.shape, 'cosineSimilarity')];
      return unit(a.expand(shape)).mul(unit(b.expand(shape))).sum(dim);
    },
  }),
  pairwiseDistance: composite({
    schema: 'pairwiseDistance(Tensor x1, Tensor x2, float p=2, float eps=1e-06, bool keepdim=False)',
    compose: (a: Tensor, b: Tensor, p: number, eps: number, keepdim: boolean) => distance(a, b, eps).norm(p, -1, keepdim),
  }),
  tripletMarginLoss: composite({
    schema: `tripletMarginLoss(Tensor anchor, Tensor positive, Tensor negative, float margin=1, float p=2, float eps=1e-06, bool swap=False, ${REDUCTION})`,
    compose(anchor: Tensor, positive: Tensor, other: Tensor, margin: number, p: number, eps: number, swap: boolean, sizeAverage: boolean | null, reduce: boolean | null, reduction: string) {
      const how = reductionOf(reduction, sizeAverage, reduce);
      return triplet((a, b) => distance(a, b, eps).norm(p, -1), anchor, positive, other, margin, swap, how);
    },
  }),
  tripletMarginWithDistanceLoss: composite({
    schema: "tripletMarginWithDistanceLoss(Tensor anchor, Tensor positive, Tensor negative, *, any distance_function=None, float margin=1, bool swap=False, str reduction='mean')",
    compose(anchor: Tensor, positive: Tensor, other: Tensor, distance: ((a: Tensor, b: Tensor) => Tensor) | null, margin: number, swap: boolean, reduction: string) {
      return triplet(distance ?? ((a, b) => a.sub(b).add(1e-6).norm(2, -1)), anchor, positive, other, margin, swap, reductionOf(reduction));
    },
  }),
};
