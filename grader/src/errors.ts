/** The exit codes of the command. */
export const exitCode = { pass: 0, fail: 1, usage: 2, timeLimit: 3, internal: 4 } as const;

/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {
  readonly suggestions: readonly string[];

  constructor(message: string, suggestions: readonly string[] = []) {
    super(message);
    this.suggestions = suggestions;
  }
}

/** The track itself is broken (metadata, a check): exit code 4. */
export class TrackError extends Error {}
