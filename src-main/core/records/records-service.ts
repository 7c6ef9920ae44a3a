/** Generic calls over every kind, and signing. See #shared/records/contract.ts for calls and failures. */
import { signers } from '#shared/access/roles.ts';
import type { DomainHandlers } from '#shared/contract/rpc.ts';
import { sealedText } from '#shared/files/attachment.ts';
import { type Id, newId } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { kindsByName } from '#shared/kinds/all-kinds.ts';
import { checkValues, type Kind, missingFields, type Values } from '#shared/kinds/define-kind.ts';
import { tidyValues } from '#shared/kinds/tidy-values.ts';
import type { RecordView, recordsContract } from '#shared/records/contract.ts';
import { Decision } from '#shared/records/decision.ts';
import { recordTitle } from '#shared/records/record-title.ts';
import { correctionOf, missingForSignature, nextNumber } from '#shared/records/decision-rules.ts';
import type { OpenProfile } from '../access/profile.ts';
import type { Change } from '../store/change.ts';

export type RecordsDeps = {
  /** The open profile; throws when nobody is signed in (the dispatcher has checked). */
  readonly open: () => OpenProfile;
  readonly time: Time;
  readonly random: Random;
};

/** Beyond that a person has to find a number: so many drafts ahead nobody has. */
const mostNumbersTried = 200;

type Item = {
  readonly kind: string;
  readonly id?: Id | undefined;
  readonly values: { readonly [field: string]: unknown };
};

export function createRecordsService(deps: RecordsDeps): DomainHandlers<typeof recordsContract> {
  const kindOf = (name: string): Kind => {
    const kind = kindsByName.get(name);
    if (kind === undefined) throw new Error(`the contract lists a kind that is not declared: ${name}`);
    return kind;
  };

  /** Checks one wanted write against the declaration, the person's rights, the record's state. */
  function checkWrite(item: Item, id: Id, isNew: boolean): Result<Change> {
    const { store, session } = deps.open();
    const kind = kindOf(item.kind);
    if (!kind.rights.write.includes(session.role)) return err({ code: 'records/not-allowed' });
    const fields = checkValues(kind, item.values);
    if (fields.length > 0) return err({ code: 'records/invalid', fields, missing: [] });
    // checkValues has just proved every value by its field's schema.
    const given = tidyValues(kind, item.values as Values, session.country);
    const before = isNew ? null : store.queries.get(kind, id);
    if (!isNew && before === null) return err({ code: 'records/not-found' });
    // Somebody removed it while its form was open: whether it comes back is not said by an edit in passing.
    if (before?.removed === true) return err({ code: 'records/removed' });
    if (before !== null && kind.addOnly) return err({ code: 'records/frozen' });
    const values: Values =
      isNew && kind.states !== undefined ? { [kind.states.field]: kind.states.initial, ...given } : given;
    const missing = missingFields(kind, { ...before?.values, ...values });
    if (missing.length > 0) return err({ code: 'records/invalid', fields: [], missing });
    if (kind.states !== undefined) {
      const { field, initial, moves, frozen } = kind.states;
      const from = String(before?.values[field] ?? initial);
      const to = String(values[field] ?? from);
      if (isNew ? to !== initial : from !== to && !moves[from]?.includes(to))
        return err({ code: 'records/bad-move', from, to });
      // Signing has a call of its own, with its own checks.
      if (from !== to && frozen.includes(to)) return err({ code: 'records/bad-move', from, to });
      if (frozen.includes(from)) return err({ code: 'records/frozen' });
    }
    return ok({ kind, id, act: 'set', values });
  }

  /** Failure: `records/not-allowed`, where a record lies in a partition this laptop may not write into. */
  function write(changes: readonly Change[]): Result<null> {
    const { store, session } = deps.open();
    if (!store.mayCommit(changes)) return err({ code: 'records/not-allowed' });
    store.commit(changes, session.person);
    return ok(null);
  }

  function viewOf(kind: Kind, id: string): RecordView {
    const view = deps.open().store.queries.get(kind, id);
    if (view === null) throw new Error('a record just written is not there');
    return view;
  }

  return {
    list(input) {
      const { store } = deps.open();
      const { kind, where, search, sort, locale, offset, limit } = input;
      const page = store.queries.list({
        kind: kindOf(kind),
        locale,
        ...(where === undefined ? {} : { where }),
        ...(search === undefined ? {} : { search }),
        ...(sort === undefined ? {} : { sort: { field: sort.field, descending: sort.descending === true } }),
        ...(offset === undefined ? {} : { offset }),
        ...(limit === undefined ? {} : { limit }),
      });
      return ok({ rows: page.rows, total: page.total });
    },

    get({ kind, id }) {
      const view = deps.open().store.queries.get(kindOf(kind), id);
      return view === null ? err({ code: 'records/not-found' }) : ok(view);
    },

    history({ kind, id }) {
      const { queries, archive } = deps.open().store;
      const steps = queries.history(kindOf(kind), id);
      // Of kinds that come to the desk a snapshot holds every change.
      const beginsAt = kindOf(kind).conflicts === 'desk' ? null : archive.squeezedAt(id);
      return steps.length === 0 ? err({ code: 'records/not-found' }) : ok({ steps, beginsAt });
    },

    save(item) {
      const id = item.id ?? newId(deps);
      const change = checkWrite(item, id, item.id === undefined);
      if (!change.ok) return change;
      const written = write([change.value]);
      return written.ok ? ok(viewOf(change.value.kind, id)) : written;
    },

    saveTogether({ items }) {
      const ids = new Map<string, Id>();
      const changes: Change[] = [];
      for (const item of items) {
        const id = item.id ?? newId(deps);
        if (item.key !== undefined) ids.set(`@${item.key}`, id);
        const values = Object.fromEntries(
          Object.entries(item.values).map(([field, value]) => [
            field,
            (typeof value === 'string' && ids.get(value)) || value,
          ]),
        );
        const change = checkWrite({ ...item, values }, id, item.id === undefined);
        if (!change.ok) return change;
        changes.push(change.value);
      }
      const written = write(changes);
      return written.ok ? ok({ rows: changes.map((change) => viewOf(change.kind, change.id)) }) : written;
    },

    remove({ kind: name, id }) {
      const { store, session } = deps.open();
      const kind = kindOf(name);
      if (kind.addOnly || !kind.rights.remove.includes(session.role)) return err({ code: 'records/not-allowed' });
      const before = store.queries.get(kind, id);
      if (before === null || before.removed) return err({ code: 'records/not-found' });
      if (kind.states?.frozen.includes(String(before.values[kind.states.field])) === true)
        return err({ code: 'records/frozen' });
      const written = write([{ kind, id, act: 'remove', values: {} }]);
      return written.ok ? ok({}) : written;
    },

    restore({ kind: name, id }) {
      const { store, session } = deps.open();
      const kind = kindOf(name);
      if (!kind.rights.remove.includes(session.role)) return err({ code: 'records/not-allowed' });
      if (store.queries.get(kind, id) === null) return err({ code: 'records/not-found' });
      const written = write([{ kind, id, act: 'restore', values: {} }]);
      return written.ok ? ok(viewOf(kind, id)) : written;
    },

    searchAll({ text, locale }) {
      const hits = deps
        .open()
        .store.queries.searchAll(text, locale, 20)
        .map((record) => {
          const { text: title, locale: titleLocale } = recordTitle(record, locale);
          const detail = record.values.number ?? record.values.organisation ?? '';
          return {
            kind: record.kind,
            id: record.id,
            title,
            detail: typeof detail === 'string' ? detail : '',
            locale: titleLocale,
          };
        });
      return ok({ hits });
    },

    recentChanges({ since, limit, locale }) {
      const { store, session } = deps.open();
      const items = store.queries.recentChanges(since, limit).flatMap((change) => {
        const record = store.queries.get(change.kind, change.id);
        if (record === null || ['progress', 'settlement', 'stray'].includes(change.kind.name)) return [];
        const contact = record.values.contact;
        const named = typeof contact === 'string' ? (store.queries.get(kindOf('contact'), contact) ?? record) : record;
        const byName =
          change.by === null ? null : (store.queries.get(kindOf('person'), change.by)?.values.name ?? null);
        return [
          {
            at: change.at,
            kind: record.kind,
            id: record.id,
            title: recordTitle(named, locale).text,
            act: change.act,
            byName: change.by === session.person ? session.name : typeof byName === 'string' ? byName : null,
          },
        ];
      });
      return ok({ items });
    },

    nextDecisionNumber() {
      const { queries } = deps.open().store;
      // Drafts may have no number yet, so the newest that has one is looked for.
      const { rows } = queries.list({
        kind: Decision,
        locale: 'ru',
        sort: { field: 'decidedOn', descending: true },
        limit: 50,
      });
      const last = rows.find((row) => typeof row.values.number === 'string' && row.values.number !== '');
      let number = nextNumber(last === undefined ? null : String(last.values.number));
      // A draft without a day, or one of a day before, may have it already.
      const isTaken = (): boolean =>
        queries.list({ kind: Decision, where: { number }, locale: 'ru', limit: 1 }).rows.length > 0;
      for (let turn = 0; turn < mostNumbersTried && isTaken(); turn += 1) number = nextNumber(number);
      return ok({ number });
    },

    isDecisionNumberFree({ number, except }) {
      const { rows } = deps
        .open()
        .store.queries.list({ kind: Decision, where: { number: number.trim() }, locale: 'ru' });
      return ok({ free: rows.every((row) => row.id === except) });
    },

    signDecision({ id }) {
      const { store, session } = deps.open();
      if (!signers.includes(session.role)) return err({ code: 'records/not-allowed' });
      const before = store.queries.get(Decision, id);
      if (before === null) return err({ code: 'records/not-found' });
      if (before.removed) return err({ code: 'records/removed' });
      if (before.values.state === 'signed') return err({ code: 'records/frozen' });
      const missing = missingForSignature(before.values);
      if (missing.length > 0) return err({ code: 'records/not-ready', missing });
      const same = store.queries.list({
        kind: Decision,
        where: { number: before.values.number ?? null },
        locale: 'ru',
      }).rows;
      const other = same.find((row) => row.id !== id && row.values.state === 'signed');
      if (other !== undefined) return err({ code: 'records/number-taken', id: other.id });
      const written = write([
        {
          kind: Decision,
          id,
          act: 'set',
          values: {
            state: 'signed',
            signedAt: deps.time.now(),
            signedBy: session.person,
            sealedFiles: sealedText(before.values),
          },
        },
      ]);
      return written.ok ? ok(viewOf(Decision, id)) : written;
    },

    correctDecision({ id }) {
      const { store } = deps.open();
      const before = store.queries.get(Decision, id);
      if (before === null || before.removed) return err({ code: 'records/not-found' });
      if (before.values.state !== 'signed') return err({ code: 'records/bad-move', from: 'draft', to: 'correction' });
      const correction = newId(deps);
      const values = { ...correctionOf(before.values), corrects: id };
      const change = checkWrite({ kind: 'decision', values }, correction, true);
      if (!change.ok) return change;
      const written = write([{ ...change.value, beside: id }]);
      return written.ok ? ok(viewOf(Decision, correction)) : written;
    },
  };
}
