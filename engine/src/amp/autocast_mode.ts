import { Scoped } from '../autograd/scoped.ts';
import { TorchError } from '../errors.ts';
import { observers } from '../ops/observe.ts';
import { isFloat, promoteTypes, type DType } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';

/** The kinds of devices that autocast knows. `sim` follows the lists of `cuda`. */
const kinds = ['cpu', 'cuda', 'sim'] as const;
type Kind = (typeof kinds)[number];
/** For each kind of device the dtype of fast operators while autocast is on. */
export type AutocastState = Readonly<Partial<Record<Kind, DType>>>;

type Rule = 'low' | 'float32' | 'widest';
const rules = (low: string, float32: string, widest: string): ReadonlyMap<string, Rule> =>
  new Map([[low, 'low'], [float32, 'float32'], [widest, 'widest']].flatMap(([names, rule]) => names.split(' ').map((n) => [n, rule as Rule] as const)));

// PyTorch's lists (aten/src/ATen/autocast_mode.h), in our names. An operator in none of them takes what it is given.
const cpu = rules(
  'conv1d conv2d conv3d convTranspose1d convTranspose2d convTranspose3d bmm mm vecdot baddbmm addmm addbmm linear matmul prelu scaledDotProductAttention',
  'avgPool3d binaryCrossEntropy gridSample prod quantile nanquantile cdist trace cholesky choleskyInverse choleskySolve inverse inv luSolve pinverse pinv maxPool3d maxUnpool2d maxUnpool3d adaptiveAvgPool3d adaptiveMaxPool3d mseLoss cosineEmbeddingLoss nllLoss hingeEmbeddingLoss poissonNllLoss smoothL1Loss crossEntropy l1Loss huberLoss marginRankingLoss softMarginLoss tripletMarginLoss multiMarginLoss ctcLoss klDiv multilabelMarginLoss binaryCrossEntropyWithLogits cond matrixRank solve svdvals eigvals eigvalsh tensorinv tensorsolve qr svd triangularSolve eigh lstsq',
  'stack cat indexCopy',
);
const accelerator = rules(
  'addbmm addmm addmv addr baddbmm bmm chainMatmul multiDot conv1d conv2d conv3d convTranspose1d convTranspose2d convTranspose3d linear matmul mm mv prelu scaledDotProductAttention',
  'pow rpow acos asin binaryCrossEntropyWithLogits cosh cosineEmbeddingLoss cdist cosineSimilarity crossEntropy cumprod cumsum dist erfinv exp expm1 groupNorm hingeEmbeddingLoss klDiv l1Loss layerNorm log log10 logSoftmax log1p log2 marginRankingLoss mseLoss multilabelMarginLoss multiMarginLoss nllLoss norm normalize pdist poissonNllLoss prod reciprocal rsqrt sinh smoothL1Loss softMarginLoss softmax softmin softplus sum renorm tan tripletMarginLoss huberLoss vectorNorm matrixNorm',
  'addcdiv addcmul atan2 bilinear cross dot vdot gridSample indexPut scatterAdd tensordot cat stack',
);
const lists: Readonly<Record<Kind, ReadonlyMap<string, Rule>>> = { cpu, cuda: accelerator, sim: accelerator };

const off: AutocastState = {};
const scope = new Scoped<AutocastState>(off);

/** The state to recompute under, or null while autocast is off. */
export const currentAutocast = (): AutocastState | null => (scope.current === off ? null : scope.current);
/** Runs `fn` under a state that `currentAutocast` gave. */
export const withAutocast = <T>(state: AutocastState | null, fn: () => T): T => scope.within(state ?? off, fn);

const kindOf = (device: string): Kind => {
  const kind = device.replace(/:.*/, '') as Kind;
  if (!kinds.includes(kind)) throw new TorchError(`User specified an unsupported autocast device_type '${device}'`);
  return kind;
};

/** Options of `autocast`. */
export interface AutocastOptions {
  /** float16 or bfloat16. Default: bfloat16 on the cpu, float16 elsewhere. */
  dtype?: DType | null;
  /** With false `fn` runs without autocast, inside another autocast too. */
  enabled?: boolean;
}

/**
 * Mixed precision: while `fn` (sync or async) runs, matrix products, linear layers and convolutions on `device` compute in
 * a 16-bit dtype, and losses and other operators that need the range in float32, whatever the dtype of their arguments.
 * Parameters and their gradients stay as they are. Returns what `fn` returns. Call `backward` outside.
 *
 * The lists are PyTorch's: those for `cuda` (also used for `sim`) hold softmax and the normalisations in float32, those
 * for `cpu` leave them in the dtype of their input.
 *
 * @example const loss = torch.amp.autocast('cpu', () => F.crossEntropy(model(x), y), { dtype: 'bfloat16' });
 */
export function autocast<T>(device: string, fn: () => T, { dtype = null, enabled = true }: AutocastOptions = {}): T {
  const kind = kindOf(device), to = dtype ?? (kind === 'cpu' ? 'bfloat16' : 'float16');
  if (typeof fn !== 'function') throw new TorchError(`autocast takes a function: autocast('${device}', () => …, { dtype })`);
  if (to !== 'float16' && to !== 'bfloat16') throw new TorchError(`In ${kind} autocast, but the target dtype is not supported. ${kind} Autocast only supports dtypes of torch.bfloat16, torch.float16, not ${to}.`, { operator: 'autocast', dtypes: [to] });
  const { [kind]: _, ...others } = scope.current;
  const next = enabled ? { ...scope.current, [kind]: to } : others;
  return scope.within(Object.keys(next).length ? next : off, fn);
}

/** Is autocast on for this kind of device? */
export const isAutocastEnabled = (device: string): boolean => scope.current[kindOf(device)] !== undefined;
/** The dtype of fast operators under autocast. */
export const getAutocastDtype = (device: string): DType => scope.current[kindOf(device)] ?? (kindOf(device) === 'cpu' ? 'bfloat16' : 'float16');

/**
 * The arguments of operator `name` in the dtype that autocast wants, or null where it has nothing to say about it. The
 * operator is then to run without autocast.
 */
export function castArguments(name: string, values: readonly unknown[]): unknown[] | null {
  const state = currentAutocast();
  if (!state) return null;
  const tensors = values.flat().filter((v): v is Tensor => v instanceof Tensor), first = tensors.find((t) => isFloat(t.dtype));
  if (!first) return null;
  const kind = kindOf(first.device), low = state[kind], rule = lists[kind].get(name);
  if (low && kind !== 'cpu' && name === 'binaryCrossEntropy') throw new TorchError('torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast. Many models use a sigmoid layer right before the binary cross entropy layer. In this case, combine the two layers using torch.nn.functional.binary_cross_entropy_with_logits or torch.nn.BCEWithLogitsLoss.', { operator: 'binaryCrossEntropy' });
  if (!low || !rule) return null;
  const floats = tensors.filter(takesPart), to = rule === 'low' ? low : rule === 'float32' ? 'float32' : floats.reduce<DType>((d, t) => promoteTypes(d, t.dtype), low);
  const cast = (v: unknown): unknown => (Array.isArray(v) ? v.map(cast) : v instanceof Tensor && takesPart(v) && v.dtype !== to ? v.to(to) : v);
  return observers.inside(() => values.map(cast));
}
/** float64 stays as it is. */
const takesPart = (t: Tensor): boolean => isFloat(t.dtype) && t.dtype !== 'float64';
