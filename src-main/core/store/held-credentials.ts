/** The credentials this laptop holds. They never change and are asked for with every segment: all are kept in memory. */
import { hexToBytes } from '#shared/kernel/ids.ts';
import { err, ok } from '#shared/kernel/result.ts';
import { credentialBytes, reachesInto } from '#shared/sync/credential.ts';
import { Credential } from '#shared/sync/messages.ts';
import type { ReplicaStore } from '#shared/sync/replica-store.ts';
import { withoutWaiting, type WritableDb } from './database.ts';
import { verifySignature } from './identity.ts';
import type { OpLog } from './op-log.ts';

export type HeldCredentials = {
  all(): Credential[];
  of(replica: string): Credential[];
  /** Serials of those that reach into these partitions, sorted. */
  serialsWithin(partitions: readonly string[]): string[];
  add: ReplicaStore['addCredentials'];
};

export function createHeldCredentials(deps: {
  readonly db: WritableDb;
  readonly log: Pick<OpLog, 'publicKeyOf' | 'addReplica'>;
  /** The enrolled hub's key as hex; null before enrolment. */
  readonly hubKey: () => string | null;
}): HeldCredentials {
  const { db, log: opLog } = deps;
  const insert = db.prepare('insert or replace into credential (serial, replica, body) values (?, ?, ?)');
  const select = db.prepare('select body from credential order by serial').pluck();
  /** By serial. */
  let known: Map<string, Credential> | null = null;
  const held = (): Map<string, Credential> => {
    if (known === null) {
      const all = (select.all() as string[]).map((body) => Credential.parse(JSON.parse(body)));
      known = new Map(all.map((credential) => [credential.serial, credential]));
    }
    return known;
  };

  return {
    all: () => [...held().values()],
    of: (replica) => [...held().values()].filter((credential) => credential.replica === replica),
    serialsWithin: (partitions) =>
      [...held().values()]
        .filter((credential) => reachesInto(credential, partitions))
        .map(({ serial }) => serial)
        .sort(),
    add(given) {
      const hubKey = deps.hubKey();
      const keys = new Map<string, string>();
      const isGenuine = ({ signature, ...rest }: Credential): boolean => {
        const key = keys.get(rest.replica) ?? opLog.publicKeyOf(rest.replica);
        if (key !== null && key !== '' && key !== rest.publicKey) return false;
        keys.set(rest.replica, rest.publicKey);
        return hubKey !== null && verifySignature(hubKey, credentialBytes(rest), hexToBytes(signature));
      };
      const fresh = given.filter(({ serial }) => !held().has(serial));
      if (!fresh.every(isGenuine)) return err({ code: 'sync/bad-credential' });
      const keep = db.transaction(() => {
        for (const credential of fresh) {
          opLog.addReplica(credential.replica, credential.publicKey);
          insert.run(credential.serial, credential.replica, JSON.stringify(credential));
        }
      });
      // They are told again. Behind a load, waiting would be for all that it has written.
      withoutWaiting(db, keep.immediate);
      for (const credential of fresh) held().set(credential.serial, credential);
      return ok(null);
    },
  };
}
