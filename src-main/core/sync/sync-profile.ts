/** What the roads to a hub work for. */
import type { SyncStore } from './sync-store.ts';

/** The open store and the laptop's own key. */
export type SyncProfile = {
  readonly store: SyncStore;
  /** Ed25519, hex. */
  readonly publicKey: string;
  readonly sign: (data: Uint8Array) => Uint8Array;
  /** Signs with the key of an identity this laptop had before; throws where it had none of that id. */
  readonly signAsBefore: (replica: string, data: Uint8Array) => Uint8Array;
  readonly wasBefore: (replica: string) => boolean;
};
