/** The conflict desk: what clashed, and people's decisions about it. See #shared/desk/contract.ts for calls and failures. */
import type { Session } from '#shared/access/contract.ts';
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import type { DeskClash, DeskDecided, DeskLine, DeskRecord, deskContract } from '#shared/desk/contract.ts';
import { type Author, findSame, type Verdict } from '#shared/desk/disputes.ts';
import { Settlement } from '#shared/desk/settlement.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { kindsByName } from '#shared/kinds/all-kinds.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { stampMs } from '#shared/sync/stamp.ts';
import type { Change } from '../store/change.ts';
import { settlementOps } from '../store/desk-index.ts';
import type { Store } from '../store/store.ts';
import { mergeRecords, settlePairs } from './clash-decisions.ts';
import { deskLines } from './desk-lines.ts';
import { createDeskQueries, type DeskQueries } from './desk-queries.ts';
import { decideFields, decideSigned, disputesOf, isFrozen, keepStanding, type Subject } from './record-decisions.ts';

export type DeskDeps = {
  /** The open profile; throws when nobody is signed in (the dispatcher has checked). */
  readonly open: () => { readonly store: Store; readonly session: Pick<Session, 'person' | 'role'> };
  readonly time: Time;
  readonly random: Random;
};

/** More records of one key than a person compares. */
const mostRecords = 20;

export function createDeskService(deps: DeskDeps): DomainHandlers<typeof deskContract> {
  let known: { store: Store; queries: DeskQueries } | null = null;
  /** The reads of the store that is open now; another one after a lock. */
  function reads(): DeskQueries {
    const { store } = deps.open();
    if (known?.store !== store) known = { store, queries: createDeskQueries(store.db) };
    return known.queries;
  }

  /** Who, on which laptop, when; as screens get it. */
  function author({ actor, replica, time }: Author) {
    const { store } = deps.open();
    const person = kindsByName.get('person');
    const name = actor === null || person === undefined ? null : store.queries.get(person, actor)?.values.name;
    return {
      by: actor as Id | null, // written by commit
      byName: typeof name === 'string' ? name : null,
      laptop: reads().laptopName(replica),
      isThisLaptop: replica === store.identity().replica,
      at: stampMs(time),
    };
  }
  const verdict = (each: Verdict) => ({ ...author(each), stamp: each.stamp, stands: each.stands });

  const mayDecide = (kind: Kind): boolean => {
    const { role } = deps.open().session;
    return kind.rights.write.includes(role) && Settlement.rights.write.includes(role);
  };

  /** The record at a place; also one that has been decided about. */
  function subjectAt(item: string): Subject | null {
    const { store } = deps.open();
    const kind = reads().entries(item)[0]?.kind ?? reads().kindDecided(item);
    const record = kind === null ? null : store.queries.get(kind, item);
    return kind === null || record === null ? null : { kind, record };
  }

  /** The records that lie together at a place: those of the open pairs, or the pair the item names. */
  function clashAt(item: string): { kind: Kind; ids: string[] } | null {
    const entries = reads()
      .entries(item)
      .filter((entry) => entry.about === 'same');
    const [first] = entries;
    if (first !== undefined)
      return { kind: first.kind, ids: [...new Set(entries.flatMap(({ subject, part }) => [subject, part]))] };
    const pair = item.split('|');
    const kind = pair.length === 2 ? reads().kindDecided(String(pair[0])) : null;
    return kind === null ? null : { kind, ids: pair };
  }

  function recordAt(item: string, again: boolean): Result<DeskRecord> {
    const { store } = deps.open();
    const subject = subjectAt(item);
    if (subject === null) return err({ code: 'desk/nothing-here' });
    const { kind, record } = subject;
    const { fields, removal, signings } = disputesOf(store, subject, again);
    if (fields.length === 0 && removal === null) return err({ code: 'desk/nothing-here' });
    return ok({
      what: 'record',
      item,
      record,
      fields: fields.map((dispute) => ({
        field: dispute.field,
        versions: dispute.versions.map((version) => ({
          ...author(version),
          stamp: version.stamp,
          value: version.value,
          standing: version.standing,
          signings: [...version.signings],
        })),
        verdicts: dispute.verdicts.map(verdict),
        mayJoin: kind.fields[dispute.field]?.long === true && dispute.versions.every((version) => version.value),
      })),
      removal:
        removal === null
          ? null
          : {
              removals: removal.removals.map(author),
              edits: removal.edits.map(author),
              verdicts: removal.verdicts.map(verdict),
              stamps: removal.removals.map((each) => each.stamp),
            },
      signings: isFrozen(subject) ? signings.map((signing) => ({ ...author(signing), stamp: signing.stamp })) : [],
      mayDecide: mayDecide(kind),
    });
  }

  function clashRecords({ kind, ids }: { kind: Kind; ids: readonly string[] }): RecordView[] {
    const { store } = deps.open();
    return ids
      .map((id) => store.queries.get(kind, id))
      .filter((record) => record !== null)
      .toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  }

  function clash(item: string, again: boolean): Result<DeskClash> {
    const { store, session } = deps.open();
    const at = clashAt(item);
    if (at === null) return err({ code: 'desk/nothing-here' });
    const records = clashRecords({ kind: at.kind, ids: at.ids.slice(0, mostRecords) });
    if (records.length < 2) return err({ code: 'desk/nothing-here' });
    const verdicts = pairsOf(records.map(({ id }) => id)).flatMap(
      ([a, b]) => findSame(false, settlementOps(store.log, 'same', a, b), again)?.verdicts ?? [],
    );
    return ok({
      what: 'clash',
      item,
      records,
      frozen: records.filter((record) => isFrozen({ kind: at.kind, record })).map(({ id }) => id),
      verdicts: verdicts.map(verdict),
      mayDecide: mayDecide(at.kind),
      mayMerge: mayDecide(at.kind) && at.kind.rights.remove.includes(session.role),
    });
  }

  /** The records a decision names, once it is sure that they lie there and the person may decide. */
  function wanted(item: string, ids: readonly Id[]): Result<{ kind: Kind; records: RecordView[] }> {
    const at = clashAt(item);
    if (at === null) return err({ code: 'desk/nothing-here' });
    if (!mayDecide(at.kind)) return err({ code: 'records/not-allowed' });
    if (ids.some((id) => !at.ids.includes(id))) return err({ code: 'desk/changed' });
    const records = clashRecords({ kind: at.kind, ids: [...new Set(ids)] });
    return records.length < 2 ? err({ code: 'desk/nothing-here' }) : ok({ kind: at.kind, records });
  }

  function write(changes: Result<readonly Change[]>): Result<Record<string, never>> {
    if (!changes.ok) return changes;
    const { store, session } = deps.open();
    if (!store.mayCommit(changes.value)) return err({ code: 'records/not-allowed' });
    store.commit(changes.value, session.person);
    return ok({});
  }

  return {
    count: () => ok({ count: reads().count() }),

    list({ offset, limit, locale }) {
      const lines = deskLines(reads(), { offset, limit, locale });
      const bySort = reads()
        .counts()
        .map(({ kind, ...each }) => ({ ...each, kind: kind.name as DeskLine['kind'] })); // a declared kind's
      return ok({ lines, total: reads().count(), bySort });
    },

    decided({ limit, locale }) {
      const person = kindsByName.get('person');
      const rows = reads()
        .decided(limit)
        .flatMap(({ item, kind, subject, about, part, stands, since, by }): DeskDecided[] => {
          const title = reads().titleOf(kind, subject, locale);
          if (title === null) return [];
          const field = Object.entries(kind.fields).find(([, each]) => String(each.number) === part)?.[0] ?? null;
          const name =
            by === null || person === undefined ? null : deps.open().store.queries.get(person, by)?.values.name;
          return [
            {
              ...title,
              item,
              kind: kind.name as DeskLine['kind'], // a declared kind's
              id: subject as Id, // the store wrote it
              about,
              field: about === 'field' ? field : null,
              stands,
              byName: typeof name === 'string' ? name : null,
              at: since,
            },
          ];
        });
      return ok({ rows });
    },

    item({ item, again }) {
      const isClash = item.includes('|') || item.includes(':');
      return isClash ? clash(item, again) : recordAt(item, again);
    },

    ofRecord({ kind: name, id }) {
      const kind = kindsByName.get(name);
      const record = kind === undefined ? null : deps.open().store.queries.get(kind, id);
      return ok({
        item: reads().itemsOfRecord(id)[0] ?? null,
        mergedInto: record?.removed === true ? (reads().mergedInto(id) as Id | null) : null, // the store wrote it
      });
    },

    decide(input) {
      const { store, session } = deps.open();
      const subject = subjectAt(input.item);
      if (subject === null) return err({ code: 'desk/nothing-here' });
      if (!mayDecide(subject.kind)) return err({ code: 'records/not-allowed' });
      if (input.removal === 'removed' && !subject.kind.rights.remove.includes(session.role))
        return err({ code: 'records/not-allowed' });
      return write(decideFields(store, subject, input));
    },

    decideSigned(input) {
      const { store, session } = deps.open();
      const subject = subjectAt(input.item);
      if (subject === null) return err({ code: 'desk/nothing-here' });
      if (!mayDecide(subject.kind)) return err({ code: 'records/not-allowed' });
      const decided = decideSigned(store, subject, input, deps);
      if (!decided.ok) return decided;
      if (!store.mayCommit(decided.value.changes)) return err({ code: 'records/not-allowed' });
      store.commit(decided.value.changes, session.person);
      return ok({ correction: decided.value.correction });
    },

    declareDifferent({ item, ids }) {
      const found = wanted(item, ids);
      if (!found.ok) return found;
      const { store, session } = deps.open();
      const { kind, records } = found.value;
      const back = records.filter((record) => record.removed);
      if (back.length > 0 && !kind.rights.remove.includes(session.role)) return err({ code: 'records/not-allowed' });
      return write(
        ok([
          ...back.map(({ id }): Change => ({ kind, id, act: 'restore', values: {} })),
          ...settlePairs(store, kind, pairsOf(records.map(({ id }) => id)), 'different'),
        ]),
      );
    },

    merge({ item, ids, survivor, take }) {
      const found = wanted(item, ids);
      if (!found.ok) return found;
      const { store, session } = deps.open();
      const { kind, records } = found.value;
      if (!kind.rights.remove.includes(session.role)) return err({ code: 'records/not-allowed' });
      const written = write(mergeRecords(store, kind, records, survivor, take));
      if (!written.ok) return written;
      const view = store.queries.get(kind, survivor);
      return view === null ? err({ code: 'records/not-found' }) : ok(view);
    },

    decideAll({ kind: name, what, way }) {
      const { store, session } = deps.open();
      const kind = kindsByName.get(name);
      if (kind === undefined || !mayDecide(kind)) return err({ code: 'records/not-allowed' });
      let decided = 0;
      let left = 0;
      for (const item of reads().itemsOf(kind, what)) {
        const changes = what === 'record' ? keepAll(item, way) : allDifferent(item);
        if (changes === null || !store.mayCommit(changes)) left += 1;
        else {
          // Each place is an action of its own: what has been decided stays decided if the laptop goes off in between.
          store.commit(changes, session.person);
          decided += 1;
        }
      }
      return ok({ decided, left });
    },
  };

  function keepAll(item: string, way: 'standing' | 'here'): readonly Change[] | null {
    const { store } = deps.open();
    const subject = subjectAt(item);
    if (subject === null) return null;
    const changes = keepStanding(store, subject, way === 'here' ? store.identity().replica : null, deps);
    return changes.ok ? changes.value : null;
  }

  function allDifferent(item: string): readonly Change[] | null {
    const { store } = deps.open();
    const at = clashAt(item);
    if (at === null || at.ids.length > mostRecords) return null;
    const records = clashRecords(at);
    if (records.some((record) => record.removed)) return null; // two people decided differently: for a person's eye
    return settlePairs(store, at.kind, pairsOf(at.ids), 'different');
  }
}

/** Every two of them, the lesser id first. */
function pairsOf(ids: readonly string[]): [string, string][] {
  const sorted = [...ids].sort();
  return sorted.flatMap((a, index) => sorted.slice(index + 1).map((b): [string, string] => [a, b]));
}
