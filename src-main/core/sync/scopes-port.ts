/** What the sync services need of the store to follow a change of what this laptop may keep (core/store/scopes.ts). */
import type { ScopeView } from '#shared/sync/contract.ts';

/** `joined`: may be kept from now on. `left`: erased after all was handed over. `dropped`: erased, the person gave up the rest. */
export type ScopeChange = ScopeView & {
  readonly what: 'joined' | 'left' | 'dropped';
  readonly at: number;
};

/** A partition that is to be left, with what the hub is not known to hold: ops, this laptop's own and others', and attachments that are here. */
export type LeavingScope = ScopeView & { readonly waiting: number; readonly files: number };

export type Scopes = {
  /** Partitions held but for those within `granted`. */
  leaving(granted: readonly string[]): LeavingScope[];
  /** A partition as screens show it. */
  view(partition: string): ScopeView;
  /** Erases a partition from this laptop, step by step beside everything else, also after a restart; ends when it is gone. */
  erase(partition: string): Promise<void>;
  /** Null where none is being erased now; else ends when all are gone. */
  erasing(): Promise<void> | null;
  /** The latest first. */
  changes(): readonly ScopeChange[];
  addChange(change: ScopeChange): void;
};
