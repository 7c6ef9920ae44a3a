/**
 * Expected failures are values. A function that can fail in a way its caller must handle returns a `Result`;
 * a thrown exception is always a bug and becomes an incident number (see `incident` in contract/rpc.ts).
 */

/** A failure as plain data. `code` is `domain/reason`; other members are facts for the message, never personal data. */
export type Failure = { readonly code: string; readonly [fact: string]: unknown };

export type Ok<T> = { readonly ok: true; readonly value: T };
export type Err<E extends Failure = Failure> = { readonly ok: false; readonly error: E };
export type Result<T, E extends Failure = Failure> = Ok<T> | Err<E>;

/** Wraps a success. */
export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

/** Wraps an expected failure. */
export function err<const E extends Failure>(error: E): Err<E> {
  return { ok: false, error };
}
