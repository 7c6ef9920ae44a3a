/** Reading a record's values as the type a screen needs. A value of another type reads as absent. */
import { Id } from '#shared/kernel/ids.ts';
import type { RecordView } from '#shared/records/contract.ts';

type Valued = Pick<RecordView, 'values'>;

/** A text; '' where there is none. */
export function textOf(record: Valued, field: string): string {
  const value = record.values[field];
  return typeof value === 'string' ? value : '';
}

/** A text, a date, a choice; null where there is none. */
export function textOrNull(record: Valued, field: string): string | null {
  const value = record.values[field];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A number; null where there is none. */
export function numberOf(record: Valued, field: string): number | null {
  const value = record.values[field];
  return typeof value === 'number' ? value : null;
}

/** The elements of a set. */
export function listOf(record: Valued, field: string): readonly string[] {
  const value = record.values[field];
  return Array.isArray(value) ? value : [];
}

/** An id from an address; null where the text is none. */
export function idFrom(text: unknown): Id | null {
  const parsed = Id.safeParse(text);
  return parsed.success ? parsed.data : null;
}

/** The changes that are really there, as a save takes them. */
export function givenValues(changes: {
  readonly [field: string]: RecordView['values'][string] | undefined;
}): RecordView['values'] {
  const given: RecordView['values'] = {};
  for (const [field, value] of Object.entries(changes)) if (value !== undefined) given[field] = value;
  return given;
}
