/** What an error of the engine is about, for programs that want to look at it. */
export interface TorchErrorFields {
  /** The operator, in PyTorch's name without underscores: `matmul`. */
  operator?: string;
  /** Shapes of the tensors involved. */
  shapes?: readonly (readonly number[])[];
  /** Dtypes of the tensors involved. */
  dtypes?: readonly string[];
}

/**
 * Every error that the engine raises on purpose. The message begins with PyTorch's own words, so that a search for it
 * finds the known answers; a hint on what to change may follow.
 *
 * @example
 * try { a.matmul(b); } catch (e) { if (e instanceof TorchError) console.log(e.operator, e.shapes); }
 */
export class TorchError extends Error {
  declare readonly operator?: string;
  declare readonly shapes?: readonly (readonly number[])[];
  declare readonly dtypes?: readonly string[];
  constructor(message: string, fields: TorchErrorFields = {}) {
    // Node's ten frames end inside the engine; the line to look at is the caller's.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = Math.max(limit, 40);
    super(message);
    Error.stackTraceLimit = limit;
    this.name = 'TorchError';
    if (fields.operator !== undefined) this.operator = fields.operator;
    if (fields.shapes !== undefined) this.shapes = fields.shapes;
    if (fields.dtypes !== undefined) this.dtypes = fields.dtypes;
  }
}
