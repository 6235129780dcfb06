import { deflateSync } from 'node:zlib';
import { writeFile } from '../../io/save.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { pixelsOf, type ValueRange } from './pixels.ts';

/** Options of `toPng`. */
export interface PngOptions {
  /** Each pixel becomes a square of so many pixels. Default 1. */
  scale?: number;
  /** The values that are black and white. */
  range?: ValueRange;
}

/**
 * Writes an image [H, W], [1, H, W] or [3, H, W] as a PNG file.
 *
 * @example draw.toPng(image, 'digit.png', { scale: 8 })
 */
export function toPng(image: Tensor, path: string | URL, { scale = 1, range }: PngOptions = {}): void {
  const { width, height, channels, bytes } = pixelsOf(image, range), w = width * scale, h = height * scale;
  // Each row begins with the number of its filter: 0, none.
  const rows = new Uint8Array(h * (1 + w * channels));
  for (let y = 0, at = 0; y < h; y++) {
    at++;
    for (let x = 0; x < w; x++) for (let c = 0; c < channels; c++) rows[at++] = bytes[(Math.floor(y / scale) * width + Math.floor(x / scale)) * channels + c];
  }
  const header = new Uint8Array(13), view = new DataView(header.buffer);
  view.setUint32(0, w);
  view.setUint32(4, h);
  header.set([8, channels === 3 ? 2 : 0], 8); // eight bits a value; 2 is colour, 0 grey
  writeFile(path, Buffer.concat([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array())]));
}

/** A part of a PNG file: length, type, data, checksum. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length), view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(new TextEncoder().encode(type), 4);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
  return out;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const b of bytes) c = crcTable[(c ^ b) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
