/**
 * What the hub signed and has forgotten, because it was put back from a backup made before. Laptops hand such credentials over with what
 * their writers wrote (#shared/sync/exchange.ts), and the hub believes its own signature. So what a lost laptop left with others is not
 * lost with it.
 *
 * - Only ops are judged by them, as laptops judge by them too. Nobody is let in: whoever is asked at a door, may go on for another, or is
 *   given other rights is looked up among those enrolled, in other tables. A laptop known only from here has to be invited anew.
 * - Of a laptop that is enrolled nothing is learnt: what stands in the backup, or was said since, is the operator's word. Else one could
 *   bring wide rights and keep back the narrower ones that followed.
 * - A revocation wins: of one of a laptop's credentials it covers all, also those that come later, and also the identities that
 *   followed it. Whose line is not known to its beginning is not known at all, or it could hide one that was revoked.
 * - A revocation that the hub has forgotten as well must be repeated, beforehand by identity (revoking.ts) or once the laptop is listed.
 *
 * Times and quotas are those of everybody: the newest must not have run out, and what comes counts as the writer's.
 */
import type { Time } from '#shared/kernel/ports.ts';
import { checkCredential, newestFirst } from '#shared/sync/credential.ts';
import type { Credential } from '#shared/sync/messages.ts';
import type { HubDb } from './db/database.ts';
import { verifySignature } from './hub-crypto.ts';
import type { HubIdentity } from './identity.ts';
import { readCredential } from './issuing.ts';
import { isRevokedIdentity } from './revoked-identities.ts';

/** A laptop that the hub knows by nothing but its own signature. */
export type LearntLaptop = {
  readonly replica: string;
  readonly laptop: string;
  readonly partitions: readonly string[];
  /** Of its newest credential. */
  readonly serial: string;
  readonly isRevoked: boolean;
};

export type LearntStanding =
  | { readonly state: 'unknown' }
  | {
      readonly state: 'valid' | 'revoked';
      /** The newest. */
      readonly credential: Credential;
      readonly credentials: readonly Credential[];
    };

/** Keeps those that this hub signed for laptops that are not enrolled; answers of whom it had not heard. */
export async function learn(
  deps: { readonly db: HubDb; readonly identity: HubIdentity; readonly time: Time },
  brought: readonly Credential[],
): Promise<string[]> {
  const { db, identity, time } = deps;
  const heardOf: string[] = [];
  for (const credential of brought) {
    const { serial, replica, publicKey, laptop } = credential;
    const key = await keyOf(db, replica);
    // An id never changes its key.
    if (key !== null && (key.isEnrolled || key.publicKey !== publicKey)) continue;
    // Whoever is honest has proved what it brings.
    if (!checkCredential(credential, identity.publicKey, verifySignature).ok) break;
    await db
      .insertInto('learnt_credential')
      .values({ serial, replica, laptop, body: JSON.stringify(credential), learnt_at: time.now() })
      .onConflict((conflict) => conflict.column('serial').doNothing())
      .execute();
    if (key === null) heardOf.push(replica);
  }
  return heardOf;
}

/** The key a replica is known with, enrolled or learnt. */
export async function keyOf(
  db: HubDb,
  replica: string,
): Promise<{ readonly publicKey: string; readonly isEnrolled: boolean } | null> {
  const row = await db.selectFrom('replica').select('public_key').where('id', '=', replica).executeTakeFirst();
  if (row !== undefined) return { publicKey: row.public_key, isEnrolled: true };
  const [learnt] = await learntOf(db, replica);
  return learnt === undefined ? null : { publicKey: learnt.publicKey, isEnrolled: false };
}

/** What was learnt of a laptop, newest first; also of one that was enrolled since. */
export async function learntOf(db: HubDb, replica: string): Promise<Credential[]> {
  const rows = await db.selectFrom('learnt_credential').select('body').where('replica', '=', replica).execute();
  return newestFirst(rows.map(({ body }) => readCredential(body)));
}

/** How a laptop stands that is not enrolled. `standingOf`: of whom it goes on for, who may be. */
export async function learntStanding(
  db: HubDb,
  replica: string,
  standingOf: (replica: string) => Promise<{ readonly state: string }>,
): Promise<LearntStanding> {
  const credentials = await learntOf(db, replica);
  const [credential] = credentials;
  if (credential === undefined) return { state: 'unknown' };
  if (await isRevokedIdentity(db, replica)) return { state: 'revoked', credential, credentials };
  const before = credentials.find(({ succeeds }) => succeeds !== undefined)?.succeeds;
  if (before === undefined) return { state: 'valid', credential, credentials };
  const { state } = await standingOf(before);
  if (state === 'unknown') return { state };
  return { state: state === 'revoked' ? state : 'valid', credential, credentials };
}

/** Those among `ids`, and those that go on for one of them or that one of them goes on for. */
export async function learntLines(db: HubDb, ids: readonly string[]): Promise<string[]> {
  const line = new Set(ids);
  for (const { replica, succeeds } of await learntCredentials(db)) {
    if (succeeds === undefined || !(line.has(replica) || line.has(succeeds))) continue;
    line.add(replica).add(succeeds);
  }
  return [...line];
}

/** By serial. */
export async function learntCredentials(db: HubDb): Promise<Credential[]> {
  const rows = await db.selectFrom('learnt_credential').select('body').orderBy('serial').execute();
  return rows.map(({ body }) => readCredential(body));
}

/** Laptops that are known from here alone, by name. */
export async function listLearnt(
  db: HubDb,
  standingOf: (replica: string) => Promise<{ readonly state: string }>,
): Promise<LearntLaptop[]> {
  const rows = await db
    .selectFrom('learnt_credential')
    .select('replica')
    .distinct()
    .where('replica', 'not in', (select) => select.selectFrom('replica').select('id'))
    .execute();
  const listed: LearntLaptop[] = [];
  for (const { replica } of rows) {
    const [newest] = await learntOf(db, replica);
    if (newest === undefined) continue;
    const { serial, laptop, partitions } = newest;
    listed.push({ replica, laptop, partitions, serial, isRevoked: (await standingOf(replica)).state === 'revoked' });
  }
  return listed.sort((a, b) => (a.laptop < b.laptop ? -1 : 1));
}
