/** The versions of a record by who wrote them and where: one column each, in the order in which they were written. */
import type { DeskAuthor, DeskField, DeskVersion } from '#shared/desk/contract.ts';

export type DeskColumn = {
  readonly key: string;
  /** The latest of its versions. */
  readonly author: DeskAuthor;
  readonly byField: ReadonlyMap<string, readonly DeskVersion[]>;
};

export function columnsOf(fields: readonly DeskField[]): DeskColumn[] {
  const columns = new Map<string, { author: DeskAuthor; byField: Map<string, DeskVersion[]> }>();
  const all = fields.flatMap(({ field, versions }) => versions.map((version) => ({ field, version })));
  all.sort((a, b) => a.version.at - b.version.at);
  for (const { field, version } of all) {
    const key = `${version.isThisLaptop ? 'this' : (version.laptop ?? '')} ${version.by ?? ''}`;
    const column = columns.get(key) ?? { author: version, byField: new Map<string, DeskVersion[]>() };
    column.byField.set(field, [...(column.byField.get(field) ?? []), version]);
    columns.set(key, { ...column, author: version });
  }
  return [...columns].map(([key, column]) => ({ key, ...column }));
}
