/**
 * A hub that was put back says anew what each laptop may do. Laptops may have heard of rights that it gave since the backup and has
 * forgotten, and would judge by these what the hub judges by others. Now the newest of all is the hub's word again, for everything beyond
 * what the backup holds, and what an operator repeats follows it on both sides.
 */
import type { Random, Time } from '#shared/kernel/ports.ts';
import { withoutRepeated, newestFirst, stillHonoured } from '#shared/sync/credential.ts';
import type { HubDb } from './db/database.ts';
import { ensureIdentity } from './identity.ts';
import { heldOf, keepCredential, readCredential, signCredential } from './issuing.ts';

/**
 * The same rights in credentials of now, for each laptop that has any; also those before, while what was written under them may still be
 * handed over.
 */
export async function sayAnew(tx: HubDb, deps: { readonly time: Time; readonly random: Random }): Promise<void> {
  const { random } = deps;
  const now = deps.time.now();
  const identity = await ensureIdentity(tx, '', deps);
  const rows = await tx.selectFrom('credential').select(['serial', 'replica', 'body', 'revoked_at']).execute();
  for (const [replica, own] of Map.groupBy(rows, (row) => row.replica)) {
    const credentials = newestFirst(own.map(({ body }) => readCredential(body)));
    // Else each time a hub is put back there would be twice as many.
    const counting = withoutRepeated(stillHonoured(credentials, now));
    const [newest] = counting;
    const isRevoked = own.some(({ serial, revoked_at: at }) => serial === newest?.serial && at !== null);
    if (newest === undefined || isRevoked) continue;
    const held = await heldOf(tx, replica);
    const heldBefore = Object.keys(held).length === 0 ? {} : { heldBefore: held };
    const { validUntil } = newest;
    const latest = Math.max(now, newest.validFrom + counting.length);
    if (latest >= validUntil) continue;
    for (const [age, { serial: _n, signature: _s, heldBefore: _h, ...rights }] of counting.entries()) {
      const validFrom = latest - age;
      const said = signCredential({ identity, random }, { ...rights, ...heldBefore, validFrom, validUntil });
      await keepCredential(tx, said, validFrom);
    }
  }
}
