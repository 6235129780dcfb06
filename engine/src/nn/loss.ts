import { reductionOf, type Reduction } from '../ops/loss.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { TorchError } from '../errors.ts';
import { signature } from './arguments.ts';
import * as F from './functional.ts';
import { Module } from './module.ts';

/** Keyword arguments of every loss: how the losses of the elements become one. */
export interface LossOptions { sizeAverage?: boolean | null; reduce?: boolean | null; reduction?: Reduction }
interface WeightOptions extends LossOptions { weight?: Tensor | null }
type Old = boolean | null;
const REDUCTION = "bool? size_average=None, bool? reduce=None, str reduction='mean'";
type Parameters<O> = [sizeAverage?: Old | O, reduce?: Old | O, reduction?: Reduction | O];

/** A loss: its arguments are properties; weights are buffers, so that they move and are saved with the module. */
abstract class Loss extends Module {
  declare readonly reduction: Reduction;
  constructor(text: string, args: readonly unknown[], check = true) {
    super();
    const { sizeAverage, reduce, reduction, weight, posWeight, ...rest } = signature<Record<string, unknown>>(text)(args);
    if (weight !== undefined) this.registerBuffer('weight', weight as Tensor | null);
    if (posWeight !== undefined) this.registerBuffer('pos_weight', posWeight as Tensor | null);
    Object.assign(this, rest, { reduction: check ? reductionOf(reduction as string, (sizeAverage ?? null) as Old, (reduce ?? null) as Old) : reduction });
  }
}

/** The mean of |x − y|. */
export class L1Loss extends Loss {
  constructor(...args: Parameters<LossOptions>) { super(`L1Loss(${REDUCTION})`, args); }
  override forward(input: Tensor, target: Tensor): Tensor { return F.l1Loss(input, target, { reduction: this.reduction }); }
}
/** The mean of (x − y)². */
export class MSELoss extends Loss {
  constructor(...args: Parameters<LossOptions>) { super(`MSELoss(${REDUCTION})`, args); }
  override forward(input: Tensor, target: Tensor): Tensor { return F.mseLoss(input, target, { reduction: this.reduction }); }
}
interface SmoothOptions extends LossOptions { beta?: number }
/** (x − y)² / (2 beta) nearer than beta, |x − y| − beta / 2 beyond. */
export class SmoothL1Loss extends Loss {
  declare readonly beta: number;
  constructor(...args: [...Parameters<SmoothOptions>, beta?: number | SmoothOptions]) { super(`SmoothL1Loss(${REDUCTION}, float beta=1)`, args); }
  override forward(input: Tensor, target: Tensor): Tensor { return F.smoothL1Loss(input, target, { reduction: this.reduction, beta: this.beta }); }
}
interface HuberOptions { reduction?: Reduction; delta?: number }
/** (x − y)² / 2 nearer than delta, delta · (|x − y| − delta / 2) beyond. */
export class HuberLoss extends Loss {
  declare readonly delta: number;
  constructor(...args: [reduction?: Reduction | HuberOptions, delta?: number | HuberOptions]) { super("HuberLoss(str reduction='mean', float delta=1)", args); }
  override forward(input: Tensor, target: Tensor): Tensor { return F.huberLoss(input, target, { reduction: this.reduction, delta: this.delta }); }
}

interface ClassOptions extends WeightOptions { ignoreIndex?: number }
interface CrossOptions extends ClassOptions { labelSmoothing?: number }
type ClassParameters<O> = [weight?: Tensor | null | O, sizeAverage?: Old | O, ignoreIndex?: number | O, reduce?: Old | O, reduction?: Reduction | O];
/**
 * Cross entropy of logits [N, C, …] with class indices [N, …] (int64) or class probabilities [N, C, …]. Takes logits, not
 * probabilities: the softmax is inside.
 */
export class CrossEntropyLoss extends Loss {
  declare weight: Tensor | null;
  declare readonly ignoreIndex: number;
  declare readonly labelSmoothing: number;
  constructor(...args: [...ClassParameters<CrossOptions>, labelSmoothing?: number | CrossOptions]) { super("CrossEntropyLoss(Tensor? weight=None, bool? size_average=None, int ignore_index=-100, bool? reduce=None, str reduction='mean', float label_smoothing=0)", args); }
  override forward(input: Tensor, target: Tensor): Tensor { return F.crossEntropy(input, target, { weight: this.weight, ignoreIndex: this.ignoreIndex, reduction: this.reduction, labelSmoothing: this.labelSmoothing }); }
}
/** Minus the log probability [N, C, …] of the class [N, …]. */
export class NLLLoss extends Loss {
  declare weight: Tensor | null;
  declare readonly ignoreIndex: number;
  constructor(...args: ClassParameters<ClassOptions>) { super("NLLLoss(Tensor? weight=None, bool? size_average=None, int ignore_index=-100, bool? reduce=None, str reduction='mean')", args); }
  override forward(input: Tensor, target: Tensor): Tensor { return F.nllLoss(input, target, { weight: this.weight, ignoreIndex: this.ignoreIndex, reduction: this.reduction }); }
}
type WeightParameters<O> = [weight?: Tensor | null | O, ...Parameters<O>];
/** Cross entropy of probabilities in [0, 1] with targets in [0, 1]. */
export class BCELoss extends Loss {
  declare weight: Tensor | null;
  constructor(...args: WeightParameters<WeightOptions>) { super(`BCELoss(Tensor? weight=None, ${REDUCTION})`, args); }
  override forward(input: Tensor, target: Tensor): Tensor { return F.binaryCrossEntropy(input, target, { weight: this.weight, reduction: this.reduction }); }
}
interface LogitsOptions extends WeightOptions { posWeight?: Tensor | null }
/** A sigmoid and BCELoss in one, without overflow. `posWeight` weighs the positive targets of each class. */
export class BCEWithLogitsLoss extends Loss {
  declare weight: Tensor | null;
  declare pos_weight: Tensor | null;
  constructor(...args: [...WeightParameters<LogitsOptions>, posWeight?: Tensor | null | LogitsOptions]) { super(`BCEWithLogitsLoss(Tensor? weight=None, ${REDUCTION}, Tensor? pos_weight=None)`, args); }
  get posWeight(): Tensor | null { return this.pos_weight; }
  override forward(input: Tensor, target: Tensor): Tensor { return F.binaryCrossEntropyWithLogits(input, target, { weight: this.weight, posWeight: this.pos_weight, reduction: this.reduction }); }
}
interface KLOptions { sizeAverage?: Old; reduce?: Old; reduction?: Reduction | 'batchmean'; logTarget?: boolean }
/** target · (log target − input), the input being log probabilities; reduction 'batchmean' is the divergence's definition. */
export class KLDivLoss extends Loss {
  declare readonly logTarget: boolean;
  constructor(...args: [sizeAverage?: Old | KLOptions, reduce?: Old | KLOptions, reduction?: Reduction | 'batchmean' | KLOptions, logTarget?: boolean | KLOptions]) { super(`KLDivLoss(${REDUCTION}, bool log_target=False)`, args, false); }
  override forward(input: Tensor, target: Tensor): Tensor { return F.klDiv(input, target, { reduction: this.reduction, logTarget: this.logTarget }); }
}
interface PoissonOptions extends LossOptions { logInput?: boolean; full?: boolean; eps?: number }
/** exp(x) − y · x for counts y: the negative log likelihood of a Poisson distribution of log rate x. */
export class PoissonNLLLoss extends Loss {
  declare readonly logInput: boolean;
  declare readonly full: boolean;
  declare readonly eps: number;
  constructor(...args: [logInput?: boolean | PoissonOptions, full?: boolean | PoissonOptions, sizeAverage?: Old | PoissonOptions, eps?: number | PoissonOptions, reduce?: Old | PoissonOptions, reduction?: Reduction | PoissonOptions]) { super("PoissonNLLLoss(bool log_input=True, bool full=False, bool? size_average=None, float eps=1e-8, bool? reduce=None, str reduction='mean')", args); }
  override forward(logInput: Tensor, target: Tensor): Tensor { return F.poissonNllLoss(logInput, target, { logInput: this.logInput, full: this.full, eps: this.eps, reduction: this.reduction }); }
}
interface GaussianOptions { full?: boolean; eps?: number; reduction?: Reduction }
/** (log var + (x − y)² / var) / 2: the negative log likelihood of a normal distribution. */
export class GaussianNLLLoss extends Loss {
  declare readonly full: boolean;
  declare readonly eps: number;
  constructor(options: GaussianOptions = {}) { super("GaussianNLLLoss(*, bool full=False, float eps=1e-6, str reduction='mean')", [options]); }
  override forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor { return F.gaussianNllLoss(input, target, variance, { full: this.full, eps: this.eps, reduction: this.reduction }); }
}
interface MarginOptions extends LossOptions { margin?: number }
type MarginParameters = [margin?: number | MarginOptions, ...Parameters<MarginOptions>];
/** x where the target is 1, max(0, margin − x) where it is −1. */
export class HingeEmbeddingLoss extends Loss {
  declare readonly margin: number;
  constructor(...args: MarginParameters) { super(`HingeEmbeddingLoss(float margin=1, ${REDUCTION})`, args); }
  override forward(input: Tensor, target: Tensor): Tensor { return F.hingeEmbeddingLoss(input, target, { margin: this.margin, reduction: this.reduction }); }
}
/** max(0, −y · (x1 − x2) + margin): y says which of the two should be larger. */
export class MarginRankingLoss extends Loss {
  declare readonly margin: number;
  constructor(...args: MarginParameters) { super(`MarginRankingLoss(float margin=0, ${REDUCTION})`, args); }
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor { return F.marginRankingLoss(input1, input2, target, { margin: this.margin, reduction: this.reduction }); }
}
/** 1 − cos(x1, x2) where the target is 1, max(0, cos − margin) where it is −1. */
export class CosineEmbeddingLoss extends Loss {
  declare readonly margin: number;
  constructor(...args: MarginParameters) { super(`CosineEmbeddingLoss(float margin=0, ${REDUCTION})`, args); }
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor { return F.cosineEmbeddingLoss(input1, input2, target, { margin: this.margin, reduction: this.reduction }); }
}
/** log(1 + exp(−y · x)) for targets y of ±1. */
export class SoftMarginLoss extends Loss {
  constructor(...args: Parameters<LossOptions>) { super(`SoftMarginLoss(${REDUCTION})`, args); }
  override forward(input: Tensor, target: Tensor): Tensor { return F.softMarginLoss(input, target, { reduction: this.reduction }); }
}
/** Hinge loss of several classes at once; the target lists the true classes, ended by −1. */
export class MultiLabelMarginLoss extends Loss {
  constructor(...args: Parameters<LossOptions>) { super(`MultiLabelMarginLoss(${REDUCTION})`, args); }
  override forward(input: Tensor, target: Tensor): Tensor { return F.multilabelMarginLoss(input, target, { reduction: this.reduction }); }
}
/** BCEWithLogitsLoss averaged over the classes. */
export class MultiLabelSoftMarginLoss extends Loss {
  declare weight: Tensor | null;
  constructor(...args: WeightParameters<WeightOptions>) { super(`MultiLabelSoftMarginLoss(Tensor? weight=None, ${REDUCTION})`, args); }
  override forward(input: Tensor, target: Tensor): Tensor { return F.multilabelSoftMarginLoss(input, target, { weight: this.weight, reduction: this.reduction }); }
}
interface MultiMarginOptions extends WeightOptions { p?: number; margin?: number }
/** The mean over the other classes of max(0, margin − x[true] + x[other])^p. */
export class MultiMarginLoss extends Loss {
  declare weight: Tensor | null;
  declare readonly p: number;
  declare readonly margin: number;
  constructor(...args: [p?: number | MultiMarginOptions, margin?: number | MultiMarginOptions, weight?: Tensor | null | MultiMarginOptions, ...Parameters<MultiMarginOptions>]) {
    super(`MultiMarginLoss(int p=1, float margin=1, Tensor? weight=None, ${REDUCTION})`, args);
    if (this.p !== 1 && this.p !== 2) throw new TorchError('only p == 1 and p == 2 supported');
  }
  override forward(input: Tensor, target: Tensor): Tensor { return F.multiMarginLoss(input, target, { p: this.p, margin: this.margin, weight: this.weight, reduction: this.reduction }); }
}
interface TripletOptions extends LossOptions { margin?: number; p?: number; eps?: number; swap?: boolean }
/** max(0, d(anchor, positive) − d(anchor, negative) + margin). */
export class TripletMarginLoss extends Loss {
  declare readonly margin: number;
  declare readonly p: number;
  declare readonly eps: number;
  declare readonly swap: boolean;
  constructor(...args: [margin?: number | TripletOptions, p?: number | TripletOptions, eps?: number | TripletOptions, swap?: boolean | TripletOptions, ...Parameters<TripletOptions>]) { super(`TripletMarginLoss(float margin=1, float p=2, float eps=1e-6, bool swap=False, ${REDUCTION})`, args); }
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor { return F.tripletMarginLoss(anchor, positive, negative, { margin: this.margin, p: this.p, eps: this.eps, swap: this.swap, reduction: this.reduction }); }
}
type Distance = (a: Tensor, b: Tensor) => Tensor;
interface TripletDistanceOptions { distanceFunction?: Distance | null; margin?: number; swap?: boolean; reduction?: Reduction }
/** TripletMarginLoss with a distance of one's own. */
export class TripletMarginWithDistanceLoss extends Loss {
  declare readonly distanceFunction: Distance | null;
  declare readonly margin: number;
  declare readonly swap: boolean;
  constructor(options: TripletDistanceOptions = {}) { super("TripletMarginWithDistanceLoss(*, any distance_function=None, float margin=1, bool swap=False, str reduction='mean')", [options]); }
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor { return F.tripletMarginWithDistanceLoss(anchor, positive, negative, { distanceFunction: this.distanceFunction, margin: this.margin, swap: this.swap, reduction: this.reduction }); }
}
interface CTCOptions { blank?: number; reduction?: Reduction; zeroInfinity?: boolean }
/** Connectionist temporal classification (Graves et al. 2006): minus the log probability of a label sequence, over all alignments. */
export class CTCLoss extends Loss {
  declare readonly blank: number;
  declare readonly zeroInfinity: boolean;
  constructor(...args: [blank?: number | CTCOptions, reduction?: Reduction | CTCOptions, zeroInfinity?: boolean | CTCOptions]) { super("CTCLoss(int blank=0, str reduction='mean', bool zero_infinity=False)", args); }
  override forward(logProbs: Tensor, targets: Tensor, inputLengths: Tensor | readonly number[], targetLengths: Tensor | readonly number[]): Tensor { return F.ctcLoss(logProbs, targets, inputLengths, targetLengths, { blank: this.blank, reduction: this.reduction, zeroInfinity: this.zeroInfinity }); }
}
