/**
 * Dispatcher and client of a contract. A dispatch never rejects: expected failures are `Result` values, a bug
 * becomes an incident number that stands in the log and on the screen.
 *
 * Codes made here: `rpc/unknown-call`, `rpc/bad-input` (with `paths`: where, never what), `rpc/locked` (nobody
 * is signed in), `rpc/incident` (with `incident`).
 */
import type { z } from 'zod';
import type { Logger } from '../kernel/ports.ts';
import { err, ok, type Failure, type Result } from '../kernel/result.ts';
import {
  type Call,
  type CallName,
  type Contract,
  type DomainContract,
  findCall,
  type InputOf,
  type OutputOf,
} from './define.ts';

type HandlerOf<K> =
  K extends Call<infer I, infer O> ? (input: z.output<I>) => Result<z.input<O>> | Promise<Result<z.input<O>>> : never;

/** The handlers of one domain; a missing one does not compile. */
export type DomainHandlers<D extends DomainContract> = { readonly [N in keyof D]: HandlerOf<D[N]> };

/** The handlers of a whole contract. */
export type Handlers<C extends Contract> = { readonly [D in keyof C]: DomainHandlers<C[D]> };

/** One call made by name, with any input; answers a `Result` and never rejects. */
export type Dispatch = (name: string, input: unknown) => Promise<Result<unknown>>;

export type DispatcherDeps = {
  readonly logger: Logger;
  /** Whether a person is signed in now. */
  readonly isSignedIn: () => boolean;
  /** A short number for a bug's log line and screen. */
  readonly newIncident: () => string;
  /** Turns a thrown error of the machine (full disk, damaged file) into an expected failure; null for a bug. */
  readonly failureOf?: (error: unknown) => Failure | null;
};

/** Builds the dispatcher: parses the input once, checks access, calls the handler, catches bugs. */
export function createDispatch<C extends Contract>(contract: C, handlers: Handlers<C>, deps: DispatcherDeps): Dispatch {
  return async (name, input) => {
    const call = findCall(contract, name);
    if (call === undefined) return err({ code: 'rpc/unknown-call' });
    if (call.access === 'person' && !deps.isSignedIn()) return err({ code: 'rpc/locked' });
    const parsed = call.input.safeParse(input);
    if (!parsed.success) {
      return err({ code: 'rpc/bad-input', paths: parsed.error.issues.map((issue) => issue.path.join('.')) });
    }
    const [domain, method] = splitName(name);
    // findCall proved that both keys exist in the contract, and Handlers<C> has the same keys.
    const handler = handlers[domain]?.[method] as
      | ((value: unknown) => Result<unknown> | Promise<Result<unknown>>)
      | undefined;
    if (handler === undefined) return err({ code: 'rpc/unknown-call' });
    try {
      return await handler(parsed.data);
    } catch (error) {
      return err(deps.failureOf?.(error) ?? incident(name, error, deps));
    }
  };
}

/** Logs a bug under a new incident number and returns the failure to show. The message is not logged: it may quote data. */
export function incident(where: string, error: unknown, deps: Pick<DispatcherDeps, 'logger' | 'newIncident'>): Failure {
  const number = deps.newIncident();
  deps.logger.error('rpc/incident', {
    incident: number,
    where,
    name: error instanceof Error ? error.name : typeof error,
    code: errorCode(error),
    at: error instanceof Error ? stackFrames(error) : null,
  });
  return { code: 'rpc/incident', incident: number };
}

/** A typed face over any `Dispatch`, for the renderer, the CLI and tests. */
export type Client<C extends Contract> = {
  call<N extends CallName<C>>(name: N, input: InputOf<C, N>): Promise<Result<OutputOf<C, N>>>;
};

/** Wraps a dispatch whose answers are trusted to follow the contract (the same build made both ends). */
export function createClient<C extends Contract>(dispatch: Dispatch): Client<C> {
  return {
    async call(name, input) {
      const result = await dispatch(name, input);
      // The core's handlers are typed by the same contract; parsing again would cost every list twice.
      return (result.ok ? ok(result.value) : result) as never;
    },
  };
}

function splitName(name: string): [string, string] {
  const dot = name.indexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
}

function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Function names and lines without the message line: a message may quote what a person typed. */
function stackFrames(error: Error): string {
  const lines = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  return lines
    .slice(0, 6)
    .map((line) => line.trim().replace(/\(?(?:file:\/\/)?\/?[^\s()]*[\\/]([^\\/\s()]+)\)?$/, '$1'))
    .join(' < ');
}
