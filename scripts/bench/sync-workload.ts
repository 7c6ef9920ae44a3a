/**
 * The oblast workload, the same for the same seed: contacts of ten texts and two references, about 450 bytes of JSON each, their
 * one-field updates, and the edits two laptops make apart from each other.
 */
import { bytesToId } from '#shared/kernel/ids.ts';
import { defineKind, type Kind, reference, text } from '#shared/kinds/define-kind.ts';
import type { OpValues } from '#shared/sync/op.ts';
import { everyone } from '#shared/access/roles.ts';
import { sampleContact } from './names.ts';

/** A kind that no version has: the workload is the same whatever becomes of the real contact. */
export const BenchContact: Kind = defineKind({
  name: 'bench_contact',
  number: 9001,
  domain: 'contacts',
  partition: 'commission',
  rights: { write: everyone, remove: everyone },
  fields: {
    name: text(1, { personal: true }),
    nameLatin: text(2, { personal: true }),
    position: text(3),
    organisation: text(4),
    phone: text(5, { personal: true }),
    phoneSecond: text(6, { personal: true }),
    email: text(7, { personal: true }),
    address: text(8, { personal: true }),
    district: text(9),
    note: text(10, { personal: true }),
    commission: reference(11, 'commission'),
    chosenBy: reference(12, 'person'),
  },
});

const textFields = Object.keys(BenchContact.fields).slice(0, 10);
export type BenchValues = { readonly [field: string]: string };
export type Edit = { readonly id: string; readonly field: string; readonly value: string };

/** Mulberry32: 32 bits of state, good enough to scatter samples. */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An id as `newId` makes it: a moment, then chance. */
function idAt(ms: number, next: () => number): string {
  const bytes = new Uint8Array(16);
  for (let index = 6; index < 16; index += 1) bytes[index] = Math.floor(next() * 256);
  let rest = ms;
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytesToId(bytes);
}

const startMs = Date.UTC(2026, 9, 1);

export type Workload = {
  readonly records: readonly { readonly id: string; readonly values: BenchValues }[];
  readonly updates: readonly Edit[];
  /** What two laptops edit apart: a fifth of the records by both, half of these in the same field. */
  readonly apart: readonly [readonly Edit[], readonly Edit[]];
  /** Records of which both laptops edited the same field. */
  readonly clashing: number;
};

export function makeWorkload(count: number): Workload {
  const next = seededNumbers(20_261_126);
  const commissions = Array.from({ length: 320 }, (_, index) => idAt(startMs - 1e9 + index, next));
  const persons = Array.from({ length: 40 }, (_, index) => idAt(startMs - 2e9 + index, next));
  const pick = <T>(list: readonly T[]): T => {
    const found = list[Math.floor(next() * list.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  };
  const records = Array.from({ length: count }, (_, index) => {
    const sample = sampleContact(index);
    return {
      id: idAt(startMs + index, next),
      values: {
        name: String(sample.name),
        nameLatin: String(sample.nameLatin ?? 'Sample'),
        position: String(sample.position),
        organisation: String(sample.organisation),
        phone: String(sample.phone),
        phoneSecond: `+999 ${100 + (index % 900)} ${String(index * 7).padStart(7, '0')}`,
        email: String(sample.email),
        address: `Sample street ${index % 400}, ${1 + (index % 90)}`,
        district: `District ${index % 17}`,
        note: `Sample note ${index}`,
        commission: pick(commissions),
        chosenBy: pick(persons),
      },
    };
  });
  const newValue = (field: string, index: number): string =>
    field.startsWith('phone')
      ? `+998 ${String(Math.floor(next() * 1e9)).padStart(9, '0')}`
      : `Changed ${field} ${index}`;
  const edit = (record: number, field: string, index: number): Edit => ({
    id: records[record]?.id ?? '',
    field,
    value: newValue(field, index),
  });
  const updates = Array.from({ length: count }, (_, index) =>
    edit(Math.floor(next() * count), pick(textFields), index),
  );
  // Each laptop edits a quarter as many as there are records: distinct ones, so that what is lost can be counted.
  const each = count / 4;
  const shared = each / 5;
  const order = Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index -= 1) {
    const other = Math.floor(next() * (index + 1));
    [order[index], order[other]] = [order[other] ?? 0, order[index] ?? 0];
  }
  const both = order.slice(0, shared);
  const mine = order.slice(shared, each);
  const theirs = order.slice(each, each * 2 - shared);
  const fields = both.map(() => pick(textFields));
  const otherThan = (field: string): string => textFields[(textFields.indexOf(field) + 1) % textFields.length] ?? field;
  const a = [
    ...both.map((record, index) => edit(record, fields[index] ?? '', index)),
    ...mine.map((record, index) => edit(record, pick(textFields), index)),
  ];
  const b = [
    ...both.map((record, index) => {
      const field = fields[index] ?? '';
      return edit(record, index % 2 === 0 ? field : otherThan(field), index + 1_000_000);
    }),
    ...theirs.map((record, index) => edit(record, pick(textFields), index + 1_000_000)),
  ];
  return { records, updates, apart: [a, b], clashing: Math.ceil(shared / 2) };
}

/** As JSON lines hold it. */
export function rowJson(id: string, values: BenchValues | OpValues): string {
  return JSON.stringify({ id, ...values });
}
