import { AsyncLocalStorage } from 'node:async_hooks';

/** Whether operations are recorded for backward, and whether results may ever be. */
interface GradMode { readonly enabled: boolean; readonly inference: boolean }

const on: GradMode = { enabled: true, inference: false };
const off: GradMode = { enabled: false, inference: false };
const inferring: GradMode = { enabled: false, inference: true };

// The mode of synchronous code is a plain variable, so that reading it costs nothing. Each mode also runs in an
// AsyncLocalStorage, which is consulted only while an async function is under way: then code after an `await` sees the
// mode of the function that it belongs to, not that of whoever runs in between.
let mode = on;
let base = on;
let pending = 0;
const store = new AsyncLocalStorage<GradMode>();

const current = (): GradMode => (pending === 0 ? mode : (store.getStore() ?? base));

/** True while operations are recorded for backward. */
export const isGradEnabled = (): boolean => current().enabled;
/** True inside `inferenceMode`. */
export const isInferenceModeEnabled = (): boolean => current().inference;

function within<T>(next: GradMode, fn: () => T): T {
  const before = mode;
  mode = next;
  let result: T;
  try { result = store.run(next, fn); } finally { mode = before; }
  if (result instanceof Promise) {
    pending++;
    const done = (): void => { pending--; };
    result.then(done, done);
  }
  return result;
}

/**
 * Runs `fn` without recording operations for backward, and returns its result. `fn` may be async.
 *
 * @example
 * const accuracy = torch.noGrad(() => model(x).argmax(1).eq(y).float().mean().item());
 */
export const noGrad = <T>(fn: () => T): T => within(current().inference ? inferring : off, fn);
/** Runs `fn` with recording on, inside `noGrad` too. `fn` may be async. */
export const enableGrad = <T>(fn: () => T): T => within(on, fn);
/** Like `noGrad`, and the results can never take part in autograd. `fn` may be async. */
export const inferenceMode = <T>(fn: () => T): T => within(inferring, fn);
/** With a function: runs it with recording on or off. Without: switches recording for the code that follows. */
export function setGradEnabled<T>(enabled: boolean, fn?: () => T): T | undefined {
  if (fn) return within(enabled ? on : off, fn);
  mode = base = enabled ? on : off;
  return undefined;
}
