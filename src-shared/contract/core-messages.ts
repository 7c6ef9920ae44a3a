/**
 * What the shell and the core say to each other over the port of the core's process. Both ends are of one build, so the
 * messages are typed and not parsed; what people type is parsed by the core's dispatcher.
 *
 * Order: the shell posts `init` first and once. The core answers `ready`, then a `result` for every `call`, in any order.
 * After `close` the core finishes, writes everything to disk, answers `closed`; then the shell ends its process.
 * The core's log goes to its stdout, one JSON object per line (`CoreLogLine`).
 */
import type { LogFields } from '../kernel/ports.ts';
import type { Result } from '../kernel/result.ts';
import type { CoreEvent } from './core-contract.ts';

/**
 * How V8 shall keep the core's heap, as its switches. Half of the young heap takes at most 4 MB: V8's own 16 would be tens of MB of
 * finished work that waits for its collection while an exchange runs. The old heap is collected when it has grown by half: what lives there
 * is some 20 MB, and V8's own measure lets as much again and more of finished work lie, three times what is needed.
 */
export const coreHeapSwitches: readonly string[] = ['--max-semi-space-size=4', '--heap-growing-percent=50'];

/** The unlocked key and the person, as the core wrote them: opaque here, kept in memory only, never logged or stored. */
export type OpaqueSession = { readonly [member: string]: unknown };

export type CoreInit = {
  readonly type: 'init';
  /** Folder of the profile. */
  readonly directory: string;
  /** 32 bytes from the keychain of the operating system; null where there is none or it fails. */
  readonly deviceSecret: Uint8Array | null;
  /** The session to go on with after a crash; null when nobody was signed in. */
  readonly resume: OpaqueSession | null;
  readonly version: string;
  /** Whether packs of the openly published development key are accepted: in builds that are not for release. */
  readonly allowDevelopmentPublisher: boolean;
};

export type ToCore =
  | CoreInit
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly type: 'close' };

export type FromCore =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly id: number; readonly result: Result<unknown> }
  | { readonly type: 'event'; readonly event: CoreEvent }
  | { readonly type: 'session'; readonly resume: OpaqueSession | null }
  | { readonly type: 'closed' };

export type LogLevel = 'info' | 'warn' | 'error';
export type CoreLogLine = { readonly level: LogLevel; readonly event: string; readonly fields: LogFields };
