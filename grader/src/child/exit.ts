/** Thrown in place of ending the process, so that the verdict can say who ended it. */
export class ExitCalled extends Error {
  readonly code: string;

  constructor(code: unknown) {
    super(`process.exit(${String(code ?? '')})`);
    this.code = String(code ?? '');
  }
}
