import type { ReactNode } from 'react';
import { matchRanges } from '#shared/text/search-key.ts';

/** A text with the found pieces tinted. `ranges` are start and end in UTF-16 units, ascending. */
export function Highlight({
  text,
  ranges,
}: {
  text: string;
  ranges: readonly (readonly [number, number] | { readonly start: number; readonly end: number })[];
}) {
  if (ranges.length === 0) return text;
  const parts: { key: number; piece: string; found: boolean }[] = [];
  let from = 0;
  for (const range of ranges) {
    const [start, end] = 'start' in range ? [range.start, range.end] : range;
    if (start > from) parts.push({ key: from, piece: text.slice(from, start), found: false });
    parts.push({ key: start, piece: text.slice(start, end), found: true });
    from = end;
  }
  if (from < text.length) parts.push({ key: from, piece: text.slice(from), found: false });
  return parts.map(({ key, piece, found }) =>
    found ? <mark key={key}>{piece}</mark> : <span key={key}>{piece}</span>,
  );
}

/** For the texts of one list: tints in each what the typed search finds in it, nothing while there is no search. */
export function highlightOf(search: string): (text: string) => ReactNode {
  const rangesIn = matchRanges(search);
  return (text) => <Highlight text={text} ranges={rangesIn(text)} />;
}
