import { TorchError } from '../../errors.ts';
import { writeFile } from '../../io/save.ts';
import { Tensor } from '../../tensor/tensor.ts';

/** A row of numbers: one for each step or epoch. Values that are not finite leave a gap. */
type Values = readonly number[] | Tensor;
/** Options of `lossCurve`. */
export interface CurveOptions {
  /** Columns and lines of the drawing itself, without its labels. Default 60 and 12. */
  width?: number;
  height?: number;
  title?: string;
}

const listOf = (values: Values): number[] => (values instanceof Tensor ? (values.detach().flatten().tolist() as number[]) : [...values]);

/** The smallest and the largest finite value, a little apart. */
function extent(values: readonly number[]): [low: number, high: number] {
  const finite = values.filter((v) => Number.isFinite(v));
  if (!finite.length) throw new TorchError(`draw: there is no finite value among the ${values.length} to draw`);
  const low = finite.reduce((a, b) => Math.min(a, b)), high = finite.reduce((a, b) => Math.max(a, b)), room = low === high ? Math.abs(low) * 0.1 || 1 : 0;
  return [low - room, high + room];
}
const label = (v: number): string => { const text = Number(v.toPrecision(3)), size = Math.abs(text); return size !== 0 && (size < 1e-3 || size >= 1e5) ? text.toExponential() : String(text); };

// A braille character holds two columns of four dots.
const DOTS = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/**
 * A curve as text, with the values' range at the left and their numbers below.
 *
 * @example console.log(draw.lossCurve(losses, { title: 'training loss' }))
 */
export function lossCurve(values: Values, { width = 60, height = 12, title }: CurveOptions = {}): string {
  const list = listOf(values), [low, high] = extent(list), dotsWide = width * 2, dotsHigh = height * 4, n = list.length;
  const cells = Array.from({ length: height }, () => new Uint8Array(width));
  const column = (i: number): number => (n > 1 ? Math.round((i / (n - 1)) * (dotsWide - 1)) : 0), row = (v: number): number => Math.round(((high - v) / (high - low)) * (dotsHigh - 1));
  const dot = (x: number, y: number): void => { cells[y >> 2][x >> 1] |= DOTS[y & 3][x & 1]; };
  list.forEach((v, i) => {
    if (!Number.isFinite(v)) return;
    const x = column(i), y = row(v), next = list[i + 1];
    dot(x, y);
    if (next === undefined || !Number.isFinite(next)) return;
    const dx = column(i + 1) - x, dy = row(next) - y, steps = Math.max(dx, Math.abs(dy));
    for (let s = 1; s < steps; s++) dot(x + Math.round((dx * s) / steps), y + Math.round((dy * s) / steps));
  });
  const labels = new Map([[0, label(high)], [Math.floor((height - 1) / 2), label(high - ((high - low) * Math.floor((height - 1) / 2)) / Math.max(height - 1, 1))], [height - 1, label(low)]]);
  const margin = Math.max(...[...labels.values()].map((l) => l.length));
  const lines = cells.map((cs, y) => `${(labels.get(y) ?? '').padStart(margin)} ${labels.has(y) ? '┤' : '│'}${[...cs].map((c) => (c ? String.fromCharCode(0x2800 + c) : ' ')).join('')}`.trimEnd());
  const last = String(n), axis = `${' '.repeat(margin)} └${'─'.repeat(width)}`, numbers = `${' '.repeat(margin + 2)}1${n > 1 ? last.padStart(width - 1) : ''}`;
  return [...(title ? [`${' '.repeat(margin + 2)}${title}`] : []), ...lines, axis, numbers].join('\n');
}

/** Options of `curveSvg`. */
export interface SvgOptions { width?: number; height?: number; title?: string; xLabel?: string; yLabel?: string }

// Okabe and Ito's colours, which the colour-blind can tell apart.
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
const escaped = (s: string): string => s.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Round numbers, about five of them, within a range. */
function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) as number;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/**
 * Writes a curve, or several by name, as an SVG file.
 *
 * @example draw.curveSvg({ train: trainLosses, validation: validationLosses }, 'loss.svg', { title: 'loss', xLabel: 'epoch' })
 */
export function curveSvg(values: Values | Readonly<Record<string, Values>>, path: string | URL, { width = 640, height = 400, title, xLabel, yLabel }: SvgOptions = {}): void {
  const single = Array.isArray(values) || values instanceof Tensor;
  const series = (single ? [['', values]] : Object.entries(values)).map(([name, v]) => ({ name: String(name), list: listOf(v as Values) }));
  const [low, high] = extent(series.flatMap((s) => s.list)), longest = Math.max(...series.map((s) => s.list.length), 2);
  const left = 64, right = width - 16, top = title ? 40 : 16, bottom = height - (xLabel ? 56 : 36);
  const x = (i: number): string => (left + (i / (longest - 1)) * (right - left)).toFixed(1), y = (v: number): string => (bottom - ((v - low) / (high - low)) * (bottom - top)).toFixed(1);
  const text = (at: string, content: string, more = ''): string => `<text ${at} ${more}>${escaped(content)}</text>`;
  const parts = [
    ...ticks(low, high).map((v) => `<line x1="${left}" x2="${right}" y1="${y(v)}" y2="${y(v)}" stroke="#ddd"/>${text(`x="${left - 8}" y="${y(v)}"`, label(v), 'text-anchor="end" dominant-baseline="middle"')}`),
    ...ticks(1, longest).filter((t) => Number.isInteger(t) && t >= 1).map((t) => text(`x="${x(t - 1)}" y="${bottom + 18}"`, String(t), 'text-anchor="middle"')),
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="#555"/>`,
    ...series.map(({ list }, k) => {
      const d = list.map((v, i) => (Number.isFinite(v) ? `${i > 0 && Number.isFinite(list[i - 1]) ? 'L' : 'M'}${x(i)} ${y(v)}` : '')).join('');
      return `<path d="${d}" fill="none" stroke="${COLOURS[k % COLOURS.length]}" stroke-width="2" stroke-linejoin="round"/>`;
    }),
    ...series.map(({ name }, k) => (name ? text(`x="${right - 8}" y="${top + 16 + 18 * k}"`, name, `text-anchor="end" fill="${COLOURS[k % COLOURS.length]}"`) : '')),
    title ? text(`x="${(left + right) / 2}" y="24"`, title, 'text-anchor="middle" font-size="16"') : '',
    xLabel ? text(`x="${(left + right) / 2}" y="${height - 12}"`, xLabel, 'text-anchor="middle"') : '',
    yLabel ? text(`x="16" y="${(top + bottom) / 2}"`, yLabel, `text-anchor="middle" transform="rotate(-90 16 ${(top + bottom) / 2})"`) : '',
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#333">\n<rect width="100%" height="100%" fill="#fff"/>\n${parts.filter(Boolean).join('\n')}\n</svg>\n`;
  writeFile(path, new TextEncoder().encode(svg));
}
