/** The first process for an attempt, started before the command itself has loaded: both take a tenth of a second. */
import { findRoot } from '../track/catalogue.ts';
import { Sandbox } from './sandbox.ts';

let early: Sandbox | undefined;

export function startEarlySandbox(): void {
  const root = findRoot(process.cwd());
  if (root !== undefined) early = new Sandbox(root);
}

/** Hands the process over, once. One that nobody takes ends with the command. */
export function takeEarlySandbox(): Sandbox | undefined {
  const taken = early;
  early = undefined;
  return taken;
}
