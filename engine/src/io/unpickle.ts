import { TorchError } from '../errors.ts';

const utf8 = new TextDecoder();
const latin1 = new TextDecoder('latin1');

/** A class or function that the pickle names, as a checkpoint's reader stands in for it. */
export type PickleFunction = (...args: unknown[]) => unknown;

/** What a pickle refers to outside itself. */
export interface PickleWorld {
  /** The value of a global such as `torch._utils._rebuild_tensor_v2`; undefined where it isn't allowed. */
  global(path: string): unknown;
  /** The object of a persistent id. */
  persistent(id: unknown): unknown;
}

/**
 * Reads one pickle (Python's protocol 2 as far as checkpoints use it) beginning at `start`. Nothing of the file is ever
 * run: the only functions called are those that `world.global` gives.
 *
 * dict → Map, list → array, tuple → frozen array, None → null, int → number (bigint beyond 2^53), str → string.
 *
 * @returns the value and the position after it
 */
export function unpickle(bytes: Uint8Array, world: PickleWorld, start = 0): { value: unknown; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const memo = new Map<number, unknown>();
  const outer: unknown[][] = [];
  let stack: unknown[] = [];
  let at = start;

  const take = (n: number): number => {
    if (at + n > bytes.length) throw refused('pickle data was truncated');
    at += n;
    return at - n;
  };
  const text = (n: number, decoder = utf8): string => { const from = take(n); return decoder.decode(bytes.subarray(from, from + n)); };
  const line = (): string => {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) throw refused('pickle data was truncated');
    const s = text(end - at);
    at++;
    return s;
  };
  const pop = (): unknown => {
    if (stack.length === 0) throw refused('the stack of the pickle is empty');
    return stack.pop();
  };
  const top = (): unknown => {
    if (stack.length === 0) throw refused('the stack of the pickle is empty');
    return stack[stack.length - 1];
  };
  const popMark = (): unknown[] => {
    const items = stack;
    if (outer.length === 0) throw refused('a mark is missing');
    stack = outer.pop() as unknown[];
    return items;
  };
  const tuple = (n: number): void => {
    if (stack.length < n) throw refused('the stack of the pickle is empty');
    stack.push(Object.freeze(stack.splice(stack.length - n)));
  };
  const remembered = (i: number): unknown => {
    if (!memo.has(i)) throw refused(`memo value not found at index ${i}`);
    return memo.get(i);
  };
  const list = (): unknown[] => {
    const target = top();
    if (!Array.isArray(target) || Object.isFrozen(target)) throw refused('Can only append to lists');
    return target;
  };
  const set = (items: unknown[]): void => {
    const target = top();
    if (!(target instanceof Map)) throw refused('Can only set items of dicts');
    if (items.length % 2) throw refused('odd number of items for a dict');
    for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
  };

  for (;;) {
    const op = bytes[take(1)];
    switch (op) {
      case 0x80: take(1); break; // PROTO
      case 0x2e: return { value: pop(), end: at }; // STOP
      case 0x28: outer.push(stack); stack = []; break; // MARK
      case 0x4e: stack.push(null); break; // NONE
      case 0x88: stack.push(true); break; // NEWTRUE
      case 0x89: stack.push(false); break; // NEWFALSE
      case 0x4a: stack.push(view.getInt32(take(4), true)); break; // BININT
      case 0x4b: stack.push(bytes[take(1)]); break; // BININT1
      case 0x4d: stack.push(view.getUint16(take(2), true)); break; // BININT2
      case 0x8a: stack.push(long(bytes, take, bytes[take(1)])); break; // LONG1
      case 0x47: stack.push(view.getFloat64(take(8), false)); break; // BINFLOAT
      case 0x58: stack.push(text(view.getUint32(take(4), true))); break; // BINUNICODE
      case 0x55: stack.push(text(bytes[take(1)], latin1)); break; // SHORT_BINSTRING (Python 2)
      case 0x54: stack.push(text(view.getUint32(take(4), true), latin1)); break; // BINSTRING (Python 2)
      case 0x29: tuple(0); break; // EMPTY_TUPLE
      case 0x85: tuple(1); break; // TUPLE1
      case 0x86: tuple(2); break; // TUPLE2
      case 0x87: tuple(3); break; // TUPLE3
      case 0x74: { const items = popMark(); stack.push(Object.freeze(items)); break; } // TUPLE
      case 0x5d: stack.push([]); break; // EMPTY_LIST
      case 0x61: { const item = pop(); list().push(item); break; } // APPEND
      case 0x65: { const items = popMark(), target = list(); for (const item of items) target.push(item); break; } // APPENDS
      case 0x7d: stack.push(new Map()); break; // EMPTY_DICT
      case 0x73: { const value = pop(), key = pop(); set([key, value]); break; } // SETITEM
      case 0x75: set(popMark()); break; // SETITEMS
      case 0x71: memo.set(bytes[take(1)], top()); break; // BINPUT
      case 0x72: memo.set(view.getUint32(take(4), true), top()); break; // LONG_BINPUT
      case 0x68: stack.push(remembered(bytes[take(1)])); break; // BINGET
      case 0x6a: stack.push(remembered(view.getUint32(take(4), true))); break; // LONG_BINGET
      case 0x51: stack.push(world.persistent(pop())); break; // BINPERSID
      case 0x63: { // GLOBAL
        const path = `${line()}.${line()}`, value = world.global(path);
        if (value === undefined) throw refused(`Unsupported global: GLOBAL ${path} was not an allowed global by default`);
        stack.push(value);
        break;
      }
      case 0x52: { // REDUCE
        const args = pop(), fn = pop();
        if (typeof fn !== 'function' || !Array.isArray(args)) throw refused('Trying to call reduce for unrecognized function');
        stack.push((fn as PickleFunction)(...args));
        break;
      }
      case 0x62: { // BUILD: attributes of an OrderedDict (a state dict's _metadata), which a Map has no place for
        pop();
        if (!(top() instanceof Map)) throw refused('Can only build Tensor, Parameter, OrderedDict or types allowlisted');
        break;
      }
      default: throw refused(`Unsupported operand ${op}`);
    }
  }
}

/** A little-endian two's complement integer of n bytes. */
function long(bytes: Uint8Array, take: (n: number) => number, n: number): number | bigint {
  const from = take(n);
  let x = 0n;
  for (let i = n - 1; i >= 0; i--) x = (x << 8n) | BigInt(bytes[from + i]);
  x = BigInt.asIntN(8 * n, x);
  return x >= Number.MIN_SAFE_INTEGER && x <= Number.MAX_SAFE_INTEGER ? Number(x) : x;
}

/** The error of a file that isn't a checkpoint of plain values and tensors. */
export function refused(why: string): TorchError {
  return new TorchError(
    `Weights only load failed. ${why}. Only tensors, numbers, strings, lists, tuples and dicts can be loaded, and no code of the file was run. Save model.stateDict() (in Python: model.state_dict()), not the model itself.`,
    { operator: 'load' },
  );
}
