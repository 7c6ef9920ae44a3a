/** What a lean laptop finds of its own continuations that lost, as others keep them (#shared/sync/stray.ts). */
import { checkSegmentAllowed } from '#shared/sync/accept.ts';
import { isAlive } from '#shared/sync/merge.ts';
import type { Credential } from '#shared/sync/messages.ts';
import type { LooseOp } from '#shared/sync/loose-ops.ts';
import type { Op } from '#shared/sync/op.ts';
import { Stray } from '#shared/sync/stray.ts';
import { readStrays, writtenAgain } from '#shared/sync/take-back.ts';
import { type Keys, verifyWith } from './keys.ts';
import type { Disk, LogState } from './lean-disk.ts';

export type KeptStray = { readonly id: string; readonly segment: string };

/** The strays that are there, by the log they are of. */
export function straysByLog(records: Disk['records']): Map<string, KeptStray[]> {
  const found = new Map<string, KeptStray[]>();
  for (const [id, { kind, state }] of records) {
    if (kind !== Stray.number || !isAlive(state)) continue;
    const log = String(state.values['log']);
    found.set(log, [...(found.get(log) ?? []), { id, segment: String(state.values['segment']) }]);
  }
  return found;
}

/** The ops to write behind `into`, the log of now; null where its laptop may not. `own`: all that its own logs say. */
export function takenBack(
  key: string,
  strays: readonly KeptStray[],
  at: {
    readonly keys: Keys;
    readonly publicKey: string;
    readonly into: LogState;
    readonly own: readonly LooseOp[];
    readonly isOwn: (replica: string) => boolean;
    readonly credentials: readonly Credential[];
  },
): Op[] | null {
  const { into, credentials } = at;
  const verify = (data: Uint8Array, signature: Uint8Array): boolean =>
    verifyWith(at.keys, at.publicKey, data, signature);
  const segments = strays.map(({ segment }) => segment);
  const taken: Op[] = [];
  for (const run of readStrays(key, segments, verify, at.keys.ports)) {
    const place = { replica: into.replica, after: into.ops.length + taken.length };
    const own = [...at.own, ...taken.map((op) => ({ op, replica: into.replica }))];
    taken.push(...writtenAgain(run, place, { isOwn: at.isOwn, own, rest: [] }));
  }
  return checkSegmentAllowed(credentials, into, taken, null).ok ? taken : null;
}
