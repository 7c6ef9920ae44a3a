/**
 * Invitations and what is given for them: how a laptop that nobody knows comes in. Every step is one transaction, so a code makes one
 * credential however many hub processes are asked at once.
 */
import { z } from 'zod';
import { isWithin, Partition } from '#shared/access/partitions.ts';
import { Role } from '#shared/access/roles.ts';
import { bytesToHex } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { invitationHash, makeInvitation, parseInvitation } from '#shared/sync/invitation.ts';
import type { Credential, EnrolRequest } from '#shared/sync/messages.ts';
import type { HubDb } from './db/database.ts';
import type { InvitationTable } from './db/schema.ts';
import { sha256 } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';
import { heldOf, isFitForAll, keepCredential, lockNewest, readCredential, signCredential } from './issuing.ts';
import { keyOf } from './learnt.ts';
import { clearRevoked } from './revoked-identities.ts';
import { unsucceeded } from './succession.ts';

const dayMs = 86_400_000;

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

export function createEnrolment(deps: { db: HubDb; identity: HubIdentity; time: Time; random: Random }) {
  const { db, identity, time, random } = deps;

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
   * Failures: `hub/garbage` (no id, or no recipient), `hub/bad-code`, `hub/code-used`, `hub/code-expired`, `hub/wrong-partition` {invited}, `hub/key-mismatch`
   * (the laptop is known with another key).
   */
  async function enrol(request: EnrolRequest): Promise<Result<Credential>> {
    if (!(await isFitForAll(request))) return err({ code: 'hub/garbage' });
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
      const known = await keyOf(tx, request.replica);
      if (known !== null && known.publicKey !== request.publicKey) return err({ code: 'hub/key-mismatch' });
      if (invitation.used_at !== null) return repeat(tx, invitation, request);
      const now = time.now();
      if (invitation.expires_at <= now) return err({ code: 'hub/code-expired' });
      const partitions = z.array(Partition).parse(JSON.parse(invitation.partitions));
      if (!partitions.some((prefix) => isWithin(request.partition, prefix))) {
        return err({ code: 'hub/wrong-partition', invited: partitions });
      }

      // Whoever is invited anew has written under other rights: what the hub holds of it is judged by those.
      const held = await heldOf(tx, request.replica);
      const heldBefore = Object.keys(held).length === 0 ? {} : { heldBefore: held };
      // Of its credentials it goes by the one that begins last, also where the hub's clock was ahead when it gave the one before.
      const before = await lockNewest(tx, request.replica);
      const validFrom = before === undefined ? now : Math.max(now, readCredential(before.body).validFrom + 1);
      const credential = credentialFor(request, invitation, { partitions, ...heldBefore }, validFrom);
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
      await keepCredential(tx, credential, validFrom);
      await clearRevoked(tx, request.replica);
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
    return row === undefined || row.revoked_at !== null ? err({ code: 'hub/code-used' }) : ok(readCredential(row.body));
  }

  function credentialFor(
    request: EnrolRequest,
    invitation: InvitationTable,
    rights: Pick<Credential, 'partitions' | 'heldBefore'>,
    validFrom: number,
  ): Credential {
    return signCredential(deps, {
      replica: request.replica,
      publicKey: request.publicKey,
      laptop: invitation.laptop,
      ...(request.recipient === undefined ? {} : { recipient: request.recipient }),
      roles: z.array(Role).parse(JSON.parse(invitation.roles)),
      ...rights,
      validFrom,
      validUntil: validFrom + invitation.valid_days * dayMs,
    });
  }

  return { invite, enrol };
}
