/**
 * What the laptops that came in (enrolment.ts, succession.ts) may do, and what the hub signs for them later: renewal, other rights,
 * revocation. Every change is one transaction, so of several hub processes asked at once one makes it.
 */
import { isWithin } from '#shared/access/partitions.ts';
import type { Role } from '#shared/access/roles.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { reachesInto } from '#shared/sync/credential.ts';
import { type Credential, type CredentialsHeld, serialsDigest, type SyncResponse } from '#shared/sync/messages.ts';
import type { Succession } from '#shared/sync/succession.ts';
import type { HubDb } from './db/database.ts';
import { withinAny } from './db/within.ts';
import type { ReplicaTable } from './db/schema.ts';
import { createEnrolment } from './enrolment.ts';
import { sha256 } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';
import { heldOf, keepCredential, lockNewest, readCredential, signCredential } from './issuing.ts';
import { learn, learntCredentials, learntOf, learntStanding, listLearnt } from './learnt.ts';
import { revokedUnseen } from './revoked-identities.ts';
import { followRevocations, revoke, revokeUnseen } from './revoking.ts';
import { succeed, successionOf } from './succession.ts';

const dayMs = 86_400_000;
/** A laptop that comes once a month must find its credential renewed in time. */
const renewBeforeMs = 90 * dayMs;

/** A laptop as the operator sees it. */
export type ListedLaptop = ReplicaTable & {
  readonly serial: string;
  readonly valid_until: number;
  readonly revoked_at: number | null;
};

/** What one asker may do now. */
export type Standing =
  | {
      readonly state: 'valid' | 'expired' | 'revoked';
      /** The newest. */
      readonly credential: Credential;
      /** All it ever had: what it wrote under them is judged by them. */
      readonly credentials: readonly Credential[];
    }
  | {
      /** Another identity of the same laptop goes on in its place. */
      readonly state: 'succeeded';
      readonly credential: Credential;
      readonly credentials: readonly Credential[];
      /** What that one was given. */
      readonly successor: Credential;
      /** Who may always hand over what it wrote: the last of those that followed it. */
      readonly heir: string;
      /** Until then others may, too. Milliseconds UTC. */
      readonly handedOverAt: number;
    }
  | { readonly state: 'unknown' };

export type Credentials = ReturnType<typeof createCredentials>;

export function createCredentials(deps: { db: HubDb; identity: HubIdentity; time: Time; random: Random }) {
  const { db, time } = deps;
  /** Credentials never change under their serial, and none is ever removed: each is read once. */
  const known = new Map<string, Credential>();
  /** Of all credentials by rising serial, as many as there were at the last look. */
  let all: readonly Credential[] = [];

  function readOnce(serial: string, body: string): Credential {
    const credential = known.get(serial) ?? readCredential(body);
    known.set(serial, credential);
    return credential;
  }

  /** What a laptop may do now, by its newest credential. */
  async function standingOf(replica: string): Promise<Standing> {
    const rows = await db
      .selectFrom('credential')
      .select(['serial', 'body', 'valid_until', 'revoked_at'])
      .where('replica', '=', replica)
      .orderBy('issued_at', 'desc')
      .orderBy('serial', 'desc')
      .execute();
    const [newest] = rows;
    const issued = rows.map(({ serial, body }) => readOnce(serial, body));
    const [credential] = issued;
    if (newest === undefined || credential === undefined) return { state: 'unknown' };
    // Behind them: what it wrote before it was invited anew is judged by what the hub had forgotten then.
    const credentials = [...issued, ...(await learntOf(db, replica))];
    const line = newest.revoked_at === null ? null : await successionOf(db, replica);
    if (line !== null) return { state: 'succeeded', credential, credentials, ...line };
    const valid = newest.valid_until <= time.now() ? 'expired' : 'valid';
    return { state: newest.revoked_at === null ? valid : 'revoked', credential, credentials };
  }

  /** How a writer stands whose ops are to be judged: laptops that are not enrolled, too, by what the hub once signed (learnt.ts). */
  async function writerOf(replica: string, followers: readonly string[] = []): Promise<Standing> {
    const standing = await standingOf(replica);
    if (standing.state !== 'unknown' || followers.includes(replica)) return standing;
    return learntStanding(db, replica, (before) => writerOf(before, [...followers, replica]));
  }

  /** Every laptop with its newest credential, longest silence first. */
  async function list(): Promise<ListedLaptop[]> {
    const rows = await db
      .selectFrom('replica')
      .innerJoin('credential', 'credential.replica', 'replica.id')
      .selectAll('replica')
      .select(['credential.serial', 'credential.valid_until', 'credential.revoked_at', 'credential.issued_at'])
      .orderBy('credential.issued_at', 'desc')
      .execute();
    const newest = new Map<string, ListedLaptop>();
    for (const row of rows) if (!newest.has(row.id)) newest.set(row.id, row);
    return [...newest.values()].sort((a, b) => (a.last_contact_at ?? 0) - (b.last_contact_at ?? 0));
  }

  /** Credentials of laptops that write within `partitions`, by serial. */
  async function within(partitions: readonly string[]): Promise<Credential[]> {
    const [issued, learnt] = [await countOf('credential'), await countOf('learnt_credential')];
    if (issued + learnt !== all.length) all = await readAll();
    return all.filter((credential) => reachesInto(credential, partitions));
  }

  async function countOf(table: 'credential' | 'learnt_credential'): Promise<number> {
    const counting = db.selectFrom(table).select((select) => select.fn.countAll<number>().as('count'));
    return (await counting.executeTakeFirstOrThrow()).count;
  }

  async function readAll(): Promise<Credential[]> {
    const rows = await db.selectFrom('credential').select('serial').orderBy('serial').execute();
    const unknown = rows.filter((row) => !known.has(row.serial)).map((row) => row.serial);
    for (let at = 0; at < unknown.length; at += 500) {
      const page = unknown.slice(at, at + 500);
      const bodies = await db.selectFrom('credential').select(['serial', 'body']).where('serial', 'in', page).execute();
      for (const row of bodies) readOnce(row.serial, row.body);
    }
    const issued = rows.flatMap(({ serial }) => known.get(serial) ?? []);
    return [...issued, ...(await learntCredentials(db))].sort((a, b) => (a.serial < b.serial ? -1 : 1));
  }

  /**
   * What the asker lacks of them by what it says it holds, at most 500, and behind which serial its next page begins; null where
   * all is said.
   */
  async function lackedBy(
    held: CredentialsHeld | null,
    partitions: readonly string[],
  ): Promise<{ credentials: Credential[]; after: string | null }> {
    if (held === null) return { credentials: [], after: null };
    const reaching = await within(partitions);
    if ('digest' in held) {
      const serials = reaching.map(({ serial }) => serial);
      return { credentials: [], after: serialsDigest(serials, sha256) === held.digest ? null : '' };
    }
    const has = new Set(held.serials);
    const { after, until } = held;
    const lacked = reaching.filter(
      ({ serial }) => serial > after && (until === null || serial <= until) && !has.has(serial),
    );
    const credentials = lacked.slice(0, 500);
    const isCut = lacked.length > credentials.length;
    return { credentials, after: isCut ? (credentials.at(-1)?.serial ?? null) : until };
  }

  /** Laptops not revoked that write within `partitions`; at most 2,000. */
  async function laptopsWithin(partitions: readonly string[]): Promise<SyncResponse['laptops']> {
    return db
      .selectFrom('replica')
      .select(['id as replica', 'laptop as name', 'last_contact_at as lastContactAt'])
      .where(withinAny('partition', partitions))
      .where((where) =>
        where.exists(
          where
            .selectFrom('credential')
            .select('credential.serial')
            .whereRef('credential.replica', '=', 'replica.id')
            .where('credential.revoked_at', 'is', null),
        ),
      )
      .orderBy('id')
      .limit(2000)
      .execute();
  }

  /**
   * A credential near its end is followed by a new one with the same rights for as long; null when it is not near, or was
   * revoked meanwhile, or another process was first.
   */
  async function renew(old: Credential): Promise<Credential | null> {
    const now = time.now();
    const length = old.validUntil - old.validFrom;
    if (old.validUntil - now > Math.min(length / 4, renewBeforeMs)) return null;
    const { serial: _serial, signature: _signature, ...rest } = old;
    const renewed = signCredential(deps, { ...rest, validFrom: now, validUntil: now + length });
    return db.transaction().execute(async (tx) => {
      // Of several requests at once one renews.
      const newest = await lockNewest(tx, old.replica);
      if (newest === undefined || newest.serial !== old.serial || newest.revoked_at !== null) return null;
      await keepCredential(tx, renewed, now);
      return renewed;
    });
  }

  /**
   * Gives a laptop other rights, from its next contact on: a new credential in the place of its newest, for as long. What the hub holds
   * of its logs is judged by the rights of before, and so is for `handOverDays` what it has yet to hand over.
   * Failures: `hub/unknown-laptop` (none, or several, of that serial or name), `hub/revoked`, `hub/own-partition` {partition} (where
   * the laptop writes must stay).
   */
  async function grant(
    serialOrLaptop: string,
    rights: {
      readonly partitions?: readonly string[];
      readonly roles?: readonly Role[];
      readonly handOverDays: number;
    },
  ): Promise<Result<Credential>> {
    return db.transaction().execute(async (tx) => {
      const found = await tx
        .selectFrom('credential')
        .innerJoin('replica', 'replica.id', 'credential.replica')
        .select(['replica.id', 'replica.partition'])
        .distinct()
        // Who was succeeded has the name of who goes on.
        .where('replica.succeeded_by', 'is', null)
        .where((where) =>
          where.or([where('credential.serial', '=', serialOrLaptop), where('replica.laptop', '=', serialOrLaptop)]),
        )
        .execute();
      const [laptop] = found;
      if (laptop === undefined || found.length > 1) return err({ code: 'hub/unknown-laptop', found: found.length });
      const newest = await lockNewest(tx, laptop.id);
      if (newest === undefined) return err({ code: 'hub/unknown-laptop', found: 0 });
      if (newest.revoked_at !== null) return err({ code: 'hub/revoked' });
      const { serial: _serial, signature: _signature, ...old } = readCredential(newest.body);
      const partitions = [...(rights.partitions ?? old.partitions)];
      if (!partitions.some((prefix) => isWithin(laptop.partition, prefix)))
        return err({ code: 'hub/own-partition', partition: laptop.partition });
      // The order of credentials is that of their beginnings: two changes in one moment must have one.
      const validFrom = Math.max(time.now(), old.validFrom + 1);
      const granted = signCredential(deps, {
        ...old,
        roles: [...(rights.roles ?? old.roles)],
        partitions,
        heldBefore: await heldOf(tx, laptop.id),
        handOverUntil: time.now() + rights.handOverDays * dayMs,
        validFrom,
      });
      await keepCredential(tx, granted, validFrom);
      return ok(granted);
    });
  }

  return {
    ...createEnrolment(deps),
    succeed: (succession: Succession) => succeed(deps, succession),
    standingOf,
    writerOf: (replica: string) => writerOf(replica),
    /** Takes what the hub signed and has forgotten, from somebody who is let in. */
    learn: async (brought: readonly Credential[]) => followRevocations(deps, await learn(deps, brought)),
    revoke: (named: string) => revoke(deps, named),
    revokeUnseen: (identity: string) => revokeUnseen(deps, identity),
    list,
    /** Laptops known by their credentials' signature only. */
    listLearnt: () => listLearnt(db, writerOf),
    /** Identities revoked beforehand of which nothing has been heard. */
    revokedUnseen: () => revokedUnseen(db),
    within,
    lackedBy,
    laptopsWithin,
    renew,
    grant,
  };
}
