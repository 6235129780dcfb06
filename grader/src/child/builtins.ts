/** Notices when an attempt replaces a built-in that the check relies on. */

const globals = [
  'Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'Math', 'JSON', 'Promise', 'Proxy', 'Reflect',
  'Map', 'Set', 'WeakMap', 'WeakSet', 'Error', 'TypeError', 'RangeError', 'RegExp', 'Date', 'ArrayBuffer',
  'Float32Array', 'Float64Array', 'Int32Array', 'Uint8Array', 'BigInt64Array', 'BigInt', 'parseInt', 'parseFloat',
  'isNaN', 'isFinite', 'queueMicrotask', 'setTimeout', 'setImmediate', 'globalThis', 'process', 'WebAssembly', 'Atomics',
] as const;

type Snapshot = readonly (readonly [name: string, object: object, properties: ReadonlyMap<PropertyKey, PropertyDescriptor>])[];

const { getOwnPropertyDescriptor, getPrototypeOf, is } = Object;
const { ownKeys } = Reflect;

function propertiesOf(object: object): Map<PropertyKey, PropertyDescriptor> {
  return new Map(ownKeys(object).map((key) => [key, getOwnPropertyDescriptor(object, key)!]));
}

/**
 * Remembers the built-ins as they are; the function it returns names the first one that has changed since
 * (`Array.prototype.map`), or undefined. Own properties of a plain function object that V8 creates lazily
 * do not count, nor does `Math.random`, which the runner itself seeds.
 */
export function watchBuiltins(extra: Readonly<Record<string, object>> = {}): () => string | undefined {
  const world = globalThis as unknown as Record<string, unknown>;
  const values = globals.map((name) => [name, world[name]] as const);
  const objects: [string, object][] = Object.entries(extra);
  for (const [name, value] of values) {
    if ((typeof value !== 'function' && typeof value !== 'object') || value === null || name === 'process' || name === 'globalThis') continue;
    objects.push([name, value]);
    const prototype = (value as { prototype?: unknown }).prototype;
    if (typeof prototype === 'object' && prototype !== null) objects.push([`${name}.prototype`, prototype]);
  }
  objects.push(
    ['%TypedArray%.prototype', getPrototypeOf(Float32Array.prototype) as object],
    ['%Iterator%.prototype', getPrototypeOf(getPrototypeOf([][Symbol.iterator]()) as object) as object],
    ['%ArrayIterator%.prototype', getPrototypeOf([][Symbol.iterator]()) as object],
  );
  const snapshot: Snapshot = objects.map(([name, object]) => [name, object, propertiesOf(object)] as const);

  return () => {
    for (const [name, value] of values) if (!is(world[name], value)) return name;
    for (const [name, object, before] of snapshot) {
      const keys = ownKeys(object);
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i]!;
        const now = getOwnPropertyDescriptor(object, key)!;
        const then = before.get(key);
        if (name === 'Math' && key === 'random') continue;
        if (then === undefined || !is(now.value, then.value) || now.get !== then.get || now.set !== then.set) {
          return `${name}.${typeof key === 'symbol' ? key.toString() : key}`;
        }
      }
      if (keys.length < before.size) return `${name} (a property was deleted)`;
    }
    return undefined;
  };
}
