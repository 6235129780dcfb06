import { heap } from '../cpu/heap.ts';
import { castElements, dense, denseAs } from '../cpu/copy.ts';
import { mapElements, workDType } from '../cpu/pointwise.ts';
import { TorchError } from '../errors.ts';
import { isFloat, scalarTypeName } from '../tensor/dtype.ts';
import { numelOf, sameShape, showShape } from '../tensor/layout.ts';
import { Tensor } from '../tensor/tensor.ts';
import { warnOnce } from '../warnings.ts';
import { functions } from './install.ts';
import { reduced, reductionOf, REDUCTION, type Reduction, type ReductionOption } from './loss.ts';
import { core, type CoreOps } from './activation.ts';
import { composite, kernel, type Table } from './operator.ts';
import type { Functions } from './signatures.ts';
import { fillWith } from './write.ts';

export interface WeightOption { weight?: Tensor | null }

/** Losses of `nn.functional` for classes and probabilities. */
export interface ClassLossFunctions {
  /**
   * `-log softmax(input)[target]`. `input` holds scores, [C], [N, C] or [N, C, d…]; `target` class indices of the same
   * shape without C (int64), or probabilities of the shape of `input`.
   */
  crossEntropy(target: Tensor, options?: ReductionOption & WeightOption & { ignoreIndex?: number; labelSmoothing?: number }): Tensor;
  /** `-input[target]` for log-probabilities [C], [N, C] or [N, C, d…] and class indices. */
  nllLoss(target: Tensor, options?: ReductionOption & WeightOption & { ignoreIndex?: number }): Tensor;
  /** `-(target log(input) + (1 - target) log(1 - input))` for probabilities; logarithms are at least -100. */
  binaryCrossEntropy(target: Tensor, options?: ReductionOption & WeightOption): Tensor;
  /** `binaryCrossEntropy(sigmoid(input), target)` without overflow; `posWeight` weighs the positive class. */
  binaryCrossEntropyWithLogits(target: Tensor, options?: ReductionOption & WeightOption & { posWeight?: Tensor | null }): Tensor;
  /** `target (log(target) - input)` for log-probabilities `input`; `batchmean` divides the sum by the batch's size. */
  klDiv(target: Tensor, options?: { reduction?: Reduction | 'batchmean'; logTarget?: boolean }): Tensor;
  /** Mean over classes of `max(0, margin - input[target] + input[j]) ** p`, j not the target. */
  multiMarginLoss(target: Tensor, options?: ReductionOption & WeightOption & { p?: number; margin?: number }): Tensor;
  /** The same for several targets in each row, ended by -1. */
  multilabelMarginLoss(target: Tensor, options?: ReductionOption): Tensor;
  /** Mean over classes of the binary cross entropy of scores. */
  multilabelSoftMarginLoss(target: Tensor, options?: ReductionOption & WeightOption): Tensor;
}

interface NllAttrs { ignoreIndex: number; reduction: Reduction }
/** [N, C, L]: samples, classes, and the places that follow the class dimension. */
const sizes = (shape: readonly number[]): [n: number, c: number, l: number] => (shape.length === 1 ? [1, shape[0], 1] : [shape[0], shape[1], numelOf(shape.slice(2))]);

/** Calls `visit(place of the class's score, class, place of the target)` for each target that is not ignored. */
function eachTarget(shape: readonly number[], target: Tensor, ignoreIndex: number, visit: (at: number, label: number, i: number) => void): void {
  const [n, c, l] = sizes(shape), words = dense(target).ptr / 4;
  for (let s = 0, i = 0; s < n; s++) {
    for (let p = 0; p < l; p++, i++) {
      const label = heap.i32[words + 2 * i + 1] * 4294967296 + heap.u32[words + 2 * i];
      if (label === ignoreIndex) continue;
      if (label < 0 || label >= c) throw new TorchError(`Target ${label} is out of bounds.`, { operator: 'nllLoss', shapes: [shape, target.shape] });
      visit((s * c + label) * l + p, label, i);
    }
  }
}
type Numbers = Float32Array | Float64Array;
/** The values as numbers, whatever the dtype. */
const values = (t: Tensor): Numbers => denseAs(t, workDType(t.dtype)).window() as Numbers;
const outShape = (target: Tensor, reduction: Reduction): readonly number[] => (reduction === 'none' ? target.shape : []);

interface NllOps {
  nllLoss(target: Tensor, weight: Tensor | null, ignoreIndex: number, reduction: Reduction): Tensor[];
  nllLossBackward(like: Tensor, target: Tensor, weight: Tensor | null, total: Tensor, ignoreIndex: number, reduction: Reduction): Tensor;
}
// Each is the other's transpose, and so the other's gradient.
const nll: Functions<NllOps> = functions<NllOps>({
  nllLoss: kernel<NllAttrs>({
    schema: 'nllLoss(Tensor input, Tensor target, Tensor? weight, int ignore_index, str reduction)',
    meta([x, target], { reduction }) {
      const { dtype } = x as Tensor;
      return [{ shape: outShape(target as Tensor, reduction), dtype }, { shape: [], dtype }];
    },
    cpu([out, total], [x, target, weight], { ignoreIndex, reduction }) {
      const input = x as Tensor, v = values(input), w = weight === null ? null : values(weight as Tensor);
      let sum = 0, weights = 0;
      const each = reduction !== 'none' ? null : out.dtype === 'float64' ? out : Tensor.allocate(out.shape, 'float64', out.device), to = each?.window() as Float64Array | undefined;
      to?.fill(0);
      eachTarget(input.shape, target as Tensor, ignoreIndex, (at, label, i) => {
        const scale = w === null ? 1 : w[label];
        weights += scale;
        if (to) to[i] = -scale * v[at]; else sum -= scale * v[at];
      });
      if (each && each !== out) castElements('float64', each.ptr, out.dtype, out.ptr, out.count);
      else if (!each) fillWith(out, reduction === 'mean' ? sum / weights : sum);
      fillWith(total, weights);
    },
    saves: { x: [1, 2], y: [1] },
    grad: (g, { x: [, target, weight], y, inputs, attrs }) => [nll.nllLossBackward(g, g.newEmpty([...inputs[0]!.shape]), target, weight, y[1], attrs.ignoreIndex, attrs.reduction), null, null],
  }),
  nllLossBackward: kernel<NllAttrs>({
    schema: 'nllLossBackward(Tensor grad_output, Tensor like, Tensor target, Tensor? weight, Tensor total, int ignore_index, str reduction)',
    meta: ([g, like]) => ({ shape: (like as Tensor).shape, dtype: (g as Tensor).dtype }),
    cpu([out], [g, , target, weight, total], { ignoreIndex, reduction }) {
      const w = weight === null ? null : values(weight as Tensor), from = values(g as Tensor), scale = reduction === 'mean' ? -1 / Number((total as Tensor).item()) : -1;
      const work = workDType(out.dtype), tmp = work === out.dtype ? out : Tensor.allocate(out.shape, work, out.device), to = tmp.window() as Numbers;
      to.fill(0);
      eachTarget(out.shape, target as Tensor, ignoreIndex, (at, label, i) => { to[at] = scale * (w === null ? 1 : w[label]) * from[reduction === 'none' ? i : 0]; });
      if (tmp !== out) castElements(work, tmp.ptr, out.dtype, out.ptr, out.count);
    },
    saves: { x: [2, 3] },
    grad: (gg, { x: [, , target, weight], attrs }) => [nll.nllLoss(gg, target, weight, attrs.ignoreIndex, attrs.reduction)[0], null, null, null, null],
  }),
});

const shapeError = (operator: string, message: string, ...shapes: Tensor[]): TorchError => new TorchError(message, { operator, shapes: shapes.map((t) => t.shape), dtypes: shapes.map((t) => t.dtype) });

function checkClasses(x: Tensor, target: Tensor, weight: Tensor | null): void {
  const c = x.ndim === 1 ? x.shape[0] : x.shape[1];
  if (x.ndim === 0) throw shapeError('nllLoss', `input tensor should be 1D or 2D`, x, target);
  if (target.dtype !== 'int64') throw shapeError('nllLoss', `expected scalar type Long but found ${scalarTypeName[target.dtype]}. Class indices are int64: target.long()`, x, target);
  if (weight && (weight.ndim !== 1 || weight.shape[0] !== c)) throw shapeError('nllLoss', `weight tensor should be defined either for all ${c} classes or no classes but got weight tensor of shape: ${showShape(weight.shape)}`, x, weight);
  if (x.ndim <= 2 && target.ndim > 1) throw shapeError('nllLoss', '0D or 1D target tensor expected, multi-target not supported', x, target);
  if (x.ndim === 1) { if (target.count !== 1) throw shapeError('nllLoss', `size mismatch (got input: ${showShape(x.shape)}, target: ${showShape(target.shape)})`, x, target); return; }
  if (target.ndim === 0 || x.shape[0] !== target.shape[0]) throw shapeError('nllLoss', x.ndim === 2 && target.ndim === 0 ? `size mismatch (got input: ${showShape(x.shape)}, target: ${showShape(target.shape)})` : `Expected input batch_size (${x.shape[0]}) to match target batch_size (${target.shape[0]}).`, x, target);
  const want = x.shape.toSpliced(1, 1);
  if (!sameShape(want, target.shape)) throw shapeError('nllLoss', `Expected target size ${showShape(want)}, got ${showShape(target.shape)}`, x, target);
}

/** Cross entropy with probabilities as targets. */
function withProbabilities(input: Tensor, given: Tensor, weight: Tensor | null, reduction: Reduction, smoothing: number): Tensor {
  const dim = input.ndim === 1 ? 0 : 1, classes = input.shape[dim];
  if (!isFloat(given.dtype)) throw shapeError('crossEntropy', `Expected floating point type for target with class probabilities, got ${scalarTypeName[given.dtype]}`, input, given);
  const target = smoothing > 0 ? given.mul(1 - smoothing).add(smoothing / classes) : given;
  const scores = input.logSoftmax(dim), weighed = weight === null ? scores : scores.mul(weight.reshape(input.shape.map((_, d) => (d === dim ? classes : 1))));
  const losses = weighed.mul(target).neg();
  return reduction === 'none' ? losses.sum(dim) : reduction === 'sum' ? losses.sum() : losses.sum().div(input.count / classes);
}

const { logsigmoid } = functions<CoreOps>(core);

const { crossOfProbabilities } = functions<{ crossOfProbabilities(target: Tensor): Tensor }>({
  crossOfProbabilities: kernel({
    schema: 'crossOfProbabilities(Tensor input, Tensor target)',
    node: 'BinaryCrossEntropyBackward0',
    meta: ([x]) => ({ shape: (x as Tensor).shape, dtype: (x as Tensor).dtype }),
    cpu([out], [x, target]) {
      mapElements(out, [x as Tensor, target as Tensor], (p, y) => {
        if (!(p >= 0 && p <= 1)) throw new TorchError('all elements of input should be between 0 and 1', { operator: 'binaryCrossEntropy' });
        return -(y * Math.max(Math.log(p), -100) + (1 - y) * Math.max(Math.log1p(-p), -100));
      });
    },
    saves: { x: [0, 1] },
    grad: (g, { x: [p, y], need }) => [
      need[0] ? g.mul(p.sub(y)).div(p.mul(p.neg().add(1)).clamp(1e-12)) : null,
      need[1] ? g.mul(p.neg().log1p().clamp(-100).sub(p.log().clamp(-100))) : null,
    ],
  }),
});

export const classLosses: Table<ClassLossFunctions> = {
  crossEntropy: composite({
    schema: "crossEntropy(Tensor input, Tensor target, Tensor? weight=None, bool? size_average=None, int ignore_index=-100, bool? reduce=None, str reduction='mean', float label_smoothing=0)",
    compose(input: Tensor, target: Tensor, weight: Tensor | null, sizeAverage: boolean | null, ignoreIndex: number, reduce: boolean | null, given: string, smoothing: number) {
      const reduction = reductionOf(given, sizeAverage, reduce);
      if (smoothing < 0 || smoothing > 1) throw new TorchError(`label_smoothing must be between 0.0 and 1.0. Got: ${smoothing}`, { operator: 'crossEntropy' });
      if (input.ndim > 0 && sameShape(input.shape, target.shape)) {
        if (ignoreIndex >= 0) throw new TorchError('ignore_index is not supported for floating point target', { operator: 'crossEntropy' });
        return withProbabilities(input, target, weight, reduction, smoothing);
      }
      const dim = input.ndim === 1 ? 0 : 1;
      if (input.ndim === 0) throw shapeError('crossEntropy', 'Dimension out of range (expected to be in range of [-1, 0], but got 1)', input, target);
      checkClasses(input, target, weight);
      const logs = input.logSoftmax(dim), [loss, divisor] = nll.nllLoss(logs, target, weight, ignoreIndex, reduction);
      if (smoothing === 0) return loss;
      const weighed = weight === null ? logs : logs.mul(weight.reshape(input.shape.map((_, d) => (d === dim ? weight.count : 1))));
      const spread = weighed.sum(dim).neg().reshape([...target.shape]).maskedFill(target.eq(ignoreIndex), 0);
      const even = reduction === 'none' ? spread : reduction === 'sum' ? spread.sum() : spread.sum().div(divisor.detach());
      return loss.mul(1 - smoothing).add(even.mul(smoothing / input.shape[dim]));
    },
  }),
  nllLoss: composite({
    schema: "nllLoss(Tensor input, Tensor target, Tensor? weight=None, bool? size_average=None, int ignore_index=-100, bool? reduce=None, str reduction='mean')",
    compose(input: Tensor, target: Tensor, weight: Tensor | null, sizeAverage: boolean | null, ignoreIndex: number, reduce: boolean | null, given: string) {
      const reduction = reductionOf(given, sizeAverage, reduce);
      checkClasses(input, target, weight);
      return nll.nllLoss(input, target, weight, ignoreIndex, reduction)[0];
    },
  }),
  binaryCrossEntropy: composite({
    schema: `binaryCrossEntropy(Tensor input, Tensor target, Tensor? weight=None, ${REDUCTION})`,
    node: 'BinaryCrossEntropyBackward0',
    compose(input: Tensor, target: Tensor, weight: Tensor | null, sizeAverage: boolean | null, reduce: boolean | null, reduction: string) {
      const how = reductionOf(reduction, sizeAverage, reduce);
      if (!sameShape(input.shape, target.shape)) throw shapeError('binaryCrossEntropy', `Using a target size (torch.Size(${showShape(target.shape)})) that is different to the input size (torch.Size(${showShape(input.shape)})) is deprecated. Please ensure they have the same size.`, input, target);
      if (target.dtype !== input.dtype) throw shapeError('binaryCrossEntropy', `Found dtype ${scalarTypeName[target.dtype]} but expected ${scalarTypeName[input.dtype]}`, input, target);
      const loss = crossOfProbabilities(input, target);
      return reduced(weight === null ? loss : loss.mul(weight), how);
    },
  }),
  binaryCrossEntropyWithLogits: composite({
    schema: "binaryCrossEntropyWithLogits(Tensor input, Tensor target, Tensor? weight=None, bool? size_average=None, bool? reduce=None, str reduction='mean', Tensor? pos_weight=None)",
    node: 'BinaryCrossEntropyWithLogitsBackward0',
    compose(input: Tensor, target: Tensor, weight: Tensor | null, sizeAverage: boolean | null, reduce: boolean | null, reduction: string, posWeight: Tensor | null) {
      const how = reductionOf(reduction, sizeAverage, reduce);
      if (!sameShape(input.shape, target.shape)) throw shapeError('binaryCrossEntropyWithLogits', `Target size (torch.Size(${showShape(target.shape)})) must be the same as input size (torch.Size(${showShape(input.shape)}))`, input, target);
      // (1 - y) x - (1 + (p - 1) y) log σ(x)
      const logs = logsigmoid(input), positive = posWeight === null ? logs : logs.mul(target.mul(posWeight.sub(1)).add(1));
      const rest = target.rsub(1);
      // PyTorch multiplies in place here, which an integral target can't hold.
      if (!isFloat(rest.dtype)) throw new TorchError(`result type ${scalarTypeName[input.dtype]} can't be cast to the desired output type ${scalarTypeName[rest.dtype]} (the target must be floating-point: target.float())`, { operator: 'binaryCrossEntropyWithLogits', dtypes: [input.dtype, target.dtype] });
      const loss = rest.mul(input).sub(positive);
      return reduced(weight === null ? loss : loss.mul(weight), how);
    },
  }),
  klDiv: composite({
    schema: `klDiv(Tensor input, Tensor target, ${REDUCTION}, bool log_target=False)`,
    compose(input: Tensor, target: Tensor, sizeAverage: boolean | null, reduce: boolean | null, reduction: string, logTarget: boolean) {
      const batch = reduction === 'batchmean', how = batch ? 'sum' : reductionOf(reduction, sizeAverage, reduce);
      if (how === 'mean') warnOnce("reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next major release.");
      const loss = logTarget ? target.exp().mul(target.sub(input)) : target.xlogy(target).sub(target.mul(input)), out = reduced(loss, how);
      return batch && input.ndim > 0 ? out.div(input.shape[0]) : out;
    },
  }),
  multiMarginLoss: composite({
    schema: `multiMarginLoss(Tensor input, Tensor target, float p=1, float margin=1, Tensor? weight=None, ${REDUCTION})`,
    node: 'MultiMarginLossBackward0',
    compose(input: Tensor, target: Tensor, p: number, margin: number, weight: Tensor | null, sizeAverage: boolean | null, reduce: boolean | null, reduction: string) {
      const how = reductionOf(reduction, sizeAverage, reduce);
      if (p !== 1 && p !== 2) throw new TorchError('only p == 1 and p == 2 supported', { operator: 'multiMarginLoss' });
      const x = rows('multiMarginLoss', input), [n, c] = x.shape;
      if (target.ndim > 1 || target.count !== n) throw shapeError('multiMarginLoss', `multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). Expected target size [${n}], but got ${showShape(target.shape)}. Input has shape ${showShape(input.shape)}.`, input, target);
      if (weight && weight.ndim !== 1) throw shapeError('multiMarginLoss', 'weight must be one-dimensional', weight);
      if (weight && weight.count !== c) throw shapeError('multiMarginLoss', 'inconsistent weight size', input, weight);
      checkClasses(x, target.reshape([n]), null);
      const label = target.reshape([n, 1]), gap = x.sub(x.gather(1, label)).add(margin).relu(), cost = p === 1 ? gap : gap.square();
      const others = cost.maskedFill(classIndex(c, x).eq(label), 0), loss = (weight === null ? others : others.mul(weight.gather(0, label.reshape([n])).unsqueeze(1))).sum(1).div(c);
      return reduced(how === 'none' && input.ndim < 2 ? loss.reshape([...target.shape]) : loss, how);
    },
  }),
  multilabelMarginLoss: composite({
    schema: `multilabelMarginLoss(Tensor input, Tensor target, ${REDUCTION})`,
    node: 'MultilabelMarginLossBackward0',
    compose(input: Tensor, target: Tensor, sizeAverage: boolean | null, reduce: boolean | null, reduction: string) {
      const how = reductionOf(reduction, sizeAverage, reduce), x = rows('multilabelMarginLoss', input), [n, c] = x.shape;
      if (!sameShape(input.shape, target.shape)) throw shapeError('multilabelMarginLoss', `inconsistent target size: ${showShape(target.shape)} for input of size: ${showShape(input.shape)}`, input, target);
      // What follows the first -1 does not count.
      const labels = target.reshape([n, c]), ended = labels.eq(-1).to('int64').cumsum(1).gt(0), safe = labels.maskedFill(ended, 0);
      const isLabel = safe.unsqueeze(2).eq(classIndex(c, x)).logicalAnd(ended.unsqueeze(2).logicalNot()).any(1);
      const gap = x.unsqueeze(1).sub(x.gather(1, safe).unsqueeze(2)).add(1).relu();
      const loss = gap.maskedFill(ended.unsqueeze(2).logicalOr(isLabel.unsqueeze(1)), 0).sum([1, 2]).div(c);
      return reduced(how === 'none' && input.ndim < 2 ? loss.reshape([]) : loss, how);
    },
  }),
  multilabelSoftMarginLoss: composite({
    schema: `multilabelSoftMarginLoss(Tensor input, Tensor target, Tensor? weight=None, ${REDUCTION})`,
    compose(input: Tensor, target: Tensor, weight: Tensor | null, sizeAverage: boolean | null, reduce: boolean | null, reduction: string) {
      const how = reductionOf(reduction, sizeAverage, reduce);
      const loss = target.mul(logsigmoid(input)).add(target.rsub(1).mul(logsigmoid(input.neg()))).neg();
      return reduced((weight === null ? loss : loss.mul(weight)).mean(input.ndim - 1), how);
    },
  }),
};

/** The input as [N, C]. */
function rows(operator: string, input: Tensor): Tensor {
  if (input.ndim > 2 || input.shape.at(-1) === 0) throw shapeError(operator, `Expected non-empty vector or matrix with optional 0-dim batch size, but got: ${showShape(input.shape)}`, input);
  return input.ndim === 2 ? input : input.reshape([1, input.count]);
}
/** 0, 1, … c - 1. */
const classIndex = (c: number, like: Tensor): Tensor => like.newOnes([c], { dtype: 'int64' }).cumsum(0).sub(1);
