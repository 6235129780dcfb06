const said = new Set<string>();

/** Prints a warning the first time that its text comes up, as Python does. */
export function warnOnce(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  console.warn(`UserWarning: ${message}`);
}
