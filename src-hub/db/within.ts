/** Partitions in SQL, as `isWithin` says it, so that an index can be used. */
import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** Whether a column's partition is one of the prefixes or lies below one; false when there is none. */
export function withinAny(column: string, prefixes: readonly string[]): RawBuilder<SqlBool> {
  const name = sql.ref(column);
  // '0' follows '/' in both databases' byte order: everything between begins with the prefix and a slash.
  const tests = prefixes.map(
    (prefix) => sql`(${name} = ${prefix} or (${name} > ${`${prefix}/`} and ${name} < ${`${prefix}0`}))`,
  );
  return tests.length === 0 ? sql`1 = 0` : sql`(${sql.join(tests, sql` or `)})`;
}
