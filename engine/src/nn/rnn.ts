import { TorchError } from '../errors.ts';
import { empty, zeros } from '../ops/create.ts';
import { cat, stack } from '../ops/join.ts';
import { sameShape, showShape } from '../tensor/layout.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { FACTORY, factory, py, signature, type FactoryOptions } from './arguments.ts';
import * as F from './functional.ts';
import { uniform_ } from './init.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';
import { PackedSequence } from './utils/rnn.ts';

type Nonlinearity = 'tanh' | 'relu';
/** Keyword arguments of the recurrent layers. */
export interface RecurrentOptions extends FactoryOptions { numLayers?: number; bias?: boolean; batchFirst?: boolean; dropout?: number; bidirectional?: boolean }
interface Arguments { inputSize: number; hiddenSize: number; numLayers: number; nonlinearity: Nonlinearity; bias: boolean; batchFirst: boolean; dropout: number; bidirectional: boolean; projSize: number; device: string | null; dtype: FactoryOptions['dtype'] & {} | null }
const COMMON = 'bool bias=True, bool batch_first=False, float dropout=0, bool bidirectional=False';

/** Hidden state and, for an LSTM, cell state. */
type State = readonly Tensor[];
/** One step: the contribution of the input, the state, and the recurrent weights to the next state. */
type Step = (fromInput: Tensor, state: State, weights: Weights) => State;
interface Weights { readonly hh: Tensor; readonly bhh: Tensor | null; readonly hr: Tensor | null }

const rnnStep = (nonlinearity: Nonlinearity): Step => (x, [h], w) => { const a = x.add(F.linear(h, w.hh, w.bhh)); return [nonlinearity === 'tanh' ? a.tanh() : a.relu()]; };
/** Gates in PyTorch's order: input, forget, cell, output (Hochreiter & Schmidhuber 1997). */
const lstmStep: Step = (x, [h, c], w) => {
  const [i, f, g, o] = x.add(F.linear(h, w.hh, w.bhh)).chunk(4, -1), cell = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh())), hidden = o.sigmoid().mul(cell.tanh());
  return [w.hr ? F.linear(hidden, w.hr) : hidden, cell];
};
/** Gates in PyTorch's order: reset, update, new; the reset gate acts after the recurrent product (Cho et al. 2014). */
const gruStep: Step = (x, [h], w) => {
  const [xr, xz, xn] = x.chunk(3, -1), [hr, hz, hn] = F.linear(h, w.hh, w.bhh).chunk(3, -1), z = xz.add(hz).sigmoid(), n = xn.add(xr.add(hr).sigmoid().mul(hn)).tanh();
  return [n.add(z.mul(h.sub(n)))];
};

/** Layers of a recurrent cell, in one or both directions of time. */
abstract class RNNBase extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly projSize: number;
  protected abstract readonly step: Step;
  /** Sizes of the parts of the state. */
  protected readonly stateSizes: readonly number[];
  constructor(a: Arguments, gates: number, withCell: boolean) {
    super();
    if (a.hiddenSize <= 0) throw new TorchError('hidden_size must be greater than zero');
    if (a.numLayers <= 0) throw new TorchError('num_layers must be greater than zero');
    if (!(a.dropout >= 0 && a.dropout <= 1)) throw new TorchError('dropout should be a number in range [0, 1] representing the probability of an element being zeroed');
    if (a.projSize < 0) throw new TorchError('proj_size should be a positive integer or zero to disable projections');
    if (a.projSize >= a.hiddenSize) throw new TorchError('proj_size has to be smaller than hidden_size');
    this.inputSize = a.inputSize;
    this.hiddenSize = a.hiddenSize;
    this.numLayers = a.numLayers;
    this.bias = a.bias;
    this.batchFirst = a.batchFirst;
    this.dropout = a.dropout;
    this.bidirectional = a.bidirectional;
    this.projSize = a.projSize ?? 0;
    const out = this.projSize || a.hiddenSize, make = (...shape: number[]): Parameter => new Parameter(empty(shape, factory(a)));
    this.stateSizes = withCell ? [out, a.hiddenSize] : [out];
    for (let layer = 0; layer < a.numLayers; layer++) for (const suffix of this.directions(layer)) {
      const width = layer === 0 ? a.inputSize : out * (a.bidirectional ? 2 : 1);
      this.registerParameter(`weight_ih${suffix}`, make(gates * a.hiddenSize, width));
      this.registerParameter(`weight_hh${suffix}`, make(gates * a.hiddenSize, out));
      if (a.bias) { this.registerParameter(`bias_ih${suffix}`, make(gates * a.hiddenSize)); this.registerParameter(`bias_hh${suffix}`, make(gates * a.hiddenSize)); }
      if (this.projSize) this.registerParameter(`weight_hr${suffix}`, make(this.projSize, a.hiddenSize));
    }
    this.resetParameters();
  }
  resetParameters(): void { const bound = 1 / Math.sqrt(this.hiddenSize); for (const p of this.parameters()) uniform_(p, -bound, bound); }
  /** Name endings of a layer's parameters, forwards first. */
  private directions(layer: number): string[] { return this.bidirectional ? [`_l${layer}`, `_l${layer}_reverse`] : [`_l${layer}`]; }
  private named(name: string): Tensor | null { return (this as unknown as Record<string, Tensor | undefined>)[name] ?? null; }

  /** Runs all layers. `initial` holds the parts of the first state, each [layers · directions, N, size], or null for zeros. */
  protected run(input: Tensor, initial: State | null): [Tensor, Tensor[]] {
    const name = this.constructor.name;
    if (input.ndim !== 2 && input.ndim !== 3) throw new TorchError(`${name}: Expected input to be 2D or 3D, got ${input.ndim}D instead`, { shapes: [input.shape] });
    const batched = input.ndim === 3, x = !batched ? input.unsqueeze(1) : this.batchFirst ? input.transpose(0, 1) : input, [steps, n] = x.shape;
    this.checkWidth(input);
    if (steps === 0) throw new TorchError('Expected sequence length to be larger than 0 in RNN', { operator: name, shapes: [input.shape] });
    for (const given of initial ?? []) if (given.ndim !== input.ndim) throw new TorchError(batched ? `For batched 3-D input, hx should also be 3-D but got ${given.ndim}-D tensor` : `For unbatched 2-D input, hx should also be 2-D but got ${given.ndim}-D tensor`, { shapes: [input.shape, given.shape] });
    const [out, ends] = this.layers(x.reshape(steps * n, -1), new Array<number>(steps).fill(n), initial && (batched ? initial : initial.map((s) => s.unsqueeze(1)))), y = out.reshape(steps, n, -1);
    return [!batched ? y.squeeze(1) : this.batchFirst ? y.transpose(0, 1) : y, batched ? ends : ends.map((s) => s.squeeze(1))];
  }
  /** The same for sequences of different lengths. */
  protected runPacked(input: PackedSequence, initial: State | null): [PackedSequence, Tensor[]] {
    this.checkWidth(input.data);
    const { sortedIndices: order, unsortedIndices: back } = input;
    const [out, ends] = this.layers(input.data, input.batchSizes.tolist() as number[], initial && (order ? initial.map((s) => s.indexSelect(1, order)) : initial));
    return [input.with(out), back ? ends.map((s) => s.indexSelect(1, back)) : ends];
  }
  private checkWidth(input: Tensor): void {
    const width = input.shape[input.ndim - 1];
    if (width !== this.inputSize) throw new TorchError(`input.size(-1) must be equal to input_size. Expected ${this.inputSize}, got ${width}`, { operator: this.constructor.name, shapes: [input.shape] });
  }
  /** All layers over `data`, the rows of all steps one after the other: `sizes[t]` rows, never more than before, at step t. */
  private layers(data: Tensor, sizes: readonly number[], initial: State | null): [Tensor, Tensor[]] {
    const directions = this.bidirectional ? 2 : 1, states = this.numLayers * directions;
    const first = this.stateSizes.map((size, part) => {
      const given = initial?.[part], want = [states, sizes[0], size];
      if (given && !sameShape(given.shape, want)) throw new TorchError(`Expected hidden${this.stateSizes.length > 1 ? `[${part}]` : ''} size (${want.join(', ')}), got ${showShape(given.shape)}`, { shapes: [given.shape] });
      return given ?? zeros(want, { dtype: data.dtype, device: data.device });
    });
    const last: Tensor[][] = this.stateSizes.map(() => []);
    let x = data;
    for (let layer = 0; layer < this.numLayers; layer++) {
      const outputs = this.directions(layer).map((suffix, direction) => {
        const weights: Weights = { hh: this.named(`weight_hh${suffix}`)!, bhh: this.named(`bias_hh${suffix}`), hr: this.named(`weight_hr${suffix}`) };
        const steps = F.linear(x, this.named(`weight_ih${suffix}`)!, this.named(`bias_ih${suffix}`)).split([...sizes]);
        const [out, end] = this.scan(steps, sizes, first.map((s) => s.select(0, layer * directions + direction)), weights, direction === 1);
        end.forEach((s, part) => last[part].push(s));
        return out;
      });
      x = outputs.length > 1 ? cat(outputs, -1) : outputs[0];
      if (this.dropout > 0 && layer < this.numLayers - 1) x = F.dropout(x, this.dropout, this.training);
    }
    return [x, last.map((parts) => stack(parts, 0))];
  }
  /** One layer in one direction. A sequence that is over keeps its state; backwards it joins, with its first state, when its turn comes. */
  private scan(steps: readonly Tensor[], sizes: readonly number[], first: State, weights: Weights, backwards: boolean): [Tensor, State] {
    const out = new Array<Tensor>(steps.length), over: State[] = [], rows = (s: Tensor, from: number, to: number): Tensor => (from === 0 && to === s.shape[0] ? s : s.slice(0, from, to));
    let now = backwards ? sizes[sizes.length - 1] : sizes[0], state: State = first.map((s) => rows(s, 0, now));
    for (let i = 0; i < steps.length; i++) {
      const t = backwards ? steps.length - 1 - i : i, size = sizes[t], before = now, held = state;
      if (size < before) { over.unshift(held.map((s) => rows(s, size, before))); state = held.map((s) => rows(s, 0, size)); }
      if (size > before) state = held.map((s, part) => cat([s, rows(first[part], before, size)]));
      now = size;
      state = this.step(steps[t], state, weights);
      out[t] = state[0];
    }
    return [cat(out), over.length ? state.map((s, part) => cat([s, ...over.map((o) => o[part])])) : state];
  }
  override extraRepr(): string {
    const parts = [`${this.inputSize}, ${this.hiddenSize}`];
    if (this.projSize) parts.push(`proj_size=${this.projSize}`);
    if (this.numLayers !== 1) parts.push(`num_layers=${this.numLayers}`);
    if (!this.bias) parts.push('bias=False');
    if (this.batchFirst) parts.push('batch_first=True');
    if (this.dropout) parts.push(`dropout=${py(this.dropout)}`);
    if (this.bidirectional) parts.push('bidirectional=True');
    return parts.join(', ');
  }
}

/** The arguments in PyTorch's order after `inputSize` and `hiddenSize`; the options object may take the place of any tail. */
type Tail<O> = [numLayers?: number | O, bias?: boolean | O, batchFirst?: boolean | O, dropout?: number | O, bidirectional?: boolean | O];
type Sized<O> = O & { inputSize: number; hiddenSize: number };

interface RNNOptions extends RecurrentOptions { nonlinearity?: Nonlinearity }
const rnnArguments = signature<Arguments>(`RNN(int input_size, int hidden_size, int num_layers=1, str nonlinearity='tanh', ${COMMON}, ${FACTORY})`);
/**
 * h = tanh(W_ih x + b_ih + W_hh h + b_hh) at each step (Elman 1990). Input [T, N, inputSize] (with `batchFirst` [N, T, …],
 * or without N); gives [output [T, N, directions · hiddenSize], last state [layers · directions, N, hiddenSize]].
 */
export class RNN extends RNNBase {
  readonly nonlinearity: Nonlinearity;
  protected readonly step: Step;
  constructor(...args: [options: Sized<RNNOptions>] | [inputSize: number, hiddenSize: number, numLayers?: number | RNNOptions, nonlinearity?: Nonlinearity | RNNOptions, bias?: boolean | RNNOptions, batchFirst?: boolean | RNNOptions, dropout?: number | RNNOptions, bidirectional?: boolean | RNNOptions, options?: FactoryOptions]) {
    const a = rnnArguments(args);
    super({ ...a, projSize: 0 }, 1, false);
    if (a.nonlinearity !== 'tanh' && a.nonlinearity !== 'relu') throw new TorchError(`Unknown nonlinearity '${String(a.nonlinearity)}'. Select from 'tanh' or 'relu'.`);
    this.nonlinearity = a.nonlinearity;
    this.step = rnnStep(a.nonlinearity);
  }
  override forward(input: PackedSequence, hx?: Tensor | null): [PackedSequence, Tensor];
  override forward(input: Tensor, hx?: Tensor | null): [Tensor, Tensor];
  override forward(input: Tensor | PackedSequence, hx: Tensor | null = null): [Tensor | PackedSequence, Tensor] { const [out, [h]] = input instanceof PackedSequence ? this.runPacked(input, hx && [hx]) : this.run(input, hx && [hx]); return [out, h]; }
}
export interface RNN { (input: PackedSequence, hx?: Tensor | null): [PackedSequence, Tensor] }

interface LSTMOptions extends RecurrentOptions { projSize?: number }
const lstmArguments = signature<Arguments>(`LSTM(int input_size, int hidden_size, int num_layers=1, ${COMMON}, int proj_size=0, ${FACTORY})`);
/** Long short-term memory. Gives [output, [last hidden state, last cell state]]; the shapes are those of `RNN`. */
export class LSTM extends RNNBase {
  protected readonly step = lstmStep;
  constructor(...args: [options: Sized<LSTMOptions>] | [inputSize: number, hiddenSize: number, ...Tail<LSTMOptions>, projSize?: number | LSTMOptions, options?: FactoryOptions]) { super(lstmArguments(args), 4, true); }
  override forward(input: PackedSequence, hx?: readonly [Tensor, Tensor] | null): [PackedSequence, [Tensor, Tensor]];
  override forward(input: Tensor, hx?: readonly [Tensor, Tensor] | null): [Tensor, [Tensor, Tensor]];
  override forward(input: Tensor | PackedSequence, hx: readonly [Tensor, Tensor] | null = null): [Tensor | PackedSequence, [Tensor, Tensor]] { const [out, [h, c]] = input instanceof PackedSequence ? this.runPacked(input, hx) : this.run(input, hx); return [out, [h, c]]; }
}
export interface LSTM { (input: PackedSequence, hx?: readonly [Tensor, Tensor] | null): [PackedSequence, [Tensor, Tensor]] }

const gruArguments = signature<Arguments>(`GRU(int input_size, int hidden_size, int num_layers=1, ${COMMON}, ${FACTORY})`);
/** Gated recurrent unit. Gives [output, last state]; the shapes are those of `RNN`. */
export class GRU extends RNNBase {
  protected readonly step = gruStep;
  constructor(...args: [options: Sized<RecurrentOptions>] | [inputSize: number, hiddenSize: number, ...Tail<RecurrentOptions>, options?: FactoryOptions]) { super({ ...gruArguments(args), projSize: 0 }, 3, false); }
  override forward(input: PackedSequence, hx?: Tensor | null): [PackedSequence, Tensor];
  override forward(input: Tensor, hx?: Tensor | null): [Tensor, Tensor];
  override forward(input: Tensor | PackedSequence, hx: Tensor | null = null): [Tensor | PackedSequence, Tensor] { const [out, [h]] = input instanceof PackedSequence ? this.runPacked(input, hx && [hx]) : this.run(input, hx && [hx]); return [out, h]; }
}
export interface GRU { (input: PackedSequence, hx?: Tensor | null): [PackedSequence, Tensor] }

interface CellOptions extends FactoryOptions { bias?: boolean }
interface CellArguments { inputSize: number; hiddenSize: number; bias: boolean; nonlinearity: Nonlinearity; device: string | null; dtype: FactoryOptions['dtype'] & {} | null }
/** One step of a recurrent layer: input [N, inputSize] or [inputSize]. */
abstract class RNNCellBase extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  weight_ih: Parameter;
  weight_hh: Parameter;
  bias_ih: Parameter | null = null;
  bias_hh: Parameter | null = null;
  constructor(a: CellArguments, gates: number) {
    super();
    this.inputSize = a.inputSize;
    this.hiddenSize = a.hiddenSize;
    this.weight_ih = new Parameter(empty([gates * a.hiddenSize, a.inputSize], factory(a)));
    this.weight_hh = new Parameter(empty([gates * a.hiddenSize, a.hiddenSize], factory(a)));
    if (a.bias) { this.bias_ih = new Parameter(empty([gates * a.hiddenSize], factory(a))); this.bias_hh = new Parameter(empty([gates * a.hiddenSize], factory(a))); }
    else { this.registerParameter('bias_ih', null); this.registerParameter('bias_hh', null); }
    this.resetParameters();
  }
  get weightIh(): Parameter { return this.weight_ih; }
  get weightHh(): Parameter { return this.weight_hh; }
  get biasIh(): Parameter | null { return this.bias_ih; }
  get biasHh(): Parameter | null { return this.bias_hh; }
  resetParameters(): void { const bound = this.hiddenSize > 0 ? 1 / Math.sqrt(this.hiddenSize) : 0; for (const p of this.parameters()) uniform_(p, -bound, bound); }
  protected next(input: Tensor, hx: State | null, parts: number, step: Step): State {
    const name = this.constructor.name, state = hx ?? new Array<Tensor>(parts).fill(zeros([...input.shape.slice(0, -1), this.hiddenSize], { dtype: input.dtype, device: input.device }));
    if (input.ndim !== 1 && input.ndim !== 2) throw new TorchError(`${name}: Expected input to be 1D or 2D, got ${input.ndim}D instead`, { shapes: [input.shape] });
    if (input.shape[input.ndim - 1] !== this.inputSize) throw new TorchError(`input has inconsistent input_size: got ${input.shape[input.ndim - 1]} expected ${this.inputSize}`, { shapes: [input.shape] });
    state.forEach((s, i) => {
      if (s.ndim !== 1 && s.ndim !== 2) throw new TorchError(`${name}: Expected hidden to be 1D or 2D, got ${s.ndim}D instead`, { shapes: [s.shape] });
      if (s.shape[s.ndim - 1] !== this.hiddenSize) throw new TorchError(`hidden${i} has inconsistent hidden_size: got ${s.shape[s.ndim - 1]}, expected ${this.hiddenSize}`, { shapes: [s.shape] });
      if (s.ndim === 2 && s.shape[0] !== input.shape[0]) throw new TorchError(`Input batch size ${input.shape[0]} doesn't match hidden${i} batch size ${s.shape[0]}`, { shapes: [input.shape, s.shape] });
    });
    return step(F.linear(input, this.weight_ih, this.bias_ih), state, { hh: this.weight_hh, bhh: this.bias_hh, hr: null });
  }
  override extraRepr(): string { return `${this.inputSize}, ${this.hiddenSize}${this.bias_ih ? '' : ', bias=False'}`; }
}
interface RNNCellOptions extends CellOptions { nonlinearity?: Nonlinearity }
const rnnCellArguments = signature<CellArguments>(`RNNCell(int input_size, int hidden_size, bool bias=True, str nonlinearity='tanh', ${FACTORY})`);
/** One step of `RNN`: input [N, inputSize], state [N, hiddenSize] (zeros unless given); gives the next state. */
export class RNNCell extends RNNCellBase {
  readonly nonlinearity: Nonlinearity;
  constructor(...args: [inputSize: number, hiddenSize: number, bias?: boolean | RNNCellOptions, nonlinearity?: Nonlinearity | RNNCellOptions, options?: FactoryOptions]) {
    const a = rnnCellArguments(args);
    super(a, 1);
    if (a.nonlinearity !== 'tanh' && a.nonlinearity !== 'relu') throw new TorchError(`Unknown nonlinearity: ${String(a.nonlinearity)}`);
    this.nonlinearity = a.nonlinearity;
  }
  override forward(input: Tensor, hx: Tensor | null = null): Tensor { return this.next(input, hx && [hx], 1, rnnStep(this.nonlinearity))[0]; }
  override extraRepr(): string { return `${super.extraRepr()}${this.nonlinearity !== 'tanh' ? `, nonlinearity=${this.nonlinearity}` : ''}`; }
}
const cellArguments = signature<CellArguments>(`Cell(int input_size, int hidden_size, bool bias=True, ${FACTORY})`);
type CellParameters = [inputSize: number, hiddenSize: number, bias?: boolean | CellOptions, options?: FactoryOptions];
/** One step of `LSTM`: gives [next hidden state, next cell state]. */
export class LSTMCell extends RNNCellBase {
  constructor(...args: CellParameters) { super(cellArguments(args), 4); }
  override forward(input: Tensor, hx: readonly [Tensor, Tensor] | null = null): [Tensor, Tensor] { const [h, c] = this.next(input, hx, 2, lstmStep); return [h, c]; }
}
/** One step of `GRU`: gives the next state. */
export class GRUCell extends RNNCellBase {
  constructor(...args: CellParameters) { super(cellArguments(args), 3); }
  override forward(input: Tensor, hx: Tensor | null = null): Tensor { return this.next(input, hx && [hx], 1, gruStep)[0]; }
}
