/** Keeps an attempt from replacing what the check relies on: locks it where programs never write, and notices the rest. */

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

/** Programs write to these by themselves: `error.name = …`, `this.apply = …`, `Foo.prototype.toString = …`. */
const left = new Set<unknown>([Object.prototype, Function.prototype, Error, Error.prototype, TypeError.prototype, RangeError.prototype]);

/** Names of locked properties by their key, for the message of an attempt to write to one: `map` is in Array.prototype and elsewhere. */
const locked = new Map<string, string[]>();

function remember(key: string, name: string): void {
  locked.set(key, [...(locked.get(key) ?? []), name]);
}

/** Makes the methods of an object read-only for good: a change that is undone before anyone looks cannot happen. */
export function lockMethods(name: string, object: object): void {
  for (const key of ownKeys(object)) {
    const { value, get, configurable } = getOwnPropertyDescriptor(object, key)!;
    if (configurable !== true || key === 'constructor' || value === Math.random) continue;
    if (get !== undefined) Object.defineProperty(object, key, { configurable: false });
    else if (typeof value === 'function') Object.defineProperty(object, key, { configurable: false, writable: false });
    else continue;
    if (typeof key === 'string') remember(key, `${name}.${key}`);
  }
}

/** The name of the locked property that an exception speaks of, if it is V8's complaint about writing to one. */
export function lockedBy(message: string): string | undefined {
  const key = /^Cannot (?:assign to read only property|redefine property:|delete property) '?(\w+)/.exec(message)?.[1];
  const names = key === undefined ? undefined : locked.get(key);
  return names?.find((name) => message.includes(name.slice(0, name.indexOf('.')))) ?? names?.at(-1);
}

/** The prototypes of the classes in a namespace, by name: `nn.Linear.prototype`. */
export function prototypesIn(namespace: string, exports: object): Record<string, object> {
  return Object.fromEntries(Object.entries(exports).flatMap(([name, value]) => {
    const prototype: unknown = typeof value === 'function' ? value.prototype : undefined;
    return typeof prototype === 'object' && prototype !== null && ownKeys(prototype).length > 1 ? [[`${namespace}.${name}.prototype`, prototype]] : [];
  }));
}

/**
 * Locks most built-ins and remembers all as they are, and `extra` objects with them; the function it returns names the first one that has changed since
 * (`Array.prototype.map`), or undefined. Own properties of a plain function object that V8 creates lazily
 * do not count, nor does `Math.random`, which the runner itself seeds.
 */
export function watchBuiltins(extra: Readonly<Record<string, object>> = {}): () => string | undefined {
  const world = globalThis as unknown as Record<string, unknown>;
  const values = globals.map((name) => [name, world[name]] as const);
  const objects: [string, object][] = [];
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
  for (const [name, object] of objects) if (!left.has(object)) lockMethods(name, object);
  for (const [name, value] of values) {
    if (value === undefined) continue;
    Object.defineProperty(globalThis, name, { value, writable: false, configurable: false });
    remember(name, name);
  }
  objects.push(...Object.entries(extra));
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
