/**
 * What pure code and services need from the world, passed in through `deps`. Production ports live at each
 * process's composition root; tests pass seeded ones.
 */

/** Wall clock, milliseconds since 1970 UTC. May jump: never use it to decide what has been delivered. */
export type Time = { now(): number };

/** Cryptographically strong bytes in production, seeded in tests. */
export type Random = { bytes(length: number): Uint8Array };

/**
 * Structured log: an event name `domain/what` and plain fields. Never a name, phone, record content or key.
 */
export type Logger = {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
};
export type LogFields = { readonly [field: string]: string | number | boolean | null | undefined };

/** A logger that drops everything, for tests and tools. */
export const silentLogger: Logger = { info() {}, warn() {}, error() {} };
