/**
 * A laptop as the simulation moves it: the store's two ports of the exchange and of parcels, and what happens to a machine. Two
 * builds of it: lean-laptop.ts in plain memory, fast, and stored-laptop.ts on the real store.
 */
import { Contact } from '#shared/contacts/contact.ts';
import { Settlement } from '#shared/desk/settlement.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import { defineKind, type FieldValue, type Kind, set, text } from '#shared/kinds/define-kind.ts';
import { everyone } from '#shared/access/roles.ts';
import { Membership } from '#shared/commissions/membership.ts';
import { Decision } from '#shared/records/decision.ts';
import type { Credential, Summary } from '#shared/sync/messages.ts';
import type { Op } from '#shared/sync/op.ts';
import type { WantedChange } from '#shared/sync/op-content.ts';
import { Stray } from '#shared/sync/stray.ts';
import type { ParcelStore, StickMemory } from '#shared/sync/parcel-session.ts';

export type SimChange = WantedChange & { readonly id: string };
export type SimOp = { readonly op: Op; readonly replica: string; readonly partition: string };
export type SimRecord = { readonly alive: boolean; readonly values: { readonly [field: string]: FieldValue } };

/** What an exchange that was not cut short leaves for the next one. */
export type SyncNotes = {
  readonly epoch: string | null;
  readonly acknowledged: Summary;
  readonly unwanted: Summary;
};

export type SimLaptop = {
  readonly name: string;
  readonly partition: string;
  /** What it was let in for at first. */
  readonly prefixes: readonly string[];
  readonly clock: { now: number };
  /** The store as it is now: another one after a crash or a restored backup. */
  store(): ParcelStore;
  publicKey(): string;
  sign(data: Uint8Array): Uint8Array;
  /** With the key of an identity it had before. */
  signAsBefore(replica: string, data: Uint8Array): Uint8Array;
  stickMemory(): StickMemory;
  keepStickMemory(memory: StickMemory): void;
  notes(): SyncNotes;
  keepNotes(notes: SyncNotes): void;
  version(): VersionName;
  /** Writes one action into the laptop's own log of a partition. */
  write(changes: readonly SimChange[], partition: string): void;
  /** The partitions it holds beyond those granted, with how many ops there the hub is not known to have. */
  leaving(granted: readonly string[]): readonly { readonly partition: string; readonly waiting: number }[];
  /** Erases a partition with its logs and records. */
  erase(partition: string): Promise<void>;
  record(kind: Kind, id: string): SimRecord | null;
  /** The highest seq held of a log. */
  head(log: string): number;
  /** Every op held. */
  ops(): SimOp[];
  /** Own ops that the hub is known to hold, as screens show it. */
  received(): Summary;
  credential(): Credential | null;
  /** Power goes: what was not written down is gone. */
  crash(): void;
  /** Lets go of others' segments of which `covered` says that the hub's snapshots hold them, but for so many ops at the end of a log. */
  compact(covered: Summary, keptOps: number): void;
  /** Another build of the app opens the same data. */
  upgrade(version: VersionName): void;
  /** A copy of everything on the disk. */
  backUp(): Image;
  /** Puts a backup in the place of everything. */
  restore(image: Image): void;
  /** Takes a new identity, known to no hub: as the app does with a backup it put back, or when it notices that it is an old copy. */
  renewIdentity(): void;
  /** The tables and the desk made anew from the log. */
  rebuild(): void;
  /** Does a step of what goes on beside everything else; false where nothing was left to do. */
  goOn(): boolean;
  /** What waits on the conflict desk, as sorted text; null where this build of a laptop keeps none. */
  desk(): string[] | null;
  close(): void;
};

/** Opaque: made and understood by one build of a laptop. */
export type Image = { readonly image: unknown };

/** Builds of the app that meet: one before, this one, one after. */
export type VersionName = 'before' | 'now' | 'after';

/** A kind only the next version knows. */
export const Extra = defineKind({
  name: 'extra',
  number: 901,
  domain: 'records',
  partition: 'commission',
  rights: { write: everyone, remove: everyone },
  fields: { title: text(1), tags: set(2) },
});
const { note: _note, languages: _languages, ...fieldsBefore } = Contact.fields;
const ContactBefore: Kind = { ...Contact, fields: fieldsBefore };
const ContactAfter: Kind = { ...Contact, fields: { ...Contact.fields, nickname: text(90), badges: set(91) } };

function withContact(contact: Kind): Kind[] {
  return allKinds.map((kind) => (kind.name === Contact.name ? contact : kind));
}

/** What each version knows. */
export const versions: { readonly [name in VersionName]: readonly Kind[] } = {
  before: withContact(ContactBefore).filter((kind) => kind.name !== Membership.name),
  now: allKinds,
  after: [...withContact(ContactAfter), Extra],
};

/** A kind as a version knows it; null where it does not. */
export function kindIn(version: VersionName, name: string): Kind | null {
  return versions[version].find((kind) => kind.name === name) ?? null;
}

/** The kinds that histories write. */
export const writtenKinds: readonly string[] = [
  Contact.name,
  Decision.name,
  Membership.name,
  Extra.name,
  Settlement.name,
  Stray.name,
];
