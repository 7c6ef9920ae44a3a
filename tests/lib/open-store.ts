import type { Change } from '#core/store/change.ts';
import type { Later } from '#core/store/checkpoints.ts';
import { openStore, type Store } from '#core/store/store.ts';
import { Contact } from '#shared/contacts/contact.ts';
import { type Id, newId } from '#shared/kernel/ids.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import { type Random, silentLogger, type Time } from '#shared/kernel/ports.ts';
import { seededRandom, startOfTime } from './core.ts';

export type TestStoreOptions = {
  readonly partition?: string;
  /** 32 bytes; null leaves the file in plain. */
  readonly key?: Uint8Array | null;
  readonly time?: Time;
  readonly random?: Random;
  readonly changed?: (topics: readonly string[]) => void;
  readonly later?: Later;
  /** Of this version; all of them when not given. */
  readonly kinds?: readonly Kind[];
};

/** Opens or makes a store as the core does, without the core around it. The caller closes it. */
export function openTestStore(path: string, options: TestStoreOptions = {}): Store {
  const opened = openStore({ path, key: options.key ?? null }, options.partition ?? 'kz/kz-19/own-test', {
    time: options.time ?? { now: () => startOfTime },
    random: options.random ?? seededRandom(path),
    logger: silentLogger,
    changed: options.changed ?? (() => undefined),
    ...(options.later !== undefined && { later: options.later }),
    ...(options.kinds !== undefined && { kinds: options.kinds }),
    backUp: () => undefined,
  });
  if (!opened.ok) throw new Error(opened.error.code);
  return opened.value;
}

/** The change that makes a contact; the same name always makes the same one. */
export function newContact(name: string): Change & { readonly id: Id } {
  const id = newId({ time: { now: () => startOfTime }, random: seededRandom(name) });
  return { kind: Contact, id, act: 'set', values: { name } };
}
