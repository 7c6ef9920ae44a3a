/**
 * Invitations and credentials: who may come in, and what the hub signs for them. Every step is one transaction, so a code
 * makes one credential however many hub processes are asked at once.
 */
import { z } from 'zod';
import { isWithin, Partition } from '#shared/access/partitions.ts';
import { Role } from '#shared/access/roles.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { reachesInto } from '#shared/sync/credential.ts';
import { invitationHash, makeInvitation, parseInvitation } from '#shared/sync/invitation.ts';
import {
  Credential,
  type CredentialsHeld,
  type EnrolRequest,
  serialsDigest,
  type Summary,
} from '#shared/sync/messages.ts';
import type { Succession } from '#shared/sync/succession.ts';
import type { HubDb } from './db/database.ts';
import { withinAny } from './db/within.ts';
import type { InvitationTable, ReplicaTable } from './db/schema.ts';
import { sha256 } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';
import { keepCredential, lockNewest, signCredential } from './issuing.ts';
import { linesOf, succeed, successionOf } from './succession.ts';

const dayMs = 86_400_000;
/** A laptop that comes once a month must find its credential renewed in time. */
const renewBeforeMs = 90 * dayMs;
const unsucceeded = { succeeded_by: null, handed_over_at: null };

export type InvitationOrder = {
  readonly partitions: readonly string[];
  readonly roles: readonly Role[];
  /** How the laptop will be listed. */
  readonly laptop: string;
  readonly commission: string | null;
  /** How long the code works. */
  readonly days: number;
  /** How long the credential will be valid. */
  readonly validDays: number;
};

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
  const { db, identity, time, random } = deps;
  /** Credentials never change under their serial: read once. */
  const known = new Map<string, Credential>();

  /** Makes a one-time code; twenty digits. */
  async function invite(order: InvitationOrder): Promise<string> {
    const code = makeInvitation(identity.publicKey, random, sha256);
    const now = time.now();
    await db
      .insertInto('invitation')
      .values({
        code_hash: bytesToHex(invitationHash(code, sha256)),
        partitions: JSON.stringify(order.partitions),
        roles: JSON.stringify(order.roles),
        laptop: order.laptop,
        commission: order.commission,
        valid_days: order.validDays,
        created_at: now,
        expires_at: now + order.days * dayMs,
        used_at: null,
        used_by: null,
        serial: null,
      })
      .execute();
    return code;
  }

  /**
   * Turns a code into a credential for the asker's key. The same laptop asking again with the same code, because the
   * answer was lost, gets the same credential.
   * Failures: `hub/bad-code`, `hub/code-used`, `hub/code-expired`, `hub/wrong-partition` {invited}, `hub/key-mismatch`
   * (the laptop is known with another key).
   */
  async function enrol(request: EnrolRequest): Promise<Result<Credential>> {
    const parsed = parseInvitation(request.code);
    if (!parsed.ok) return err({ code: 'hub/bad-code' });
    const codeHash = bytesToHex(invitationHash(parsed.value.digits, sha256));
    return db.transaction().execute(async (tx) => {
      // A write first: locks the row in PostgreSQL and the file in SQLite, so nobody else reads it as unused.
      await tx
        .updateTable('invitation')
        .set((row) => ({ used_at: row.ref('used_at') }))
        .where('code_hash', '=', codeHash)
        .execute();
      const invitation = await tx
        .selectFrom('invitation')
        .selectAll()
        .where('code_hash', '=', codeHash)
        .executeTakeFirst();
      if (invitation === undefined) return err({ code: 'hub/bad-code' });
      const known = await tx.selectFrom('replica').selectAll().where('id', '=', request.replica).executeTakeFirst();
      if (known !== undefined && known.public_key !== request.publicKey) return err({ code: 'hub/key-mismatch' });
      if (invitation.used_at !== null) return repeat(tx, invitation, request);
      const now = time.now();
      if (invitation.expires_at <= now) return err({ code: 'hub/code-expired' });
      const partitions = z.array(Partition).parse(JSON.parse(invitation.partitions));
      if (!partitions.some((prefix) => isWithin(request.partition, prefix))) {
        return err({ code: 'hub/wrong-partition', invited: partitions });
      }

      const credential = credentialFor(request, invitation, partitions, now);
      const laptop = { laptop: invitation.laptop, commission: invitation.commission, partition: request.partition };
      await tx
        .insertInto('replica')
        .values({
          id: request.replica,
          public_key: request.publicKey,
          ...laptop,
          role: request.role,
          enrolled_at: now,
          last_contact_at: now,
          app_version: null,
          summary: null,
          ...unsucceeded,
          stick_blobs: null,
        })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet({ ...laptop, role: request.role, enrolled_at: now, ...unsucceeded }),
        )
        .execute();
      await keepCredential(tx, credential, now);
      await tx
        .updateTable('invitation')
        .set({ used_at: now, used_by: request.replica, serial: credential.serial })
        .where('code_hash', '=', codeHash)
        .execute();
      return ok(credential);
    });
  }

  async function repeat(tx: HubDb, invitation: InvitationTable, request: EnrolRequest): Promise<Result<Credential>> {
    if (invitation.used_by !== request.replica || invitation.serial === null) return err({ code: 'hub/code-used' });
    const row = await tx
      .selectFrom('credential')
      .selectAll()
      .where('serial', '=', invitation.serial)
      .executeTakeFirst();
    return row === undefined || row.revoked_at !== null
      ? err({ code: 'hub/code-used' })
      : ok(Credential.parse(JSON.parse(row.body)));
  }

  function credentialFor(
    request: EnrolRequest,
    invitation: InvitationTable,
    partitions: string[],
    now: number,
  ): Credential {
    const unsigned: Omit<Credential, 'signature'> = {
      // Short, because an operator types it to revoke the laptop.
      serial: bytesToHex(random.bytes(5)),
      replica: request.replica,
      publicKey: request.publicKey,
      laptop: invitation.laptop,
      ...(request.recipient === undefined ? {} : { recipient: request.recipient }),
      roles: z.array(Role).parse(JSON.parse(invitation.roles)),
      partitions,
      validFrom: now,
      validUntil: now + invitation.valid_days * dayMs,
    };
    return signCredential(identity, unsigned);
  }

  /** What a laptop may do now, by its newest credential. */
  async function standingOf(replica: string): Promise<Standing> {
    const rows = await db
      .selectFrom('credential')
      .select(['body', 'valid_until', 'revoked_at'])
      .where('replica', '=', replica)
      .orderBy('issued_at', 'desc')
      .orderBy('serial', 'desc')
      .execute();
    const [newest] = rows;
    const all = rows.map((row) => Credential.parse(JSON.parse(row.body)));
    const [credential] = all;
    if (newest === undefined || credential === undefined) return { state: 'unknown' };
    const line = newest.revoked_at === null ? null : await successionOf(db, replica);
    if (line !== null) return { state: 'succeeded', credential, credentials: all, ...line };
    const valid = newest.valid_until <= time.now() ? 'expired' : 'valid';
    return { state: newest.revoked_at === null ? valid : 'revoked', credential, credentials: all };
  }

  /** Revokes by credential serial, an earlier one too, or laptop name; answers the names, none when nothing matched. */
  async function revoke(serialOrLaptop: string): Promise<string[]> {
    const rows = await db
      .selectFrom('credential')
      .innerJoin('replica', 'replica.id', 'credential.replica')
      .select(['replica.id', 'replica.laptop'])
      .where((where) =>
        where.or([where('credential.serial', '=', serialOrLaptop), where('replica.laptop', '=', serialOrLaptop)]),
      )
      .execute();
    // All of a laptop's, also those it was renewed to since the operator looked, and under whatever identity it went on.
    for (const id of await linesOf(
      db,
      rows.map((row) => row.id),
    )) {
      await db.updateTable('replica').set(unsucceeded).where('id', '=', id).execute();
      await db
        .updateTable('credential')
        .set({ revoked_at: time.now() })
        .where('replica', '=', id)
        .where('revoked_at', 'is', null)
        .execute();
    }
    return [...new Set(rows.map((row) => row.laptop))];
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
    const rows = await db.selectFrom('credential').select('serial').orderBy('serial').execute();
    const unknown = rows.filter((row) => !known.has(row.serial)).map((row) => row.serial);
    for (let at = 0; at < unknown.length; at += 500) {
      const page = unknown.slice(at, at + 500);
      const bodies = await db.selectFrom('credential').select(['serial', 'body']).where('serial', 'in', page).execute();
      for (const row of bodies) known.set(row.serial, Credential.parse(JSON.parse(row.body)));
    }
    return rows.flatMap(({ serial }) => {
      const credential = known.get(serial);
      return credential !== undefined && reachesInto(credential, partitions) ? [credential] : [];
    });
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
    const all = await within(partitions);
    if ('digest' in held) {
      const serials = all.map(({ serial }) => serial);
      return { credentials: [], after: serialsDigest(serials, sha256) === held.digest ? null : '' };
    }
    const has = new Set(held.serials);
    const { after, until } = held;
    const lacked = all.filter(
      ({ serial }) => serial > after && (until === null || serial <= until) && !has.has(serial),
    );
    const credentials = lacked.slice(0, 500);
    const isCut = lacked.length > credentials.length;
    return { credentials, after: isCut ? (credentials.at(-1)?.serial ?? null) : until };
  }

  /** Laptops not revoked that write within `partitions`; at most 2,000. */
  async function laptopsWithin(
    partitions: readonly string[],
  ): Promise<{ id: string; laptop: string; last_contact_at: number | null }[]> {
    return db
      .selectFrom('replica')
      .select(['id', 'laptop', 'last_contact_at'])
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
    const { signature: _signature, ...rest } = old;
    const unsigned = { ...rest, serial: bytesToHex(random.bytes(5)), validFrom: now, validUntil: now + length };
    const renewed = signCredential(identity, unsigned);
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
      const { signature: _signature, ...old } = Credential.parse(JSON.parse(newest.body));
      const partitions = [...(rights.partitions ?? old.partitions)];
      if (!partitions.some((prefix) => isWithin(laptop.partition, prefix)))
        return err({ code: 'hub/own-partition', partition: laptop.partition });
      const logs = await tx
        .selectFrom('log')
        .select(['partition', 'head_seq'])
        .where('replica', '=', laptop.id)
        .where('head_seq', '>', 0)
        .execute();
      // The order of credentials is that of their beginnings: two changes in one moment must have one.
      const validFrom = Math.max(time.now(), old.validFrom + 1);
      const unsigned: Omit<Credential, 'signature'> = {
        ...old,
        serial: bytesToHex(random.bytes(5)),
        roles: [...(rights.roles ?? old.roles)],
        partitions,
        heldBefore: Object.fromEntries(logs.map((log) => [log.partition, log.head_seq])),
        handOverUntil: time.now() + rights.handOverDays * dayMs,
        validFrom,
      };
      const granted = signCredential(identity, unsigned);
      await keepCredential(tx, granted, validFrom);
      return ok(granted);
    });
  }

  /**
   * Remembers a contact; `summary` is what the laptop holds after it, undefined where it did not say. `stickBlobs`: the attachments it
   * holds, where it came by stick; null on the line.
   */
  async function touch(
    replica: string,
    appVersion: string | null,
    summary?: Summary,
    stickBlobs: readonly string[] | null = null,
  ): Promise<void> {
    await db
      .updateTable('replica')
      .set({
        last_contact_at: time.now(),
        ...(appVersion === null ? {} : { app_version: appVersion }),
        ...(summary === undefined ? {} : { summary: JSON.stringify(summary) }),
        stick_blobs: stickBlobs === null ? null : JSON.stringify(stickBlobs),
      })
      .where('id', '=', replica)
      .execute();
  }

  return {
    invite,
    enrol,
    succeed: (succession: Succession) => succeed(deps, succession),
    standingOf,
    revoke,
    list,
    within,
    lackedBy,
    laptopsWithin,
    renew,
    grant,
    touch,
  };
}
