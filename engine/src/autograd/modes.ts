import { Scoped } from './scoped.ts';

/** Whether operations are recorded for backward, and whether results may ever be. */
interface GradMode { readonly enabled: boolean; readonly inference: boolean }

const on: GradMode = { enabled: true, inference: false };
const off: GradMode = { enabled: false, inference: false };
const inferring: GradMode = { enabled: false, inference: true };

const mode = new Scoped<GradMode>(on);

/** True while operations are recorded for backward. */
export const isGradEnabled = (): boolean => mode.current.enabled;
/** True inside `inferenceMode`. */
export const isInferenceModeEnabled = (): boolean => mode.current.inference;

/**
 * Runs `fn` without recording operations for backward, and returns its result. `fn` may be async.
 *
 * @example
 * const accuracy = torch.noGrad(() => model(x).argmax(1).eq(y).float().mean().item());
 */
export const noGrad = <T>(fn: () => T): T => mode.within(mode.current.inference ? inferring : off, fn);
/** Runs `fn` with recording on, inside `noGrad` too. `fn` may be async. */
export const enableGrad = <T>(fn: () => T): T => mode.within(on, fn);
/** Like `noGrad`, and the results can never take part in autograd. `fn` may be async. */
export const inferenceMode = <T>(fn: () => T): T => mode.within(inferring, fn);
/** With a function: runs it with recording on or off. Without: switches recording for the code that follows. */
export function setGradEnabled<T>(enabled: boolean, fn?: () => T): T | undefined {
  if (fn) return mode.within(enabled ? on : off, fn);
  mode.set(enabled ? on : off);
  return undefined;
}
