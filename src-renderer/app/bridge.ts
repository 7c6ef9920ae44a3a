/**
 * The one door out of the window: the preload's `window.komissiya` with one call and one subscribe. Everything else in
 * the renderer goes through here, typed by the contracts.
 */
import type { CoreContract, CoreEvent } from '#shared/contract/core-contract.ts';
import type { CallName, CallOf, InputOf, OutputOf } from '#shared/contract/define.ts';
import type { ShellContract, ShellEvent } from '#shared/contract/shell-contract.ts';
import { err, type Result } from '#shared/kernel/result.ts';

export type AppContract = CoreContract & ShellContract;
export type Name = CallName<AppContract>;
export type Input<N extends Name> = InputOf<AppContract, N>;
export type Output<N extends Name> = OutputOf<AppContract, N>;
export type QueryName = { [N in Name]: CallOf<AppContract, N>['type'] extends 'query' ? N : never }[Name];
export type CommandName = Exclude<Name, QueryName>;
export type AppEvent = CoreEvent | ShellEvent;

export type Bridge = {
  call(name: string, input: unknown): Promise<Result<unknown>>;
  subscribe(listener: (event: AppEvent) => void): () => void;
};

declare global {
  interface Window {
    readonly komissiya: Bridge;
  }
}

/** Makes one call. Never rejects: a broken bridge is a failure like any other. */
export async function call<N extends Name>(name: N, input: Input<N>): Promise<Result<Output<N>>> {
  try {
    // Both ends are made by the same build and typed by the same contract; the core has checked what it answers.
    return (await window.komissiya.call(name, input)) as Result<Output<N>>;
  } catch {
    return err({ code: 'shell/no-answer' });
  }
}

/** Hears what core and shell tell without being asked; answers a function that stops it. */
export function subscribe(listener: (event: AppEvent) => void): () => void {
  return window.komissiya.subscribe(listener);
}
