/** What `todo()` makes: the check reads it as "not attempted", never as a failure. */
export class Todo extends Error {
  override readonly name = 'Todo';
}

/**
 * Marks a part that is yet to be written: `throw todo();`, or `throw todo('the backward pass');`.
 * `throw` it rather than call it, so that TypeScript knows the function ends there.
 */
export function todo(what?: string): Todo {
  return new Todo(what === undefined ? 'not written yet' : `not written yet: ${what}`);
}
