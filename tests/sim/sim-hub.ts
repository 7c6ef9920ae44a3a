/** What a history asks of its hub: the one in memory (model-hub.ts), or the real one (real-hub.ts). What only looks does so at once. */
import type { Role } from '#shared/access/roles.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { Credential, Summary } from '#shared/sync/messages.ts';
import type { Succession } from '#shared/sync/succession.ts';
import type { Keys } from './keys.ts';

/** Opaque: made and understood by one hub. */
export type HubImage = { readonly image: unknown };

type Soon<T> = T | Promise<T>;

export type SimHub = {
  readonly publicKey: string;
  /** Where parcels for laptops are sealed to; undefined where nothing is sealed. */
  readonly recipient: string | undefined;
  epoch(): string;
  /** By what segments of a writer are signed. */
  keyOf(replica: string): string;
  /** What an identity may see. */
  partitionsOf(replica: string): readonly string[];
  held(log: string): number;
  summary(): Summary;
  /** Every piece of a log, in order. */
  pieces(log: string): readonly Uint8Array[];
  /** What the hub knows an identity as; of one that was succeeded nothing is taken, and it is given nothing. */
  standingOf(replica: string): 'unknown' | 'valid' | 'succeeded';
  /** Issues a credential on an invitation; the newest of a laptop is what counts here. One that was succeeded is let in anew. */
  enrol(order: EnrolOrder): Soon<Credential>;
  /** Gives a laptop another role or other partitions, by its name: who was succeeded has the name of who goes on. `isHandedOver`: for a while that of before counts. */
  grant(name: string, changed: Partial<Pick<Credential, 'roles' | 'partitions'>>, isHandedOver: boolean): Soon<void>;
  /** Revokes a laptop; null where this hub cannot. */
  readonly revoke: ((replica: string) => Soon<void>) | null;
  /** Lets a laptop go on in the place of an earlier identity; null where another does already, or that one is not known here. */
  succeed(succession: Succession): Soon<Credential | null>;
  /** One turn of the exchange; the asker signs what it asks. */
  turn(message: Uint8Array, sign: (data: Uint8Array) => Uint8Array): Soon<Result<Uint8Array>>;
  /** A request comes once more as somebody caught it on the line; nobody hears the answer. */
  replay(message: Uint8Array): Soon<void>;
  /** Takes in a parcel that a laptop made for the hub; false where it is not for this hub or not of its writer. */
  takeParcel(bytes: Uint8Array): Soon<boolean>;
  /** The parcel that a laptop is answered with by stick. */
  parcelFor(replica: string): Soon<Uint8Array>;
  backUp(): Soon<HubImage>;
  /**
   * Puts a backup back: another epoch, and everything else as it was then; what each laptop may do is said anew. Answers what was issued since,
   * in order, for the operator to repeat.
   */
  restore(image: HubImage): Soon<readonly Credential[]>;
  close(): Soon<void>;
};

export type EnrolOrder = {
  readonly replica: string;
  readonly publicKey: string;
  readonly name: string;
  readonly role: Role;
  readonly prefixes: readonly string[];
  /** Where it writes. */
  readonly partition: string;
  /** How long its credential is valid; longer than any history where it is not given. */
  readonly validDays?: number | undefined;
};

export type HubMaker = (keys: Keys, clock: { now: number }) => Soon<SimHub>;
