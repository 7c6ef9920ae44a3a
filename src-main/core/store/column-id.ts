/**
 * Ids in the columns of kinds' tables: their 16 bytes instead of 36 characters, in the row and once more in each index over them. A
 * statement is given the text and makes the bytes itself, so nothing outside the store's SQL knows; a text that is no id finds nothing.
 */
import { bytesToId, type Id } from '#shared/kernel/ids.ts';
import type { Field, Kind } from '#shared/kinds/define-kind.ts';
import { quote } from './tables.ts';

/** Stands in a statement where an id is bound as text. */
export const idParameter = `unhex(?, '-')`;

/** The statement that finds a record's row, called `r`, by its id: nothing else compares a kind's `id` with what it is given. */
export function selectById(kind: Pick<Kind, 'name'>, columns: string): string {
  return `select ${columns} from ${quote(kind.name)} r where r.id = ${idParameter}`;
}

/** What stands in a statement where a value of the field is bound. */
export function parameterOf(field: Field): string {
  return field.type === 'reference' ? idParameter : '?';
}

/** The id that a row's column holds. */
export function fromColumnId(stored: unknown): Id {
  return bytesToId(stored as Uint8Array); // the column is a blob, and `unhex` wrote it
}
