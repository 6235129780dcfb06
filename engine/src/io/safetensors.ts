import { TorchError } from '../errors.ts';
import { dtypeInfo, type DType } from '../tensor/dtype.ts';

// The format: https://huggingface.co/docs/safetensors. Eight bytes of header length, a JSON header, the data.

/** A contiguous tensor with its bytes (little-endian, row-major). */
export interface PlainTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Names of the dtypes, in the order in which the format's own library lays tensors out. */
const NAMES = { int64: 'I64', float64: 'F64', float32: 'F32', int32: 'I32', bfloat16: 'BF16', float16: 'F16', int16: 'I16', int8: 'I8', uint8: 'U8', bool: 'BOOL' } as const satisfies Record<DType, string>;
const ORDER = Object.keys(NAMES) as DType[];
const DTYPES = new Map<unknown, DType>(ORDER.map((dtype) => [NAMES[dtype], dtype]));
/** The format's own limit. */
const MAX_HEADER = 100_000_000;

const invalid = (why: string): TorchError => new TorchError(`Error while deserializing header: ${why}`, { operator: 'load' });
const sizeOf = (dtype: DType, shape: readonly number[]): number => shape.reduce((n, size) => n * size, dtypeInfo(dtype).bytes);

/**
 * Reads a safetensors file. The tensors come in the order of their data; their bytes are windows on `file`.
 *
 * @throws TorchError if the header is no header, or does not describe the data exactly
 */
export function readSafetensors(file: Uint8Array): { tensors: Map<string, PlainTensor>; metadata: Record<string, string> } {
  if (file.length < 8) throw invalid('header too small');
  const length = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER) throw invalid('header too large');
  if (8 + length > file.length) throw invalid('invalid header length');
  const header = parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const data = file.subarray(8 + length);
  const { __metadata__: metadata = {}, ...described } = header;

  const entries = Object.entries(described).map(([name, info]) => ({ name, ...entryOf(name, info) })).sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end, dtype, shape } of entries) {
    if (begin !== at || end - begin !== sizeOf(dtype, shape)) throw invalid(`invalid offset for tensor \`${name}\``);
    at = end;
  }
  if (at !== data.length) throw invalid(`incomplete metadata, file not fully covered: the header describes ${at} bytes, the file has ${data.length}`);
  if (typeof metadata !== 'object' || metadata === null || !Object.values(metadata).every((v) => typeof v === 'string')) throw invalid('__metadata__ holds something else than strings');
  return { tensors: new Map(entries.map(({ name, dtype, shape, begin, end }) => [name, { dtype, shape, bytes: data.subarray(begin, end) }])), metadata: metadata as Record<string, string> };
}

function parse(text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw invalid(`invalid JSON in header: ${(cause as Error).message}`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw invalid('invalid start character in header, must be {');
  return header as Record<string, unknown>;
}

function entryOf(name: string, info: unknown): { dtype: DType; shape: number[]; begin: number; end: number } {
  const { dtype, shape, data_offsets: offsets } = (info ?? {}) as Record<string, unknown>;
  const sizes = (x: unknown): x is number[] => Array.isArray(x) && x.every((n) => Number.isSafeInteger(n) && n >= 0);
  const known = DTYPES.get(dtype);
  if (!known) throw invalid(`tensor \`${name}\` has dtype ${String(dtype)}; supported are ${[...DTYPES.keys()].join(', ')}`);
  if (!sizes(shape) || !sizes(offsets) || offsets.length !== 2) throw invalid(`the shape or the offsets of tensor \`${name}\` are malformed`);
  return { dtype: known, shape, begin: offsets[0], end: offsets[1] };
}

/**
 * Writes a safetensors file, byte for byte as the format's own library does: by dtype, larger first, then by name.
 *
 * @param metadata strings to keep with the tensors, such as `{ format: 'pt' }`
 */
export function writeSafetensors(tensors: Iterable<readonly [string, PlainTensor]>, metadata?: Record<string, string>): Uint8Array {
  const encoder = new TextEncoder();
  const order = [...tensors].sort(([a, s], [b, t]) => ORDER.indexOf(s.dtype) - ORDER.indexOf(t.dtype) || Buffer.compare(encoder.encode(a), encoder.encode(b)));
  const fields = metadata ? [`"__metadata__":${JSON.stringify(metadata)}`] : [];
  let at = 0;
  for (const [name, { dtype, shape, bytes }] of order) {
    if (bytes.length !== sizeOf(dtype, shape)) throw new TorchError(`tensor '${name}' of shape [${shape.join(', ')}] needs ${sizeOf(dtype, shape)} bytes, not ${bytes.length}`, { operator: 'save', shapes: [shape], dtypes: [dtype] });
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: NAMES[dtype], shape, data_offsets: [at, at + bytes.length] })}`);
    at += bytes.length;
  }
  // Spaces fill the header up, so that the data begins at a multiple of 8.
  const json = encoder.encode(`{${fields.join(',')}}`), length = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + length + at);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.fill(0x20, 8 + json.length, 8 + length);
  file.set(json, 8);
  let to = 8 + length;
  for (const [, { bytes }] of order) {
    file.set(bytes, to);
    to += bytes.length;
  }
  return file;
}
