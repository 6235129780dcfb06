import { TorchError } from '../errors.ts';
import { dtypes, isDType } from '../tensor/dtype.ts';
import { Tensor } from '../tensor/tensor.ts';

/** One parameter of an operator: name in camelCase, type, and default (undefined: required). */
export interface Param { readonly name: string; readonly type: string; readonly optional: boolean; readonly fallback: unknown; readonly keywordOnly: boolean }
/** A parsed signature. */
export interface Schema { readonly name: string; readonly params: readonly Param[]; readonly positional: number }

const camel = (s: string): string => s.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, c: string) => c.toUpperCase());

function parseDefault(text: string): unknown {
  if (text === 'None') return null;
  if (text === 'True' || text === 'False') return text === 'True';
  if (text.startsWith('[')) return text === '[]' ? [] : text.slice(1, -1).split(';').map(Number);
  const n = Number(text === 'inf' ? Infinity : text);
  return Number.isNaN(n) ? text.replace(/^'|'$/g, '') : n;
}

/**
 * Reads a signature in the notation of PyTorch's native functions, for example
 * `sum(Tensor input, int[]? dim=None, bool keepdim=False, *, ScalarType? dtype=None)`.
 *
 * Types: `Tensor`, `Tensor[]`, `Operand` (a tensor or a number), `Scalar`, `int`, `float`, `bool`, `str`, `int[]` (a
 * number is a list of one), `int[2]` (a number is repeated), `sizes` (a number or a list, null in it for a size left
 * open, as given), `float[]`, `size` and `tensors` (a list or the remaining arguments), `ScalarType`,
 * `Device`, `Generator`, `any`, or two of them as `bool|int[]`; a trailing `?` allows null. List defaults are written `[1;1]`.
 */
export function parseSchema(text: string): Schema {
  const [, name, inside] = /^(\w+)\((.*)\)$/s.exec(text) ?? [];
  if (name === undefined) throw new Error(`not a signature: ${text}`);
  const params: Param[] = [];
  let keywordOnly = false;
  for (const part of inside.split(',').map((s) => s.trim()).filter(Boolean)) {
    if (part === '*') { keywordOnly = true; continue; }
    const [, type, pname, , fallback] = /^(\S+)\s+(\w+)(=(.*))?$/.exec(part) ?? [];
    if (type === undefined) throw new Error(`not a parameter: ${part} in ${text}`);
    const optional = type.endsWith('?');
    params.push({ name: camel(pname), type: optional ? type.slice(0, -1) : type, optional, fallback: fallback === undefined ? undefined : parseDefault(fallback), keywordOnly });
  }
  const first = params.findIndex((p) => p.keywordOnly);
  return { name, params, positional: first < 0 ? params.length : first };
}

/** Python's name for the type of a value, as PyTorch's messages have it. */
export function typeName(v: unknown): string {
  if (v === null || v === undefined) return 'NoneType';
  if (v instanceof Tensor) return 'Tensor';
  if (Array.isArray(v)) return 'list';
  switch (typeof v) {
    case 'number': return Number.isInteger(v) ? 'int' : 'float';
    case 'bigint': return 'int';
    case 'boolean': return 'bool';
    case 'string': return 'str';
    case 'function': return 'function';
    default: return (v as object).constructor?.name === 'Object' ? 'dict' : (v as object).constructor?.name ?? 'object';
  }
}

/** True for a plain object, which carries keyword arguments. */
export function isOptions(v: unknown): v is Record<string, unknown> {
  if (typeof v !== 'object' || v === null) return false;
  const proto: unknown = Object.getPrototypeOf(v);
  return proto === Object.prototype || proto === null;
}

const number = (v: unknown): number | undefined => (typeof v === 'number' ? v : typeof v === 'bigint' ? Number(v) : v instanceof Tensor && v.count === 1 && v.dtype !== 'bool' ? Number(v.item()) : undefined);
const integer = (v: unknown): number | undefined => { const n = number(v); return n !== undefined && Number.isInteger(n) ? n : undefined; };
function integers(v: unknown): number[] | undefined {
  if (Array.isArray(v)) { const out = v.map(integer); return out.includes(undefined) ? undefined : (out as number[]); }
  const n = integer(v);
  return n === undefined ? undefined : [n];
}

const shown: Record<string, string> = { Operand: 'Tensor', Scalar: 'Number', 'int[]': 'tuple of ints', size: 'tuple of ints', 'Tensor[]': 'tuple of Tensors', tensors: 'tuple of Tensors', ScalarType: 'torch.dtype', Device: 'torch.device' };

/** The value as the parameter's type wants it, or undefined where it doesn't fit. */
function convert(type: string, v: unknown): unknown {
  switch (type) {
    case 'Tensor': return v instanceof Tensor ? v : undefined;
    case 'Operand': return v instanceof Tensor || typeof v === 'number' || typeof v === 'boolean' ? v : typeof v === 'bigint' ? Number(v) : undefined;
    case 'Scalar': return typeof v === 'number' || typeof v === 'boolean' ? v : typeof v === 'bigint' ? Number(v) : v instanceof Tensor && v.count === 1 ? v.item() : undefined;
    case 'int': return integer(v);
    case 'float': return number(v);
    case 'bool': return typeof v === 'boolean' ? v : undefined;
    case 'str': return typeof v === 'string' ? v : undefined;
    case 'int[]': case 'size': return integers(v);
    case 'sizes': return integer(v) !== undefined || (Array.isArray(v) && v.every((x) => x === null || integer(x) !== undefined)) ? v : undefined;
    case 'float[]': { const list = Array.isArray(v) ? v.map(number) : [number(v)]; return list.includes(undefined) ? undefined : list; }
    case 'Tensor[]': case 'tensors': { const l = Array.isArray(v) ? v : v && typeof v === 'object' && !(v instanceof Tensor) && Symbol.iterator in v ? [...(v as Iterable<unknown>)] : undefined; return l?.every((x) => x instanceof Tensor) ? l : undefined; }
    case 'ScalarType': return isDType(v) ? v : undefined;
    case 'Device': return typeof v === 'string' ? v : undefined;
    case 'Generator': case 'any': return v;
  }
  if (type.includes('|')) return type.split('|').map((t) => convert(t, v)).find((c) => c !== undefined);
  const repeat = /^int\[(\d)\]$/.exec(type);
  if (!repeat) throw new Error(`unknown parameter type ${type}`);
  const list = integers(v), n = Number(repeat[1]);
  return list === undefined ? undefined : list.length === 1 && n > 1 ? new Array<number>(n).fill(list[0]) : list;
}

/**
 * Puts a call's arguments in the order of the signature: positional ones, then keyword arguments from one trailing
 * plain object, then defaults. `receiver` is 1 for a method (PyTorch doesn't count the tensor itself).
 * Throws TorchError in PyTorch's words for missing, surplus, unknown and wrongly typed arguments.
 */
export function bind(schema: Schema, args: readonly unknown[], receiver: 0 | 1): unknown[] {
  const { params, name } = schema, out = new Array<unknown>(params.length);
  let n = args.length, options: Record<string, unknown> | undefined;
  if (n > 0 && isOptions(args[n - 1]) && (params[n - 1]?.type !== 'any' || params[n - 1].keywordOnly)) { options = args[n - 1] as Record<string, unknown>; n--; }
  let i = 0;
  for (let a = 0; a < n; i++) {
    if (i >= schema.positional) {
      const most = schema.positional - receiver;
      throw new TorchError(`${name}() takes ${most} positional argument${most === 1 ? '' : 's'} but ${n - receiver} were given`, { operator: name });
    }
    const p = params[i];
    if ((p.type === 'size' || p.type === 'tensors') && !Array.isArray(args[a])) { const rest: unknown[] = []; while (a < n && !Array.isArray(args[a])) rest.push(args[a++]); out[i] = check(schema, p, rest, i + 1 - receiver); continue; }
    const v = args[a++];
    out[i] = v === undefined ? undefined : check(schema, p, v, i + 1 - receiver);
  }
  let used = 0;
  for (let k = 0; k < params.length; k++) {
    const p = params[k];
    if (options !== undefined && options[p.name] !== undefined) {
      if (out[k] !== undefined) throw new TorchError(`${name}() got multiple values for argument '${p.name}'`, { operator: name });
      out[k] = check(schema, p, options[p.name], k + 1 - receiver);
      used++;
    }
    if (out[k] === undefined) {
      if (p.fallback === undefined && !p.optional) throw missing(schema, out, k);
      out[k] = p.fallback ?? null;
    }
  }
  if (options !== undefined && used < Object.keys(options).length) {
    for (const key of Object.keys(options)) if (options[key] !== undefined && !params.some((p) => p.name === key)) throw new TorchError(`${name}() got an unexpected keyword argument '${key}'`, { operator: name });
  }
  return out;
}

function missing(schema: Schema, out: readonly unknown[], from: number): TorchError {
  const names = schema.params.slice(from).filter((p, i) => out[from + i] === undefined && p.fallback === undefined && !p.optional).map((p) => `"${p.name}"`);
  return new TorchError(`${schema.name}() missing ${names.length} required positional arguments: ${names.join(', ')}`, { operator: schema.name });
}

function check(schema: Schema, p: Param, v: unknown, position: number): unknown {
  if (v === null) { if (p.optional || p.fallback === null) return null; }
  else { const c = convert(p.type, v); if (c !== undefined) return c; }
  const found = typeName(v), wrong = Array.isArray(v) && /^(int\[|Tensor\[|tensors|size)/.test(p.type) ? v.findIndex((x) => convert(/^[Tt]ensor/.test(p.type) ? 'Tensor' : 'int', x) === undefined) : -1;
  const want = shown[p.type] ?? (p.type.startsWith('int[') ? 'tuple of ints' : p.type);
  const but = wrong >= 0 ? `but found element of type ${typeName((v as unknown[])[wrong])} at pos ${wrong}` : `not ${found}`;
  throw new TorchError(`${schema.name}(): argument '${p.name}'${p.keywordOnly ? '' : ` (position ${position})`} must be ${want}, ${but}${p.type === 'ScalarType' && typeof v === 'string' ? ` ('${v}'; a dtype is one of the strings ${dtypes.map((d) => `'${d}'`).join(', ')})` : ''}`, { operator: schema.name });
}
