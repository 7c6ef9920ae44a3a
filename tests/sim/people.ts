/** What people do in a history: they write, remove and restore records, and decide on the conflict desk. */
import { findDisputes, findSame } from '#shared/desk/disputes.ts';
import { naturalKey } from '#shared/desk/natural-key.ts';
import { Settlement, settlementSeed } from '#shared/desk/settlement.ts';
import type { FieldValue, Kind, Values } from '#shared/kinds/define-kind.ts';
import { derivedId } from '#core/store/derived-id.ts';
import type { Step } from './history.ts';
import { kindIn, type SimChange, type SimLaptop, type SimOp } from './laptop.ts';
import type { Actor } from './world.ts';

const words = {
  contact: ['name', 'phone', 'note', 'nickname', 'languages', 'languages', 'badges'],
  decision: ['number', 'title_ru', 'place', 'state', 'votesFor', 'languages', 'languages'],
  membership: ['commission', 'contact', 'startsOn', 'role', 'nominatedBy', 'endsOn', 'role'],
  extra: ['title', 'tags', 'title', 'tags', 'title', 'tags', 'title'],
} as const;
const elements = [['ru'], [], ['kk', 'ru'], []] as const;

/** Few values, so that two people often mean the same thing or meet in one natural key. */
function valueOf(field: string, value: number): FieldValue {
  switch (field) {
    case 'phone':
      return `+7 700 000-00-0${value % 2}`;
    case 'number':
      return `24/${value % 3}`;
    case 'state':
      return value % 3 === 0 ? 'signed' : 'draft';
    case 'votesFor':
      return value % 4 === 3 ? null : value;
    case 'role':
      return value % 2 === 0 ? 'member' : 'secretary';
    case 'startsOn':
    case 'endsOn':
      return `2026-01-0${1 + (value % 2)}`;
    case 'commission':
    case 'contact':
      return derivedId(`${field}|${value % 2}`);
    case 'languages':
    case 'badges':
    case 'tags':
      return [...(elements[value % 4] ?? [])];
    default:
      return value % 5 === 4 ? null : `${field}, пример ${value % 3}`;
  }
}

/** The records that a partition's laptops write. */
function recordId(partition: string, kind: string, record: number): string {
  return derivedId(`simulated|${partition}|${kind}|${record}`);
}

/** What somebody writes or removes. */
export function recordChanges({ laptop }: Actor, step: Step & { do: 'write' }, partition: string): SimChange[] {
  const kind = kindIn(laptop.version(), step.kind);
  if (kind === null) return [];
  const values: { [field: string]: FieldValue } = {};
  for (const number of step.act === 'set' ? step.fields : []) {
    const field = words[step.kind][number] ?? 'name';
    if (kind.fields[field] !== undefined) values[field] = valueOf(field, step.value);
  }
  const records = step.both ? [0, 1] : [step.record];
  return records.map(
    (record): SimChange => ({ kind, id: recordId(partition, step.kind, record), act: step.act, values }),
  );
}

/** How somebody decides what is on the conflict desk: a field, a removal, or two records of one key. */
export function deskChanges(laptop: SimLaptop, which: number, take: number): SimChange[] {
  const kind = kindIn(laptop.version(), which % 2 === 0 ? 'decision' : 'membership');
  const settlement = kindIn(laptop.version(), Settlement.name);
  if (kind === null || settlement === null) return [];
  const ops = laptop.ops();
  const opsOf = (id: string): SimOp[] => ops.filter(({ op }) => op.record === id);
  const settle = (id: string, values: Values & { over: readonly string[] }): SimChange => {
    const before = laptop.record(settlement, id)?.values['over'];
    const over = [...new Set([...(Array.isArray(before) ? (before as string[]) : []), ...values.over])].sort();
    return { kind: settlement, id, act: 'set', values: { ...values, over } };
  };
  const id = recordId(laptop.partition, kind.name, which >> 1);
  const disputes = findDisputes(kind, opsOf(id), (about, part) => opsOf(derivedId(settlementSeed(about, id, part))));
  const changes: SimChange[] = [];
  for (const dispute of disputes.fields) {
    const version = dispute.versions[take % dispute.versions.length];
    if (version === undefined) continue;
    const number = kind.fields[dispute.field]?.number ?? 0;
    const standing = version.standing ? version.stamp : undefined;
    const over = dispute.versions.flatMap((each) => each.stamps).filter((stamp) => stamp !== standing);
    changes.push(
      { kind, id, act: 'set', values: { [dispute.field]: version.value } },
      settle(derivedId(settlementSeed('field', id, String(number))), {
        about: 'field',
        subjectKind: kind.number,
        subject: id,
        field: number,
        stands: version.stamp,
        over: [...over, ...dispute.verdicts.slice(0, -1).map(({ stamp }) => stamp)],
      }),
    );
  }
  if (disputes.removal !== null) {
    const stands = take % 2 === 0 ? 'kept' : 'removed';
    const { removals, verdicts } = disputes.removal;
    if ((stands === 'kept') !== disputes.isAlive)
      changes.push({ kind, id, act: stands === 'kept' ? 'restore' : 'remove', values: {} });
    changes.push(
      settle(derivedId(settlementSeed('removal', id, '')), {
        about: 'removal',
        subjectKind: kind.number,
        subject: id,
        stands,
        over: [...removals, ...verdicts.slice(0, -1)].map(({ stamp }) => stamp),
      }),
    );
  }
  return [...changes, ...decideSame(laptop, kind, settle, opsOf, take)];
}

function decideSame(
  laptop: SimLaptop,
  kind: Kind,
  settle: (id: string, values: Values & { over: readonly string[] }) => SimChange,
  opsOf: (id: string) => SimOp[],
  take: number,
): SimChange[] {
  const [subject = '', other = ''] = [0, 1].map((record) => recordId(laptop.partition, kind.name, record)).sort();
  const keys = [subject, other].map((id) => {
    const found = laptop.record(kind, id);
    return found?.alive === true ? naturalKey(kind, found.values) : null;
  });
  const id = derivedId(settlementSeed('same', subject, other));
  const same = findSame(keys[0] !== null && keys[0] === keys[1], opsOf(id));
  if (same === null) return [];
  const stands = take % 2 === 0 ? 'different' : subject;
  const over = same.verdicts.slice(0, -1).map(({ stamp }) => stamp);
  const settlement = settle(id, { about: 'same', subjectKind: kind.number, subject, other, stands, over });
  return stands === 'different' ? [settlement] : [{ kind, id: other, act: 'remove', values: {} }, settlement];
}
