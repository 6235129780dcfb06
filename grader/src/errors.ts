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

/** What a person reads of a `TrackError`. */
export const faultText = ({ message }: TrackError): string => `The track itself has a fault, not your file; your progress stays as it is.\n${message}`;

export function usageText({ message, suggestions }: UsageError): string {
  if (suggestions.length === 0) return message;
  return [message, suggestions.length === 1 ? 'Did you mean' : 'Choose one of', ...suggestions.map((s) => `  ${s}`)].join('\n');
}

/** What to do where the file system refuses; undefined for other errors. */
export function noAccess(error: unknown): string | undefined {
  const { code = '', path, message } = error as Partial<NodeJS.ErrnoException>;
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EEXIST'].includes(code)) return undefined;
  const state = path === undefined || /[\\/]\.track([\\/]|$)/.test(path);
  return `The file system refuses: ${message}.${state ? '\ntrack keeps your progress and what it compiles in .track/ at the root of the track: make that folder writable, with some space left, and call it again.' : ''}`;
}
