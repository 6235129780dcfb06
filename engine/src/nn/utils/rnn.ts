// nn.utils.rnn: sequences of different lengths in one batch.
import { TorchError } from '../../errors.ts';
import { tensor } from '../../ops/create.ts';
import { cat } from '../../ops/join.ts';
import { showShape } from '../../tensor/layout.ts';
import { Tensor } from '../../tensor/tensor.ts';

type Lengths = Tensor | readonly number[];

/**
 * The steps of several sequences without padding: first the first step of every sequence, longest sequence first, then
 * the second step of those that have one, and so on. Made by `packPaddedSequence`, taken by RNN, LSTM and GRU.
 */
export class PackedSequence {
  /** [steps of all sequences, …] */
  readonly data: Tensor;
  /** How many sequences have a first step, a second step, …; int64 on the cpu. */
  readonly batchSizes: Tensor;
  /** Which sequence of the batch comes first, second, …; null where the batch was in that order. */
  readonly sortedIndices: Tensor | null;
  /** At which place each sequence of the batch is. */
  readonly unsortedIndices: Tensor | null;
  constructor(data: Tensor, batchSizes: Tensor, sortedIndices: Tensor | null = null, unsortedIndices: Tensor | null = null) {
    this.data = data;
    this.batchSizes = batchSizes;
    this.sortedIndices = sortedIndices;
    this.unsortedIndices = unsortedIndices ?? (sortedIndices && invertPermutation(sortedIndices));
  }
  /** The same sequences with other data, one row a step. */
  with(data: Tensor): PackedSequence { return new PackedSequence(data, this.batchSizes, this.sortedIndices, this.unsortedIndices); }
  /** The data as another dtype or on another device. */
  to(...args: Parameters<Tensor['to']>): PackedSequence { return this.with(this.data.to(...args)); }
}

const integers = (list: readonly number[], like?: Tensor): Tensor => tensor(list, { dtype: 'int64', device: like?.device ?? 'cpu' });
const numbers = (t: Lengths): number[] => (t instanceof Tensor ? (t.flatten().tolist() as number[]) : [...t]);

/** The permutation that undoes this one. */
export function invertPermutation(permutation: Tensor): Tensor {
  const out = new Array<number>(permutation.count);
  numbers(permutation).forEach((to, i) => { out[to] = i; });
  return integers(out, permutation);
}

/** Options of `packPaddedSequence`. */
export interface PackOptions {
  /** The input is [batch, time, …], not [time, batch, …]. */
  batchFirst?: boolean;
  /** The sequences must come longest first (the default); with false they are sorted here. */
  enforceSorted?: boolean;
}

/**
 * Packs a padded batch [T, B, …] (or [B, T, …] with `batchFirst`) of sequences with the given lengths, so that an RNN
 * skips the padding.
 *
 * @example packPaddedSequence(padded, [3, 1, 2], { batchFirst: true, enforceSorted: false })
 */
export function packPaddedSequence(input: Tensor, lengths: Lengths, batchFirst: boolean | PackOptions = false, enforceSorted = true): PackedSequence {
  const o = typeof batchFirst === 'boolean' ? { batchFirst, enforceSorted } : { batchFirst: false, enforceSorted: true, ...batchFirst };
  const given = numbers(lengths), x = o.batchFirst ? input.transpose(0, 1) : input, [time, batch] = x.shape, fail = (message: string): never => { throw new TorchError(message, { operator: 'packPaddedSequence', shapes: [input.shape] }); };
  if (given.length !== batch) fail(`Expected \`len(lengths)\` to be equal to batch_size, but got ${given.length} (batch_size=${batch})`);
  if (given.some((n) => !(n > 0))) fail("Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0");
  const longest = Math.max(...given);
  if (longest > time) fail(`Expected lengths of at most ${time}, the number of steps of the input, but found ${longest}`);
  if (o.enforceSorted && given.some((n, i) => i > 0 && n > given[i - 1])) fail('`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX exportability.');
  const order = given.map((_, i) => i).sort((a, b) => (o.enforceSorted ? a - b : given[b] - given[a]));
  const places: number[] = [], sizes: number[] = [];
  for (let t = 0; t < longest; t++) {
    const here = order.filter((b) => given[b] > t);
    sizes.push(here.length);
    places.push(...here.map((b) => t * batch + b));
  }
  const data = x.flatten(0, 1).indexSelect(0, integers(places, input));
  return new PackedSequence(data, integers(sizes), o.enforceSorted ? null : integers(order, input));
}

/** Options of `padPackedSequence`. */
export interface UnpackOptions { batchFirst?: boolean; paddingValue?: number; /** Pads to so many steps. */ totalLength?: number | null }

/** The padded batch and the lengths that `packPaddedSequence` was given: [T, B, …] (or [B, T, …]) and int64 [B]. */
export function padPackedSequence(sequence: PackedSequence, batchFirst: boolean | UnpackOptions = false, paddingValue = 0, totalLength: number | null = null): [padded: Tensor, lengths: Tensor] {
  const o = typeof batchFirst === 'boolean' ? { batchFirst, paddingValue, totalLength } : { batchFirst: false, paddingValue: 0, totalLength: null, ...batchFirst };
  const { data } = sequence, sizes = numbers(sequence.batchSizes), batch = sizes[0] ?? 0, time = o.totalLength ?? sizes.length;
  if (time < sizes.length) throw new TorchError(`Expected total_length to be at least the length of the longest sequence in input, but got total_length=${time} and max sequence length being ${sizes.length}`, { operator: 'padPackedSequence' });
  const order = sequence.unsortedIndices ? numbers(sequence.unsortedIndices) : Array.from({ length: batch }, (_, i) => i);
  // Row `data.shape[0]` of the extended data is the padding.
  const starts = sizes.reduce<number[]>((s, n) => [...s, s[s.length - 1] + n], [0]), places: number[] = [];
  for (let t = 0; t < time; t++) for (const b of order) places.push(t < sizes.length && b < sizes[t] ? starts[t] + b : data.shape[0]);
  const rows = cat([data, data.newFull([1, ...data.shape.slice(1)], o.paddingValue)]), padded = rows.indexSelect(0, integers(places, data)).reshape(time, batch, ...data.shape.slice(1));
  const lengths = integers(order.map((b) => sizes.filter((n) => n > b).length));
  return [o.batchFirst ? padded.transpose(0, 1) : padded, lengths];
}

/** Options of `padSequence`. */
export interface PadOptions { batchFirst?: boolean; paddingValue?: number; paddingSide?: 'left' | 'right' }

/** Stacks sequences [L, …] of different lengths: [longest, B, …] (or [B, longest, …]), shorter ones filled up. */
export function padSequence(sequences: readonly Tensor[], batchFirst: boolean | PadOptions = false, paddingValue = 0, paddingSide: 'left' | 'right' = 'right'): Tensor {
  const o = typeof batchFirst === 'boolean' ? { batchFirst, paddingValue, paddingSide } : { batchFirst: false, paddingValue: 0, paddingSide: 'right' as const, ...batchFirst };
  if (!sequences.length) throw new TorchError('received an empty list of sequences', { operator: 'padSequence' });
  const rest = sequences[0].shape.slice(1), longest = Math.max(...sequences.map((s) => s.shape[0]));
  const odd = sequences.find((s) => showShape(s.shape.slice(1)) !== showShape(rest));
  if (odd) throw new TorchError(`The size of tensor a ${showShape(rest)} must match the size of tensor b ${showShape(odd.shape.slice(1))} in all dimensions but the first`, { operator: 'padSequence', shapes: sequences.map((s) => s.shape) });
  const places: number[] = [], starts = sequences.reduce<number[]>((s, t) => [...s, s[s.length - 1] + t.shape[0]], [0]), total = starts[sequences.length];
  for (let k = 0; k < sequences.length; k++) for (let t = 0; t < longest; t++) {
    const n = sequences[k].shape[0], at = o.paddingSide === 'left' ? t - (longest - n) : t;
    places.push(at >= 0 && at < n ? starts[k] + at : total);
  }
  const rows = cat([...sequences, sequences[0].newFull([1, ...rest], o.paddingValue)]);
  const padded = rows.indexSelect(0, integers(places, rows)).reshape(sequences.length, longest, ...rest);
  return o.batchFirst ? padded : padded.transpose(0, 1);
}
/** The sequences behind a padded batch. */
export function unpadSequence(padded: Tensor, lengths: Lengths, batchFirst: boolean | { batchFirst?: boolean } = false): Tensor[] {
  const first = typeof batchFirst === 'boolean' ? batchFirst : (batchFirst.batchFirst ?? false);
  return numbers(lengths).map((n, b) => padded.select(first ? 0 : 1, b).narrow(0, 0, n));
}
/** Packs a list of sequences [L, …]. */
export function packSequence(sequences: readonly Tensor[], enforceSorted: boolean | { enforceSorted?: boolean } = true): PackedSequence {
  const sorted = typeof enforceSorted === 'boolean' ? enforceSorted : (enforceSorted.enforceSorted ?? true);
  return packPaddedSequence(padSequence(sequences), sequences.map((s) => s.shape[0]), { enforceSorted: sorted });
}
/** The list of sequences behind a packed one. */
export const unpackSequence = (packed: PackedSequence): Tensor[] => unpadSequence(...padPackedSequence(packed));
