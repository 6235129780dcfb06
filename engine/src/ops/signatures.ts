import type { Tensor } from '../tensor/tensor.ts';

// How the families' interfaces are written: each lists the operators of the family as methods of their first tensor.
// A parameter that may be given as a keyword also accepts the trailing options object: `dim?: number | Opts<…>`.

/** The function form of a method: the tensor first. Up to three overloads. */
export type AsFunction<F> = F extends { (...a: infer A): infer R; (...a: infer B): infer S; (...a: infer C): infer T }
  ? { (input: Tensor, ...a: A): R; (input: Tensor, ...a: B): S; (input: Tensor, ...a: C): T }
  : never;
/** All methods of an interface as functions. */
export type Functions<M> = { readonly [K in keyof M]: AsFunction<M[K]> };
/** The in-place forms: `add_` for `add`. */
export type InPlace<M, K extends keyof M & string> = { [P in K as `${P}_`]: M[P] };

/** One size list, or the sizes one by one. */
export type SizeArgs = number[] | [readonly number[]];
/** A dimension or several. */
export type Dims = number | readonly number[];
