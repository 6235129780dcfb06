/** Imports a module. Where Node doesn't know TypeScript, and the threads of a program under tsx don't, tsx is registered first. */
export async function importModule(url: string): Promise<Record<string, unknown>> {
  try { return (await import(url)) as Record<string, unknown>; }
  catch (e) {
    if ((e as { code?: string }).code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw e;
    (await import('tsx/esm/api')).register();
    return (await import(url)) as Record<string, unknown>;
  }
}
