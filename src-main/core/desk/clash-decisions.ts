/** What a decision about records of one natural key writes: settlements of pairs, one merged record, references that follow. */
import { readVerdicts } from '#shared/desk/disputes.ts';
import { settlementSeed } from '#shared/desk/settlement.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { allKinds } from '#shared/kinds/all-kinds.ts';
import type { Kind, Values } from '#shared/kinds/define-kind.ts';
import type { RecordView } from '#shared/records/contract.ts';
import type { Change } from '../store/change.ts';
import { derivedId } from '../store/derived-id.ts';
import { settlementOps } from '../store/desk-index.ts';
import type { Store } from '../store/store.ts';
import { isFrozen, settlementChange } from './record-decisions.ts';

/** Settles pairs of records: `different`, or the id of the one that stays. */
export function settlePairs(
  store: Store,
  kind: Kind,
  pairs: readonly (readonly [string, string])[],
  stands: string,
): Change[] {
  return pairs.map(([a, b]) => {
    const [subject, other] = a < b ? [a, b] : [b, a];
    const id = derivedId(settlementSeed('same', subject, other));
    const over = readVerdicts(settlementOps(store.log, 'same', subject, other))
      .slice(0, -1)
      .map((verdict) => verdict.stamp);
    return settlementChange(store, id, {
      about: 'same',
      subjectKind: kind.number,
      subject,
      other,
      stands,
      over,
    });
  });
}

/**
 * Makes one record of several. `take` says by field whose value stays; sets are united, and what the survivor lacks is filled in from
 * the others. Failures: `records/frozen` (a signed paper
 * cannot be merged away or changed), `records/not-found` (`survivor` or a record in `take` is none of them).
 */
export function mergeRecords(
  store: Store,
  kind: Kind,
  records: readonly RecordView[],
  survivor: string,
  take: { readonly [field: string]: string },
): Result<Change[]> {
  const stays = records.find((record) => record.id === survivor);
  if (stays === undefined) return err({ code: 'records/not-found' });
  const others = records.filter((record) => record.id !== survivor);
  if (others.some((record) => isFrozen({ kind, record }))) return err({ code: 'records/frozen' });
  const values: { [field: string]: Values[string] } = {};
  for (const [name, field] of Object.entries(kind.fields)) {
    if (field.type === 'set') {
      const united = records.flatMap((record) => record.values[name] ?? []) as string[]; // sets are lists of texts
      values[name] = [...new Set(united)].sort();
    } else if (take[name] !== undefined) {
      const from = records.find((record) => record.id === take[name]);
      if (from === undefined) return err({ code: 'records/not-found' });
      values[name] = from.values[name] ?? null;
    } else if ((stays.values[name] ?? null) === null) {
      values[name] = others.map((record) => record.values[name] ?? null).find((value) => value !== null) ?? null;
    }
  }
  // A signed paper stays as it was signed.
  const kept = isFrozen({ kind, record: stays }) ? {} : values;
  return ok([
    { kind, id: survivor, act: stays.removed ? 'restore' : 'set', values: kept },
    ...others.filter((record) => !record.removed).map(({ id }): Change => ({ kind, id, act: 'remove', values: {} })),
    ...others.flatMap(({ id }) => moveReferences(store, kind, id, survivor)),
    ...settlePairs(
      store,
      kind,
      others.map(({ id }) => [survivor, id] as const),
      survivor,
    ),
  ]);
}

/** What refers to `from` refers to `to`; signed papers stay as they were signed. */
function moveReferences(store: Store, kind: Kind, from: string, to: string): Change[] {
  return allKinds.flatMap((other) =>
    Object.entries(other.fields)
      .filter(([, field]) => field.to === kind.name)
      .flatMap(([name]) =>
        store.queries
          .list({ kind: other, where: { [name]: from }, locale: 'ru', sort: { field: 'changedAt' }, limit: 100_000 })
          .rows.filter((record) => !other.addOnly && !isFrozen({ kind: other, record }))
          .map(({ id }): Change => ({ kind: other, id, act: 'set', values: { [name]: to } })),
      ),
  );
}
