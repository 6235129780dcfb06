import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * A setting that holds while a function runs, sync or async: gradients on or off, autocast.
 *
 * The setting of synchronous code is a plain field, so that reading it costs nothing. Each scope also runs in an
 * AsyncLocalStorage, which is consulted only while an async function is under way: then code after an `await` sees the
 * setting of the function that it belongs to, not that of whoever runs in between.
 */
export class Scoped<T extends object> {
  private now: T;
  private base: T;
  private pending = 0;
  private readonly store = new AsyncLocalStorage<T>();
  constructor(initial: T) { this.now = this.base = initial; }
  get current(): T { return this.pending === 0 ? this.now : (this.store.getStore() ?? this.base); }
  /** Changes the setting for the code that follows. */
  set(value: T): void { this.now = this.base = value; }
  /** Runs `fn` under a setting and returns its result; a promise keeps the setting for what it awaits. */
  within<R>(value: T, fn: () => R): R {
    const before = this.now;
    this.now = value;
    let result: R;
    try { result = this.store.run(value, fn); } finally { this.now = before; }
    if (result instanceof Promise) {
      this.pending++;
      const done = (): void => { this.pending--; };
      result.then(done, done);
    }
    return result;
  }
}
