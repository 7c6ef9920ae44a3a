/**
 * What a decision about the versions of a record writes: an ordinary edit where another value shall stand, and a settlement for each
 * field that passes over every version the person had before them. All of it is one action.
 */
import { type Disputes, findDisputes, type FieldDispute } from '#shared/desk/disputes.ts';
import { Settlement, type SettlementAbout, settlementSeed } from '#shared/desk/settlement.ts';
import { type Id, newId } from '#shared/kernel/ids.ts';
import type { Random, Time } from '#shared/kernel/ports.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { checkValues, type FieldValue, type Kind, type Values } from '#shared/kinds/define-kind.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { Decision } from '#shared/records/decision.ts';
import { correctionOf } from '#shared/records/decision-rules.ts';
import type { Change } from '../store/change.ts';
import { derivedId } from '../store/derived-id.ts';
import { opsOf, settlementOps } from '../store/desk-index.ts';
import type { Store } from '../store/store.ts';

export type Subject = { readonly kind: Kind; readonly record: RecordView };
type Ports = { readonly time: Time; readonly random: Random };

/** What is in dispute about a record; with `again` also what has been decided. */
export function disputesOf(store: Store, { kind, record }: Subject, again: boolean): Disputes {
  const settlements = (about: SettlementAbout, part: string) => settlementOps(store.log, about, record.id, part);
  return findDisputes(kind, opsOf(store.log, record.id), settlements, again);
}

/** Whether the record is signed. */
export function isFrozen({ kind, record }: Subject): boolean {
  return kind.states?.frozen.includes(String(record.values[kind.states.field] ?? '')) === true;
}

/** The write of a settlement: `over` is added to what it has passed over before. */
export function settlementChange(store: Store, id: string, values: Values & { over: readonly string[] }): Change {
  const before = store.queries.get(Settlement, id)?.values.over;
  const over = [...new Set([...(Array.isArray(before) ? before : []), ...values.over])].sort();
  return { kind: Settlement, id, act: 'set', values: { ...values, over }, beside: String(values.subject) };
}

export type FieldsDecision = {
  readonly again: boolean;
  readonly seen: readonly string[];
  readonly fields: readonly (
    | { readonly field: string; readonly take: string }
    | { readonly field: string; readonly join: true }
  )[];
  readonly removal: 'kept' | 'removed' | null;
};

/**
 * Decides about a record that is not signed. Failures: `desk/nothing-here`, `desk/changed`, `records/frozen`, `records/invalid`
 * (joined texts too long for the field).
 */
export function decideFields(store: Store, subject: Subject, decision: FieldsDecision): Result<Change[]> {
  const { kind, record } = subject;
  const disputes = disputesOf(store, subject, decision.again);
  if (isFrozen(subject) && (decision.fields.length > 0 || decision.removal === 'removed'))
    return err({ code: 'records/frozen' });
  const values: { [field: string]: FieldValue } = {};
  const settlements: Change[] = [];
  for (const choice of decision.fields) {
    const dispute = disputes.fields.find((each) => each.field === choice.field);
    if (dispute === undefined) return err({ code: 'desk/nothing-here' });
    if (!wereSeen(dispute, decision.seen)) return err({ code: 'desk/changed' });
    if ('join' in choice) {
      if (kind.fields[choice.field]?.long !== true)
        return err({ code: 'records/invalid', fields: [choice.field], missing: [] });
      values[choice.field] = joined(dispute);
      settlements.push(settleField(store, subject, dispute, 'both'));
    } else {
      const version = dispute.versions.find((each) => each.stamp === choice.take);
      if (version === undefined) return err({ code: 'desk/changed' });
      values[choice.field] = version.value;
      settlements.push(settleField(store, subject, dispute, version.stamp));
    }
  }
  const wrong = checkValues(kind, values);
  if (wrong.length > 0) return err({ code: 'records/invalid', fields: wrong, missing: [] });
  const removal = decideRemoval(store, subject, disputes, decision);
  if (!removal.ok) return removal;
  const edit: Change[] = Object.keys(values).length > 0 ? [{ kind, id: record.id, act: 'set', values }] : [];
  const changes = [...edit, ...settlements, ...removal.value];
  return changes.length === 0 ? err({ code: 'desk/nothing-here' }) : ok(changes);
}

function decideRemoval(
  store: Store,
  { kind, record }: Subject,
  { removal }: Disputes,
  decision: Pick<FieldsDecision, 'removal' | 'seen'>,
): Result<Change[]> {
  if (decision.removal === null) return ok([]);
  if (removal === null) return err({ code: 'desk/nothing-here' });
  const stamps = [...removal.removals, ...removal.verdicts].map((each) => each.stamp);
  if (stamps.some((stamp) => !decision.seen.includes(stamp))) return err({ code: 'desk/changed' });
  const wantsRemoved = decision.removal === 'removed';
  const change: Change[] =
    wantsRemoved === record.removed
      ? []
      : [{ kind, id: record.id, act: wantsRemoved ? 'remove' : 'restore', values: {} }];
  return ok([
    ...change,
    settlementChange(store, derivedId(settlementSeed('removal', record.id, '')), {
      about: 'removal',
      subjectKind: kind.number,
      subject: record.id,
      stands: decision.removal,
      over: [...removal.removals, ...removal.verdicts.slice(0, -1)].map((each) => each.stamp),
    }),
  ]);
}

/**
 * What was signed in `signing` stands, also where another value has come under the signature; with `correct` a draft that corrects
 * the paper gets the other versions. Failures: `desk/nothing-here`, `desk/changed`, `records/not-allowed` (no kind of papers).
 */
export function decideSigned(
  store: Store,
  subject: Subject,
  decision: {
    readonly again: boolean;
    readonly seen: readonly string[];
    readonly signing: string;
    readonly correct: boolean;
  },
  ports: Ports,
): Result<{ changes: Change[]; correction: Id | null }> {
  const { kind, record } = subject;
  const { fields, signings } = disputesOf(store, subject, decision.again);
  if (!isFrozen(subject) || fields.length === 0) return err({ code: 'desk/nothing-here' });
  if (!signings.some((signing) => signing.stamp === decision.signing)) return err({ code: 'desk/changed' });
  if (decision.correct && kind.name !== Decision.name) return err({ code: 'records/not-allowed' });
  const values: { [field: string]: FieldValue } = {};
  const others: { [field: string]: FieldValue } = {};
  const settlements: Change[] = [];
  for (const dispute of fields) {
    if (!wereSeen(dispute, decision.seen)) return err({ code: 'desk/changed' });
    const signed = dispute.versions.find((version) => version.signings.includes(decision.signing));
    if (signed === undefined) return err({ code: 'desk/changed' });
    values[dispute.field] = signed.value;
    const other = dispute.versions.filter((version) => version !== signed).at(-1);
    if (other !== undefined) others[dispute.field] = other.value;
    settlements.push(settleField(store, subject, dispute, signed.stamp));
  }
  const changes: Change[] = [{ kind, id: record.id, act: 'set', values }, ...settlements];
  if (!decision.correct) return ok({ changes, correction: null });
  const correction = newId(ports);
  const text = correctionOf<FieldValue>({ ...record.values, ...values, ...others });
  const state = kind.states === undefined ? {} : { [kind.states.field]: kind.states.initial };
  return ok({
    changes: [
      ...changes,
      { kind, id: correction, act: 'set', values: { ...text, ...state, corrects: record.id }, beside: record.id },
    ],
    correction,
  });
}

/**
 * Decides a record without being asked field by field: what stands now stays, or where `replica` is given that laptop's versions. A
 * signed paper stands as signed. Failures: `desk/nothing-here`; `desk/changed` where two people have signed: that wants a person's eye.
 */
export function keepStanding(
  store: Store,
  subject: Subject,
  replica: string | null,
  ports: Ports,
): Result<readonly Change[]> {
  const { fields, removal, signings } = disputesOf(store, subject, false);
  const seen = [
    ...fields.flatMap((dispute) => [
      ...dispute.versions.flatMap(({ stamps }) => stamps),
      ...dispute.verdicts.map(({ stamp }) => stamp),
    ]),
    ...[...(removal?.removals ?? []), ...(removal?.verdicts ?? [])].map(({ stamp }) => stamp),
  ];
  const isSigned = isFrozen(subject) && fields.length > 0;
  if (isSigned && signings.length > 1) return err({ code: 'desk/changed' });
  const kept = removal === null ? null : subject.record.removed ? 'removed' : 'kept';
  const choices = fields.flatMap(({ field, versions }) => {
    const standing = versions.find((version) => version.standing);
    const own = replica === null ? undefined : versions.findLast((version) => version.replica === replica);
    const take = own ?? standing;
    return take === undefined ? [] : [{ field, take: take.stamp }];
  });
  const decided = { again: false, seen, fields: isSigned ? [] : choices, removal: kept } as const;
  if (!isSigned) return decideFields(store, subject, decided);
  const signing = signings[0]?.stamp ?? '';
  const papers = decideSigned(store, subject, { again: false, seen, signing, correct: false }, ports);
  if (!papers.ok || kept === null) return papers.ok ? ok(papers.value.changes) : papers;
  const rest = decideFields(store, subject, decided);
  return rest.ok ? ok([...papers.value.changes, ...rest.value]) : rest;
}

/** The settlement of a field: passes over every version but the one that goes on holding, and every verdict but the last. */
function settleField(store: Store, { kind, record }: Subject, dispute: FieldDispute, stands: string): Change {
  const number = kind.fields[dispute.field]?.number ?? 0;
  // Where what holds now stays, only it is not passed over; where another value is written, that write replaces it.
  const standing = dispute.versions.find((version) => version.standing && version.stamp === stands)?.stamp;
  const over = dispute.versions
    .flatMap((version) => version.stamps)
    .filter((stamp) => stamp !== standing)
    .concat(dispute.verdicts.slice(0, -1).map((verdict) => verdict.stamp));
  return settlementChange(store, derivedId(settlementSeed('field', record.id, String(number))), {
    about: 'field',
    subjectKind: kind.number,
    subject: record.id,
    field: number,
    stands,
    over,
  });
}

function wereSeen({ versions, verdicts }: FieldDispute, seen: readonly string[]): boolean {
  return [...versions, ...verdicts].every(({ stamp }) => seen.includes(stamp));
}

/** All versions one after the other, oldest first. */
function joined({ versions }: FieldDispute): string {
  return versions
    .map((version) => String(version.value ?? '').trim())
    .filter((text) => text !== '')
    .join('\n\n');
}
