/** The lines of the desk's list: oldest first, and of one moment as a person looks for them: by kind, then by what they are called. */
import type { DeskLine } from '#shared/desk/contract.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import type { Id } from '#shared/kernel/ids.ts';
import type { Kind } from '#shared/kinds/define-kind.ts';
import { sortKey } from '#shared/text/sort-key.ts';
import type { DeskEntry, DeskPlace, DeskQueries, DeskTitle } from './desk-queries.ts';

type Placed = DeskPlace & { readonly called: string; readonly title: DeskTitle | null };

/** A page of lines; a place whose record is gone has none. What arrived on one stick is mostly of one moment, whatever the ids. */
export function deskLines(
  queries: Pick<DeskQueries, 'places' | 'entries' | 'titleOf'>,
  { offset, limit, locale }: { readonly offset: number; readonly limit: number; readonly locale: Locale },
): DeskLine[] {
  const { before, places } = queries.places(offset, limit);
  return places
    .map((place): Placed => {
      const title = queries.titleOf(place.kind, place.subject, locale);
      return { ...place, title, called: title === null ? '' : sortKey(calledOf(place.kind, title), locale) };
    })
    .toSorted(inOrder)
    .slice(offset - before, offset - before + limit)
    .flatMap((place) => (place.title === null ? [] : lineOf(place, queries.entries(place.item), place.title)));
}

/** A paper is called by its number, one that has none by its title; those come last. */
function calledOf({ name }: Kind, { number, title }: DeskTitle): string {
  return name === 'decision' && number !== '' ? `${number} ${title}` : title;
}

function inOrder(a: Placed, b: Placed): number {
  if (a.since !== b.since) return a.since - b.since;
  if (a.kind !== b.kind) return a.kind.number - b.kind.number;
  if (a.called !== b.called) return a.called < b.called ? -1 : 1;
  return a.item < b.item ? -1 : 1;
}

function lineOf({ item, since, kind, subject }: DeskPlace, entries: readonly DeskEntry[], title: DeskTitle): DeskLine {
  const fieldOf = (part: string): string | undefined =>
    Object.entries(kind.fields).find(([, field]) => String(field.number) === part)?.[0];
  return {
    ...title,
    item,
    what: entries.some(({ about }) => about === 'same') ? 'clash' : 'record',
    kind: kind.name as DeskLine['kind'], // a declared kind's
    id: subject as Id, // the store wrote it
    fields: entries.flatMap((entry) => (entry.about === 'field' ? (fieldOf(entry.part) ?? []) : [])),
    isRemoval: entries.some((entry) => entry.about === 'removal'),
    since,
  };
}
