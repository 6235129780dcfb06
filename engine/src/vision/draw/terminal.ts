import type { Tensor } from '../../tensor/tensor.ts';
import { resize } from '../transforms/functional.ts';
import { pixelsOf, type Pixels, type ValueRange } from './pixels.ts';

/** Options of pictures in the terminal. */
export interface ImageOptions {
  /** Colours, two pixels to a character; without, characters from light to dark ink. Default: what the terminal can do. */
  colour?: boolean;
  /** The most columns to fill; larger images are made smaller. Default: the terminal's width, or 80. */
  width?: number;
  /** The values that are black and white. */
  range?: ValueRange;
}

/** Does the terminal show colours, and are they wanted? */
export const hasColour = (): boolean => process.stdout.isTTY === true && !process.env.NO_COLOR;
const RESET = '\x1b[0m';
/** Characters by the share of a cell that they light up. */
const RAMP = ' .:-=+*#%@';

/**
 * An image [H, W], [1, H, W] or [3, H, W] as text.
 *
 * @example console.log(draw.image(digit))
 */
export const image = (picture: Tensor, options: ImageOptions = {}): string => lines(picture, options).lines.join('\n');

/** The picture line by line; each line shows `columns` cells. */
function lines(picture: Tensor, { colour = hasColour(), width = process.stdout.columns || 80, range }: ImageOptions): { lines: string[]; columns: number } {
  const cells = colour ? 1 : 2, most = Math.max(Math.floor(width / cells), 1), [h, w] = picture.shape.slice(-2);
  const small = w > most ? resize(picture, [Math.max(Math.round((h * most) / w), 1), most]) : picture, pixels = pixelsOf(small, range);
  return { lines: colour ? halfBlocks(pixels) : characters(pixels), columns: pixels.width * cells };
}

const rgb = ({ width, channels, bytes }: Pixels, x: number, y: number): string => {
  const at = (y * width + x) * channels;
  return channels === 3 ? `${bytes[at]};${bytes[at + 1]};${bytes[at + 2]}` : `${bytes[at]};${bytes[at]};${bytes[at]}`;
};
/** An upper half block shows one pixel in its own colour and the one below in the background's. */
function halfBlocks(p: Pixels): string[] {
  const out: string[] = [];
  for (let y = 0; y < p.height; y += 2) {
    let line = '', before = '';
    for (let x = 0; x < p.width; x++) {
      const colours = `\x1b[38;2;${rgb(p, x, y)}m${y + 1 < p.height ? `\x1b[48;2;${rgb(p, x, y + 1)}m` : '\x1b[49m'}`;
      line += colours === before ? '▀' : `${colours}▀`;
      before = colours;
    }
    out.push(line + RESET);
  }
  return out;
}
/** A cell is about twice as high as wide, so two characters make a square pixel. */
function characters({ width, height, channels, bytes }: Pixels): string[] {
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => {
    const at = (y * width + x) * channels, light = channels === 3 ? 0.2989 * bytes[at] + 0.587 * bytes[at + 1] + 0.114 * bytes[at + 2] : bytes[at];
    return RAMP[Math.round((light / 255) * (RAMP.length - 1))].repeat(2);
  }).join(''));
}

/**
 * Images side by side, as many in a row as fit, each with its caption below.
 *
 * @example console.log(draw.grid(images, labels.map(String)))
 */
export function grid(pictures: readonly Tensor[], captions: readonly (string | number)[] = [], options: ImageOptions = {}): string {
  const width = options.width ?? (process.stdout.columns || 80), shown = pictures.map((p) => lines(p, { ...options, width }));
  const rows: (typeof shown)[] = [];
  let free = 0;
  for (const picture of shown) {
    if (free < picture.columns || !rows.length) { rows.push([]); free = width; }
    rows[rows.length - 1].push(picture);
    free -= picture.columns + 1;
  }
  let number = 0;
  return rows.map((row) => {
    const height = Math.max(...row.map((p) => p.lines.length));
    const text = Array.from({ length: height }, (_, y) => row.map((p) => p.lines[y] ?? ' '.repeat(p.columns)).join(' '));
    if (captions.length) text.push(row.map((p) => String(captions[number++] ?? '').slice(0, p.columns).padEnd(p.columns)).join(' ').trimEnd());
    return text.join('\n');
  }).join('\n\n');
}
