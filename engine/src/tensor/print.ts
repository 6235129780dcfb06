import { getDefaultDtype, isFloat, type DType } from './dtype.ts';
import { TorchError } from '../errors.ts';

/** How tensors print. */
export interface PrintOptions {
  /** Digits after the point (default 4). */
  precision: number;
  /** A tensor of more elements prints in summary (default 1000). */
  threshold: number;
  /** Items at each end of a dimension in a summary (default 3). */
  edgeitems: number;
  /** Characters to a line (default 80). */
  linewidth: number;
  /** Scientific notation always, never, or (null) by PyTorch's rule. */
  sciMode: boolean | null;
}
type Profile = 'default' | 'short' | 'full';
const profiles: Record<Profile, Omit<PrintOptions, 'sciMode'>> = {
  default: { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 },
  short: { precision: 2, threshold: 1000, edgeitems: 2, linewidth: 80 },
  full: { precision: 4, threshold: Infinity, edgeitems: 3, linewidth: 80 },
};
let current: PrintOptions = { ...profiles.default, sciMode: null };

/**
 * Changes how tensors print. What is not named stays, except `sciMode`, which goes back to the automatic choice, as in PyTorch.
 *
 * @example
 * torch.setPrintoptions({ precision: 2 });
 * String(torch.tensor([1.12345])); // tensor([1.12])
 * torch.setPrintoptions({ profile: 'default' });
 */
export function setPrintoptions(options: Partial<PrintOptions> & { profile?: Profile }): void {
  const { profile } = options;
  if (profile !== undefined && !Object.hasOwn(profiles, profile)) throw new TorchError(`unknown profile '${profile}': one of ${Object.keys(profiles).join(', ')}`, { operator: 'set_printoptions' });
  const base = profile ? profiles[profile] : current;
  current = {
    precision: options.precision ?? base.precision,
    threshold: options.threshold ?? base.threshold,
    edgeitems: options.edgeitems ?? base.edgeitems,
    linewidth: options.linewidth ?? base.linewidth,
    sciMode: options.sciMode ?? null,
  };
}
/** A copy of the options in force. */
export const getPrintoptions = (): PrintOptions => ({ ...current });

/** What there is to know of a tensor to print it. */
export interface Printable {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly device: string;
  readonly requiresGrad: boolean;
  /** Name of the node that computes the gradient: `MulBackward0`. */
  readonly gradFnName?: string;
  /** The element at a place in row-major order. Only elements that are printed are read. */
  read(index: number): number | boolean | bigint;
}

/**
 * PyTorch's repr, character for character.
 *
 * @example
 * repr({ shape: [2], dtype: 'float32', device: 'cpu', requiresGrad: false, read: (i) => i + 0.5 }) // tensor([0.5000, 1.5000])
 */
export function repr(t: Printable, options: PrintOptions = current): string {
  const prefix = 'tensor(';
  const numel = t.shape.reduce((n, size) => n * size, 1);
  const suffixes: string[] = [];
  if (t.device !== 'cpu') suffixes.push(`device='${t.device}'`);
  if (numel === 0 ? t.shape.length !== 1 : options.edgeitems === 0) suffixes.push(`size=${tuple(t.shape)}`);
  // No element shows whether an empty tensor is of an integral type, so only the default dtype goes without saying.
  const plain = t.dtype === getDefaultDtype() || (numel > 0 && (t.dtype === 'int64' || t.dtype === 'bool'));
  if (!plain) suffixes.push(`dtype=torch.${t.dtype}`);
  if (t.gradFnName) suffixes.push(`grad_fn=<${t.gradFnName}>`);
  else if (t.requiresGrad) suffixes.push('requires_grad=True');
  return withSuffixes(prefix + (numel === 0 ? '[]' : body(t, prefix.length, numel > options.threshold, options)), suffixes, prefix.length, options);
}

const tuple = (shape: readonly number[]): string => `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;

/** Appends the suffixes, each on a new line where the present one is full. */
function withSuffixes(text: string, suffixes: string[], indent: number, { linewidth }: PrintOptions): string {
  let line = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    const fits = line + suffix.length + 2 <= linewidth;
    text += fits ? `, ${suffix}` : `,\n${' '.repeat(indent)}${suffix}`;
    line = fits ? line + suffix.length + 2 : indent + suffix.length;
  }
  return `${text})`;
}

/** The nested brackets. `summarize` leaves out the middle of every dimension that is longer than its two ends. */
function body(t: Printable, startIndent: number, summarize: boolean, options: PrintOptions): string {
  const { shape } = t, { edgeitems } = options;
  const cut = (dim: number): boolean => summarize && shape[dim] > 2 * edgeitems;
  const shown = (dim: number): number[] => Array.from({ length: cut(dim) ? 2 * edgeitems : shape[dim] }, (_, i) => (cut(dim) && i >= edgeitems ? shape[dim] - 2 * edgeitems + i : i));

  const values: (number | boolean | bigint)[] = [];
  const collect = (dim: number, at: number): void => {
    if (dim === shape.length) values.push(t.read(at));
    else for (const i of shown(dim)) collect(dim + 1, at * shape[dim] + i);
  };
  collect(0, 0);
  const { format, width } = formatter(values, t.dtype, options);

  let next = 0; // values come in the order in which they are printed
  const write = (dim: number, indent: number): string => {
    if (dim === shape.length) return format(values[next++]);
    const last = dim === shape.length - 1;
    const items = shown(dim).map(() => write(dim + 1, indent + 1));
    if (cut(dim)) items.splice(edgeitems, 0, last && edgeitems > 0 ? ' ...' : '...');
    const newline = '\n'.repeat(last ? 1 : shape.length - 1 - dim) + ' '.repeat(indent + 1);
    if (!last) return `[${items.join(`,${newline}`)}]`;
    const perLine = Math.max(1, Math.floor((options.linewidth - indent) / (width + 2)));
    const lines: string[] = [];
    for (let i = 0; i < items.length; i += perLine) lines.push(items.slice(i, i + perLine).join(', '));
    return `[${lines.join(`,${newline}`)}]`;
  };
  return write(0, startIndent);
}

interface Formatter { format: (value: number | boolean | bigint) => string; width: number }

/**
 * One format for all elements: floats that are all whole print as `1.`, a range of more than 1000 or extreme values in
 * scientific notation, else with fixed digits. Zeros and non-finite values take part in neither choice nor width.
 */
function formatter(values: readonly (number | boolean | bigint)[], dtype: DType, options: PrintOptions): Formatter {
  const aligned = (text: (value: number | boolean | bigint) => string, measured: readonly (number | boolean | bigint)[]): Formatter => {
    const width = measured.reduce((w: number, v) => Math.max(w, text(v).length), 1);
    return { width, format: (v) => text(v).padStart(width) };
  };
  if (!isFloat(dtype)) return aligned((v) => (v === true ? 'True' : v === false ? 'False' : String(v)), values);

  const measured = values.map(Number).filter((x) => x !== 0 && Number.isFinite(x));
  const whole = measured.every(Number.isInteger);
  const sizes = measured.map(Math.abs), max = sizes.reduce((a, b) => Math.max(a, b), 0), min = sizes.reduce((a, b) => Math.min(a, b), Infinity);
  const automatic = max / min > 1000 || max > 1e8 || min < 1e-4;
  if (measured.length > 0 && (options.sciMode ?? automatic)) return aligned((v) => scientific(Number(v), options.precision), measured);
  if (whole) return aligned((v) => fixed(Number(v), 0) + (Number.isFinite(v) ? '.' : ''), measured);
  return aligned((v) => fixed(Number(v), options.precision), measured);
}

const special = (x: number): string => (x !== x ? 'nan' : x > 0 ? 'inf' : '-inf');
const sign = (x: number): string => (x < 0 || Object.is(x, -0) ? '-' : '');

/** Python's `f"{x:.{digits}f}"`. */
function fixed(x: number, digits: number): string {
  if (!Number.isFinite(x)) return special(x);
  const a = Math.abs(x);
  if (a >= 1e21) return sign(x) + BigInt(a) + (digits > 0 ? `.${'0'.repeat(digits)}` : ''); // toFixed changes to exponents here
  return sign(x) + evenTie(a.toFixed(digits), isTie(a, digits));
}

/** Python's `f"{x:.{digits}e}"`. */
function scientific(x: number, digits: number): string {
  if (!Number.isFinite(x)) return special(x);
  const a = Math.abs(x);
  const [mantissa, exponent] = a.toExponential(digits).split('e');
  const order = Number(a.toExponential().split('e')[1]);
  return `${sign(x)}${evenTie(mantissa, isTie(a, digits - order))}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** True where a·10^digits lies exactly in the middle between two integers: a is a binary fraction, so an odd multiple of 2^−(digits+1). */
function isTie(a: number, digits: number): boolean {
  if (digits >= 0) return (a * 2 ** (digits + 1)) % 2 === 1;
  if (!Number.isInteger(a)) return false;
  const unit = 10n ** BigInt(-digits);
  return (BigInt(a) % unit) * 2n === unit;
}

/** JavaScript rounds a tie up, Python to the even digit: an odd last digit after a tie is one too high. */
function evenTie(text: string, tie: boolean): string {
  const last = Number(text.at(-1));
  return tie && last % 2 === 1 ? text.slice(0, -1) + (last - 1) : text;
}
