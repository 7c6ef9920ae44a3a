/** The lines of the desk's list: oldest first, and of one moment as a person looks for them: by kind, then by what they are called. */
import type { DeskLine } from '#shared/desk/contract.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import { sortKey } from '#shared/text/sort-key.ts';
import type { DeskEntry, DeskPlace, DeskQueries } from './desk-queries.ts';

type Title = Pick<DeskLine, 'title' | 'titleLocale' | 'number'>;
type Placed = DeskPlace & { readonly kind: number; readonly called: string; readonly line: DeskLine | null };

/** A page of lines; a place whose record is gone has none. What arrived on one stick is mostly of one moment, whatever the ids. */
export function deskLines(
  queries: Pick<DeskQueries, 'places' | 'entries'>,
  titled: (kind: Kind, id: string) => Title | null,
  { offset, limit, locale }: { readonly offset: number; readonly limit: number; readonly locale: Locale },
): DeskLine[] {
  const { before, places } = queries.places(offset, limit);
  return places
    .map((place): Placed => {
      const entries = queries.entries(place.item);
      const [first] = entries;
      const title = first === undefined ? null : titled(first.kind, first.subject);
      if (first === undefined || title === null) return { ...place, kind: 0, called: '', line: null };
      const called = sortKey(calledOf(first.kind, title), locale);
      return { ...place, kind: first.kind.number, called, line: lineOf(place, first, entries, title) };
    })
    .toSorted(inOrder)
    .slice(offset - before, offset - before + limit)
    .flatMap(({ line }) => line ?? []);
}

/** A paper is called by its number, one that has none by its title; those come last. */
function calledOf({ name }: Kind, { number, title }: Title): string {
  return name === 'decision' && number !== '' ? `${number} ${title}` : title;
}

function inOrder(a: Placed, b: Placed): number {
  if (a.since !== b.since) return a.since - b.since;
  if (a.kind !== b.kind) return a.kind - b.kind;
  if (a.called !== b.called) return a.called < b.called ? -1 : 1;
  return a.item < b.item ? -1 : 1;
}

function lineOf({ item, since }: DeskPlace, first: DeskEntry, entries: readonly DeskEntry[], title: Title): DeskLine {
  const { kind, subject, about } = first;
  const fieldOf = (part: string): string | undefined =>
    Object.entries(kind.fields).find(([, field]) => String(field.number) === part)?.[0];
  return {
    ...title,
    item,
    what: about === 'same' ? 'clash' : 'record',
    kind: kind.name as DeskLine['kind'], // a declared kind's
    id: subject as Id, // the store wrote it
    fields: entries.flatMap((entry) => (entry.about === 'field' ? (fieldOf(entry.part) ?? []) : [])),
    isRemoval: entries.some((entry) => entry.about === 'removal'),
    since,
  };
}
