/** What the sync services need of the store to follow a change of what this laptop may keep (core/store/scopes.ts). */

/** `joined`: may be kept from now on. `left`: erased after all was handed over. `dropped`: erased, the person gave up the rest. */
export type ScopeChange = {
  readonly partition: string;
  readonly what: 'joined' | 'left' | 'dropped';
  readonly at: number;
};

export type Scopes = {
  /** Partitions held but for those within `granted`, with the ops of this laptop there that the hub does not hold yet. */
  leaving(granted: readonly string[]): { readonly partition: string; readonly waiting: number }[];
  /** Erases a partition from this laptop. */
  erase(partition: string): void;
  /** The latest first. */
  changes(): readonly ScopeChange[];
  addChange(change: ScopeChange): void;
};
