/** How values look in a message: short, exact enough, at most 20 numbers. */
import { isTensor } from './tensors.ts';

const maxNumbers = 20;

/** A number to six significant digits. */
export function formatNumber(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(6)));
}

/** `(2, 3)`, as PyTorch writes a shape. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

/** `[0, 2]`. */
export function formatIndex(index: readonly number[]): string {
  return `[${index.join(', ')}]`;
}

/** A value in words: `tensor float32 (2, 3): [[1, 2, 3], [4, 5, 6]]`, `'text'`, `[1, 2]`, `function f`. */
export function describe(value: unknown): string {
  try {
    if (isTensor(value)) {
      const device = value.device === 'cpu' ? '' : ` on ${value.device}`;
      return `tensor ${value.dtype} ${formatShape(value.shape)}${device}: ${plain(value.tolist())}`;
    }
    return plain(value);
  } catch {
    return 'a value that cannot be shown';
  }
}

/** Nested lists and objects as text, cut after 20 leaves. */
function plain(value: unknown): string {
  let left = maxNumbers;
  const text = (item: unknown, depth: number): string => {
    if (isTensor(item) && depth > 0) return describe(item);
    switch (typeof item) {
      case 'number': left--; return formatNumber(item);
      case 'string': left--; return item.length > 200 ? `'${item.slice(0, 200)}…'` : `'${item}'`;
      case 'bigint': left--; return `${item}n`;
      case 'function': // a module can be called, and is of a class of its own
        if (!item.constructor.name.endsWith('Function')) return `module ${item.constructor.name}`;
        return item.name === '' ? 'a function' : `function ${item.name}`;
      case 'object': break;
      default: left--; return String(item);
    }
    if (item === null) return 'null';
    if (item instanceof Error) return `${item.name}: ${item.message}`;
    if (depth > 6) return '…';
    if (Array.isArray(item) || (ArrayBuffer.isView(item) && !(item instanceof DataView))) {
      return `[${parts(item as unknown as Iterable<unknown>, (part) => text(part, depth + 1))}]`;
    }
    if (item instanceof Map) {
      return `Map {${parts(item, ([key, part]) => `${text(key, depth + 1)} => ${text(part, depth + 1)}`)}}`;
    }
    if (item instanceof Set) return `Set {${parts(item, (part) => text(part, depth + 1))}}`;
    const name = (Object.getPrototypeOf(item) as { constructor?: { name?: string } } | null)?.constructor?.name;
    const body = parts(Object.entries(item), ([key, part]) => `${key}: ${text(part, depth + 1)}`);
    const shown = body === '' ? '{}' : `{ ${body} }`;
    return name === undefined || name === 'Object' ? shown : `${name} ${shown}`;
  };
  const parts = <T>(items: Iterable<T>, show: (item: T) => string): string => {
    const shown: string[] = [];
    for (const item of items) {
      if (left <= 0) {
        if (shown.at(-1) !== '…') shown.push('…');
        break;
      }
      shown.push(show(item));
    }
    return shown.join(', ');
  };
  return text(value, 0);
}
