/** What the stick service keeps in the open, encrypted store. The store implements it (core/store/stick-store.ts). */
import type { ParcelStore, StickMemory } from '#shared/sync/parcel-session.ts';

/** An enrolment request that was written onto a stick and is not answered yet. */
export type PendingEnrolment = {
  /** The hub that invited; null where none did: then its answer is shown to a person before it counts. */
  readonly hubKey: string | null;
  readonly writtenAt: number;
};

export type StickStore = ParcelStore & {
  stickMemory(): StickMemory;
  setStickMemory(memory: StickMemory): void;
  /** The laptop's own age identity; null until made. */
  sealIdentity(): string | null;
  setSealIdentity(identity: string): void;
  pendingEnrolment(): PendingEnrolment | null;
  setPendingEnrolment(pending: PendingEnrolment | null): void;
};
